"""Collects the frames of one message from now on. Pure."""

from __future__ import annotations

import warnings
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from cwire.data.arguments import frame_count, seconds
from cwire.data.convert import Arrays
from cwire.data.feed import Feed
from cwire.data.frame_array import FrameArray, Record, frame_of
from cwire.errors import InvalidArgument
from cwire.view.text import counted

if TYPE_CHECKING:
    import pandas

__all__ = ["Recording"]

_LOOK = 0.1  # s


class Recording:
    """Frames of one message, collected until there are enough, or for some seconds.

    Whoever waits for them calls `take` again and again, after `pause` seconds or when the feed has
    reached `due`, before the history comes around.

    Args:
        feed: Where they come from.
        span: Seconds to record; None: as long as it takes.
        limit: How many at most; None: as many as come.
        patience: Seconds without any after which it has failed; None: for ever. Only where no
            `span` ends it.
        now: The time, by a clock that only has to be steady.
        fields: As in `FrameArray.to_pandas`, and looked at now: not when all is recorded.
        arrays: As in `FrameArray.to_pandas`.

    Raises:
        InvalidArgument: Nothing says when it ends, or not so.
        UnknownField: There is no such field.
        CwireError: pandas is not installed.

    Attributes:
        feed: Where they come from.
        count: How many there are.
        lost: How many the history had dropped before they were taken.
        done: There are enough, or there will be no more.
        starved: There will be no more because none came for too long.
    """

    def __init__(
        self,
        feed: Feed,
        span: float | None,
        limit: int | None,
        patience: float | None,
        now: float,
        *,
        fields: tuple[str, ...] = (),
        arrays: Arrays = "columns",
    ) -> None:
        if span is None and limit is None:
            raise InvalidArgument("say how much to record: seconds=… or frames=…")
        seconds(span, what="a recording takes")
        patience = seconds(patience)
        limit = None if limit is None else frame_count(limit, "a recording")
        self.feed = feed
        self._fields = fields
        self._arrays = arrays
        self._empty = self._table(self._none())
        self.count = 0
        self.lost = 0
        self.done = limit == 0
        self.starved = False
        self._span = span
        self._limit = limit
        self._patience = patience if span is None else None
        self._begun = self._now = self._heard = now
        self._position = feed.history.total
        self._parts: list[FrameArray] = []

    @property
    def due(self) -> int:
        """The position to wait for: the end, or as much as is safe to leave in the history."""
        step = self.feed.history.step
        if self._limit is not None:
            step = min(step, self._limit - self.count)
        return self._position + step

    @property
    def pause(self) -> float:
        """Seconds to wait at most before it is time to look again."""
        if self._span is None:
            return _LOOK
        return max(0.0, min(_LOOK, self._begun + self._span - self._now))

    @property
    def extent(self) -> tuple[float, str]:
        """The amount to record, and its unit."""
        if self._span is not None:
            return self._span, "s"
        return self._limit or 0, "frames"

    @property
    def reached(self) -> tuple[float, str]:
        """The amount that is recorded, and a note."""
        if self._span is not None:
            return self._now - self._begun, f"{self.count:,} frames"
        return self.count, ""

    def take(self, now: float) -> None:
        """Takes what has come since the last call."""
        self._now = now
        history = self.feed.history
        over = self.feed.replaced
        stop = history.total
        if self._limit is not None:
            stop = min(stop, self._position + self._limit - self.count)
        start, frames = history.next(self._position, stop - self._position)
        self.lost += start - self._position
        self._position = start + len(frames)
        self.count += len(frames)
        if isinstance(frames, list):
            self._parts += [frame_of(record) for record in frames]
        elif len(frames):
            self._parts.append(frames)
        if len(frames):
            self._heard = now
        self.starved = self._patience is not None and now - self._heard >= self._patience
        elapsed = self._span is not None and now - self._begun >= self._span
        self.done = over or elapsed or self.count == self._limit or self.starved

    def table(self) -> pandas.DataFrame:
        """All of them as one table; what the history had dropped is in ``attrs["lost"]``."""
        if self.feed.replaced:
            warnings.warn(
                f"driver {self.feed.driver!r} came back with other structs: the table has "
                f"what came before: {counted(self.count, 'frame')} of {self.feed.message.name}",
                stacklevel=3,
            )
        # Neighbours of one size together; those of a message with a tail may differ.
        groups = groupby(self._parts, key=lambda part: part.dtype)
        tables = [self._table(np.concatenate(list(group))) for _, group in groups]
        table = tables[0] if tables else self._empty
        if len(tables) > 1:
            import pandas

            table = pandas.concat(tables)
        table.attrs = {**self._empty.attrs, "lost": self.lost}
        return table

    def _none(self) -> FrameArray | list[Record]:
        return self.feed.history.read(0, 0)[1]

    def _table(self, frames: Any) -> pandas.DataFrame:
        assert isinstance(frames, FrameArray)
        return frames.to_pandas(*self._fields, arrays=self._arrays)
