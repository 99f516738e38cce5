"""A client of Foxglove's protocol by the library `websockets`, which is not ours."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from cwire_server import Relay

__all__ = ["Data", "Viewer"]


class Data(NamedTuple):
    """A message of a subscription."""

    subscription: int
    time_ns: int
    body: bytes


class Viewer:
    """Connects to a relay; what it is told comes by `text` and `data`, each in its order.

    Attributes:
        info: The first message.
        channels: Those that it was told of last, by topic.
        services: The same by name.
        times: What it was told of the time.
    """

    def __init__(
        self,
        relay: Relay,
        path: str | None = None,
        *,
        offered: Sequence[str] = ("foxglove.sdk.v1",),
        origin: str | None = None,
    ) -> None:
        path = f"/foxglove?token={relay.config.token}" if path is None else path
        self._url = f"ws://127.0.0.1:{relay.port}{path}"
        self._offered = [Subprotocol(name) for name in offered]
        self._origin = None if origin is None else Origin(origin)
        self.info: dict[str, Any] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.services: dict[str, dict[str, Any]] = {}
        self.times: list[int] = []
        self.connection: ClientConnection

    async def __aenter__(self) -> Self:
        self.connection = await connect(
            self._url, subprotocols=self._offered, origin=self._origin, proxy=None
        )
        self.info = await self.text("serverInfo")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.connection.close()

    async def read(self) -> dict[str, Any] | bytes:
        """The next message, text or binary."""
        message = await asyncio.wait_for(self.connection.recv(), 10)
        if isinstance(message, bytes):
            return message
        operation: dict[str, Any] = json.loads(message)
        if operation["op"] == "advertise":
            self.channels |= {one["topic"]: one for one in operation["channels"]}
        if operation["op"] == "advertiseServices":
            self.services |= {one["name"]: one for one in operation["services"]}
        return operation

    async def text(self, op: str) -> dict[str, Any]:
        """The next text message that is this operation; frames may come before."""
        while True:
            message = await self.read()
            if isinstance(message, dict) and message["op"] == op:
                return message

    async def next_text(self) -> dict[str, Any]:
        """The next text message."""
        while True:
            message = await self.read()
            if isinstance(message, dict):
                return message

    async def data(self) -> Data:
        """The next message of a subscription."""
        while True:
            message = await self.read()
            if isinstance(message, bytes) and message[0] == 2:
                self.times += struct.unpack("<xQ", message)
            elif isinstance(message, bytes):
                subscription, time_ns = struct.unpack_from("<xIQ", message)
                return Data(subscription, time_ns, message[13:])

    async def offers(self, topic: str) -> int:
        """Waits until a channel has been offered; returns its id."""
        while topic not in self.channels:
            await self.text("advertise")
        number: int = self.channels[topic]["id"]
        return number

    async def say(self, op: str, **fields: Any) -> None:
        """Sends an operation."""
        await self.connection.send(json.dumps({"op": op, **fields}))

    async def subscribe(self, id_: int, channel: int) -> None:
        """Subscribes to a channel."""
        await self.say("subscribe", subscriptions=[{"id": id_, "channelId": channel}])

    async def call(self, service: int, call: int, data: bytes, encoding: str = "cdr") -> None:
        """Calls a service."""
        head = struct.pack("<BIII", 2, service, call, len(encoding))
        await self.connection.send(head + encoding.encode() + data)

    async def unanswered(self) -> None:
        """Makes sure that what was said before is carried out: the answer to a ping comes after."""
        await asyncio.wait_for(await self.connection.ping(), 10)
