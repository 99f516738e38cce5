"""The blocking client: ``bridge = cwire.connect()``, for notebooks, scripts and threads."""

from __future__ import annotations

import concurrent.futures
import threading
import warnings
import weakref
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from os import PathLike
from time import monotonic, strftime
from types import TracebackType
from typing import TYPE_CHECKING, Any

from cwire import errors
from cwire.actions.description import Description, read_descriptions
from cwire.actions.events import Events
from cwire.actions.names import Actions
from cwire.actions.names import Options as ActionOptions
from cwire.actions.running import ActionStream
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
from cwire.bridge.stream import Predicate, Stream
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
from cwire.kernel.cell import OncePerCell
from cwire.kernel.progress import progress
from cwire.link.address import Choice
from cwire.link.link import Link
from cwire.link.loop_thread import LoopThread
from cwire.recording.options import NAME, RecordOptions
from cwire.recording.trigger import When
from cwire.session.changes import Change
from cwire.session.options import Options

if TYPE_CHECKING:
    import pandas

    from cwire.panel.action_panel import Watcher
    from cwire.panel.form import Done
    from cwire.recording.recorder import Recorder

__all__ = ["Bridge", "BridgeDriver", "connect", "open_bridge"]

_DESCRIBE_TIMEOUT = 3.0  # s: Tab waits for it

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
    ring: bool = True,
    driver: str | None = None,
) -> Bridge:
    """Connects to a relay, or to a driver without one.

    Args:
        url: The relay: ``ws://HOST:PORT/ws``, the link that it prints, the path of its Unix socket,
            or its process id as text. None: the relay of this account on this machine, over its
            Unix socket, which needs no token; if several run that differ in their drivers, the
            newest, with a warning that names them; one without drivers, which
            has actions only, if there is no other. ``unix://PATH``: the driver that listens at
            this path, without a relay: this process does what one would do. The driver is called
            as its socket, ``scope`` at ``/tmp/scope.sock``; scopes and panels go by the kernel.
            What was published before, nobody has kept; and while this process is busy, only the
            driver's ring holds what comes.
        token: The relay's token, for TCP; not needed where the link has it.
        subscribe: The messages to receive: ``"all"`` that are published, their names, or None for
            those that are asked for later.
        history_bytes: Memory for the last frames of each message; used as frames come.
        timeout: Seconds.
        window: Bytes of frames that may be under way to this client, so that what the relay has
            not sent yet is new: for slow lines and programs. None: as many as fit the sockets.
        reconnect: When the relay goes, look for it and go on: subscriptions, streams, waits and
            plots outlive it, and what was published meanwhile counts as lost. Commands raise
            NotConnected until it is back. Another relay is taken in its place only if it has one of
            the same drivers, by its name and its Unix socket, and none of these names at another
            socket; or if it watches the same directory and has found no driver yet. Drivers that
            it lacks are down until it has them.
        ring: Read what drivers on this machine publish from their memory, beside the relay: with
            one copy, and no relay between. Where that cannot be, the relay sends it, and
            `Bridge.health` says why. False: the relay sends all; so it does with a `window`.
        driver: Of several relays, the one that serves a driver of this name. It is the one that is
            meant where several have what is asked for and none is named.

    Returns:
        The bridge. Close it, or use it in a ``with`` block; it ends with the program anyway, and in
        a notebook when its cell is run again.

    Raises:
        NotConnected: There is no relay, or no driver at the path.
        Unauthorized: It does not accept the token.
        UnknownDriver: No relay serves the driver.
        UnknownMessage: A message to subscribe to does not exist.
        InvalidSubscription: The window is not one.
    """
    options = ConnectOptions(
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
    bridge, choice = open_bridge(options)
    if note := choice.note(HOW_TO_CHOOSE):
        warnings.warn(note, stacklevel=2)
    return bridge


def open_bridge(options: ConnectOptions) -> tuple[Bridge, Choice]:
    """Connects as `connect` does; also returns which relay was taken, for the caller to tell."""
    thread = LoopThread("cwire")
    try:
        link, choice = thread.call(open_link(options))
    except BaseException:
        thread.stop()
        raise
    bridge = Bridge(link, thread)
    # What a cell has shown, IPython keeps: without this, each run would leave a thread behind.
    _of_cells.add(bridge)
    return bridge, choice


class Bridge(BridgeBase):
    """A connection to a relay. Made by `connect`; any thread may use it.

    A thread of its own receives, so data keeps arriving while a notebook cell runs.
    """

    def __init__(self, link: Link, thread: LoopThread) -> None:
        self._link = link
        self._thread = thread
        # When nobody holds the bridge any more. Not at the interpreter's exit: other threads that
        # wait would be told, and print it; handlers of `atexit` may still send commands. The
        # system closes the socket.
        self._finish = weakref.finalize(self, thread.stop, link.shut)
        self._finish.atexit = False

    @property
    def send(self) -> Commands[Record | None]:
        """The commands of all drivers: ``bridge.send.set_waveform(frequency=5.0)``."""
        return self._commands_of(None, self.command)

    @property
    def change(self) -> Commands[Record | None]:
        """The same, but what is not given stays as it is: ``bridge.change.set_waveform(offset=1)``.

        The driver's present values are read first, by the command that tells them: ``get_waveform``
        for ``set_waveform``, or a ``get_…`` that is answered with what answers ``set_waveform``.
        There are the commands that have one. What another client sends in between is overwritten.
        """
        return self._changes_of(None, self._change)

    @property
    def call(self) -> Actions[Any, ActionStream]:
        """The actions of the relay: ``bridge.call.events.create(name="x")``.

        A call waits for its end, and gives what the action's function has returned, else the last
        value that it has sent. ``bridge.call.scan.stream(…)`` gives each value as it comes, with a
        progress bar where the function tells how far it is and tqdm is installed. Arguments are
        Python's values, bytes and numpy arrays; they are checked by the function's annotations.

        Calls outlive a lost connection, for as long as the relay waits for this client (10 s, if it
        was not told otherwise). A call raises

        - UnknownAction: The relay has no such action.
        - InvalidData: An argument does not fit.
        - ActionError: The action failed; `code` and `text` say why.
        - ActionTimeout: It took longer than it may; see `Actions.with_options`.
        - NotConnected: The relay is gone.
        """
        return Actions(_ActionRunner(self))

    def events(self, action: str | None = None, timeout: float | None = None) -> Events:
        """Events of the relay's background processes, from now on.

        Args:
            action: The event's name; None: all.
            timeout: Seconds to wait for each; None: for ever.

        Returns:
            An iterator of events, with `action` and `data`. It raises WaitTimeout when none comes
            for `timeout` seconds.
        """
        self._check_open()
        return Events(self._link, self._thread.post, action, wait_seconds(timeout))

    def __getitem__(self, driver: str) -> BridgeDriver:
        return BridgeDriver(self, self._link.lookup.driver(driver).name)

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
            The reply, or None for a plain OK. In a notebook a line below the cell tells of an OK,
            if the cell shows nothing else.

        Raises:
            InvalidCommand: A value does not fit its field; nothing was sent.
            CommandError: The driver refused; `code`, `name` and `text` say why.
            CommandTimeout: No answer in time.
            DriverDown: The driver does not run.
            LayoutMismatch: It restarted with other structs.
            UnknownCommand: There is no such command.
            NotConnected: The relay is gone.
        """
        wait = wait_seconds(timeout, least=SHORTEST_WAIT)
        self._check_connected()
        owner, _ = self._link.lookup.command(name, driver)
        # Here: the thread that receives is not kept waiting by a large array.
        encoded = self._link.session.encode(owner, name, fields or {})
        answer: concurrent.futures.Future[Record | None] = concurrent.futures.Future()
        begun = monotonic()
        self._thread.post(self._link.command, encoded, answer)
        try:
            reply = answer.result(wait)
            if reply is None:
                note_answer(name, monotonic() - begun)
            return reply
        except errors.CommandError:
            raise
        except concurrent.futures.TimeoutError:
            raise timeouts.no_answer(owner.name, name, timeout) from None
        finally:
            if not answer.done():  # timeout or Ctrl-C
                self._thread.post(self._link.forget, answer)

    def _change(self, driver: str | None, name: str, fields: Mapping[str, object]) -> Record | None:
        self._check_connected()
        change = Change.of(*self._link.lookup.command(name, driver), fields)
        owner, getter = change.driver.name, change.getter.command
        present = self.command(owner, getter, change.request)
        return self.command(owner, name, change.fields(present))

    def latest(
        self,
        message: str,
        n: int = 1,
        *,
        timeout: float | None = None,
        driver: str | None = None,
        copy: bool = True,
    ) -> FrameArray | list[Record]:
        """The newest frames, oldest of them first.

        Args:
            message: The message's name.
            n: How many at most.
            timeout: Seconds to wait until there are `n`; None: take what is here.
            driver: Where several drivers have this message.
            copy: False: the frames where they lie, read-only, while newer ones go on coming. Use
                them, and ask ``frames.valid()`` then: if it is False, some of them have been
                overwritten meanwhile, and what came of them is of no use. Where they do not lie
                one behind the other (where the history's memory begins again, or with tails of
                several sizes) it is a copy all the same.

        Returns:
            A copy: a structured array with `time`, `seconds` and `sequence` beside the fields.
            Empty if nothing has come. Messages with a flexible array member give a list of
            records if they differ in size. Its `valid` is True.

        Raises:
            UnknownMessage: There is no such message.
            WaitTimeout: `n` did not come in time.
            MemoryError: There is no memory for a copy of so many.
            NotConnected: The bridge is closed; without `timeout`, what came before is still here.
        """
        wait, n = wait_seconds(timeout), frame_count(n)
        feed = self._open_feed(message, driver)
        if timeout is None:
            return feed.history.latest(n, copy=copy)
        deadline = None if wait is None else monotonic() + wait
        newest = Newest(feed, n, copy=copy)
        while newest.count < n:
            on_time = self._more(newest.feed, newest.due, deadline)
            newest.take()
            if newest.count < n and not on_time:
                raise timeouts.too_few(self._link, newest, timeout)
            if newest.feed.replaced:
                feed = self._link.lookup.feed(message, feed.driver)
                newest = Newest(feed, n, copy=copy)
        return newest.frames()

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
        # Others that come later may have the message, too.
        find = partial(self._link.lookup.feed, message, self._open_feed(message, driver).driver)
        return Stream(self._link, Cursor(find), timeout, self._more)

    def wait_for(
        self,
        message: str,
        predicate: Predicate,
        timeout: float | None = None,
        *,
        driver: str | None = None,
    ) -> Record:
        """Waits for the first message from now on that satisfies a condition.

        Args:
            message: The message's name.
            predicate: Called with each record: ``lambda status: status.blocks > 100``.
            timeout: Seconds for all of it; None: for ever.
            driver: Where several drivers have this message.

        Returns:
            That record. What came before is in `latest`; so that nothing between a command and
            this call is missed, make the stream before: ``stream = bridge.stream(…)``, then the
            command, then ``stream.wait_for(predicate)``.

        Raises:
            UnknownMessage: There is no such message.
            WaitTimeout: None came in time; the text says what was seen.
            NotConnected: The bridge is closed; while the relay is gone, it waits.
        """
        return self.stream(message, driver=driver).wait_for(predicate, timeout)

    def history(
        self,
        message: str,
        n: int | None = None,
        *,
        seconds: float | None = None,
        disk: bool | None = None,
        driver: str | None = None,
    ) -> FrameArray | list[Record]:
        """The frames that are kept of the past, as numpy.

        The bridge keeps the last ones in memory, and waits for nothing. A relay that was started
        with ``--history-disk`` keeps those of the last minutes: it is asked for what memory has
        not any more, or has never had, and this waits for its answer.

            bridge.history("driver_status", seconds=600)

        Args:
            message: The message's name.
            n: How many of the last frames; all that are kept if neither this nor `seconds` is
                given.
            seconds: The frames of this time before the newest one, by their time stamps; where
                the driver's clock jumps, the time goes on (on disk, stamps alone count).
            disk: False: what is in memory. True: also what the relay has on disk, with neither `n`
                nor `seconds` all of it. None: that if there is any, and `n` or `seconds` reach
                further back than memory.
            driver: Where several drivers have this message.

        Returns:
            A copy, as `latest` gives it. `connect(history_bytes=)` says how much memory keeps. On
            disk are also frames of earlier runs of the driver, if they had the same structs.

        Raises:
            UnknownMessage: There is no such message.
            CwireError: There is nothing on disk, with ``disk=True``; or it cannot be read.
            NotConnected: The relay has gone while it was asked.
        """
        feed = self._open_feed(message, driver)
        found, missing = past.look(self._link, feed, n, seconds, disk)
        if missing is None:
            return found
        answer = self._thread.call(self._link.past(missing))
        return past.joined(feed, found, answer, n)

    def record(
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
        """Records what comes from now on into an MCAP file, while everything else goes on.

        A thread of its own writes. ``cwire.open(path)`` reads the file, and so do the tools of
        ROS 2 and Foxglove. What was lost is in the file, too: see `RecordedFile.events`; and the
        commands of all clients with their answers: `RecordedFile.commands`. Frames
        have to fit into the bridge's memory until they are written: for fast messages connect
        with a larger `history_bytes`.

            with bridge.record("run.mcap"):
                bridge.send.set_waveform(frequency=5.0)
                time.sleep(10)

        Args:
            path: The file, which is new.
            *messages: What to record, by name, also in lists; all that is published by default.
            driver: Where several drivers have these messages; or: all of this driver.
            compression: ``zstd`` or ``lz4`` (``pip install 'cwire[record]'``); None: none, which is
                fastest.
            split: When a new file begins: ``1GiB``, ``10min``. Its name has a number.
            overwrite: Whether the file may be there already.
            when: A condition over messages, ``"driver_status.temperature > 80"``; see
                docs/reference/expressions.md. Only what is near a frame with which it is true is
                recorded, into a file for each time; the second has a number. Where the times
                overlap, the file goes on.
            before: Seconds before the condition became true that are recorded, too; 1 by default.
                Time is that of the frames.
            after: Seconds behind the last frame with which it was true; 1 by default.
            memory: For the frames before: ``1GiB``; 256MiB by default. Where it does not suffice,
                the file says how many seconds there were.

        Returns:
            The recorder: `stop` it, or use it in a ``with`` block. It has counts, and `note`.

        Raises:
            InvalidArgument: The file is there, or cannot be made; or an option is wrong, or the
                condition, and the text says where.
            UnknownMessage: There is no such message.
        """
        how = RecordOptions.of(compression, split, overwrite=overwrite)
        trigger = When.of(when, before, after, memory)
        every, wanted = self._to_record(messages, driver)
        feeds = [self._open_feed(name, owner) for name, owner in wanted]
        for name, owner in (*self._needed(when), *self._commands_told()):
            self._open_feed(name, owner)
        return self._recorder(path, None if every else feeds, driver, how, trigger)

    def alarm(self, expression: str, callback: Callable[[Alarm], object] | None = None) -> Alarm:
        """Watches a condition over messages, while everything else goes on.

            with bridge.alarm("driver_status.temperature > 80", print) as alarm:
                time.sleep(60)
            print(alarm.count)

        Args:
            expression: The condition; see docs/reference/expressions.md. Of several messages, the
                newest of each counts.
            callback: Called with the alarm whenever its `on` changes, in a thread of its own.

        Returns:
            The alarm, with `on`, `since`, `count` and `values`: `stop` it, or use it in a ``with``
            block.

        Raises:
            InvalidArgument: It is no condition, or does not fit the messages; the text says where.
        """
        for name, owner in self._needed(expression):
            self._open_feed(name, owner)
        return Alarm(self._link, expression, callback)

    def record_to_dataframe(
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
        """Records live data from now on and returns it as a pandas DataFrame.

        Shows a progress bar if it takes longer than a second and tqdm is installed. While the
        relay is gone it waits; see `health` for what was lost.

        Args:
            message: The message's name.
            *fields: The fields to take, all by default.
            seconds: How long.
            frames: How many at most. At least one of the two is needed.
            arrays: What becomes of array fields: ``columns``, ``long`` or ``cells``; see
                `FrameArray.to_pandas`.
            timeout: Without `seconds`: seconds without any frame after which it gives up; what
                came is still in `history`.
            driver: Where several drivers have this message.
            bar: Whether to show progress at all.

        Returns:
            One row per frame, indexed by time (UTC). Units are in ``attrs["units"]``, the number of
            frames that came too fast to be recorded in ``attrs["lost"]``.

        Raises:
            UnknownMessage: There is no such message.
            UnknownField: It has no such field.
            WaitTimeout: No frame came in time.
            NotConnected: The bridge is closed.
            CwireError: pandas is not installed.
        """
        feed = self._open_feed(message, driver)
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
                self._more(feed, recording.due, monotonic() + recording.pause)
                recording.take(monotonic())
                show(*recording.reached)
        if recording.starved:
            raise timeouts.nothing_came(self._link, feed, timeout)
        return recording.table()

    def subscribe(
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
        """Asks the relay for messages (none named: all that are published).

        `latest`, `stream` and `plot` do it by themselves for what they need. A message that two
        subscriptions cover comes once, in the way of the more generous one: so connect with
        ``subscribe=None`` to have less than everything.

        Args:
            *messages: Their names, also in lists.
            driver: Where several drivers have them.
            policy: ``queue``: every frame, as far as the relay's queue reaches. ``latest``: when
                this client is slow, only the newest.
            max_rate: Frames per second of each message, at most.
            history: How many of the last frames come first, if the relay still has them.
            history_seconds: The frames of this many last seconds come first.
            decimate: The minimum and the maximum of each group of this many samples of an array, as
                a message of its own: ``scope_block`` by 16 is ``scope_block_by_16``, with
                ``samples_min`` and ``samples_max``.
            key: The field, or the fields, that say what a message tells of, as ``x`` and ``y`` of
                the tiles of a picture. With policy ``latest``: the newest of each then, not the
                newest of all.

        Returns:
            The subscription's number, for `unsubscribe`.

        Raises:
            UnknownMessage: There is no such message.
            InvalidSubscription: It cannot be had in this way.
        """
        self._check_connected()
        options = Options(policy, max_rate, history, history_seconds, decimate, key)
        return self._ask(self._names(messages), driver, options)

    def _ask(
        self,
        messages: Iterable[str | Iterable[str]] | None,
        driver: str | None,
        options: Options,
    ) -> int:
        return self._thread.call(self._link.subscribe(messages, driver, options))

    def unsubscribe(self, id: int) -> None:
        """Ends a subscription; what has come stays.

        Args:
            id: What `subscribe` returned.
        """
        self._check_open()
        self._thread.post(self._link.unsubscribe, subscription_id(id))

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

    def _open_feed(self, message: str, driver: str | None) -> Feed:
        """The feed of a message, which is subscribed to if it was not."""
        feed = self._link.lookup.feed(message, driver)
        if (unasked := self._unasked(feed)) is not None:
            name, options = unasked
            if self.connected:
                self._ask((name,), feed.driver, options)
            else:
                self._thread.post(self._link.want, (name,), feed.driver, options)
        return feed

    def _plotted(self, message: str, driver: str | None) -> Feed:
        return self._open_feed(message, driver)

    def _send_in_background(
        self, driver: str, name: str, fields: Mapping[str, Any], done: Done
    ) -> None:
        def work() -> None:
            try:
                answer: Record | Exception | None = self.command(driver, name, fields)
            except Exception as error:  # for people to see, whatever it is
                answer = error
            done(answer)

        threading.Thread(target=work, name=f"cwire {name}", daemon=True).start()

    def _record_in_background(self, done: Callable[[Recorder | Exception], object]) -> None:
        def work() -> None:
            try:
                answer: Recorder | Exception = self.record(strftime(NAME))
            except Exception as error:  # for people to see, whatever it is
                answer = error
            done(answer)

        threading.Thread(target=work, name="cwire record", daemon=True).start()

    def _when_described(self, call: Callable[[Mapping[str, Description]], object]) -> None:
        call(_ActionRunner(self).known())

    def _start_action(
        self, name: str, data: Mapping[str, Any], watcher: Watcher
    ) -> Callable[[], object]:
        stream = _ActionRunner(self).stream(name, dict(data), ActionOptions(bar=False))
        stream.watch_progress(watcher.progressed)

        def work() -> None:
            try:
                for value in stream:
                    watcher.came(value)
                outcome: Any = stream.returned
            except Exception as error:  # for people to see, whatever it is
                outcome = error
            watcher.ended(outcome)

        threading.Thread(target=work, name=f"cwire {name}", daemon=True).start()
        return stream.close

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


class _ActionRunner:
    """Calls actions for a `Bridge`, and waits."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    def known(self) -> Mapping[str, Description]:
        bridge = self._bridge
        if bridge._descriptions_are_stale() and bridge.connected:
            options = ActionOptions(timeout=_DESCRIBE_TIMEOUT, bar=False)
            with suppress(errors.CwireError):
                bridge._descriptions = read_descriptions(self.run("describe", {}, options))
                bridge._described_for = bridge._link.session.calls.client
        return bridge._descriptions

    def run(self, name: str, data: object, options: ActionOptions) -> Any:
        return self._start(name, data, options, every=False).result()

    def stream(self, name: str, data: object, options: ActionOptions) -> ActionStream:
        return self._start(name, data, options, every=True)

    def _start(
        self, name: str, data: object, options: ActionOptions, *, every: bool
    ) -> ActionStream:
        bridge = self._bridge
        bridge._check_connected()
        return ActionStream(bridge._link, bridge._thread.post, name, data, options, every=every)


class BridgeDriver(DriverBase):
    """One driver of a `Bridge`: the same calls, without other drivers' messages."""

    _bridge: Bridge

    @property
    def send(self) -> Commands[Record | None]:
        """Its commands."""
        return self._bridge._commands_of(self.name, self._bridge.command)

    @property
    def change(self) -> Commands[Record | None]:
        """Its commands, of which what is not given stays as it is."""
        return self._bridge._changes_of(self.name, self._bridge._change)

    def latest(
        self, message: str, n: int = 1, *, timeout: float | None = None, copy: bool = True
    ) -> FrameArray | list[Record]:
        """The newest frames; see `Bridge.latest`."""
        return self._bridge.latest(message, n, timeout=timeout, driver=self.name, copy=copy)

    def stream(self, message: str, timeout: float | None = None) -> Stream:
        """Every message from now on; see `Bridge.stream`."""
        return self._bridge.stream(message, timeout, driver=self.name)

    def wait_for(self, message: str, predicate: Predicate, timeout: float | None = None) -> Record:
        """The first message that satisfies a condition; see `Bridge.wait_for`."""
        return self._bridge.wait_for(message, predicate, timeout, driver=self.name)

    def history(
        self,
        message: str,
        n: int | None = None,
        *,
        seconds: float | None = None,
        disk: bool | None = None,
    ) -> FrameArray | list[Record]:
        """The frames that are kept of the past; see `Bridge.history`."""
        return self._bridge.history(message, n, seconds=seconds, disk=disk, driver=self.name)

    def record_to_dataframe(
        self,
        message: str,
        *fields: str | Iterable[str],
        seconds: float | None = None,
        frames: int | None = None,
        arrays: Arrays = "columns",
        timeout: float | None = RECORD_TIMEOUT,
        bar: bool = True,
    ) -> pandas.DataFrame:
        """Records live data as a DataFrame; see `Bridge.record_to_dataframe`."""
        return self._bridge.record_to_dataframe(
            message,
            *fields,
            seconds=seconds,
            frames=frames,
            arrays=arrays,
            timeout=timeout,
            driver=self.name,
            bar=bar,
        )
