"""Memory to read into, used again as soon as nothing refers to it. Pure."""

from __future__ import annotations

import sys
from collections import deque

__all__ = ["ReadBuffers"]


def _references(known: deque[bytearray], place: int) -> int:
    return sys.getrefcount(known[place])


# References of the deque and of the call that counts them: how many depends on Python's version.
_OWN_REFERENCES = _references(deque((bytearray(),)), 0)


class ReadBuffers:
    """Gives out buffers, and gives those that are free out again.

    A fresh buffer is zeroed, and the system maps each of its pages: that costs as much as to read.
    A buffer is free when nothing but this object refers to it. A batch refers to its buffer as long
    as it waits for a client or is kept as history, and so does every view of it.

    Args:
        limit: Bytes of all buffers at the most. Those beyond are forgotten: they are freed as
            usual, and fresh ones are made.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: deque[bytearray] = deque()
        self._bytes = 0

    def take(self, size: int) -> bytearray:
        """Returns a buffer of this size; its content is undefined."""
        # The one used last is still in the processor's cache, if it is free. Else the one that was
        # used longest ago: it is the first to leave the history.
        for place in (-1, 0):
            if not self._known:
                break
            if _references(self._known, place) == _OWN_REFERENCES:
                buffer = self._known[place]
                del self._known[place]
                if len(buffer) == size:
                    self._known.append(buffer)
                    return buffer
                # The frames have another size now.
                self._bytes -= len(buffer)
        fresh = bytearray(size)
        self._known.append(fresh)
        self._bytes += size
        while self._bytes > self._limit:
            self._bytes -= len(self._known.popleft())
        return fresh

    def clear(self) -> None:
        """Forgets all buffers: for a while few will be needed. Those in use stay as they are."""
        self._known.clear()
        self._bytes = 0
