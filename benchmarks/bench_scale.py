"""scale: what a relay with 50 demo drivers costs, without a client and with one of everything."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import processes
from bench_stream import receive
from receivers.everything import LoadRun
from result import Result

__all__ = ["DRIVERS", "bench_scale"]

DRIVERS = 50
# Before anything is measured, so that the histories are full; and what is measured.
_WARM_SECONDS, _SECONDS = 20.0, 10.0
_CASES = {
    "cwire": ("", f"{DRIVERS} demo drivers, nobody reads"),
    "cwire_client": ("ring", "a client with all messages of all, by the drivers' rings"),
    "cwire_client_relay": ("relay", "the same by the relay"),
}


def bench_scale(step: Callable[[str], None]) -> list[Result]:
    """Each case once, of the same relay; a demo driver publishes two channels 60 times a second."""
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cwire-bench-")))
        sockets = [
            stack.enter_context(processes.demo(directory, f"demo{number}"))
            for number in range(DRIVERS)
        ]
        relay = stack.enter_context(processes.relay(sockets[0], directory, *sockets[1:]))
        rows = []
        for subject, (way, note) in _CASES.items():
            step(f"scale, {subject}, {DRIVERS} demo drivers")
            run = LoadRun(
                **receive(
                    "everything",
                    runtime=str(directory),
                    relay_pid=relay.pid,
                    way=way,
                    warm=_WARM_SECONDS,
                    seconds=_SECONDS,
                )
            )
            rows.append(_row(subject, run, note, way))
    return rows


def _row(subject: str, run: LoadRun, note: str, way: str) -> Result:
    return Result(
        "scale",
        subject,
        frames_per_s=run.frames_per_s if way else None,
        clients=1 if way else 0,
        relay_cpu=run.relay_cpu,
        client_cpu=run.client_cpu if way else None,
        relay_bytes=run.relay_bytes,
        note=note,
    )
