"""Writes Python values, checked, into a struct's bytes; `decode` is the other direction.

The compiled message classes and `Message.encode` both write through this module, so that they
accept the same values and refuse the others with the same words. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import prod
from operator import itemgetter
from weakref import WeakKeyDictionary

import numpy as np

from cwire_structs.errors import FieldError, hint_text
from cwire_structs.schema.decode import to_dict
from cwire_structs.schema.fields import (
    CHECK_ALL,
    CHECK_NONE,
    CHECK_TYPED,
    WHOLE_UNION,
    Checks,
    Field,
    Place,
    Struct,
)
from cwire_structs.schema.paths import PathError, find_path
from cwire_structs.schema.values import show

# The bytes of a struct whose fields are all left out: defaults, else zero.
_TEMPLATES: WeakKeyDictionary[Struct, bytes] = WeakKeyDictionary()


def encode_struct(
    owner: str, struct: Struct, values: Mapping[str, object], checks: Checks = CHECK_ALL
) -> bytearray:
    """Returns the struct's bytes; fields that are left out take their default, else zero.

    Args:
        owner: The message's name, for errors.
        struct: What to encode. Its tail, if it has one, is not written.
        values: Field values by name; nested structs are mappings themselves.
        checks: What is refused of what C can hold.

    Returns:
        sizeof(struct) bytes; padding is zero.

    Raises:
        FieldError: A name or a value does not fit.
    """
    data = bytearray(template(owner, struct))
    put_fields(owner, struct, data, 0, values, "", checks)
    return data


def put_fields(
    owner: str,
    struct: Struct,
    data: bytearray | memoryview,
    start: int,
    values: Mapping[str, object],
    path: str,
    checks: Checks,
) -> None:
    """Writes the given fields of a struct that begins at data[start]; tails are left alone."""
    is_union, by_name = struct.kind == "union", struct.by_name
    shared = may_meet = is_union or bool(struct.unions)
    given: list[tuple[Field | None, object]] = []
    for name, value in values.items():
        field = by_name.get(name)
        if field is None and not (is_union and name == WHOLE_UNION):
            field = find_field(owner, struct, name, path)
            may_meet = True  # a path leads into another field
        given.append((field, value))  # None: the whole union
    if may_meet and len(given) > 1:
        whole = (0, 8 * struct.size), WHOLE_UNION
        spans = [(field.span, field.name) if field else whole for field, _ in given]
        _refuse_overlap(owner, spans, path, " (a union)" if shared else "")
    for field, value in given:
        if field is None:
            put_struct(owner, path + WHOLE_UNION, struct, data, start, value, checks)
        else:
            put_field(owner, field, data, start, value, path, checks)


def _refuse_overlap(
    owner: str, spans: list[tuple[tuple[int, int], str]], path: str, why: str
) -> None:
    ordered = sorted(spans, key=itemgetter(0))
    for ((_, end), one), ((begin, _), other) in pairwise(ordered):
        if begin < end:
            reason = f"shares its bytes with {one!r}{why}; give one of them"
            raise FieldError(owner, f"{path}{other}", reason)


def put_struct(
    owner: str,
    path: str,
    struct: Struct,
    data: bytearray | memoryview,
    at: int,
    value: object,
    checks: Checks = CHECK_ALL,
) -> None:
    """Writes a nested struct, or a whole union, at data[at].

    Raises:
        FieldError: A name or a value does not fit; nothing was written.
    """
    raw = _whole(struct, value)
    if raw is None:
        values = _members(owner, path, struct, value)
        if checks is CHECK_TYPED and values is not value:
            checks = CHECK_NONE  # as C made it
        # Aside first: the value may be a view of the same message, or may not fit.
        raw = bytearray(template(owner, struct))
        put_fields(owner, struct, raw, 0, values, path + ".", checks)
    size = struct.tail.offset if struct.tail else struct.size  # the tail is written by itself
    data[at : at + size] = raw[:size]


def _whole(struct: Struct, value: object) -> bytes | bytearray | None:
    """Returns the bytes of a union that was given whole: as bytes, a record or a message."""
    if struct.kind != "union":
        return None
    if isinstance(value, bytes | bytearray) and len(value) == struct.size:
        return value
    if isinstance(value, np.void) and value.dtype.itemsize == struct.size:
        return value.tobytes()
    return _message_bytes(struct, value)


def _message_bytes(struct: Struct, value: object) -> bytes | None:
    """Returns the bytes of a message object or a record of the client, if it is of this struct."""
    name = getattr(type(value), "STRUCT", "") or getattr(
        getattr(value, "__struct__", None), "name", ""
    )
    if name != struct.name:
        return None
    raw = bytes(value)  # type: ignore[call-overload]
    fits = len(raw) == struct.size or (struct.tail and len(raw) >= struct.tail.offset)
    return raw if fits else None


def _members(owner: str, path: str, struct: Struct, value: object) -> Mapping[str, object]:
    """Returns the fields of a mapping, a structured numpy record or a message object."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, np.void | np.ndarray) and value.dtype.names and value.shape == ():
        if struct.unions or any(field.bits for field in struct.fields):
            return to_dict(struct, value.tobytes(), value.dtype.itemsize)
        return {name: value[name] for name in value.dtype.names}
    raw = _message_bytes(struct, value)
    if raw is not None:
        return to_dict(struct, raw, len(raw))
    names = ", ".join(struct.by_name)
    more = f", or its {struct.size} bytes" if struct.kind == "union" else ""
    reason = f"needs a mapping with the fields {names}{more}; got {show(value)}"
    raise FieldError(owner, path, reason)


