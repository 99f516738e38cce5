"""Reads the ring of a driver of cwire: the session with the driver, and the ring behind it."""

from __future__ import annotations

import socket

from cwire.ipc.orders import ReadOrder
from cwire.ipc.receivers import history
from cwire_structs import frames
from cwire_structs.ring import MappedRing
from cwire_structs.ring_handshake import DESCRIPTORS, Attached, RingHandshake

__all__ = ["RingReceiver"]

_RECEIVE = 1 << 16
_RUN = 256 << 10


class RingReceiver:
    """A peer of the driver that asks for its ring; frames are copied out of that in C.

    Raises:
        ValueError: The driver gives no ring; the text says why.
    """

    copies = True
    offset = frames.HEADER_SIZE

    def __init__(self, order: ReadOrder) -> None:
        self._size = order.size
        self._room = order.size if order.pause else max(_RUN, order.size)
        memory = history()
        # Copies go on and on through memory of the reader's own; else few pages are used, which
        # stay in the processor's cache.
        self._memory = memory if order.mode == "copy" else memory[: self._room]
        self._place = 0
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(order.place)
            self._ring = self._attach()
        except BaseException:
            self._socket.close()
            raise

    def _attach(self) -> MappedRing:
        with RingHandshake() as handshake:
            while handshake.wants:
                handshake.feed(self._socket.recv(handshake.wants))
            answer, page = handshake.answer()
            socket.send_fds(self._socket, [answer], page)
            while handshake.wants:
                data, found, _, _ = socket.recv_fds(self._socket, handshake.wants, DESCRIPTORS)
                handshake.feed(data, found)
        if isinstance(handshake.outcome, Attached):
            return handshake.outcome.ring
        assert handshake.outcome is not None
        raise ValueError(f"the driver gives no ring: {handshake.outcome.why}")

    def take(self, wait: bool) -> memoryview | None:
        """The next whole frames, copied out of the ring; see `Receiver`."""
        if self._place + self._room > len(self._memory):
            self._place = 0
        taken, _ = self._ring.take(self._memory, self._place, self._room)
        if not taken:
            if wait and self._ring.sleep():
                if not self._socket.recv(_RECEIVE):
                    raise EOFError("the driver has ended before its last message")
                self._ring.wake()
            return None
        begin = self._place
        self._place += taken
        return self._memory[begin : self._place]

    def intact(self) -> bool:
        """Returns True: a copy of overwritten frames is never handed out, they count as lost."""
        return True

    def close(self) -> None:
        """Gives everything back."""
        self._socket.close()
        self._ring.close()
