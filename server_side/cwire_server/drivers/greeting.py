"""Connects to a driver and reads its hello, or says why there is none."""

from __future__ import annotations

import asyncio
import errno
import os
import pwd
import socket
import struct
from pathlib import Path

from cwire_server.config import DriverAddress
from cwire_structs import control
from cwire_structs.ring_handshake import HandshakeError, RingHandshake
from cwire_structs.runs import read_run

__all__ = ["LinkError", "farewell", "greet", "read_hello"]

_HELLO_SECONDS = 5.0
_CREDENTIALS = struct.Struct("iII")  # unix(7): pid, uid, gid
_LONGEST_PATH = 107  # bytes (unix(7): sun_path without its NUL)


class LinkError(Exception):
    """The link cannot go on; the text says why, for people."""


def farewell(bye: control.Bye) -> LinkError:
    """The end of a link to a driver that says goodbye."""
    return LinkError(f"the driver said goodbye: {bye.text}")


async def greet(sock: socket.socket, address: DriverAddress, limit: int) -> RingHandshake:
    """Connects, and reads the driver's hello.

    Args:
        sock: A Unix stream socket that does not block. It is the caller's, also after an error.
        address: Where the driver listens.
        limit: Bytes that a hello may have.

    Returns:
        The handshake, which has the hello.

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
    _check_owner(sock, address)
    return await read_hello(sock, address.place, limit)


async def read_hello(sock: socket.socket, place: str, limit: int) -> RingHandshake:
    """Reads the driver's hello.

    Args:
        sock: A connected stream socket that does not block.
        place: Where the driver is, for people.
        limit: Bytes that a hello may have.

    Returns:
        The handshake, which has the hello.

    Raises:
        LinkError: It says none.
        FrameError: What it says is malformed.
    """
    handshake = RingHandshake(limit)
    try:
        async with asyncio.timeout(_HELLO_SECONDS):
            while handshake.wants:
                data = await asyncio.get_running_loop().sock_recv(sock, handshake.wants)
                handshake.feed(data)
    except TimeoutError as error:
        raise LinkError(
            f"what listens at {place} said nothing for {_HELLO_SECONDS:.0f} s; "
            "is it a cwire driver, and does it call cwire_poll?"
        ) from error
    except HandshakeError as error:
        raise LinkError(str(error)) from error
    except OSError as error:
        raise LinkError(f"the driver broke the connection: {error.strerror}") from error
    return handshake


def _check_owner(sock: socket.socket, address: DriverAddress) -> None:
    """Raises LinkError unless who listens at the other end is trusted.

    Whoever may make a socket at that path could else pass for the driver.
    """
    credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(credentials)
    if uid in (os.geteuid(), 0) or uid in address.uids:
        return
    raise LinkError(
        f"what listens at {address.path} belongs to another account ({_named(uid)}); if you trust "
        f"it, start the relay with --allow-uid {uid}"
    )


def _named(uid: int) -> str:
    try:
        return f"{pwd.getpwuid(uid).pw_name}, uid {uid}"
    except KeyError:
        return f"uid {uid}"


def _why_no_connection(error: OSError, address: DriverAddress) -> str:
    if len(os.fsencode(address.path)) > _LONGEST_PATH:  # Python says so without a number
        return f"{address.path} is too long for a Unix socket; use a path under 108 bytes"
    if (run := read_run(Path(address.path))) is not None and run.ended:
        return f"the driver {run.ended}"
    match error.errno:
        case errno.ENOENT:
            return f"nothing is at {address.path}; start the driver, or correct the path"
        case errno.ECONNREFUSED if not address.path.is_socket():
            return f"{address.path} is not a socket; give the path at which the driver listens"
        case errno.ECONNREFUSED:
            return f"no driver listens at {address.path} (a dead one left it); start it again"
        case errno.EACCES | errno.EPERM:
            return (
                f"{address.path} is closed to this account; let both run as one, or give the "
                "driver a group of both (cwire_options.group) and a directory that it can enter"
            )
        case errno.EPROTOTYPE:
            return f"{address.path} is not a stream socket, so no driver listens there"
        case errno.ENOTCONN:
            return (
                f"the driver at {address.path} does not take connections, and others wait already; "
                "does it call cwire_poll?"
            )
    return f"cannot connect to {address.path}: {error.strerror or error}"
