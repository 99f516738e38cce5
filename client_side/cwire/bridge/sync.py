"""The sync face: ``bridge = cwire.connect()``, for notebooks, scripts and threads."""

from __future__ import annotations

import concurrent.futures
import os
import weakref
from collections.abc import Iterable, Mapping
from types import TracebackType

from cwire import errors
from cwire.bridge.aio import CONNECT_TIMEOUT, HISTORY_BYTES, open_link
from cwire.bridge.arguments import COMMAND_TIMEOUT, SHORTEST_WAIT, no_answer, seconds
from cwire.bridge.bridge_driver import BridgeDriver
from cwire.bridge.bridge_reads import BridgeReads
from cwire.bridge.commands import Commands
from cwire.bridge.driver_face import commands_of
from cwire.data.feed import Feed
from cwire.data.fields import Record
from cwire.kernel.cell import OncePerCell
from cwire.link.link import Link
from cwire.link.loop_thread import LoopThread
from cwire.session.options import Options
from cwire_structs.frames import Code

__all__ = ["Bridge", "BridgeDriver", "connect"]

_of_cells: OncePerCell[Bridge] = OncePerCell(lambda bridge, _: bridge._replace())


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
        The bridge. Close it, or use it in a ``with`` block; it ends with the program anyway, and in
        a notebook when its cell is run again.

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
    bridge = Bridge(link, thread)
    # What a cell has shown, IPython keeps: without this, each run would leave a thread behind.
    _of_cells.add(bridge)
    return bridge


class Bridge(BridgeReads):
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
        return commands_of(self, None, self.command)

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
                owner.name, name, Code.ETIMEOUT, no_answer(timeout)
            ) from None
        finally:
            if not answer.done():  # timeout or Ctrl-C
                self._thread.post(self._link.forget, answer)

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

    def _replace(self) -> None:
        """Closes it, because its cell makes another one; other cells may go on to use it."""
        told = "the cell that connected was run again: run this one, too"
        self._thread.post(self._link.close, told)
        self.close()

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
