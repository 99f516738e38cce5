"""The relay's entry in the runtime directory, by which clients of this account find it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path

from cwire_structs.frames import PROTOCOL
from cwire_structs.runtime import runtime_dir

__all__ = ["RuntimeFile"]


class RuntimeFile:
    """``relay-PID.json``, locked while the relay lives.

    A lock goes with its process, however that ends; a file that anyone can lock is a dead relay's.
    It holds no token: whoever may read it may use the relay's Unix socket, which needs none.
    """

    def __init__(self) -> None:
        directory = runtime_dir()
        _remove_dead(directory)
        self.path = directory / f"relay-{os.getpid()}.json"
        self.socket = self.path.with_suffix(".sock")
        self._fd: int | None = None

    def write(self, url: str) -> None:
        """Writes and locks the file; from now on clients find the relay."""
        fresh = self.path.with_suffix(".new")
        self._fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        entry = {
            "pid": os.getpid(),
            "unix": str(self.socket),
            "url": url,
            "protocol": PROTOCOL,
            "started": time.time(),
        }
        os.write(self._fd, json.dumps(entry).encode())
        # Renamed when whole and locked: nobody sees it half written or unlocked.
        fresh.rename(self.path)

    def close(self) -> None:
        """Removes the file and the socket: the relay is going."""
        self.path.unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _remove_dead(directory: Path) -> None:
    """Removes the files of relays that were killed."""
    for path in directory.glob("relay-*.json"):
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
            path.with_suffix(".sock").unlink(missing_ok=True)
        except BlockingIOError:
            pass  # it lives
        finally:
            os.close(fd)
