"""The messages of a feed one by one, for loops that wait: sync and async."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING

from cwire.bridge.arguments import seconds
from cwire.data.cursor import Cursor
from cwire.data.fields import Record

if TYPE_CHECKING:
    from cwire.bridge.aio import AsyncBridge
    from cwire.bridge.bridge_reads import BridgeReads

__all__ = ["AsyncStream", "Predicate", "Stream"]

Predicate = Callable[[Record], object]
"""Says whether a record is the one that is waited for."""


class Stream(Iterator[Record]):
    """The messages of `Bridge.stream`. Several threads need a stream each."""

    def __init__(
        self, bridge: BridgeReads, message: str, timeout: float | None, driver: str | None
    ) -> None:
        self._bridge = bridge
        self._timeout = seconds(timeout)
        self._cursor = Cursor(lambda: bridge._feed(message, driver))

    @property
    def lost(self) -> int:
        """Messages that this loop was too slow for: the history had dropped them."""
        return self._cursor.lost

    def __next__(self) -> Record:
        record = self._cursor.next()
        if record is None:
            record = self._wait(None if self._timeout is None else monotonic() + self._timeout)
        if record is None:
            raise self._bridge._nothing_came(self._cursor.feed, self._timeout or 0.0, "message")
        return record

    def wait_for(self, predicate: Predicate, timeout: float | None = None) -> Record:
        """The next message that satisfies a condition; those before it are passed over.

        Args:
            predicate: Called with each record.
            timeout: Seconds for all of it; None: for ever.

        Raises:
            WaitTimeout: None came in time; the text says what was seen.
        """
        wait = seconds(timeout)
        deadline = None if wait is None else monotonic() + wait
        seen, last = 0, None
        while deadline is None or not seen or monotonic() < deadline:
            record = self._wait(deadline)
            if record is None:
                break
            if predicate(record):
                return record
            seen, last = seen + 1, record
        raise self._bridge._not_satisfied(self._cursor.feed, timeout or 0.0, seen, last)

    def _wait(self, deadline: float | None) -> Record | None:
        cursor = self._cursor
        while (record := cursor.next()) is None:
            if not self._bridge._more(cursor.feed, cursor.position + 1, deadline):
                return None
        return record


class AsyncStream(AsyncIterator[Record]):
    """The messages of `AsyncBridge.stream`."""

    def __init__(
        self, bridge: AsyncBridge, message: str, timeout: float | None, driver: str | None
    ) -> None:
        self._bridge = bridge
        self._timeout = seconds(timeout)
        self._message = message
        self._cursor = Cursor(lambda: bridge._feed(message, driver))
        self._opened = False

    @property
    def lost(self) -> int:
        """Messages that this loop was too slow for: the history had dropped them."""
        return self._cursor.lost

    async def __anext__(self) -> Record:
        await self._open()
        record = self._cursor.next()
        if record is not None:
            return record
        try:
            async with asyncio.timeout(self._timeout):
                return await self._wait()
        except TimeoutError:
            timeout = self._timeout or 0.0
            raise self._bridge._nothing_came(self._cursor.feed, timeout, "message") from None

    async def wait_for(self, predicate: Predicate, timeout: float | None = None) -> Record:
        """The next message that satisfies a condition; see `Stream.wait_for`."""
        wait = seconds(timeout)
        await self._open()
        seen, last = 0, None
        try:
            async with asyncio.timeout(wait):
                while True:
                    record = await self._wait()
                    if predicate(record):
                        return record
                    seen, last = seen + 1, record
                    if not seen % _TURN:
                        await asyncio.sleep(0)  # a flood of them must not hide the end of time
        except TimeoutError:
            raise self._bridge._not_satisfied(
                self._cursor.feed, timeout or 0.0, seen, last
            ) from None

    async def _open(self) -> None:
        if not self._opened:
            await self._bridge._open_feed(self._message, self._cursor.feed.driver)
            self._opened = True

    async def _wait(self) -> Record:
        cursor = self._cursor
        while (record := cursor.next()) is None:
            await self._bridge._more(cursor.feed, cursor.position + 1)
        return record


_TURN = 100  # records
