"""The awaited face: ``async with cwire.aconnect() as bridge: …``."""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import Awaitable, Generator, Iterable, Mapping
from contextlib import suppress
from functools import partial
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING

from cwire import errors
from cwire.bridge.arguments import COMMAND_TIMEOUT, SHORTEST_WAIT, frame_count, no_answer, seconds
from cwire.bridge.base import BridgeBase
from cwire.bridge.commands import Commands
from cwire.bridge.driver_face import DriverFace, commands_of
from cwire.bridge.stream import AsyncStream, Predicate
from cwire.data.convert import Arrays
from cwire.data.feed import Feed, Watch
from cwire.data.fields import Record
from cwire.data.frame_array import FrameArray
from cwire.data.recording import Recording
from cwire.kernel.progress import progress
from cwire.link.address import resolve
from cwire.link.jupyter_relay import located
from cwire.link.link import Link
from cwire.session.options import Options, check_window
from cwire.session.session import Session
from cwire_structs.frames import Code

if TYPE_CHECKING:
    import pandas

__all__ = ["AsyncBridge", "AsyncDriver", "aconnect", "open_link"]

HISTORY_BYTES = 64 << 20
CONNECT_TIMEOUT = 10.0
_LONGEST_CONNECT = 1e6  # s


async def open_link(
    url: str | None,
    token: str | None,
    subscribe: str | Iterable[str] | None,
    history_bytes: int,
    timeout: float,
    window: int | None,
    reconnect: bool,
) -> Link:
    """Connects and subscribes; the arguments are those of `connect`."""
    wait = seconds(timeout, least=SHORTEST_WAIT)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if not 0 <= history_bytes <= memory:
        raise ValueError(
            f"history_bytes={history_bytes!r} is not a number of bytes that this machine has: "
            f"it has {memory} in all, and each message takes so many"
        )
    session = Session(history_bytes, check_window(window), threading.Lock())
    find = partial(resolve, url, token)
    address = await located(find) if url is None else find()
    link = Link(address, session, find if reconnect else None)
    await link.open(_LONGEST_CONNECT if wait is None else wait)
    if subscribe is not None:
        names = [subscribe] if isinstance(subscribe, str) else list(subscribe)
        try:
            await link.subscribe(None if subscribe == "all" else names, None)
        except BaseException:
            await link.shut()
            raise
    return link


