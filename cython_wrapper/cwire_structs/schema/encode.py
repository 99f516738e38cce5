"""Writes Python values, checked, into a struct's bytes; `decode` is the other direction.

The compiled message classes and `Message.encode` both write through this module, so that they
accept the same values and refuse the others with the same words. Pure.
"""

from __future__ import annotations

import difflib
import struct as packing
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from math import prod
from weakref import WeakKeyDictionary

import numpy as np

from cwire_structs.errors import FieldError
from cwire_structs.schema.decode import PACKING, to_dict
from cwire_structs.schema.fields import (
    WHOLE_UNION,
    ArrayType,
    ElementType,
    EnumType,
    Field,
    FieldType,
    NumberType,
    Struct,
    StructType,
    TailType,
    TextType,
)
from cwire_structs.schema.values import (
    Place,
    check_shape,
    fit_bits,
    flatten,
    plain_array,
    sequence,
    show,
    to_array,
    to_complex,
    to_enum,
    to_number,
    to_plain,
    to_text,
)

# The bytes of a struct whose fields are all left out: defaults, else zero.
_TEMPLATES: WeakKeyDictionary[Struct, bytes] = WeakKeyDictionary()


def encode_struct(owner: str, struct: Struct, values: Mapping[str, object]) -> bytearray:
    """Returns the struct's bytes; fields that are left out take their default, else zero.

    Args:
        owner: The message's name, for errors.
        struct: What to encode. Its tail, if it has one, is not written.
        values: Field values by name; nested structs are mappings themselves.

    Returns:
        sizeof(struct) bytes; padding is zero.

    Raises:
        FieldError: A name or a value does not fit.
    """
    data = bytearray(template(owner, struct))
    put_fields(owner, struct, data, 0, values, "")
    return data


def encode_tail(owner: str, field: Field, value: object) -> bytes:
    """Returns the bytes of a flexible array member; an array of any shape is taken in C order."""
    type_ = field.type
    if not isinstance(type_, TailType):
        raise TypeError(f"{field.name} is not a tail")
    if isinstance(type_.of, TextType):
        return to_text(value, Place(owner, field.name, field))
    array = plain_array(value)
    if array is not None and isinstance(type_.of, NumberType):
        value = array.reshape(-1)
    elements = value if isinstance(value, np.ndarray) else sequence(value, owner, field.name)
    data = bytearray(len(elements) * type_.stride)
    if len(elements):
        _put_array(type_.of, (len(elements),), data, 0, elements, Place(owner, field.name, field))
    return bytes(data)


def put_fields(
    owner: str,
    struct: Struct,
    data: bytearray | memoryview,
    start: int,
    values: Mapping[str, object],
    path: str,
) -> None:
    """Writes the given fields of a struct that begins at data[start]; tails are left alone."""
    given = [(find_field(owner, struct, name, path), value) for name, value in values.items()]
    if len(given) > 1 and (struct.unions or struct.kind == "union"):
        _refuse_overlap(owner, [field for field, _ in given], path)
    for field, value in given:
        if not isinstance(field.type, TailType):
            put_field(owner, field, data, start, value, path)


def _refuse_overlap(owner: str, fields: list[Field], path: str) -> None:
    ordered = sorted(fields, key=lambda field: field.span)
    for one, other in pairwise(ordered):
        if other.span[0] < one.span[1]:
            reason = f"shares its bytes with {one.name!r} (a union); give one of them"
            raise FieldError(owner, f"{path}{other.name}", reason)


def put_field(
    owner: str, field: Field, data: bytearray | memoryview, start: int, value: object, path: str
) -> None:
    """Writes one field of a struct that begins at data[start]."""
    place = Place(owner, f"{path}{field.name}", field)
    at = start + field.offset
    if field.bits:
        _put_bits(field, data, start, value, place)
    elif isinstance(field.type, ArrayType):
        _put_array(field.type.of, field.type.shape, data, at, value, place)
    elif not isinstance(field.type, TailType):
        _put_element(field.type, data, at, value, place)


def find_field(owner: str, struct: Struct, name: str, path: str = "") -> Field:
    """Returns a field by its C or Python name, or an anonymous union by the schema's name for it.

    Raises:
        FieldError: There is none; the text suggests the nearest.
    """
    field = struct.by_name.get(name)
    if field is not None:
        return field
    for field in struct.fields:
        if field.py_name == name:
            return field
    for field in struct.unions:
        if field.name == name:
            return field
    if struct.kind == "union" and name == WHOLE_UNION:
        return Field(name, struct.c_name, 0, struct.size, StructType(struct))
    near = difflib.get_close_matches(str(name), struct.by_name, 1)
    hint = f"did you mean {near[0]!r}?" if near else "it has " + ", ".join(struct.by_name)
    raise FieldError(owner, f"{path}{name}", f"there is no such field; {hint}")


def template(owner: str, struct: Struct) -> bytes:
    """Returns the bytes of a struct whose fields are all left out."""
    made = _TEMPLATES.get(struct)
    if made is None:
        data = bytearray(struct.size)
        for field in struct.members if struct.kind == "struct" else ():
            _put_default(owner, field, data)
        made = _TEMPLATES[struct] = bytes(data)
    return made


def check_default(owner: str, field: Field) -> None:
    """Checks a field's default, without making the bytes of the field.

    Raises:
        FieldError: It does not fit.
    """
    of, _ = _repeated(field)
    place = Place(owner, field.name, field)
    if field.default is None or isinstance(of, StructType):
        return
    if isinstance(of, TextType):
        _fitting_text(of, field.default, place)
    elif field.bits:
        _bits_value(of, field.default, place)
    elif isinstance(of, EnumType):
        to_enum(of, field.default, place)
    else:
        to_plain(of, field.default, place)


