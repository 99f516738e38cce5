"""Forwards a port to another one, as `ssh -L` does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from cwire.link.loop_thread import LoopThread

__all__ = ["forwarded"]


@contextlib.contextmanager
def forwarded(port: int) -> Iterator[int]:
    """Gives another port of this machine, whose connections go to `port` until it is left."""
    writers: list[asyncio.StreamWriter] = []
    tasks: list[asyncio.Task[None]] = []

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, asks = await asyncio.open_connection("127.0.0.1", port)
        writers.extend((writer, asks))
        ways = (carry(reader, asks), carry(answers, writer))
        tasks.extend(asyncio.ensure_future(way) for way in ways)

    async def close() -> None:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.gather(*tasks)

    thread = LoopThread("forwarded port")
    server = thread.call(asyncio.start_server(both, "127.0.0.1", 0))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        thread.stop(close)
