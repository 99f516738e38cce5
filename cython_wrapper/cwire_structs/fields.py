"""The parts of a schema: enums, structs, and the fields in them.

Everything here is immutable data. `schema_reader` makes it from JSON and answers for its being
consistent; `dtypes` and `codec` rely on that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from keyword import iskeyword
from math import prod
from typing import ClassVar, Literal, TypeAlias


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


@dataclass(frozen=True, slots=True, eq=False)
class NumberType:
    """An integer, a float or a bool; `np` is numpy's type string with the byte order."""

    kind: Literal["int", "uint", "float", "bool"]
    np: str

    @property
    def size(self) -> int:
        """Bytes of one value."""
        return int(self.np[2:])

    @property
    def bounds(self) -> tuple[int, int]:
        """Smallest and largest value of an integer (or bool) type."""
        if self.kind == "bool":
            return 0, 1
        return integer_bounds(self.size, signed=self.kind == "int")


@dataclass(frozen=True, slots=True, eq=False)
class EnumType:
    """An integer with names."""

    kind: ClassVar[Literal["enum"]] = "enum"
    np: str
    enum: Enum

    @property
    def size(self) -> int:
        """Bytes of one value."""
        return self.enum.size


@dataclass(frozen=True, slots=True, eq=False)
class TextType:
    """Text in char[length], up to the first NUL or the end."""

    kind: ClassVar[Literal["char"]] = "char"
    length: int

    @property
    def np(self) -> str:
        """Numpy's type string."""
        return f"|S{self.length}"

    @property
    def size(self) -> int:
        """Bytes of the array."""
        return self.length


@dataclass(frozen=True, slots=True, eq=False)
class StructType:
    """A nested struct."""

    kind: ClassVar[Literal["struct"]] = "struct"
    struct: Struct

    @property
    def size(self) -> int:
        """Bytes of one struct."""
        return self.struct.size


ElementType: TypeAlias = NumberType | EnumType | TextType | StructType


@dataclass(frozen=True, slots=True, eq=False)
class ArrayType:
    """A fixed array of one or more dimensions, in C order."""

    kind: ClassVar[Literal["array"]] = "array"
    shape: tuple[int, ...]
    of: ElementType

    @property
    def size(self) -> int:
        """Bytes of the whole array."""
        return prod(self.shape) * self.of.size


@dataclass(frozen=True, slots=True, eq=False)
class TailType:
    """The flexible array member: the rest of the payload.

    Attributes:
        of: What it consists of. A tail of chars (a text of length 1) is one text.
        stride: Bytes of one element.
    """

    kind: ClassVar[Literal["tail"]] = "tail"
    of: ElementType
    stride: int

    @property
    def size(self) -> int:
        """Bytes inside the struct: none."""
        return 0


FieldType: TypeAlias = ElementType | ArrayType | TailType


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One member of a struct.

    Attributes:
        name: The member's name in C.
        c_type: Its type as C spells it, for people.
        offset: Bytes from the start of the struct.
        size: Bytes; 0 for a flexible array member.
        type: What the bytes mean.
        doc: The doc comment, without tags.
        unit: From ``@unit``.
        range: From ``@range``: lowest and highest value, both allowed; of each element of an array.
        default: From ``@default``: what `Message.encode` writes when the field is left out. An
            array's is the value of every element.
    """

    name: str
    c_type: str
    offset: int
    size: int
    type: FieldType
    doc: str = ""
    unit: str | None = None
    range: tuple[float, float] | None = None
    default: object | None = None

    @property
    def py_name(self) -> str:
        """The name as a Python attribute: ``class`` becomes ``class_``, ``__pad`` ``_pad``."""
        return python_name(self.name)


@dataclass(frozen=True, eq=False)
class Struct:
    """A C struct.

    Attributes:
        name: Key in the schema's types.
        c_name: As C spells it: ``struct scope_block``.
        size: sizeof, in bytes.
        align: Alignment in bytes.
        doc: The doc comment, without tags.
        fields: The members by rising offset, without overlap; a flexible array member is last.
        by_name: The same by name.
    """

    name: str
    c_name: str
    size: int
    align: int
    doc: str
    fields: tuple[Field, ...]
    by_name: Mapping[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {member.name: member for member in self.fields})

    @property
    def tail(self) -> Field | None:
        """The flexible array member, if there is one."""
        last = self.fields[-1]
        return last if isinstance(last.type, TailType) else None


def integer_bounds(size: int, *, signed: bool) -> tuple[int, int]:
    """Returns the smallest and the largest integer of `size` bytes."""
    bits = 8 * size
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)


# What the compiled classes have beside their fields.
CLASS_NAMES = frozenset(
    ("ID", "MESSAGE", "STRUCT", "from_bytes", "cwire_at", "cwire_own", "cwire_owner", "cwire_size")
)


def python_name(name: str) -> str:
    """Returns a C name as a Python attribute name.

    A keyword, and what every compiled class has already, gets an underscore at its end. Two
    underscores at the beginning become one: Python would mangle the name.
    """
    if iskeyword(name) or name in CLASS_NAMES:
        return name + "_"
    return "_" + name.lstrip("_") if name.startswith("__") else name
