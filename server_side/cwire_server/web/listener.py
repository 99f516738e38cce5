"""A listening socket: accepts connections, and pauses while there are no descriptors for them.

Tornado's own tries again at once, with a traceback in the log each time: anyone who may connect,
token or not, could keep the processor busy and fill the disk.
"""

from __future__ import annotations

import asyncio
import logging
import socket

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

__all__ = ["Listener"]

_log = logging.getLogger("cwire.listener")

_AT_ONCE = 64
_REST_SECONDS = 0.5
_QUIET_SECONDS = 60.0


class Listener:
    """Hands connections to a server until it is closed.

    Args:
        sock: It listens and does not block; it is this object's now.
        server: Takes the connections.
    """

    def __init__(self, sock: socket.socket, server: HTTPServer) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._server = server
        self._resting: asyncio.TimerHandle | None = None
        self._told = float("-inf")
        self._listen()

    def close(self) -> None:
        """Stops listening."""
        if self._resting is not None:
            self._resting.cancel()
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _listen(self) -> None:
        self._loop.add_reader(self._socket, self._accept)

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                connection, address = self._socket.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionAbortedError:
                continue
            except OSError as error:
                self._rest(error)
                return
            self._server.handle_stream(IOStream(connection), address)

    def _rest(self, error: OSError) -> None:
        self._loop.remove_reader(self._socket)
        self._resting = self._loop.call_later(_REST_SECONDS, self._listen)
        now = self._loop.time()
        if now - self._told > _QUIET_SECONDS:
            self._told = now
            _log.warning(
                "cannot accept connections: %s; trying again until it works", error.strerror
            )
