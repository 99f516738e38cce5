"""The last frames of each message of a driver, for clients that come later. Pure."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import replace

from cwire_server.hub.batch import Batch
from cwire_structs.frames import scan, span, unpack_header

__all__ = ["HistoryBudget", "HistoryStore"]

_RUN_BYTES = 64 << 10
# A run is at most such a part of the bound, so that what is dropped at once is little; and a batch
# that is smaller than such a part of a run is put into one.
_RUN_PART, _SMALL_PART = 8, 32
# Bytes of memory of the objects around the frames: of a batch by itself, of a run, of each batch in
# a run. Without them a history of small frames would be many times as large as its bound.
_BATCH_OVERHEAD, _RUN_OVERHEAD, _ENTRY_OVERHEAD = 800, 600, 16


class _Single:
    """A batch of one message that is kept as it came."""

    __slots__ = ("_batch", "_came")

    def __init__(self, batch: Batch, came: float) -> None:
        self._batch = batch
        self._came = came

    @property
    def pinned(self) -> int:
        """Bytes of memory."""
        return self._batch.pinned + _BATCH_OVERHEAD

    @property
    def count(self) -> int:
        """The number of frames."""
        return self._batch.tallies[0].count

    def batch(self) -> Batch:
        """All of its frames."""
        return self._batch

    def since(self, begin: float) -> Batch | None:
        """The frames that came at ``begin`` or later."""
        return self._batch if self._came >= begin else None


class _Run:
    """Small batches of one message that came one after the other, in one piece of memory."""

    __slots__ = ("_buffer", "_came", "_source", "_starts", "count")

    def __init__(self, source: int) -> None:
        self._source = source
        self._buffer = bytearray()
        self._came = array("d")
        self._starts = array("Q")
        self.count = 0
        """The number of frames."""

    def add(self, batch: Batch, came: float) -> None:
        """Copies a batch behind the others."""
        self._starts.append(len(self._buffer))
        self._came.append(came)
        self._buffer += batch.view
        self.count += batch.tallies[0].count

    @property
    def size(self) -> int:
        """Bytes of frames."""
        return len(self._buffer)

    @property
    def pinned(self) -> int:
        """Bytes of memory."""
        return len(self._buffer) + _ENTRY_OVERHEAD * len(self._came) + _RUN_OVERHEAD

    def batch(self) -> Batch:
        """All of its frames."""
        return self._from(0)

    def since(self, begin: float) -> Batch | None:
        """The frames that came at ``begin`` or later."""
        place = bisect_left(self._came, begin)
        return self._from(self._starts[place]) if place < len(self._starts) else None

    def _from(self, begin: int) -> Batch:
        # A copy: memory of which there is a view cannot grow.
        frames = bytes(memoryview(self._buffer)[begin:])
        return Batch(self._source, frames, 0, len(frames), scan(frames).tallies)


class HistoryBudget:
    """The memory of several histories together.

    When it is used up, the messages with most in it give up their oldest frames, until an eighth is
    free: one below its fair share loses nothing.

    Args:
        limit: Bytes of memory.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        # Above so many bytes some are given up. It is more than the limit where there are so many
        # messages, or so large frames, that less than the newest of each would be left.
        self._due = limit
        self._stores: list[HistoryStore] = []

    def join(self, store: HistoryStore) -> None:
        """Counts a history from now on; it is empty."""
        self._stores.append(store)

    def count(self, change: int) -> None:
        """Notes that a history has grown by so many bytes, or shrunk."""
        self._bytes += change
        if self._bytes > self._due:
            spare = self._limit // 8
            sizes = [size for store in self._stores for size in store.sizes]
            share = _share(sorted(sizes), self._limit - spare)
            for store in self._stores:
                self._bytes -= store.trim(share)
            self._due = max(self._limit, self._bytes + spare)


def _share(sizes: Sequence[int], limit: int) -> int:
    """The most that each may have, so that all have no more than the limit."""
    for place, size in enumerate(sizes):
        share = limit // (len(sizes) - place)
        if size > share:
            return share
        limit -= size
    return sizes[-1]


