"""Structs as JSON, for people and for clients that know no structs.

Integers beyond 2^53 are text, NaN and infinities null, enums names where they have one, complex
numbers pairs, and a union its bytes in hexadecimal: only the program knows which member is meant.
char arrays are text; where they are no text, a list of their bytes. Pure.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from cwire_structs import frames
from cwire_structs.schema import Message, Struct
from cwire_structs.schema.fields import WHOLE_UNION, Kind
from cwire_structs.schema.json_size import json_values

__all__ = ["fields_from_json", "fields_to_json", "frame_text", "too_large"]

_EXACT = 1 << 53


def too_large(message: Message, limit: int, payload_size: int | None = None) -> str:
    """Says why a payload is not told as JSON, which takes time in proportion to its values.

    Args:
        message: What it is.
        limit: The values that it may have; those of structs in arrays count twice.
        payload_size: Its bytes; None: any that the message can have, the smallest of them.

    Returns:
        The reason, for people; empty: it is small enough.
    """
    count = json_values(message, payload_size)
    if count <= limit:
        return ""
    return f"{message.name} has {count:,} values, and JSON is made of {limit:,} at most"


def frame_text(subscription: int, driver: str, message: Message, frame: bytes) -> str:
    """The JSON text of one frame, as PROTOCOL.md's `message` operation."""
    header = frames.unpack_header(frame)
    return json.dumps(
        {
            "op": "message",
            "id": subscription,
            "driver": driver,
            "message": message.name,
            "sequence": header.sequence,
            "time_ns": str(header.time_ns),
            "fields": fields_to_json(message, frame[frames.HEADER_SIZE : header.size]),
        },
        allow_nan=False,
    )


def fields_to_json(message: Message, payload: bytes) -> dict[str, Any]:
    """A payload's fields as JSON values.

    Raises:
        ValueError: The payload has a size that this message cannot have.
    """
    return _told_fields(message.struct, message.type.from_bytes(payload).to_dict())


def _told_fields(struct: Struct, values: Mapping[str, Any]) -> dict[str, Any]:
    kinds = _kinds(struct)
    return {name: _told(kinds.get(name), value) for name, value in values.items()}


def _told(kind: Kind | None, value: Any) -> Any:
    """A value of `to_dict` as JSON has it; without a kind it is a whole union."""
    match value:
        # In this order for speed: an array of structs has thousands of numbers.
        case float():
            return value if math.isfinite(value) else None
        case int():  # a bool is one
            return value if -_EXACT <= value <= _EXACT else str(value)
        case str():
            return value
        case dict() if kind is not None and kind.struct is not None:
            return _told_fields(kind.struct, value)
        case list():
            element = kind.element if kind is not None else None
            if element is not None and _is_told(element, value):
                return value
            return [_told(element, entry) for entry in value]
        case bytes():
            return list(value) if kind is not None and kind.is_text else value.hex()
        case complex():
            return [_told(kind, value.real), _told(kind, value.imag)]
    return value


def _is_told(element: Kind, values: list[Any]) -> bool:
    """Whether JSON has the values of an array as they are. It is asked since arrays are long."""
    match element.form:
        case "truth":
            return True
        case "whole" if element.size < 8:  # bytes: below 2^53 in any case
            return True
        case "whole" if values and not isinstance(values[0], list):
            return bool(min(values) >= -_EXACT and max(values) <= _EXACT)
        case "real" if values and not isinstance(values[0], list):
            return all(map(math.isfinite, values))
    return False


def fields_from_json(struct: Struct, given: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values as `Message.encode` takes them; a value of a wrong type stays as it is."""
    kinds = _kinds(struct)
    made = {}
    for name, value in given.items():
        if name in kinds:
            made[name] = _given(kinds[name], value)
        else:
            made[name] = _union(value) if name == WHOLE_UNION else value
    return made


_KINDS: WeakKeyDictionary[Struct, dict[str, Kind]] = WeakKeyDictionary()


def _kinds(struct: Struct) -> dict[str, Kind]:
    """The kinds of a struct's fields, and of its anonymous unions."""
    kinds = _KINDS.get(struct)
    if kinds is None:
        kinds = {field.name: field.type for field in (*struct.fields, *struct.unions)}
        _KINDS[struct] = kinds
    return kinds


def _listed(of: Kind, value: Any, depth: int) -> Any:
    if depth and isinstance(value, list):
        return [_listed(of, entry, depth - 1) for entry in value]
    return _given(of, value)


def _given(kind: Kind, value: Any) -> Any:
    if kind.struct is not None:
        if isinstance(value, dict):
            return fields_from_json(kind.struct, value)
        return _union(value) if kind.struct.kind == "union" else value
    if kind.is_text:
        return _bytes(value)
    if kind.dimensions and isinstance(value, list):
        return _listed(kind.element, value, kind.dimensions)
    if kind.form == "complex" and isinstance(value, list):
        parts = len(value) == 2 and all(type(part) in (int, float) for part in value)
        return complex(*value) if parts else value
    whole = (kind.is_number or kind.enum is not None) and isinstance(value, str)
    if whole and value.removeprefix("-").isdecimal() and len(value) < 25:
        return int(value)
    return value


def _union(value: Any) -> Any:
    """The bytes of a union, in hexadecimal or as a list."""
    if isinstance(value, str):
        try:
            return bytes.fromhex(value)
        except ValueError:
            return value
    return _bytes(value)


def _bytes(value: Any) -> Any:
    """The bytes in a list of numbers."""
    is_bytes = isinstance(value, list) and all(type(n) is int and 0 <= n < 256 for n in value)
    return bytes(value) if is_bytes else value
