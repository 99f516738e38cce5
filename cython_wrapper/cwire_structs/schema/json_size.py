"""Counts the values that a message has as JSON: the relay makes JSON of small ones only. Pure."""

from __future__ import annotations

from math import prod
from weakref import WeakKeyDictionary

from cwire_structs.schema.fields import Kind, Struct
from cwire_structs.schema.message import Message

__all__ = ["JSON_VALUES", "json_values"]

JSON_VALUES = 5000
"""The most that a relay makes JSON of, or takes as JSON."""

# Of text and unions, which JSON is made of quickly: bytes that count as one value.
_QUICK_BYTES = 8
_COUNTS: WeakKeyDictionary[Struct, int] = WeakKeyDictionary()


def json_values(message: Message, payload_size: int | None = None) -> int:
    """Counts the values; those of structs in arrays count twice.

    Args:
        message: Whose.
        payload_size: Bytes of the payload; None: of the smallest that the message can have.
    """
    count = _count(message.struct)
    if message.tail is not None and payload_size is not None:
        tail = message.tail.type
        elements = max(payload_size - message.size, 0) // tail.stride * prod(tail.row)
        count += _count_all(message.tail.element, elements)
    return count


def _count(struct: Struct) -> int:
    """The values of a struct, without its tail. Each struct is counted once, however nested."""
    count = _COUNTS.get(struct)
    if count is None:
        if struct.kind == "union":
            count = -(-struct.size // _QUICK_BYTES)
        else:
            count = sum(
                _count_all(
                    member.type.element, prod(member.type.shape), alone=not member.type.shape
                )
                for member in struct.members
                if not member.type.is_tail
            )
        _COUNTS[struct] = count
    return count


def _count_all(kind: Kind, elements: int, *, alone: bool = False) -> int:
    if kind.struct is not None:
        return elements * _count(kind.struct) * (1 if alone else 2)
    if kind.is_text:
        size = kind.size if kind.size > 1 or alone else 0
        return elements * -(-size // _QUICK_BYTES) if size else -(-elements // _QUICK_BYTES)
    return 2 * elements if kind.form == "complex" else elements
