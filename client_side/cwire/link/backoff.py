"""Says when to try again after a connection is lost. Pure."""

from __future__ import annotations

import random

__all__ = ["Backoff"]

_FIRST = 0.1  # s
_LAST = 2.0  # s
_STEADY = 3.0  # s that a connection must last to reset the pause


class Backoff:
    """Pauses that double from 0.1 s to 2 s, with jitter, so that many clients do not come at once.

    Only a connection that lasted 3 s resets the pause: a relay that hangs up at once, again and
    again, is not asked more often. The caller brings the time.
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
        """Notes when a connection began, in seconds."""
        self._since = now

    def lost(self, now: float) -> None:
        """Notes when it ended; after 3 s of connection the pauses begin with the shortest again."""
        if now - self._since >= _STEADY:
            self._pause = _FIRST
