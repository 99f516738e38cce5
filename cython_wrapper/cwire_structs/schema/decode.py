"""Reads Python values from a struct's bytes, for the message classes of both routes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import prod
from struct import Struct as Packer
from typing import Any

import numpy as np

from cwire_structs.schema.dtypes import type_dtype
from cwire_structs.schema.fields import (
    WHOLE_UNION,
    ArrayType,
    BitRange,
    ElementType,
    EnumType,
    Field,
    NumberType,
    Struct,
    StructType,
    TailType,
    TextType,
)

Memory = bytes | bytearray | memoryview
# numpy's type strings in the letters of the module struct; a complex number is two.
PACKING = {
    "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
    "f2": "e", "f4": "f", "f8": "d", "b1": "B", "c8": "ff", "c16": "dd",
}  # fmt: skip


def text(raw: bytes) -> str:
    """Returns the text in the bytes of a char array: up to the first NUL, as UTF-8.

    Bytes that are not UTF-8 become the replacement character.
    """
    return raw.partition(b"\0")[0].decode("utf-8", "replace")


def number_reader(type_: NumberType | EnumType) -> Callable[[Memory, int], Any]:
    """Returns a function that reads one number at an offset."""
    unpack = _unpacker(type_.np)
    if type_.np[1] == "c":
        return lambda memory, at: complex(*unpack(memory, at))
    if type_.np[1] == "b":
        return lambda memory, at: unpack(memory, at)[0] != 0
    return lambda memory, at: unpack(memory, at)[0]


@cache
def _unpacker(code: str) -> Callable[[Memory, int], tuple[Any, ...]]:
    order = ">" if code[0] == ">" else "<"
    return Packer(order + PACKING[code[1:]]).unpack_from


def read_bits(memory: Memory, at: int, bits: BitRange, type_: NumberType | EnumType) -> int:
    """Returns the value of a bit field of the struct that begins at `at`; a bool is a bool."""
    raw = int.from_bytes(memory[at + bits.start : at + bits.stop], bits.byte_order)
    value = raw >> bits.shift & (1 << bits.width) - 1
    if isinstance(type_, NumberType) and type_.kind == "bool":
        return value != 0
    signed = type_.enum.signed if isinstance(type_, EnumType) else type_.kind == "int"
    return value - (1 << bits.width) if signed and value >> bits.width - 1 else value


def tail_count(field: Field, size: int) -> int:
    """Returns the elements of a flexible array member in a message of `size` bytes."""
    return (size - field.offset) // field.type.stride if isinstance(field.type, TailType) else 0


def array_view(
    memory: Any, dtype: np.dtype[Any], shape: tuple[int, ...], offset: int
) -> np.ndarray[Any, Any]:
    """Returns an array over a buffer; it keeps the buffer's owner alive."""
    return np.ndarray(shape, dtype, memory, offset)


def nest(items: Sequence[Any], shape: tuple[int, ...]) -> tuple[Any, ...]:
    """Returns a flat sequence as nested tuples of this shape."""
    if len(shape) == 1:
        return tuple(items)
    step = len(items) // shape[0]
    rows = (items[start : start + step] for start in range(0, len(items), step))
    return tuple(nest(row, shape[1:]) for row in rows)


def texts(raw: bytes, length: int, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """Returns the texts in an array of char arrays."""
    return nest([text(raw[at : at + length]) for at in range(0, len(raw), length)], shape)


def to_dict(struct: Struct, memory: Memory, size: int) -> dict[str, Any]:
    """Returns a struct's values as plain Python: what `encode` makes the same bytes of.

    Numbers are Python's, enums their names, arrays lists, nested structs dicts, text str. A union
    is its bytes: which member is meant, only the program knows.

    Args:
        struct: What the bytes are.
        memory: They begin at its beginning.
        size: How many are the message's: where a flexible array member ends.
    """
    if struct.kind == "union":
        return {WHOLE_UNION: bytes(memory[: struct.size])}
    return _dict(struct, memory, 0, size)


def _dict(struct: Struct, memory: Memory, at: int, size: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for member in struct.members:
        inner = member.type.struct if isinstance(member.type, StructType) else None
        if member.anonymous and inner is not None and inner.kind == "struct":
            values.update(_dict(inner, memory, at + member.offset, size))
        else:
            values[member.name] = plain_value(member, memory, at, size)
    return values


def plain_value(field: Field, memory: Memory, at: int, size: int) -> Any:
    """Returns one field's value as `to_dict` gives it."""
    type_, start = field.type, at + field.offset
    if field.bits:
        assert isinstance(type_, NumberType | EnumType)
        value = read_bits(memory, at, field.bits, type_)
        return _enum_name(type_, value) if isinstance(type_, EnumType) else value
    if isinstance(type_, TailType):
        if isinstance(type_.of, TextType):
            return text(bytes(memory[start:size]))
        return _list(type_.of, (tail_count(field, size),), memory, start)
    if isinstance(type_, ArrayType):
        return _list(type_.of, type_.shape, memory, start)
    return _plain(type_, memory, start)


def _list(of: ElementType, shape: tuple[int, ...], memory: Memory, start: int) -> list[Any]:
    if isinstance(of, NumberType):
        if 0 in shape:
            return []
        array = array_view(memory, type_dtype(of), shape, start)
        return list((array.view("u1") != 0).tolist() if of.kind == "bool" else array.tolist())
    rest = shape[1:]
    step = prod(rest) * of.size
    if rest:
        return [_list(of, rest, memory, start + i * step) for i in range(shape[0])]
    return [_plain(of, memory, start + i * step) for i in range(shape[0])]


def _plain(type_: ElementType, memory: Memory, start: int) -> Any:
    if isinstance(type_, StructType):
        if type_.struct.kind == "union":
            return bytes(memory[start : start + type_.size])
        return _dict(type_.struct, memory, start, start + type_.size)
    if isinstance(type_, TextType):
        return text(bytes(memory[start : start + type_.size]))
    value = number_reader(type_)(memory, start)
    return _enum_name(type_, value) if isinstance(type_, EnumType) else value


def _enum_name(type_: EnumType, value: int) -> str | int:
    label = type_.enum.label(value)
    return value if label is None else label


def equal(struct: Struct, one: Memory, other: Memory, size: int) -> bool:
    """Compares two messages of this size: padding does not count, NaN is not equal to NaN."""
    for member in struct.members:
        type_ = member.type
        if isinstance(type_, ArrayType | TailType) and isinstance(type_.of, NumberType | EnumType):
            shape = type_.shape if isinstance(type_, ArrayType) else (tail_count(member, size),)
            dtype = type_dtype(type_.of)
            left, right = (
                array_view(memory, dtype, shape, member.offset) for memory in (one, other)
            )
            if dtype.kind == "b":
                left, right = left.view("u1") != 0, right.view("u1") != 0
            if not np.array_equal(left, right):
                return False
        elif plain_value(member, one, 0, size) != plain_value(member, other, 0, size):
            return False
    return True
