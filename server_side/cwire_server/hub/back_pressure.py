"""Back pressure: a driver is not read on while much waits for every client that it feeds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from cwire_server.hub.client import Client

__all__ = ["BackPressure"]


class BackPressure:
    """Holds drivers back, by source, and says when they may be read again.

    A client for which much still waits when a driver was held for long enough is slow: no driver is
    held for it until it reads. So one that hangs costs the others nothing. Clients that do not pace
    drivers count as if they were not there.

    Args:
        limit: A client is crowded when more bytes of frames than this wait for it.
    """

    def __init__(self, limit: int) -> None:
        self.on_room: Callable[[int], None] = lambda source: None
        """Called with a source that was held when a client of it has room again."""
        self._limit = limit
        self._held: set[int] = set()

    def hold(self, source: int, fed: Sequence[Client]) -> bool:
        """Whether to hold a driver back, now that a batch of it was given to these clients."""
        for client in fed:
            if client.sink.data_bytes <= self._limit and client.paces:
                return False
        if all(client.slow or not client.paces for client in fed):
            return False
        self._held.add(source)
        return True

    def overdue(self, source: int, clients: Iterable[Client]) -> None:
        """Ends the hold of a driver: those of its clients that are still crowded are slow."""
        self._held.discard(source)
        for client in clients:
            client.slow = client.sink.data_bytes > self._limit

    def drained(self, client: Client) -> None:
        """Notes that a client reads; releases its drivers when half of its room is free."""
        client.slow = False
        if self._held and client.sink.data_bytes <= self._limit // 2:
            self._release(self._held & client.deliveries.keys())

    def left(self) -> None:
        """Releases all drivers, since a client has left: perhaps it was the one with no room."""
        self._release(self._held)

    def _release(self, sources: Collection[int]) -> None:
        for source in list(sources):
            self._held.discard(source)
            self.on_room(source)
