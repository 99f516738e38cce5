"""The parts of a schema: enums, structs, and the fields in them.

Everything here is immutable data. `reader` makes it from JSON and answers for its being
consistent; `dtypes`, `encode` and `decode` rely on that. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    """An integer, a float, a complex or a bool; `np` is numpy's type string with the byte order."""

    kind: Literal["int", "uint", "float", "complex", "bool"]
    np: str

    @property
    def size(self) -> int:
        """Bytes of one value."""
        return int(self.np[2:])


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
    """A nested struct or union."""

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


def element_type(type_: FieldType) -> ElementType:
    """Returns the type of an array's or a tail's elements; of any other, the type itself."""
    return type_.of if isinstance(type_, ArrayType | TailType) else type_


@dataclass(frozen=True, slots=True, eq=False)
class BitRange:
    """Where the bits of a bit field are.

    Attributes:
        offset: Bits from the start of the struct. On a little-endian target a byte's first bit is
            the least significant one, on a big-endian target the most significant one.
        width: How many.
        byte_order: Of the target.
    """

    offset: int
    width: int
    byte_order: Literal["little", "big"]

    @property
    def start(self) -> int:
        """The first byte that has one of the bits."""
        return self.offset // 8

    @property
    def stop(self) -> int:
        """The byte behind the last one that has one of the bits."""
        return (self.offset + self.width + 7) // 8

    @property
    def shift(self) -> int:
        """How far left the value stands in the integer of those bytes."""
        if self.byte_order == "little":
            return self.offset - 8 * self.start
        return 8 * self.stop - self.offset - self.width

    def moved(self, offset: int) -> BitRange:
        """Returns the same in a struct that begins `offset` bytes earlier."""
        return BitRange(self.offset + 8 * offset, self.width, self.byte_order)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One member of a struct.

    Attributes:
        name: The member's name in C; an anonymous member has one that C does not know.
        c_type: Its type as C spells it, for people.
        offset: Bytes from the start of the struct; of a bit field, of the first byte that it is in.
        size: Bytes; 0 for a flexible array member; of a bit field, how many bytes it is in.
        type: What the bytes mean; of a bit field, what its bits mean.
        doc: The doc comment, without tags.
        unit: From ``@unit``.
        range: From ``@range``: lowest and highest value, both allowed; of each element of an array.
        default: From ``@default``: what `Message.encode` writes when the field is left out. An
            array's is the value of every element.
        bits: Of a bit field.
        anonymous: A struct or union without a name: C knows only its members.
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
    bits: BitRange | None = None
    anonymous: bool = False

    @property
    def py_name(self) -> str:
        """The name as a Python attribute: ``class`` becomes ``class_``, ``__pad`` ``_pad``."""
        return python_name(self.name)

    @property
    def element(self) -> ElementType:
        """The type of an array's or a tail's elements; of any other field, its type."""
        return element_type(self.type)

    @property
    def span(self) -> tuple[int, int]:
        """The first bit, and the one behind the last."""
        if self.bits:
            return self.bits.offset, self.bits.offset + self.bits.width
        return 8 * self.offset, 8 * (self.offset + self.size)

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
        size: sizeof, in bytes.
        align: Alignment in bytes.
        doc: The doc comment, without tags.
        members: As C declares them: of a struct by rising offset, without overlap; a flexible
            array member is last.
        fields: What has a name in C: the members, and in the place of each anonymous one its own
            (those of anonymous unions overlap).
        unions: The anonymous unions among the members, at any depth.
        by_name: The fields by name.
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

    def __post_init__(self) -> None:
        fields: list[Field] = []
        unions: list[Field] = []
        for member in self.members:
            if member.anonymous and isinstance(member.type, StructType):
                inner = member.type.struct
                if inner.kind == "union":
                    unions.append(member)
                unions += [one.moved(member.offset) for one in inner.unions]
                fields += [one.moved(member.offset) for one in inner.fields]
            else:
                fields.append(member)
        object.__setattr__(self, "fields", tuple(fields))
        object.__setattr__(self, "unions", tuple(unions))
        object.__setattr__(self, "by_name", {one.name: one for one in fields})

    def at(self, path: str) -> Field:
        """Returns the field at a path: dots lead into nested structs, ``acquisition.level``.

        Raises:
            LookupError: There is none; the text names those that are there.
        """
        struct: Struct | None = self
        for name in path.split("."):
            field = struct.by_name.get(name) if struct else None
            if field is None:
                known = ", ".join(struct.by_name) if struct else "none"
                raise LookupError(f"no field {path!r}; there are: {known}")
            struct = field.type.struct if isinstance(field.type, StructType) else None
        assert field is not None  # a path has at least one name
        return field

    @property
    def tail(self) -> Field | None:
        """The flexible array member, if there is one."""
        last = self.fields[-1]
        return last if isinstance(last.type, TailType) else None


def integer_bounds(type_: NumberType | EnumType, bits: BitRange | None) -> tuple[int, int]:
    """Returns the smallest and the largest value of an integer, enum or bool member."""
    if isinstance(type_, NumberType) and type_.kind == "bool":
        return 0, 1
    signed = type_.enum.signed if isinstance(type_, EnumType) else type_.kind == "int"
    return bit_bounds(bits.width if bits else 8 * type_.size, signed=signed)


def bit_bounds(bits: int, *, signed: bool) -> tuple[int, int]:
    """Returns the smallest and the largest integer of so many bits."""
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)


# What the message classes have beside their fields.
CLASS_NAMES = frozenset(
    (
        *("ID", "MESSAGE", "STRUCT", "from_bytes", "from_dict", "to_dict"),
        *("cwire_at", "cwire_memory", "cwire_own", "cwire_owner", "cwire_reserve", "cwire_size"),
        "cwire_view",
    )
)
# What the schema and the dtypes name that has no name in C.
RESERVED = re.compile(r"_anonymous(_[0-9]+)+|_bits_[0-9]+|_union")
WHOLE_UNION = "_union"  # a union as a message: all of its bytes


def python_name(name: str) -> str:
    """Returns a C name as a Python attribute name.

    A keyword, and what every compiled class has already, gets an underscore at its end. Two
    underscores at the beginning become one: Python would mangle the name.
    """
    if iskeyword(name) or name in CLASS_NAMES:
        return name + "_"
    return "_" + name.lstrip("_") if name.startswith("__") else name


def class_name(name: str) -> str:
    """Returns a C name as the name of a Python class: ``scope_block`` is ``ScopeBlock``."""
    parts = [part for part in name.split("_") if part]
    camel = "".join(part[0].upper() + part[1:] for part in parts)
    return camel if camel and not camel[0].isdigit() else f"C{camel}"
