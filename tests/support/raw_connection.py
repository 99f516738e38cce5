"""A connection to a relay of this process that sends bytes, and reads frames one by one."""

from __future__ import annotations

import asyncio
from typing import Self

from cwire_server import Relay
from support.websocket_cases import CLOSE

__all__ = ["RawConnection", "handshake"]


class RawConnection:
    """A client that sends bytes.

    Attributes:
        answer: The relay's answer to the handshake.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.answer = b""

    @classmethod
    async def open(cls, relay: Relay, early: bytes = b"") -> Self:
        """Shakes hands; what is early goes in one packet with the request."""
        connection = cls(*await asyncio.open_connection("127.0.0.1", relay.port))
        connection.writer.write(handshake(relay) + early)
        connection.answer = await connection.reader.readuntil(b"\r\n\r\n")
        return connection

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        self.writer.close()
        await self.writer.wait_closed()

    async def message(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame."""
        first, size = await self.reader.readexactly(2)
        if size > 125:
            size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
        return first & 15, await self.reader.readexactly(size)

    async def closing(self) -> tuple[int, str]:
        """Code (0 if none) and reason of the close frame; what comes before it is skipped."""
        while True:
            opcode, payload = await self.message()
            if opcode == CLOSE:
                return int.from_bytes(payload[:2], "big"), payload[2:].decode()


def handshake(relay: Relay) -> bytes:
    """The request of the example of RFC 6455, section 1.3."""
    lines = [
        "GET /ws HTTP/1.1",
        f"Host: 127.0.0.1:{relay.port}",
        "Upgrade: WebSocket",
        "Connection: keep-alive, Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: cwire.v1",
        f"Authorization: Bearer {relay.config.token}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()
