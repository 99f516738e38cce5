"""The relays of this account here, by their entries in the runtime directory.

A relay has the entry ``NAME.json`` there and listens at ``NAME.sock``; NAME is
``relay-PID-RANDOM``. While it lives it holds a lock on the entry, which ends with its process. The
lock of another machine that shares the directory may not be seen here, and its socket cannot be
reached: so an entry says which machine it is of.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from cwire_structs.machine import Machine, root_mark
from cwire_structs.runtime import DEFAULT_PORT, RuntimeDirError, runtime_dir
from cwire_structs.served import Served

__all__ = [
    "ENTRY_NAME",
    "LONGEST_NAME",
    "RelayEntry",
    "Standing",
    "answers_as_relay",
    "elsewhere_text",
    "inspect_entry",
    "living_relays",
    "remove_dead",
    "this_machine",
]

ENTRY_NAME = re.compile(r"relay-[1-9][0-9]{0,9}-[0-9a-f]{6}")
"""The form of a relay's name."""

LONGEST_NAME = len("relay-4194304-abcdef")

_ENTRY_BYTES = 1 << 20  # 254 drivers with paths of 107 bytes are far below
_HEALTH_SECONDS = 1.0


def this_machine() -> Machine:
    """The machine, or container, that this process runs in."""
    boot = mounts = ""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    with suppress(OSError):
        mounts = Path("/proc/self/mountinfo").read_text(errors="surrogateescape")
    return Machine(socket.gethostname(), boot, root_mark(mounts))


@dataclass(frozen=True, slots=True)
class RelayEntry:
    """A relay, as its entry describes it.

    Attributes:
        name: ``relay-PID-RANDOM``.
        pid: Its process id, as it is in its own container.
        unix: Path of its Unix socket.
        url: ``ws://HOST:PORT/ws``, for clients that have its token.
        started: Seconds since 1970.
        drivers: The drivers that it serves: name to Unix socket.
        machine: Where it runs.
        watches: The directory whose drivers it serves, also those that come later; None: only those
            that it was told to.
    """

    name: str
    pid: int
    unix: str
    url: str
    started: float
    drivers: Mapping[str, str]
    machine: Machine
    watches: str | None = None

    @property
    def served(self) -> Served:
        """What it serves."""
        return Served(self.drivers, self.watches, self.machine)

    def takes_over(self, before: Served) -> bool:
        """Whether it may take the place of a relay that served this.

        One without drivers has actions only: one with drivers does not take its place.
        """
        only_actions = not before.drivers and self.watches is None
        return self.served.takes_over(before) and not (only_actions and self.drivers)

    @property
    def driver_names(self) -> str:
        """The names of its drivers, for people."""
        if not self.drivers:
            return "no driver" if self.watches is None else "no driver yet"
        return f"driver{'s' * (len(self.drivers) != 1)} {', '.join(self.drivers)}"

    def __str__(self) -> str:
        return f"{self.unix} ({self.driver_names})"


class Standing(Enum):
    """The state of the relay that wrote an entry."""

    ALIVE = "it runs here"
    DEAD = "it has ended"
    ELSEWHERE = "it is of another machine: nobody here can tell"


def inspect_entry(path: Path) -> tuple[Standing, RelayEntry | None]:
    """Reads an entry: the state of its relay, and its content; None if that is damaged.

    Raises:
        OSError: There is no such file (any more), or it cannot be read.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as file:
        try:
            # Shared, so that two that look at once do not take each other for the relay.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            locked = False
        except OSError:
            locked = True
        entry = _read(path, file.read(_ENTRY_BYTES))
    return _standing(entry, locked=locked), entry


def _standing(entry: RelayEntry | None, *, locked: bool) -> Standing:
    here = this_machine()
    # Without a lock, one of this host was left by a boot before this one.
    if entry is None or entry.machine.shares_kernel(here):
        return Standing.ALIVE if locked else Standing.DEAD
    if not locked and entry.machine.host == here.host:
        return Standing.DEAD
    return Standing.ELSEWHERE


def _read(path: Path, data: bytes) -> RelayEntry | None:
    try:
        told = json.loads(data)
        return RelayEntry(
            name=path.stem,
            pid=int(told["pid"]),
            # Beside the entry: a container may know the directory by another path.
            unix=str(path.with_suffix(".sock")),
            url=str(told["url"]),
            started=float(told["started"]),
            drivers={str(name): str(place) for name, place in told["drivers"].items()},
            machine=Machine.from_json(told),
            watches=None if told.get("watches") is None else str(told["watches"]),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def living_relays(directory: Path | None = None) -> list[RelayEntry]:
    """The relays of this account that run on this machine, the newest first.

    Those that have found no driver yet come behind them, and those with actions only come last.

    Raises:
        RuntimeDirError: The runtime directory cannot be trusted.
    """
    found = []
    for path in (directory or runtime_dir()).glob("relay-*.json"):
        with suppress(OSError):  # just removed
            standing, entry = inspect_entry(path)
            if standing is Standing.ALIVE and entry is not None:
                found.append(entry)
    return sorted(found, key=_rank, reverse=True)


def _rank(entry: RelayEntry) -> tuple[bool, bool, float]:
    has_drivers = bool(entry.drivers)
    return has_drivers, has_drivers or entry.watches is not None, entry.started


def remove_dead(directory: Path) -> None:
    """Removes what relays of this machine that were killed have left."""
    for path in (*directory.glob("relay-*.json"), *directory.glob("relay-*.new")):
        with suppress(OSError):  # it lives, or somebody else removes it, or nobody can
            # For writing: over NFS an exclusive lock needs that.
            fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(fd, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                entry = _read(path, file.read(_ENTRY_BYTES))
                # A `.new` that cannot be read is of a relay that is about to lock it.
                whole = entry is not None or path.suffix == ".json"
                if whole and _standing(entry, locked=False) is Standing.DEAD:
                    path.with_suffix(".sock").unlink(missing_ok=True)
                    path.unlink(missing_ok=True)


def answers_as_relay(port: int = DEFAULT_PORT, host: str = "127.0.0.1") -> bool:
    """Whether a cwire relay answers at a TCP port of this machine, of whatever account."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(host, port, timeout=_HEALTH_SECONDS)
    try:
        connection.request("GET", "/health")
        health = json.loads(connection.getresponse().read(4096))
        return bool(health["status"] == "ok" and "drivers_up" in health)
    except (OSError, HTTPException, ValueError, LookupError, TypeError):
        return False
    finally:
        connection.close()


def elsewhere_text(port: int = DEFAULT_PORT) -> str:
    """Says that a relay without an entry in this runtime directory runs, and what to do."""
    try:
        directory = f"{runtime_dir()} here"
    except RuntimeDirError:
        directory = "one that cannot be used here"
    return (
        f"a cwire relay answers on {port}, but its runtime directory is another one ({directory}): "
        "it was started with other values of CWIRE_RUNTIME_DIR or XDG_RUNTIME_DIR, or by another "
        "account; set them as there, or use the link that it printed"
    )
