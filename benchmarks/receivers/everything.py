"""A client with all messages of all drivers, or none; and what the relay and it cost meanwhile."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

import psutil

import cwire

__all__ = ["LoadRun", "receive"]


@dataclass(frozen=True)
class LoadRun:
    """Parts of a processor, the relay's resident memory, and the frames that came."""

    relay_cpu: float
    client_cpu: float
    relay_bytes: int
    frames_per_s: float


def receive(
    url: str, token: str, relay_pid: int, reads: bool, warm: float, seconds: float
) -> LoadRun:
    """Measures for so many seconds, after others."""
    relay, own = psutil.Process(relay_pid), psutil.Process()
    with contextlib.ExitStack() as stack:
        bridge = stack.enter_context(cwire.connect(url, token)) if reads else None
        time.sleep(warm)
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
