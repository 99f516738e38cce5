"""Flow control: counts received bytes and says when to acknowledge them. Pure."""

from __future__ import annotations

import json

__all__ = ["AckWindow"]


class AckWindow:
    """Counts bytes of frames (not of replies) since the window was told to the relay.

    Attributes:
        bytes: How many may be under way; None: any, and nothing is acknowledged.
    """

    def __init__(self, bytes: int | None = None) -> None:
        self.bytes = bytes
        self._received = 0
        self._acknowledged = 0

    def open(self) -> str | None:
        """Begins to count anew, for a new connection.

        Returns:
            The text that tells the relay of the window; None: there is none.
        """
        self._received = self._acknowledged = 0
        return None if self.bytes is None else json.dumps({"op": "window", "bytes": self.bytes})

    def take(self, size: int) -> None:
        """Counts bytes of frames that have been dealt with."""
        self._received += size

    @property
    def due(self) -> bool:
        """Whether there is something to acknowledge."""
        return self.bytes is not None and self._received > self._acknowledged

    @property
    def urgent(self) -> bool:
        """Whether half of the window is used: acknowledge at once, so that the relay goes on."""
        return self.bytes is not None and 2 * (self._received - self._acknowledged) >= self.bytes

    def ack(self) -> str:
        """Makes the text that acknowledges everything so far."""
        self._acknowledged = self._received
        return json.dumps({"op": "ack", "bytes": self._received})
