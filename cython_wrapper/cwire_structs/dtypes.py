"""Schema types to numpy dtypes: the same bytes that the C compiler laid out, seen by numpy.

Enums are integers here; char[N] is ``S`` (numpy drops only trailing NULs: see `codec.text`); a
uint8_t array is a ``u1`` array.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from .fields import ArrayType, Field, FieldType, Struct, StructType, TailType, TextType

# One dtype per struct: a struct that nests another twice, which nests a third twice, and so on,
# would otherwise take exponential time.
_DTYPES: WeakKeyDictionary[Struct, np.dtype[Any]] = WeakKeyDictionary()


def type_dtype(type_: FieldType, tail: int = 0) -> np.dtype[Any]:
    """Returns the dtype of a field's type; `tail` is the number of elements of a tail."""
    if isinstance(type_, StructType):
        return struct_dtype(type_.struct)
    if isinstance(type_, ArrayType):
        return np.dtype((type_dtype(type_.of), type_.shape))
    if isinstance(type_, TailType):
        if isinstance(type_.of, TextType):
            return np.dtype(f"|S{tail}")
        return np.dtype((type_dtype(type_.of), (tail,)))
    return np.dtype(type_.np)


def struct_dtype(struct: Struct) -> np.dtype[Any]:
    """Returns a struct's dtype, padding included: itemsize is sizeof."""
    dtype = _DTYPES.get(struct)
    if dtype is None:
        dtype = _DTYPES[struct] = place(struct.fields, struct.size)
    return dtype


def place(fields: tuple[Field, ...], size: int, *, start: int = 0, tail: int = 0) -> np.dtype[Any]:
    """Returns a dtype of `size` bytes with the fields at `start` plus their offsets."""
    return np.dtype(
        {
            "names": [field.name for field in fields],
            "formats": [type_dtype(field.type, tail) for field in fields],
            "offsets": [start + field.offset for field in fields],
            "itemsize": size,
        }
    )
