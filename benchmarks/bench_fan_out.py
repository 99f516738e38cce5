"""fan_out: 64 KiB at 60 Hz to many clients of one interest, and what one stalled client costs."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import processes
from bench_stream import receive
from processes import Programs
from receivers.crowd import CrowdRun
from result import Result

__all__ = ["CROWDS", "bench_fan_out"]

CROWDS = (1, 10, 100)
_FRAME_BYTES = 64 << 10
_SECONDS = 2.0
_STALL_CLIENTS = 10


def bench_fan_out(programs: Programs, repeats: int, step: Callable[[str], None]) -> list[Result]:
    """The crowds in turn, and each time a crowd with a stalled client beside one with none."""
    runs: dict[tuple[int, str | None], list[CrowdRun]] = {}
    plan: list[tuple[int, str | None]] = [(clients, None) for clients in CROWDS]
    plan += [(_STALL_CLIENTS, "reading"), (_STALL_CLIENTS, "stalled")]
    for _ in range(repeats):
        for clients, other in plan:
            step(f"fan-out, {clients} clients" + (f" and one that is {other}" if other else ""))
            runs.setdefault((clients, other), []).append(_measure(programs, clients, other))
    rows = [_row(clients, runs[clients, None]) for clients in CROWDS]
    usual, with_stalled = (
        statistics.median(run.p50_s for run in runs[_STALL_CLIENTS, other])
        for other in ("reading", "stalled")
    )
    stalled = runs[_STALL_CLIENTS, "stalled"]
    rows.append(
        Result(
            "fan_out",
            "cwire_stalled",
            _FRAME_BYTES,
            p50_s=with_stalled,
            p99_s=statistics.median(run.p99_s for run in stalled),
            clients=_STALL_CLIENTS,
            stalled_change=with_stalled / usual - 1,
            note="an 11th client does not read; beside runs in which it does",
        )
    )
    return rows


def _measure(programs: Programs, clients: int, other: str | None) -> CrowdRun:
    with tempfile.TemporaryDirectory(prefix="cwire-bench-") as name:
        directory = Path(name)
        with (
            processes.driver(programs.load, directory) as path,
            processes.relay(path, directory) as relay,
        ):
            return CrowdRun(
                **receive(
                    "crowd",
                    url=relay.url,
                    token=relay.token,
                    relay_pid=relay.pid,
                    clients=clients,
                    seconds=_SECONDS,
                    other=other,
                )
            )


def _row(clients: int, runs: list[CrowdRun]) -> Result:
    rate = statistics.median(run.frames / run.seconds for run in runs)
    costs = [run.cpu_s / (run.frames * _FRAME_BYTES) for run in runs]
    cost = statistics.median(costs)
    return Result(
        "fan_out",
        "cwire",
        _FRAME_BYTES,
        frames_per_s=rate,
        bytes_per_s=rate * _FRAME_BYTES,
        p50_s=statistics.median(run.p50_s for run in runs),
        p99_s=statistics.median(run.p99_s for run in runs),
        clients=clients,
        relay_cpu_s_per_byte=cost,
        spread=(max(costs) - min(costs)) / cost,
    )
