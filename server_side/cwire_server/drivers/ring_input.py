"""Reads a driver's frames from its ring: one batch in each turn of the event loop.

When there is nothing more, the reader sleeps until a doorbell comes by the socket. While it is
awake the driver does nothing for it, and what is published meanwhile is read as one batch. What no
client waits for is read a few times a second, for the history: of all such drivers at once, without
doorbells, and as much as the ring holds then.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Iterator

from cwire_server.drivers.batch_reader import BatchReader, Special
from cwire_server.drivers.greeting import LinkError, farewell
from cwire_server.drivers.read_buffers import ReadBuffers
from cwire_server.drivers.ring_reader import RingReader
from cwire_server.drivers.socket_input import SocketInput, Taker
from cwire_server.hub.batch import Batch
from cwire_structs import control, frames
from cwire_structs.frames import Tally

__all__ = ["RingInput"]

# Replies and control frames are few.
_SOCKET_BYTES = 4 << 10
# After a read of more bytes than this, the reader looks once more before it sleeps: so a busy
# driver need not ring all the time.
_MUCH = 64 << 10
# Seconds between two reads of what nobody waits for: for those, the driver does not wait either.
_REST_SECONDS = 0.1
# A driver sends neither heartbeat nor doorbell before a reply that waits. Those that come while one
# is awaited may be older than its place, but not in so many heartbeats' times.
_MISSES = 3


class RingInput:
    """Reads from a ring, and from the socket what belongs to it, for a taker.

    Args:
        sock: The socket that the ring came by; the caller closes it after `close`.
        reader: The ring, which `close` closes.
        taker: Its `take` may pause this. What it raises ends the reading.
    """

    def __init__(self, sock: socket.socket, reader: RingReader, taker: Taker) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader = reader
        self._taker = taker
        specials = BatchReader(0, _refuse, ReadBuffers(0), _SOCKET_BYTES)
        self._socket = SocketInput(sock, specials, self)
        self._turn: asyncio.Handle | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._wanted = True
        self._until = 0  # where the ring ended when the last rest was over
        self._paused = False
        self._closed = False
        self._error: Exception | None = None
        # The reply that is awaited, whether there was a sign since the last `check` that it does
        # not come, and in how many there were.
        self._awaited: int | None = None
        self._missed = False
        self._misses = 0

    def start(self) -> None:
        """Begins to read."""
        self._socket.resume()
        self._awake()

    def expect(self, wanted: bool) -> None:
        """Says whether anybody waits for the driver's frames."""
        self._wanted = wanted
        if wanted:
            self._reader.be_lazy(False)
            if self._rest is not None:
                self._awake()

    def pause(self) -> None:
        """Reads no more until `resume`; the driver sees that by the reader's position."""
        self._paused = True
        self._socket.pause()
        self._cancel()

    def resume(self) -> None:
        """Reads on."""
        self._paused = False
        if self._error is None:
            self._socket.resume()
        self._awake()

    def catching_up(self) -> Iterator[None]:
        """Reads what is in the ring by now, also while paused: a batch in each step.

        At a place whose reply has not come, the steps do nothing until it has, or the reading ends.
        """
        if self._closed:
            return
        self._reader.be_lazy(False)  # until the next rest is over
        end = self._reader.head
        while not self._closed and (self._reader.position < end or self._reader.has_rest):
            if not self._reader.blocked:
                self._reader.wake()
                self._cancel()
                self._read()
            yield

    def close(self) -> None:
        """Reads no more. Must be called before the socket is closed."""
        self._closed = True
        self._socket.close()
        self._cancel()
        self._reader.close()

    def end(self, error: Exception) -> None:
        """Reads what is in the ring, but no more by the socket, which cannot be used any more."""
        self._socket.end(error)

    def check(self) -> None:
        """Ends the reading if a reply does not come; to be called once in a heartbeat's time."""
        if self._awaited != self._reader.awaited:
            self._awaited = self._reader.awaited
            self._misses = 0
        elif self._awaited is not None:
            self._misses += self._missed
        self._missed = False
        if self._misses >= _MISSES:
            text = "the driver's ring has the place of a reply that was never sent; restart it"
            self.end(LinkError(text))

    # What comes by the socket

    def heard(self) -> None:
        """Takes a sign of life."""
        self._taker.heard()

    def take(self, parts: Iterable[Batch | Special]) -> None:
        """Takes what came by the socket; reads at once what it rings for."""
        rung = replied = due = False
        for part in parts:
            assert isinstance(part, Special)  # others are refused
            if part.header.type != frames.CONTROL:
                if self._reader.hold(part):
                    replied = True
                else:
                    due = True
                    self._taker.take((part,))
                continue
            match control.parse_control(part.payload):
                case control.Doorbell():
                    rung = self._missed = True
                case control.Heartbeat():
                    self._missed = True
                case control.Bye() as bye:
                    raise farewell(bye)
        if self._turn is not None or self._paused or self._closed:
            return
        if due and self._rest is None:
            # The doorbell was for its place only, unless there is more.
            rung = not self._reader.sleep()
        if replied or (rung and self._wanted):
            self._reader.wake()
            self._read()
        elif rung:
            self._reader.wake()
            self._read_later()

    def lost(self, error: Exception) -> None:
        """Reads what is in the ring, and is at the end then."""
        if self._error is None and not self._closed:
            self._error = error
            self._reader.finish()
            self._awake()

    # The ring

    def _awake(self) -> None:
        """Reads in the next turn."""
        if not self._closed and not self._paused:
            self._reader.wake()
            self._cancel()
            self._turn = self._loop.call_soon(self._read)

    def _read_later(self) -> None:
        """Reads in a while, in the same turn as others that nobody waits for."""
        if self._rest is None:
            due = (self._loop.time() // _REST_SECONDS + 1) * _REST_SECONDS
            self._rest = self._loop.call_at(due, self._read_rest)

    def _read_rest(self) -> None:
        self._rest = None
        self._reader.be_lazy(not self._wanted)
        self._until = self._reader.head
        self._read()

    def _cancel(self) -> None:
        for handle in (self._turn, self._rest):
            if handle is not None:
                handle.cancel()
        self._turn = self._rest = None

    def _read(self) -> None:
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        try:
            much = self._reader.waiting
            if much:
                self._taker.heard()
            self._taker.take(self._reader.read())
            if self._closed or self._paused or self._reader.blocked:
                return
            if self._error is not None and self._reader.ended:
                raise self._error
            hurry = self._error is not None or self._reader.holding
            if not hurry and much and not self._wanted and self._until <= self._reader.position:
                self._reader.rest()
                self._read_later()
            elif hurry or much > _MUCH or not self._reader.sleep():
                self._awake()
        except Exception as error:
            self._socket.close()
            self._taker.lost(error)


def _refuse(tallies: tuple[Tally, ...]) -> dict[int, int]:
    raise LinkError("the driver sent frames by its socket that belong into its ring")
