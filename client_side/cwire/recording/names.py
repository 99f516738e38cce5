"""The names in a recording that are cwire's own. Pure."""

from __future__ import annotations

__all__ = ["ANSWER", "COMMAND", "DRIVER", "EVENTS", "LAYOUT_HASH", "MESSAGE", "RUN", "SCHEMA"]

EVENTS = "/cwire/events"
"""The topic of what happened beside frames: JSON, without a schema."""

SCHEMA = "cwire:schema"
"""Name of the metadata that have a driver's schema."""

RUN = "cwire:run"
"""Name of the metadata that say who recorded, where and when; key of a channel's run."""

MESSAGE = "cwire:message"
"""Key in a channel's metadata: the message's name in the schema."""

DRIVER = "cwire:driver"
"""Key in a channel's metadata: the driver's name."""

LAYOUT_HASH = "cwire:layout_hash"
"""Key in a channel's metadata: which of the driver's schemas has the message."""

COMMAND, ANSWER = "relay_command", "relay_answer"
"""The relay's messages of the commands of all clients and of what became of them."""
