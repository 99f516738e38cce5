"""Numbers, enumerators, lengths of arrays and alignments, as DWARF has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from cwire_structs.header.image.bitfields import BitPlace, bit_offset, signed
from cwire_structs.header.image.units import ENUM, DebugInfo, location, text, value
from cwire_structs.header.numbers import REFUSED, RefusedError
from cwire_structs.schema.bits import ByteOrder
from cwire_structs.schema.fields import Field, Kind
from cwire_structs.schema.kinds import NUMBERS, NumberType, TextType

_ENUMERATOR = "DW_TAG_enumerator"
NumberKind = Literal["int", "uint", "float", "complex", "bool"]
# DW_ATE_...: DWARF 5, section 7.8. UTF is char16_t, char32_t, Rust's char.
ENCODINGS: dict[int, NumberKind] = {
    0x02: "bool", 0x03: "complex", 0x04: "float", 0x05: "int", 0x06: "int", 0x07: "uint",
    0x08: "uint", 0x10: "uint",
}  # fmt: skip
UNSIGNED_CHAR = 0x08
_CHARACTERS = (0x06, UNSIGNED_CHAR)
SIZES = {
    "int": (1, 2, 4, 8),
    "uint": (1, 2, 4, 8),
    "float": (4, 8),
    "complex": (8, 16),
    "bool": (1,),
}
_HALF = ("_Float16", "__fp16", "half", "f16")  # beside __bf16, which has 2 bytes, too


def number_type(entry: Any, order: ByteOrder) -> NumberType | TextType:
    """Returns a base type as a number; a char as text.

    Its name says little: double has 4 bytes for AVR, and Rust's char is a number of 4 bytes.

    Raises:
        RefusedError: It has no place on the wire.
    """
    name = text(entry, "DW_AT_name") or "number"
    encoding = value(entry, "DW_AT_encoding", 0) or 0
    size = value(entry, "DW_AT_byte_size", 0) or 0
    width = value(entry, "DW_AT_bit_size")
    if encoding in _CHARACTERS and size == 1 and name == "char":
        return TextType(1)
    kind = ENCODINGS.get(encoding)
    sizes = SIZES.get(kind or "", ())
    if kind == "float" and name in _HALF:
        sizes = (2,)
    if kind is None or size not in sizes or width not in (None, 8 * size):
        raise RefusedError(_refusal(kind, name, size))
    return NUMBERS[kind].of(size, order)


def array_shape(entry: Any, info: DebugInfo) -> list[int | None]:
    """Returns the dimensions of an array; None: flexible.

    Raises:
        RefusedError: They are no numbers, or the elements do not follow each other.
    """
    shape: list[int | None] = []
    for one in entry.iter_children():
        if one.tag == ENUM:
            raise RefusedError("is an array whose index is an enum, which is not supported")
        if one.tag == "DW_TAG_subrange_type":
            shape.append(_length(one, 8 * info.address_size))
    if "DW_AT_bit_stride" in entry.attributes or "DW_AT_byte_stride" in entry.attributes:
        raise RefusedError("is an array with gaps between its elements; use a plain one")
    if "DW_AT_GNU_vector" in entry.attributes:
        element = info.bare(info.target(entry))
        size = value(element, "DW_AT_byte_size") if element is not None else None
        stated = value(entry, "DW_AT_byte_size")
        if stated is not None and [stated] != [(size or 0) * (one or 0) for one in shape]:
            raise RefusedError("is a compiler's vector type with padding; use an array")
    return shape or [None]


def _attribute_bits(entry: Any) -> int:
    """Returns how many bits hold DW_AT_bit_offset, where a negative one is written unsigned."""
    form = entry.attributes["DW_AT_bit_offset"].form
    return {"DW_FORM_data1": 8, "DW_FORM_data2": 16, "DW_FORM_data4": 32}.get(form, 64)


def enumerators(entry: Any) -> Iterator[tuple[str, int]]:
    """Yields an enum's names and values."""
    for one in entry.iter_children():
        number = value(one, "DW_AT_const_value")
        if one.tag == _ENUMERATOR and number is not None:
            yield text(one, "DW_AT_name") or "_", number


def _length(subrange: Any, address_bits: int) -> int | None:
    """Returns how many elements a dimension has; None: flexible.

    Raises:
        RefusedError: Only the running program knows.
    """
    count = subrange.attributes.get("DW_AT_count")
    upper = subrange.attributes.get("DW_AT_upper_bound")
    for found in (count, upper):
        is_number = found is None or (
            isinstance(found.value, int) and not found.form.startswith("DW_FORM_ref")
        )
        if not is_number:
            raise RefusedError("is an array whose length only the running program knows")
    if count is not None:
        return int(count.value)
    if upper is None:
        return None
    lower = value(subrange, "DW_AT_lower_bound", 0) or 0
    # -1 of an array of 0 elements is written unsigned, too.
    length = int(upper.value) - lower + 1
    return 0 if length in (1 << 32, 1 << 64, 1 << address_bits) else max(length, 0)


def _refusal(kind: str | None, name: str, size: int) -> str:
    if kind == "float" and size > 8:
        return REFUSED["LONGDOUBLE"]
    if kind in ("int", "uint") and size == 16:
        return REFUSED["INT128"]
    return (
        f"is a {name} of {size} bytes, which has no place on the wire; use a number of 1, 2, 4 or "
        "8 bytes"
    )


def alignment(stated: int | None, size: int, members: list[Field]) -> int:
    """Returns a struct's alignment: as stated, else the largest that its members' places allow."""
    if stated:
        return stated
    return max((_allowed(one, size) for one in members), default=1)


def _allowed(field: Field, size: int) -> int:
    """Returns the largest alignment of a member that its place and its struct's size allow."""
    align = _natural(field.type)
    while size % align or (field.offset % align and not field.bits):
        align //= 2
    return align


def _natural(type_: Kind) -> int:
    element = type_.element
    if element.struct is not None:
        return element.struct.align
    if element.is_text:
        return 1
    return element.size // 2 if element.kind == "complex" else element.size


def bit_place(entry: Any, info: DebugInfo) -> int:
    """Returns how many bits before a bit field the struct has; see `bit_offset`."""
    type_ = info.bare(info.target(entry))
    size = value(entry, "DW_AT_byte_size")
    if size is None:
        size = value(type_, "DW_AT_byte_size", 0) if type_ is not None else 0
    from_top = value(entry, "DW_AT_bit_offset")
    place = BitPlace(
        width=value(entry, "DW_AT_bit_size", 0) or 0,
        from_start=value(entry, "DW_AT_data_bit_offset"),
        from_top=None if from_top is None else signed(from_top, _attribute_bits(entry)),
        unit=size or 0,
        start=location(entry) or 0,
    )
    return bit_offset(place, info.byte_order)
