"""The asyncio client: ``async with cwire.aconnect() as bridge: …``; in uvloop, too."""

from __future__ import annotations

import asyncio
import warnings
import weakref
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from contextlib import suppress
from functools import partial
from os import PathLike
from time import monotonic, strftime
from types import TracebackType
from typing import TYPE_CHECKING, Any

from cwire import errors
from cwire.actions.description import Description, read_descriptions
from cwire.actions.events import AsyncEvents
from cwire.actions.names import Actions
from cwire.actions.names import Options as ActionOptions
from cwire.actions.running import AsyncActionStream
from cwire.bridge import past, timeouts
from cwire.bridge.alarm import Alarm
from cwire.bridge.base import BridgeBase, DriverBase
from cwire.bridge.commands import Commands
from cwire.bridge.connect import (
    CONNECT_TIMEOUT,
    HISTORY_BYTES,
    HOW_TO_CHOOSE,
    ConnectOptions,
    open_link,
)
from cwire.bridge.stream import AsyncStream, Predicate
from cwire.data.arguments import (
    COMMAND_TIMEOUT,
    RECORD_TIMEOUT,
    SHORTEST_WAIT,
    frame_count,
    names_of,
    subscription_id,
)
from cwire.data.arguments import seconds as wait_seconds
from cwire.data.convert import Arrays
from cwire.data.cursor import Cursor
from cwire.data.feed import Feed, Watch
from cwire.data.frame_array import FrameArray, Record
from cwire.data.newest import Newest
from cwire.data.recording import Recording
from cwire.kernel.answered import note_answer
from cwire.kernel.progress import progress
from cwire.link.link import Link
from cwire.recording.options import NAME, RecordOptions
from cwire.recording.trigger import When
from cwire.session.changes import Change
from cwire.session.options import Options

if TYPE_CHECKING:
    import pandas

    from cwire.panel.action_panel import Watcher
    from cwire.panel.form import Done
    from cwire.recording.recorder import Recorder

__all__ = ["AsyncBridge", "AsyncDriver", "aconnect"]


