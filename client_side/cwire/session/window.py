"""What may be under way: the client acknowledges the frames that it has dealt with. Pure."""

from __future__ import annotations

import json

__all__ = ["Window"]


class Window:
    """Counts bytes of frames (not of replies) since the window was told to the relay.

    Attributes:
        bytes: How many may be under way; None: any, and nothing is acknowledged.
    """

    def __init__(self, bytes: int | None = None) -> None:
        self.bytes = bytes
        self._received = 0
        self._acknowledged = 0

    def open(self) -> str | None:
        """The text that tells the relay of it, at the beginning of a connection."""
        self._received = self._acknowledged = 0
        return None if self.bytes is None else json.dumps({"op": "window", "bytes": self.bytes})

    def take(self, size: int) -> None:
        """So many bytes of frames have been dealt with."""
        self._received += size

    @property
    def due(self) -> bool:
        """There is something to acknowledge."""
        return self.bytes is not None and self._received > self._acknowledged

    @property
    def urgent(self) -> bool:
        """Half of the window is used: the relay should hear of it at once, to go on sending."""
        return self.bytes is not None and 2 * (self._received - self._acknowledged) >= self.bytes

    def ack(self) -> str:
        """The text that acknowledges everything so far."""
        self._acknowledged = self._received
        return json.dumps({"op": "ack", "bytes": self._received})
