"""Connects to the relay by TCP, TLS or a Unix socket, and does the opening handshake."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import os
import re
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from cwire.errors import NotConnected, ProtocolError, Unauthorized
from cwire.link.address import Address
from cwire.link.handshake import (
    Answer,
    AnswerReader,
    BadAnswer,
    DriverAnswers,
    request,
    why_not_open,
)
from cwire.link.tls import TlsError, client_context
from cwire_structs.websocket import SUBPROTOCOL

__all__ = ["Opened", "open_websocket"]

_SECOND_FAMILY = 0.25  # s until IPv4 is tried beside a silent IPv6, or the other way round


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection that speaks WebSocket from now on.

    Attributes:
        wire: asyncio's transport, of TCP, TLS or a Unix socket. It is paused, so that nothing is
            read before its new protocol is set.
        rest: The bytes that came behind the answer.
        own_relay: Runs the relay if that is in this process: to be cancelled when the connection
            has ended.
    """

    wire: asyncio.Transport
    rest: bytes
    own_relay: asyncio.Task[None] | None = None


async def open_websocket(address: Address, timeout: float) -> Opened:
    """Connects and shakes hands; see `Transport.open`."""
    key = base64.b64encode(os.urandom(16)).decode()
    handshake: _Handshake | None = None
    try:
        try:
            async with asyncio.timeout(timeout):
                handshake = await _connect(address)
                asked = request(_url(address), key, SUBPROTOCOL, address.token)
                answer = await handshake.ask(asked)
        except TlsError as error:
            raise NotConnected(f"the TLS handshake with {address} failed: {error}") from error
        except (BadAnswer, OSError, UnicodeError) as error:
            raise _failure(address, error) from None  # it says it all
        _check(address, answer, key)
    except BaseException:
        if handshake is not None:
            handshake.wire.abort()
        raise
    return Opened(handshake.wire, answer.rest)


def _url(address: Address) -> str:
    return address.url if address.unix is None else "ws://localhost/ws"


async def _connect(address: Address) -> _Handshake:
    loop = asyncio.get_running_loop()
    if address.unix is not None:
        return (await loop.create_unix_connection(_Handshake, address.unix))[1]
    parts = urlsplit(address.url)
    secure = parts.scheme == "wss"
    host = parts.hostname or ""
    port = parts.port or (443 if secure else 80)
    ssl = client_context() if secure else None
    if _may_be_silent(host) and isinstance(loop, asyncio.BaseEventLoop):
        race = loop.create_connection(
            _Handshake, host, port, ssl=ssl, happy_eyeballs_delay=_SECOND_FAMILY
        )
        return (await race)[1]
    # uvloop and others do not know the race; they try one address after the other.
    return (await loop.create_connection(_Handshake, host, port, ssl=ssl))[1]


def _may_be_silent(host: str) -> bool:
    """Whether the host may have an address that does not even refuse: then two are tried at once.

    Only then: asyncio's race leaves a socket open that connects as the attempt is cancelled.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host != "localhost"
    return False


class _Handshake(asyncio.Protocol):
    """Sends the request and waits for the answer."""

    wire: asyncio.Transport

    def __init__(self) -> None:
        self._reader = AnswerReader()
        self._answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    async def ask(self, data: bytes) -> Answer:
        self.wire.write(data)
        return await self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # No check of its class: those of other loops, as uvloop's, only behave like asyncio's.
        self.wire = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            answer = self._reader.received(data)
        except BadAnswer as error:
            self._settle(error)
        else:
            if answer is not None:
                self.wire.pause_reading()
                self._settle(answer)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._answer.done():
            hung_up = ConnectionResetError("it hung up during the handshake")
            self._settle(self._reader.ended() or error or hung_up)

    def _settle(self, result: Answer | Exception) -> None:
        if self._answer.done():
            return  # it is being closed already
        if isinstance(result, Answer):
            self._answer.set_result(result)
        else:
            self._answer.set_exception(result)
            self._answer.exception()  # seen: nobody may be waiting


def _failure(address: Address, error: Exception) -> NotConnected:
    """The error to raise where the connection itself failed."""
    if isinstance(error, DriverAnswers) and address.unix is not None:
        without = Address(address.url, driver=address.unix)
        return NotConnected(
            f"a driver listens at {address}, not a relay: {without} reads it without a relay, and "
            f"`cwire serve --driver NAME={address}` starts one"
        )
    if isinstance(error, BadAnswer):
        return NotConnected(f"what answers at {address} is not a cwire relay: {error}")
    secure = address.unix is None and urlsplit(address.url).scheme == "wss"
    plain = address.url.replace("wss:", "ws:", 1)
    no_tls = f"; `cwire serve` speaks no TLS: without a proxy that does, its address is {plain}"
    if isinstance(error, TimeoutError) and not error.errno:  # ours, not the system's
        hint = "; is it the right port?"
        if address.unix is not None:
            hint = ": it is there, but stopped or very busy"
        return NotConnected(f"no relay answers at {address} in time{no_tls if secure else hint}")
    if secure and isinstance(error, ConnectionResetError):
        return NotConnected(f"what listens at {address} hung up{no_tls}")
    reason = str(error) or type(error).__name__
    # asyncio's texts have the address, too; of several addresses, only the text has the numbers.
    if number := re.match(r"(?:Multiple exceptions: )?\[Errno ([0-9]+)\]", reason):
        reason = os.strerror(int(number[1]))
    elif isinstance(error, OSError) and error.strerror:
        reason = error.strerror
    return NotConnected(
        f"no relay answers at {address} ({reason}); start it with `cwire serve`, "
        "and look at the link that it prints"
    )


def _check(address: Address, answer: Answer, key: str) -> None:
    """Raises an error unless the answer opens a WebSocket with a relay."""
    if answer.status != 101:
        raise _refused(address, answer)
    problem = why_not_open(answer, key)
    if problem:
        raise NotConnected(f"what answers at {address} is not a cwire relay: {problem}")
    if answer.headers.get("sec-websocket-protocol") != SUBPROTOCOL:
        raise ProtocolError(
            f"what answers at {address} is a WebSocket, but no cwire relay: "
            f"it did not take the protocol {SUBPROTOCOL}"
        )


def _refused(address: Address, answer: Answer) -> NotConnected:
    reason = answer.rest[:500].decode(errors="replace").strip()
    if reason.startswith("<") or not reason.isprintable():
        reason = ""  # a page for browsers
    if answer.status in (401, 403):
        hint = ""
        if answer.status == 401:
            reason = reason or "the token is missing or wrong"
            hint = " (the token is what follows #token= in the link that the relay printed)"
        return Unauthorized(
            f"the relay at {address} does not let you in: {reason or answer.phrase}{hint}"
        )
    return NotConnected(
        f"what answers at {address} is not a cwire relay: "
        f"HTTP {answer.status} {reason or answer.phrase}; its endpoint is /ws"
    )