class aconnect:  # noqa: N801 - it is used like a function
    """Connects to a relay: ``await aconnect()`` or ``async with aconnect() as bridge``.

    It takes the arguments of `connect`, and raises the same when it is awaited.
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
        ring: bool = True,
        driver: str | None = None,
    ) -> None:
        self._options = ConnectOptions(
            url=url,
            token=token,
            subscribe=subscribe,
            history_bytes=history_bytes,
            timeout=timeout,
            window=window,
            reconnect=reconnect,
            ring=ring,
            driver=driver,
        )
        self._bridge: AsyncBridge | None = None

    async def _open(self, level: int) -> AsyncBridge:
        """Connects; a warning is shown at the frame so many levels up."""
        link, choice = await open_link(self._options)
        bridge = AsyncBridge(link)
        if note := choice.note(HOW_TO_CHOOSE):
            warnings.warn(note, stacklevel=level)
        return bridge

    def __await__(self) -> Generator[object, None, AsyncBridge]:
        return self._open(2).__await__()

    async def __aenter__(self) -> AsyncBridge:
        self._bridge = await self._open(3)
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
        self._running: set[asyncio.Future[None]] = set()
        self._describing: asyncio.Future[None] | None = None
        self._when_known: list[Callable[[Mapping[str, Description]], object]] = []
        # When nobody holds the bridge any more; at the program's end the loop is gone anyway.
        forgotten = weakref.finalize(self, _hang_up, link)
        forgotten.atexit = False

    @property
    def send(self) -> Commands[Awaitable[Record | None]]:
        """The commands: ``await bridge.send.set_waveform(frequency=5.0)``."""
        return self._commands_of(None, self.command)

    @property
    def change(self) -> Commands[Awaitable[Record | None]]:
        """The same, but what is not given stays as it is; see `Bridge.change`."""
        return self._changes_of(None, self._change)

    @property
    def call(self) -> Actions[Awaitable[Any], AsyncActionStream]:
        """The actions of the relay: ``await bridge.call.events.create(name="x")``.

        And ``async for step in bridge.call.scan.stream(…)``; see `Bridge.call`.
        """
        return Actions(_ActionRunner(self))

    def events(self, action: str | None = None, timeout: float | None = None) -> AsyncEvents:
        """Events of the relay's background processes, from now on; see `Bridge.events`."""
        self._check_open()
        return AsyncEvents(self._link, action, wait_seconds(timeout))

    def __getitem__(self, driver: str) -> AsyncDriver:
        return AsyncDriver(self, self._link.lookup.driver(driver).name)

    async def command(
        self,
        driver: str | None,
        name: str,
        fields: Mapping[str, object] | None = None,
        timeout: float = COMMAND_TIMEOUT,
    ) -> Record | None:
        """Sends a command and waits for the answer; see `Bridge.command`."""
        wait = wait_seconds(timeout, least=SHORTEST_WAIT)
        self._check_connected()
        owner, _ = self._link.lookup.command(name, driver)
        answer: asyncio.Future[Record | None] = asyncio.get_running_loop().create_future()
        encoded = self._link.session.encode(owner, name, fields or {})
        begun = monotonic()
        self._link.command(encoded, answer)
        try:
            await asyncio.wait([answer], timeout=wait)
            if not answer.done():
                raise timeouts.no_answer(owner.name, name, timeout)
            reply = answer.result()
            if reply is None:
                note_answer(name, monotonic() - begun)
            return reply
        finally:
            if not answer.done():
                self._link.forget(answer)
                answer.cancel()

    async def _change(
        self, driver: str | None, name: str, fields: Mapping[str, object]
    ) -> Record | None:
        self._check_connected()
        change = Change.of(*self._link.lookup.command(name, driver), fields)
        owner, getter = change.driver.name, change.getter.command
        present = await self.command(owner, getter, change.request)
        return await self.command(owner, name, change.fields(present))

    async def latest(
        self,
        message: str,
        n: int = 1,
        *,
        timeout: float | None = None,
        driver: str | None = None,
        copy: bool = True,
    ) -> FrameArray | list[Record]:
        """The newest frames; see `Bridge.latest`."""
        wait, n = wait_seconds(timeout), frame_count(n)
        feed = await self._open_feed(message, driver)
        if timeout is None:
            return feed.history.latest(n, copy=copy)
        deadline = None if wait is None else monotonic() + wait
        newest = Newest(feed, n, copy=copy)
        while newest.count < n:
            on_time = await self._more(newest.feed, newest.due, deadline)
            newest.take()
            if newest.count < n and not on_time:
                raise timeouts.too_few(self._link, newest, timeout)
            if newest.feed.replaced:
                feed = self._link.lookup.feed(message, feed.driver)
                newest = Newest(feed, n, copy=copy)
        return newest.frames()

    def stream(
        self, message: str, timeout: float | None = None, *, driver: str | None = None
    ) -> AsyncStream:
        """Every message from now on: ``async for block in bridge.stream("scope_block")``.

        The arguments are those of the blocking one: see `Bridge.stream`.
        """
        # Others that come later may have the message, too.
        owner = self._link.lookup.message(message, driver)[0].name
        cursor = Cursor(partial(self._link.lookup.feed, message, owner))
        subscribe = partial(self._open_feed, message, cursor.feed.driver)
        return AsyncStream(self._link, cursor, timeout, self._more, subscribe)

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
        disk: bool | None = None,
        driver: str | None = None,
    ) -> FrameArray | list[Record]:
        """The frames that are kept of the past; see `Bridge.history`."""
        feed = await self._open_feed(message, driver)
        found, missing = past.look(self._link, feed, n, seconds, disk)
        if missing is None:
            return found
        answer = await self._link.past(missing)
        return past.joined(feed, found, answer, n)

    async def record(
        self,
        path: str | PathLike[str],
        *messages: str | Iterable[str],
        driver: str | None = None,
        compression: str | None = None,
        split: str | None = None,
        overwrite: bool = False,
        when: str | None = None,
        before: float | None = None,
        after: float | None = None,
        memory: str | None = None,
    ) -> Recorder:
        """Records into an MCAP file; see `Bridge.record`."""
        how = RecordOptions.of(compression, split, overwrite=overwrite)
        trigger = When.of(when, before, after, memory)
        every, wanted = self._to_record(messages, driver)
        feeds = [await self._open_feed(name, owner) for name, owner in wanted]
        for name, owner in (*self._needed(when), *self._commands_told()):
            await self._open_feed(name, owner)
        return self._recorder(path, None if every else feeds, driver, how, trigger)

    async def alarm(
        self, expression: str, callback: Callable[[Alarm], object] | None = None
    ) -> Alarm:
        """Watches a condition over messages; see `Bridge.alarm`. A thread calls the callback."""
        for name, owner in self._needed(expression):
            await self._open_feed(name, owner)
        return Alarm(self._link, expression, callback)

    async def record_to_dataframe(
        self,
        message: str,
        *fields: str | Iterable[str],
        seconds: float | None = None,
        frames: int | None = None,
        arrays: Arrays = "columns",
        timeout: float | None = RECORD_TIMEOUT,
        driver: str | None = None,
        bar: bool = True,
    ) -> pandas.DataFrame:
        """Records live data as a DataFrame; see `Bridge.record_to_dataframe`."""
        feed = await self._open_feed(message, driver)
        recording = Recording(
            feed,
            seconds,
            frames,
            timeout,
            monotonic(),
            fields=names_of(fields, "fields"),
            arrays=arrays,
        )
        with progress(f"recording {message}", *recording.extent, shown=bar) as show:
            while not recording.done:
                await self._more(feed, recording.due, monotonic() + recording.pause)
                recording.take(monotonic())
                show(*recording.reached)
        if recording.starved:
            raise timeouts.nothing_came(self._link, feed, timeout)
        return recording.table()

    async def subscribe(
        self,
        *messages: str | Iterable[str],
        driver: str | None = None,
        policy: str = "queue",
        max_rate: float | None = None,
        history: int | None = None,
        history_seconds: float | None = None,
        decimate: int | None = None,
        key: str | Iterable[str] = (),
    ) -> int:
        """Asks the relay for messages (none named: all); see `Bridge.subscribe`."""
        self._check_connected()
        options = Options(policy, max_rate, history, history_seconds, decimate, key)
        return await self._link.subscribe(self._names(messages), driver, options)

    async def unsubscribe(self, id: int) -> None:
        """Ends a subscription; see `Bridge.unsubscribe`."""
        self._check_open()
        self._link.unsubscribe(subscription_id(id))

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
        """The feed of a message, which is subscribed to if it was not."""
        feed = self._link.lookup.feed(message, driver)
        if (unasked := self._unasked(feed)) is not None:
            name, options = unasked
            if self.connected:
                await self._link.subscribe((name,), feed.driver, options)
            else:
                self._link.want((name,), feed.driver, options)
        return feed

    def _plotted(self, message: str, driver: str | None) -> Feed:
        return self._link.lookup.feed(message, driver)

    def _send_in_background(
        self, driver: str, name: str, fields: Mapping[str, Any], done: Done
    ) -> None:
        task = asyncio.ensure_future(self.command(driver, name, fields))
        task.add_done_callback(lambda task: done(_outcome(task)))

    def _record_in_background(self, done: Callable[[Recorder | Exception], object]) -> None:
        def begun(task: asyncio.Task[Recorder]) -> None:
            error = None if task.cancelled() else task.exception()
            if isinstance(error, Exception):
                done(error)
            elif not task.cancelled():
                done(task.result())

        asyncio.ensure_future(self.record(strftime(NAME))).add_done_callback(begun)

    def _when_described(self, call: Callable[[Mapping[str, Description]], object]) -> None:
        known = _ActionRunner(self).known()
        if self._describing is None or not self._descriptions_are_stale():
            call(known)
        else:
            self._when_known.append(call)

    def _tell_known(self) -> None:
        waiting, self._when_known = self._when_known, []
        for call in waiting:
            call(self._descriptions)

    def _start_action(
        self, name: str, data: Mapping[str, Any], watcher: Watcher
    ) -> Callable[[], object]:
        stream = _ActionRunner(self).stream(name, dict(data), ActionOptions(bar=False))
        stream.watch_progress(watcher.progressed)

        async def work() -> None:
            try:
                async for value in stream:
                    watcher.came(value)
                outcome: Any = stream.returned
            except Exception as error:  # for people to see, whatever it is
                outcome = error
            watcher.ended(outcome)

        task = asyncio.ensure_future(work())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return stream.close

    async def _more(self, feed: Feed, position: int, deadline: float | None) -> bool:
        """Waits until the feed reaches a position or is replaced; False when time is up."""
        woken = asyncio.Event()
        watch = Watch(position, woken.set)
        feed.watch(watch)
        try:
            async with asyncio.timeout(None if deadline is None else deadline - monotonic()):
                while not (feed.history.total >= position or feed.replaced):
                    self._check_open()
                    await woken.wait()
                    woken.clear()
        except TimeoutError:
            # A loop that was busy meanwhile receives and runs out of time in the same turn.
            return feed.history.total >= position or feed.replaced
        finally:
            feed.unwatch(watch)
        return True


