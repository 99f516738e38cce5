"""A session on its transport: the part that the sync and the async bridge have in common.

Everything here runs in one event loop. What the session holds may be read from other threads.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Protocol

from cwire import errors
from cwire.calls import Command
from cwire.driver import unknown_text
from cwire.events import (
    DriverChanged,
    Event,
    Hello,
    OriginAllowed,
    Refused,
    Reply,
    Resend,
    Subscribed,
)
from cwire.find import Address
from cwire.options import Options
from cwire.record import Record
from cwire.session import Session
from cwire.transport import Incoming, Transport

__all__ = ["Answer", "Link"]

_log = logging.getLogger("cwire")
_GOODBYE_TIMEOUT = 1.0  # s for the relay to say goodbye too
_ACK_TIMEOUT = 10.0  # s for the relay to answer a request


class Answer(Protocol):
    """A future of asyncio or of a thread: where a command's reply goes."""

    def done(self) -> bool:
        """Whether it has its result or was cancelled."""
        ...

    def set_result(self, result: Any) -> None:
        """Gives the reply."""
        ...

    def set_exception(self, exception: Any) -> None:
        """Gives the error."""
        ...


class Link:
    """A connection to a relay.

    Attributes:
        session: What is known and what has come.
        address: Where the relay is.
        closed: Why nothing comes any more; None while connected.
    """

    def __init__(self, address: Address, session: Session) -> None:
        self.address = address
        self.session = session
        self.closed: str | None = None
        self._transport: Transport | None = None
        self._hung_up = asyncio.Event()
        self._answers: dict[int, Answer] = {}
        self._acks: dict[int, asyncio.Future[Event]] = {}
        self._hello: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._failure: errors.CwireError | None = None
        self._ack_soon = False

    async def open(self, timeout: float) -> None:
        """Connects and waits for the relay's hello.

        Args:
            timeout: Seconds for all of it.

        Raises:
            NotConnected: It does not work out; the text says why.
            ProtocolError: It is not a relay that this client understands.
        """
        transport = await Transport.open(self.address, self._on_message, timeout)
        self._transport = transport
        try:
            async with asyncio.timeout(timeout):
                await self._hello
        except BaseException as error:
            self.close()
            transport.abort()
            if not isinstance(error, TimeoutError):
                raise
            raise errors.NotConnected(
                f"{self.address} does not say hello within {timeout:g} s: is it a cwire relay?"
            ) from None

    def close(self, reason: str = "the bridge was closed: connect again") -> None:
        """Ends the connection; whoever waits is told the reason."""
        self._end(reason)
        if self._transport is not None:
            self._transport.close()

    async def shut(self) -> None:
        """Ends the connection and waits, not for long, until the socket is closed."""
        self.close()
        if self._transport is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_TIMEOUT):
                    await self._hung_up.wait()
            self._transport.abort()

    async def subscribe(
        self, messages: Sequence[str] | None, driver: str | None, options: Options | None = None
    ) -> int:
        """Subscribes and waits until the relay has taken it.

        Raises:
            UnknownMessage: The relay knows no such message.
            UnknownDriver: The relay knows no such driver.
            InvalidSubscription: The messages cannot be had in this way.
            NotConnected: The relay is gone.
        """
        id, text = self.session.subscribe(messages, driver, options)
        try:
            answer = await self._ask(id, text)
        except TimeoutError:
            self.session.subscriptions.pop(id, None)
            raise errors.ProtocolError("the relay does not answer a subscription") from None
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
        id, text = self.session.allow_origin(origin)
        try:
            answer = await self._ask(id, text)
        except TimeoutError:
            raise errors.ProtocolError("the relay does not answer a request") from None
        if not isinstance(answer, OriginAllowed):
            why = answer.text if isinstance(answer, Refused) else "it answers something else"
            raise errors.CwireError(f"the relay does not let pages of {origin!r} connect: {why}")
        return answer.url, answer.token

    async def _ask(self, id: int, text: str) -> Event:
        """Sends a request and waits for its answer."""
        ack: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._acks[id] = ack
        try:
            self._send(text)
            async with asyncio.timeout(_ACK_TIMEOUT):
                return await ack
        finally:
            self._acks.pop(id, None)

    def unsubscribe(self, id: int) -> None:
        """Ends a subscription."""
        self._send(self.session.unsubscribe(id))

    def command(self, driver: str, name: str, fields: Mapping[str, object], answer: Answer) -> None:
        """Sends a command; the reply, or whatever goes wrong, goes into the answer."""
        command: Command | None = None
        try:
            if self.closed is not None:
                raise errors.NotConnected(self.closed)
            target = self.session.drivers.get(driver)
            if target is None:
                raise errors.UnknownDriver(unknown_text("driver", driver, "the relay", ()))
            command = self.session.command(target, name, fields)
            self._send(command.data)
        except Exception as error:
            if command is not None:
                self.session.calls.forget(command.request)
            _settle(answer, None, error)
        else:
            self._answers[command.request] = answer

    def forget(self, answer: Answer) -> None:
        """Nobody waits for this reply any more."""
        for request, waiting in tuple(self._answers.items()):
            if waiting is answer:
                del self._answers[request]
                self.session.calls.forget(request)

    def _send(self, message: str | bytes) -> None:
        if self._transport is None or self.closed is not None:
            raise errors.NotConnected(self.closed or "not connected")
        self._transport.send(message)

    def _on_message(self, message: Incoming | None) -> None:
        try:
            if isinstance(message, memoryview):
                for event in self.session.receive_binary(message, monotonic()):
                    self._on_event(event)
                self._acknowledge()
            elif message is not None:
                for event in self.session.receive_text(message):
                    self._on_event(event)
            else:
                self._on_end()
        except errors.ProtocolError as error:
            self._fail(error)
        except Exception as error:  # a bug of ours: end with a reason, not with a dead stream
            _log.exception("cannot take a message of the relay")
            self._fail(errors.ProtocolError(f"cannot take a message of the relay: {error!r}"))

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
        if self.closed is None and self.session.window.due:
            with suppress(errors.NotConnected):
                self._send(self.session.window.ack())

    def _on_event(self, event: Event) -> None:
        match event:
            case Reply(request, value, error):
                answer = self._answers.pop(request, None)
                if answer is not None:
                    _settle(answer, value, error)
            case Resend(data):
                with suppress(errors.NotConnected):  # its end comes next, and answers what waits
                    self._send(data)
            case Subscribed(id) | OriginAllowed(id) | Refused(id):
                ack = self._acks.get(id) if id is not None else None
                if ack is not None and not ack.done():
                    ack.set_result(event)
                elif isinstance(event, Refused):
                    _log.warning("the relay refused a request: %s (%s)", event.text, event.code)
            case Hello():
                if (window := self.session.window.open()) is not None:
                    self._send(window)
                if not self._hello.done():
                    self._hello.set_result(None)
            case DriverChanged():
                pass  # the session has taken it in, and woken who waits

    def _on_end(self) -> None:
        self._hung_up.set()
        why = ""
        if self._transport is not None:
            why = self._transport.close_reason
            self._transport.abort()
        self._end(
            f"the relay at {self.address} is gone{': ' + why if why else ''}; "
            "start it again (`cwire serve`) and connect again"
        )

    def _fail(self, error: errors.ProtocolError) -> None:
        self._failure = error
        self._end(str(error))
        if self._transport is not None:
            self._transport.close(1002, "protocol error")

    def _end(self, reason: str) -> None:
        if self.closed is not None:
            return
        self.closed = reason
        for reply in self.session.disconnected():
            self._on_event(reply)
        for answer in self._answers.values():
            _settle(answer, None, errors.NotConnected(reason))
        self._answers.clear()
        waiters: list[asyncio.Future[Any]] = [self._hello, *self._acks.values()]
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(self._failure or errors.NotConnected(reason))
                waiter.exception()  # seen: nobody may be waiting


def _settle(answer: Answer, value: Record | None, error: Exception | None) -> None:
    if answer.done():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(value)


def _refusal(code: str, text: str) -> errors.CwireError:
    if code == "unknown_driver":
        return errors.UnknownDriver(text)
    if code == "unknown_message":
        return errors.UnknownMessage(text)
    if code == "bad_request":
        return errors.InvalidSubscription(text)
    return errors.ProtocolError(f"the relay refused a subscription: {text} ({code})")
