"""Reads the ring of a driver of cwire: the session with the driver, and the ring behind it."""

from __future__ import annotations

import socket

from cwire.ipc.orders import ReadOrder
from cwire.ipc.receivers import own_memory
from cwire_structs import frames
from cwire_structs.ring import MappedRing
from cwire_structs.ring_handshake import DESCRIPTORS, Attached, RingHandshake

__all__ = ["RingReceiver"]

_RECEIVE = 1 << 16
_RUN = 256 << 10


class RingReceiver:
    """A peer of the driver that asks for its ring.

    Where the order is to copy, frames are copied out of the ring in C. Else they are views of it.

    Raises:
        ValueError: The driver gives no ring; the text says why.
    """

    offset = frames.HEADER_SIZE

    def __init__(self, order: ReadOrder) -> None:
        self.copies = order.mode == "copy"
        self._room = order.size if order.pause else max(_RUN, order.size)
        self._memory = own_memory(order.fresh)
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
        """The next whole frames, copied out of the ring or where they lie; see `Receiver`."""
        run = self._copy() if self.copies else self._ring.view(self._room)
        if run:
            return run
        if wait and self._ring.sleep():
            if not self._socket.recv(_RECEIVE):
                raise EOFError("the driver has ended before its last message")
            self._ring.wake()
        return None

    def _copy(self) -> memoryview:
        if self._place + self._room > len(self._memory):
            self._place = 0
        begin = self._place
        self._place += self._ring.take(self._memory, begin, self._room)[0]
        return self._memory[begin : self._place]

    def intact(self) -> bool:
        """Passes over a view, and says whether it was not overwritten until now.

        A copy of what was overwritten is never handed out: that counts as lost.
        """
        return self.copies or self._ring.skip()

    def close(self) -> None:
        """Gives everything back."""
        self._socket.close()
        self._ring.close()
