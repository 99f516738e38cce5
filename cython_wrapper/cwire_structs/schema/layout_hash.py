"""The hash that tells two layouts apart. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


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
    canonical = json.dumps(needed, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


_FIELD_KEYS = (
    "name", "offset", "size", "bit_offset", "bit_width", "byte_order", "type", "anonymous",
)  # fmt: skip
_MESSAGE_KEYS = ("name", "type", "command", "reply")
