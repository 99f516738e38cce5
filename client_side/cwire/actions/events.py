"""Events of a relay's background processes, as they come."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator

from cwire.data.arguments import text
from cwire.errors import NotConnected, WaitTimeout
from cwire.link.link import Link
from cwire.session.events import ServerEvent

__all__ = ["AsyncEvents", "Events"]

_KEPT = 10_000


class _Listening:
    """What the blocking and the asyncio way share: events of some name, the newest ones kept.

    Attributes:
        lost: Events that were not taken before 10,000 newer ones had come.
    """

    def __init__(self, link: Link, name: str | None) -> None:
        if name is not None:
            text(name, "an event has a name, such as 'counter_increment'")
        self._link = link
        self._name = name
        self._events: deque[ServerEvent] = deque(maxlen=_KEPT)
        self.lost = 0

    def _begin(self) -> None:
        self._link.session.calls.listeners.append(self._on_event)
        self._link.on_change.append(self._wake)
        self._link.attend()

    def _end(self) -> None:
        listeners = self._link.session.calls.listeners
        if self._on_event in listeners:
            listeners.remove(self._on_event)
            self._link.on_change.remove(self._wake)

    def _on_event(self, event: ServerEvent) -> None:
        if self._name in (None, event.action):
            self.lost += len(self._events) == _KEPT
            self._events.append(event)
            self._wake()

    def _wake(self) -> None:
        raise NotImplementedError

    def _check_open(self) -> None:
        if self._link.closed is not None:
            raise NotConnected(self._link.closed)

    def _nothing(self, timeout: float | None) -> WaitTimeout:
        what = "event" if self._name is None else f"event {self._name}"
        return WaitTimeout(f"no {what} in {timeout:g} s; does its process run?")


class Events(_Listening, Iterator[ServerEvent]):
    """Events from now on: ``for event in bridge.events("counter_increment")``."""

    def __init__(
        self, link: Link, post: Callable[..., object], name: str | None, timeout: float | None
    ) -> None:
        super().__init__(link, name)
        self._post = post
        self._timeout = timeout
        self._woken = threading.Event()
        post(self._begin)

    def __next__(self) -> ServerEvent:
        while not self._events:
            self._check_open()
            if not self._woken.wait(self._timeout):
                raise self._nothing(self._timeout)
            self._woken.clear()
        return self._events.popleft()

    def _wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        """Takes no more events."""
        self._post(self._end)

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class AsyncEvents(_Listening, AsyncIterator[ServerEvent]):
    """The same in asyncio: ``async for event in bridge.events("counter_increment")``."""

    def __init__(self, link: Link, name: str | None, timeout: float | None) -> None:
        super().__init__(link, name)
        self._timeout = timeout
        self._woken = asyncio.Event()
        self._begin()

    async def __anext__(self) -> ServerEvent:
        while not self._events:
            self._check_open()
            try:
                async with asyncio.timeout(self._timeout):
                    await self._woken.wait()
            except TimeoutError:
                raise self._nothing(self._timeout) from None
            self._woken.clear()
        return self._events.popleft()

    def _wake(self) -> None:
        self._woken.set()

    async def aclose(self) -> None:
        """Takes no more events."""
        self._end()

    async def __aenter__(self) -> AsyncEvents:
        return self

    async def __aexit__(self, *error: object) -> None:
        self._end()
