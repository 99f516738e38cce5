"""The connection of one client that speaks Foxglove's protocol, past its handshake."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cwire_server.clients.connection import ClientConnection, pieces_of
from cwire_server.clients.requests import Services
from cwire_server.clients.transport import Bytes, Transport
from cwire_server.foxglove.protocol import Level, status
from cwire_server.foxglove.queue import FoxgloveQueue
from cwire_server.foxglove.requests import FoxgloveRequests
from cwire_server.hub.client import Client
from cwire_server.hub.client_queue import Binary, Text, TextPieces
from cwire_structs.websocket import CloseCode

__all__ = ["FoxgloveConnection"]

_BROKEN = (CloseCode.MESSAGE_TOO_BIG, CloseCode.PROTOCOL_ERROR, CloseCode.INVALID_TEXT)


def _pieces_of(message: Text | TextPieces | Binary) -> tuple[Bytes, ...]:
    """The bytes of what is to be sent: binary messages have their heads already."""
    return message.pieces if isinstance(message, Binary) else pieces_of(message)


class FoxgloveConnection(ClientConnection):
    """Speaks the protocol with one client.

    Args:
        transport: The client's; it belongs to this object from now on.
        services: The relay's parts that it uses.
        connections: The set that this one is in while it lives.
        session: Tells this run of the relay from others.
    """

    __slots__ = ("_asked", "_session", "_viewer")

    _pieces = staticmethod(_pieces_of)

    def __init__(
        self,
        transport: Transport,
        services: Services,
        connections: set[ClientConnection],
        session: str,
    ) -> None:
        self._session = session
        super().__init__(transport, services, connections)

    def _make_queue(self) -> FoxgloveQueue:
        hub = self._services.hub
        self._viewer = FoxgloveQueue(
            hub.limits, hub.drivers, self._session, self._channel_gone, self._offer_later
        )
        return self._viewer

    def _make_requests(self, client: Client) -> FoxgloveRequests:
        self._asked = FoxgloveRequests(client, self._viewer, self._services)
        return self._asked

    def _channel_gone(self, number: int) -> None:
        """Ends what the hub delivers for a channel that is gone; the hub is busy at the moment."""
        self._loop.call_soon(self._guarded, partial(self._end_channel, number))

    def _end_channel(self, number: int) -> None:
        for _ in self._asked.end_channel(number):
            pass

    def _offer_later(self) -> None:
        self._loop.call_soon(self._guarded, self._viewer.offer)

    def _guarded(self, call: Callable[[], None]) -> None:
        """Does something for the client, if it is still there; a fault ends its connection only."""
        if self._client is not None:
            try:
                call()
                self._pump()
            except Exception as error:
                self._failed(error)

    def close(self, code: int, reason: str) -> None:
        """Sends a close frame; what the client did wrong is told before, as viewers show that."""
        if self._client is not None and code in _BROKEN:
            self._queue.put_text(status(Level.ERROR, f"the connection is closed: {reason}"))
            self._pump()
        super().close(code, reason)
