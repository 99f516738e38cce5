"""The names in a recording that are cwire's own. Pure."""

from __future__ import annotations

__all__ = ["EVENTS", "MESSAGE", "RUN", "SCHEMA", "topic_of"]

EVENTS = "/cwire/events"
"""The topic of what happened beside frames: JSON, without a schema."""

SCHEMA = "cwire:schema"
"""Name of the metadata that have a driver's schema."""

RUN = "cwire:run"
"""Name of the metadata that say who recorded, where and when."""

MESSAGE = "cwire:message"
"""Key in a channel's metadata: the message's name in the schema."""


def topic_of(driver: str, message: str) -> str:
    """Returns the topic of a driver's message."""
    return f"/{driver}/{message}"
