"""A WebSocket to the relay, over TCP or a Unix socket: Tornado's client in a thin coat."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.iostream import IOStream, StreamClosedError
from tornado.netutil import Resolver
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    WebSocketError,
    websocket_connect,
)

from cwire.errors import NotConnected, ProtocolError, Unauthorized
from cwire.find import Address
from cwire_structs.frames import FRAME_LIMIT, HELLO_LIMIT

__all__ = ["SUBPROTOCOL", "Transport"]

SUBPROTOCOL = "cwire.v1"
_MESSAGE_LIMIT = FRAME_LIMIT + HELLO_LIMIT
_PING = 20.0  # s, as the relay does
_READ_CHUNK = 256 << 10  # bytes: a whole batch of the relay in one system call


class _UnixResolver(Resolver):
    """Resolves every name to one Unix socket."""

    def initialize(self, path: str) -> None:
        self._path = path

    def resolve(self, host: str, port: int, family: Any = 0) -> Any:
        done: asyncio.Future[list[tuple[int, str]]] = asyncio.get_running_loop().create_future()
        done.set_result([(socket.AF_UNIX, self._path)])
        return done


class Transport:
    """An open connection. Use it in the loop that opened it."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self._connection = connection
        protocol = connection.protocol
        assert protocol is not None
        assert protocol.stream is not None
        self._stream: IOStream = protocol.stream
        self._stream.read_chunk_size = _READ_CHUNK

    @classmethod
    async def open(
        cls,
        address: Address,
        on_message: Callable[[str | bytes | None], None],
        timeout: float,
    ) -> Transport:
        """Connects.

        Args:
            address: Where to.
            on_message: Takes each message, and None once when the connection has ended. It must
                not raise.
            timeout: Seconds for the handshake.

        Raises:
            Unauthorized: The relay does not accept the token.
            NotConnected: Nothing listens there, or it is not a relay.
        """
        url = address.url
        resolver = None
        if address.unix is not None:
            url = "ws://localhost/ws"
            resolver = _UnixResolver(path=address.unix)
        request = HTTPRequest(url, connect_timeout=timeout, request_timeout=timeout)
        if address.token is not None:
            request.headers["Authorization"] = f"Bearer {address.token}"
        try:
            connection = await websocket_connect(
                request,
                on_message_callback=on_message,
                ping_interval=_PING,
                ping_timeout=_PING,
                max_message_size=_MESSAGE_LIMIT,
                subprotocols=[SUBPROTOCOL],
                resolver=resolver,
            )
        except HTTPClientError as error:
            raise _refused(address, error) from None
        except ssl.SSLError as error:
            raise NotConnected(f"the TLS handshake with {address} failed: {error}") from error
        except (TimeoutError, OSError, StreamClosedError, WebSocketError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise NotConnected(
                f"no relay answers at {address} ({reason}); start it with `cwire serve`, "
                "and look at the link that it prints"
            ) from None
        if connection.selected_subprotocol != SUBPROTOCOL:
            cls(connection).abort()
            raise ProtocolError(
                f"what answers at {address} is a WebSocket, but no cwire relay: "
                f"it did not take the protocol {SUBPROTOCOL}"
            )
        return cls(connection)

    @property
    def close_reason(self) -> str:
        """What the relay said when it hung up; empty if nothing."""
        code, reason = self._connection.close_code, self._connection.close_reason
        if reason:
            return f"{reason} (close code {code})"
        return f"close code {code}" if code else ""

    def send(self, message: str | bytes) -> None:
        """Sends a text or binary message.

        Raises:
            NotConnected: The connection has ended.
        """
        try:
            sent = self._connection.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            raise NotConnected("the relay has hung up") from None
        # If the write fails, the connection ends, and that is told by on_message(None).
        sent.add_done_callback(lambda future: future.cancelled() or future.exception())

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Says goodbye; on_message(None) follows."""
        self._connection.close(code, reason or None)

    def abort(self) -> None:
        """Closes the socket, whatever the other side does."""
        self._connection.close()
        if not self._stream.closed():
            self._stream.close()


def _refused(address: Address, error: HTTPClientError) -> NotConnected:
    reason = ""
    if error.response is not None and error.response.body:
        reason = error.response.body[:500].decode(errors="replace").strip()
    if reason.startswith("<") or not reason.isprintable():
        reason = ""  # a page for browsers
    if error.code in (401, 403):
        why = reason or "the token is missing or wrong"
        return Unauthorized(
            f"the relay at {address} does not let you in: {why} "
            "(the token is what follows #token= in the link that the relay printed)"
        )
    if error.code == 599 and address.unix is not None:
        return NotConnected(
            f"no relay answers at {address} in time: it is there, but stopped or very busy"
        )
    if error.code == 599:
        return NotConnected(f"no relay answers at {address} in time; is it the right port?")
    return NotConnected(
        f"what answers at {address} is not a cwire relay: "
        f"HTTP {error.code} {reason or error.message}; its endpoint is /ws"
    )
