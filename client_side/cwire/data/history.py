"""The last frames of one message, kept in memory of a fixed size.

One thread writes (it receives), any thread reads, and neither waits for the other: a reader copies
rows and then looks whether the writer has meanwhile begun to overwrite them. Positions count
frames since the history was made and never wrap, so a reader knows what it has missed. Pure.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from cwire.data.frame_array import FrameArray, Record
from cwire_structs import frames
from cwire_structs.frames import HEADER_SIZE, Tally

if TYPE_CHECKING:
    from cwire_structs.schema import Message

__all__ = ["FixedHistory", "History", "TailHistory", "make_history"]

_FIRST_LOOK = 256  # frames among which the last seconds are looked for first
_LONGEST = 9e9  # s; more nanoseconds than these an int64 does not hold
_INDEX_BYTES = 256
"""A history of messages with tails keeps at most one frame per so many bytes."""


def make_history(message: Message, limit: int) -> History:
    """An empty history of the right kind.

    Args:
        message: What it will hold.
        limit: Bytes. The memory is reserved now and used as frames come. Two frames are always
            kept, however large.
    """
    return TailHistory(message, limit) if message.tail else FixedHistory(message, limit)


class History(ABC):
    """The last frames of one message."""

    message: Message
    total: int
    """Frames received so far; the position after the newest."""

    @property
    @abstractmethod
    def oldest(self) -> int:
        """Position of the oldest frame that is still here."""

    @property
    @abstractmethod
    def capacity(self) -> int:
        """Frames that fit at most."""

    @abstractmethod
    def append(self, data: memoryview, tally: Tally) -> int:
        """Takes a copy of a tally's frames out of a batch.

        Returns:
            How many were taken; those of a size that the message cannot have are left out.
        """

    @abstractmethod
    def read(self, start: int, stop: int) -> tuple[int, FrameArray | list[Record]]:
        """Copies the frames between two positions, as far as they are (still) here.

        Returns:
            The position of the first one, and the frames: an array, or a list of records where
            their sizes differ.
        """

    def latest(self, count: int | None) -> FrameArray | list[Record]:
        """Copies the newest frames, at most `count`; None: all that are here."""
        total = self.total
        return self.read(0 if count is None else total - count, total)[1]

    def latest_seconds(self, seconds: float, most: int | None = None) -> FrameArray | list[Record]:
        """Copies the frames whose time stamps are within some seconds of the newest frame's.

        It looks from the newest one backwards, and no further than it needs: a history may be
        large. The driver makes the stamps: where its clock was set back, earlier frames can have
        later stamps, and are taken if those are within the seconds, too.

        Args:
            seconds: How many.
            most: Frames to look at, at most; None: all that are here.
        """
        span = np.timedelta64(round(min(seconds, _LONGEST) * 1e9), "ns")
        most = self.capacity if most is None else most
        count = _FIRST_LOOK
        while True:
            count = min(count, most)
            found = self.latest(count)
            if not len(found):
                return found
            newest = found[-1].time
            if len(found) < count or count == most or abs(newest - found[0].time) > span:
                break
            count *= 4
        if isinstance(found, list):
            return [record for record in found if abs(newest - record.time) <= span]
        near = np.abs(newest - found.time) <= span
        first = int(near.argmax())
        # Where the stamps rise, as they nearly always do, no row is copied again.
        recent: FrameArray = found[first:] if near[first:].all() else found[near]
        return recent

    def _empty(self) -> FrameArray:
        dtype = self.message.frame_dtype(self.message.size)
        return FrameArray.from_frames(np.empty(0, np.uint8), dtype, self.message)


class FixedHistory(History):
    """Frames of a message of one size: a ring of rows."""

    def __init__(self, message: Message, limit: int) -> None:
        self.message = message
        self.total = 0
        self._dtype = message.frame_dtype(message.size)
        self._span = self._dtype.itemsize
        self._size = HEADER_SIZE + message.size
        self._rows = max(2, limit // self._span)
        # Not zeroed: the system gives the pages as they are first written.
        self._ring = np.empty((self._rows, self._span), np.uint8)
        self._bytes = self._ring.data.cast("B")
        self._reserved = 0

    @property
    def oldest(self) -> int:
        """Position of the oldest frame that is still here."""
        return max(0, self._reserved - self._rows)

    @property
    def capacity(self) -> int:
        """Frames that fit at most."""
        return self._rows

    def append(self, data: memoryview, tally: Tally) -> int:
        """Takes a copy of a tally's frames out of a batch; no Python per frame."""
        if not tally.mixed and tally.size != self._size:
            return 0
        span, begin = self._span, self.total
        offset, left = tally.first_offset, tally.count
        # Frames of other sizes may be among them: the offset of the last one is not its row's.
        end = len(data) if tally.mixed else tally.last_offset + span
        alone = not tally.mixed and end - offset == tally.bytes  # nothing lies between them
        while left:
            slot = self.total % self._rows
            rows = min(left, self._rows - slot)
            self._reserved = self.total + rows  # readers: these rows are no longer yours
            place = self._bytes[slot * span : (slot + rows) * span]
            if alone:
                place[:] = data[offset : offset + rows * span]
                written, offset = rows, offset + rows * span
            else:
                written, offset = frames.gather(
                    data, offset, end, tally.type, tally.source, self._size, place, rows
                )
            self.total += written
            left -= written
            if written < rows:
                break
        return self.total - begin

    def read(self, start: int, stop: int) -> tuple[int, FrameArray]:
        """Copies the frames between two positions, as far as they are (still) here."""
        while True:
            stop = min(stop, self.total)
            start = max(start, self.oldest)
            if start >= stop:
                return max(0, stop), self._empty()
            copy = np.empty((stop - start, self._span), np.uint8)
            slot = start % self._rows
            head = min(len(copy), self._rows - slot)
            copy[:head] = self._ring[slot : slot + head]
            copy[head:] = self._ring[: len(copy) - head]
            # What the writer took over while we copied is at the front, and may be torn.
            torn = max(0, self.oldest - start)
            if torn < len(copy):
                rows = copy[torn:].reshape(-1).view(self._dtype)
                return start + torn, FrameArray.from_frames(rows, self._dtype, self.message)


