"""Shares out the turns of the event loop among work that takes long: one piece in each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["Turns"]


class Turns:
    """Lets one piece of long work happen in each turn of the event loop, whoever's it is.

    So between two pieces everything else has its turn: drivers are read, commands are answered.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._taken = False
        # A dict as an ordered set: who asks again keeps its place.
        self._waiting: dict[Callable[[], object], None] = {}

    def take(self, call_again: Callable[[], object]) -> bool:
        """Takes this turn.

        Returns:
            False: it is taken. Then `call_again` is called in a later one, to ask anew.
        """
        if self._taken:
            self._waiting[call_again] = None
            return False
        self._taken = True
        self._waiting.pop(call_again, None)
        self._loop.call_soon(self._next)
        return True

    def _next(self) -> None:
        self._taken = False
        while self._waiting and not self._taken:
            call = next(iter(self._waiting))
            del self._waiting[call]
            call()