def rest_bytes(
    owner: str, struct: Struct, values: Mapping[str, object], path: str, checks: Checks
) -> bytes:
    """Returns the bytes of the flexible array member among the values of an open struct.

    Raises:
        FieldError: It does not fit.
    """
    last = struct.fields[-1]
    given = [
        value for name, value in values.items() if find_field(owner, struct, name, path) is last
    ]
    if not given:
        return b""
    return last.type.rest_bytes(given[-1], Place(owner, path + last.name, last, checks))


def nested_rest(owner: str, path: str, struct: Struct, value: object, checks: Checks) -> bytes:
    """Returns the same of a nested struct."""
    values = _members(owner, path, struct, value)
    if checks is CHECK_TYPED and values is not value:
        checks = CHECK_NONE  # as C made it
    return rest_bytes(owner, struct, values, path + ".", checks)


def put_field(
    owner: str,
    field: Field,
    data: bytearray | memoryview,
    start: int,
    value: object,
    path: str,
    checks: Checks,
) -> None:
    """Writes one field of a struct that begins at data[start]; tails are left alone."""
    place = Place(owner, path + field.name, field, checks)
    if field.bits:
        field.bits.write(data, start, field.type.bits_of(value, place))
    else:
        field.type.put(data, start + field.offset, value, place)


def find_field(owner: str, struct: Struct, name: str, path: str = "") -> Field:
    """Returns a field by its C or Python name, or an anonymous union by the schema's name for it.

    Also one value inside of it, by its path: ``axis[0].speed``.

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
    if isinstance(name, str) and ("." in name or "[" in name):
        try:
            return find_path(struct, name).placed()
        except PathError as problem:
            raise FieldError(owner, f"{path}{name}", str(problem)) from None
    hint = hint_text(str(name), struct.by_name)
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
    if field.default is not None:
        field.element.check_default(field.default, Place(owner, field.name, field))


def _put_default(owner: str, field: Field, data: bytearray) -> None:
    place = Place(owner, field.name, field)
    if field.bits:
        if field.default is not None:
            field.bits.write(data, 0, field.type.bits_of(field.default, place))
    elif field.size and (one := field.element.left_out(field.default, place)):
        data[field.offset : field.offset + field.size] = one * prod(field.type.shape)
