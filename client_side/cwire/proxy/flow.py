"""One way of one connection: what becomes of its bytes, and when. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from cwire.proxy.faults import Faults, Kind

__all__ = ["Flow", "Piece"]


class Piece(NamedTuple):
    """Bytes to be written at once.

    Attributes:
        due: When, in seconds of the caller's clock.
        data: The bytes.
        end: What ends the way behind them, if anything does.
    """

    due: float
    data: bytes
    end: Kind | None = None


class Flow:
    """Carries out the faults of one way, byte by byte.

    Args:
        faults: They may be replaced at any time, for what comes then.
        chance: Decides where chance does; the same seed makes the same faults.
    """

    def __init__(self, faults: Faults, chance: random.Random) -> None:
        self.faults = faults
        self.ended = False
        """Nothing passes any more."""
        self.passed = 0
        """Bytes that have come, also those that were lost after that."""
        self.lost = 0
        self.flipped = 0
        self._chance = chance
        self._due = 0.0  # of the last piece
        self._free = 0.0  # when the line, at its rate, is free again

    def feed(self, data: bytes, now: float) -> Iterator[Piece]:
        """Returns the pieces of what has come, in their order."""
        end: Kind | None = None
        limit = self.faults.end
        if limit is not None and limit.bytes is not None and not self.ended:
            left = max(0, limit.bytes - self.passed)
            if left <= len(data):
                data, end = data[:left], limit.kind
        if self.ended:
            return
        self.ended = end is not None
        self.passed += len(data)
        data = self._damage(data)
        step = self.faults.slice or max(1, len(data))
        begins = range(0, len(data), step)
        for begin in begins:
            piece = data[begin : begin + step]
            yield Piece(self._when(len(piece), now), piece)
        if end is not None:
            yield Piece(self._when(0, now), b"", end)

    def close(self, now: float) -> float:
        """When the end of what comes is to be passed on: behind all that has come."""
        return self._when(0, now)

    def _when(self, size: int, now: float) -> float:
        faults = self.faults
        self._free = max(self._free, now) + size / faults.rate
        due = self._free + faults.delay
        if faults.jitter:
            due += self._chance.uniform(0, faults.jitter)
        self._due = max(self._due, due)
        return self._due

    def _damage(self, data: bytes) -> bytes:
        lose, flip = self.faults.lose, self.faults.flip
        if not (lose or flip):
            return data
        damaged = bytearray()
        for byte in data:
            if lose and self._chance.random() < lose:
                self.lost += 1
                continue
            if flip and self._chance.random() < flip:
                self.flipped += 1
                byte ^= 1 << self._chance.randrange(8)
            damaged.append(byte)
        return bytes(damaged)
