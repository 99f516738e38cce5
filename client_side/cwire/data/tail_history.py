"""The last frames of a message with a tail: a ring of bytes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cwire.data.frame_array import FrameArray, Record, record_of, view_of
from cwire.data.history import FIRST_BYTES, GROWTH, STEP_BYTES, History
from cwire.data.run import Run
from cwire_structs import frames
from cwire_structs.frames import HEADER_SIZE, Tally

if TYPE_CHECKING:
    from cwire_structs.schema import Message

__all__ = ["TailHistory"]

_INDEX_BYTES = 256
"""At most one frame per so many bytes is kept."""

_Bytes = np.ndarray[Any, np.dtype[np.uint8]]
_Places = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(slots=True, eq=False)
class _Arena:
    """Frames of several sizes in a ring of bytes, and where each of the last ones is.

    Attributes:
        data: The frames.
        bytes: The same, to write.
        place: Begins of the frames: counts of bytes that never wrap; modulo the arena's size.
        size: Of the frames.
        taken: Where writing ends, as far as it is under way: a count of bytes like `place`.
    """

    data: _Bytes
    bytes: memoryview
    place: _Places
    size: _Places
    taken: int = 0

    @classmethod
    def of(cls, length: int) -> _Arena:
        """An empty one."""
        data: _Bytes = np.empty((length + 7) & ~7, np.uint8)
        slots = max(3, length // _INDEX_BYTES * 9 // 8)
        return cls(data, data.data, np.zeros(slots, np.int64), np.zeros(slots, np.int64))


class TailHistory(History):
    """Frames of a message with a flexible array member: whole frames in a ring of bytes."""

    def __init__(self, message: Message, limit: int) -> None:
        super().__init__(message)
        self._limit = max(limit, 4096)
        self._capacity = max(2, limit // _INDEX_BYTES)
        self._kept = 0
        """Position of the oldest frame that is not being overwritten."""
        self._promised = 0
        """Position of the oldest frame that will be there still when the next ones are written."""
        self._span = 0  # of the largest frame
        self._next = 0
        self._size = 0  # of the frame whose place is reserved
        self._arena = _Arena.of(0)
        self._spare = self._slack = 0
        """Slots, and bytes, that are written at once, at most."""
        self._set_steps()

    @classmethod
    def for_frames(cls, message: Message, count: int, size: int) -> TailHistory:
        """A history that keeps so many frames, of so many bytes together."""
        return cls(message, size + _INDEX_BYTES * (count + 1))

    @property
    def oldest(self) -> int:
        """Position of the oldest frame that is still here."""
        return max(self._promised, self._kept, self.total - self._capacity)

    @property
    def capacity(self) -> int:
        """Frames that fit at most, if they are small."""
        return self._capacity

    @property
    def step(self) -> int:
        """See `History`; for frames as large as the largest one so far."""
        fit = max(self._limit, len(self._arena.data)) // (self._span or self._limit)
        return max(1, min(self._capacity, fit) // 4)

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
        if not self._has_room(size, left):
            return
        span = frames.span(size)
        arena = self._arena
        while left:
            at, rows = self._take_over(span, left)
            written, offset = frames.gather(
                data, offset, end, tally.type, tally.source, size,
                arena.bytes[at : at + rows * span], rows,
            )  # fmt: skip
            self._complete(size, written)
            left -= written
            if written < rows:
                break

    def _reserve(self, size: int) -> memoryview | None:
        if not self._has_room(size, 1):
            return None
        span = frames.span(size)
        self._size = size
        at, _ = self._take_over(span, 1)
        return self._arena.bytes[at : at + span]

    def _commit(self) -> None:
        self._complete(self._size, 1)

    def _has_room(self, size: int, count: int) -> bool:
        """Gets room for frames of one size; False: the message has none such, or there is none."""
        try:
            self.message.check_size(size - HEADER_SIZE)
        except ValueError:
            return False
        return self._make_room(frames.span(size), count)

    def _take_over(self, span: int, most: int) -> tuple[int, int]:
        """Takes the place of the next frames from readers; its begin, and how many fit there."""
        arena = self._arena
        length, slots = len(arena.data), len(arena.place)
        at = self._next % length
        if length - at < span:  # a frame does not wrap: the rest stays unused this time
            self._next += length - at
            at = 0
        rows = min(most, (length - at) // span, self._spare, self._slack // span)
        taken = self._next + rows * span
        self._kept = self._first(self._kept, taken - length, self.total + rows - slots)
        arena.taken = max(arena.taken, taken)  # a place that was reserved may have been larger
        return at, rows

    def _complete(self, size: int, count: int) -> None:
        """Makes the frames that were written in the place taken over the newest."""
        arena, span = self._arena, frames.span(size)
        length, slots = len(arena.data), len(arena.place)
        if count == 1:
            slot = self.total % slots
            arena.place[slot], arena.size[slot] = self._next, size
        else:
            places = np.arange(self.total, self.total + count) % slots
            arena.place[places] = self._next + span * np.arange(count)
            arena.size[places] = size
        self._next += count * span
        self.total += count
        if length < self._limit:
            return  # the next ones get a larger arena, and no frame has to go
        # The next ones need so much at most, and where they do not fit, a rest that is too short.
        fits = length - self._next % length >= self._slack
        place = self._next + self._slack + (0 if fits else self._span) - length
        oldest = max(self._promised, self._kept)
        self._promised = self._first(oldest, place, self.total + self._spare - slots)

    def _set_steps(self) -> None:
        arena = self._arena
        self._spare = max(1, len(arena.place) // 9)
        self._slack = max(self._span, min(len(arena.data) // 8, STEP_BYTES))

    def _make_room(self, span: int, count: int) -> bool:
        """Gets room for frames of one size, as far as the limit allows; False: there is none."""
        if span > self._span:
            self._span = span
            self._set_steps()
        # Two to read, one to write, and a rest that is too short for any.
        least, length = 4 * self._span, len(self._arena.data)
        full = self._next + count * span > length or self.total + count > len(self._arena.place)
        if length >= least and (length >= self._limit or not full):
            return True
        needed = max(self._next + count * span, _INDEX_BYTES * (self.total + count))
        wanted = max(least, min(self._limit, max(needed, GROWTH * length, FIRST_BYTES)))
        while True:
            try:
                self._move(_Arena.of(wanted))
            except MemoryError:
                smaller = max(least, wanted // GROWTH)
                if length < smaller < wanted:
                    wanted = smaller
                    continue
                self._limit = max(length, 4096)  # it comes around here from now on
                self.tell_short(span)
            return len(self._arena.data) >= least

    def _move(self, arena: _Arena) -> None:
        """Takes another arena, and the frames along."""
        _, found = self._pieces(max(self._kept, self.total - len(arena.place)), self.total)
        if found is not None:
            data, sizes = found
            spans = (sizes + 7) & ~7
            places = np.arange(self.total - len(sizes), self.total) % len(arena.place)
            arena.data[: len(data)] = data
            arena.place[places] = np.cumsum(spans) - spans
            arena.size[places] = sizes
        self._arena, self._next = arena, 0 if found is None else len(found[0])
        self._set_steps()

    def _first(self, oldest: int, place: int, position: int) -> int:
        """The first frame from `oldest` on that begins at a place or later, and a position."""
        arena, oldest = self._arena, max(oldest, position)
        slots = len(arena.place)
        while oldest < self.total:
            if arena.place[oldest % slots] >= place:
                break
            block = np.arange(oldest, min(self.total, oldest + 1024)) % slots
            oldest += int(np.count_nonzero(arena.place[block] < place))
        return oldest

    def read(self, start: int, stop: int) -> tuple[int, FrameArray | list[Record]]:
        """Copies the frames between two positions, as far as they are (still) here."""
        start, found = self._pieces(max(start, self.oldest), stop)
        return start, self.empty() if found is None else self._frames(*found)

    def _pieces(self, start: int, stop: int) -> tuple[int, tuple[_Bytes, _Places] | None]:
        """Copies the bytes and the sizes of frames; also their first position."""
        while True:
            arena, stop = self._arena, min(stop, self.total)
            start = max(start, self._kept)
            if start >= stop:
                return max(0, stop), None
            slots = np.arange(start, stop) % len(arena.place)
            places = arena.place[slots] % len(arena.data)
            sizes = arena.size[slots]
            # The writer may have taken slots over between the place and the size.
            gone = max(0, self._kept - start)
            if gone >= len(slots):
                continue
            start, places, sizes = start + gone, places[gone:], sizes[gone:]
            spans = (sizes + 7) & ~7
            try:
                pieces = self._copy(arena.data, places, spans)
            except MemoryError:
                raise self.no_room(len(sizes), int(spans.sum())) from None
            torn = max(0, self._kept - start)
            # If it has moved, what we copied was somewhere else.
            if torn < len(sizes) and self._arena is arena:
                return start + torn, (pieces[int(spans[:torn].sum()) :], sizes[torn:])

    def _view(self, start: int, stop: int) -> FrameArray | None:
        arena = self._arena
        slots = np.arange(start, stop) % len(arena.place)
        places, sizes = arena.place[slots], arena.size[slots]
        if self._kept > start:  # taken over meanwhile: what was read may be of others
            return None
        size = int(sizes[0])
        span, at = frames.span(size), int(places[0]) % len(arena.data)
        end = at + len(sizes) * span
        neighbours = (sizes == size).all() and (np.diff(places) == span).all()
        if not neighbours or end > len(arena.data):
            return None
        run = Run(lambda: arena.taken - len(arena.data), int(places[0]), arena.data[at:end])
        return view_of(run, self.message.frame_dtype(size - HEADER_SIZE), self.message)

    @staticmethod
    def _copy(arena: _Bytes, places: _Places, spans: _Places) -> _Bytes:
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
        data: _Bytes,
        sizes: _Places,
    ) -> FrameArray | list[Record]:
        message, offset = self.message, 0
        if (sizes == sizes[0]).all():
            dtype = message.frame_dtype(int(sizes[0]) - HEADER_SIZE)
            return FrameArray.from_frames(data, dtype, message)
        records = []
        for size in sizes.tolist():
            dtype = message.frame_dtype(size - HEADER_SIZE)
            frame = data[offset : offset + dtype.itemsize]
            records.append(record_of(FrameArray.from_frames(frame, dtype, message)))
            offset += dtype.itemsize
        return records
