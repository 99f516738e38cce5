"""The values of one struct as an object: fields as attributes, ready to print. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.errors import UnknownField
from cwire.view.html import record_html
from cwire.view.text import value_text
from cwire_structs.schema.dtypes import bit_column
from cwire_structs.schema.fields import Kind, Struct
from cwire_structs.schema.paths import Path, PathError, find_path

__all__ = ["EnumValue", "Fields", "StructArray", "Structs", "known_path"]

_FEW = 3  # structs of an array that are printed


class EnumValue(int):
    """An integer with the name that the C enum gives it; ``name`` is None for other numbers."""

    name: str | None

    def __new__(cls, value: int, name: str | None) -> EnumValue:
        """Makes one of a number and its name."""
        self = super().__new__(cls, value)
        self.name = name
        return self

    def __repr__(self) -> str:
        return f"{self.name} ({int(self)})" if self.name else str(int(self))

    def __reduce__(self) -> tuple[type[EnumValue], tuple[int, str | None]]:
        return type(self), (int(self), self.name)


class Fields:
    """A struct's values: ``status.acquisition.level`` or ``status["acquisition.level"]``.

    Numbers are Python's, text is str, enums are `EnumValue`, arrays are views on the message's
    memory (valid as long as anything refers to them), arrays of structs are `Structs`. A field
    that is called like something of Python's or of this object's own is read as ``status["keys"]``.
    ``bytes`` of it are the struct's, and ``cwire.field_bytes(status, "name")`` those of a field.
    """

    # Names that no header is likely to have.
    __slots__ = ("_cwire_struct", "_cwire_values")
    _cwire_values: np.void
    _cwire_struct: Struct

    def __init__(self, values: np.void, struct: Struct) -> None:
        self._cwire_values = values
        self._cwire_struct = struct

    @property
    def __struct__(self) -> Struct:
        """The description from the schema."""
        return self._cwire_struct

    def __bytes__(self) -> bytes:
        return self._cwire_values.tobytes()

    def __getitem__(self, name: str) -> Any:
        struct = self._cwire_struct
        field = struct.by_name.get(name)
        if field is not None:
            if field.bits:
                return _shown(bit_column(self._cwire_values, struct, field), field.type)
            return _shown(self._cwire_values[field.name], field.type)
        path = known_path(struct, name, struct.name)
        return _shown(path.values(self._cwire_values), path.field.element)

    def __getattr__(self, name: str) -> Any:
        # The short way of most fields, which a program reads one after the other.
        if name[:1] != "_":
            field = self._cwire_struct.by_name.get(name)
            if field is not None and not field.bits and field.py_name == name:
                return _shown(self._cwire_values[name], field.type)
        return self[_field_called(self, name)]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_py_names(self._cwire_struct)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cwire_struct.by_name)

    def __len__(self) -> int:
        return len(self._cwire_struct.by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._cwire_struct.by_name

    def keys(self) -> list[str]:
        """The fields' names, so that ``dict(record)`` works."""
        return list(self._cwire_struct.by_name)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._cwire_struct.by_name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fields) or self._cwire_struct.name != other._cwire_struct.name:
            return NotImplemented
        return all(_equal(self[name], other[name]) for name in self)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        values = self._cwire_values
        return _again, (Fields, values.tobytes(), values.dtype, (), self._cwire_struct)

    def __copy__(self) -> Any:
        made, arguments = self.__reduce__()
        return made(*arguments)

    def __deepcopy__(self, memo: Any, /) -> Any:
        return self.__copy__()  # what describes it is shared

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value_text(self[name])}" for name in self)
        return f"{self._cwire_struct.name}({inside})"

    def _cwire_title(self) -> str:
        return self._cwire_struct.name

    def _repr_html_(self) -> str:
        return record_html(self._cwire_title(), self._cwire_struct, self)


class Structs:
    """An array of structs: ``status.axis[0].speed``; of all: ``status.axis.speed``, an array."""

    __slots__ = ("_cwire_struct", "_cwire_values")
    _cwire_values: npt.NDArray[Any]
    _cwire_struct: Struct

    def __init__(self, values: npt.NDArray[Any], struct: Struct) -> None:
        self._cwire_values = values
        self._cwire_struct = struct

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            struct = self._cwire_struct
            path = known_path(struct, key, struct.name)
            return _shown(path.values(self._cwire_values), path.field.element)
        values = self._cwire_values[key]
        return (Structs if np.ndim(values) else Fields)(values, self._cwire_struct)

    def __getattr__(self, name: str) -> Any:
        return self[_field_called(self, name)]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_py_names(self._cwire_struct)]

    def __len__(self) -> int:
        return len(self._cwire_values)

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self._cwire_values, dtype, copy=copy)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Structs) or len(self) != len(other):
            return NotImplemented
        return all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        values = self._cwire_values
        return _again, (Structs, values.tobytes(), values.dtype, values.shape, self._cwire_struct)

    def __copy__(self) -> Any:
        made, arguments = self.__reduce__()
        return made(*arguments)

    def __deepcopy__(self, memo: Any, /) -> Any:
        return self.__copy__()

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._cwire_struct.by_name)

    def __repr__(self) -> str:
        if self._cwire_values.ndim == 1 and len(self) <= _FEW:
            return f"[{', '.join(map(repr, self))}]"
        shape = " x ".join(map(str, self._cwire_values.shape))
        return f"<{shape} {self._cwire_struct.name}>"


