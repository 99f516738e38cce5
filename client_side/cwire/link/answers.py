"""Hands the replies of commands to the futures that wait for them. Pure."""

from __future__ import annotations

from typing import Any, Protocol

from cwire.data.frame_array import Record

__all__ = ["Answer", "Answers", "settle"]


class Answer(Protocol):
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


class Answers:
    """The futures that wait, by request number."""

    def __init__(self) -> None:
        self._due: dict[int, Answer] = {}

    def add(self, request: int, answer: Answer) -> None:
        """Has the reply to a request go to this future."""
        self._due[request] = answer

    def drop(self, answer: Answer) -> list[int]:
        """Forgets a future; returns the requests that it waited for."""
        requests = [request for request, one in self._due.items() if one is answer]
        for request in requests:
            del self._due[request]
        return requests

    def settle(self, request: int, value: Record | None, error: Exception | None) -> None:
        """Resolves the future of this request; does nothing if it was forgotten."""
        answer = self._due.pop(request, None)
        if answer is not None:
            settle(answer, value, error)

    def fail(self, error: Exception) -> None:
        """Fails all futures: no reply will come any more."""
        due, self._due = self._due, {}
        for answer in due.values():
            settle(answer, None, error)


def settle(answer: Answer, value: Record | None, error: Exception | None) -> None:
    """Gives a reply or an error to a future, unless it is done or was cancelled."""
    if answer.done():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(value)
