"""The relay's entry in the runtime directory, by which clients of this account find it."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from cwire_structs.frames import PROTOCOL
from cwire_structs.relays import remove_dead, this_machine
from cwire_structs.runtime import RuntimeDirError, cannot_write, runtime_dir

__all__ = ["RuntimeFile"]

_log = logging.getLogger("cwire.relay")
_BACKLOG = 128


class RuntimeFile:
    """``relay-PID-RANDOM.json`` and the Unix socket beside it, held by a lock on the file.

    A lock goes with its process, however that ends; a file that anyone can lock is a dead relay's.
    The name has more than the process id, since relays in several containers may have the same.
    It holds no token: whoever may read it may use the relay's Unix socket, which needs none.

    Args:
        url: ``ws://HOST:PORT/ws``.
        drivers: The drivers that the relay serves: name to Unix socket.
        watches: The directory whose drivers it serves, also those that come later; None: none.

    Raises:
        RuntimeDirError: The runtime directory cannot be trusted or written to; nothing is left.
    """

    def __init__(self, url: str, drivers: Mapping[str, str], watches: str | None = None) -> None:
        directory = runtime_dir()
        remove_dead(directory)
        self.path, self._fd = _reserve(directory)
        self._former = -1
        self._published = False
        self.socket = self.path.with_suffix(".sock")
        self._listener: socket.socket | None = None
        self._entry = {
            "pid": os.getpid(),
            "unix": str(self.socket),
            "url": url,
            "protocol": PROTOCOL,
            "started": time.time(),
            "drivers": dict(drivers),
            "watches": watches,
            **this_machine().to_json(),
        }
        try:
            _write(self._fd, self._entry)
        except OSError as error:
            self.close()
            raise cannot_write(self._fresh, error) from error

    def set_drivers(self, drivers: Mapping[str, str]) -> None:
        """Says which drivers the relay serves by now.

        Another file takes the place of one that is published, so that nobody reads half of it. The
        lock on that one is kept, for who has just opened it.
        """
        self._entry["drivers"] = dict(drivers)
        fd = -1
        try:
            if not self._published:
                _write(self._fd, self._entry)
                return
            fd = _create(self._fresh)
            _write(fd, self._entry)
            self._fresh.rename(self.path)
        except OSError as error:
            _log.warning("%s does not say which drivers it serves: %s", self.path, error.strerror)
            if fd >= 0:
                os.close(fd)
                _remove(self._fresh)
            return
        if self._former >= 0:
            os.close(self._former)
        self._former, self._fd = self._fd, fd

    def listen(self) -> socket.socket:
        """Listens at the socket, which is this account's alone.

        Raises:
            RuntimeDirError: It cannot be made.
        """
        listener = socket.socket(socket.AF_UNIX)
        try:
            listener.setblocking(False)
            # Never in the place of another one: that of this name is not made yet, or not ours.
            listener.bind(str(self.socket))
            self._listener = listener
            self.socket.chmod(0o600)
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno is None:  # Python's own: too long a path for a Unix socket
                raise RuntimeDirError(
                    f"cannot listen at {self.socket}: {error}; "
                    "set CWIRE_RUNTIME_DIR to a directory of yours with a short path"
                ) from error
            raise cannot_write(self.socket, error) from error
        return listener

    def publish(self) -> None:
        """Gives the file its name; from now on clients find the relay.

        Raises:
            RuntimeDirError: It cannot be given.
        """
        try:
            # Whole and locked by now: nobody sees it half written or unlocked.
            self._fresh.rename(self.path)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        self._published = True

    @property
    def _fresh(self) -> Path:
        """The file's name until it is complete."""
        return self.path.with_suffix(".new")

    def close(self) -> None:
        """Removes the file and the socket: the relay is going."""
        if self._fd < 0:
            return
        _remove(self.path)
        _remove(self._fresh)
        if self._listener is not None:
            _remove(self.socket)
        for fd in (self._fd, self._former):
            if fd >= 0:
                os.close(fd)
        self._fd = self._former = -1


def _reserve(directory: Path) -> tuple[Path, int]:
    """Takes a free name: the path that the entry will have, and the lock on it."""
    while True:
        path = directory / f"relay-{os.getpid()}-{secrets.token_hex(3)}.json"
        fresh = path.with_suffix(".new")
        try:
            fd = _create(fresh)
        except FileExistsError:
            continue
        except OSError as error:
            raise cannot_write(fresh, error) from error
        if not path.exists() and not path.with_suffix(".sock").exists():
            return path, fd
        os.close(fd)  # left by one that was killed, or another machine's
        _remove(fresh)


def _create(path: Path) -> int:
    """Makes a file of this account alone, and locks it."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
    except OSError:
        os.close(fd)
        _remove(path)
        raise
    return fd


def _write(fd: int, entry: Mapping[str, object]) -> None:
    with os.fdopen(os.dup(fd), "wb") as file:
        file.seek(0)  # the drivers of an entry only get more
        file.write(json.dumps(entry).encode())
    os.fsync(fd)  # some file systems say only here that they are full


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("cannot remove %s: %s; remove it when you can", path, error.strerror)
