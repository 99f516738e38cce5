"""Structs of Python classes: annotations are members, an `IntEnum` is an enum. Pure."""

from __future__ import annotations

import dataclasses
import enum
import re
import sys
import types
from collections.abc import Mapping
from inspect import cleandoc
from typing import Annotated, Any, ClassVar, NamedTuple, get_args, get_origin
from typing import get_type_hints as type_hints

import numpy as np

from cwire_structs.errors import SchemaError
from cwire_structs.schema.bits import bit_bounds
from cwire_structs.schema.fields import Enum, Field, Kind, Struct, tile_problem
from cwire_structs.schema.json_cursor import is_identifier
from cwire_structs.schema.kinds import (
    ArrayType,
    Element,
    EnumType,
    StructType,
    TailType,
    TextType,
)
from cwire_structs.schema.tags import Role, Tag, role_of
from cwire_structs.schema.written_dtype import c_declaration, number_of

__all__ = ["NO_DEFAULT", "ClassReader", "Parameter", "declares_fields", "snake_case"]

NO_DEFAULT = dataclasses.MISSING
_NUMBERS: dict[type, tuple[str, str]] = {  # the dtype, and the letters that may store it
    bool: ("b1", "b"),
    int: ("i8", "iu"),
    float: ("f8", "f"),
    complex: ("c16", "c"),
}
_ANNOTATED = frozenset(("__annotations__", "__annotate__", "__annotate_func__"))
_LISTS = (list, tuple, np.ndarray)
_HINT = (
    "a field is a bool, int, float, complex, numpy number, IntEnum, a class with annotations, an "
    "Annotated[str, cwire.text(N)], or an array of these, as Annotated[float, cwire.array(N)]"
)


class Parameter(NamedTuple):
    """A field as Python declares it.

    Attributes:
        annotation: Its type, with tags.
        default: Its value where it is left out; NO_DEFAULT: it has none.
    """

    annotation: Any
    default: Any = NO_DEFAULT


