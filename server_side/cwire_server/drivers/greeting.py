"""Connects to a driver and reads its hello, or says why there is none."""

from __future__ import annotations

import asyncio
import errno
import socket

from cwire_server.config import DriverAddress
from cwire_structs import control, frames

__all__ = ["LinkError", "farewell", "greet"]

_HELLO_SECONDS = 5.0


class LinkError(Exception):
    """The link cannot go on; the text says why, for people."""


def farewell(bye: control.Bye) -> LinkError:
    """The end of a link to a driver that says goodbye."""
    return LinkError(f"the driver said goodbye: {bye.text}")


async def greet(sock: socket.socket, address: DriverAddress, limit: int) -> control.Hello:
    """Connects, and reads the driver's hello.

    Args:
        sock: A Unix stream socket that does not block. It is the caller's, also after an error.
        address: Where the driver listens.
        limit: Bytes that a hello may have.

    Raises:
        LinkError: There is no driver, or none that says hello.
        FrameError: What it says is malformed.
    """
    try:
        await asyncio.get_running_loop().sock_connect(sock, str(address.path))
        # To asyncio, a Unix socket whose queue is full looks like one that is connected.
        sock.getpeername()
    except OSError as error:
        raise LinkError(_why_no_connection(error, address)) from error
    try:
        async with asyncio.timeout(_HELLO_SECONDS):
            return await _read_hello(sock, address, limit)
    except TimeoutError as error:
        raise LinkError(
            f"what listens at {address.path} said nothing for {_HELLO_SECONDS:.0f} s; "
            "is it a cwire driver, and does it call cwire_poll?"
        ) from error


async def _read_hello(sock: socket.socket, address: DriverAddress, limit: int) -> control.Hello:
    header = await _read_exactly(sock, frames.HEADER_SIZE)
    size = frames.unpack_header(header).size
    if not frames.HEADER_SIZE <= size <= limit:
        raise LinkError(
            f"what listens at {address.path} is not a cwire driver: its hello claims "
            f"{size} bytes, at most {limit} are allowed"
        )
    rest = await _read_exactly(sock, frames.span(size) - frames.HEADER_SIZE)
    match control.parse_control(rest[: size - frames.HEADER_SIZE]):
        case control.Hello() as hello:
            return hello
        case control.Bye(text=text):
            raise LinkError(f"the driver refused: {text}")
        case _:
            raise LinkError(f"what listens at {address.path} did not begin with a hello")


async def _read_exactly(sock: socket.socket, count: int) -> bytes:
    received = bytearray()
    while len(received) < count:
        try:
            piece = await asyncio.get_running_loop().sock_recv(sock, count - len(received))
        except OSError as error:
            raise LinkError(f"the driver broke the connection: {error.strerror}") from error
        if not piece:
            raise LinkError("the driver closed the connection before its hello was complete")
        received += piece
    return bytes(received)


def _why_no_connection(error: OSError, address: DriverAddress) -> str:
    match error.errno:
        case errno.ENOENT:
            return f"nothing is at {address.path}; start the driver, or correct --driver"
        case errno.ECONNREFUSED:
            return f"no driver listens at {address.path} (a dead one left it); start it again"
        case errno.EACCES | errno.EPERM:
            return f"{address.path} belongs to another account; run driver and relay as one"
        case errno.ENOTSOCK | errno.EPROTOTYPE:
            return f"{address.path} is not a stream socket; correct --driver"
        case errno.ENAMETOOLONG:
            return f"{address.path} is too long for a Unix socket; use a path under 108 bytes"
        case errno.ENOTCONN:
            return (
                f"the driver at {address.path} does not take connections, and others wait already; "
                "does it call cwire_poll?"
            )
    return f"cannot connect to {address.path}: {error.strerror or error}"
