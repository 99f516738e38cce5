"""Reads the ring of a driver of cwire: the session with the driver, and the ring behind it."""

from __future__ import annotations

import os
import socket

from cwire.ipc.orders import ReadOrder
from cwire.ipc.receivers import history
from cwire_structs import control, frames
from cwire_structs.control import Control, Hello, Ring
from cwire_structs.ring import ReaderPage, open_ring

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
        self._received = bytearray()
        self._descriptors: list[int] = []
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            with ReaderPage() as page:
                self._socket.connect(order.place)
                self._attach(page)
        except BaseException:
            self._socket.close()
            raise
        finally:
            for descriptor in self._descriptors:
                os.close(descriptor)

    def _attach(self, page: ReaderPage) -> None:
        hello = self._control()
        assert isinstance(hello, Hello)
        socket.send_fds(self._socket, [control.answer(ring=True)], [page.fileno()])
        ring = self._control()
        assert isinstance(ring, Ring)
        if ring.problem:
            raise ValueError(f"the driver gives no ring: {ring.problem}")
        self._ring = open_ring(
            self._descriptors[0], page, epoch=hello.epoch, position=ring.position
        )

    def _control(self) -> Control | None:
        """The next control frame; a descriptor may come with bytes before it."""
        while True:
            found = frames.scan(self._received)
            if found.special and found.span <= len(self._received):
                header = frames.unpack_header(self._received)
                payload = bytes(self._received[frames.HEADER_SIZE : header.size])
                del self._received[: found.span]
                return control.parse_control(payload)
            data, descriptors, _, _ = socket.recv_fds(self._socket, _RECEIVE, 1)
            if not data:
                raise EOFError("the driver has closed the connection")
            self._received += data
            self._descriptors += descriptors

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
