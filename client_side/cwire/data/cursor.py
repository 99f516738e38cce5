"""A reader's place in a feed: reads every frame from now on, and counts those it missed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cwire.data.feed import Feed
from cwire.data.frame_array import Record

__all__ = ["Cursor"]

_CHUNK_FRAMES = 1024
_CHUNK_BYTES = 4 << 20


class Cursor:
    """Reads a feed in chunks.

    Attributes:
        feed: What is read now; another one after the driver came back with other structs.
        position: Of the next frame.
        lost: Frames that the history had dropped before they were read.
    """

    def __init__(self, find: Callable[[], Feed]) -> None:
        self._find = find
        self.feed = find()
        self.position = self.feed.history.total
        self.lost = 0
        self._chunk: Iterator[Record] = iter(())

    def next(self) -> Record | None:
        """The next record, or None if there is none yet.

        Raises:
            UnknownMessage: The driver came back, and its header no longer has the message.
        """
        record = next(self._chunk, None)
        while record is None and self._fill():
            record = next(self._chunk, None)
        return record

    def _fill(self) -> bool:
        history = self.feed.history
        if self.position >= history.total:
            if not self.feed.replaced:
                return False
            self.feed, self.position = self._find(), 0
            return self.feed.history.total > 0
        span = self.feed.message.size + 32
        rows = max(1, min(_CHUNK_FRAMES, _CHUNK_BYTES // span))
        start, frames = history.next(self.position, rows)
        self.lost += start - self.position
        self.position = start + len(frames)
        self._chunk = iter(frames)
        return True
