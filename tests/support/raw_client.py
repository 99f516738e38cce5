"""A WebSocket client that knows nothing of cwire's own client: messages as they are."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from tornado.httpclient import HTTPRequest
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream
from tornado.netutil import Resolver
from tornado.websocket import WebSocketClientConnection, websocket_connect

from cwire_structs import frames

_READABLE = IOLoop.READ


class _UnixResolver(Resolver):
    def initialize(self, path: str) -> None:
        self._path = path

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        return [(socket.AF_UNIX, self._path)]


class RawClient:
    """Connects to a relay; `text` and `binary` give its messages in order."""

    def __init__(
        self,
        url: str,
        *,
        unix: str | None = None,
        subprotocols: Sequence[str] = ("cwire.v1",),
        **headers: str,
    ) -> None:
        self._subprotocols = list(subprotocols)
        self._url = url
        self._unix = unix
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.hello: dict[str, Any] = {}
        self._ended = False
        self._connection: WebSocketClientConnection

    async def __aenter__(self) -> Self:
        request = HTTPRequest(self._url, headers=self._headers)
        resolver = _UnixResolver(path=self._unix) if self._unix else None
        self._connection = await websocket_connect(
            request, subprotocols=self._subprotocols, max_message_size=70 << 20, resolver=resolver
        )
        self.hello = await self.text("hello")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()
        while await self.read() is not None:
            pass

    async def read(self) -> str | bytes | None:
        """The next message; None when the relay has closed."""
        if self._ended:
            return None
        message = await asyncio.wait_for(self._connection.read_message(), 10)
        self._ended = message is None
        return message

    async def text(self, op: str) -> dict[str, Any]:
        """The next message, which must be this operation."""
        message = await self.read()
        assert isinstance(message, str), message
        operation: dict[str, Any] = json.loads(message)
        assert operation["op"] == op, operation
        return operation

    async def binary(self) -> bytes:
        """The next message, which must be frames."""
        message = await self.read()
        assert isinstance(message, bytes), message
        return message

    async def frame(self) -> tuple[frames.Header, bytes]:
        """The next message, which must be one frame."""
        message = await self.binary()
        header = frames.unpack_header(message)
        assert frames.span(header.size) == len(message)
        return header, message[frames.HEADER_SIZE : header.size]

    async def say(self, op: str, **fields: Any) -> None:
        """Sends an operation."""
        await self._connection.write_message(json.dumps({"op": op, **fields}))

    async def send(self, data: str | bytes) -> None:
        """Sends a message as it is."""
        await self._connection.write_message(data, binary=isinstance(data, bytes))

    @property
    def selected(self) -> str | None:
        """The subprotocol that the relay chose."""
        return self._connection.selected_subprotocol

    @property
    def close_code(self) -> int | None:
        """The close code of the relay."""
        return self._connection.close_code

    @property
    def close_reason(self) -> str | None:
        """The text of the relay's close frame."""
        return self._connection.close_reason

    def pause(self) -> None:
        """Stops reading from the socket, as a client that hangs does."""
        asyncio.get_running_loop().remove_reader(self._socket)

    def resume(self) -> None:
        """Reads again."""
        stream = self._stream
        asyncio.get_running_loop().add_reader(
            self._socket, stream._handle_events, self._socket, _READABLE
        )

    @property
    def _stream(self) -> IOStream:
        assert self._connection.protocol is not None
        assert self._connection.protocol.stream is not None
        return self._connection.protocol.stream

    @property
    def _socket(self) -> socket.socket:
        return self._stream.socket
