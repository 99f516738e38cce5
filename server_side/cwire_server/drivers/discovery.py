"""Finds the drivers that listen in the runtime directory, also those that come later.

A driver of libcwire holds a lock on a file beside its socket while it listens: that tells it from
what a dead one has left. Nothing is connected to.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

from cwire_server.config import LAST_SOURCE, ConfigError, DriverAddress
from cwire_structs.frames import RELAY_NAME
from cwire_structs.relays import ENTRY_NAME

__all__ = ["Discovery"]

_log = logging.getLogger("cwire.driver")

_LOOK_SECONDS = 0.5
_COARSE_NS = 100_000_000  # the stamps of a file system's changes are not finer, at the worst
_SUFFIX = ".sock"

# What tells a socket from another one that had its path before.
_Mark = tuple[int, int]


class Discovery:
    """Looks for drivers in a directory, and tells of each name once.

    The directory is read when it has changed since the last look, so that an idle relay asks the
    system for one thing twice a second. A socket is looked at once: a driver that starts makes a
    new one, and the lock of one that is just starting is not to be touched without need.

    Args:
        directory: The runtime directory.
        found: Called with each driver; False: there is no room for it.
    """

    def __init__(self, directory: Path, found: Callable[[DriverAddress], bool]) -> None:
        self._directory = directory
        self._found = found
        self._known: set[str] = set()
        self._looked_at: dict[str, _Mark] = {}
        self._told: set[tuple[str, str]] = set()
        self._changed = -1

    async def run(self) -> None:
        """Looks again and again, until it is cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Looks once, if anything has changed."""
        try:
            changed = self._directory.stat().st_mtime_ns
            if changed == self._changed:
                return
            with os.scandir(self._directory) as entries:
                names = sorted(one.name for one in entries if one.name.endswith(_SUFFIX))
        except OSError:
            return  # it is gone, and drivers that come again make it anew
        # A change so short ago may not be the last one with this stamp.
        self._changed = changed if time.time_ns() - changed > _COARSE_NS else -1
        for name in names:
            stem = name.removesuffix(_SUFFIX)
            if stem not in self._known and not ENTRY_NAME.fullmatch(stem):
                self._look_at(stem, self._directory / name)

    def _look_at(self, name: str, path: Path) -> None:
        """Looks at a socket, unless that has been done."""
        try:
            status = path.lstat()
        except OSError:
            return  # it has just gone
        mark = status.st_ino, status.st_ctime_ns
        if self._looked_at.get(name) == mark:
            return
        self._looked_at[name] = mark
        try:
            problem = _why_not_served(name, path, status)
            if not problem and self._found(DriverAddress.at(name, str(path))):
                self._known.add(name)
                return
        except ConfigError as error:
            problem = f"{error}; `cwire serve --driver NAME={path}` gives it another one"
        problem = problem or f"one relay takes {LAST_SOURCE}; another serves it with --driver"
        if (name, problem) not in self._told:
            self._told.add((name, problem))
            _log.warning("%s is not served: %s", path, problem)


def _why_not_served(name: str, path: Path, status: os.stat_result) -> str:
    """Says why a socket is none of a driver that runs; empty if it is one."""
    if not stat.S_ISSOCK(status.st_mode):
        return "it is no socket"
    if status.st_uid != os.geteuid():
        return f"it belongs to another account (uid {status.st_uid}); name it with --driver"
    if name == RELAY_NAME:
        return (
            "clients know the relay's own statistics by this name; "
            f"`cwire serve --driver NAME={path}` gives it another one"
        )
    if not _is_locked(Path(f"{path}.lock")):
        return (
            "no driver holds its lock: a dead one left it, or it is none of libcwire; "
            "a driver that is started there is found, and any other is named with --driver"
        )
    return ""


def _is_locked(path: Path) -> bool:
    """Whether somebody holds the lock on a file."""
    try:
        # Not one that somebody has put there to have it waited for, as a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        # Shared, so that two relays that look at once do not take each other for the driver.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # no locks there
    finally:
        os.close(descriptor)
    return False