class aconnect:  # noqa: N801 - it is used like a function
    """Connects to a relay: ``await aconnect()`` or ``async with aconnect() as bridge``.

    Args:
        url: As in `connect`.
        token: As in `connect`.
        subscribe: As in `connect`.
        history_bytes: As in `connect`.
        timeout: As in `connect`.
        window: As in `connect`.
        reconnect: As in `connect`.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        subscribe: str | Iterable[str] | None = "all",
        history_bytes: int = HISTORY_BYTES,
        timeout: float = CONNECT_TIMEOUT,
        window: int | None = None,
        reconnect: bool = True,
    ) -> None:
        self._arguments = (url, token, subscribe, history_bytes, timeout, window, reconnect)
        self._bridge: AsyncBridge | None = None

    async def _open(self) -> AsyncBridge:
        return AsyncBridge(await open_link(*self._arguments))

    def __await__(self) -> Generator[object, None, AsyncBridge]:
        return self._open().__await__()

    async def __aenter__(self) -> AsyncBridge:
        self._bridge = await self._open()
        return self._bridge

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bridge is not None:
            await self._bridge.close()


class AsyncBridge(BridgeBase):
    """A connection to a relay whose calls are awaited. Use it in the loop that made it.

    Data arrives whenever the loop runs. Reads that wait for nothing (`drivers`, `schema`,
    `health`) are not awaited.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        # When nobody holds the bridge any more; at the program's end the loop is gone anyway.
        forgotten = weakref.finalize(self, _hang_up, asyncio.get_running_loop(), link)
        forgotten.atexit = False

    @property
    def send(self) -> Commands[Awaitable[Record | None]]:
        """The commands: ``await bridge.send.set_waveform(frequency=5.0)``."""
        return commands_of(self, None, self.command)

    def __getitem__(self, driver: str) -> AsyncDriver:
        return AsyncDriver(self, self._driver(driver).name)

    async def command(
        self,
        driver: str | None,
        name: str,
        fields: Mapping[str, object] | None = None,
        timeout: float = COMMAND_TIMEOUT,
    ) -> Record | None:
        """Sends a command and waits for the answer; see `Bridge.command`."""
        wait = seconds(timeout, least=SHORTEST_WAIT)
        self._check()
        owner, _ = self._owner("command", name, driver)
        answer: asyncio.Future[Record | None] = asyncio.get_running_loop().create_future()
        self._link.command(owner.name, name, fields or {}, answer)
        try:
            await asyncio.wait([answer], timeout=wait)
            if not answer.done():
                raise errors.CommandTimeout(owner.name, name, Code.ETIMEOUT, no_answer(timeout))
            return answer.result()
        finally:
            if not answer.done():
                self._link.forget(answer)
                answer.cancel()

    async def latest(
        self,
        message: str,
        n: int = 1,
        *,
        timeout: float | None = None,
        driver: str | None = None,
    ) -> FrameArray | list[Record]:
        """The newest frames; see `Bridge.latest`."""
        wait, n = seconds(timeout), frame_count(n)
        feed = await self._open_feed(message, driver)
        if timeout is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    while (missing := feed.missing(n)) > 0:
                        await self._more(feed, feed.history.total + missing)
                        feed = self._feed(message, driver)
            if feed.missing(n) > 0:
                self._check_open()
                raise self._nothing_came(feed, timeout, f"{n} frames")
        return self._latest(feed, n)

    def stream(
        self, message: str, timeout: float | None = None, *, driver: str | None = None
    ) -> AsyncStream:
        """Every message from now on: ``async for block in bridge.stream("scope_block")``."""
        return AsyncStream(self, message, timeout, driver)

    async def wait_for(
        self,
        message: str,
        predicate: Predicate,
        timeout: float | None = None,
        *,
        driver: str | None = None,
    ) -> Record:
        """Waits for the first message that satisfies a condition; see `Bridge.wait_for`."""
        return await self.stream(message, driver=driver).wait_for(predicate, timeout)

    async def history(
        self,
        message: str,
        n: int | None = None,
        *,
        seconds: float | None = None,
        driver: str | None = None,
    ) -> FrameArray | list[Record]:
        """What is still here of the past; see `Bridge.history`."""
        return self._past(await self._open_feed(message, driver), n, seconds)

    async def record_to_dataframe(
        self,
        message: str,
        *fields: str,
        seconds: float | None = None,
        frames: int | None = None,
        arrays: Arrays = "columns",
        timeout: float | None = 10.0,
        driver: str | None = None,
        bar: bool = True,
    ) -> pandas.DataFrame:
        """Records live data as a DataFrame; see `Bridge.record_to_dataframe`."""
        feed = await self._open_feed(message, driver)
        recording = Recording(
            feed, seconds, frames, timeout, monotonic(), fields=fields, arrays=arrays
        )
        with progress(f"recording {message}", *recording.extent, shown=bar) as show:
            while not recording.done:
                with suppress(TimeoutError):
                    async with asyncio.timeout(recording.pause):
                        await self._more(feed, recording.due)
                recording.take(monotonic())
                show(*recording.reached)
        if recording.starved:
            raise self._nothing_came(feed, timeout or 0.0, "message")
        return recording.table()

    async def subscribe(
        self,
        *messages: str,
        driver: str | None = None,
        policy: str = "queue",
        max_rate: float | None = None,
        history: int | None = None,
        history_seconds: float | None = None,
        decimate: int | None = None,
    ) -> int:
        """Asks the relay for messages (none named: all); see `Bridge.subscribe`."""
        self._check()
        options = Options(policy, max_rate, history, history_seconds, decimate)
        return await self._link.subscribe(messages or None, driver, options)

    async def unsubscribe(self, id: int) -> None:
        """Ends a subscription."""
        self._check_open()
        self._link.unsubscribe(id)

    async def close(self) -> None:
        """Ends the connection."""
        await self._link.shut()

    async def __aenter__(self) -> AsyncBridge:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _open_feed(self, message: str, driver: str | None) -> Feed:
        feed = self._feed(message, driver)
        if self._link.closed is None and not self._link.session.wants(feed.driver, message):
            name, options = self._subscription(feed)
            if self.connected:
                await self._link.subscribe((name,), feed.driver, options)
            else:
                self._link.want((name,), feed.driver, options)
        return feed

    async def _more(self, feed: Feed, position: int) -> None:
        """Waits until the feed reaches a position, is replaced, or the connection ends."""
        woken = asyncio.Event()
        watch = Watch(position, woken.set)
        feed.watch(watch)
        try:
            while not (feed.history.total >= position or feed.replaced):
                self._check_open()
                await woken.wait()
                woken.clear()
        finally:
            feed.unwatch(watch)


def _hang_up(loop: asyncio.AbstractEventLoop, link: Link) -> None:
    with suppress(RuntimeError):  # the loop is closed, and the connection with it
        loop.call_soon_threadsafe(link.close)


class AsyncDriver(DriverFace):
    """One driver of an `AsyncBridge`: the same calls, without other drivers' messages."""

    _bridge: AsyncBridge

    @property
    def send(self) -> Commands[Awaitable[Record | None]]:
        """Its commands."""
        return commands_of(self._bridge, self.name, self._bridge.command)

    async def latest(
        self, message: str, n: int = 1, *, timeout: float | None = None
    ) -> FrameArray | list[Record]:
        """The newest frames."""
        return await self._bridge.latest(message, n, timeout=timeout, driver=self.name)

    def stream(self, message: str, timeout: float | None = None) -> AsyncStream:
        """Every message from now on."""
        return self._bridge.stream(message, timeout, driver=self.name)

    async def wait_for(
        self, message: str, predicate: Predicate, timeout: float | None = None
    ) -> Record:
        """The first message that satisfies a condition."""
        return await self._bridge.wait_for(message, predicate, timeout, driver=self.name)

    async def history(
        self, message: str, n: int | None = None, *, seconds: float | None = None
    ) -> FrameArray | list[Record]:
        """What is still here of the past."""
        return await self._bridge.history(message, n, seconds=seconds, driver=self.name)

    async def record_to_dataframe(
        self,
        message: str,
        *fields: str,
        seconds: float | None = None,
        frames: int | None = None,
        arrays: Arrays = "columns",
        timeout: float | None = 10.0,
        bar: bool = True,
    ) -> pandas.DataFrame:
        """Records live data as a DataFrame."""
        return await self._bridge.record_to_dataframe(
            message,
            *fields,
            seconds=seconds,
            frames=frames,
            arrays=arrays,
            timeout=timeout,
            driver=self.name,
            bar=bar,
        )
