"""The last frames of a message of one size: a ring of rows. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cwire.data.frame_array import FrameArray, view_of
from cwire.data.history import FIRST_BYTES, GROWTH, STEP_BYTES, History
from cwire.data.run import Run
from cwire_structs import frames
from cwire_structs.frames import HEADER_SIZE, Tally

if TYPE_CHECKING:
    from cwire_structs.schema import Message

__all__ = ["FixedHistory"]

_Bytes = np.ndarray[Any, np.dtype[np.uint8]]


class FixedHistory(History):
    """Frames of a message of one size: a ring of rows."""

    def __init__(self, message: Message, limit: int) -> None:
        super().__init__(message)
        self._dtype = message.frame_dtype(message.size)
        self._span = self._dtype.itemsize
        self._size = HEADER_SIZE + message.size
        self._capacity = max(2, limit // self._span)
        self._slack = max(1, min(self._capacity // 8, STEP_BYTES // self._span))
        """Rows that are written at once, at most: readers are promised the others."""
        self._most = self._capacity + self._slack
        self._ring: _Bytes = np.empty((0, self._span), np.uint8)
        self._bytes = memoryview(b"")
        self._rows = 0
        self._reserved = 0

    def _resize(self, rows: int) -> None:
        # Not zeroed: the system gives the pages as they are first written.
        ring: _Bytes = np.empty((rows, self._span), np.uint8)
        ring[: self._rows] = self._ring  # it has not come around yet
        self._ring, self._rows, self._bytes = ring, rows, ring.data.cast("B")

    @property
    def oldest(self) -> int:
        """Position of the oldest frame that is still here."""
        return max(0, self.total - self._capacity)

    @property
    def capacity(self) -> int:
        """Frames that fit at most."""
        return self._capacity

    @property
    def step(self) -> int:
        """See `History`."""
        return max(1, self._capacity // 4)

    def append(self, data: memoryview, tally: Tally) -> int:
        """Takes a copy of a tally's frames out of a batch; no Python per frame."""
        if not tally.mixed and tally.size != self._size:
            return 0
        span, begin = self._span, self.total
        offset, left = tally.first_offset, tally.count
        if self._rows < self._most and not self._has_room(left):
            return 0
        # Frames of other sizes may be among them: the offset of the last one is not its row's.
        end = len(data) if tally.mixed else tally.last_offset + span
        alone = not tally.mixed and end - offset == tally.bytes  # nothing lies between them
        while left:
            slot = self.total % self._rows
            rows = min(left, self._rows - slot, self._slack)
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

    def _reserve(self, size: int) -> memoryview | None:
        if size != self._size or (self._rows < self._most and not self._has_room(1)):
            return None
        slot = self.total % self._rows
        self._reserved = self.total + 1
        return self._bytes[slot * self._span : (slot + 1) * self._span]

    def _commit(self) -> None:
        self.total += 1

    def _has_room(self, count: int) -> bool:
        """Gets room for so many more, as long as it has not come around; False: there is none."""
        needed = self.total + count
        return needed <= self._rows or self._grow(needed)

    def _grow(self, needed: int) -> bool:
        """Gets room for so many rows, as far as the limit allows; False: there is none at all."""
        rows = min(self._most, max(needed, GROWTH * self._rows, FIRST_BYTES // self._span, 3))
        while rows > self._rows:
            try:
                self._resize(rows)
            except MemoryError:
                rows = 0 if rows == 3 else max(3, rows // GROWTH)
        if self._rows < min(needed, self._most):
            if self._rows:  # it comes around here from now on
                self._slack = max(1, min(self._rows // 9, self._slack))
                self._capacity, self._most = self._rows - self._slack, self._rows
            self.tell_short(self._span)
        return self._rows > 0

    def _view(self, start: int, stop: int) -> FrameArray | None:
        ring, span = self._ring, self._span
        rows = len(ring)  # not those of another one, to which it may be growing
        slot = start % rows
        if slot + stop - start > rows:
            return None

        def oldest() -> int:
            # One that was replaced by a larger one has never come around.
            return (self._reserved - rows) * span if self._ring is ring else 0

        run = Run(oldest, start * span, ring[slot : slot + stop - start])
        return view_of(run, self._dtype, self.message)

    def read(self, start: int, stop: int) -> tuple[int, FrameArray]:
        """Copies the frames between two positions, as far as they are (still) here."""
        while True:
            stop = min(stop, self.total)
            start = max(start, self.oldest)
            if start >= stop:
                return max(0, stop), self.empty()
            # If it grows meanwhile, nothing is written into this one any more.
            ring, rows = self._ring, len(self._ring)
            try:
                copy = np.empty((stop - start, self._span), np.uint8)
            except MemoryError:
                raise self.no_room(stop - start, (stop - start) * self._span) from None
            slot = start % rows
            head = min(len(copy), rows - slot)
            copy[:head] = ring[slot : slot + head]
            copy[head:] = ring[: len(copy) - head]
            # What the writer took over while we copied is at the front, and may be torn. Not of
            # a ring that was replaced by a larger one: it has never come around.
            torn = max(0, self._reserved - rows - start) if self._ring is ring else 0
            if torn < len(copy):
                found = copy[torn:].reshape(-1).view(self._dtype)
                return start + torn, FrameArray.from_frames(found, self._dtype, self.message)