def _put_default(owner: str, field: Field, data: bytearray) -> None:
    of, count = _repeated(field)
    if isinstance(of, StructType):
        one = template(owner, of.struct)
    elif field.default is None:
        return
    elif field.bits:
        _put_bits(field, data, 0, field.default, Place(owner, field.name, field))
        return
    else:
        one = _element_bytes(of, field.default, Place(owner, field.name, field))
    data[field.offset : field.offset + field.size] = one * count


def _repeated(field: Field) -> tuple[ElementType, int]:
    """Returns what a field consists of, and how many there are inside the struct."""
    if isinstance(field.type, ArrayType):
        return field.type.of, prod(field.type.shape)
    if isinstance(field.type, TailType):
        return field.type.of, 0
    return field.type, 1


def _put_element(
    type_: ElementType, data: bytearray | memoryview, at: int, value: object, place: Place
) -> None:
    if isinstance(type_, StructType):
        raw = _whole(type_.struct, value)
        if raw is not None:
            data[at : at + type_.size] = raw
            return
        values = _members(type_.struct, value, place)
        # Aside first: the value may be a view of the same message, or may not fit.
        made = bytearray(template(place.owner, type_.struct))
        put_fields(place.owner, type_.struct, made, 0, values, place.path + ".")
        data[at : at + type_.size] = made
        return
    data[at : at + type_.size] = _element_bytes(type_, value, place)


def _element_bytes(type_: NumberType | EnumType | TextType, value: object, place: Place) -> bytes:
    if isinstance(type_, TextType):
        return _fitting_text(type_, value, place).ljust(type_.length, b"\0")
    if isinstance(type_, EnumType):
        return _packer(type_.np).pack(to_enum(type_, value, place))
    if type_.kind == "complex":
        number = to_complex(type_, value, place)
        return _packer(type_.np).pack(number.real, number.imag)
    return _packer(type_.np).pack(to_number(type_, value, place))


def _put_bits(
    field: Field, data: bytearray | memoryview, start: int, value: object, place: Place
) -> None:
    bits = field.bits
    assert bits is not None
    number = _bits_value(field.type, value, place)
    where = slice(start + bits.start, start + bits.stop)
    mask = (1 << bits.width) - 1
    raw = int.from_bytes(data[where], bits.byte_order) & ~(mask << bits.shift)
    raw |= (number & mask) << bits.shift
    data[where] = raw.to_bytes(bits.stop - bits.start, bits.byte_order)


def _bits_value(type_: FieldType, value: object, place: Place) -> int:
    if isinstance(type_, EnumType):
        return fit_bits(to_enum(type_, value, place), type_, place)
    assert isinstance(type_, NumberType)
    return int(to_number(type_, value, place))


@cache
def _packer(code: str) -> packing.Struct:
    """Returns what packs one number of a numpy type string; ten times faster than numpy."""
    order = code[0].replace("|", "<")
    return packing.Struct(order + PACKING[code[1:]])


def _fitting_text(type_: TextType, value: object, place: Place) -> bytes:
    raw = to_text(value, place)
    if len(raw) > type_.length:
        place.fail(f"the text has {len(raw)} bytes in UTF-8, there is room for {type_.length}")
    return raw


def _put_array(
    of: ElementType,
    shape: tuple[int, ...],
    data: bytearray | memoryview,
    at: int,
    value: object,
    place: Place,
) -> None:
    if isinstance(of, NumberType):
        array = to_array(of, shape, value, place)
        data[at : at + array.nbytes] = array.tobytes()
        return
    if isinstance(value, np.ndarray):
        check_shape(value.shape, shape, place)
        values: Iterable[object] = value.reshape(-1)
    else:
        values = flatten(value, shape, place)
    made = bytearray(prod(shape) * of.size)
    for position, element in enumerate(values):
        index = tuple(int(step) for step in np.unravel_index(position, shape))
        _put_element(of, made, position * of.size, element, place.at(index))
    data[at : at + len(made)] = made


def _whole(struct: Struct, value: object) -> bytes | None:
    """Returns the bytes of a union that was given whole: as bytes, a record or a message."""
    if struct.kind != "union":
        return None
    if isinstance(value, bytes | bytearray) and len(value) == struct.size:
        return bytes(value)
    if isinstance(value, np.void) and value.dtype.itemsize == struct.size:
        return value.tobytes()
    return bytes(value) if _is_message(struct, value) else None  # type: ignore[call-overload]


def _is_message(struct: Struct, value: object) -> bool:
    return getattr(type(value), "STRUCT", "") == struct.name


def _members(struct: Struct, value: object, place: Place) -> Mapping[str, object]:
    """Returns the fields of a mapping, a structured numpy record or a message object."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, np.void | np.ndarray) and value.dtype.names and value.shape == ():
        if struct.unions or any(field.bits for field in struct.fields):
            return to_dict(struct, value.tobytes(), struct.size)
        return {name: value[name] for name in value.dtype.names}
    if _is_message(struct, value):
        return to_dict(struct, bytes(value), struct.size)  # type: ignore[call-overload]
    names = ", ".join(struct.by_name)
    more = f", or its {struct.size} bytes" if struct.kind == "union" else ""
    place.fail(f"needs a mapping with the fields {names}{more}; got {show(value)}")
