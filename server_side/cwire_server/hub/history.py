"""The last frames of each message of a driver, for clients that come later. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from cwire_server.hub.batch import Batch
from cwire_structs.frames import scan, span, unpack_header

__all__ = ["HistoryStore"]


class HistoryStore:
    """Keeps batches by message, each message within its own bound.

    Args:
        limit: Bytes of memory for each message.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: dict[int, deque[tuple[float, Batch]]] = {}
        self._bytes: dict[int, int] = {}

    def add(self, batch: Batch, now: float) -> None:
        """Keeps a batch that has come now (seconds of a steady clock)."""
        for tally in batch.tallies:
            part = batch.only(frozenset({tally.type}))
            if part is None or tally.bytes > self._limit:
                continue
            # Sparse batches are copied: a few frames shall not keep a large buffer alive.
            if part is batch and 2 * tally.bytes < batch.pinned:
                part = _copy(batch)
            kept = self._kept.setdefault(tally.type, deque())
            kept.append((now, part))
            self._bytes[tally.type] = self._bytes.get(tally.type, 0) + part.pinned
            while self._bytes[tally.type] > self._limit and len(kept) > 1:
                self._bytes[tally.type] -= kept.popleft()[1].pinned

    def frames(self, type_: int, count: int) -> list[Batch]:
        """The last ``count`` frames of a message, or as many as there are; oldest first."""
        found: list[Batch] = []
        for _, batch in reversed(self._kept.get(type_, ())):
            if count <= 0:
                break
            here = batch.tallies[0].count
            found.append(batch if here <= count else _last(batch, count))
            count -= here
        return _with_losses(found[::-1])

    def since(self, type_: int, begin: float) -> list[Batch]:
        """The batches of a message that came at ``begin`` or later; oldest first."""
        kept = self._kept.get(type_, ())
        return _with_losses([batch for came, batch in kept if came >= begin])

    def clear(self) -> None:
        """Forgets everything: another run of the driver begins."""
        self._kept.clear()
        self._bytes.clear()


def _with_losses(batches: list[Batch]) -> list[Batch]:
    """Batches of one message that follow each other, with what is missing from the first one on."""
    told = []
    last = None
    for batch in batches:
        (tally,) = batch.tallies
        lost = tally.gaps
        if last is not None:
            lost += (tally.first_sequence - last - 1) % 2**32
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
