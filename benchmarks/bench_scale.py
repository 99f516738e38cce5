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
_WARM_SECONDS, _SECONDS = 15.0, 10.0


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
        for reads in (False, True):
            step(f"scale, {DRIVERS} demo drivers, {'a' if reads else 'no'} client")
            run = LoadRun(
                **receive(
                    "everything",
                    url=relay.url,
                    token=relay.token,
                    relay_pid=relay.pid,
                    reads=reads,
                    warm=_WARM_SECONDS,
                    seconds=_SECONDS,
                )
            )
            rows.append(_row(run, reads))
    return rows


def _row(run: LoadRun, reads: bool) -> Result:
    return Result(
        "scale",
        "cwire_client" if reads else "cwire",
        frames_per_s=run.frames_per_s if reads else None,
        clients=int(reads),
        relay_cpu=run.relay_cpu,
        client_cpu=run.client_cpu if reads else None,
        relay_bytes=run.relay_bytes,
        note=f"{DRIVERS} demo drivers; "
        + ("a client with all messages of all" if reads else "nobody reads"),
    )
