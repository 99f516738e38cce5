"""Iterators over the messages of a feed: for loops that wait, blocking and asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from time import monotonic

from cwire.bridge import timeouts
from cwire.data.arguments import condition, seconds
from cwire.data.cursor import Cursor
from cwire.data.feed import Feed
from cwire.data.frame_array import Record
from cwire.link.link import Link

__all__ = ["AsyncStream", "Predicate", "Stream"]

Predicate = Callable[[Record], object]
"""Decides whether a record is the one that is waited for."""

_TURN = 100  # records


class _Reader:
    """A place in a feed and a timeout for each message, for both iterators.

    Args:
        link: Where the messages come from; for the texts of errors.
        cursor: The place.
        timeout: Seconds to wait for each message; None: for ever.

    Raises:
        InvalidArgument: The timeout is not a number, or one that no wait can have.
    """

    def __init__(self, link: Link, cursor: Cursor, timeout: float | None) -> None:
        self._link = link
        self._cursor = cursor
        self._timeout = seconds(timeout)

    @property
    def lost(self) -> int:
        """Messages that this loop was too slow for: the history had dropped them."""
        return self._cursor.lost


class Stream(_Reader, Iterator[Record]):
    """The messages of `Bridge.stream`. Several threads need a stream each.

    Args:
        link: As the other arguments, see `Bridge.stream`.
        cursor: Where to begin.
        timeout: Seconds to wait for each message; None: for ever.
        wait: Waits until a feed reaches a position or is replaced; False when a deadline (by the
            monotonic clock) comes first.
    """

    def __init__(
        self,
        link: Link,
        cursor: Cursor,
        timeout: float | None,
        wait: Callable[[Feed, int, float | None], bool],
    ) -> None:
        super().__init__(link, cursor, timeout)
        self._wait = wait

    def __next__(self) -> Record:
        record = self._cursor.next()
        if record is None:
            record = self._next_by(_deadline(self._timeout))
        if record is None:
            raise timeouts.nothing_came(self._link, self._cursor.feed, self._timeout)
        return record

    def wait_for(self, predicate: Predicate, timeout: float | None = None) -> Record:
        """The next message that satisfies a condition; those before it are passed over.

        Args:
            predicate: Called with each record.
            timeout: Seconds for all of it; None: for ever.

        Raises:
            WaitTimeout: None came in time; the text says what was seen.
        """
        predicate, deadline = condition(predicate), _deadline(seconds(timeout))
        seen, last = 0, None
        while deadline is None or not seen or monotonic() < deadline:
            record = self._next_by(deadline)
            if record is None:
                break
            if predicate(record):
                return record
            seen, last = seen + 1, record
        raise timeouts.no_match(self._link, self._cursor.feed, timeout, seen, last)

    def _next_by(self, deadline: float | None) -> Record | None:
        cursor = self._cursor
        while (record := cursor.next()) is None:
            if not self._wait(cursor.feed, cursor.position + 1, deadline):
                return None
        return record


class AsyncStream(_Reader, AsyncIterator[Record]):
    """The messages of `AsyncBridge.stream`.

    Args:
        link: As the other arguments, see `Stream`.
        cursor: Where to begin.
        timeout: Seconds to wait for each message; None: for ever.
        wait: As that of a `Stream`, to be awaited.
        subscribe: Asks the relay for the messages if nothing else does; awaited before the first.
    """

    def __init__(
        self,
        link: Link,
        cursor: Cursor,
        timeout: float | None,
        wait: Callable[[Feed, int, float | None], Awaitable[bool]],
        subscribe: Callable[[], Awaitable[object]],
    ) -> None:
        super().__init__(link, cursor, timeout)
        self._wait = wait
        self._subscribe = subscribe
        self._subscribed = False

    async def __anext__(self) -> Record:
        await self._open()
        record = self._cursor.next()
        if record is None:
            record = await self._next_by(_deadline(self._timeout))
        if record is None:
            raise timeouts.nothing_came(self._link, self._cursor.feed, self._timeout)
        return record

    async def wait_for(self, predicate: Predicate, timeout: float | None = None) -> Record:
        """The next message that satisfies a condition; see `Stream.wait_for`."""
        predicate, wait = condition(predicate), seconds(timeout)
        await self._open()
        deadline = _deadline(wait)
        seen, last = 0, None
        while deadline is None or not seen or monotonic() < deadline:
            record = await self._next_by(deadline)
            if record is None:
                break
            if predicate(record):
                return record
            seen, last = seen + 1, record
            if not seen % _TURN:
                await asyncio.sleep(0)  # in a flood of them nothing else would have its turn
        raise timeouts.no_match(self._link, self._cursor.feed, timeout, seen, last)

    async def _open(self) -> None:
        if not self._subscribed:
            await self._subscribe()
            self._subscribed = True

    async def _next_by(self, deadline: float | None) -> Record | None:
        cursor = self._cursor
        while (record := cursor.next()) is None:
            if not await self._wait(cursor.feed, cursor.position + 1, deadline):
                return None
        return record


def _deadline(wait: float | None) -> float | None:
    return None if wait is None else monotonic() + wait