class ClassReader:
    """Makes structs and enums of classes, each once.

    Args:
        structs: Gets the structs by name, nested ones before their users.
        enums: Gets the enums by name.
    """

    def __init__(self, structs: dict[str, Struct], enums: dict[str, Enum]) -> None:
        self._structs = structs
        self._enums = enums
        self._by_class: dict[type, Struct] = {}
        self._enum_classes: dict[str, type] = {}
        self._open: list[type] = []

    def struct(self, cls: type) -> Struct:
        """Returns the struct of a class.

        Raises:
            SchemaError: It cannot be laid out.
        """
        if cls in self._by_class:
            return self._by_class[cls]
        if cls in self._open:
            raise SchemaError(f"{cls.__name__} contains itself, which no struct can")
        self._open.append(cls)
        try:
            struct = self.struct_of(snake_case(cls.__name__), _parameters(cls), _doc(cls))
        finally:
            self._open.pop()
        self._by_class[cls] = struct
        return struct

    def struct_of(self, name: str, parameters: Mapping[str, Parameter], doc: str = "") -> Struct:
        """Returns a struct of these fields, laid out as this machine's C compiler does it.

        Raises:
            SchemaError: It cannot be laid out.
        """
        if not is_identifier(name):
            raise SchemaError(f"{name!r} is no name in C (letters, digits, _): rename it")
        found = {key: self._field(f"{name}.{key}", key, one) for key, one in parameters.items()}
        if name in self._structs:
            raise SchemaError(f"there are two structs {name!r}: rename one of the classes")
        members: list[Field] = []
        end, align = 0, 1
        for key, member in found.items():
            if members and members[-1].type.is_open:
                raise SchemaError(
                    f"{name}: {key!r} comes after {members[-1].name!r}, whose length is open: an "
                    "array of any length is the last field"
                )
            own = _alignment(member.type)
            offset = -(-end // own) * own
            members.append(dataclasses.replace(member, offset=offset))
            end, align = offset + member.size, max(align, own)
        size = -(-end // align) * align
        made = Struct(name, f"struct {name}", size, align, doc, tuple(members))
        self._structs[name] = made
        return made

    def _field(self, place: str, name: str, parameter: Parameter) -> Field:
        base, metadata = _unwrapped(parameter.annotation)
        tags = [one for one in metadata if isinstance(one, Tag)]
        named: dict[str, Any] = {tag.name: tag.value for tag in tags}
        if len(named) != len(tags):
            raise SchemaError(f"{place}: a tag is given twice")
        kind = self._kind(place, base, metadata, named)
        docs = [one for one in metadata if isinstance(one, str)]
        default = _default(place, kind, parameter.default)
        for tag, wanted in _WANTED.items():
            if tag in named and kind.element.form not in wanted:
                raise SchemaError(f"{place}: only numbers have a {tag}")
        values = named.pop("channels", ())
        if values and kind.shape[-1:] != (len(values),):
            raise SchemaError(
                f"{place}: {len(values)} channels are named, but the array's last dimension has "
                f"{kind.shape[-1] if kind.shape else 'no'} elements"
            )
        problem = tile_problem(named["tile"], kind) if "tile" in named else ""
        if problem:
            raise SchemaError(f"{place}: tile: {problem}")
        scale, bias = named.pop("scale", (None, None))
        return Field(
            name, c_declaration(kind), 0, kind.size, kind, " ".join(docs),
            default=default, scale=scale, bias=bias, channels=values, **named,
        )  # fmt: skip

    def _kind(self, place: str, base: Any, metadata: tuple[Any, ...], tags: dict[str, Any]) -> Kind:
        shape, row, length = (tags.pop(one, None) for one in ("array", "tail", "text"))
        if shape is not None and row is not None:
            raise SchemaError(f"{place}: give array(...) or tail(...), not both")
        if get_origin(base) in _LISTS or base in _LISTS:
            base, inner = _unwrapped(_of_list(place, base))
            metadata += inner
            if shape is None and row is None:
                raise SchemaError(
                    f"{place}: an array needs its length: Annotated[..., cwire.array(N)], or "
                    "cwire.tail() for one of any length"
                )
        if base is str and length is None and row == ():
            length, base = 1, str  # a tail of chars is one text
        element = self._element(place, base, metadata, length)
        if shape is not None:
            self._check_closed(place, element)
            return ArrayType(shape, element)
        if row is not None:
            self._check_closed(place, element)
            return TailType(element, row)
        if isinstance(element, StructType) and not element.struct.members:
            raise SchemaError(f"{place}: {element.struct.name} has no fields, so no bytes")
        return element

    def _check_closed(self, place: str, element: Element) -> None:
        if element.is_open:
            raise SchemaError(f"{place}: an array's elements must have one length")
        if not element.size:
            raise SchemaError(f"{place}: an array's elements must have bytes")

    def _element(
        self, place: str, base: Any, metadata: tuple[Any, ...], length: int | None
    ) -> Element:
        if base is str:
            if length is None:
                raise SchemaError(f"{place}: a text needs a length: Annotated[str, cwire.text(16)]")
            return TextType(length)
        if length is not None:
            raise SchemaError(f"{place}: only a str has text({length})")
        stored = _stored(place, metadata)
        if not isinstance(base, type):
            raise SchemaError(f"{place}: {_name(base)} has no layout in C: {_HINT}")
        if issubclass(base, enum.IntEnum):
            return self._enum(place, base, stored)
        if base in _NUMBERS:
            code, letters = _NUMBERS[base]
            dtype = np.dtype(code) if stored is None else stored
            if dtype.kind not in letters:
                raise SchemaError(f"{place}: {dtype} does not store a {base.__name__}")
            return number_of(place, dtype)
        if issubclass(base, np.generic):
            return number_of(place, _numpy_dtype(place, base) if stored is None else stored)
        if issubclass(base, enum.Enum):
            raise SchemaError(
                f"{place}: {base.__name__} is an enum without one integer for each name: make it "
                "an IntEnum"
            )
        if declares_fields(base):
            return StructType(self.struct(base))
        raise SchemaError(f"{place}: {_name(base)} has no layout in C: {_HINT}")

    def _enum(self, place: str, cls: type[enum.IntEnum], stored: np.dtype[Any] | None) -> EnumType:
        values = {name: int(member) for name, member in cls.__members__.items()}
        if not values:
            raise SchemaError(f"{place}: the enum {cls.__name__} has no names")
        name = snake_case(cls.__name__)
        low, high = min(values.values()), max(values.values())
        if self._enum_classes.setdefault(name, cls) is not cls:
            raise SchemaError(f"there are two enums {name!r}: rename one of the classes")
        if name not in self._enums:
            signed = low < 0
            sizes = (one for one in (4, 8) if _holds(one, low, high, signed=signed))
            size = next(sizes, 0)
            if not size:
                raise SchemaError(f"{place}: {cls.__name__} has values of more than 64 bits")
            doc = cleandoc(cls.__dict__.get("__doc__") or "")
            self._enums[name] = Enum(name, size, signed, values, doc=doc)
        found = self._enums[name]
        if stored is None:
            return EnumType.of(found, sys.byteorder)
        if stored.kind not in "iu" or not _holds(
            stored.itemsize, low, high, signed=stored.kind == "i"
        ):
            raise SchemaError(f"{place}: {stored} does not hold {low} to {high}")
        return EnumType(stored.str, found)


_WANTED = {"range": ("whole", "real"), "scale": ("whole", "real"), "time": ("whole", "real")}


def snake_case(name: str) -> str:
    """Returns a class's name as C has it: ``ScopeBlock`` is ``scope_block``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _parameters(cls: type) -> dict[str, Parameter]:
    try:
        hints = type_hints(cls, include_extras=True)
    except (NameError, TypeError) as error:
        raise SchemaError(
            f"{cls.__name__}: its annotations cannot be read ({error}): define what they name at "
            "the top of the module, before the class is used"
        ) from None
    return {
        name: Parameter(hint, _class_default(cls, name))
        for name, hint in hints.items()
        if get_origin(hint) is not ClassVar and hint is not ClassVar
    }


def _class_default(cls: type, name: str) -> Any:
    found = getattr(cls, "__dataclass_fields__", {}).get(name)
    if found is not None:
        if found.default_factory is not NO_DEFAULT:
            return found.default_factory()
        return found.default
    value = getattr(cls, name, NO_DEFAULT)
    if isinstance(value, types.MemberDescriptorType):  # of __slots__
        return NO_DEFAULT
    return value


def _default(place: str, kind: Kind, value: Any) -> object:
    """Returns a default as the schema has it; None where there is none, or it is zero anyway."""
    if value is NO_DEFAULT or value is None:
        return None
    element = kind.element
    if isinstance(value, list | tuple | np.ndarray):
        flat = np.asarray(value).reshape(-1)
        if kind.is_tail and not flat.size:
            return None
        if not kind.shape or np.shape(value) != kind.shape or (flat != flat[0]).any():
            raise SchemaError(
                f"{place}: the default of an array is one value, which all of its elements get"
            )
        value = flat[0].item()
        if not value:
            return None
    if element.struct is not None or kind.is_tail:
        raise SchemaError(f"{place}: a {element.kind} in a message has no default: leave it out")
    if element.enum is not None:
        label = element.enum.label(int(value)) if not isinstance(value, str) else value
        return int(value) if label is None else label
    if isinstance(value, np.generic):
        value = value.item()
    if element.form == "complex":
        raise SchemaError(f"{place}: a complex number has no default: leave it out")
    return value


def _unwrapped(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(annotation) is Annotated:
        base, *metadata = get_args(annotation)
        return base, tuple(metadata)
    return annotation, ()


def _of_list(place: str, base: Any) -> Any:
    """Returns what a list, a tuple or an array consists of."""
    arguments = get_args(base)
    if get_origin(base) is np.ndarray:  # npt.NDArray[np.float32] is ndarray[Any, dtype[float32]]
        of = get_args(arguments[1])
        if of and isinstance(of[0], type):
            return of[0]
    elif arguments:
        first, *others = [one for one in arguments if one is not ...]
        if all(one == first for one in others):
            return first
    raise SchemaError(
        f"{place}: {_name(base)} does not say what it consists of, one type for all: write "
        "Annotated[np.float32, cwire.array(N)], list[float] or npt.NDArray[np.float32]"
    )


def _stored(place: str, metadata: tuple[Any, ...]) -> np.dtype[Any] | None:
    """Returns the numpy type among the metadata, in which a Python number is stored."""
    found = [
        one if isinstance(one, np.dtype) else _numpy_dtype(place, one)
        for one in metadata
        if isinstance(one, np.dtype) or (isinstance(one, type) and issubclass(one, np.generic))
    ]
    if len(found) > 1:
        raise SchemaError(f"{place}: {found[0]} and {found[1]} are both to store it: give one")
    return found[0] if found else None


def _numpy_dtype(place: str, cls: type) -> np.dtype[Any]:
    try:
        return np.dtype(cls)
    except TypeError:
        raise SchemaError(
            f"{place}: {cls.__name__} is a kind of numbers, not one: take np.float64, np.int32, …"
        ) from None


def _alignment(kind: Kind) -> int:
    element = kind.element
    if element.struct is not None:
        return element.struct.align
    return 1 if element.is_text else element.dtype().alignment


def _holds(size: int, low: int, high: int, *, signed: bool) -> bool:
    least, most = bit_bounds(8 * size, signed=signed)
    return least <= low and high <= most


def declares_fields(cls: type) -> bool:
    """Says whether a class has annotations, or is marked as a message."""
    return role_of(cls) != Role() or any(
        not _ANNOTATED.isdisjoint(vars(one)) for one in cls.__mro__
    )


def _doc(cls: type) -> str:
    doc = cleandoc(cls.__dict__.get("__doc__") or "")
    return "" if doc.startswith(f"{cls.__name__}(") else doc  # what a dataclass writes itself


def _name(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)
