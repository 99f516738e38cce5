"""Reads and writes the bytes under a client's WebSocket, without waiting.

`ClientConnection` knows `Transport` only; `cwire_server.web.handshake` makes it. TLS is one more
class of this kind, over an `ssl.SSLSocket`. Its `read` has to go on until nothing is left, as the
event loop does not see bytes that TLS has decrypted. Its `write` has to join the pieces: TLS has
no `sendmsg`.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence
from typing import Protocol

__all__ = ["Bytes", "SocketTransport", "Transport"]

Bytes = bytes | memoryview

_READ_BYTES = 32 << 10
# A Unix socket holds what its sender's buffer allows: a large frame shall need few calls.
_UNIX_BUFFER = 1 << 20


class Transport(Protocol):
    """A connection for bytes that never waits. The event loop watches its `fileno`."""

    def fileno(self) -> int:
        """The descriptor to watch; -1 when it is closed."""

    def read(self) -> bytes | None:
        """Reads what has come: empty at the end of the connection, None if nothing is there yet."""

    def write(self, pieces: Sequence[Bytes]) -> int:
        """Sends pieces in order, as far as there is room; returns how many bytes were taken.

        Raises:
            OSError: The connection has ended.
        """

    def end_writing(self) -> None:
        """Tells the other side that nothing more follows; it can still be read."""

    def close(self) -> None:
        """Closes the connection."""


class SocketTransport:
    """A TCP or Unix socket as it is.

    Args:
        sock: A connected socket that does not block; it belongs to this object from now on.
    """

    __slots__ = ("_socket",)

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        if sock.family == socket.AF_UNIX:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNIX_BUFFER)
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def fileno(self) -> int:
        """The socket's; -1 when it is closed."""
        return self._socket.fileno()

    def read(self) -> bytes | None:
        """Reads at most 32 KiB; see `Transport`."""
        try:
            return self._socket.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return b""

    def write(self, pieces: Sequence[Bytes]) -> int:
        """Sends with one system call, and copies nothing; see `Transport`."""
        try:
            if len(pieces) == 1:
                return self._socket.send(pieces[0])
            return self._socket.sendmsg(pieces)
        except (BlockingIOError, InterruptedError):
            return 0

    def end_writing(self) -> None:
        """Shuts the socket's sending half down, if the other side is still there."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Closes the socket."""
        self._socket.close()
