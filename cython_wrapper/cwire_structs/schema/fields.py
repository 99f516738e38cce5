"""The parts of a schema: enums, structs, the fields in them, and the base of their kinds.

Everything here is immutable. `reader` makes it from JSON and answers for its being consistent;
`dtypes`, `encode` and `decode` rely on that. Pure.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum as PythonEnum
from enum import IntEnum
from keyword import iskeyword
from typing import Any, ClassVar, Literal, NoReturn, TypeAlias
from unicodedata import normalize

import numpy as np

from cwire_structs.errors import FieldError
from cwire_structs.frames import FRAME_LIMIT
from cwire_structs.schema.bits import BitRange, ByteOrder
from cwire_structs.schema.json_cursor import Cursor

SIZE_LIMIT = FRAME_LIMIT  # bytes of a struct or an array: no frame may be larger
_ORDERS: dict[str, ByteOrder] = {"<": "little", ">": "big"}  # as numpy's type strings say it

Memory: TypeAlias = bytes | bytearray | memoryview
# Named here, since the kinds have an attribute `np`.
Array: TypeAlias = np.ndarray[Any, Any]
Dtype: TypeAlias = np.dtype[Any]
# Returns the function that reads a nested struct at an offset.
Nested: TypeAlias = "Callable[[Struct], Callable[[Memory, int], Any]]"


@dataclass(frozen=True, slots=True, eq=False)
class Enum:
    """A C enum.

    Attributes:
        name: The enum's tag (or typedef name).
        size: Bytes of a value.
        signed: Whether the compiler chose a signed type for it.
        values: The enumerators in the header's order.
        docs: Doc comments of enumerators; those without one are missing.
        doc: The enum's own doc comment.
    """

    name: str
    size: int
    signed: bool
    values: Mapping[str, int]
    docs: Mapping[str, str] = field(default_factory=dict)
    doc: str = ""

    def label(self, value: int) -> str | None:
        """Returns the first enumerator with this value, or None."""
        return next((name for name, number in self.values.items() if number == value), None)


Form: TypeAlias = Literal["whole", "real", "complex", "truth", "choice", "text", "struct", "list"]
"""The form in which people write a value: 3, 2.5, 1+2j, true, SINE, any text; or its parts."""

_NO_DEFAULT = "a nested struct or a flexible array member has no default"


class Kind(ABC):
    """A kind of field: the meaning of its bytes, and all that depends on it.

    `kinds` has one class for each. Code that has a field asks its kind; tables for widgets, C or
    type checkers go by `form`, so that most new kinds add nothing to them.

    Attributes:
        kind: Its name in the schema's JSON.
        form: The form in which people write a value. An array and a tail are lists.
        is_tail: Whether it is a flexible array member.
        is_number: Whether arrays of it are arrays of plain numbers.
        is_viewed: Whether an array of it is a numpy array, not a tuple.
        undrawable: The reason why a plot cannot show it; empty: it can.
    """

    __slots__ = ()

    kind: ClassVar[str]
    form: ClassVar[Form]
    is_tail: ClassVar[bool] = False
    is_number: ClassVar[bool] = False
    is_viewed: ClassVar[bool] = False
    undrawable: ClassVar[str] = "give a field of numbers as y"

    @property
    @abstractmethod
    def size(self) -> int:
        """Bytes inside the struct; 0 for a flexible array member."""

    @property
    def np(self) -> str:
        """Numpy's type string of one value; empty if it has none of its own."""
        return ""

    @property
    def enum(self) -> Enum | None:
        """The names of its values, of an enum."""
        return None

    @property
    def struct(self) -> Struct | None:
        """Its fields, of a nested struct."""
        return None

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a fixed array."""
        return ()

    @property
    def is_text(self) -> bool:
        """Whether a value is text."""
        return False

    @property
    def is_open(self) -> bool:
        """Whether it ends with the payload: a flexible array member, or a struct with one."""
        return self.is_tail

    @property
    def stride(self) -> int:
        """Bytes of one element of a tail."""
        raise TypeError(f"a {self.kind} is no tail")

    @property
    def row(self) -> tuple[int, ...]:
        """Of a tail of arrays: the shape of one of its elements."""
        return ()

    @property
    def signed(self) -> bool:
        """Whether it is an integer that may be negative."""
        return False

    @property
    def bit_limit(self) -> int:
        """Bits that a bit field of it has at most; 0: it cannot be one."""
        return 0

    @property
    def c_class(self) -> str:
        """The class of its type in C: int, uint, float, bool, complex, struct or union."""
        return self.kind

    @property
    def c_type(self) -> str:
        """The type in C of a number; of an enum, the integer that holds it."""
        raise TypeError(f"a {self.kind} is no number")

    @property
    def element(self) -> Kind:
        """The kind of an array's or a tail's elements; of any other, itself."""
        return self

    @property
    def dimensions(self) -> int:
        """Of an array; 0: it is none."""
        return len(self.shape)

    @property
    def lengths(self) -> tuple[int, ...]:
        """Elements in each dimension; -1 where messages differ: in the first one of a tail."""
        return self.shape

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Returns it as the schema's JSON has it."""

    @abstractmethod
    def dtype(self, tail: int = 0, *, storage: bool = False) -> Dtype:
        """Returns its numpy dtype.

        Args:
            tail: The number of elements of a tail.
            storage: Without overlaps: a union is its bytes.
        """

    # Reading.

    @abstractmethod
    def reader(self, nested: Nested) -> Callable[..., Any]:
        """Returns a function that reads a message's attribute, called with (memory, at).

        That of a tail is called with (memory, at, end).

        Args:
            nested: Returns the function that reads a nested struct.
        """

    @abstractmethod
    def plain(self, memory: Memory, at: int, end: int) -> Any:
        """Reads a value as `to_dict` gives it; `end` is where the message ends."""

    def named(self, value: Any) -> Any:
        """Returns the plain value of a message's attribute: of an enum's number, the name."""
        return value

    def from_bits(self, raw: int, width: int) -> int:
        """Returns the value of a bit field."""
        if self.signed and raw >> width - 1:
            return raw - (1 << width)
        return raw

    def from_numpy(self, cell: Any) -> Any:
        """Returns a cell of a numpy record as Python has it; arrays are left as they are."""
        return cell

    def equal(self, one: Memory, other: Memory, at: int, end: int) -> bool:
        """Compares a field of two messages."""
        return bool(self.plain(one, at, end) == self.plain(other, at, end))

    def show(self, value: Any) -> str:
        """Returns a message's attribute for its repr."""
        return repr(value)

    # Writing.

    @abstractmethod
    def put(self, data: bytearray | memoryview, at: int, value: object, place: Place) -> None:
        """Checks a value and writes it at data[at]; a tail is not written by this.

        Raises:
            FieldError: It does not fit.
        """

    def rest_bytes(self, value: object, place: Place) -> bytes:
        """Checks a value of an open kind and returns the bytes of its flexible array member."""
        raise TypeError(f"a {self.kind} has no flexible array member")

    def bits_of(self, value: object, place: Place) -> int:
        """Checks the value of a bit field and returns it as an integer."""
        raise TypeError(f"a {self.kind} has no bits")

    def bounds(self, bits: BitRange | None) -> tuple[int, int]:
        """Returns the smallest and the largest integer of the type, or of the bit field."""
        raise TypeError(f"a {self.kind} is no integer")

    # Left out: defaults. Of elements: an array's default is that of every element.

    def read_default(self, found: Cursor) -> object:
        """Reads a default from a schema's JSON."""
        found.fail(_NO_DEFAULT)

    def check_default(self, value: object, place: Place) -> None:
        """Checks a default."""
        place.fail(_NO_DEFAULT)

    def left_out(self, value: object | None, place: Place) -> bytes:
        """Returns the bytes of one that is left out; `value` is its default, None if it has none.

        Empty: they are zero.
        """
        return b""

    # As people write it.

    def parse(self, text: str) -> object:
        """Reads a value that was typed, or one word of a list.

        Raises:
            ValueError: It is none; the text says why.
        """
        return text

    def text(self, value: Any) -> str:
        """Returns a plain value as `parse` reads it."""
        return str(value)


