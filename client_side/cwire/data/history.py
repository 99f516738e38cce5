"""The last frames of one message, kept in memory that grows.

One thread writes (it receives), any thread reads, and neither waits for the other: a reader copies
rows and then looks whether the writer has meanwhile begun to overwrite them. Beside what can be
read there is room for what is being written, so that a reader loses nothing as long as nothing new
is complete. Positions count frames since the history was made and never wrap, so a reader knows
what it has missed. Pure.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cwire.data.clock import Rest, timeline
from cwire.data.frame_array import FrameArray, Record
from cwire.view.text import counted
from cwire_structs.frames import Tally

if TYPE_CHECKING:
    from cwire_structs.schema import Message

__all__ = ["FIRST_BYTES", "GROWTH", "STEP_BYTES", "History", "newest_of", "stamps_of"]

_FIRST_LOOK = 256  # frames among which the last seconds are looked for first

FIRST_BYTES = 1 << 16
"""Memory that a history begins with."""

GROWTH = 4
"""Times as much as before, when it is full."""

STEP_BYTES = 1 << 20
"""The writer gives up at most so much of the past at once, or what one frame needs."""


class History(ABC):
    """The last frames of one message."""

    message: Message
    total: int
    """Frames received so far; the position after the newest."""
    problem: str
    """Where there was no memory for more: a sentence about that. Else empty."""
    rests: tuple[Rest, ...]
    """The last long silences, oldest first. Replaced, never changed."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.total = 0
        self.problem = ""
        self.rests = ()
        self._place_at = -1
        """Position of the frame whose place is reserved, if one is."""

    @property
    @abstractmethod
    def oldest(self) -> int:
        """Position of the oldest frame that is still here."""

    @property
    @abstractmethod
    def capacity(self) -> int:
        """Frames that fit at most."""

    @property
    @abstractmethod
    def step(self) -> int:
        """Frames that may come until it is time to read them, if none is to be missed."""

    @abstractmethod
    def append(self, data: memoryview, tally: Tally) -> int:
        """Takes a copy of a tally's frames out of a batch.

        Returns:
            How many were taken; those of a size that the message cannot have are left out.
        """

    def reserve(self, size: int) -> memoryview | None:
        """Gives the place of the next frame, to write it there: no reader sees it yet.

        What lay there is lost, as when a frame is appended. The place is good until the next call
        of `reserve` or `append`; it need not be used.

        Args:
            size: Of the frame, header included.

        Returns:
            The place, with room for the padding; None if the message has no frames of this size,
            or if there is no memory for it.
        """
        place = self._reserve(size)
        self._place_at = -1 if place is None else self.total
        return place

    def commit(self) -> None:
        """Makes what lies in the place that was reserved last the newest frame."""
        assert self._place_at == self.total, "nothing is reserved"
        self._commit()

    @abstractmethod
    def _reserve(self, size: int) -> memoryview | None:
        """See `reserve`."""

    @abstractmethod
    def _commit(self) -> None:
        """See `commit`."""

    @abstractmethod
    def read(self, start: int, stop: int) -> tuple[int, FrameArray | list[Record]]:
        """Copies the frames between two positions, as far as they are (still) here.

        Returns:
            The position of the first one, and the frames: an array, or a list of records where
            their sizes differ.
        """

    @abstractmethod
    def _view(self, start: int, stop: int) -> FrameArray | None:
        """Views the frames between two positions; None if they do not lie in one run."""

    def latest(self, count: int | None, *, copy: bool = True) -> FrameArray | list[Record]:
        """Copies the newest frames, at most `count`; None: all that are here.

        There are so many, if so many are here: what is overwritten while it is copied is replaced
        by what has come instead.

        Args:
            count: How many.
            copy: False: a view, where they lie in one run. `FrameArray.valid` says whether they
                have been overwritten.
        """
        while not copy:
            # In this order, as in `newest`.
            oldest = self.oldest
            stop = self.total
            start = oldest if count is None else max(oldest, stop - count)
            found = self._view(start, stop) if start < stop else self.empty()
            if found is None:
                break
            if found.valid():
                return found
        return self.newest(count)[1]

    def newest(self, count: int | None) -> tuple[int, FrameArray | list[Record]]:
        """Copies the newest frames as `latest` does, and says which position is behind them."""
        while True:
            # In this order: if frames come in between, there are more than that, not fewer.
            oldest = self.oldest
            stop = self.total
            here = stop - oldest
            wanted = here if count is None else min(count, here)
            start, found = self.read(stop - wanted, stop)
            parts, have, position = [found], len(found), start + len(found)
            while have < wanted and position < self.total:
                start, found = self.next(position, self.total - position)
                if start > position:  # what was copied before lies further back
                    parts, have = [], 0
                parts.append(found)
                have, position = have + len(found), start + len(found)
            if have >= wanted:
                return position, newest_of(parts, wanted)

    def next(self, position: int, most: int) -> tuple[int, FrameArray | list[Record]]:
        """Copies the frames from a position on; those that are no longer here are passed over.

        Returns:
            The position of the first one, and the frames, as `read`: at least one if any has come
            since the position.
        """
        while True:
            begin = max(position, self.oldest)
            start, found = self.read(begin, begin + most)
            if len(found):
                return start, found
            if position >= self.total or most <= 0:
                return position, found
            position = max(position, self.total - 1)  # it has the longest to live

    def latest_seconds(self, seconds: float, most: int | None = None) -> FrameArray | list[Record]:
        """Copies the frames of some seconds before the newest one.

        It looks from the newest one backwards, and no further than it needs: a history may be
        large. The driver makes the stamps; where its clock jumps, the time goes on as `timeline`
        says.

        Args:
            seconds: How many.
            most: Frames to look at, at most; None: all that are here.
        """
        most = self.capacity if most is None else most
        count = _FIRST_LOOK
        while True:
            count = min(count, most)
            found = self.latest(count)
            if not len(found):
                return found
            line = timeline(stamps_of(found), self.rests).seconds
            if len(found) < count or count == most or line[0] < -seconds:
                break
            count *= 4
        near = np.abs(line) <= seconds
        if isinstance(found, list):
            return [record for record, keep in zip(found, near, strict=True) if keep]
        first = int(near.argmax())
        # Where the stamps rise, as they nearly always do, no row is copied again.
        recent: FrameArray = found[first:] if near[first:].all() else found[near]
        return recent

    def empty(self) -> FrameArray:
        """No frames."""
        dtype = self.message.frame_dtype(self.message.size)
        return FrameArray.from_frames(np.empty(0, np.uint8), dtype, self.message)

    def tell_short(self, frame_bytes: int) -> None:
        """Says that there was no memory for more."""
        here = self.total - self.oldest
        kept = f"{here:,} frames are" if here != 1 else "1 frame is"
        self.problem = (
            f"memory is short: {kept} kept of {self.message.name}, of {frame_bytes:,} bytes each; "
            "connect with smaller history_bytes=, or with subscribe= for fewer messages"
        )

    def no_room(self, count: int, size: int) -> MemoryError:
        """The error of a copy for which there is no memory."""
        what = f"{counted(count, 'frame')} of {self.message.name} ({size:,} bytes)"
        return MemoryError(
            f"there is no memory to copy {what}: "
            "ask for fewer, or connect with smaller history_bytes="
        )


def stamps_of(found: FrameArray | list[Record]) -> npt.NDArray[np.uint64]:
    """The time stamps of frames as the driver made them, ns."""
    if isinstance(found, list):
        return np.array([record.time for record in found], "<M8[ns]").view(np.uint64)
    return found.time.view(np.uint64)


def newest_of(parts: list[FrameArray | list[Record]], count: int) -> FrameArray | list[Record]:
    """Joins parts of a history, oldest first, and returns the last `count` frames of them."""
    parts = [part for part in parts if len(part)] or parts[-1:]
    if len(parts) == 1:
        return parts[0][len(parts[0]) - count :]
    kinds = {part.dtype for part in parts if isinstance(part, FrameArray)}
    if len(kinds) == 1 and all(isinstance(part, FrameArray) for part in parts):
        first = sum(map(len, parts)) - count
        joined: Any = np.concatenate(
            [part[max(0, first - begin) :] for begin, part in _begins(parts)]
        )
        assert isinstance(joined, FrameArray)
        return joined
    records = [record for part in parts for record in part]
    return records[len(records) - count :]


def _begins(parts: list[Any]) -> Iterator[tuple[int, Any]]:
    begin = 0
    for part in parts:
        yield begin, part
        begin += len(part)