class _ActionRunner:
    """Calls actions for an `AsyncBridge`."""

    def __init__(self, bridge: AsyncBridge) -> None:
        self._bridge = bridge

    def known(self) -> Mapping[str, Description]:
        """What is known by now; it is asked for, so that it is known next time."""
        bridge = self._bridge
        if bridge._descriptions_are_stale() and bridge.connected and bridge._describing is None:
            bridge._describing = asyncio.ensure_future(self._describe())
        return bridge._descriptions

    async def _describe(self) -> None:
        bridge = self._bridge
        try:
            with suppress(errors.CwireError):
                await self.run("describe", {}, ActionOptions(bar=False))
        finally:
            bridge._describing = None
            bridge._tell_known()

    async def run(self, name: str, data: object, options: ActionOptions) -> Any:
        value = await self._start(name, data, options, every=False).result()
        if name == "describe" and not data:
            bridge = self._bridge
            bridge._descriptions = read_descriptions(value)
            bridge._described_for = bridge._link.session.calls.client
            bridge._tell_known()
        return value

    def stream(self, name: str, data: object, options: ActionOptions) -> AsyncActionStream:
        return self._start(name, data, options, every=True)

    def _start(
        self, name: str, data: object, options: ActionOptions, *, every: bool
    ) -> AsyncActionStream:
        self._bridge._check_connected()
        return AsyncActionStream(self._bridge._link, name, data, options, every=every)


