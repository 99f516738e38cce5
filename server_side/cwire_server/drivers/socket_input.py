"""Reads a driver's frames from its socket, as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Protocol

from cwire_server.drivers.batch_reader import BatchReader, Special
from cwire_server.drivers.greeting import LinkError
from cwire_server.hub.batch import Batch

__all__ = ["Connection", "SocketInput", "Taker"]


class Connection(Protocol):
    """Carries frames to and from a driver, as a socket does that does not block."""

    def fileno(self) -> int:
        """The descriptor, for the event loop."""

    def recv_into(self, room: memoryview, /) -> int:
        """Receives; 0: it is closed. Raises BlockingIOError if there is nothing."""

    def send(self, data: memoryview, flags: int, /) -> int:
        """Sends what it takes; after BlockingIOError, the same bytes are to be sent again."""

    def close(self) -> None:
        """Closes it."""


class Taker(Protocol):
    """Takes what comes from a driver."""

    def heard(self) -> None:
        """The driver gives a sign of life."""

    def take(self, parts: Iterable[Batch | Special]) -> None:
        """Takes batches, control frames and replies, in their order."""

    def lost(self, error: Exception) -> None:
        """Nothing more comes."""


class SocketInput:
    """Reads from a connected socket and hands what is whole to a taker.

    Args:
        sock: A stream socket that does not block, or what is like it; the caller closes it after
            `close`.
        reader: Cuts the bytes.
        taker: Its `take` may pause this. What it raises ends the reading.
    """

    def __init__(self, sock: Connection, reader: BatchReader, taker: Taker) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._reader = reader
        self._taker = taker
        self._closed = False

    def start(self, first: bytes = b"") -> None:
        """Begins with bytes that were received already."""
        self.resume()
        while first:
            room = self._reader.room()
            size = min(len(room), len(first))
            room[:size] = first[:size]
            first = first[size:]
            self._received(size)

    def expect(self, wanted: bool) -> None:
        """Says whether anybody waits for the driver's frames. They are read anyway."""

    def check(self) -> None:
        """Is called once in a heartbeat's time. Replies have their place in the stream here."""

    def catching_up(self) -> Iterator[None]:
        """Reads nothing: what is still to come by the socket is not known."""
        return iter(())

    def pause(self) -> None:
        """Reads no more until `resume`."""
        self._loop.remove_reader(self._socket)

    def resume(self) -> None:
        """Reads on."""
        if not self._closed:
            self._loop.add_reader(self._socket, self._on_readable)

    def close(self) -> None:
        """Reads no more. Must be called before the socket is closed."""
        self._closed = True
        self._loop.remove_reader(self._socket)

    def end(self, error: Exception) -> None:
        """Reads no more, since the socket cannot be used any more."""
        self.close()
        self._taker.lost(error)

    def _on_readable(self) -> None:
        try:
            size = self._socket.recv_into(self._reader.room())
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self.end(LinkError(f"the driver broke the connection: {error.strerror}"))
            return
        if size:
            self._received(size)
        else:
            self.end(LinkError("the driver closed the connection; start it again"))

    def _received(self, size: int) -> None:
        self._taker.heard()
        try:
            self._taker.take(self._reader.received(size))
        except Exception as error:
            # What was read is lost to the reader now: also after a fault of ours the link must not
            # go on.
            self.end(error)