@dataclass(frozen=True, slots=True)
class FieldTime:
    """The meaning of a number that is a time.

    Attributes:
        unit: Of the number: ns, us, ms or s.
        epoch: Since when: ``unix`` (1970-01-01 UTC), ``gps`` (1980-01-06, without leap seconds),
            ``boot`` (of the device), ``none`` (an interval, or unknown).
    """

    unit: str
    epoch: str


TIME_UNITS: Mapping[str, float] = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
TIME_EPOCHS = ("unix", "gps", "boot", "none")
TILE_ROLES = (
    *("x", "y", "width", "height", "level", "format", "pixels"),  # of a tile
    *("image_width", "image_height", "tile_width", "tile_height", "levels", "lease"),
    *("viewer", "rate", "wanted", "have"),  # of the command that asks for tiles
)
TILE_LISTS = ("pixels", "wanted")
"""Roles of arrays; of the others, a field is one whole number."""


def tile_problem(role: str, kind: Kind) -> str:
    """Returns why a field of this kind cannot have the role in a tile; empty: it can."""
    if role not in TILE_ROLES:
        return f"{role[:80]!a} is none of {', '.join(TILE_ROLES)}"
    is_list = bool(kind.shape) or kind.is_tail
    if role == "pixels" and not (is_list and kind.element.form in ("whole", "real")):
        return "pixels are an array of numbers"
    if role == "wanted" and not (is_list and kind.element.form == "struct"):
        return "wanted is an array of structs, one for each tile"
    single = ("whole", "choice", "truth", "real") if role == "lease" else _COUNTS
    if role not in TILE_LISTS and (is_list or kind.form not in single):
        return f"{role} is one whole number"
    return ""


