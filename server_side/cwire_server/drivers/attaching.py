"""Answers a driver's hello, and maps its ring if it gives one."""

from __future__ import annotations

import array
import asyncio
import os
import socket
from typing import NamedTuple

from cwire_server.drivers.greeting import LinkError, farewell
from cwire_structs import control, frames
from cwire_structs.control import Bye, Hello, Ring
from cwire_structs.ring import SHAREABLE, MappedRing, ReaderPage, RingError, open_ring

__all__ = ["Attached", "RingRefusedError", "attach"]

_FIRST_FRAME_SECONDS = 2.0
_LARGEST = 64 << 10
_DESCRIPTORS = 8


class RingRefusedError(LinkError):
    """The driver's ring is of no use, and it sends its frames nowhere else on this connection."""


class Attached(NamedTuple):
    """The outcome of `attach`: a ring, or a reason why frames come by the socket."""

    ring: MappedRing | None = None
    number: int = 0
    """This reader's."""
    why: str = ""
    """The reason why there is no ring."""
    first: bytes = b""
    """What has been received of the frames."""


async def attach(sock: socket.socket, hello: Hello, interest: bytes, refusal: str = "") -> Attached:
    """Answers a driver's hello.

    Args:
        sock: The socket that the hello has been read from, and nothing behind it.
        hello: The hello.
        interest: Says what is wanted. It goes with the answer: who says nothing wants all, and a
            driver that waits for a reader would begin.
        refusal: The reason why its ring is not wanted, if so.

    Raises:
        RingRefusedError: What it gave as its ring is none. Connect again, with this refusal.
        LinkError: The connection is broken.
    """
    if not SHAREABLE:
        refusal = "this machine cannot share 64-bit numbers without locks"
    if refusal:
        _send(sock, control.answer() + interest)
        return Attached(why=refusal)
    try:
        page = ReaderPage()
    except RingError as error:
        return await attach(sock, hello, interest, str(error))
    with page:
        _send(sock, control.answer(ring=True) + interest, page.fileno())
        received = _Received(sock)
        try:
            return await _take(received, page, hello)
        finally:
            received.close()


async def _take(received: _Received, page: ReaderPage, hello: Hello) -> Attached:
    try:
        async with asyncio.timeout(_FIRST_FRAME_SECONDS):
            message = await _first_control(received)
    except TimeoutError:
        message = None
    if isinstance(message, Bye):
        raise farewell(message)
    if not isinstance(message, Ring):
        return Attached(why="the driver knows no ring", first=bytes(received.data))
    if message.problem:
        return Attached(why=message.problem)
    try:
        if not received.descriptors:
            raise RingError("the driver says that it has a ring, and sends none")
        fd = received.descriptors[0]
        ring = open_ring(fd, page, epoch=hello.epoch, position=message.position)
    except RingError as error:
        raise RingRefusedError(str(error)) from error
    return Attached(ring, message.number)


async def _first_control(received: _Received) -> control.Control | None:
    """The first frame, if it is a control frame; all that was received stays in ``received``."""
    await received.at_least(frames.HEADER_SIZE)
    header = frames.unpack_header(received.data)
    if header.type != frames.CONTROL or not frames.HEADER_SIZE <= header.size <= _LARGEST:
        return None
    await received.at_least(frames.span(header.size))
    return control.parse_control(bytes(received.data[frames.HEADER_SIZE : header.size]))


def _send(sock: socket.socket, data: bytes, *descriptors: int) -> None:
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))
    try:
        sent = sock.sendmsg([data], [rights] if descriptors else [], socket.MSG_NOSIGNAL)
    except OSError as error:
        raise LinkError(f"the driver broke the connection: {error.strerror}") from error
    assert sent == len(data), "it is the first on this connection"


class _Received:
    """Bytes of a socket, and the descriptors that came with any of them."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self.data = bytearray()
        self.descriptors = array.array("i")

    async def at_least(self, count: int) -> None:
        """Receives until there are so many bytes, and no byte more."""
        while len(self.data) < count:
            room = socket.CMSG_SPACE(_DESCRIPTORS * self.descriptors.itemsize)
            flags = socket.MSG_CMSG_CLOEXEC
            try:
                piece, rights, _, _ = self._socket.recvmsg(count - len(self.data), room, flags)
            except BlockingIOError:
                await _readable(self._socket)
                continue
            except OSError as error:
                raise LinkError(f"the driver broke the connection: {error.strerror}") from error
            # With a signal between, or too many of them, the last may be cut.
            for level, kind, data in rights:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    self.descriptors.frombytes(data[: len(data) - len(data) % 4])
            if not piece:
                raise LinkError("the driver closed the connection when it had the answer")
            self.data += piece

    def close(self) -> None:
        """Closes the descriptors."""
        for fd in self.descriptors:
            os.close(fd)


async def _readable(sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(sock, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sock)
