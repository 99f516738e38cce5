"""The schema of the relay's own messages, as `cwire wrap` made it. Pure."""

from __future__ import annotations

import json
from importlib.resources import files

from cwire_structs.schema import Schema

__all__ = ["RELAY_SCHEMA", "RELAY_SCHEMA_TEXT", "cut_text"]

RELAY_SCHEMA = Schema.from_json(
    files("cwire_server").joinpath("relay_messages.schema.json").read_bytes()
)
RELAY_SCHEMA_TEXT = json.dumps(RELAY_SCHEMA.json).encode()  # without the line breaks of the file


def cut_text(text: str, size: int) -> bytes:
    """Cuts a text for a char array of so many bytes, between two characters."""
    return text.encode()[:size].decode(errors="ignore").encode()
