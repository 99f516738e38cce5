"""Python values to a struct's bytes, checked.

The compiled message classes and `schema.Message.encode` both write through this module, so that
they accept the same values and refuse the others with the same words.
"""

from __future__ import annotations

import difflib
import struct as packing
from collections.abc import Iterable, Mapping
from functools import cache
from math import prod
from weakref import WeakKeyDictionary

import numpy as np

from .errors import FieldError
from .fields import (
    ArrayType,
    ElementType,
    EnumType,
    Field,
    NumberType,
    Struct,
    StructType,
    TailType,
    TextType,
)
from .values import (
    Place,
    check_shape,
    flatten,
    plain_array,
    sequence,
    show,
    to_array,
    to_enum,
    to_number,
    to_text,
)

# The bytes of a struct whose fields are all left out: defaults, else zero.
_TEMPLATES: WeakKeyDictionary[Struct, bytes] = WeakKeyDictionary()
_PACKING = {
    "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
    "f2": "e", "f4": "f", "f8": "d", "b1": "B",
}  # fmt: skip


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
    for name, value in values.items():
        field = find_field(owner, struct, name, path)
        if not isinstance(field.type, TailType):
            put_field(owner, field, data, start, value, path)


def put_field(
    owner: str, field: Field, data: bytearray | memoryview, start: int, value: object, path: str
) -> None:
    """Writes one field of a struct that begins at data[start]."""
    place = Place(owner, f"{path}{field.name}", field)
    at = start + field.offset
    if isinstance(field.type, ArrayType):
        _put_array(field.type.of, field.type.shape, data, at, value, place)
    elif not isinstance(field.type, TailType):
        _put_element(field.type, data, at, value, place)


def find_field(owner: str, struct: Struct, name: str, path: str = "") -> Field:
    """Returns a field by its C or Python name; FieldError suggests the nearest."""
    field = struct.by_name.get(name)
    if field is not None:
        return field
    for field in struct.fields:
        if field.py_name == name:
            return field
    near = difflib.get_close_matches(str(name), struct.by_name, 1)
    hint = f"did you mean {near[0]!r}?" if near else "it has " + ", ".join(struct.by_name)
    raise FieldError(owner, f"{path}{name}", f"there is no such field; {hint}")


def template(owner: str, struct: Struct) -> bytes:
    """Returns the bytes of a struct whose fields are all left out."""
    made = _TEMPLATES.get(struct)
    if made is None:
        data = bytearray(struct.size)
        for field in struct.fields:
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
    elif isinstance(of, EnumType):
        to_enum(of, field.default, place)
    else:
        to_number(of, field.default, place)


def text(raw: bytes) -> str:
    """Returns the text in the bytes of a char array: up to the first NUL, as UTF-8.

    Bytes that are not UTF-8 become the replacement character.
    """
    return raw.partition(b"\0")[0].decode("utf-8", "replace")


def _put_default(owner: str, field: Field, data: bytearray) -> None:
    of, count = _repeated(field)
    if isinstance(of, StructType):
        one = template(owner, of.struct)
    elif field.default is None:
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
        values = _members(type_.struct, value, place)
        data[at : at + type_.size] = template(place.owner, type_.struct)
        put_fields(place.owner, type_.struct, data, at, values, place.path + ".")
        return
    data[at : at + type_.size] = _element_bytes(type_, value, place)


def _element_bytes(type_: NumberType | EnumType | TextType, value: object, place: Place) -> bytes:
    if isinstance(type_, TextType):
        return _fitting_text(type_, value, place).ljust(type_.length, b"\0")
    if isinstance(type_, EnumType):
        return _packer(type_.np).pack(to_enum(type_, value, place))
    return _packer(type_.np).pack(to_number(type_, value, place))


@cache
def _packer(code: str) -> packing.Struct:
    """Returns what packs one number of a numpy type string; ten times faster than numpy."""
    order = code[0].replace("|", "<")
    return packing.Struct(order + _PACKING[code[1:]])


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
    for position, element in enumerate(values):
        index = tuple(int(step) for step in np.unravel_index(position, shape))
        _put_element(of, data, at + position * of.size, element, place.at(index))


def _members(struct: Struct, value: object, place: Place) -> Mapping[str, object]:
    """Returns the fields of a mapping, a structured numpy record or a compiled message."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, np.void | np.ndarray) and value.dtype.names and value.shape == ():
        return {name: value[name] for name in value.dtype.names}
    if getattr(type(value), "STRUCT", "") == struct.name:
        return {field.name: getattr(value, field.py_name) for field in struct.fields}
    names = ", ".join(struct.by_name)
    place.fail(f"needs a mapping with the fields {names}; got {show(value)}")
