"""Splice: carries a page's WebSocket at Jupyter on to the relay's Unix socket.

Jupyter says who may come in: its login, its Host and Origin rules, its base URL. The relay's Unix
socket needs no token, so none is here. Each direction holds one message at a time, so a page that
reads slowly is a slow client to the relay, whose rules for slow clients hold.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.netutil import Resolver
from tornado.web import HTTPError
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    WebSocketError,
    WebSocketHandler,
    websocket_connect,
)

from cwire.errors import CwireError, NotConnected
from cwire_server.jupyter.relays import Relays
from cwire_server.limits import Limits
from cwire_server.web.rules import refuse
from cwire_structs.relays import ENTRY_NAME
from cwire_structs.runtime import RuntimeDirError
from cwire_structs.websocket import SUBPROTOCOL, CloseCode, may_be_sent

__all__ = ["SpliceHandler", "may_execute"]

_CONNECT_SECONDS = 10.0
_GONE = "the relay is gone: it was stopped or has crashed"


class _UnixResolver(Resolver):
    """Resolves every name to one Unix socket."""

    def initialize(self, path: Path) -> None:
        self._path = path

    async def resolve(self, host: str, port: int, family: Any = 0) -> list[tuple[int, Any]]:
        return [(socket.AF_UNIX, str(self._path))]


async def may_execute(handler: JupyterHandler) -> None:
    """Refuses users that may not run code: commands to a driver are no less than that.

    Raises:
        HTTPError: 403.
    """
    allowed = await ensure_async(
        handler.authorizer.is_authorized(handler, handler.current_user, "execute", "kernels")
    )
    if not allowed:
        raise HTTPError(403)


class SpliceHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """One page's connection."""

    def initialize(self, relays: Relays) -> None:
        """Takes what the extension gives to each handler."""
        super().initialize()
        self._relays = relays
        self._relay: WebSocketClientConnection | None = None
        self._pump: asyncio.Task[None] | None = None

    @property
    def max_message_size(self) -> int:
        """The relay's limit of a message from a client, in bytes."""
        return Limits().command

    def get_compression_options(self) -> None:
        """Refuses compression, as the relay does."""

    def select_subprotocol(self, subprotocols: list[str]) -> str:
        """Chooses the relay's; `get` has checked that it is offered."""
        return SUBPROTOCOL

    @ws_authenticated
    async def get(self) -> None:
        """Finds the relay, then lets the page in; returns when it has left."""
        await may_execute(self)
        if not self.check_origin():  # before anything is started for a page of elsewhere
            raise HTTPError(403)
        name = self.get_query_argument("relay", None, strip=False)
        if name is not None and not ENTRY_NAME.fullmatch(name):
            refuse(self, 400, "relay= is not the name of a relay, such as relay-123-4f5e6d")
            return
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if SUBPROTOCOL not in [text.strip() for text in offered.split(",")]:
            refuse(self, 400, f"this leads to a cwire relay: offer the protocol {SUBPROTOCOL}")
            return
        try:
            driver = self.get_query_argument("driver", None)
            self._relay = await _connect(Path((await self._relays.get(name, driver)).unix))
        except (CwireError, RuntimeDirError) as error:
            self.log.warning("cwire: %s", error)
            refuse(self, 503, str(error))
            return
        try:
            await super().get()
        finally:
            self._relay.close()

    def open(self, *args: str, **kwargs: str) -> None:
        """Begins to carry what the relay says."""
        super().open(*args, **kwargs)
        self.set_nodelay(True)
        self._pump = asyncio.create_task(self._carry())

    async def _carry(self) -> None:
        """Carries messages to the page until the relay closes; the page is told why it did."""
        assert self._relay is not None
        with contextlib.suppress(WebSocketClosedError):
            while (message := await self._relay.read_message()) is not None:
                await self.write_message(message, binary=isinstance(message, bytes))
        closing = _closing(self._relay.close_code, self._relay.close_reason)
        self.close(*closing or (CloseCode.SERVICE_RESTART, _GONE))

    async def on_message(self, message: str | bytes) -> None:
        """Carries a message to the relay; the page's next one is read after it."""
        assert self._relay is not None
        with contextlib.suppress(WebSocketClosedError):  # `_carry` closes
            await self._relay.write_message(message, binary=isinstance(message, bytes))

    def on_close(self) -> None:
        """Tells the relay that the page has left, and why."""
        if self._pump is not None:
            self._pump.cancel()
        if self._relay is not None:
            self._relay.close(*_closing(self.close_code, self.close_reason))


async def _connect(path: Path) -> WebSocketClientConnection:
    request = HTTPRequest(
        "ws://localhost/ws", connect_timeout=_CONNECT_SECONDS, request_timeout=_CONNECT_SECONDS
    )
    limits = Limits()
    try:
        connection = await websocket_connect(
            request,
            max_message_size=limits.frame + limits.hello,
            subprotocols=[SUBPROTOCOL],
            resolver=_UnixResolver(path=path),
        )
    except (OSError, HTTPClientError, WebSocketError) as error:
        raise NotConnected(f"the relay at {path} does not answer: {error}") from error
    assert connection.protocol is not None
    assert connection.protocol.stream is not None
    connection.protocol.stream.read_chunk_size = limits.batch
    return connection


def _closing(code: int | None, reason: str | None) -> tuple[int, str | None] | tuple[()]:
    """A close code and its reason to pass on; nothing where the code may not be sent."""
    return () if code is None or not may_be_sent(code) else (code, reason)
