"""Structs as JSON, for people and for clients that know no structs.

Integers beyond 2^53 are text, NaN and infinities null, enums names where they have one, char
arrays text, complex numbers pairs, and a union its bytes in hexadecimal: only the program knows
which member is meant. Pure.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from cwire_structs import frames
from cwire_structs.schema import Message, Struct
from cwire_structs.schema.fields import Kind

__all__ = ["fields_from_json", "fields_to_json", "frame_text"]

_EXACT = 1 << 53


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
    given: dict[str, Any] = _plain(message.type.from_bytes(payload).to_dict())
    return given


def _plain(value: Any) -> Any:
    """A value of `to_dict` as JSON has it."""
    match value:
        case dict():
            return {name: _plain(entry) for name, entry in value.items()}
        case list() | tuple():
            return [_plain(entry) for entry in value]
        case bytes():
            return value.hex()
        case complex():
            return [_plain(value.real), _plain(value.imag)]
        case float():
            return value if math.isfinite(value) else None
        case bool():
            return value
        case int():
            return value if abs(value) <= _EXACT else str(value)
    return value


def fields_from_json(struct: Struct, given: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values as `Message.encode` takes them: whole numbers in text become numbers."""
    types = {field.name: field.type for field in struct.fields}
    return {
        name: _given(types[name], value) if name in types else value
        for name, value in given.items()
    }


def _given(type_: Kind, value: Any) -> Any:
    if type_.struct is not None and isinstance(value, dict):
        return fields_from_json(type_.struct, value)
    if type_.dimensions and isinstance(value, list):
        return [_given(type_.element, entry) for entry in value]
    whole = type_.element.is_number and isinstance(value, str)
    if whole and value.removeprefix("-").isdecimal() and len(value) < 25:
        return int(value)
    return value