class TailHistory(History):
    """Frames of a message with a flexible array member: whole frames in a ring of bytes."""

    def __init__(self, message: Message, limit: int) -> None:
        self.message = message
        self.total = 0
        self._oldest = 0
        self._slots = max(2, limit // _INDEX_BYTES)
        self._place = np.zeros(self._slots, np.int64)
        """Begins of the frames: counts of bytes that never wrap; modulo the arena's size."""
        self._size = np.zeros(self._slots, np.int64)
        self._reserve(max(limit, 4096))

    def _reserve(self, limit: int) -> None:
        self._arena = np.empty((limit + 7) & ~7, np.uint8)
        self._bytes = self._arena.data
        self._next = 0

    @property
    def oldest(self) -> int:
        """Position of the oldest frame that is still here."""
        return self._oldest

    @property
    def capacity(self) -> int:
        """Frames that fit at most, if they are small."""
        return self._slots

    def append(self, data: memoryview, tally: Tally) -> int:
        """Takes a tally's frames out of a batch; Python per frame only where sizes differ."""
        begin = self.total
        if tally.mixed:
            offset = tally.first_offset
            while offset <= tally.last_offset:
                header = frames.unpack_header(data, offset)
                span = frames.span(header.size)
                if header.type == tally.type and header.source == tally.source:
                    self._append_run(data, tally, header.size, offset, offset + span, 1)
                offset += span
        else:
            end = tally.last_offset + frames.span(tally.size)
            self._append_run(data, tally, tally.size, tally.first_offset, end, tally.count)
        return self.total - begin

    def _append_run(
        self, data: memoryview, tally: Tally, size: int, offset: int, end: int, left: int
    ) -> None:
        try:
            self.message.check_size(size - HEADER_SIZE)
        except ValueError:
            return
        span = frames.span(size)
        if 2 * span > len(self._arena):
            self._grow(2 * span)
        length = len(self._arena)
        while left:
            at = self._next % length
            fit = (length - at) // span
            if not fit:  # a frame does not wrap: the rest of the arena stays unused this time
                self._next += length - at
                continue
            rows = min(left, fit, self._slots)
            self._evict(self._next + rows * span - length, self.total + rows - self._slots)
            written, offset = frames.gather(
                data, offset, end, tally.type, tally.source, size,
                self._bytes[at : at + rows * span], rows,
            )  # fmt: skip
            slots = np.arange(self.total, self.total + written) % self._slots
            self._place[slots] = self._next + span * np.arange(written)
            self._size[slots] = size
            self._next += written * span
            self.total += written
            left -= written
            if written < rows:
                break

    def _grow(self, limit: int) -> None:
        self._oldest = self.total
        self._reserve(limit)

    def _evict(self, place: int, position: int) -> None:
        """Gives up the frames that begin before a place, and those before a position."""
        oldest = max(self._oldest, position)
        while oldest < self.total:
            block = np.arange(oldest, min(self.total, oldest + 1024)) % self._slots
            gone = int(np.count_nonzero(self._place[block] < place))
            oldest += gone
            if gone < len(block):
                break
        self._oldest = oldest

    def read(self, start: int, stop: int) -> tuple[int, FrameArray | list[Record]]:
        """Copies the frames between two positions, as far as they are (still) here."""
        while True:
            arena, stop = self._arena, min(stop, self.total)
            start = max(start, self._oldest)
            if start >= stop:
                return max(0, stop), self._empty()
            slots = np.arange(start, stop) % self._slots
            places = self._place[slots] % len(arena)
            sizes = self._size[slots]
            # The writer may have taken slots over between the place and the size.
            gone = max(0, self._oldest - start)
            if gone >= len(slots):
                continue
            start, places, sizes = start + gone, places[gone:], sizes[gone:]
            spans = (sizes + 7) & ~7
            pieces = self._copy(arena, places, spans)
            torn = self._oldest - start
            if torn <= 0:
                torn = 0
            elif torn >= len(sizes):
                continue
            if self._arena is not arena:  # it has grown: what we copied was somewhere else
                continue
            return start + torn, self._frames(pieces, sizes[torn:], int(spans[:torn].sum()))

    @staticmethod
    def _copy(
        arena: np.ndarray[tuple[int], np.dtype[np.uint8]],
        places: np.ndarray[tuple[int], np.dtype[np.int64]],
        spans: np.ndarray[tuple[int], np.dtype[np.int64]],
    ) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        """The frames' bytes one behind the other; neighbours are copied together."""
        ends = places + spans
        breaks = np.flatnonzero(places[1:] != ends[:-1]) + 1
        firsts = np.concatenate(([0], breaks))
        lasts = np.concatenate((breaks, [len(places)])) - 1
        return np.concatenate(
            [arena[places[a] : ends[b]] for a, b in zip(firsts, lasts, strict=True)]
        )

    def _frames(
        self,
        data: np.ndarray[tuple[int], np.dtype[np.uint8]],
        sizes: np.ndarray[tuple[int], np.dtype[np.int64]],
        offset: int,
    ) -> FrameArray | list[Record]:
        message = self.message
        if (sizes == sizes[0]).all():
            dtype = message.frame_dtype(int(sizes[0]) - HEADER_SIZE)
            return FrameArray.from_frames(data[offset:], dtype, message)
        records = []
        for size in sizes.tolist():
            dtype = message.frame_dtype(size - HEADER_SIZE)
            frame = data[offset : offset + dtype.itemsize]
            records.append(Record.of(FrameArray.from_frames(frame, dtype, message)))
            offset += dtype.itemsize
        return records
