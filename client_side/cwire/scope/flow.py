"""Limits how fast curves go through the kernel to a page that acknowledges them. Pure."""

from __future__ import annotations

__all__ = ["Flow"]

_UNDER_WAY = 2  # curves that the page has not acknowledged
_BLIND = 0.5  # s between two while no acknowledgement can come
_PATIENCE = 600.0  # s without any until nobody is taken to look


class Flow:
    """Counts what is under way.

    While a cell keeps the kernel busy it hears nothing of the page: then it sends slowly, so that
    the picture is not dead and nothing piles up in Jupyter's server.
    """

    def __init__(self, now: float) -> None:
        self._sent = 0
        self._acked = 0
        self._last = -_BLIND
        self._heard = now

    def may_send(self, now: float) -> bool:
        """Whether it is time for the next."""
        if now - self._heard > _PATIENCE:
            return False
        return self._sent - self._acked < _UNDER_WAY or now - self._last >= _BLIND

    def sent(self, now: float) -> int:
        """One goes out; returns its number."""
        self._sent += 1
        self._last = now
        return self._sent

    def acknowledged(self, number: int, now: float) -> None:
        """The page has received this one and all before it."""
        self._acked = max(self._acked, min(number, self._sent))
        self._heard = now
