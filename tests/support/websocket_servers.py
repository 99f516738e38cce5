"""Servers that a client's transport is tried with, and where its messages go."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.frames import Frame
from websockets.frames import Opcode as Op
from websockets.typing import Subprotocol
from websockets.utils import accept_key

from cwire.link.address import Address
from cwire.link.transport import RawMessage, Transport
from support.foreign import masked_frames

__all__ = [
    "LARGE",
    "PROTOCOLS",
    "Inbox",
    "Rude",
    "connected",
    "echo",
    "plain",
    "rude",
    "until_it_goes",
    "url_of",
]

PROTOCOLS = [Subprotocol("cwire.v1")]
LARGE = bytes(range(256)) * 5000  # five times what is received at once


class Inbox:
    """The messages that came, binary ones copied."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.on_message: Callable[[], None] = lambda: None

    def take(self, message: RawMessage | None) -> None:
        self._messages.put_nowait(message.tobytes() if isinstance(message, memoryview) else message)
        self.on_message()

    async def next(self) -> str | bytes | None:
        async with asyncio.timeout(10):
            return await self._messages.get()

    async def end(self) -> None:
        """The connection has ended, and nothing came before or after that."""
        assert await self.next() is None
        assert self._messages.empty()


Handler = Callable[[ServerConnection], Awaitable[None]]


def url_of(server: Server | asyncio.Server, scheme: str = "ws") -> str:
    host, port = server.sockets[0].getsockname()[:2]
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/ws"


@contextlib.asynccontextmanager
async def connected(handler: Handler) -> AsyncIterator[tuple[Transport, Inbox]]:
    """A transport to a server of the library `websockets`."""
    inbox = Inbox()
    async with serve(
        handler, "127.0.0.1", 0, subprotocols=PROTOCOLS, max_size=None, ping_interval=None
    ) as server:
        transport = await Transport.open(Address(url_of(server)), inbox.take, 10)
        try:
            yield transport, inbox
        finally:
            transport.abort()


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def until_it_goes(connection: ServerConnection) -> None:
    await connection.wait_closed()


class Rude:
    """A server that shakes hands, then does with the connection what a test says.

    Attributes:
        talk: What else it does before it hangs up, or waits for the client to go.
        heard: All frames that came from the client (after `talk`), once it has gone.
    """

    def __init__(self, *answer: bytes, greeting: bytes | None = None, hang_up: bool = True) -> None:
        self._answer = b"".join(answer)
        self._greeting = greeting
        self._hang_up = hang_up
        self.talk = _say_nothing
        self.heard: asyncio.Future[list[Frame]] = asyncio.get_running_loop().create_future()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        (key,) = [
            line.split()[1] for line in head.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key")
        ]
        greeting = b"HTTP/1.1 101 Yes\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n"
        greeting += b"Sec-WebSocket-Accept: " + accept_key(key.decode()).encode()
        greeting += b"\r\nSec-WebSocket-Protocol: cwire.v1\r\n\r\n"
        # In one packet with the greeting: nothing of it may get lost.
        writer.write((greeting if self._greeting is None else self._greeting) + self._answer)
        await self.talk(reader, writer)
        if self._hang_up:
            writer.write_eof()
        heard = b""
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                heard += data
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.heard.set_result(masked_frames(heard))


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    pass


@contextlib.asynccontextmanager
async def rude(server: Rude, **options: float) -> AsyncIterator[tuple[Transport, Inbox]]:
    inbox = Inbox()
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listener:
        try:
            transport = await Transport.open(Address(url_of(listener)), inbox.take, 10, **options)
            try:
                yield transport, inbox
            finally:
                transport.abort()
        finally:
            async with asyncio.timeout(10):
                await server.heard


def plain(opcode: Op, payload: bytes = b"", fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=False)