def _hang_up(link: Link) -> None:
    with suppress(RuntimeError):  # the loop is closed, and the connection with it
        link.loop.call_soon_threadsafe(link.close)


def _outcome(task: asyncio.Future[Record | None]) -> Record | Exception | None:
    error = task.exception()
    if error is None:
        return task.result()
    return error if isinstance(error, Exception) else errors.CwireError(repr(error))


class AsyncDriver(DriverBase):
    """One driver of an `AsyncBridge`: the same calls, without other drivers' messages."""

    _bridge: AsyncBridge

    @property
    def send(self) -> Commands[Awaitable[Record | None]]:
        """Its commands."""
        return self._bridge._commands_of(self.name, self._bridge.command)

    @property
    def change(self) -> Commands[Awaitable[Record | None]]:
        """Its commands, of which what is not given stays as it is."""
        return self._bridge._changes_of(self.name, self._bridge._change)

    async def latest(
        self, message: str, n: int = 1, *, timeout: float | None = None, copy: bool = True
    ) -> FrameArray | list[Record]:
        """The newest frames."""
        return await self._bridge.latest(message, n, timeout=timeout, driver=self.name, copy=copy)

    def stream(self, message: str, timeout: float | None = None) -> AsyncStream:
        """Every message from now on."""
        return self._bridge.stream(message, timeout, driver=self.name)

    async def wait_for(
        self, message: str, predicate: Predicate, timeout: float | None = None
    ) -> Record:
        """The first message that satisfies a condition."""
        return await self._bridge.wait_for(message, predicate, timeout, driver=self.name)

    async def history(
        self,
        message: str,
        n: int | None = None,
        *,
        seconds: float | None = None,
        disk: bool | None = None,
    ) -> FrameArray | list[Record]:
        """The frames that are kept of the past."""
        return await self._bridge.history(message, n, seconds=seconds, disk=disk, driver=self.name)

    async def record_to_dataframe(
        self,
        message: str,
        *fields: str | Iterable[str],
        seconds: float | None = None,
        frames: int | None = None,
        arrays: Arrays = "columns",
        timeout: float | None = RECORD_TIMEOUT,
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
