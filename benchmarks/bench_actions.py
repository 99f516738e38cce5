"""actions: Python functions called over a WebSocket, beside other ways; one raw client for all.

Round trip: the same function behind cwire (plain, and async), FastAPI and python-socketio, and an
echo over bare Tornado. Streams: 50 clients with 20 streams each. Beside: how late a driver's frames
come through the relay while functions block and compute. Array: 64 MiB of float64 into numpy.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

import cwire
import processes
from bare_websocket import BINARY, BareWebSocket
from cwire_structs import frames
from cwire_structs.websocket import SUBPROTOCOL
from processes import Programs, Relay
from result import Result

__all__ = ["bench_actions"]

_COUNT, _WARM = 600, 60
_CLIENTS, _STREAMS, _RESULTS = 50, 20, 10
_ARRAY = 8 << 20  # float64: 64 MiB
_JSON_ARRAY = 1 << 20  # as JSON, 8 MiB take long enough
_FRAMES, _RATE = 2000, 1000  # Hz
_BUSY = ("nothing", "block", "compute", "block_async", "sometimes")
"""Functions beside a driver's frames."""
_SERVERS = ("tornado", "cwire", "fastapi", "socketio")


class _Client:
    """Speaks to one of the servers: `call` waits for an answer, `streams` reads many at once."""

    def __init__(self, kind: str, connection: ClientConnection) -> None:
        self._kind = kind
        self._connection = connection

    async def call(self, action: str, **data: Any) -> str:
        """Calls a function; gives the text of the answer."""
        await self._connection.send(self._text(action, 1, data))
        return await self.text()

    def _text(self, action: str, number: int, data: dict[str, Any]) -> str:
        if self._kind == "socketio":
            named = {**data, "id": number} if action == "count" else data
            return f"42{number}{json.dumps([action, named])}"
        return json.dumps({"op": "call", "id": number, "action": action, "data": data})

    async def text(self) -> str:
        """The next text, without those that only keep the connection alive."""
        while True:
            message = await self._connection.recv()
            assert isinstance(message, str)
            if self._kind == "socketio" and message == "2":
                await self._connection.send("3")
            elif not message.startswith('{"op": "session"'):
                return message

    async def streams(self) -> int:
        """Runs 20 streams; checks that each has its results in order, and counts the messages."""
        for number in range(_STREAMS):
            await self._connection.send(self._text("count", number, {"results": _RESULTS}))
        came: list[list[int]] = [[] for _ in range(_STREAMS)]
        ended = messages = 0
        while ended < _STREAMS:
            message = await self.text()
            messages += 1
            if self._kind == "socketio":
                if message.startswith("43"):
                    ended += 1
                    continue
                told = json.loads(message[2:])[1]
            else:
                told = json.loads(message)
                if told["op"] == "end":
                    ended += 1
                    continue
            came[told["id"]].append(told["data"]["number"])
        assert came == [list(range(_RESULTS))] * _STREAMS, "a result went astray"
        return messages


@contextlib.asynccontextmanager
async def _client(kind: str, url: str, token: str) -> AsyncIterator[_Client]:
    protocols: list[Any] | None = [SUBPROTOCOL, f"cwire.token.{token}"] if token else None
    async with connect(url, subprotocols=protocols, compression=None, max_size=None) as connection:
        client = _Client(kind, connection)
        if kind == "cwire":
            await connection.recv()  # the hello
        elif kind == "socketio":
            await connection.recv()
            await connection.send("40")
            await connection.recv()
        yield client


async def _round_trips(kind: str, url: str, token: str, action: str) -> list[float]:
    async with _client(kind, url, token) as client:
        seconds = []
        for _ in range(_COUNT + _WARM):
            begin = time.perf_counter()
            await client.call(action, a=1, b=2)
            seconds.append(time.perf_counter() - begin)
    return seconds[_WARM:]


async def _all_streams(kind: str, url: str, token: str) -> float:
    """Messages per second of all clients together."""
    async with contextlib.AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(_client(kind, url, token)) for _ in range(_CLIENTS)
        ]
        begin = time.perf_counter()
        counts = await asyncio.gather(*(client.streams() for client in clients))
        return sum(counts) / (time.perf_counter() - begin)


async def _json_array(url: str) -> float:
    """Bytes per second of an array as JSON, from the function to numpy."""
    async with _client("fastapi", url, "") as client:
        begin = time.perf_counter()
        text = await client.call("array", size=_JSON_ARRAY)
        values = np.array(json.loads(text)["data"])
        return values.nbytes / (time.perf_counter() - begin)


