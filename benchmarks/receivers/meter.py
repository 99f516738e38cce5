"""Measures a receiver's rate from the moment when it is warm until everything has come."""

from __future__ import annotations

import time
from dataclasses import dataclass

__all__ = ["Meter", "Run"]

_WARM = 0.15  # the part of the frames that comes before the clock starts


@dataclass(frozen=True)
class Run:
    """One run: frames that came in so many seconds, and frames that were published but lost."""

    frames: int
    seconds: float
    lost: int = 0

    @property
    def frames_per_s(self) -> float:
        """Delivered frames per second."""
        return self.frames / self.seconds


class Meter:
    """Told how many frames there are so far, it knows when to start and when to stop."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._warm = int(count * _WARM)
        self._began: tuple[float, int] | None = None
        self._ended: tuple[float, int] | None = None

    def saw(self, frames: int, lost: int = 0) -> bool:
        """Takes the counts so far; whether more is to come."""
        now = time.perf_counter()
        if self._began is None:
            if frames + lost >= self._warm:
                self._began = now, frames
        elif frames + lost >= self.count:
            self._ended = now, frames
            return False
        return True

    def run(self, lost: int = 0) -> Run:
        """The result."""
        assert self._began is not None
        assert self._ended is not None
        return Run(self._ended[1] - self._began[1], self._ended[0] - self._began[0], lost)
