"""The sync face: ``bridge = cwire.connect()``, for notebooks, scripts and threads."""

from __future__ import annotations

import concurrent.futures
import os
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any

from cwire import errors
from cwire.aio import CONNECT_TIMEOUT, HISTORY_BYTES, open_link
from cwire.base import COMMAND_TIMEOUT, SHORTEST_WAIT, BridgeBase, frame_count, seconds
from cwire.commands import Commands
from cwire.cursor import Cursor
from cwire.describe import SchemaView
from cwire.driver import Driver, driver_text, usable_schema
from cwire.feed import Feed, Watch
from cwire.frame_array import FrameArray
from cwire.link import Link
from cwire.loop_thread import LoopThread
from cwire.options import Options
from cwire.plot import LivePlot
from cwire.record import Record

if TYPE_CHECKING:
    from cwire.panel import Panel
    from cwire.scope import Scope

__all__ = ["Bridge", "BridgeDriver", "Stream", "connect"]


def connect(
    url: str | None = None,
    token: str | None = None,
    *,
    subscribe: str | Iterable[str] | None = "all",
    history_bytes: int = HISTORY_BYTES,
    timeout: float = CONNECT_TIMEOUT,
    window: int | None = None,
    reconnect: bool = True,
) -> Bridge:
    """Connects to a relay.

    Args:
        url: ``ws://HOST:PORT/ws``, or the link that the relay prints. None: the relay of this
            account on this machine, over its Unix socket, which needs no token.
        token: The relay's token, for TCP; not needed where the link has it.
        subscribe: The messages to receive: ``"all"`` that are published, their names, or None for
            those that are asked for later.
        history_bytes: Memory for the last frames of each message; used as frames come.
        timeout: Seconds.
        window: Bytes of frames that may be under way to this client, so that what the relay has
            not sent yet is new: for slow lines and programs. None: as many as fit the sockets.
        reconnect: When the relay goes, look for it and go on: subscriptions, streams, waits and
            plots outlive it, and what was published meanwhile counts as lost. Commands raise
            NotConnected until it is back.

    Returns:
        The bridge. Close it, or use it in a ``with`` block; it ends with the program anyway.

    Raises:
        NotConnected: There is no relay.
        Unauthorized: It does not accept the token.
        UnknownMessage: A message to subscribe to does not exist.
        InvalidSubscription: The window is not one.
    """
    thread = LoopThread("cwire")
    try:
        link = thread.call(
            open_link(url, token, subscribe, history_bytes, timeout, window, reconnect)
        )
    except BaseException:
        thread.stop()
        raise
    return Bridge(link, thread)


