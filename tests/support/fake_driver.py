"""A driver made of Python, for what a real one would never do. It listens on a real socket."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self

from cwire_structs import control, frames
from support import schemas

NO_RING = "a driver made of Python has none"
"""Its reason why it gives no ring."""


class FakeDriver:
    """Listens at a path and says hello; the test sends and receives the rest."""

    def __init__(
        self,
        path: Path,
        *,
        epoch: int = 1,
        schema: bytes | None = None,
        hello: bytes | None = None,
        heartbeat: float = 60.0,  # none is sent: silent for three of them, it is stale
    ) -> None:
        self.path = path
        if hello is None:
            text = schema or schemas.text()
            hello = control.hello(epoch, "fake", text, frame_bytes=1 << 20, heartbeat=heartbeat)
            hello += control.ring(0, 0, NO_RING)
        self._hello = hello
        self._server: asyncio.Server | None = None
        self._connected: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.Queue()
        )
        self._writers: list[asyncio.StreamWriter] = []
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._accept, self.path)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.path.unlink(missing_ok=True)
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        writer.write(self._hello)
        await self._connected.put((reader, writer))

    async def connected(self) -> None:
        """Waits for a peer; `send` and `receive` are about the last one."""
        self.reader, self.writer = await asyncio.wait_for(self._connected.get(), 10)

    async def send(self, data: bytes) -> None:
        """Sends bytes to the peer."""
        self.writer.write(data)
        await self.writer.drain()

    async def receive(self) -> tuple[frames.Header, bytes]:
        """The next frame from the peer that is a command."""
        while True:
            head = await asyncio.wait_for(self.reader.readexactly(frames.HEADER_SIZE), 10)
            header = frames.unpack_header(head)
            rest = await self.reader.readexactly(frames.span(header.size) - frames.HEADER_SIZE)
            if header.type != frames.CONTROL:
                return header, rest[: header.size - frames.HEADER_SIZE]

    async def control(self) -> bytes:
        """The payload of the next control frame from the peer."""
        head = await asyncio.wait_for(self.reader.readexactly(frames.HEADER_SIZE), 10)
        header = frames.unpack_header(head)
        assert header.type == frames.CONTROL
        rest = await self.reader.readexactly(frames.span(header.size) - frames.HEADER_SIZE)
        return rest[: header.size - frames.HEADER_SIZE]

    def hang_up(self) -> None:
        """Closes the connection, not the listener."""
        self.writer.close()


def ticks(first: int, count: int) -> bytes:
    """Frames of `tick` with these sequence numbers."""
    return b"".join(
        frames.pack(schemas.TICK, number.to_bytes(8, "little") + bytes(32), sequence=number)
        for number in range(first, first + count)
    )
