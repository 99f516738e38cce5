"""Memory to read into, used again as soon as nobody holds it. Pure."""

from __future__ import annotations

import sys
from collections import deque

__all__ = ["ReadBuffers"]


def _references(known: deque[bytearray], place: int) -> int:
    return sys.getrefcount(known[place])


# The deque's and those of the question itself: how many these are, Python's versions do not agree.
_OWN_REFERENCES = _references(deque((bytearray(),)), 0)


class ReadBuffers:
    """Gives out buffers.

    A fresh one is zeroed, and the system maps each of its pages: that costs as much as to read.
    Nobody says when a buffer is free: it is when nothing refers to it but this. Batches do as long
    as they wait for a client or are kept as history, and so does every view of them.

    Args:
        limit: Bytes to know of at the most. What is beyond is forgotten: it is freed as usual, and
            others are made afresh.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: deque[bytearray] = deque()
        self._bytes = 0

    def take(self, size: int) -> bytearray:
        """A buffer of this size; what it holds is anything."""
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
