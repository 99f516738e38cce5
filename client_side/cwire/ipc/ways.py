"""The ways from one process to another that are compared, and what each one needs."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from cwire.ipc.plan import Case
from cwire_structs.ring import SHAREABLE

__all__ = ["WAYS", "Way", "absent", "no_room", "offers", "zmq_library"]

Family = Literal["socket", "memory"]
SHARED = Path("/dev/shm")  # noqa: S108 # where POSIX shared memory is on Linux


@dataclass(frozen=True, slots=True)
class Way:
    """A way from a writer to its readers.

    Attributes:
        title: For people.
        family: ``socket``: the kernel copies the bytes in and out; ``memory``: both sides map them.
        about: How it is used here.
        modes: What a reader can do with the bytes.
        spins: Whether a reader can look again and again instead of sleeping.
        own_memory: Whether the reader copies to memory that it chooses.
        least_seconds: A run takes as long at least: memory is met for the first time in it.
        missing: Returns what is missing, and how to get it; empty if nothing is.
    """

    title: str
    family: Family
    about: str
    missing: Callable[[], str]
    modes: Sequence[str] = ("view", "touch", "copy")
    spins: bool = True
    own_memory: bool = True
    least_seconds: float = 0.0


def zmq_library() -> str:
    """The path of the libzmq that pyzmq brings; empty if it brings none."""
    try:
        files = importlib.metadata.files("pyzmq") or ()
    except importlib.metadata.PackageNotFoundError:
        return ""
    for file in files:
        if file.name.startswith("libzmq") and ".so" in file.suffixes:
            return str(file.locate())
    return ""


def _nothing() -> str:
    return ""


def _shared_memory() -> str:
    if os.access(SHARED, os.W_OK):
        return ""
    return f"{SHARED} cannot be written; mount a tmpfs there"


def _pyzmq() -> str:
    if find_spec("zmq") is None:
        return "pyzmq is not installed; install it with: pip install pyzmq"
    if not zmq_library():
        return "this pyzmq brings no libzmq of its own; install its wheel: pip install pyzmq"
    return ""


def _iceoryx2() -> str:
    if find_spec("iceoryx2") is None:
        return "iceoryx2 is not installed; install it with: pip install iceoryx2"
    return ""


def _ring() -> str:
    if SHAREABLE:
        return ""
    return "this machine's cwire has no shared ring: it needs Linux with memfd and 64-bit atomics"


def _relay() -> str:
    if find_spec("tornado") is None or find_spec("cwire_server") is None:
        return "the relay is not installed; install it with: pip install 'cwire[server]'"
    return ""


WAYS: dict[str, Way] = {
    "pipe": Way("pipe", "socket", "os.pipe; C writes, Python reads into a buffer", _nothing),
    "unix": Way("Unix socket", "socket", "a stream; C writes, Python receives", _nothing),
    "tcp": Way("TCP", "socket", "127.0.0.1, TCP_NODELAY; C writes, Python receives", _nothing),
    "relay": Way(
        "cwire by the relay",
        "socket",
        "a driver in C, the relay, which reads its ring, a WebSocket, cwire.connect()",
        _relay,
        modes=("copy",),
        spins=False,
        own_memory=False,
        least_seconds=1.0,
    ),
    "pyzmq": Way(
        "pyzmq ipc", "socket", "XPUB in C that waits (a plain PUB drops), SUB in Python", _pyzmq
    ),
    "ring": Way(
        "cwire's ring",
        "memory",
        "a driver in C, whose ring the reader maps: views of it, or copies made in C; a doorbell",
        _ring,
    ),
    "shared_memory": Way(
        "shared_memory",
        "memory",
        "multiprocessing's; a ring with two counters; a byte in a pipe wakes a reader",
        _shared_memory,
    ),
    "file": Way("mapped file", "memory", "the same ring in a temporary file", _nothing),
    "iceoryx2": Way(
        "iceoryx2",
        "memory",
        "publish and subscribe, an event wakes a reader; both sides are Python",
        _iceoryx2,
    ),
}


def absent() -> dict[str, str]:
    """The ways that cannot be measured here, each with the reason and the remedy."""
    reasons = {name: way.missing() for name, way in WAYS.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def offers(case: Case) -> bool:
    """Whether the way can do what is asked."""
    way = WAYS[case.way]
    if case.kind == "throughput":
        return case.mode in way.modes
    if case.kind == "first":
        return way.own_memory
    return way.spins or case.wait


def no_room(case: Case) -> str:
    """The reason why there is not enough memory for a case; empty if there is."""
    # Memory for messages under way, the reader's copy and the writer's; the relay and its
    # client keep more.
    needed = case.room * (4 if case.way == "relay" else 2) + 3 * max(case.size, 64 << 20)
    if needed > (free := _free_memory()) // 2:
        return f"it needs {needed >> 20} MiB, and {free >> 20} MiB are free"
    # These two have files in /dev/shm. A ring is a memfd, for which only memory counts.
    in_shared = case.room if case.way in ("shared_memory", "iceoryx2") else 0
    if in_shared and 2 * in_shared > (free := shutil.disk_usage(SHARED).free):
        return (
            f"it needs {2 * in_shared >> 20} MiB in {SHARED}, and {free >> 20} MiB are free "
            "(in a container: docker run --shm-size=1g)"
        )
    return ""


def _free_memory() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) << 10
    return 1 << 40