_COUNTS = ("whole", "choice", "truth")


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One member of a struct.

    Attributes:
        name: The member's name in C; an anonymous member has one that C does not know.
        c_type: Its type as C spells it, for people.
        offset: Bytes from the start of the struct; of a bit field, of the first byte that it is in.
        size: Bytes, at least one; 0 for a flexible array member; of a bit field, how many bytes it
            is in.
        type: What the bytes mean; of a bit field, what its bits mean.
        doc: The doc comment, without tags.
        unit: From ``@unit``.
        range: From ``@range``: lowest and highest value, both allowed; of each element of an array.
        default: From ``@default``: what `Message.encode` writes when the field is left out. An
            array's is the value of every element.
        bits: Of a bit field.
        anonymous: A struct or union without a name: C knows only its members.
        scale: From ``@scale``: people read number * scale + bias (see `shown`).
        bias: From ``@offset``.
        time: From ``@time``.
        channels: From ``@channels``: a name for each element of an array's last dimension.
        label: From ``@name``: what people call it.
        tile: From ``@tile``: its role, one of `TILE_ROLES`, in a tile of an image, in what tells of
            the image, or in the command that asks for tiles.
        py_name: The name as a Python attribute: ``class`` becomes ``class_``, ``__pad`` ``_pad``.
    """

    name: str
    c_type: str
    offset: int
    size: int
    type: Kind
    doc: str = ""
    unit: str | None = None
    range: tuple[float, float] | None = None
    default: object | None = None
    bits: BitRange | None = None
    anonymous: bool = False
    scale: float | None = None
    bias: float | None = None
    time: FieldTime | None = None
    channels: tuple[str, ...] = ()
    label: str = ""
    tile: str = ""
    py_name: str = ""

    def __post_init__(self) -> None:
        if not self.py_name:
            object.__setattr__(self, "py_name", python_name(self.name))

    @property
    def element(self) -> Kind:
        """The kind of an array's or a tail's elements; of any other field, its own."""
        return self.type.element

    @property
    def span(self) -> tuple[int, int]:
        """The first bit, and the one behind the last."""
        if self.bits:
            return self.bits.offset, self.bits.offset + self.bits.width
        return 8 * self.offset, 8 * (self.offset + self.size)

    @property
    def byte_order(self) -> ByteOrder | None:
        """Of a bit field, or of the number or numbers; None: of one byte, a text, a struct."""
        return self.bits.byte_order if self.bits else _ORDERS.get(self.element.np[:1])

    def moved(self, offset: int) -> Field:
        """Returns the same field in a struct that begins `offset` bytes earlier."""
        bits = self.bits.moved(offset) if self.bits else None
        return replace(self, offset=self.offset + offset, bits=bits)


@dataclass(frozen=True, eq=False)
class Struct:
    """A C struct or union.

    Attributes:
        name: Key in the schema's types.
        c_name: As C spells it: ``struct scope_block``.
        kind: A union's members share their bytes.
        size: sizeof, in bytes; 0 of an empty one in C.
        align: Alignment in bytes.
        doc: The doc comment, without tags.
        members: As C declares them: of a struct by rising offset, without overlap; a flexible
            array member is last. There may be none.
        fields: What has a name in C: the members, and in the place of each anonymous one its own
            (those of anonymous unions overlap).
        unions: The anonymous unions among the members, at any depth.
        by_name: The fields by name.
        tail: The flexible array member, if there is one, also of a struct that is the last member:
            with its offset from the start of this one.
    """

    name: str
    c_name: str
    size: int
    align: int
    doc: str
    members: tuple[Field, ...]
    kind: Literal["struct", "union"] = "struct"
    fields: tuple[Field, ...] = field(init=False)
    unions: tuple[Field, ...] = field(init=False)
    by_name: Mapping[str, Field] = field(init=False)
    tail: Field | None = field(init=False)

    def __post_init__(self) -> None:
        fields: list[Field] = []
        unions: list[Field] = []
        for member in self.members:
            inner = member.type.struct
            if member.anonymous and inner is not None:
                if inner.kind == "union":
                    unions.append(member)
                unions += [one.moved(member.offset) for one in inner.unions]
                fields += [one.moved(member.offset) for one in inner.fields]
            else:
                fields.append(member)
        fields = _free_names(fields)
        object.__setattr__(self, "fields", tuple(fields))
        object.__setattr__(self, "unions", tuple(unions))
        object.__setattr__(self, "by_name", {one.name: one for one in fields})
        object.__setattr__(self, "tail", _tail(fields[-1]) if fields else None)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}: {len(self.fields)} fields, {self.size} bytes>"


def _tail(last: Field) -> Field | None:
    inner = last.type.struct.tail if last.type.struct else None
    if inner is not None:
        return inner.moved(last.offset)
    return last if last.type.is_tail else None


def _free_names(fields: list[Field]) -> list[Field]:
    """Returns the fields, each with a Python name of its own.

    ``class`` and ``class_`` would both be ``class_``: who is called so in C keeps the name.
    """
    if len({one.py_name for one in fields}) == len(fields):
        return fields
    taken = {one.name for one in fields if one.name == one.py_name}
    free = []
    for one in fields:
        name = one.py_name
        while one.name != name and name in taken:
            name += "_"
        taken.add(name)
        free.append(one if name == one.py_name else replace(one, py_name=name))
    return free


class Checks(PythonEnum):
    """Checks of values that C can hold, but that nobody should send.

    Those are numbers out of ``@range``, and numbers without a name in their enum.
    """

    ALL = "all"
    """They are refused, wherever they come from: what a command needs."""
    TYPED = "typed"
    """They are refused, but taken over from message objects and records, as C made them."""
    NONE = "none"
    """They are taken, as `to_dict` gives them."""


# An enum's member is slow to find.
CHECK_ALL, CHECK_TYPED, CHECK_NONE = Checks.ALL, Checks.TYPED, Checks.NONE


class Place:
    """The place that a value is for, as errors name it; and how the value is checked."""

    __slots__ = ("checks", "field", "owner", "path")

    def __init__(self, owner: str, path: str, field: Field, checks: Checks = CHECK_ALL) -> None:
        self.owner = owner
        self.path = path
        self.field = field
        self.checks = checks

    def at(self, index: tuple[int, ...]) -> Place:
        """Returns the place of one element."""
        steps = "".join(f"[{step}]" for step in index)
        return Place(self.owner, f"{self.path}{steps}", self.field, self.checks)

    def fail(self, reason: str) -> NoReturn:
        """Raises FieldError with this place and the reason."""
        raise FieldError(self.owner, self.path, reason) from None


# What the message classes have beside their fields.
CLASS_NAMES = frozenset(
    {
        "ID",
        "MESSAGE",
        "STRUCT",
        "cwire_at",
        "cwire_inner",
        "cwire_memory",
        "cwire_own",
        "cwire_owner",
        "cwire_reserve",
        "cwire_size",
        "cwire_view",
        "from_bytes",
        "from_dict",
        "to_dict",
    }
)
# What the schema and the dtypes name that has no name in C.
RESERVED = re.compile(r"_anonymous(_[0-9]+)+|_bits_[0-9]+|_union")
WHOLE_UNION = "_union"  # a union as a message: all of its bytes


def python_name(name: str) -> str:
    """Returns a C name as a Python attribute name.

    A keyword, and what every compiled class has already, gets an underscore at its end. Two
    underscores at the beginning become one: Python would mangle the name. Python reads what is
    typed in Unicode's form NFKC, and has no $.
    """
    name = normalize("NFKC", name).replace("$", "_")
    if iskeyword(name) or name in CLASS_NAMES:
        return name + "_"
    return "_" + name.lstrip("_") if name.startswith("__") else name


def class_name(name: str) -> str:
    """Returns a C name as the name of a Python class: ``scope_block`` is ``ScopeBlock``."""
    parts = [part for part in python_name(name).split("_") if part]
    camel = "".join(part[0].upper() + part[1:] for part in parts)
    return camel if camel and not camel[0].isdigit() else f"C{camel}"


_ENUM_NAMES = frozenset(("mro", *dir(IntEnum), "name", "value"))


def enumerator_names(labels: Iterable[str]) -> dict[str, str]:
    """Returns the names of enumerators in Python, whose enums keep some for themselves."""
    labels = list(labels)
    names: dict[str, str] = {}
    taken = {python_name(label) for label in labels}
    for label in labels:
        name = normalize("NFKC", label).replace("$", "_")
        if (name[0] == "_" and name[-1] == "_") or name in _ENUM_NAMES:  # _x_ and __x__
            name += "_"
            while name in taken:
                name += "_"
            taken.add(name)
        names[label] = name
    return names
