"""Tells the log of frames that come damaged, once in a while."""

from __future__ import annotations

import asyncio
import logging

__all__ = ["DamageLog"]

_log = logging.getLogger("cwire.driver")

_SECONDS = 10.0


class DamageLog:
    """Counts what comes damaged by the line of one driver, and tells of it.

    Args:
        name: The driver's.
        place: Where its line is.
    """

    def __init__(self, name: str, place: str) -> None:
        self._name = name
        self._place = place
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, count: int) -> None:
        """Counts; the log has all of 10 s in one line."""
        self._count += count
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_SECONDS, self.tell)

    def tell(self) -> None:
        """Tells now of what was counted, if anything was."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            _log.warning(
                "driver %s: %d pieces came damaged by %s: noise, or the rates of the ends differ",
                self._name,
                self._count,
                self._place,
            )
            self._count = 0
