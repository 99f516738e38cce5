"""A driver in Python: libcwire under it, so that relays and clients see one like any other.

with cwire.Driver("lab", [Block, SetRate]) as driver:
    driver.publish("block", samples)
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import math
import os
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar, overload

import numpy as np
import numpy.typing as npt

from cwire.driver.arguments import stamp, stamps, waiting
from cwire.driver.commands import Commands, struct_name
from cwire.driver.dispatcher import Dispatcher
from cwire.driver.opening import Options, driver_error, open_link
from cwire.driver.payloads import Encoder, Parts
from cwire.driver.sources import schema_of
from cwire.driver.thread import DriverThread
from cwire.errors import DriverError, InvalidArgument, UnknownMessage
from cwire.kernel.cell import OncePerCell
from cwire_structs._driver import Link, LinkError
from cwire_structs.errors import hint_text
from cwire_structs.frames import Code
from cwire_structs.schema import Message, Schema

__all__ = ["Driver"]

_log = logging.getLogger("cwire.driver")
_Function = TypeVar("_Function", bound=Callable[..., Any])
_SLICE = 0.5  # seconds: a signal that comes just before a wait is heard after it
_AT_EXIT = 2.0  # seconds for a handler that still runs


class Driver:
    """A driver: publishes messages on a Unix socket, and takes commands.

    It listens from the first of these on: ``with driver:`` or `start` (a thread of its own sends
    and handles commands), ``async with driver:`` or `serve` (the running asyncio loop does), `poll`
    (the caller does), `publish`. Messages may be published from any thread at any time. A notebook
    cell that is run again closes the driver that it made before.

    Args:
        name: What relays and clients call it.
        schema: A header (``"messages.h"``; that needs a C compiler and ``cwire[wrap]``), a schema
            as file or as dict, a module that `cwire wrap --build` has made, a class with
            annotations or a list of these, a numpy dtype (its message is ``data``), or a mapping of
            names to dtypes and classes.
        socket: Where it listens; None: NAME.sock in the runtime directory, as drivers in C.
        ring_bytes: Memory for published frames; None: 16 MiB, or what the messages need.
        frame_bytes: The largest frame; None: a quarter of the ring.
        reply_bytes: Replies that may wait for one peer; None: 1 MiB.
        peers: How many may be connected at once; None: 16.
        heartbeat: Seconds after which a silent link says that it lives; None: 1.
        group: A group, by name or number, whose members may connect, too: everything that a relay
            may do, they may. It needs a `socket` in a directory that they can enter and only this
            account can write to, which is made if it is missing. None: this account alone.

    Raises:
        SchemaError: The schema cannot be read, or cannot be laid out.
        InvalidArgument: Another argument has a value that it cannot have.
    """

    def __init__(
        self,
        name: str,
        schema: object,
        socket: str | os.PathLike[str] | None = None,
        *,
        ring_bytes: int | None = None,
        frame_bytes: int | None = None,
        reply_bytes: int | None = None,
        peers: int | None = None,
        heartbeat: float | None = None,
        group: str | int | None = None,
    ) -> None:
        if not isinstance(name, str) or not name:
            raise InvalidArgument(f"a driver's name is text, as in 'scope', not {name!r}")
        self.name = name
        self._options = Options.checked(
            socket, ring_bytes, frame_bytes, reply_bytes, peers, heartbeat, group
        )
        self._link: Link | None = None
        self._state = "new"  # then "open", "closed", "forked"
        self._encoders: dict[str | int, Encoder] = {}
        self._dispatcher = Dispatcher(name)
        self._commands = Commands(name, schema_of(schema, name), self._dispatcher)
        self._thread: DriverThread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.RLock()
        _of_cells.add(self)

    def __repr__(self) -> str:
        state = {"new": "not listening yet", "closed": "closed", "forked": "of the parent process"}
        said = state.get(self._state) or f"listening at {self.path}, {self.peers} peers"
        return f"<driver {self.name}: {said}>"

    # What it has.

    @property
    def schema(self) -> Schema:
        """The messages; of a schema written in Python also the commands that were added so far."""
        return self._commands.schema

    @property
    def path(self) -> str:
        """The path of the socket at which it listens; listens first where it did not yet."""
        return self._listening().path

    @property
    def pending(self) -> int:
        """Bytes that the slowest peer has not had yet; 0 without peers.

        A peer by the socket has had what it was sent, one that maps the ring what it has read.
        A driver that waits until it is well below `ring_bytes` loses nothing.
        """
        return self._listening().pending()

    @property
    def peers(self) -> int:
        """The number of connected peers, which are relays mostly."""
        return self._listening().peers()

    def wanted(self, message: str | int | type) -> int:
        """Returns how many peers want a message."""
        return self._listening().wanted(self._encoder(message).message.id)

    def fileno(self) -> int:
        """Returns a descriptor that can be read when ``poll(0)`` has something to do."""
        try:
            return self._listening().fd()
        except LinkError as error:
            raise self._error(error) from None

    # Commands.

    @overload
    def command(self, target: _Function, /) -> _Function: ...
    @overload
    def command(self, target: str | None = None, /) -> Callable[[_Function], _Function]: ...
    def command(self, target: Any = None, /) -> Any:
        """Makes a function the handler of a command: ``@driver.command``.

        The command is the one of the function's name, or of the given one:
        ``@driver.command("set_rate")``. The function gets the fields as arguments of their names,
        as numbers, text, `IntEnum` members (where it is annotated so) and arrays; or the whole
        message, where its only parameter is annotated with its class or called ``request``. What
        it returns is the reply: the message's fields as a mapping, a record, an object; of a reply
        with one field also the value; None: an OK. What it raises is an error reply: a
        `cwire.Refused` with its own code and text, another exception with its text, which is
        logged, too. An async function needs ``async with driver``.

        If the schema is written in Python and has no such command, its fields are the function's
        parameters, and its reply is what the function is annotated to return; this is possible
        until the driver listens.

        Args:
            target: The function, or the command's name.

        Raises:
            UnknownCommand: The schema has no such command.
            SchemaError: The parameters cannot be fields.
            InvalidArgument: A parameter is no field of the command.
        """
        if callable(target):
            self._handle(target, None)
            return target
        if target is not None and not isinstance(target, str):
            raise InvalidArgument(f"a command is a function, or has a name, not {target!r}")

        def decorate(function: _Function) -> _Function:
            self._handle(function, target)
            return function

        return decorate

    def _handle(self, function: Callable[..., Any], name: str | None) -> None:
        with self._lock:
            self._commands.handle(function, name)

    # Publishing.

    def publish(
        self,
        message: str | int | type,
        value: object = None,
        /,
        *,
        time_ns: int | npt.NDArray[np.integer[Any]] | None = None,
        **fields: object,
    ) -> bool:
        """Publishes a message, or several.

        Args:
            message: Its name, number or class.
            value: The message, as one of these:

                - a record of its dtype (``driver.schema.messages[name].dtype()``), or an array of
                  records: each is a frame, and all go in one call;
                - an array of numbers, for a message with one array; its other fields are keywords.
                  Of an image of any size, ``height`` and ``width`` are filled in where the message
                  has them;
                - for a message that is nothing but one value or one array: an array with one more
                  dimension; each of its rows is a frame;
                - a mapping, an object of the message's class, or the payload's bytes.

                None: all values are keywords.
            time_ns: The time stamp, in nanoseconds since 1970 UTC; None: now. For several frames
                also an array, with the stamp of each. A field with the name ``time_ns`` has to be
                given in a mapping.
            **fields: Values of fields. They are published also where they are out of the field's
                range, or have no name in its enum, since they were measured.

        Returns:
            Whether a peer that reads too slowly has lost older frames, to make room for this.

        Raises:
            UnknownMessage: The schema has no such message.
            FieldError, InvalidArgument: The value does not fit the message.
            DriverError: It cannot be published, as a frame that is too large.
        """
        link = self._link
        if link is None:
            link = self._listening()
        encoder = self._encoders.get(message) if isinstance(message, str) else None
        if encoder is None:
            encoder = self._encoder(message)
        made = encoder(value, fields)
        id_ = encoder.message.id
        try:
            if isinstance(time_ns, np.ndarray):
                if isinstance(made, Parts):
                    raise InvalidArgument("time_ns is an array, but this is one frame")
                each = stamps(time_ns, made.number)
                return link.publish_stamped(id_, made.data, made.size, each.data)
            if time_ns is not None:
                time_ns = stamp(time_ns)
            if isinstance(made, Parts):
                return link.publish_parts(id_, made.pieces, time_ns)
            if made.number == 1:
                return link.publish(id_, made.data, time_ns)
            return link.publish_many(id_, made.data, made.size, made.number, time_ns)
        except LinkError as error:
            raise self._error(error) from None

    def publish_at(
        self, time_ns: int, message: str | int | type, value: object = None, /, **fields: object
    ) -> bool:
        """Publishes with a time stamp of the caller's own: see `publish`."""
        return self.publish(message, value, time_ns=time_ns, **fields)

    def _encoder(self, message: str | int | type) -> Encoder:
        self._listening()
        key: object = message
        if isinstance(message, type):
            key = struct_name(message)
        elif isinstance(message, Message):
            key = message.name
        found = self._encoders.get(key) if isinstance(key, str | int) else None
        if found is None:
            name = key if isinstance(key, str) else repr(key)
            raise UnknownMessage(
                f"{self.name}: the schema has no message {name!r}; "
                f"{hint_text(name, self.schema.messages)}"
            )
        return found

    # Running.

    def _listening(self) -> Link:
        """Returns the link; begins to listen where nobody has yet."""
        link = self._link
        if link is not None:
            return link
        with self._lock:
            if self._link is None:
                self._link = self._listen()
            return self._link

    def _listen(self) -> Link:
        if self._state == "forked":
            self._fail(
                "this process was forked from the one whose driver this is: make one of its own "
                "here, with another name"
            )
        if self._state == "closed":
            self._fail("it is closed: make a new Driver")
        schema = self._commands.bind()
        try:
            link = open_link(self.name, schema, self._options, self._dispatcher)
        except DriverError as error:
            raise _own_fault(error) from None
        self._commands.fix(schema)
        for message in schema.messages.values():
            self._encoders[message.name] = self._encoders[message.id] = Encoder(message)
        self._state = "open"
        return link

    def start(self) -> Self:
        """Listens, and sends and handles commands in a thread of its own until `close`.

        Raises:
            DriverError: It cannot listen: another program does at this socket, say.
            InvalidArgument: A handler is async.
        """
        with self._lock:
            if self._thread is not None:
                return self
            if self._loop is not None:
                raise InvalidArgument(f"{self.name}: an asyncio loop runs it already")
            if (name := self._commands.first_async) is not None:
                raise self._dispatcher.needs_loop(name)
            link = self._listening()
            self._dispatcher.in_thread = True
            self._thread = DriverThread(self.name, link, self)
        return self

    def poll(self, timeout: float | None = 0.0) -> int:
        """Sends what waits, and handles commands: for programs with a loop of their own.

        Args:
            timeout: Seconds to wait for something to do; None: for ever. It may return earlier, so
                a program that keeps a pace looks at its clock.

        Returns:
            How many commands were handled.

        Raises:
            InvalidArgument: Its thread or an asyncio loop does that already.
            DriverError: Waiting failed.
        """
        if self._thread is not None or self._loop is not None:
            raise InvalidArgument(
                f"{self.name}: its {'thread' if self._thread else 'asyncio loop'} polls already: "
                "leave out poll()"
            )
        wait = waiting(timeout)
        link = self._listening()
        begin = time.monotonic()
        while True:
            left = wait - (time.monotonic() - begin)
            now = max(min(left, _SLICE), 0.0)
            started = time.monotonic()
            try:
                handled = link.poll(math.ceil(now * 1000))
            except LinkError as error:
                raise self._error(error) from None
            if handled or left <= _SLICE or time.monotonic() - started < now / 2:
                return handled

    def close(self) -> None:
        """Sends what can be sent, tells the peers that it stops, and removes the socket.

        Raises:
            DriverError: A handler called it.
        """
        with self._lock:
            thread, link = self._thread, self._link
            if thread is not None and thread.is_current:
                self._fail("a handler cannot close its driver: have another thread do it")
            if thread is None and link is not None and link.polling:
                self._fail("it is being polled: end that before you close it")
            self._thread = None
            self._stop_loop()
        if thread is not None:
            thread.stop()
        with self._lock:
            self._link = None
            if link is not None:
                link.close()
            if self._state != "forked":
                self._state = "closed"
        _of_cells.remove(self)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # asyncio

    async def __aenter__(self) -> Self:
        with self._lock:
            if self._thread is not None:
                raise InvalidArgument(f"{self.name}: its own thread runs it already")
            if self._loop is not None:
                raise InvalidArgument(f"{self.name}: an asyncio loop runs it already")
            link = self._listening()
            self._loop = self._dispatcher.loop = asyncio.get_running_loop()
            self._loop.add_reader(link.fd(), self._on_readable, link)
        self._on_readable(link)
        return self

    def _on_readable(self, link: Link) -> None:
        try:
            link.poll(0)
        except LinkError as error:
            _log.error("%s: polling failed: %s", self.name, error.text)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._dispatcher.cancel()
        self.close()

    def _stop_loop(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None and self._link is not None and not loop.is_closed():
            loop.remove_reader(self._link.fd())

    async def serve(self) -> None:
        """Listens, and sends and handles commands in the running loop until it is cancelled."""
        async with self:
            await asyncio.get_running_loop().create_future()

    # The process.

    def _error(self, error: LinkError) -> DriverError:
        return driver_error(self.name, error)

    def _fail(self, text: str) -> NoReturn:
        raise DriverError(self.name, Code.EINVAL, text)

    def _forget(self) -> None:
        """In a forked child: gives back what is the parent's, which goes on."""
        link, thread = self._link, self._thread
        self._link = self._thread = self._loop = None
        self._lock = threading.RLock()
        if thread is not None:
            thread.forget()
        if link is not None:
            self._state = "forked"
            link.forget()

    def _close_at_exit(self) -> None:
        thread, link, self._thread = self._thread, self._link, None
        if thread is not None and not thread.stop(_AT_EXIT):
            return  # its handler does not end; the process does
        self._loop = None
        if link is not None and not link.polling:
            link.close()


def _own_fault(error: DriverError) -> DriverError:
    """Returns the error, with what to do where it is this program that listens already."""
    others = [one for one in _of_cells if one.name == error.driver and one._link is not None]
    if error.code != Code.EINUSE or not others:
        return error
    text = f"this program's own driver listens at {others[0].path}: close() it before"
    return DriverError(error.driver, error.code, text)


def _end(driver: Driver, reason: str) -> None:
    with contextlib.suppress(DriverError):  # something else polls it
        driver.close()


def _close_all() -> None:
    for driver in _of_cells:
        driver._close_at_exit()


def _forget_all() -> None:
    for driver in _of_cells:
        driver._forget()


_of_cells: OncePerCell[Driver] = OncePerCell(_end)
atexit.register(_close_all)
os.register_at_fork(after_in_child=_forget_all)
