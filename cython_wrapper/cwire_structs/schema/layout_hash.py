"""The hash that tells two layouts apart. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

_DEPTH = 4  # down to a field, or to the value of an enumerator


def layout_hash(document: Mapping[str, Any]) -> str:
    """Returns the hash of what decoding needs, as PROTOCOL.md defines it: ``sha256:...``.

    Docs, tags that tell people what a number means, C spellings and enums that no field has do not
    change it; ids, names, offsets, sizes, kinds, enum values, commands and the byte order do. The
    schema must be a valid one.
    """
    fields = [field for struct in document["types"].values() for field in struct["fields"]]
    types = [field["type"].get("of", field["type"]) for field in fields]
    used = {type_["enum"] for type_ in types if "enum" in type_}
    needed = {
        "byte_order": document["byte_order"],
        "enums": {
            name: {key: enum[key] for key in ("size", "signed", "values")}
            for name, enum in document["enums"].items()
            if name in used
        },
        "messages": {
            id_: {key: message[key] for key in _MESSAGE_KEYS if key in message}
            for id_, message in document["messages"].items()
        },
        "types": {
            name: {
                "size": struct["size"],
                **({"kind": "union"} if struct["kind"] == "union" else {}),
                "fields": [
                    {key: field[key] for key in _FIELD_KEYS if key in field}
                    for field in struct["fields"]
                ],
            }
            for name, struct in document["types"].items()
        },
    }
    digest = hashlib.sha256()
    for piece in canonical_json(needed):
        digest.update(piece.encode())
    return "sha256:" + digest.hexdigest()


def canonical_json(value: Any, depth: int = _DEPTH) -> Iterator[str]:
    """Yields JSON with sorted keys and without spaces, in pieces.

    In one piece, a large schema would keep the other threads waiting for as long as it takes.
    """
    comma = ""
    if depth and isinstance(value, dict):
        yield "{"
        for key in sorted(value):
            yield f"{comma}{_encode(key)}:"
            yield from canonical_json(value[key], depth - 1)
            comma = ","
        yield "}"
    elif depth and isinstance(value, list):
        yield "["
        for item in value:
            yield comma
            yield from canonical_json(item, depth - 1)
            comma = ","
        yield "]"
    else:
        yield _encode(value)


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_FIELD_KEYS = (
    "name", "offset", "size", "bit_offset", "bit_width", "byte_order", "type", "anonymous",
)  # fmt: skip
_MESSAGE_KEYS = ("name", "type", "command", "reply")
