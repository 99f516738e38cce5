"""Entries of relays in the runtime directory, without a relay."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cwire_structs.machine import Machine
from cwire_structs.relays import this_machine

DEMO = {"demo": "/run/demo.sock"}
BENCH = {"bench": "/run/bench.sock"}


@contextmanager
def entry(
    runtime: Path,
    pid: int,
    *,
    started: float,
    drivers: Mapping[str, str] = DEMO,
    locked: bool = True,
    mark: str = "aaaaaa",
    machine: Machine | None = None,
    watches: str | None = None,
) -> Iterator[str]:
    """The entry of a relay that lives; gives the path of its socket."""
    path = runtime / f"relay-{pid}-{mark}.json"
    with path.open("w+") as file:
        fields = {"pid": pid, "url": "ws://x/ws", "started": started, "drivers": dict(drivers)}
        where = (machine or this_machine()).to_json()
        file.write(json.dumps({**fields, "watches": watches, **where}))
        file.flush()
        if locked:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield str(path.with_suffix(".sock"))
