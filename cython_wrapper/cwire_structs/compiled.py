"""What the generated Cython modules share: everything that need not be compiled.

They reach it as one name, so that nothing in a user's header can hide what they use.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np

from .codec import encode_tail, put_field, text
from .dtypes import type_dtype
from .errors import FieldError
from .fields import ArrayType, EnumType, Field, NumberType
from .schema import PAYLOAD_LIMIT, Message, Schema

__all__ = [
    "IntEnum", "Message", "Schema", "array", "element_dtype", "encode_message_tail", "equal",
    "nest", "put", "show", "text", "texts",
]  # fmt: skip

_SHOWN_ELEMENTS = 6


def put(message: Message, name: str, memory: memoryview, value: object) -> None:
    """Writes a field of a struct that begins at the memory's beginning, checked."""
    put_field(message.name, message.struct.by_name[name], memory, 0, value, "")


def encode_message_tail(message: Message, value: object) -> bytes:
    """Returns the bytes of a message's flexible array member, checked."""
    field = message.struct.fields[-1]
    data = encode_tail(message.name, field, value)
    if message.size + len(data) > PAYLOAD_LIMIT:
        size = message.size + len(data)
        reason = f"the message would have {size} bytes, the limit is {PAYLOAD_LIMIT}"
        raise FieldError(message.name, field.name, reason)
    return data


def element_dtype(message: Message, name: str) -> np.dtype[Any]:
    """Returns the dtype of one element of an array or a tail."""
    type_ = message.struct.by_name[name].type
    return type_dtype(getattr(type_, "of", type_))


def array(memory: Any, dtype: np.dtype[Any], shape: tuple[int, ...], offset: int) -> Any:
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


def equal(one: Any, other: Any, message: Message) -> bool:
    """Compares field by field: padding does not count, and NaN is not equal to NaN."""
    for field in message.struct.fields:
        left, right = getattr(one, field.py_name), getattr(other, field.py_name)
        if isinstance(left, np.ndarray):
            if not np.array_equal(left, right):
                return False
        elif left != right:
            return False
    return True


def show(message_object: Any, message: Message) -> str:
    """Returns the repr of a compiled message."""
    parts = [
        f"{field.py_name}={_show_value(field, getattr(message_object, field.py_name))}"
        for field in message.struct.fields
    ]
    return f"{type(message_object).__name__}({', '.join(parts)})"


def _show_value(field: Field, value: Any) -> str:
    if isinstance(field.type, EnumType):
        label = field.type.enum.label(value)
        return repr(label) if label is not None else str(value)
    if isinstance(value, np.ndarray):
        if value.size > _SHOWN_ELEMENTS:
            shape = " x ".join(str(length) for length in value.shape)
            return f"<{shape} {value.dtype.name}>"
        return repr(value.tolist())
    if isinstance(field.type, ArrayType) and not isinstance(field.type.of, NumberType):
        return "(" + ", ".join(repr(item) for item in value) + ")"
    return repr(value)
