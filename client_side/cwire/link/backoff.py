"""When to try again after a connection is gone. Pure: the times come from the caller."""

from __future__ import annotations

import random

__all__ = ["Backoff"]

_FIRST = 0.1  # s
_LAST = 2.0  # s
_STEADY = 3.0  # s that a connection lasts which did not break at once


class Backoff:
    """Pauses that double from 0.1 s to 2 s, with jitter: so that many clients do not come at once.

    A relay that hangs up at once, again and again, is not asked faster and faster either.
    """

    def __init__(self) -> None:
        self._pause = _FIRST
        self._since = 0.0

    def next(self) -> float:
        """Seconds to wait before the next attempt."""
        pause = self._pause * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
        self._pause = min(2 * self._pause, _LAST)
        return pause

    def connected(self, now: float) -> None:
        """There is a connection since now."""
        self._since = now

    def lost(self, now: float) -> None:
        """It is gone; if it was a steady one, the pauses begin with the shortest."""
        if now - self._since >= _STEADY:
            self._pause = _FIRST
