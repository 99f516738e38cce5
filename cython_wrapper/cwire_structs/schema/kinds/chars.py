"""Bytes that C calls chars or small integers, as text or as numbers. Pure."""

from __future__ import annotations

from cwire_structs.schema.fields import Kind
from cwire_structs.schema.kinds.arrays import ArrayType, TailType
from cwire_structs.schema.kinds.element import Element
from cwire_structs.schema.kinds.text import TextType


def as_text(kind: Kind) -> Kind:
    """Returns the kind of a member of numbers of one byte as text: uint8_t[12] as char[12] is."""
    *rest, length = (kind.row if kind.is_tail else kind.shape) or (1,)
    text = TextType(length)
    if kind.is_tail:
        return TailType(text, tuple(rest))
    return ArrayType(tuple(rest), text) if rest else text


def as_numbers(kind: Kind, shape: tuple[int, ...], number: Element) -> Kind:
    """Returns the kind of a member of chars as numbers.

    Args:
        kind: As text.
        shape: The array's, that of the text included: char is not char[1]. Of a tail, its row.
        number: The kind of one.
    """
    if kind.is_tail:
        return TailType(number, shape)
    return ArrayType(shape, number) if shape else number
