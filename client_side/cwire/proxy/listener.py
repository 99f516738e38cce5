"""Listens at a path or a port; a path is locked as drivers lock theirs, so that relays find it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import stat
from dataclasses import replace
from pathlib import Path
from typing import Self

from cwire.errors import InvalidArgument
from cwire.proxy.places import Place

__all__ = ["Listener"]


class Listener:
    """A listening socket, which does not block.

    Args:
        place: Where; a port on loopback only.

    Attributes:
        place: Where it is, with the port that was free.

    Raises:
        InvalidArgument: Nothing can listen there.
    """

    def __init__(self, place: Place) -> None:
        if not place.is_loopback:
            raise InvalidArgument(
                f"a proxy listens on this machine only, not at {place}: use 127.0.0.1, and ssh -L "
                "from another machine"
            )
        self._lock = _take_lock(place.path) if place.path else -1
        try:
            self.socket = _listen(place)
        except OSError as error:
            self._drop_lock(place.path)
            raise InvalidArgument(
                f"cannot listen at {place}: {error.strerror or error}; choose another place"
            ) from None
        self.place = place if place.path else replace(place, port=self.socket.getsockname()[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Listens no more, and removes the path."""
        self.socket.close()
        if self.place.path:
            with contextlib.suppress(OSError):
                Path(self.place.path).unlink()
            self._drop_lock(self.place.path)

    def _drop_lock(self, path: str) -> None:
        if self._lock >= 0:
            with contextlib.suppress(OSError):
                Path(f"{path}.lock").unlink()
            os.close(self._lock)
            self._lock = -1


def _take_lock(path: str) -> int:
    """Locks the file beside a socket, as libcwire does (`take_lock` in endpoint.c)."""
    name = f"{path}.lock"
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        try:
            lock = os.open(name, flags, 0o600)
        except OSError as error:
            raise InvalidArgument(
                f"cannot open {name}: {error.strerror}; choose another place"
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(lock), os.lstat(name)):
                return lock
        except BlockingIOError:
            os.close(lock)
            raise InvalidArgument(
                f"another program listens at {path}: stop it, or choose another place"
            ) from None
        except FileNotFoundError:
            pass  # its last holder has removed it between open and flock
        os.close(lock)


def _listen(place: Place) -> socket.socket:
    if not place.path:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(found[0], socket.SOCK_STREAM)
        address: object = found[4]
    else:
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISSOCK(os.lstat(place.path).st_mode):
                raise FileExistsError(17, "a file is there that is no socket")
            Path(place.path).unlink()  # of a program that has ended: nobody holds the lock
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        address = place.path
    try:
        if not place.path:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)  # type: ignore[arg-type]
        if place.path:
            Path(place.path).chmod(0o600)
        listener.listen(128)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener
