"""Tells who runs a driver here: `cwire run` and `cwire demo` say so beside its socket.

For the driver at ``NAME.sock`` there is the file ``NAME.run``. Who runs it holds a lock on the
file, which ends with the process, so a file that is not locked says nothing. It holds the links
that were printed, with their tokens, and is this account's alone. A second start prints them, and
the relay tells clients what the first says of a driver that has ended.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from cwire_structs.runtime import cannot_write

__all__ = ["Run", "RunFile", "read_run"]

_BYTES = 1 << 16
_LONGEST = 500  # characters that are told to clients


@dataclass(frozen=True, slots=True)
class Run:
    """What is said of a run.

    Attributes:
        pid: The process that runs the driver.
        links: What was printed for people: title to link; empty until all of it runs.
        ended: How the driver has ended, and after a semicolon what starts it again; empty: it runs.
    """

    pid: int
    links: dict[str, str] = field(default_factory=dict)
    ended: str = ""


def read_run(socket: Path) -> Run | None:
    """Reads who runs the driver of this socket; None: nobody who says so.

    Args:
        socket: Where the driver listens, or would.
    """
    try:
        fd = os.open(socket.with_suffix(".run"), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    with os.fdopen(fd, "rb") as file:
        try:
            # Shared, so that two that look at once do not take each other for the run.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _parsed(file.read(_BYTES))
    return None


def _parsed(data: bytes) -> Run | None:
    try:
        told = json.loads(data)
        links = {str(title): str(link) for title, link in told["links"].items()}
        # Clients show it in one line.
        ended = " ".join(str(told["ended"]).split())[:_LONGEST]
        return Run(int(told["pid"]), links, ended)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


class RunFile:
    """The file of a run, locked by this process. Made by `take`."""

    def __init__(self, path: Path, fd: int) -> None:
        self._path = path
        self._fd = fd

    @classmethod
    def take(cls, socket: Path) -> Self | None:
        """Makes the file of the driver at this socket; None: another process has it.

        Raises:
            RuntimeDirError: It cannot be written.
        """
        path = socket.with_suffix(".run")
        while True:
            try:
                fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise cannot_write(path, error) from error
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(fd)
                # Who only looks holds it for a moment.
                if read_run(socket) is not None or not path.exists():
                    return None
                continue
            made = cls(path, fd)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(fd), path.stat()):
                    made.write(Run(os.getpid()))
                    return made
            os.close(fd)  # the run before removed it just now

    def write(self, run: Run) -> None:
        """Says what is now.

        Raises:
            RuntimeDirError: It cannot be written.
        """
        data = json.dumps(asdict(run)).encode()
        try:
            os.ftruncate(self._fd, len(data))
            os.pwrite(self._fd, data, 0)
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def close(self) -> None:
        """Removes the file: the run is over."""
        with suppress(OSError):
            self._path.unlink()
        os.close(self._fd)