class HistoryStore:
    """Keeps batches by message, each message within its own bound.

    Args:
        limit: Bytes of memory for each message.
        budget: And for all of several histories.
    """

    def __init__(self, limit: int, budget: HistoryBudget | None = None) -> None:
        self._budget = budget or HistoryBudget(sys.maxsize)
        self._budget.join(self)
        self._limit = limit
        self._run_bytes = min(_RUN_BYTES, limit // _RUN_PART)
        self._small = self._run_bytes // _SMALL_PART
        self._kept: dict[int, deque[_Single | _Run]] = {}
        self._bytes: dict[int, int] = {}

    def add(self, batch: Batch, now: float) -> None:
        """Keeps a batch that has come now (seconds of a steady clock)."""
        for tally in batch.tallies:
            part = batch if len(batch.tallies) == 1 else batch.only(frozenset({tally.type}))
            if part is None or tally.bytes > self._limit:
                continue
            kept = self._kept.get(tally.type)
            if kept is None:
                kept = self._kept[tally.type] = deque()
            before = held = self._bytes.get(tally.type, 0)
            if tally.bytes <= self._small:
                last = kept[-1] if kept else None
                if not isinstance(last, _Run) or last.size + tally.bytes > self._run_bytes:
                    last = _Run(batch.source)
                    kept.append(last)
                    held += _RUN_OVERHEAD
                last.add(part, now)
                held += tally.bytes + _ENTRY_OVERHEAD
            else:
                # Sparse batches are copied: a few frames shall not keep a large buffer alive.
                if part is batch and 2 * tally.bytes < batch.pinned:
                    part = _copy(batch)
                single = _Single(part, now)
                kept.append(single)
                held += single.pinned
            while held > self._limit and len(kept) > 1:
                held -= kept.popleft().pinned
            self._bytes[tally.type] = held
            self._budget.count(held - before)

    @property
    def sizes(self) -> Collection[int]:
        """The bytes of memory of each message."""
        return self._bytes.values()

    def trim(self, limit: int) -> int:
        """Forgets the oldest of each message that has more bytes; returns how many are free."""
        freed = 0
        for type_, held in self._bytes.items():
            kept = self._kept[type_]
            while self._bytes[type_] > limit and len(kept) > 1:
                self._bytes[type_] -= kept.popleft().pinned
            freed += held - self._bytes[type_]
        return freed

    def frames(self, type_: int, count: int) -> list[Batch]:
        """The last ``count`` frames of a message, or as many as there are; oldest first."""
        found: list[Batch] = []
        for kept in reversed(self._kept.get(type_, ())):
            if count <= 0:
                break
            batch = kept.batch()
            found.append(batch if kept.count <= count else _last(batch, count))
            count -= kept.count
        return _with_losses(found[::-1])

    def since(self, type_: int, begin: float) -> list[Batch]:
        """The batches of a message that came at ``begin`` or later; oldest first."""
        found: list[Batch] = []
        for kept in reversed(self._kept.get(type_, ())):
            if (batch := kept.since(begin)) is None:
                break
            found.append(batch)
        return _with_losses(found[::-1])

    def forget(self, type_: int) -> None:
        """Forgets a message: what comes next does not follow what is kept."""
        if self._kept.pop(type_, None) is not None:
            self._budget.count(-self._bytes.pop(type_, 0))

    def clear(self) -> None:
        """Forgets everything: another run of the driver begins."""
        held = sum(self._bytes.values())
        self._kept.clear()
        self._bytes.clear()
        self._budget.count(-held)


def _with_losses(batches: list[Batch]) -> list[Batch]:
    """Batches of one message that follow each other, with what is missing from the first one on."""
    told = []
    last = None
    for batch in batches:
        (tally,) = batch.tallies
        lost = tally.gaps
        if last is not None:
            step = (tally.first_sequence - last - 1) % 2**32
            lost += step if step < 2**31 else 0  # backwards: nothing is missing
        told.append(replace(batch, losses={tally.type: lost} if lost else {}))
        last = tally.last_sequence
    return told


def _copy(batch: Batch) -> Batch:
    return _slice(batch, batch.start)


def _last(batch: Batch, count: int) -> Batch:
    """The last frames of a batch of one message."""
    (tally,) = batch.tallies
    begin = batch.start
    if tally.mixed:
        for _ in range(tally.count - count):
            begin += span(unpack_header(batch.buffer, begin).size)
    else:
        begin += (tally.count - count) * span(tally.size)
    return _slice(batch, begin)


def _slice(batch: Batch, begin: int) -> Batch:
    frames = bytes(memoryview(batch.buffer)[begin : batch.end])
    return Batch(batch.source, frames, 0, len(frames), scan(frames).tallies)
