"""JSON that is there as text already, and stands in an operation for what it says.

A schema may have 4 MiB. To encode that takes 150 ms; to send the driver's own text takes no time,
and all clients share its bytes. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["JsonText", "encode"]

_JOIN_BELOW = 64 << 10
# In JSON's text nothing else looks like this: in a string, the quotes would be escaped.
_PLACE = [[[""]]]
_PLACE_TEXT = json.dumps(_PLACE)


@dataclass(frozen=True, slots=True)
class JsonText:
    """A value of an operation, as JSON in UTF-8 that has been checked; in a list, also several."""

    text: bytes


def encode(operation: Mapping[str, Any]) -> str | list[bytes]:
    """Returns the JSON of an operation as text if it is in ASCII, else in pieces of UTF-8.

    Every second piece is a large `JsonText`, not copied.
    """
    found: list[JsonText] = []

    def place(value: object) -> list[Any]:
        if not isinstance(value, JsonText):
            raise TypeError(f"{type(value).__name__} is not JSON")
        found.append(value)
        return _PLACE

    text = json.dumps(operation, default=place)
    if not found:
        return text
    first, *rest = text.encode().split(_PLACE_TEXT.encode())
    small, pieces = [first], []
    for value, after in zip(found, rest, strict=True):
        if len(value.text) < _JOIN_BELOW:
            small += [value.text, after]
        else:
            pieces += [b"".join(small), value.text]
            small = [after]
    last = b"".join(small)
    return last.decode() if not pieces and last.isascii() else [*pieces, last]
