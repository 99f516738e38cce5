"""Pings all clients with one timer; cuts off those that are silent for a whole round."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Protocol

__all__ = ["PING_SECONDS", "Pingable", "Pinger"]

PING_SECONDS = 20.0


class Pingable(Protocol):
    """A connection that can be asked for a sign of life."""

    answered: bool
    """Something has come since the last ping, or what waits for it was read on."""

    def send_ping(self) -> None:
        """Asks for a sign of life."""

    def cut_off(self) -> None:
        """Closes without waiting for an answer."""


class Pinger:
    """Pings every connection of a collection once a round.

    Args:
        connections: The connections; they may come and go between rounds.
        interval: Seconds of a round.
    """

    def __init__(self, connections: Collection[Pingable], interval: float = PING_SECONDS) -> None:
        self._connections = connections
        self._interval = interval

    async def run(self) -> None:
        """Runs one round per interval until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            self.round()

    def round(self) -> None:
        """Cuts off those that have not answered the last ping, and pings the others."""
        for connection in list(self._connections):
            if connection.answered:
                connection.answered = False
                connection.send_ping()
            else:
                connection.cut_off()