class Bridge(BridgeBase):
    """A connection to a relay. Made by `connect`; any thread may use it.

    A thread of its own receives, so data keeps arriving while a notebook cell runs.
    """

    def __init__(self, link: Link, thread: LoopThread) -> None:
        self._link = link
        self._thread = thread
        self._process = os.getpid()
        # Also at the interpreter's exit, and when nobody holds the bridge any more.
        self._finish = weakref.finalize(self, thread.stop, link.shut)

    @property
    def send(self) -> Commands[Record | None]:
        """The commands of all drivers: ``bridge.send.set_waveform(frequency=5.0)``."""
        return _commands(self, None)

    def __getitem__(self, driver: str) -> BridgeDriver:
        return BridgeDriver(self, self._driver(driver).name)

    def command(
        self,
        driver: str | None,
        name: str,
        fields: Mapping[str, object] | None = None,
        timeout: float = COMMAND_TIMEOUT,
    ) -> Record | None:
        """Sends a command and waits for the answer.

        Args:
            driver: The driver's name; None where only one has this command.
            name: The command's name.
            fields: Values by field name. What is left out takes its default, else zero.
            timeout: Seconds.

        Returns:
            The reply, or None for a plain OK.

        Raises:
            InvalidCommand: A value does not fit its field; nothing was sent.
            CommandError: The driver refused; `code`, `name` and `text` say why.
            CommandTimeout: No answer in time.
            DriverDown: The driver does not run.
            LayoutMismatch: It restarted with other structs.
            UnknownCommand: There is no such command.
            NotConnected: The relay is gone.
        """
        wait = seconds(timeout, least=SHORTEST_WAIT)
        self._check()
        owner, _ = self._owner("command", name, driver)
        answer: concurrent.futures.Future[Record | None] = concurrent.futures.Future()
        self._thread.post(self._link.command, owner.name, name, dict(fields or {}), answer)
        try:
            return answer.result(wait)
        except errors.CommandError:
            raise
        except concurrent.futures.TimeoutError:
            raise errors.CommandTimeout(
                owner.name, name, -13, f"no answer in {timeout:g} s; the outcome is unknown"
            ) from None
        finally:
            if not answer.done():  # timeout or Ctrl-C
                self._thread.post(self._link.forget, answer)

    def latest(
        self,
        message: str,
        n: int = 1,
        *,
        timeout: float | None = None,
        driver: str | None = None,
    ) -> FrameArray | list[Record]:
        """The newest frames, oldest of them first.

        Args:
            message: The message's name.
            n: How many at most.
            timeout: Seconds to wait until there are `n`; None: take what is here.
            driver: Where several drivers have this message.

        Returns:
            A copy: a structured array with `time`, `seconds` and `sequence` beside the fields.
            Empty if nothing has come. Messages with a flexible array member give a list of
            records if they differ in size.

        Raises:
            UnknownMessage: There is no such message.
            WaitTimeout: `n` did not come in time.
            NotConnected: The bridge is closed; without `timeout`, what came before is still here.
        """
        wait, n = seconds(timeout), frame_count(n)
        feed = self._open_feed(message, driver)
        if timeout is not None:
            deadline = None if wait is None else monotonic() + wait
            while (missing := feed.missing(n)) > 0:
                if not self._more(feed, feed.history.total + missing, deadline):
                    raise self._nothing_came(feed, timeout, f"{n} frames")
                feed = self._feed(message, driver)
        return self._latest(feed, n)

    def stream(
        self, message: str, timeout: float | None = None, *, driver: str | None = None
    ) -> Stream:
        """Every message from now on, in order: ``for block in bridge.stream("scope_block")``.

        Args:
            message: The message's name.
            timeout: Seconds to wait for each; None: for ever.
            driver: Where several drivers have this message.

        Returns:
            An iterator of records. It raises WaitTimeout when nothing comes for `timeout` seconds,
            and NotConnected when the bridge closes; while the relay is gone, it waits. What it
            was too slow for is in its `lost`.
        """
        self._open_feed(message, driver)
        return Stream(self, message, timeout, driver)

    def subscribe(
        self,
        *messages: str,
        driver: str | None = None,
        policy: str = "queue",
        max_rate: float | None = None,
        history: int | None = None,
        history_seconds: float | None = None,
        decimate: int | None = None,
    ) -> int:
        """Asks the relay for messages (none named: all that are published).

        `latest`, `stream` and `plot` do it by themselves for what they need. A message that two
        subscriptions cover comes once, in the way of the more generous one: so connect with
        ``subscribe=None`` to have less than everything.

        Args:
            *messages: Their names.
            driver: Where several drivers have them.
            policy: ``queue``: every frame, as far as the relay's queue reaches. ``latest``: when
                this client is slow, only the newest.
            max_rate: Frames per second of each message, at most.
            history: So many of the last frames come first, if the relay still has them.
            history_seconds: The frames of so many last seconds come first.
            decimate: Of every so many samples of each array the minimum and the maximum, as a
                message of its own: ``scope_block`` by 16 is ``scope_block_by_16``, with
                ``samples_min`` and ``samples_max``.

        Returns:
            The subscription's number, for `unsubscribe`.

        Raises:
            UnknownMessage: There is no such message.
            InvalidSubscription: It cannot be had in this way.
        """
        self._check()
        options = Options(policy, max_rate, history, history_seconds, decimate)
        return self._ask(messages or None, driver, options)

    def _ask(self, messages: tuple[str, ...] | None, driver: str | None, options: Options) -> int:
        return self._thread.call(self._link.subscribe(messages, driver, options))

    def unsubscribe(self, id: int) -> None:
        """Ends a subscription; what has come stays."""
        self._check_open()
        self._thread.post(self._link.unsubscribe, id)

    def close(self) -> None:
        """Ends the connection and its thread. What has come can still be read."""
        self._finish()

    def __enter__(self) -> Bridge:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _check(self) -> None:
        self._check_process()
        super()._check()

    def _check_open(self) -> None:
        self._check_process()
        super()._check_open()

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise errors.NotConnected(
                "this bridge belongs to the process that made it: connect again in this one"
            )

    def _open_feed(self, message: str, driver: str | None) -> Feed:
        feed = self._feed(message, driver)
        if self._link.closed is None and not self._link.session.wants(feed.driver, message):
            name, options = self._subscription(feed)
            if self.connected:
                self._ask((name,), feed.driver, options)
            else:
                self._thread.post(self._link.want, (name,), feed.driver, options)
        return feed

    def _plotted(self, message: str, driver: str | None) -> Feed:
        return self._open_feed(message, driver)

    def _more(self, feed: Feed, position: int, deadline: float | None) -> bool:
        """Waits until the feed reaches a position or is replaced; False when time is up."""
        woken = threading.Event()
        watch = Watch(position, woken.set)
        feed.watch(watch)
        try:
            while not (feed.history.total >= position or feed.replaced):
                self._check_open()
                if not woken.wait(None if deadline is None else max(0.0, deadline - monotonic())):
                    return False
                woken.clear()
            return True
        finally:
            feed.unwatch(watch)


