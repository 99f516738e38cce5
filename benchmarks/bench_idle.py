"""idle: what a client costs that is connected, subscribed and waits."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Callable
from pathlib import Path

import processes
from bench_stream import receive
from processes import Programs
from receivers.idle import IdleRun
from result import Result

__all__ = ["CLIENTS", "bench_idle"]

CLIENTS = 5000
_SPARE = 100  # files that the processes have open besides


def bench_idle(programs: Programs, step: Callable[[str], None]) -> list[Result]:
    """As many clients as the limit of open files allows, 5,000 at the most."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CLIENTS + _SPARE
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
    clients = allowed - _SPARE
    step(f"idle, {clients} clients")
    with tempfile.TemporaryDirectory(prefix="cwire-bench-") as name:
        directory = Path(name)
        with (
            processes.driver(programs.load, directory) as path,
            processes.relay(path, directory) as relay,
        ):
            run = IdleRun(
                **receive(
                    "idle", url=relay.url, token=relay.token, relay_pid=relay.pid, clients=clients
                )
            )
    return [
        Result(
            "idle",
            "cwire",
            clients=run.clients,
            relay_bytes_per_client=run.bytes / run.clients,
            note=(
                f"connected and subscribed one after the other in {run.connect_s:.1f} s; "
                f"the relay then uses {run.cpu_share:.1%} of a processor"
                + ("" if clients == CLIENTS else f"; the limit of open files is {hard}")
            ),
        )
    ]
