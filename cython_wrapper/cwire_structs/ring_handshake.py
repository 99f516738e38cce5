"""The first frames between a driver and a reader of its ring, for any kind of socket.

handshake = RingHandshake()
while handshake.wants:                               # the hello
    handshake.feed(sock.recv(handshake.wants))
data, descriptors = handshake.answer()
socket.send_fds(sock, [data], descriptors)
while handshake.wants:                               # what the driver says to that
    data, descriptors, _, _ = socket.recv_fds(sock, handshake.wants, DESCRIPTORS)
    handshake.feed(data, descriptors)
handshake.close()
handshake.outcome                                    # Attached or Refused

It knows no socket and no clock. PROTOCOL.md says what is on the wire.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from cwire_structs import control, frames
from cwire_structs.control import Bye, Hello, Ring
from cwire_structs.frames import HELLO_LIMIT
from cwire_structs.ring import SHAREABLE, MappedRing, ReaderPage, RingError, open_ring

__all__ = [
    "DESCRIPTORS",
    "Attached",
    "DriverRefusedError",
    "HandshakeError",
    "Refused",
    "RingHandshake",
]

DESCRIPTORS = 8
"""Room for so many descriptors is enough when bytes are received; a driver sends one."""

_LARGEST = 64 << 10  # bytes of a `ring` frame: its text is a sentence


class HandshakeError(ValueError):
    """The session with a driver ends before it has begun; the text says why."""


class DriverRefusedError(HandshakeError):
    """The driver says goodbye instead of hello."""


@dataclass(frozen=True, slots=True)
class Attached:
    """The outcome of a handshake that gave the driver's ring.

    Attributes:
        ring: The ring, which is the caller's from now on.
        number: This reader's, for `control.Place`.
    """

    ring: MappedRing
    number: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The outcome of a handshake without a ring: frames come by the socket.

    Attributes:
        why: The reason why there is no ring.
        first: What has been received of the frames.
    """

    why: str
    first: bytes = b""


class RingHandshake:
    """A reader's part of the handshake: hello, answer, ring.

    Args:
        limit: Bytes that a hello may have.

    Attributes:
        hello: The driver's hello, once it has come.
        outcome: What came of it, at the end.
    """

    def __init__(self, limit: int = HELLO_LIMIT) -> None:
        self.hello: Hello | None = None
        self.outcome: Attached | Refused | None = None
        self._limit = limit
        self._page: ReaderPage | None = None
        self._received = bytearray()
        self._descriptors: list[int] = []
        self._end = frames.HEADER_SIZE  # of what can be understood next

    @property
    def wants(self) -> int:
        """Bytes that may be received next, no byte more; 0: it is this side's turn, or the end."""
        return self._end - len(self._received)

    def feed(self, data: bytes, descriptors: Iterable[int] = ()) -> None:
        """Takes what has been received: `wants` bytes at most, and the descriptors with them.

        Raises:
            DriverRefusedError: It said goodbye instead of hello.
            HandshakeError: It was not what a driver says, or the end of the connection.
            FrameError: It was malformed.
            RingError: What the driver gave as its ring is none, or it hangs up as it was asked for
                it. Connect again, and `answer` with a refusal: then frames come by the socket.
        """
        self._descriptors += descriptors
        if not data:
            when = "when it had the answer"
            if self.hello is None:
                when = "before its hello was complete"
            raise HandshakeError(f"the driver closed the connection {when}")
        assert len(data) <= self.wants
        self._received += data
        if self.wants:
            return
        header = frames.unpack_header(self._received)
        if len(self._received) == frames.HEADER_SIZE and self._goes_on(header):
            self._end = frames.span(header.size)
        if self.outcome is None and not self.wants:
            self._take(bytes(self._received[frames.HEADER_SIZE : header.size]))

    def _goes_on(self, header: frames.Header) -> bool:
        """Whether more is to be received than this header."""
        if self.hello is not None:
            known = frames.HEADER_SIZE <= header.size <= _LARGEST
            if header.type != frames.CONTROL or not known:
                self.give_up()
                return False
        elif not frames.HEADER_SIZE <= header.size <= self._limit:
            raise HandshakeError(
                f"what listens there is not a cwire driver: its hello claims {header.size} bytes, "
                f"at most {self._limit} are allowed"
            )
        return True

    def _take(self, payload: bytes) -> None:
        message = control.parse_control(payload)
        if self.hello is not None:
            self._take_ring(message)
        elif isinstance(message, Hello):
            self.hello = message
            self._received.clear()
            self._end = 0
        elif isinstance(message, Bye):
            raise DriverRefusedError(f"the driver refused: {message.text}")
        else:
            raise HandshakeError("what listens there did not begin with a hello")

    def _take_ring(self, message: control.Control | None) -> None:
        assert self.hello is not None
        assert self._page is not None
        if isinstance(message, Bye):
            # Descriptors do not pass what is between them, as ssh or socat, say.
            raise RingError(f"the driver said goodbye: {message.text}")
        if not isinstance(message, Ring):
            self.give_up()
        elif message.problem:
            self.outcome = Refused(message.problem)
        elif not self._descriptors:
            raise RingError("the driver says that it has a ring, and sends none")
        else:
            fd, epoch = self._descriptors[0], self.hello.epoch
            ring = open_ring(fd, self._page, epoch=epoch, position=message.position)
            self.outcome = Attached(ring, message.number)

    def answer(self, refusal: str = "", more: bytes = b"") -> tuple[bytes, list[int]]:
        """Makes the answer to the hello.

        Args:
            refusal: The reason why the driver's ring is not wanted, if so.
            more: Frames to send with it, such as `control.interest`: who says nothing wants all,
                and a driver that waits for a reader would begin.

        Returns:
            The bytes, and the descriptors to send with them.
        """
        assert self.hello is not None
        if not SHAREABLE:
            refusal = "this machine cannot share 64-bit numbers without locks"
        if not refusal:
            try:
                self._page = ReaderPage()
            except RingError as error:
                refusal = str(error)
        if self._page is None:
            self.outcome = Refused(refusal)
            return control.answer() + more, []
        self._end = frames.HEADER_SIZE
        return control.answer(ring=True) + more, [self._page.fileno()]

    def give_up(self) -> None:
        """Waits no longer for the driver's ring: it knows none, or is slow."""
        self.outcome = Refused("the driver knows no ring", bytes(self._received))
        self._end = len(self._received)

    def close(self) -> None:
        """Closes the descriptors; a ring is mapped by then."""
        for fd in self._descriptors:
            os.close(fd)
        self._descriptors.clear()
        if self._page is not None:
            self._page.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
