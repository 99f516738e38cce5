"""Receives what a driver says in the handshake of its ring, in asyncio's event loop."""

from __future__ import annotations

import asyncio
import socket

from cwire_structs.ring_handshake import DESCRIPTORS, RingHandshake

__all__ = ["receive"]


async def receive(sock: socket.socket, handshake: RingHandshake) -> None:
    """Feeds a handshake until it is this side's turn, or the end.

    Args:
        sock: The socket to the driver, which does not block.
        handshake: See `RingHandshake.feed`, whose errors are raised here, too.

    Raises:
        OSError: The connection is broken.
    """
    while handshake.wants:
        try:
            data, descriptors, _, _ = socket.recv_fds(
                sock, handshake.wants, DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            await _readable(sock)
        else:
            handshake.feed(data, descriptors)


async def _readable(sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(sock, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sock)
