"""Reads what a driver publishes from its ring, as a peer of the driver beside the relay.

When there is nothing more, it sleeps until the driver's doorbell comes by the socket. Several
turns of the event loop share what there is to read, so that nothing else waits for long.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable
from typing import Protocol

from cwire.link.attaching import AttachedRing
from cwire_structs import control, frames
from cwire_structs.frames import CONTROL, FRAME_LIMIT, REPLY, FrameError, Header
from cwire_structs.ring import RingError

__all__ = ["DriverRing", "RingEndedError", "RingTaker"]

_log = logging.getLogger("cwire")
_SOCKET_BYTES = 4 << 10
# Copied at once: it stays in the processor's cache until the histories have it.
_PIECE_BYTES = 256 << 10
# From this size on a frame is copied by itself.
_LARGE_BYTES = 32 << 10
# Read in one turn, at most. After a turn with more than the second, another one follows: so a busy
# driver need not ring all the time.
_TURN_BYTES = 4 << 20
_MUCH_BYTES = 64 << 10


class RingEndedError(Exception):
    """The driver has ended the connection; the text says why."""


class RingTaker(Protocol):
    """Takes what is read from a ring."""

    def wants(self, type: int) -> bool:
        """Whether frames of a message are to be taken; others may be passed over."""

    def reserve(self, header: Header) -> memoryview | None:
        """Gives the place for a frame, with its padding; None: it is to be taken by `take`."""

    def commit(self, place: memoryview) -> None:
        """Takes the frame that was copied to the place reserved last."""

    def take(self, data: memoryview) -> None:
        """Takes whole frames, of any kind, in memory that may be changed, and is used again."""

    def end(self, error: Exception) -> None:
        """Nothing more is read, and why: only `finish` may find more.

        It is called once, and not after `close`.
        """


class DriverRing:
    """A driver's ring, and the socket that it came by.

    Args:
        attached: Belongs to this object from now on.
        taker: Takes what is read.
    """

    def __init__(
        self,
        attached: AttachedRing,
        taker: RingTaker,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = attached.socket
        self._ring = attached.ring
        self._received = bytearray()
        self._taker = taker
        self._memory = memoryview(bytearray(_PIECE_BYTES))
        self._begun = False
        self._turn: asyncio.Handle | None = None
        self._reads = False
        self._closed = False
        self._error: Exception | None = None  # why the connection has ended
        self._broken = False  # the ring cannot be read on
        self._wants: frozenset[int] | None = None
        self._loop.add_reader(self._socket, self._readable)

    @property
    def waits(self) -> bool:
        """Whether it has been read, and is not read on at the moment: more may lie in there."""
        return self._begun and not self._reads

    def read(self) -> None:
        """Reads from now on, until `pause`."""
        if not self._reads and not self._closed and not self._broken:
            self._begun = self._reads = True
            self._awake()

    def pause(self) -> None:
        """Reads no more until `read`: the driver writes on, and overwrites what is not read.

        The end of the connection is not told meanwhile either.
        """
        self._reads = False
        self._cancel()

    def read_all(self) -> None:
        """Reads up to where the ring ends now, if it reads at all."""
        if self._reads:
            self._ring.wake()
            self._try_to_read(self._ring.head)
            self._go_on(much=False)

    def finish(self) -> None:
        """Reads up to where the ring ends now, also while it pauses, if it was read before."""
        if self._begun and not self._closed and not self._broken:
            self._try_to_read(self._ring.head)

    def want(self, types: Iterable[int]) -> None:
        """Tells the driver which messages are wanted, if that has changed."""
        wanted = frozenset(types)
        if wanted != self._wants:
            self._wants = wanted
            self._send(control.interest(wanted))

    def close(self) -> None:
        """Gives socket and ring back."""
        if not self._closed:
            self.pause()
            self._closed = True
            self._hang_up()
            self._ring.close()

    def abandon(self) -> None:
        """Closes what a forked child has of the connection, which shall end when its parent does.

        The event loop is not told: it has the registry of descriptors in common with its parent.
        """
        self._socket.close()

    # What comes by the socket

    def _readable(self) -> None:
        try:
            piece = self._socket.recv(_SOCKET_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._ended(RingEndedError(f"the driver broke the connection: {error.strerror}"))
            return
        if not piece:
            self._ended(RingEndedError("the driver closed the connection"))
            return
        self._received += piece
        try:
            self._hear()
        except (FrameError, RingEndedError) as error:
            self._ended(error)

    def _hear(self) -> None:
        """Takes the control frames that have come."""
        while True:
            found = frames.scan(self._received)
            if found.end or (found.special and found.span > _SOCKET_BYTES):
                raise FrameError("the driver sent by its socket what belongs into its ring")
            if not found.special or found.span > len(self._received):
                return
            header = frames.unpack_header(self._received)
            payload = bytes(self._received[frames.HEADER_SIZE : header.size])
            del self._received[: found.span]
            if header.type != CONTROL:
                raise FrameError("the driver sent a reply to nothing that it was asked")
            match control.parse_control(payload):
                case control.Bye() as bye:
                    raise RingEndedError(f"the driver said goodbye: {bye.text}")
                case control.Doorbell():
                    if self._reads and self._turn is None:
                        self._ring.wake()
                        self._one_turn()

    def _send(self, frame: bytes) -> None:
        if self._closed or self._error is not None:
            return
        try:
            sent = self._socket.send(frame, socket.MSG_NOSIGNAL)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # that it has ended is seen by reading
        if sent != len(frame):
            self._ended(RingEndedError("the driver does not read what it is told"))

    def _ended(self, error: Exception) -> None:
        """Takes the connection to have ended: it ends, too, once it has read what is left."""
        self._error = error
        self._hang_up()
        if self._reads:
            self._end(error)

    def _end(self, error: Exception) -> None:
        self.finish()
        if self._reads:  # else it has been told another reason just now
            self.pause()
            self._taker.end(error)

    def _hang_up(self) -> None:
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    # The ring

    def _awake(self) -> None:
        self._ring.wake()
        self._cancel()
        self._turn = self._loop.call_soon(self._one_turn)

    def _cancel(self) -> None:
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    def _one_turn(self) -> None:
        self._turn = None
        if self._error is not None:
            self._end(self._error)
            return
        begin = self._ring.position
        self._try_to_read(min(self._ring.head, begin + _TURN_BYTES))
        self._go_on(much=not self._closed and self._ring.position - begin > _MUCH_BYTES)

    def _go_on(self, *, much: bool) -> None:
        """Comes back in the next turn, or sleeps if there is nothing more."""
        if self._reads and self._turn is None and (much or not self._ring.sleep()):
            self._awake()

    def _try_to_read(self, stop: int) -> None:
        """Reads up to an offset; an error ends it."""
        try:
            # It reads before it compares: only reading finds out a head that has gone back.
            while not self._closed and self._read_piece() and self._ring.position < stop:
                pass
        except (RingError, FrameError) as error:
            self._break(error)
        except Exception as error:  # a bug of ours: go on by the relay, not with a dead stream
            _log.exception("cannot take what is in a driver's ring")
            self._break(RingError(f"a fault of this client: {error!r}"))

    def _break(self, error: Exception) -> None:
        """Reads nothing more out of this ring."""
        self._broken = True
        reads = self._reads
        self.pause()
        if not self._closed:
            self._hang_up()
            if reads:
                self._taker.end(error)

    def _read_piece(self) -> bool:
        """Has whole frames taken; returns whether there were any.

        A large one is passed over, or copied to its place at once; small ones are copied together.
        """
        header = self._ring.peek()
        if header is None:
            return False
        if header.size > FRAME_LIMIT:
            raise RingError(f"a frame of {header.size} bytes is over the limit of {FRAME_LIMIT}")
        if header.size < _LARGE_BYTES:
            return self._copy(self._memory, _PIECE_BYTES)
        special = header.type == CONTROL or header.flags & REPLY
        if special or not self._taker.wants(header.type):
            self._ring.skip()
            return True
        place = self._taker.reserve(header)
        span = frames.span(header.size)
        if place is None:
            return self._copy(memoryview(bytearray(span)), span)
        size, _ = self._ring.take(place, 0, span)
        if size == span and frames.unpack_header(place) == header:
            self._taker.commit(place)
        elif size:  # it was overwritten just now: these are others
            self._taker.take(memoryview(bytearray(place[:size])))
        return size > 0

    def _copy(self, memory: memoryview, room: int) -> bool:
        size, _ = self._ring.take(memory, 0, room)
        if size:
            self._taker.take(memory[:size])
        return size > 0
