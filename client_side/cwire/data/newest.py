"""Waits for a number of frames: joins those here with those that come. Pure."""

from __future__ import annotations

from cwire.data.feed import Feed
from cwire.data.frame_array import FrameArray, Record
from cwire.data.history import newest_of

__all__ = ["Newest"]


class Newest:
    """The newest frames of a feed, until there are enough; also more than its history holds.

    Whoever waits for them calls `take` again and again, when the feed has reached `due`.

    Args:
        feed: Where they come from.
        wanted: How many.
        copy: False: views, where `History.latest` gives them.

    Attributes:
        feed: Where they come from.
        wanted: How many.
        count: How many there are.
        came: How many have come since it was made.
    """

    def __init__(self, feed: Feed, wanted: int, *, copy: bool = True) -> None:
        self.feed = feed
        self.wanted = wanted
        self.came = 0
        self._copy = copy
        self._position = feed.history.total
        found = self._view()
        if found is None:
            self._position, found = feed.history.newest(wanted)
        self._parts = [found]
        self.count = len(found)

    @property
    def due(self) -> int:
        """The position to wait for: the last one wanted, or as much as is safe to leave."""
        return self._position + min(self.wanted - self.count, self.feed.history.step)

    def take(self) -> None:
        """Takes what has come since the last call."""
        history = self.feed.history
        start, found = history.next(self._position, history.total - self._position)
        self._position = start + len(found)
        self._parts.append(found)
        self.came += len(found)
        self.count += len(found)
        while self.count - len(self._parts[0]) >= self.wanted and len(self._parts) > 1:
            self.count -= len(self._parts.pop(0))

    def frames(self) -> FrameArray | list[Record]:
        """The newest of them, as many as are wanted."""
        view = self._view()
        if view is not None:
            return view
        try:
            return newest_of(self._parts, min(self.wanted, self.count))
        except MemoryError:
            size = sum(part.nbytes for part in self._parts if isinstance(part, FrameArray))
            raise self.feed.history.no_room(self.count, size) from None

    def _view(self) -> FrameArray | list[Record] | None:
        """The newest frames without a copy; None if that is not wanted, or too few are here."""
        if self._copy:
            return None
        found = self.feed.history.latest(self.wanted, copy=False)
        return found if len(found) == self.wanted else None
