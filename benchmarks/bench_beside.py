"""beside: a command and its reply while other clients ask for what takes the relay long."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import processes
from bare_websocket import BareWebSocket
from bench_round_trip import measure
from cwire_structs.websocket import SUBPROTOCOL
from processes import Programs, Relay
from result import Result

__all__ = ["bench_beside"]

_ECHO = 25
_LANES = [f"lane{number}" for number in range(20)]
_READ = 1 << 20
_NEIGHBOURS: dict[str, list[dict[str, Any]]] = {
    "nobody": [],
    "whole": [{"messages": [*_LANES, "cloud"]}],
    "json_4_MB": [{"messages": ["cloud"], "format": "json"}],
    "json_5000_values": [{"messages": ["told"], "format": "json", "max_rate": 60}] * 4,
    "decimating_20": [{"messages": _LANES, "decimate": 16}],
    "decimating_4_MB": [{"messages": ["cloud"], "decimate": factor} for factor in (2, 16, 100)],
}
"""By subject: what the client beside subscribes to."""


def bench_beside(programs: Programs, repeats: int, step: Callable[[str], None]) -> list[Result]:
    """Percentiles of the round trips of one client, and what the relay lost of the driver."""
    seconds: dict[str, list[float]] = {subject: [] for subject in _NEIGHBOURS}
    lost = dict.fromkeys(_NEIGHBOURS, 0)
    published = dict.fromkeys(_NEIGHBOURS, 0)
    notes = dict.fromkeys(_NEIGHBOURS, "")
    for _ in range(repeats):
        for subject, wanted in _NEIGHBOURS.items():
            step(f"beside {subject}")
            with tempfile.TemporaryDirectory(prefix="cwire-bench-") as name:
                directory = Path(name)
                with (
                    processes.driver(programs.neighbours, directory) as path,
                    processes.relay(path, directory) as relay,
                    _neighbour(relay, wanted) as refusals,
                ):
                    seconds[subject] += asyncio.run(measure(relay.url, relay.token, _ECHO))
                    (driver,) = _status(relay)["drivers"]
                    lost[subject] += driver["lost"]
                    published[subject] += driver["frames"] + driver["lost"]
                    notes[subject] = "; ".join(refusals)
    return [
        Result(
            "beside",
            subject,
            64,
            p50_s=statistics.median(values),
            p99_s=statistics.quantiles(values, n=100)[98],
            lost=lost[subject],
            published=published[subject],
            note=notes[subject] or None,
        )
        for subject, values in seconds.items()
    ]


@contextlib.contextmanager
def _neighbour(relay: Relay, wanted: list[dict[str, Any]]) -> Iterator[list[str]]:
    """A client that subscribes and reads, in a thread; gives what it was refused."""
    connection = BareWebSocket(relay.url, relay.token, SUBPROTOCOL)
    connection.next_json("hello")
    for id_, options in enumerate(wanted):
        connection.send_json(op="subscribe", id=id_, driver=None, **options)
    refusals: list[str] = []
    # What is refused is answered first: the relay answers in order.
    if wanted and wanted[0].get("format") == "json" and wanted[0]["messages"] == ["cloud"]:
        refusals.append(connection.next_json("error")["text"])
    reader = threading.Thread(target=_discard, args=(connection.socket,))
    reader.start()
    try:
        yield refusals
    finally:
        with contextlib.suppress(OSError):
            connection.socket.shutdown(socket.SHUT_RDWR)
        reader.join()
        connection.socket.close()


def _discard(sock: socket.socket) -> None:
    buffer = bytearray(_READ)
    with contextlib.suppress(OSError):
        while sock.recv_into(buffer):
            pass


def _status(relay: Relay) -> dict[str, Any]:
    connection = BareWebSocket(relay.url, relay.token, SUBPROTOCOL)
    connection.next_json("hello")
    connection.send_json(op="status")
    status = connection.next_json("status")
    connection.socket.close()
    return status
