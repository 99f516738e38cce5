"""Bytes that wait until a stream socket takes them. Pure."""

from __future__ import annotations

from collections import deque

__all__ = ["OutgoingQueue"]


class OutgoingQueue:
    """First in, first out; `sent` says how many bytes of `next` the socket has taken."""

    def __init__(self) -> None:
        self._pieces: deque[memoryview] = deque()
        self.bytes = 0
        """Bytes that wait."""

    def put(self, data: bytes) -> None:
        """Adds bytes at the end."""
        self._pieces.append(memoryview(data))
        self.bytes += len(data)

    @property
    def next(self) -> memoryview | None:
        """The bytes to send now; None: nothing waits."""
        return self._pieces[0] if self._pieces else None

    def sent(self, size: int) -> None:
        """Removes the first ``size`` bytes of `next`."""
        self.bytes -= size
        if size < len(self._pieces[0]):
            self._pieces[0] = self._pieces[0][size:]
        else:
            self._pieces.popleft()
