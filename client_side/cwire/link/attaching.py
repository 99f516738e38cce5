"""Attaches to a driver on this machine, to read its ring."""

from __future__ import annotations

import asyncio
import os
import socket
import weakref
from collections.abc import Iterable
from dataclasses import dataclass

from cwire_structs import control
from cwire_structs.frames import FrameError
from cwire_structs.ring import MappedRing, RingError
from cwire_structs.ring_handshake import Attached, HandshakeError, RingHandshake
from cwire_structs.ring_receiving import receive

__all__ = ["AttachedRing", "NoRingError", "attach"]

_SECONDS = 5.0
_sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()


class NoRingError(Exception):
    """A driver's ring cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class AttachedRing:
    """A driver's ring, and the socket that it came by, which does not block."""

    socket: socket.socket
    ring: MappedRing


async def attach(path: str, run: str | None, wanted: Iterable[int]) -> AttachedRing:
    """Connects to a driver and maps its ring.

    Args:
        path: Where it listens.
        run: The epoch of the run that is meant, as the relay writes it.
        wanted: The messages that are wanted, by id.

    Raises:
        NoRingError: It does not work out.
    """
    try:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    except OSError as error:  # this process has too many files open
        raise NoRingError(f"no connection to the driver: {error.strerror}") from error
    _sockets.add(sock)
    try:
        async with asyncio.timeout(_SECONDS):
            await asyncio.get_running_loop().sock_connect(sock, path)
            ring = await _shake_hands(sock, run, wanted)
    except BaseException as error:
        sock.close()
        if isinstance(error, TimeoutError):
            raise NoRingError(f"the driver did not answer within {_SECONDS:g} s") from error
        if isinstance(error, OSError):
            why = error.strerror or str(error)
            raise NoRingError(f"no connection to the driver: {why}") from error
        if isinstance(error, (RingError, FrameError, HandshakeError)):
            raise NoRingError(str(error)) from error
        raise
    return AttachedRing(sock, ring)


async def _shake_hands(sock: socket.socket, run: str | None, wanted: Iterable[int]) -> MappedRing:
    with RingHandshake() as handshake:
        await receive(sock, handshake)
        assert handshake.hello is not None
        if str(handshake.hello.epoch) != run:
            raise NoRingError("the driver has restarted meanwhile")
        data, descriptors = handshake.answer(more=control.interest(wanted))
        if descriptors:
            sent = socket.send_fds(sock, [data], descriptors, socket.MSG_NOSIGNAL)
            assert sent == len(data), "it is the first on this connection"
            await receive(sock, handshake)
        if isinstance(handshake.outcome, Attached):
            return handshake.outcome.ring
        assert handshake.outcome is not None
        raise NoRingError(handshake.outcome.why)


def _close_in_the_child() -> None:
    """Closes what a forked child has of all of them: the driver would take it for a peer."""
    for sock in tuple(_sockets):
        sock.close()


os.register_at_fork(after_in_child=_close_in_the_child)