class StructArray(np.ndarray[Any, np.dtype[Any]]):
    """The structs in a field of many frames: a numpy array whose values are read by their paths.

    ``frames["axis"]["flags"]["enabled"]`` is ``frames["axis.flags.enabled"]``, a bit field too; one
    struct, ``frames["axis"][0, 1]``, is as that of a record.
    """

    _cwire_struct: Struct | None

    @classmethod
    def of(cls, values: npt.NDArray[Any], struct: Struct) -> StructArray:
        """Makes one of plain structs; copies nothing."""
        made = values.view(cls)
        made._cwire_struct = struct
        return made

    def __array_finalize__(self, source: object) -> None:
        self._cwire_struct = getattr(source, "_cwire_struct", None)

    def __getitem__(self, key: Any) -> Any:
        struct, plain = self._cwire_struct, np.asarray(self)
        if struct is None or not self.dtype.names or isinstance(key, list):
            return plain[key]
        if isinstance(key, str):
            path = known_path(struct, key, struct.name)
            found, inner = path.values(plain), path.field.element.struct
            return found if inner is None else StructArray.of(found, inner)
        found = plain[key]
        return StructArray.of(found, struct) if np.ndim(found) else Fields(found, struct)

    # numpy would print the fields of `Fields` as numbers, which enums and bit fields are not.
    def __repr__(self) -> str:
        struct, plain = self._cwire_struct, np.asarray(self)
        if struct is None or not plain.dtype.names:
            return repr(plain)
        one: Any = plain[()]
        return repr(Structs(plain, struct) if plain.ndim else Fields(one, struct))

    __str__ = __repr__

    def __reduce__(self) -> Any:
        plain = np.asarray(self)
        return (
            plain.__reduce__()
            if self._cwire_struct is None
            else (StructArray.of, (plain.copy(), self._cwire_struct))
        )

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._cwire_struct.by_name) if self._cwire_struct else []


def known_path(struct: Struct, text: str, owner: str) -> Path:
    """The path to values of a struct; `owner` is what people call that.

    Raises:
        UnknownField: There is none; the text says what there is.
    """
    try:
        return find_path(struct, str(text))
    except PathError as problem:
        raise UnknownField(f"{owner} has {problem}") from None


def _shown(value: Any, kind: Kind) -> Any:
    """A value of a record, as Python has such values."""
    if isinstance(value, np.ndarray) and value.ndim:
        struct = kind.element.struct
        return value if struct is None else Structs(value, struct)
    form = kind.form  # of the class: quicker to find than properties
    if form == "struct" and (struct := kind.struct) is not None:
        return Fields(value, struct)
    value = kind.from_numpy(value)
    if form == "choice" and (enum := kind.enum) is not None:
        return EnumValue(value, enum.label(value))
    return value


def _field_called(owner: Fields | Structs, name: str) -> str:
    """The name in C of a field's attribute."""
    # While it is unpickled there is no struct yet, and Python asks for methods of its own.
    if name.startswith("_cwire_") or (name[:2] == name[-2:] == "__" and len(name) > 4):
        raise AttributeError(name)
    struct = owner._cwire_struct
    field = struct.by_name.get(name)
    if field is not None and field.py_name == name:
        return name
    for field in struct.fields:
        if field.py_name == name:
            return field.name
    names = ", ".join(_py_names(struct))
    raise AttributeError(f"{struct.name} has no field {name!r}; its fields are: {names}")


def _py_names(struct: Struct) -> list[str]:
    return [field.py_name for field in struct.fields]


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, (Fields, Structs)):
        return bool(one == other)
    return bool(np.array_equal(one, other))


def _again(
    kind: Any, data: bytes, dtype: np.dtype[Any], shape: tuple[int, ...], struct: Struct
) -> Any:
    """Makes a copy of a struct, or of an array of them, with memory of its own."""
    values = np.frombuffer(bytearray(data), dtype).reshape(shape)
    return kind(values[()], struct)
