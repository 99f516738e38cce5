"""Structs, bytes and what Python reads in them: what client.mjs must read, too."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import numpy as np

from cwire_structs import frames
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.decode import text
from cwire_structs.schema.dtypes import bit_column
from cwire_structs.schema.fields import Struct
from cwire_structs.schema.kinds import StructType, TextType
from cwire_structs.schema.layout_hash import layout_hash

FRAMES = 3
TAIL = 2  # elements


def cases(schema: Schema, random: Random) -> list[dict[str, Any]]:
    """A batch of random bytes of every message, with its rows and columns as Python reads them."""
    made = []
    for message in schema.messages.values():
        tail = TAIL if message.tail else 0
        size = message.size + tail * message.tail_size
        payloads = [random.randbytes(size) for _ in range(FRAMES)]
        records = np.zeros(FRAMES, message.dtype(tail))
        if size:
            records = np.frombuffer(b"".join(payloads), records.dtype)
        batch = b"".join(
            frames.pack(message.id, payload, source=1, sequence=sequence)
            for sequence, payload in enumerate(payloads)
        )
        made.append(
            {
                "message": message.name,
                "batch": batch.hex(),
                "rows": [_row(message, payload) for payload in payloads],
                "columns": {
                    path: [plain(value) for value in values]
                    for path, values in _columns(message.struct, records, "")
                },
            }
        )
    return made


def _row(message: Message, payload: bytes) -> Any:
    return plain(message.type.from_bytes(payload).to_dict())


def plain(value: Any) -> Any:
    """A value in JSON, exactly: what it is can be told from how it begins."""
    match value:
        case Mapping():
            return {name: plain(entry) for name, entry in value.items()}
        case list() | tuple():
            return [plain(entry) for entry in value]
        case bytes():
            return f"bytes {value.hex()}"
        case complex():
            return [plain(value.real), plain(value.imag)]
        case float():
            return "float nan" if value != value else f"float {struct.pack('>d', value).hex()}"
        case bool():
            return f"bool {value:d}"
        case int():
            return f"int {value}"
    return f"text {value}"


def _columns(of: Struct, records: Any, path: str) -> Iterator[tuple[str, list[Any]]]:
    """Every path to values, and these; unions by their members."""
    for field in of.fields:
        name = f"{path}{field.name}"
        if field.bits:
            yield name, bit_column(records, of, field).reshape(-1).tolist()
            continue
        type_ = field.element
        values = records[field.name]
        if isinstance(type_, StructType):
            yield from _columns(type_.struct, values, f"{name}.")
        elif isinstance(type_, TextType):
            yield name, [text(raw) for raw in values.reshape(-1).tolist()]
        elif values.dtype.kind == "b":
            yield name, (np.ascontiguousarray(values).view("u1") != 0).reshape(-1).tolist()
        elif values.dtype.kind == "c":
            pairs = ([one.real, one.imag] for one in values.reshape(-1).tolist())
            yield name, [part for pair in pairs for part in pair]
        else:
            yield name, values.reshape(-1).tolist()


def big_endian(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema for a machine of the other byte order. Bits keep their numbers."""
    turned: dict[str, Any] = {**document, "byte_order": "big"}
    turned["types"] = {
        name: {**entry, "fields": [_turn(field) for field in entry["fields"]]}
        for name, entry in document["types"].items()
    }
    turned["layout_hash"] = layout_hash(turned)
    return turned


def _turn(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _turn(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_turn(entry) for entry in value]
    if isinstance(value, str) and value.startswith("<"):
        return f">{value[1:]}"
    return value
