"""round_trip: seconds from a command to its reply, by the same client code through either relay."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

import processes
from cwire_structs import control, frames
from cwire_structs.websocket import SUBPROTOCOL
from processes import Programs
from result import Result

__all__ = ["bench_round_trip", "measure"]

_ECHO = 17
_PAYLOAD = bytes(40)
_FRAME_BYTES = 64
_COUNT, _WARM = 1000, 100


def bench_round_trip(programs: Programs, repeats: int, step: Callable[[str], None]) -> list[Result]:
    """A command and its reply, runs interleaved; percentiles of all of them."""
    seconds: dict[str, list[float]] = {"cwire": [], "websockify": []}
    medians: dict[str, list[float]] = {"cwire": [], "websockify": []}
    with tempfile.TemporaryDirectory(prefix="cwire-bench-") as name:
        directory = Path(name)
        with (
            processes.driver(programs.load, directory) as path,
            processes.relay(path, directory) as relay,
            processes.websockify(path) as plain,
        ):
            for _ in range(repeats):
                for subject, url, token in (
                    ("cwire", relay.url, relay.token),
                    ("websockify", plain, None),
                ):
                    step(f"round trip, {subject}")
                    run = asyncio.run(measure(url, token))
                    seconds[subject] += run
                    medians[subject].append(statistics.median(run))
    return [
        Result(
            "round_trip",
            subject,
            _FRAME_BYTES,
            p50_s=statistics.median(values),
            p99_s=statistics.quantiles(values, n=100)[98],
            spread=(max(medians[subject]) - min(medians[subject])) / statistics.median(values),
        )
        for subject, values in seconds.items()
    ]


async def measure(url: str, token: str | None, echo: int = _ECHO) -> list[float]:
    """The seconds of each echo, one after the other.

    With a token it is the cwire relay, else websockify, which passes the driver's own bytes.
    ``echo`` is the command's id.
    """
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    connection = await websocket_connect(
        HTTPRequest(url, headers=headers), subprotocols=None if token is None else [SUBPROTOCOL]
    )
    session = await (_greet_driver(connection) if token is None else _greet_relay(connection))
    seconds = []
    for request in range(1, _COUNT + _WARM + 1):
        command = frames.pack(echo, _PAYLOAD, source=1, sequence=session, request=request)
        begin = time.perf_counter()
        await connection.write_message(command, binary=True)
        while True:
            reply = await connection.read_message()
            assert isinstance(reply, bytes)
            header = frames.unpack_header(reply)
            if header.request == request:
                break
            assert header.type == frames.CONTROL, "a heartbeat, which comes to websockify too"
        seconds.append(time.perf_counter() - begin)
    connection.close()
    return seconds[_WARM:]


async def _greet_relay(connection: WebSocketClientConnection) -> int:
    """Reads the relay's hello; the driver's session."""
    hello = await connection.read_message()
    assert isinstance(hello, str)
    return int(json.loads(hello)["drivers"][0]["session"])


async def _greet_driver(connection: WebSocketClientConnection) -> int:
    """Reads the driver's hello, which may come in pieces, and answers it."""
    received = b""
    while True:
        piece = await connection.read_message()
        assert isinstance(piece, bytes)
        received += piece
        found = frames.scan(received)
        if found.special and found.span <= len(received):
            break
    await connection.write_message(control.answer(), binary=True)
    return 0
