"""Hands the replies of commands to the futures that wait for them. Pure."""

from __future__ import annotations

from typing import Any, Protocol

from cwire.data.frame_array import Record

__all__ = ["Replies", "ReplyFuture", "settle"]


class ReplyFuture(Protocol):
    """A future of asyncio or of a thread that takes the reply of a command."""

    def done(self) -> bool:
        """Whether it has its result or was cancelled."""
        ...

    def set_result(self, result: Any) -> None:
        """Gives the reply."""
        ...

    def set_exception(self, exception: Any) -> None:
        """Gives the error."""
        ...


class Replies:
    """The futures that wait, by request number."""

    def __init__(self) -> None:
        self._due: dict[int, ReplyFuture] = {}

    def add(self, request: int, future: ReplyFuture) -> None:
        """Has the reply to a request go to this future."""
        self._due[request] = future

    def drop(self, future: ReplyFuture) -> list[int]:
        """Forgets a future; returns the requests that it waited for."""
        requests = [request for request, one in self._due.items() if one is future]
        for request in requests:
            del self._due[request]
        return requests

    def settle(self, request: int, value: Record | None, error: Exception | None) -> None:
        """Resolves the future of this request; does nothing if it was forgotten."""
        future = self._due.pop(request, None)
        if future is not None:
            settle(future, value, error)

    def fail(self, error: Exception) -> None:
        """Fails all futures: no reply will come any more."""
        due, self._due = self._due, {}
        for future in due.values():
            settle(future, None, error)


def settle(future: ReplyFuture, value: Record | None, error: Exception | None) -> None:
    """Gives a reply or an error to a future, unless it is done or was cancelled."""
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(value)
