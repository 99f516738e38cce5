"""Sizes and times beyond which the relay says no. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from cwire_structs.frames import FRAME_LIMIT, HELLO_LIMIT
from cwire_structs.schema.json_size import JSON_VALUES

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes and times in seconds beyond which the relay says no."""

    frame: int = FRAME_LIMIT
    hello: int = HELLO_LIMIT
    batch: int = 256 << 10
    """A binary WebSocket message to a client, unless one frame is larger."""
    command: int = 1 << 20
    """A message from a client."""
    text: int = 256 << 10
    """A text message from a client: about 5 ms of the relay's time."""
    queue: int = 32 << 20
    """Frames that may wait for one client; beyond it the oldest are dropped."""
    history: int = 4 << 20
    """Memory for the last frames of each message, for clients that come later."""
    histories: int = 48 << 20
    """The same for all messages of all drivers together."""
    json: int = JSON_VALUES
    """Values of a struct that is told as JSON or taken from it: about 3 ms of the relay's time."""
    derived: int = 300
    """Fields of a struct that is decimated, and names in its enums: about 5 ms of the relay's time
    for the schema of the result."""
    subscriptions: int = 256
    """Subscriptions of one client."""
    crowd: int = 4 << 20
    """While more than this waits for every client of a driver, the driver is not read."""
    patience: float = 0.2
    """Time until a driver is read all the same; clients that have not caught up lose frames."""
    control: int = 16 << 20
    """Replies and text that may wait for one client; beyond it the client is disconnected."""
    pending: int = 4096
    """Commands that may wait for one driver's answers."""
    answer: float = 10.0
    """Time that a driver has to answer a command."""
    streams: int = 128
    """Functions of actions that may run for one client."""
    keep: float = 10.0
    """Time that a session of actions outlives its connection."""
    room: int = 1 << 20
    """What actions have sent and a client has not read; beyond it they are to wait."""
    kept: int = 4 << 20
    """What a session of actions keeps of what it has sent, for a client that comes back."""
    statistics: float = 1.0
    """Time between two rounds of the relay's statistics about itself."""
