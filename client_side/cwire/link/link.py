"""Keeps a session connected to a relay: what the sync and the async bridge have in common.

Everything here runs in one event loop. What the session holds may be read from other threads.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import NoReturn, assert_never

from cwire import errors
from cwire.link.address import Address
from cwire.link.backoff import Backoff
from cwire.link.connection import Connection
from cwire.link.replies import Replies, ReplyFuture, settle
from cwire.link.rings import Rings
from cwire.link.transport import RawMessage
from cwire.session.calls import Call
from cwire.session.events import (
    CallsChanged,
    DriverChanged,
    Ended,
    Event,
    Hello,
    OriginAllowed,
    PastAnswer,
    Refused,
    Reply,
    Resend,
    RingAnswer,
    Subscribed,
)
from cwire.session.lookup import Lookup
from cwire.session.options import Options
from cwire.session.pasts import PastQuery
from cwire.session.pending_commands import Command
from cwire.session.pending_commands import Encoded as EncodedCommand
from cwire.session.session import Session
from cwire_structs.action_values import Encoded
from cwire_structs.relays import this_machine
from cwire_structs.served import Served
from cwire_structs.websocket import CloseCode

__all__ = ["Link", "now"]

_log = logging.getLogger("cwire")
_ANSWER_TIMEOUT = 10.0  # s for the relay to answer a request
_ATTEMPT_TIMEOUT = 5.0  # s for one attempt to connect again
_START = "start it again (`cwire serve`)"
_TRYING = "this bridge looks for it, and goes on by itself"


Find = Callable[[Served], Address]


now = partial(time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
"""The time that frames come at, s: it goes on while the machine sleeps, where that is known."""


class Link:
    """Connects a session to a relay, over one connection and then the next.

    Args:
        address: Where the relay is.
        session: What is known and what has come.
        find: Says where the relay is by now, before each further attempt, or raises NotConnected.
            It takes what the relay served. None: when the connection is gone, that is the end.
        ring: Read the rings of drivers on this machine, where that can be.

    Attributes:
        session: What is known and what has come.
        lookup: Finds in the session by name.
        loop: The event loop that it was opened in, and lives in.
        address: Where the relay is, or was last.
        closed: Why nothing comes any more, ever; None while it may.
        trouble: Why nothing comes at the moment; empty while connected.
        on_change: Called here, in the loop, when the connection or a driver has come, gone or
            changed. They must not raise.
    """

    loop: asyncio.AbstractEventLoop

    def __init__(
        self, address: Address, session: Session, find: Find | None = None, *, ring: bool = True
    ) -> None:
        self.address = address
        self.session = session
        self.lookup = Lookup(session)
        self.closed: str | None = None
        self.trouble = "not connected yet"
        self.on_change: list[Callable[[], object]] = []
        self._find = find
        self._by_ring = ring
        self._told = False  # that relays run, and none of them is the one that is missed
        self._connection: Connection | None = None
        self._leaving: Connection | None = None
        self._backoff = Backoff()
        self._returning: asyncio.Task[None] | None = None
        self._rings = Rings(session, self._send, now)
        self._replies = Replies()
        self._held: list[Reply] = []  # what was published before them is not read yet
        self._asked: dict[int, asyncio.Future[Event]] = {}
        self._pasts: dict[int, asyncio.Future[Event]] = {}  # those that end with the connection
        self._ack_soon = False
        self._given_up: asyncio.TimerHandle | None = None  # for calls, when nobody comes back
        _links.add(self)

    def __reduce__(self) -> NoReturn:
        raise errors.live_connection()

    @property
    def connected(self) -> bool:
        """Whether data can come and commands can go."""
        return self.closed is None and self.session.connected

    @property
    def unconnected(self) -> str:
        """The reason why nothing comes, and the remedy; empty while connected."""
        return "" if self.connected else self.closed or self.trouble

    async def open(self, timeout: float) -> None:
        """Connects and waits for the relay's hello.

        Args:
            timeout: Seconds for all of it.

        Raises:
            NotConnected: It does not work out; the text says why.
            ProtocolError: It is not a relay that this client understands.
        """
        self.loop = asyncio.get_running_loop()
        try:
            await self._connect(timeout)
        except BaseException as error:
            self._end(str(error))
            raise

    def close(self, reason: str = "the bridge was closed: connect again") -> None:
        """Ends the connection, and all attempts; whoever waits is told the reason."""
        self._end(reason)

    async def shut(self) -> None:
        """Ends the connection and waits up to 1 s until the socket is closed."""
        returning = self._returning
        self.close()
        if returning is not None:
            await asyncio.wait([returning])
        if self._leaving is not None:  # it may have been told goodbye before
            await self._leaving.wait_closed()

    async def subscribe(
        self,
        messages: Iterable[str | Iterable[str]] | None,
        driver: str | None,
        options: Options | None = None,
    ) -> int:
        """Subscribes and waits until the relay has taken it; across a lost connection, too.

        Raises:
            UnknownMessage: The relay knows no such message.
            UnknownDriver: The relay knows no such driver.
            InvalidSubscription: The messages cannot be had in this way.
            NotConnected: The relay is gone, and not back in time.
        """
        id, text = self.session.subscribe(messages, driver, options)
        try:
            answer = await self._ask(id, text, "a subscription")
        except errors.CwireError:
            self.session.subscriptions.pop(id, None)
            raise
        if isinstance(answer, Refused):
            raise _refusal(answer.code, answer.text)
        return id

    async def allow_origin(self, origin: str) -> tuple[str, str]:
        """Lets pages of an origin connect to the relay, as long as this connection lasts.

        Args:
            origin: The page's ``location.origin``.

        Returns:
            The URL of the relay's WebSocket for pages, and the token that they need.

        Raises:
            CwireError: The relay does not allow it; the text says why.
            NotConnected: The relay is gone.
        """
        if self.unconnected:
            raise errors.NotConnected(self.unconnected)
        id, text = self.session.allow_origin(origin)
        answer = await self._ask(id, text, "a request")
        if not isinstance(answer, OriginAllowed):
            why = answer.text if isinstance(answer, Refused) else "it answers something else"
            raise errors.CwireError(f"the relay does not let pages of {origin!r} connect: {why}")
        return answer.url, answer.token

    async def past(self, query: PastQuery) -> tuple[bytearray, PastAnswer]:
        """Asks for what the relay has on disk, and waits as long as it comes.

        Returns:
            The frames, and what the relay says of them.

        Raises:
            CwireError: The relay cannot give it; the text says why.
            NotConnected: The relay is gone.
        """
        if self.unconnected:
            raise errors.NotConnected(self.unconnected)
        id, text = self.session.past(query)
        answer: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._asked[id] = self._pasts[id] = answer
        came = -1
        try:
            self._send(text)
            while not answer.done():
                if came == (came := self.session.pasts.size(id)):
                    raise errors.ProtocolError(
                        "the relay does not answer a request for its history"
                    )
                await asyncio.wait([answer], timeout=_ANSWER_TIMEOUT)
            said = answer.result()
        finally:
            del self._asked[id], self._pasts[id]
            data = self.session.pasts.end(id)
            if not answer.done():
                self._send(self.session.pasts.cancel(id))
        if isinstance(said, PastAnswer):
            return data, said
        assert isinstance(said, Refused)
        if said.code in ("unknown_driver", "unknown_message"):
            raise _refusal(said.code, said.text)
        raise errors.CwireError(said.text)

    async def _ask(self, id: int, text: str, what: str) -> Event:
        """Sends a request and waits for its answer; `what` names it in the error.

        Raises:
            NotConnected: The relay is gone, and not back in time.
            ProtocolError: It is there, but does not answer.
        """
        answer: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._asked[id] = answer
        try:
            self._send(text)
            self._rings.subscribing()
            await asyncio.wait([answer], timeout=_ANSWER_TIMEOUT)
            if answer.done():
                return answer.result()
        finally:
            self._asked.pop(id, None)
        if self.unconnected:
            raise errors.NotConnected(self.unconnected)
        raise errors.ProtocolError(f"the relay does not answer {what}")

    def want(self, messages: Sequence[str], driver: str | None, options: Options) -> None:
        """Subscribes without waiting; while there is no connection, for the next one."""
        self._send(self.session.subscribe(messages, driver, options)[1])
        self._rings.subscribing()

    def unsubscribe(self, id: int) -> None:
        """Ends a subscription."""
        if self.connected:
            self._send(self.session.unsubscribe(id))
        else:
            self.session.subscriptions.pop(id, None)

    def command(self, encoded: EncodedCommand, future: ReplyFuture) -> None:
        """Sends a command; the reply, or whatever goes wrong, goes into the future."""
        command: Command | None = None
        try:
            if self.unconnected:
                raise errors.NotConnected(self.unconnected)
            command = self.session.pending.make(encoded)
            self._send(command.data)
        except Exception as error:
            if command is not None:
                self.session.pending.forget(command.request)
            settle(future, None, error)
        else:
            self._replies.add(command.request, future)

    def forget(self, future: ReplyFuture) -> None:
        """Forgets a command whose reply nobody waits for any more."""
        for request in self._replies.drop(future):
            self.session.pending.forget(request)

    def call(self, call: Call, data: Encoded) -> None:
        """Calls an action; what comes of it, or goes wrong, goes into the call."""
        if self.unconnected:
            call.error = errors.NotConnected(f"{call.action}: {self.unconnected}")
            call.ended = True
            call.on_change()
            return
        self.attend()
        for message in self.session.calls.make(call, data):
            self._send(message)

    def attend(self) -> None:
        """Begins a session of actions, if none has begun: events come from then on."""
        if self.connected and (greeting := self.session.calls.greeting()) is not None:
            self._send(greeting)

    def cancel(self, call: Call) -> None:
        """Gives a call up; its function is told."""
        if (text := self.session.calls.cancel(call)) is not None:
            self._send(text)

    def taken(self, call: Call, results: int) -> None:
        """Says how many results of a call were dealt with."""
        if (text := self.session.calls.taken(call, results)) is not None:
            self._send(text)

    async def _connect(self, timeout: float) -> None:
        """Opens a connection and waits for the hello: one attempt."""
        self._connection = connection = Connection(self._receive)
        try:
            await connection.open(self.address, timeout)
        except BaseException:
            self._connection = None
            connection.abort()
            raise

    async def _return(self) -> None:
        """Tries until there is a relay again, or one that does not want this client."""
        assert self._find is not None
        while not self.connected:
            await asyncio.sleep(self._backoff.next())
            try:
                self.address = self._find(self.session.had or Served())
                await self._connect(_ATTEMPT_TIMEOUT)
            except errors.Unauthorized as error:
                self._end(f"{error}; each start has a token of its own: connect again with it")
            except errors.ProtocolError as error:
                self._end(f"{error}; then connect again")
            except errors.NotConnected as error:
                self.trouble = f"{error}; {self._start}{_TRYING}"
                if isinstance(error, errors.OtherDrivers) and not self._told:
                    self._told = True
                    _log.warning("%s", self.trouble)
            except Exception as error:  # a bug of ours: say so, do not seem to wait for ever
                _log.exception("cannot connect to the relay again")
                self._end(f"cannot connect to the relay again: {error!r}")
            if self.closed is not None:
                return

    def _send(self, message: str | bytes) -> None:
        """Sends a message; what is not sent now, the session says after the next hello."""
        if self._connection is not None and self.session.connected:
            with suppress(errors.NotConnected):
                self._connection.send(message)

    def _receive(self, connection: Connection, message: RawMessage | None) -> None:
        if connection is not self._connection:
            return  # one that has been given up
        try:
            if isinstance(message, str):
                events = self.session.receive_text(message)
                for event in events:
                    self._on_event(event)
                # Notices of losses come by the thousand when there is too much to do.
                if events:
                    self._rings.update()
                    self._settle()
            elif message is not None:
                for event in self.session.receive_binary(message, now()):
                    self._on_event(event)
                self._acknowledge()
            else:
                self._on_end(connection)
        except errors.ProtocolError as error:
            self._fail(connection, error)
        except errors.OtherDrivers as error:
            text = f"the relay {self.address.place} is another one and was not taken: {error}"
            self._fail(connection, errors.OtherDrivers(text))
        except Exception as error:  # a bug of ours: end with a reason, not with a dead stream
            _log.exception("cannot take a message of the relay")
            bug = errors.ProtocolError(f"cannot take a message of the relay: {error!r}")
            self._fail(connection, bug)

    def _acknowledge(self) -> None:
        """Acknowledges messages that came together at once, but not later than half a window."""
        window = self.session.window
        if window.urgent:
            self._send(window.ack())
        elif window.due and not self._ack_soon:
            self._ack_soon = True
            asyncio.get_running_loop().call_soon(self._send_ack)

    def _send_ack(self) -> None:
        self._ack_soon = False
        if self.connected and self.session.window.due:
            self._send(self.session.window.ack())

    def _on_event(self, event: Event) -> None:
        match event:
            case Reply():
                self._held.append(event)
                self._settle()
            case Resend(data):
                self._send(data)
            case Ended():
                pass
            case RingAnswer(id):
                self._rings.answered(id)
            case Refused(int(id), _, text) if self._rings.refused(id, text):
                pass
            case Subscribed(id) | OriginAllowed(id) | PastAnswer(id) | Refused(id):
                asked = self._asked.get(id) if id is not None else None
                if asked is not None and not asked.done():
                    asked.set_result(event)
                elif isinstance(event, Refused):
                    _log.warning("the relay refused a request: %s (%s)", event.text, event.code)
            case CallsChanged():
                for text in self.session.calls.due():
                    self._send(text)
            case Hello():
                self._on_hello()
            case DriverChanged():
                for text in self.session.resubscribe(refused=True):
                    self._send(text)
                    self._rings.subscribing()
                self._tell()
            case _:
                assert_never(event)

    def _settle(self) -> None:
        """Gives replies to whoever waits, behind what was published before them."""
        if self._held and self._rings.read_all():
            held, self._held = self._held, []
            for reply in held:
                self._replies.settle(reply.request, reply.value, reply.error)

    def _on_hello(self) -> None:
        self.trouble = ""
        self._told = False
        self._backoff.connected(monotonic())
        self._rings.refuse(self._why_no_ring())
        if (window := self.session.window.open()) is not None:
            self._send(window)
        for text in self.session.resubscribe():
            self._send(text)
        if self._given_up is not None:
            self._given_up.cancel()
        if self.session.calls.used:
            self.attend()
        if self._connection is not None:
            self._connection.hello_received()
        self._tell()

    def _why_no_ring(self) -> str:
        """Says why drivers' sockets cannot be reached from here; empty if they can."""
        if not self._by_ring:
            return "as it was asked for"
        if self.address.unix is None and self.address.driver is None:
            return "only a bridge by a relay's Unix socket, as of connect(), looks for rings"
        here, had = this_machine(), self.session.had
        machine = None if had is None else had.machine
        if machine is None or not (here.shares_kernel(machine) and here.shares_paths(machine)):
            return "the relay runs in another container or on another machine"
        return ""

    def _on_end(self, connection: Connection) -> None:
        why = connection.close_reason
        gone = f"the relay {self.address.place} is gone{': ' + why if why else ''}"
        if connection.waits_for_hello:
            connection.fail(errors.NotConnected(gone))  # whoever opens it goes on from there
        elif self._find is None:
            self._end(f"{gone}; {f'{_START} and ' if self._start else ''}connect again")
        else:
            self._drop(f"{gone}; {self._start}{_TRYING}")
            self._backoff.lost(monotonic())
            calls = self.session.calls
            if calls.waiting:
                self._given_up = self.loop.call_later(calls.patience, calls.abandon, gone)
            if self._returning is None or self._returning.done():
                self._returning = asyncio.get_running_loop().create_task(self._return())
            self._tell()

    @property
    def _start(self) -> str:
        """Says how the relay is started again, where somebody else must do that."""
        return f"{_START}: " if self.address.driver is None else ""

    def _fail(self, connection: Connection, error: errors.CwireError) -> None:
        if connection.waits_for_hello:
            connection.fail(error)
        else:
            self._end(str(error), CloseCode.PROTOCOL_ERROR)

    def _end(self, reason: str, code: int = CloseCode.NORMAL) -> None:
        """Ends the connection and all attempts for good."""
        if self.closed is not None:
            return
        self.closed = reason
        self._drop(reason, code)
        if self._given_up is not None:
            self._given_up.cancel()
        self.session.calls.abandon(reason)
        if self._returning is not None and self._returning is not asyncio.current_task():
            self._returning.cancel()
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(errors.NotConnected(reason))
                asked.exception()  # seen: nobody may be waiting
        self._tell()

    def _drop(self, reason: str, code: int = CloseCode.NORMAL) -> None:
        """Gives this connection up, and fails what was asked on it."""
        self.trouble = reason
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close(code)
            self._leaving = connection
        self._rings.close()
        for reply in self.session.disconnected():
            self._on_event(reply)
        self._settle()
        self._replies.fail(errors.NotConnected(reason))
        for asked in self._pasts.values():
            if not asked.done():
                asked.set_exception(errors.NotConnected(reason))

    def _tell(self) -> None:
        for call in tuple(self.on_change):
            try:
                call()
            except Exception:
                _log.exception("a listener of the connection failed")


_links: weakref.WeakSet[Link] = weakref.WeakSet()


def _tell_the_child() -> None:
    """Closes what a forked child has of its parent's links; their sockets are the parent's."""
    for link in _links:
        link._rings.abandon()
        if link.closed is None:
            link.closed = (
                "this process was forked from the one that made the bridge, and its connection "
                "stayed there: connect again in this one"
            )


os.register_at_fork(after_in_child=_tell_the_child)


def _refusal(code: str, text: str) -> errors.CwireError:
    if code == "unknown_driver":
        return errors.UnknownDriver(text)
    if code == "unknown_message":
        return errors.UnknownMessage(text)
    if code == "bad_request":
        return errors.InvalidSubscription(text)
    return errors.ProtocolError(f"the relay refused a subscription: {text} ({code})")
