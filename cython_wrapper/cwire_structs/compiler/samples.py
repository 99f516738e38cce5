"""Constants that prove that a layout's bytes mean for the compiler what the schema says.

Equal sizes, offsets and kinds do not say what bytes mean. So there is a constant of each struct, in
which the bytes of every number differ, and the object file's bytes are read as the schema would.
Numbers of one byte have no order, so they are left out. So are nested structs: each has a constant
of its own, and `proof` has asked for the member's type. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

from cwire_structs.layout import Layout, readable
from cwire_structs.schema.bits import ByteOrder
from cwire_structs.schema.fields import Field, Kind, Struct
from cwire_structs.schema.kinds.numbers import number_reader

__all__ = ["Sample", "addresses", "samples"]

# Bytes of a struct from which on its constant would only fill the object file.
_LARGE = 1 << 18
# Integers of which all bytes differ, also of a float that holds one: exact, and without a suffix.
_WHOLE = {2: 0x0102, 4: 0x01020304, 8: 0x0102030405060708}
_REAL = {2: 0x103, 4: 0x10203, 8: 0x1020304050607}


@dataclass(frozen=True)
class _Number:
    """A number in a sample.

    Attributes:
        field: The field that it is, or is an element of.
        index: Of the element: ``[0][2]``.
        at: Its offset; of a bit field, its struct's.
        value: Its value.
        text: The value in C.
    """

    field: Field
    index: str
    at: int
    value: complex
    text: str

    def read(self, data: bytes) -> complex | None:
        """Reads it as the schema says; None: it is not there."""
        type_, bits = self.field.element, self.field.bits
        if bits:
            return self.field.type.from_bits(bits.read(data, 0), bits.width)
        if self.at + type_.size > len(data):  # of a tail, which a constant need not have
            return None
        if self.field.type.is_tail and not any(self.stored(data)):
            return None  # of data[0], which gcc leaves out, the place may be the struct's padding
        value: complex = number_reader(type_.np)(data, self.at)
        return value

    def stored(self, data: bytes) -> bytes:
        """Returns its bytes."""
        bits = self.field.bits
        if bits:
            return data[bits.start : bits.stop]
        return data[self.at : self.at + self.field.element.size]


@dataclass(frozen=True)
class Sample:
    """A constant struct.

    Attributes:
        symbol: Its name.
        struct: Its type.
        numbers: Its numbers; all else is zero.
    """

    symbol: str
    struct: Struct
    numbers: tuple[_Number, ...]

    @property
    def line(self) -> str:
        """Its definition in C."""
        entries = ", ".join(f".{one.field.name}{one.index} = {one.text}" for one in self.numbers)
        return f"const {self.struct.c_name} {self.symbol} = {{ {entries} }};"

    def disagreements(self, data: bytes, compiler: str, reader: str) -> Iterator[tuple[str, str]]:
        """Yields the field and the reason of each number that the schema reads as another one.

        Args:
            data: The constant's bytes, as the compiler made them.
            compiler: The compiler's name, for people.
            reader: The name of what the layout is from: libclang or DWARF.
        """
        for one in self.numbers:
            found = one.read(data)
            if found is None or found == one.value:
                continue
            stored = one.stored(data)
            turned = one.read(_turned(data, one))
            why = "the other byte order" if turned == one.value else "another meaning"
            yield (
                one.field.name,
                f"{readable(self.struct.c_name)}.{one.field.name}{one.index}: {compiler} stores "
                f"{_shown(one.value)} as the bytes {stored.hex(' ')}, which are {_shown(found)} "
                f"for {reader}: {why} (scalar_storage_order?)",
            )


def _turned(data: bytes, one: _Number) -> bytes:
    """Returns the bytes with those of a number in the other order."""
    stored = one.stored(data)
    parts = 2 if one.field.element.form == "complex" else 1
    size = len(stored) // parts
    turned = b"".join(stored[size * i : size * (i + 1)][::-1] for i in range(parts))
    start = one.field.bits.start if one.field.bits else one.at
    return data[:start] + turned + data[start + len(stored) :]


def _shown(value: complex) -> str:
    return f"0x{value:x}" if isinstance(value, int) and value > 1 else str(value)


def samples(layout: Layout, byte_order: ByteOrder) -> Iterator[Sample]:
    """Yields constants that hold every number of a layout.

    Args:
        layout: What the schema says.
        byte_order: The compiler's: of large structs in that order, see `addresses`.
    """
    index = 0
    for struct in _named(layout):
        for group in () if _is_large(struct, byte_order) else _groups(struct):
            every = _numbers(struct, group, byte_order)
            numbers = tuple(one for one in every if not _is_inner_tail(struct, one.field))
            if numbers:
                yield Sample(f"cwire_sample_{index}", struct, numbers)
                index += 1


def addresses(layout: Layout, byte_order: ByteOrder) -> Iterator[tuple[Struct, Field, str]]:
    """Yields the numbers that are in no constant, with their struct and field.

    They are those of large structs, and tails in anonymous members, which C does not let be set.
    No compiler gives the address of one that is stored in the other byte order.
    """
    for struct in _named(layout):
        large = _is_large(struct, byte_order)
        for field in struct.fields:
            if field.bits or field.byte_order != byte_order:
                continue
            if large or _is_inner_tail(struct, field):
                index = "[0]" * field.type.dimensions
                yield struct, field, f"(({struct.c_name} *)0)->{field.name}{index}"


def _named(layout: Layout) -> Iterator[Struct]:
    return (one for name, one in layout.structs.items() if name not in layout.anonymous)


def _is_large(struct: Struct, byte_order: ByteOrder) -> bool:
    """Says whether a struct has no constant: it is large, and nothing in it is turned."""
    return struct.size > _LARGE and {one.byte_order for one in struct.fields} <= {byte_order, None}


def _is_inner_tail(struct: Struct, field: Field) -> bool:
    return field.type.is_tail and all(one.name != field.name for one in struct.members)


def _groups(struct: Struct) -> list[list[str]]:
    """Returns the names of the fields that can be set together; in a union, one member can."""
    if struct.kind == "union":
        return [group for member in struct.members for group in _member(member)] or [[]]
    together: list[str] = []
    alone: list[list[str]] = []
    for member in struct.members:
        first, *others = _member(member)
        together += first
        alone += others
    return [together, *alone]


def _member(member: Field) -> list[list[str]]:
    inner = member.type.struct if member.anonymous else None
    return [[member.name]] if inner is None else _groups(inner)


def _numbers(struct: Struct, names: list[str], byte_order: ByteOrder) -> Iterator[_Number]:
    """Yields the numbers of fields; of arrays, the first one and the last one."""
    for name in names:
        field = struct.by_name[name]
        type_ = field.element
        if field.bits:
            value = -1 if type_.signed and field.bits.width == 1 else 1
            yield _Number(field, "", 0, value, str(value))
        elif field.byte_order is None:
            continue
        # Of turned half floats gcc 12 makes zeros in a constant, though a program stores them.
        elif type_.np[1:] != "f2" or field.byte_order == byte_order:
            value_, text = _value(type_)
            if field.type.is_tail:  # data[0] has no element that an index could name
                text = f"{{ {text} }}"
            for index, place in _places(field.type.shape):
                yield _Number(field, index, field.offset + place * type_.size, value_, text)


def _value(type_: Kind) -> tuple[Any, str]:
    if type_.form == "complex":
        real = _REAL[type_.size // 2]
        return complex(real, real + 1), f"{real} + {real + 1}i"
    value = (_REAL if type_.form == "real" else _WHOLE)[type_.size]
    return value, hex(value)


def _places(shape: tuple[int, ...]) -> Iterator[tuple[str, int]]:
    """Yields the index of a number, and how many are before it."""
    yield "[0]" * len(shape), 0
    last = prod(shape) - 1
    if last:
        yield "".join(f"[{length - 1}]" for length in shape), last
