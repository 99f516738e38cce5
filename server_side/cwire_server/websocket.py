"""The WebSocket endpoint: a thin shell that moves one client's queue to its socket."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import struct
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING

from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler, WebSocketProtocol13

from cwire_server.access import SUBPROTOCOL, PageAccess, origin_is_allowed, token_is_right
from cwire_server.client_queue import Binary, Text
from cwire_server.client_session import ClientSession
from cwire_server.driver_link import DriverLink
from cwire_server.http import Rules, check_host, refuse
from cwire_server.hub import Client, Hub

if TYPE_CHECKING:
    from tornado.iostream import IOStream

__all__ = ["ClientHandler"]

_log = logging.getLogger("cwire.client")

_GOING_AWAY, _TOO_SLOW = 1001, 4008  # close codes, as PROTOCOL.md lists them
_GOODBYE_SECONDS = 1.0
_SENT_HEADERS = (
    *("Server", "Content-Type", "Date"),
    *("Upgrade", "Connection", "Sec-Websocket-Accept", "Sec-Websocket-Protocol"),
)
# Pieces smaller than this are joined: a copy is cheaper than a further system call.
_JOIN_BELOW = 64 << 10
_BINARY, _TEXT = 0x82, 0x81  # FIN and the opcode (RFC 6455, section 5.2)


class ClientHandler(WebSocketHandler):
    """One client. Tornado does the handshake, pings and reading; writing is done here.

    Tornado's `write_message` copies every payload; here one buffer goes to all clients.
    """

    def initialize(
        self,
        hub: Hub,
        links: Mapping[int, DriverLink],
        rules: Rules,
        pages: PageAccess,
        started: float,
        handlers: set[ClientHandler],
    ) -> None:
        """Takes what the application gives to each handler."""
        self._handlers = handlers
        self._hub = hub
        self._links = links
        self._rules = rules
        self._pages = pages
        self._started = started
        self._client: Client | None = None
        self._stream: IOStream | None = None
        self._writing = False
        self.answered = True
        self._closed: asyncio.Future[None] | None = None

    # Handshake

    def prepare(self) -> None:
        """Refuses, before the upgrade, whoever may not connect."""
        if not check_host(self, self._rules):
            return
        offered = [
            name.strip()
            for name in self.request.headers.get("Sec-WebSocket-Protocol", "").split(",")
        ]
        origin = self.request.headers.get("Origin")
        if not origin_is_allowed(origin, self._rules.origins):
            refuse(
                self,
                403,
                f"origin {origin} is not allowed; start the relay with --allow-origin {origin}",
            )
        elif self._rules.token is not None and not token_is_right(
            self.request.headers.get("Authorization"), offered, self._rules.token
        ):
            refuse(
                self, 401, "the token is missing or wrong; use the link that the relay printed last"
            )
        elif SUBPROTOCOL not in offered:
            refuse(self, 400, f"this is a cwire relay: offer the WebSocket protocol {SUBPROTOCOL}")

    def check_origin(self, origin: str) -> bool:
        """True: `prepare` has checked it by a stricter rule than Tornado's."""
        return True

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Never the token: what is selected goes back in a header."""
        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    def get_compression_options(self) -> None:
        """None: structs of doubles do not compress, and a small message could become a huge one."""

    # Session

    def open(self, *args: str, **kwargs: str) -> None:
        """Makes the client known to the hub."""
        assert isinstance(self.ws_connection, WebSocketProtocol13)
        self._stream = self.ws_connection.stream
        self.set_nodelay(True)
        # They have been checked; an idle client need not keep them, the token among them.
        for name in list(self.request.headers):
            del self.request.headers[name]
        for name in _SENT_HEADERS:
            self.clear_header(name)
        client = self._hub.add_client(lambda: None)
        client.wake = self._pump
        self._client = client
        self._handlers.add(self)
        self._session = ClientSession(self._hub, client, self._links, self._pages, self._started)
        _log.info("client %d connected", client.id)
        self._pump()

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Hands a message to the session."""
        self.answered = True
        if isinstance(message, str):
            self._session.receive_text(message)
        else:
            self._session.receive_frames(message)
        return None

    def on_pong(self, data: bytes) -> None:
        """Notes a sign of life."""
        self.answered = True

    def send_ping(self) -> None:
        """Asks for a sign of life."""
        with contextlib.suppress(WebSocketClosedError):
            self.ping()

    def cut_off(self) -> None:
        """Closes without waiting for an answer: there was none to the last ping."""
        if self._client is not None:
            _log.info("client %d does not answer: cut off", self._client.id)
        if self._stream is not None:
            self._stream.close()

    async def leave(self) -> None:
        """Says goodbye: the relay is stopping. A client that does not answer is cut off."""
        self.close(_GOING_AWAY, "the relay is stopping")
        self._closed = asyncio.get_running_loop().create_future()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._closed
        if self._stream is not None:
            self._stream.close()

    def on_close(self) -> None:
        """Forgets the client and the commands that wait for it."""
        self._handlers.discard(self)
        if self._closed is not None and not self._closed.done():
            self._closed.set_result(None)
        if self._client is not None:
            self._hub.remove_client(self._client)
            self._pages.origins.forget(self._client.id)
            for link in self._links.values():
                link.pending.forget_client(self._client.id)
            _log.info("client %d left", self._client.id)
            self._client = None

    # Writing

    def _pump(self) -> None:
        """Writes what waits until the socket is full; goes on when it has room again."""
        client, stream = self._client, self._stream
        if client is None or stream is None:
            return
        if client.queue.overflown:
            _log.warning("client %d does not read its replies: disconnected", client.id)
            self.close(_TOO_SLOW, "you do not read what you are sent: replies and text pile up")
            self.on_close()
            return
        if self._writing:
            return
        try:
            while not stream.closed() and (message := client.queue.take()) is not None:
                written = _write(stream, message)
                # Our JSON is ASCII: as many bytes as characters.
                size = message.size if isinstance(message, Binary) else len(message.text)
                self._hub.count_sent(client, size)
                if stream.writing():
                    self._writing = True
                    written.add_done_callback(self._resume)
                    break
        except StreamClosedError:
            return  # on_close follows
        self._hub.drained(client)

    def _resume(self, written: asyncio.Future[None]) -> None:
        self._writing = False
        if not written.cancelled() and written.exception() is None:
            self._pump()


def _write(stream: IOStream, message: Text | Binary) -> asyncio.Future[None]:
    """Writes one unmasked WebSocket message; batches go out without a copy."""
    if isinstance(message, Text):
        payload = message.text.encode()
        return stream.write(_head(_TEXT, len(payload)) + payload)
    head = _head(_BINARY, message.size)
    batch = message.batch
    if batch is not None and batch.headroom and isinstance(batch.buffer, bytearray):
        begin = batch.start - len(head)
        batch.buffer[begin : batch.start] = head
        return stream.write(memoryview(batch.buffer)[begin : batch.end])
    if message.size < _JOIN_BELOW:
        return stream.write(b"".join((head, *message.pieces)))
    stream.write(head)
    for piece in message.pieces[:-1]:
        stream.write(piece)
    return stream.write(message.pieces[-1])


def _head(first: int, size: int) -> bytes:
    """The header of an unmasked message in one frame (RFC 6455, section 5.2)."""
    if size < 126:
        return struct.pack("!BB", first, size)
    if size < 1 << 16:
        return struct.pack("!BBH", first, 126, size)
    return struct.pack("!BBQ", first, 127, size)
