"""Reads Python values from a struct's bytes, for the message classes of both routes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cwire_structs.schema.fields import WHOLE_UNION, Field, Memory, Struct


def text(raw: bytes) -> str:
    """Returns the text in the bytes of a char array: up to the first NUL, as UTF-8.

    Bytes that are not UTF-8 become the replacement character.
    """
    return raw.partition(b"\0")[0].decode("utf-8", "replace")


def plain_text(raw: bytes) -> str | bytes:
    """Returns the text in the bytes of a char array, or the bytes if they are more than a text.

    A text is UTF-8 and followed by nothing but NULs.
    """
    until = raw.rstrip(b"\0")
    if b"\0" in until:
        return raw
    try:
        return until.decode()
    except UnicodeDecodeError:
        return raw


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

    Numbers are Python's, enums their names where there is one, arrays lists, nested structs dicts,
    text str (see `plain_text`). A union is its bytes: which member is meant, only the program
    knows.

    Args:
        struct: What the bytes are.
        memory: They begin at its beginning.
        size: How many are the message's: where a flexible array member ends.
    """
    if struct.kind == "union":
        return {WHOLE_UNION: bytes(memory[: struct.size])}
    return values_at(struct, memory, 0, size)


def values_at(struct: Struct, memory: Memory, at: int, end: int) -> dict[str, Any]:
    """Returns the plain values of a struct that begins at `at`, of a message that ends at `end`."""
    values: dict[str, Any] = {}
    for member in struct.members:
        inner = member.type.struct if member.anonymous else None
        if inner is not None and inner.kind == "struct":
            values.update(values_at(inner, memory, at + member.offset, end))
        else:
            values[member.name] = plain_value(member, memory, at, end)
    return values


def plain_value(field: Field, memory: Memory, at: int, end: int) -> Any:
    """Returns one field's value as `to_dict` gives it."""
    if field.bits:
        return field.type.named(read_bits(field, memory, at))
    return field.type.plain(memory, at + field.offset, end)


def read_bits(field: Field, memory: Memory, at: int) -> int:
    """Returns the value of a bit field of the struct that begins at `at`; a bool is a bool."""
    assert field.bits is not None
    return field.type.from_bits(field.bits.read(memory, at), field.bits.width)


def equal(struct: Struct, one: Memory, other: Memory, size: int) -> bool:
    """Compares two messages of this size: padding does not count, NaN is not equal to NaN."""
    for member in struct.members:
        if member.bits:
            same = read_bits(member, one, 0) == read_bits(member, other, 0)
        else:
            same = member.type.equal(one, other, member.offset, size)
        if not same:
            return False
    return True
