"""Shares out the event loop's time among work that takes long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["SharedTurns"]

# A pause after each piece of work, as a multiple of the time that it took.
_PAUSE = 2.0


class SharedTurns:
    """The `Turns` of an event loop: one piece of long work at a time, of all that ask.

    All of them together get a third of the time, so that for the rest there is enough: drivers are
    read, frames are sent, commands are answered.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._taken = False
        self._began = 0.0
        # A dict as an ordered set: who asks again keeps its place.
        self._waiting: dict[Callable[[], object], None] = {}

    def take(self, call_again: Callable[[], object]) -> bool:
        """See `Turns`."""
        if self._taken:
            self._waiting[call_again] = None
            return False
        self._taken = True
        self._waiting.pop(call_again, None)
        self._began = self._loop.time()
        return True

    def done(self) -> None:
        """See `Turns`."""
        now = self._loop.time()
        self._loop.call_at(now + _PAUSE * (now - self._began), self._next)

    def _next(self) -> None:
        self._taken = False
        while self._waiting and not self._taken:
            call = next(iter(self._waiting))
            del self._waiting[call]
            call()
