"""Makes numpy dtypes of structs: the same bytes that the C compiler laid out, seen by numpy.

Enums are integers here; char[N] is ``S`` (numpy drops only trailing NULs: see `decode.text`); a
uint8_t array is a ``u1`` array. The members of a union overlap. numpy has no bit fields: their
bytes are a ``u1`` array named ``_bits_N`` after their offset, and `bit_column` reads them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from cwire_structs.schema.fields import WHOLE_UNION, Field, Struct

# One dtype per struct: a struct that nests another twice, which nests a third twice, and so on,
# would otherwise take exponential time.
_DTYPES: WeakKeyDictionary[Struct, np.dtype[Any]] = WeakKeyDictionary()
_STORAGE: WeakKeyDictionary[Struct, np.dtype[Any]] = WeakKeyDictionary()
_Entry = tuple[str, Any, int]  # name, format, offset


def struct_dtype(struct: Struct, *, storage: bool = False) -> np.dtype[Any]:
    """Returns a struct's dtype, padding included: itemsize is sizeof."""
    if storage and struct.kind == "union":
        return np.dtype(f"V{struct.size}")
    cache = _STORAGE if storage else _DTYPES
    dtype = cache.get(struct)
    if dtype is None:
        dtype = cache[struct] = place(struct, struct.size, storage=storage)
    return dtype


def place(
    struct: Struct, size: int, *, start: int = 0, tail: int = 0, storage: bool = False
) -> np.dtype[Any]:
    """Returns a dtype of `size` bytes with the fields at `start` plus their offsets."""
    entries = list(_storage_entries(struct, tail) if storage else _entries(struct, tail))
    return np.dtype(
        {
            "names": [name for name, _, _ in entries],
            "formats": [format_ for _, format_, _ in entries],
            "offsets": [start + offset for _, _, offset in entries],
            "itemsize": size,
        }
    )


def _entries(struct: Struct, tail: int) -> Iterator[_Entry]:
    yield from _bit_entries(struct.fields)
    for field in struct.fields:
        if not field.bits:
            yield field.name, field.type.dtype(tail), field.offset


def _storage_entries(struct: Struct, tail: int) -> Iterator[_Entry]:
    if struct.kind == "union":
        yield WHOLE_UNION, f"V{struct.size}", 0
        return
    yield from _bit_entries(field for field in struct.members if not field.anonymous)
    for field in struct.members:
        inner = field.type.struct if field.anonymous else None
        if inner is not None and inner.kind == "struct":
            for name, format_, offset in _storage_entries(inner, tail):
                moved = _bits_name(offset + field.offset) if name == _bits_name(offset) else name
                yield moved, format_, offset + field.offset
        elif not field.bits:
            yield field.name, field.type.dtype(tail, storage=True), field.offset


def _bits_name(offset: int) -> str:
    return f"_bits_{offset}"


def bit_storage(fields: Iterator[Field] | tuple[Field, ...]) -> list[tuple[int, int]]:
    """Returns the byte ranges of the bit fields among these fields; those that touch are one."""
    ranges: list[tuple[int, int]] = []
    for field in sorted((one for one in fields if one.bits), key=lambda one: one.offset):
        start, stop = field.offset, field.offset + field.size
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = ranges[-1][0], max(stop, ranges[-1][1])
        else:
            ranges.append((start, stop))
    return ranges


def _bit_entries(fields: Any) -> Iterator[_Entry]:
    for start, stop in bit_storage(fields):
        yield _bits_name(start), ("u1", (stop - start,)), start


def column(records: Any, struct: Struct, field: Field) -> Any:
    """Returns a field of records: a view, or the values of a bit field.

    Args:
        records: Structured, of any shape: of `struct_dtype`, or of frames.
        struct: What they are.
        field: One of its fields.
    """
    return bit_column(records, struct, field) if field.bits else records[field.name]


def bit_column(records: Any, struct: Struct, field: Field) -> Any:
    """Returns a bit field's values.

    Args:
        records: One record or an array of them, of `Message.dtype` or `Message.frame_dtype`.
        struct: The struct that they are.
        field: The bit field.

    Returns:
        An array of the records' shape and the field's own type; a copy.
    """
    bits = field.bits
    if bits is None:
        raise TypeError(f"{field.name} is not a bit field")
    start = next(a for a, b in bit_storage(struct.fields) if a <= bits.start and bits.stop <= b)
    stored = records[_bits_name(start)][..., bits.start - start : bits.stop - start]
    if bits.byte_order == "big":
        stored = stored[..., ::-1]
    value = np.zeros(stored.shape[:-1], "u8")
    for index in range(stored.shape[-1]):
        byte, shift = stored[..., index].astype("u8"), 8 * index - bits.shift
        value |= byte >> np.uint64(-shift) if shift < 0 else byte << np.uint64(shift)
    value &= np.uint64((1 << bits.width) - 1)
    dtype = field.type.dtype().newbyteorder("=")
    if dtype.kind != "i":
        return value.astype(dtype)
    sign = np.uint64(1 << bits.width - 1)
    with np.errstate(over="ignore"):  # modulo 2**64
        return ((value ^ sign) - sign).astype("i8").astype(dtype)
