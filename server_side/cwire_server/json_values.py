"""Structs as JSON, for people and for clients that know no structs. Pure.

Integers beyond 2^53 are text, NaN and infinities null, enums names where they have one, char
arrays text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from cwire_structs import frames
from cwire_structs.codec import text
from cwire_structs.fields import ArrayType, EnumType, FieldType, StructType, TailType, TextType
from cwire_structs.schema import Message, Struct

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
    record = message.decode(payload)
    return {f.name: _value(f.type, record[f.name]) for f in message.struct.fields}


def _value(type_: FieldType, value: Any) -> Any:
    if isinstance(type_, TextType):
        return text(bytes(value))
    if isinstance(type_, StructType):
        return {f.name: _value(f.type, value[f.name]) for f in type_.struct.fields}
    if isinstance(type_, ArrayType | TailType):
        if isinstance(type_, TailType) and isinstance(type_.of, TextType):
            return text(bytes(value))
        return _array(type_.of, value)
    if isinstance(type_, EnumType):
        names = {number: name for name, number in type_.enum.values.items()}
        return names.get(int(value), int(value))
    return _number(value.item())


def _array(of: FieldType, values: Any) -> list[Any]:
    if values.ndim > 1:
        return [_array(of, row) for row in values]
    if isinstance(of, TextType | StructType | EnumType):
        return [_value(of, value) for value in values]
    if np.issubdtype(values.dtype, np.floating) and np.isfinite(values).all():
        numbers: list[Any] = values.tolist()
        return numbers
    return [_number(value) for value in values.tolist()]


def _number(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if type(value) is int and abs(value) > _EXACT:
        return str(value)
    return value


def fields_from_json(struct: Struct, given: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values as `Message.encode` takes them: whole numbers in text become numbers."""
    types = {field.name: field.type for field in struct.fields}
    return {
        name: _given(types[name], value) if name in types else value
        for name, value in given.items()
    }


def _given(type_: FieldType, value: Any) -> Any:
    if isinstance(type_, StructType) and isinstance(value, dict):
        return fields_from_json(type_.struct, value)
    if isinstance(type_, ArrayType | TailType) and isinstance(value, list):
        return [_given(type_.of, entry) for entry in value]
    whole = not isinstance(type_, TextType | EnumType) and isinstance(value, str)
    if whole and value.removeprefix("-").isdecimal() and len(value) < 25:
        return int(value)
    return value
