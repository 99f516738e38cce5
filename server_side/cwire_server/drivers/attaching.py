"""Answers a driver's hello, and maps its ring if it gives one."""

from __future__ import annotations

import asyncio
import socket

from cwire_server.drivers.greeting import LinkError
from cwire_structs.ring import RingError
from cwire_structs.ring_handshake import (
    Attached,
    HandshakeError,
    Refused,
    RingHandshake,
)
from cwire_structs.ring_receiving import receive

__all__ = ["RingRefusedError", "attach"]

_FIRST_FRAME_SECONDS = 2.0


class RingRefusedError(LinkError):
    """The driver's ring is of no use, and it sends its frames nowhere else on this connection."""


async def attach(
    sock: socket.socket, handshake: RingHandshake, interest: bytes, refusal: str = ""
) -> Attached | Refused:
    """Answers a driver's hello.

    Args:
        sock: The socket that the hello has been read from, and nothing behind it.
        handshake: Has read the hello.
        interest: Says what is wanted. It goes with the answer: who says nothing wants all, and a
            driver that waits for a reader would begin.
        refusal: The reason why its ring is not wanted, if so.

    Raises:
        RingRefusedError: What it gave as its ring is none. Connect again, with this refusal.
        LinkError: The connection is broken.
        FrameError: What it says is malformed.
    """
    with handshake:
        try:
            await _take_turns(sock, handshake, interest, refusal)
        except RingError as error:
            raise RingRefusedError(str(error)) from error
        except HandshakeError as error:
            raise LinkError(str(error)) from error
        except OSError as error:
            raise LinkError(f"the driver broke the connection: {error.strerror}") from error
    assert handshake.outcome is not None
    return handshake.outcome


async def _take_turns(
    sock: socket.socket, handshake: RingHandshake, interest: bytes, refusal: str
) -> None:
    data, descriptors = handshake.answer(refusal, interest)
    sent = socket.send_fds(sock, [data], descriptors, socket.MSG_NOSIGNAL)
    assert sent == len(data), "it is the first on this connection"
    try:
        async with asyncio.timeout(_FIRST_FRAME_SECONDS):
            await receive(sock, handshake)
    except TimeoutError:
        handshake.give_up()
