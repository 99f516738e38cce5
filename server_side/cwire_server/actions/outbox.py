"""The messages of one session that are to be sent, over one connection and the next. Pure."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from cwire_server.actions.texts import StreamId, Unit

__all__ = ["Outbox", "Port"]

_MANY = 4096


class Port(Protocol):
    """The way to a client that is connected. What is put is sent in order."""

    @property
    def room(self) -> bool:
        """Whether the client reads what it is sent; if not, `Dispatcher.flush` is called later."""

    def put_frame(self, frame: bytes) -> None:
        """Takes a frame of an array."""

    def put_text(self, text: str) -> None:
        """Takes a text."""

    def wake(self) -> None:
        """Called when something has been put."""


class Outbox:
    """What a session has to send, and, for a client that may come back, what it was sent last.

    Args:
        kept: Bytes to keep of what was sent; 0: nothing.

    Attributes:
        waiting_bytes: Of messages that are not given to a port yet.
        given: How many messages were.
    """

    __slots__ = (
        "_kept",
        "_kept_bytes",
        "_kept_limit",
        "_next_frame",
        "_waiting",
        "given",
        "waiting_bytes",
    )

    def __init__(self, kept: int) -> None:
        self._kept_limit = kept
        self._waiting: deque[Unit] = deque()
        self._next_frame = 0  # of the first that waits
        self._kept: deque[Unit] = deque()
        self._kept_bytes = 0
        self.waiting_bytes = 0
        self.given = 0

    def put(self, unit: Unit) -> None:
        """Adds a message."""
        self._waiting.append(unit)
        self.waiting_bytes += unit.size

    def flush(self, port: Port) -> None:
        """Gives a port what it has room for."""
        if not self._waiting:
            return
        # So many are refusals of what a client asks without reading: its queue has a limit.
        while self._waiting and (port.room or len(self._waiting) > _MANY):
            unit = self._waiting[0]
            if self._next_frame < len(unit.frames):
                port.put_frame(unit.frames[self._next_frame])
                self._next_frame += 1
                continue
            port.put_text(unit.text)
            self._next_frame = 0
            self._waiting.popleft()
            self.waiting_bytes -= unit.size
            self._keep(unit)
        port.wake()

    def put_progress(self, port: Port, text: str) -> None:
        """Gives a port a text that may be left out: only when nothing waits."""
        if not self._waiting and port.room:
            port.put_text(text)
            port.wake()

    def _keep(self, unit: Unit) -> None:
        self.given += 1
        if not self._kept_limit:
            return
        self._kept.append(unit)
        self._kept_bytes += unit.size
        while self._kept_bytes > self._kept_limit:
            self._forget()

    def _forget(self) -> None:
        self._kept_bytes -= self._kept.popleft().size

    def received(self, count: int) -> bool:
        """Forgets messages that have come to the client.

        Returns:
            False: so many were not given.
        """
        if not 0 <= count <= self.given:
            return False
        while self._kept and self.given - len(self._kept) < count:
            self._forget()
        return True

    def rewind(self, received: int) -> bool:
        """Begins again behind what has come to the client, for another port.

        Returns:
            False: something of it is no longer kept, or so many were not given.
        """
        self._next_frame = 0
        if not self.received(received) or self.given - len(self._kept) > received:
            return False
        self._waiting.extendleft(reversed(self._kept))
        self.waiting_bytes += self._kept_bytes
        self.given = received
        self._kept.clear()
        self._kept_bytes = 0
        return True

    def ends(self) -> set[StreamId]:
        """The streams whose last message waits."""
        return {unit.id for unit in self._waiting if unit.last}
