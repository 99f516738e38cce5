"""A client with all messages of all drivers, or none; and what the relay and it cost meanwhile."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass

import psutil

import cwire

__all__ = ["LoadRun", "receive"]

_HISTORY = 4 << 20


@dataclass(frozen=True)
class LoadRun:
    """Parts of a processor, the relay's resident memory, and the frames that came."""

    relay_cpu: float
    client_cpu: float
    relay_bytes: int
    frames_per_s: float


def receive(runtime: str, relay_pid: int, way: str, warm: float, seconds: float) -> LoadRun:
    """Measures for so many seconds, after others.

    Args:
        runtime: The relay's runtime directory.
        relay_pid: The relay.
        way: How frames come: ``ring``, ``relay``, or none do.
        warm: Seconds before.
        seconds: Seconds that are measured.
    """
    os.environ["CWIRE_RUNTIME_DIR"] = runtime
    relay, own = psutil.Process(relay_pid), psutil.Process()
    with contextlib.ExitStack() as stack:
        bridge = None
        if way:
            # Histories that are full soon: to fill them is to get memory from the system.
            bridge = stack.enter_context(cwire.connect(history_bytes=_HISTORY, ring=way == "ring"))
        time.sleep(warm)
        if bridge is not None:
            assert all(row.by.startswith(way) for row in bridge.health), bridge.health
        frames = _frames(bridge)
        began = time.perf_counter(), _cpu(relay), _cpu(own)
        time.sleep(seconds)
        ended = time.perf_counter(), _cpu(relay), _cpu(own)
        passed, relay_s, own_s = (
            after - before for before, after in zip(began, ended, strict=True)
        )
        came = _frames(bridge) - frames
        memory = relay.memory_info().rss
    return LoadRun(relay_s / passed, own_s / passed, memory, came / passed)


def _frames(bridge: cwire.Bridge | None) -> int:
    return sum(row.frames for row in bridge.health) if bridge else 0


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
