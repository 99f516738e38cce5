"""A driver made of Python that gives a ring, for what a real one would never put there."""

from __future__ import annotations

import array
import asyncio
import os
import socket
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from cwire_structs import control, frames
from support import schemas
from support.fake_driver import FakeDriver
from support.fake_ring import FakeRing, SeenPage

__all__ = ["NUMBER", "RingDriver"]

NUMBER = 3
"""The number of every reader."""
_ANSWER_BYTES = len(control.answer())


class _Peer(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    page: SeenPage | None


class RingDriver(FakeDriver):
    """Gives its ring to the peer; `send` and `receive` are about the socket.

    Args:
        path: Where it listens.
        ring: Its ring, which the caller closes.
    """

    def __init__(self, path: Path, ring: FakeRing, *, heartbeat: float = 1.0) -> None:
        super().__init__(path)
        self.ring = ring
        self.hello = control.hello(
            1, "fake", schemas.text(), frame_bytes=1 << 20, heartbeat=heartbeat
        )
        self.gift = [ring.fd]
        """The files that it sends with its `ring` frame."""
        self.frame = control.ring(ring.head, NUMBER)
        self.asked = False
        """Whether the last peer has asked for the ring."""
        self.page: SeenPage | None = None
        """The page of the last reader."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._task: asyncio.Task[None] | None = None
        self._greeted: asyncio.Queue[_Peer] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._listener.setblocking(False)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._task = asyncio.create_task(self._accept_all())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._listener.close()
        self.path.unlink()
        while not self._greeted.empty():
            self._take(self._greeted.get_nowait())
        if self.page is not None:
            self.page.close()
        for writer in self._writers:
            writer.close()

    async def _accept_all(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            sock, _ = await loop.sock_accept(self._listener)
            try:
                sock.sendall(self.hello)
                data, descriptors = await _receive(sock, _ANSWER_BYTES)
            except BaseException:  # the peer has gone, or the test is at its end
                sock.close()
                raise
            page = None
            if data == control.answer(ring=True):
                page = SeenPage(descriptors[0])
                socket.send_fds(sock, [self.frame], self.gift)
            for fd in descriptors:
                os.close(fd)
            reader, writer = await asyncio.open_unix_connection(sock=sock)
            self._writers.append(writer)
            await self._greeted.put(_Peer(reader, writer, page))

    async def connected(self) -> None:
        """Waits for a peer, which has the ring then, if it has asked for it."""
        self._take(await asyncio.wait_for(self._greeted.get(), 10))

    def _take(self, peer: _Peer) -> None:
        if self.page is not None:
            self.page.close()
        self.reader, self.writer, self.page = peer
        self.asked = self.page is not None

    async def publish(self, data: bytes) -> None:
        """Puts frames into the ring, and rings if the reader sleeps."""
        self.ring.put(data)
        assert self.page is not None
        if self.page.sleeps % 2:
            await self.send(control.doorbell())


async def _receive(sock: socket.socket, count: int) -> tuple[bytes, list[int]]:
    """Bytes, and the descriptors that came with them."""
    data = b""
    descriptors = array.array("i")
    while len(data) < count:
        try:
            piece, rights, _, _ = sock.recvmsg(count - len(data), socket.CMSG_SPACE(64))
        except BlockingIOError:
            await asyncio.sleep(0)
            continue
        assert piece, "the peer has gone"
        data += piece
        for _, _, packed in rights:
            descriptors.frombytes(packed)
    assert frames.unpack_header(data).size == count
    return data, list(descriptors)