def _array(link: str) -> float:
    """The same through cwire's client."""
    with cwire.connect(link) as bridge:
        begin = time.perf_counter()
        values = bridge.call.array(size=_ARRAY)
        return float(values.nbytes / (time.perf_counter() - begin))


def bench_actions(programs: Programs, repeats: int, step: Callable[[str], None]) -> list[Result]:
    """All of it, runs interleaved."""
    seconds: dict[str, list[float]] = {}
    rates: dict[str, list[float]] = {"cwire": [], "socketio": []}
    arrays: dict[str, list[float]] = {"cwire": [], "json": []}
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cwire-bench-")))
        servers = {
            kind: stack.enter_context(processes.action_server(kind, place)) for kind in _SERVERS
        }
        for _ in range(repeats):
            for kind, (url, token) in servers.items():
                step(f"actions, round trip, {kind}")
                for action in ("add", "add_async") if kind == "cwire" else ("add",):
                    subject = f"{kind}_async" if action == "add_async" else kind
                    run = asyncio.run(_round_trips(kind, url, token, action))
                    seconds.setdefault(subject, []).extend(run)
            for kind, found in rates.items():
                step(f"actions, streams, {kind}")
                found.append(asyncio.run(_all_streams(kind, *servers[kind])))
            step("actions, arrays")
            url, token = servers["cwire"]
            arrays["cwire"].append(_array(f"{url}#token={token}"))
            arrays["json"].append(asyncio.run(_json_array(servers["fastapi"][0])))
    results = [
        Result(
            "actions",
            f"{subject}_round_trip",
            p50_s=statistics.median(run),
            p99_s=statistics.quantiles(run, n=100)[98],
        )
        for subject, run in seconds.items()
    ]
    results += [
        Result(
            "actions", f"{kind}_streams", frames_per_s=statistics.median(found), clients=_CLIENTS
        )
        for kind, found in rates.items()
    ]
    results += [
        Result("actions", f"{kind}_array", bytes_per_s=statistics.median(found))
        for kind, found in arrays.items()
    ]
    return results + list(_beside(programs, repeats, step))


@contextlib.contextmanager
def _calling(bridge: cwire.Bridge, action: str) -> Iterator[None]:
    """Calls an action that takes a second, or sometimes a fiftieth of one, again and again."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            bridge.call[action](seconds=1.0)

    thread = threading.Thread(target=work)
    if action != "nothing":
        thread.start()
    try:
        yield
    finally:
        done.set()
        if action != "nothing":
            thread.join()


def _beside(programs: Programs, repeats: int, step: Callable[[str], None]) -> Iterator[Result]:
    """How late frames come, while functions of the relay are busy."""
    seconds: dict[str, list[float]] = {busy: [] for busy in _BUSY}
    with tempfile.TemporaryDirectory(prefix="cwire-bench-") as name:
        directory = Path(name)
        with (
            processes.driver(programs.load, directory) as path,
            processes.relay(path, directory, actions="action_servers:API") as relay,
            cwire.connect(relay.url, relay.token, subscribe=None) as bridge,
        ):
            for _ in range(repeats):
                for busy, found in seconds.items():
                    step(f"actions, beside {busy}")
                    with _calling(bridge, busy):
                        found += _delays(relay, bridge)
    for busy, found in seconds.items():
        yield Result(
            "actions",
            f"beside_{busy}",
            64,
            p50_s=statistics.median(found),
            p99_s=statistics.quantiles(found, n=100)[98],
        )


def _delays(relay: Relay, bridge: cwire.Bridge) -> list[float]:
    """The seconds from each frame's stamp, which its driver gives it, to a client of the relay."""
    reader = BareWebSocket(relay.url, relay.token, SUBPROTOCOL)
    with reader.socket:
        reader.next_json("hello")
        reader.send_json(op="subscribe", id=0, driver=None, messages=["sample"])
        reader.next_json("subscribed")
        bridge.send.publish(count=_FRAMES, batch=1, paced=0, rate=_RATE)
        seconds: list[float] = []
        while len(seconds) < _FRAMES:
            opcode, message = reader.next()
            now, at = time.time_ns(), 0
            while opcode == BINARY and at < len(message):
                header = frames.unpack_header(message, at)
                seconds.append((now - header.time_ns) / 1e9)
                at += frames.span(header.size)
    return seconds
