"""Reads a driver's frames from its ring: one batch in each turn of the event loop.

When there is nothing more, the reader sleeps until a doorbell comes by the socket. While it is
awake the driver does nothing for it, and what is published meanwhile is read as one batch.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable

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
# Who has read so much looks once more before it sleeps: a busy driver need not ring all the time.
_MUCH = 64 << 10


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
        self._paused = False
        self._closed = False
        self._error: Exception | None = None

    def start(self) -> None:
        """Begins."""
        self._socket.resume()
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

    def close(self) -> None:
        """Reads no more. Must be called before the socket is closed."""
        self._closed = True
        self._socket.close()
        self._cancel()
        self._reader.close()

    def end(self, error: Exception) -> None:
        """Reads what is in the ring, but no more by the socket, which cannot be used any more."""
        self._socket.end(error)

    # What comes by the socket

    def heard(self) -> None:
        """Takes a sign of life."""
        self._taker.heard()

    def take(self, parts: Iterable[Batch | Special]) -> None:
        """Takes what came by the socket; reads at once what it rings for."""
        due = False
        for part in parts:
            assert isinstance(part, Special)  # others are refused
            if part.header.type != frames.CONTROL:
                self._reader.hold(part)
                due = True
                continue
            match control.parse_control(part.payload):
                case control.Doorbell():
                    due = True
                case control.Bye() as bye:
                    raise farewell(bye)
        if due and self._turn is None and not self._paused:
            self._reader.wake()
            self._read()

    def lost(self, error: Exception) -> None:
        """Reads what is in the ring, and is at the end then."""
        if self._error is None and not self._closed:
            self._error = error
            self._reader.finish()
            self._awake()

    # The ring

    def _awake(self) -> None:
        if self._closed:
            return
        self._reader.wake()
        if self._turn is None and not self._paused:
            self._turn = self._loop.call_soon(self._read)

    def _cancel(self) -> None:
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    def _read(self) -> None:
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
            if self._error is not None or much > _MUCH or not self._reader.sleep():
                self._awake()
        except Exception as error:
            self._socket.close()
            self._taker.lost(error)


def _refuse(tallies: tuple[Tally, ...]) -> dict[int, int]:
    raise LinkError("the driver sent frames by its socket that belong into its ring")
