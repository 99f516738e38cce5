"""Answers the opening handshake of a WebSocket, and hands the socket on to a `ClientConnection`.

This is where a client gets its transport: one for TLS would be chosen here, by the listener.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream, StreamClosedError
from tornado.web import RequestHandler

from cwire_server.access import origin_is_allowed, token_is_right
from cwire_server.clients.connection import ClientConnection
from cwire_server.clients.transport import SocketTransport, Transport
from cwire_server.web.rules import Rules, check_host, refuse
from cwire_structs.websocket import VERSION, accept_key

__all__ = ["ClientHandler", "MakeClient", "ViewerHandler"]

MakeClient = Callable[[Transport], ClientConnection]
"""Makes a client's connection, once the handshake is over."""

_EARLY_BYTES = 1 << 20


class ClientHandler(RequestHandler):
    """The request that becomes a client. Tornado reads it and sends the answer; then it is out.

    Its WebSockets copy each payload for each client, take three turns of the event loop to read a
    message, and keep what the handshake needed for as long as the client is there.
    """

    def initialize(self, rules: Rules, clients: Mapping[str, MakeClient]) -> None:
        """Takes what the application gives to each handler.

        Args:
            rules: Who may use the listener.
            clients: Makes a client's connection, by the subprotocol that it offers.
        """
        self._rules = rules
        self._clients = clients
        self._subprotocol = ""

    def prepare(self) -> None:
        """Refuses those that may not connect, before the upgrade."""
        if not check_host(self, self._rules):
            return
        headers = self.request.headers
        offered = [name.strip() for name in headers.get("Sec-WebSocket-Protocol", "").split(",")]
        known = [name for name in offered if name in self._clients]
        origin = headers.get("Origin")
        if not origin_is_allowed(origin, self._rules.origins):
            refuse(
                self,
                403,
                f"origin {origin} is not allowed; start the relay with --allow-origin {origin}",
            )
        elif self._rules.token is not None and not self._has_token(offered, self._rules.token):
            refuse(
                self, 401, "the token is missing or wrong; use the link that the relay printed last"
            )
        elif not known:
            names = " or ".join(self._clients)
            refuse(self, 400, f"this is a cwire relay: offer the WebSocket protocol {names}")
        else:
            self._subprotocol = known[0]

    def _has_token(self, offered: list[str], token: str) -> bool:
        return token_is_right(self.request.headers.get("Authorization"), offered, token)

    def get(self) -> None:
        """Upgrades: from here on the socket is the client's connection, and not Tornado's."""
        key = self.request.headers.get("Sec-WebSocket-Key", "")
        if problem := _problem(self.request.headers):
            self.set_header("Sec-WebSocket-Version", VERSION)
            refuse(self, 400, f"this is a WebSocket of version {VERSION}, and {problem}")
            return
        self.clear_header("Content-Type")
        self.set_status(101)
        self.set_header("Upgrade", "websocket")
        self.set_header("Connection", "Upgrade")
        self.set_header("Sec-WebSocket-Accept", accept_key(key))
        # Never the token, which is offered, too: what is selected goes back in a header.
        self.set_header("Sec-WebSocket-Protocol", self._subprotocol)
        self.finish()
        connection = self.request.connection
        assert isinstance(connection, HTTP1Connection)
        stream = connection.detach()
        early = _taken_from(stream)
        if stream.closed():
            return
        client = self._clients[self._subprotocol](SocketTransport(stream.socket))
        if early:
            client.receive(early)


class ViewerHandler(ClientHandler):
    """The same for viewers that can be given an address only: its query may hold the token."""

    def _has_token(self, offered: list[str], token: str) -> bool:
        named = self.get_query_argument("token", None)
        return super()._has_token(offered, token) or (
            named is not None and token_is_right(f"Bearer {named}", (), token)
        )

    def _request_summary(self) -> str:
        """The request as the log has it: without the token."""
        return f"{self.request.method} {self.request.path} ({self.request.remote_ip})"


def _problem(headers: HTTPHeaders) -> str | None:
    """The fault of a request for a WebSocket (RFC 6455, section 4.2.1); None: it has none."""
    if headers.get("Upgrade", "").lower() != "websocket":
        return 'a handshake has the header "Upgrade: websocket"'
    if "upgrade" not in [word.strip().lower() for word in headers.get("Connection", "").split(",")]:
        return 'a handshake has the header "Connection: Upgrade"'
    if headers.get("Sec-WebSocket-Version") != VERSION:
        return f'a handshake has the header "Sec-WebSocket-Version: {VERSION}"'
    try:
        size = len(base64.b64decode(headers.get("Sec-WebSocket-Key", ""), validate=True))
    except ValueError:
        size = 0
    return None if size == 16 else "the Sec-WebSocket-Key of a handshake is 16 bytes in base64"


def _taken_from(stream: IOStream) -> bytes:
    """Takes the socket from Tornado; returns what Tornado has read of it behind the request."""
    try:
        read = stream.read_bytes(_EARLY_BYTES, partial=True)
    except StreamClosedError:
        return b""
    if stream.closed():  # the client did not even wait for the answer
        return b""
    IOLoop.current().remove_handler(stream.socket)
    assert isinstance(read, asyncio.Future)
    return bytes(read.result()) if read.done() else b""