class Stream(Iterator[Record]):
    """The messages of `Bridge.stream`. Several threads need a stream each."""

    def __init__(
        self, bridge: Bridge, message: str, timeout: float | None, driver: str | None
    ) -> None:
        self._bridge = bridge
        self._timeout = seconds(timeout)
        self._cursor = Cursor(lambda: bridge._feed(message, driver))

    @property
    def lost(self) -> int:
        """Messages that this loop was too slow for: the history had dropped them."""
        return self._cursor.lost

    def __next__(self) -> Record:
        cursor = self._cursor
        record = cursor.next()
        if record is None:
            deadline = None if self._timeout is None else monotonic() + self._timeout
            while (record := cursor.next()) is None:
                if not self._bridge._more(cursor.feed, cursor.position + 1, deadline):
                    timeout = self._timeout or 0.0
                    raise self._bridge._nothing_came(cursor.feed, timeout, "message")
        return record


class BridgeDriver:
    """One driver of a `Bridge`: the same calls, without other drivers' messages."""

    def __init__(self, bridge: Bridge, name: str) -> None:
        self._bridge = bridge
        self.name = name

    @property
    def driver(self) -> Driver:
        """What the relay says of it."""
        return self._bridge._driver(self.name)

    @property
    def state(self) -> str:
        """``up``, ``down`` or ``stale``; ``unknown`` when the relay is gone."""
        return self.driver.state

    @property
    def schema(self) -> SchemaView:
        """Its messages."""
        return SchemaView(usable_schema(self.driver))

    @property
    def send(self) -> Commands[Record | None]:
        """Its commands."""
        return _commands(self._bridge, self.name)

    def latest(
        self, message: str, n: int = 1, *, timeout: float | None = None
    ) -> FrameArray | list[Record]:
        """The newest frames; see `Bridge.latest`."""
        return self._bridge.latest(message, n, timeout=timeout, driver=self.name)

    def stream(self, message: str, timeout: float | None = None) -> Stream:
        """Every message from now on; see `Bridge.stream`."""
        return self._bridge.stream(message, timeout, driver=self.name)

    def plot(self, message: str, y: str | Sequence[str] | None = None, **how: Any) -> LivePlot:
        """A live figure; see `Bridge.plot`, which says what else there is."""
        return self._bridge.plot(message, y, driver=self.name, **how)

    def scope(self, message: str, y: str | Sequence[str] | None = None, **how: Any) -> Scope:
        """A live picture in the browser; see `Bridge.scope`, which says what else there is."""
        return self._bridge.scope(message, y, driver=self.name, **how)

    def panel(self, commands: str | Iterable[str] | None = None) -> Panel:
        """Forms for its commands; see `Bridge.panel`."""
        return self._bridge.panel(self.name, commands)

    def __repr__(self) -> str:
        return driver_text(self.driver)


def _commands(bridge: Bridge, driver: str | None) -> Commands[Record | None]:
    return Commands(
        lambda: bridge._commands(driver),
        lambda name: bridge._owner("command", name, driver)[1],
        lambda name, fields: bridge.command(driver, name, fields),
    )
