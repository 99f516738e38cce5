"""Moves messages between a WebSocket to the relay and the link, over asyncio's transport.

That transport reads, writes and closes: bytes go through its `write`, come by `get_buffer` and
`buffer_updated`, and end with its `close`. It may be TCP, TLS or a Unix socket, which `opening`
decides and nothing here knows.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TypeAlias

from cwire.errors import NotConnected
from cwire.link.address import Address
from cwire.link.opening import Opened, open_websocket
from cwire.link.own_relay import open_own_relay
from cwire.link.websocket_reader import Reader, Violation
from cwire_structs.frames import MESSAGE_LIMIT
from cwire_structs.websocket import (
    MASK_BYTES,
    Close,
    CloseCode,
    Opcode,
    Ping,
    Pong,
    close_payload,
    encode,
)

__all__ = ["RawMessage", "Transport"]

RawMessage: TypeAlias = str | memoryview
"""A text or binary message; the view is valid until the function that takes it returns."""

_PING = 20.0  # s between pings, as at the relay
_CLOSE_TIMEOUT = 5.0  # s for what is still to be sent, and for the relay's close frame


class Transport(asyncio.BufferedProtocol):
    """An open WebSocket. Use it in the loop that opened it.

    asyncio receives into the reader's memory, and messages are handed on from there, many of them
    from one read.
    """

    def __init__(
        self, opened: Opened, on_message: Callable[[RawMessage | None], None], ping: float
    ) -> None:
        self._wire = opened.wire
        self._own_relay = opened.own_relay
        self._on_message = on_message
        self._ping = ping
        self._reader = Reader(MESSAGE_LIMIT)
        self._heard = True  # something has come since the last ping
        self._closing = False  # a close frame is sent: nothing more is sent, nor handed on
        self._reason = ""
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(ping, self._check_alive)
        self._wire.set_protocol(self)
        # Later: who awaits `open` has this transport before the first message comes.
        self._loop.call_soon(self._start, opened.rest)

    @classmethod
    async def open(
        cls,
        address: Address,
        on_message: Callable[[RawMessage | None], None],
        timeout: float,
        ping: float = _PING,
    ) -> Transport:
        """Connects.

        Args:
            address: Where to.
            on_message: Takes each message, and None once when the connection has ended; not before
                this returns. It must not raise, nor keep the memory of a binary message.
            timeout: Seconds for the handshake, or for a driver's hello.
            ping: Seconds between pings; a relay that sends nothing between two of them is gone.

        Raises:
            Unauthorized: The relay does not accept the token.
            NotConnected: Nothing listens there, or it is not a relay.
            ProtocolError: It is a WebSocket, but not a relay's.
        """
        open_ = open_websocket if address.driver is None else open_own_relay
        return cls(await open_(address, timeout), on_message, ping)

    @property
    def close_reason(self) -> str:
        """The reason of the connection's end: the relay's, or what was found; empty if unknown."""
        return self._reason

    def send(self, message: str | bytes) -> None:
        """Sends a text or binary message.

        Raises:
            NotConnected: The connection has ended.
        """
        if self._closing or self._wire.is_closing():
            raise NotConnected("the relay has hung up")
        if isinstance(message, str):
            self._write(Opcode.TEXT, message.encode())
        else:
            self._write(Opcode.BINARY, message)

    def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        """Sends a close frame; on_message(None) follows."""
        self._start_closing(close_payload(code, reason))

    def abort(self) -> None:
        """Closes the socket, whatever the other side does."""
        self._closing = True
        self._wire.abort()

    async def wait_ended(self) -> None:
        """Waits for a relay in this process to end, once the socket is closed or aborted."""
        if self._own_relay is not None:
            await asyncio.wait([self._own_relay])

    # What asyncio calls ------------------------------------------------------------------------

    def get_buffer(self, sizehint: int) -> memoryview:
        """The memory to receive into."""
        return self._reader.room()

    def buffer_updated(self, size: int) -> None:
        """Hands on the messages that these bytes complete."""
        self._heard = True
        for event in self._reader.received(size):
            if isinstance(event, memoryview | str):
                if not self._closing:
                    self._on_message(event)
            elif isinstance(event, Ping):
                if not self._closing:
                    self._write(Opcode.PONG, event.data)
            elif isinstance(event, Close):
                self._reason = self._reason or _close_text(event)
                self._start_closing(b"" if event.code is None else close_payload(event.code))
                self._wire.close()
            elif isinstance(event, Violation):
                self._reason = f"it sent {event.reason}"
                self._start_closing(close_payload(event.code, event.reason))
                self._wire.close()
            else:
                assert isinstance(event, Pong)  # `_heard` is all it says

    def connection_lost(self, error: Exception | None) -> None:
        """The socket is closed."""
        self._closing = True
        self._timer.cancel()
        if self._own_relay is not None:
            self._own_relay.cancel()
        if isinstance(error, OSError) and not self._reason:
            self._reason = error.strerror or str(error)
        self._on_message(None)

    # Inside ------------------------------------------------------------------------------------

    def _start(self, rest: bytes) -> None:
        while rest and not self._wire.is_closing():
            room = self._reader.room()
            size = min(len(room), len(rest))
            room[:size] = rest[:size]
            rest = rest[size:]
            self.buffer_updated(size)
        if not self._wire.is_closing():
            self._wire.resume_reading()

    def _write(self, opcode: Opcode, payload: bytes) -> None:
        self._wire.write(encode(opcode, payload, os.urandom(MASK_BYTES)))

    def _start_closing(self, payload: bytes) -> None:
        """Sends the last frame of this side; the socket is closed 5 s later at the latest."""
        if self._closing:
            return
        self._write(Opcode.CLOSE, payload)
        self._closing = True
        self._timer.cancel()
        self._timer = self._loop.call_later(_CLOSE_TIMEOUT, self._wire.abort)

    def _check_alive(self) -> None:
        """Pings, and gives the relay up if nothing has come since the last ping."""
        # A relay in this process is never silent, but this loop may have been busy.
        silent = not self._heard and self._own_relay is None
        if silent:
            self._reason = f"it has not answered for {self._ping:g} s"
        if silent or self._wire.is_closing():
            self.abort()
            return
        self._heard = False
        self._write(Opcode.PING, b"")
        self._reader.trim()
        self._timer = self._loop.call_later(self._ping, self._check_alive)


def _close_text(close: Close) -> str:
    if close.reason:
        return f"{close.reason} (close code {close.code})"
    return f"close code {close.code}" if close.code else ""
