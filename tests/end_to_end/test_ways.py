"""A driver's frames by its ring and by its socket: whichever it is, the same holds.

All other tests with real drivers go by the ring, since that is what a relay asks for.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

import cwire
from cwire_structs import frames
from support.processes import SHOWS_WARNINGS, Driver, Relay, Running, until
from support.raw_client import RawClient

RING_BYTES = 1 << 16
_TICK = 1


class Tick:
    index: int
    value: float


class Wide:
    index: int
    volts: Annotated[np.float64, cwire.array(16)]


@cwire.command(reply="tick")
class Mark:
    index: int


Start = Callable[..., cwire.Bridge]


@pytest.fixture(params=["ring", "socket"])
def way(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def options(way: str) -> tuple[str, ...]:
    return () if way == "ring" else ("--no-ring",)


@pytest.fixture
def relay(runtime: Path, options: tuple[str, ...]) -> Iterator[Relay]:
    with Relay("lab", options=options) as relay:
        yield relay


@pytest.fixture
def lab(runtime: Path) -> Iterator[cwire.Driver]:
    """A driver in a thread of this process, with a small ring."""
    with cwire.Driver("lab", [Tick, Mark], ring_bytes=RING_BYTES) as driver:
        yield driver


@pytest.fixture
def bridge(lab: cwire.Driver, relay: Relay, way: str) -> Iterator[cwire.Bridge]:
    """A client that has the first tick."""
    with cwire.connect() as bridge:
        until(lambda: bridge["lab"].state == "up")
        assert bridge["lab"].driver.way.startswith(way)
        until(lambda: lab.wanted("tick") == 1)
        yield bridge


def ticks(first: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    made = np.zeros(count, [("index", "<i8"), ("value", "<f8")])
    made["index"] = np.arange(first, first + count)
    return made


def array(bridge: cwire.Bridge, message: str, count: int = 1) -> Any:
    """The last frames."""
    return bridge.latest(message, count)


def newest(bridge: cwire.Bridge) -> int:
    """The index of the newest tick; -1 if none has come."""
    indices = array(bridge, "tick")["index"].tolist()
    return int(indices[-1]) if indices else -1


def test_a_driver_that_waits_for_its_reader_loses_nothing(
    lab: cwire.Driver, bridge: cwire.Bridge
) -> None:
    count = 60_000  # some forty times the ring
    for first in range(0, count, 200):
        until(lambda: lab.pending < RING_BYTES // 2)
        lab.publish("tick", ticks(first, 200))
    until(lambda: bridge.health.of("tick").published == count)
    assert bridge.health.of("tick").lost == 0
    assert array(bridge, "tick", 1000)["index"].tolist() == list(range(count - 1000, count))


def test_what_a_stopped_relay_loses_adds_up(
    lab: cwire.Driver, bridge: cwire.Bridge, relay: Relay
) -> None:
    lab.publish("tick", ticks(0, 10))
    until(lambda: bridge.health.of("tick").frames == 10)
    relay.process.send_signal(signal.SIGSTOP)
    count = 10 + 20 * RING_BYTES // 40
    for first in range(10, count, 100):
        lab.publish("tick", ticks(first, min(100, count - first)))
    relay.process.send_signal(signal.SIGCONT)
    until(lambda: bridge.health.of("tick").published == count)
    health = bridge.health.of("tick")
    assert 0 < health.lost_at_driver == health.lost
    last = array(bridge, "tick", 500)
    assert last["index"].tolist() == list(range(count - 500, count)) == last.sequence.tolist()


async def test_a_reply_comes_behind_what_was_published_before_it(
    lab: cwire.Driver, relay: Relay
) -> None:
    @lab.command("mark")
    def mark(index: int) -> dict[str, int]:
        lab.publish("tick", {"index": index})
        return {"index": index}

    done = threading.Event()

    def publish() -> None:
        while not done.wait(0.0002):
            if lab.pending < RING_BYTES // 2:
                lab.publish("tick", ticks(-9, 3))

    thread = threading.Thread(target=publish)
    headers = {"Authorization": f"Bearer {relay.token}"}
    async with RawClient(relay.url, **headers) as client:
        await client.say("subscribe", id=1, driver="lab", messages=["tick"])
        await client.text("subscribed")
        command = lab.schema.commands["mark"].id
        session = client.hello["drivers"][0]["session"]
        thread.start()
        try:
            for request in range(1, 100):
                payload = request.to_bytes(8, "little")
                await client.send(
                    frames.pack(command, payload, source=1, sequence=session, request=request)
                )
                seen: list[str] = []
                while f"reply {request}" not in seen:
                    seen += _names(await client.binary())
                assert f"tick {request}" in seen[: seen.index(f"reply {request}")]
        finally:
            done.set()
            thread.join()


def _names(data: bytes) -> list[str]:
    found, at = [], 0
    while at < len(data):
        header = frames.unpack_header(data, at)
        index = int.from_bytes(data[at + 24 : at + 32], "little", signed=True)
        found.append(f"{'reply' if header.flags else 'tick'} {index}")
        at += frames.span(header.size)
    return found


def test_a_driver_that_comes_back_with_another_schema(
    lab: cwire.Driver, bridge: cwire.Bridge, way: str
) -> None:
    lab.publish("tick", {"index": 1})
    until(lambda: newest(bridge) == 1)
    lab.close()
    with cwire.Driver("lab", [Tick, Wide], ring_bytes=RING_BYTES) as other:
        until(lambda: "wide" in bridge["lab"].driver.published)
        until(lambda: bridge["lab"].state == "up")
        assert bridge["lab"].driver.way.startswith(way)
        until(lambda: other.wanted("wide") == 1)
        other.publish("wide", {"index": 7, "volts": range(16)})
        until(lambda: array(bridge, "wide")["volts"].tolist() == [list(range(16))])
        other.publish("tick", {"index": 8})
        until(lambda: newest(bridge) == 8)


def test_a_driver_that_is_killed_and_started_again(
    built_driver: None, runtime: Path, options: tuple[str, ...], way: str
) -> None:
    path = runtime / "demo.sock"
    with ExitStack() as stack:
        first = stack.enter_context(Driver(path))
        stack.enter_context(Relay(f"demo={path}", options=options))
        bridge = stack.enter_context(cwire.connect())
        bridge.latest("scope_block", 5, timeout=10)
        first.stop(signal.SIGKILL)
        until(lambda: bridge["demo"].state == "down")
        stack.enter_context(Driver(path))
        until(lambda: bridge["demo"].state == "up")
        assert bridge["demo"].driver.way.startswith(way)
        count = bridge.health.of("scope_block").frames
        until(lambda: bridge.health.of("scope_block").frames > count + 10)
        echo = bridge.send.echo(number=5, values=[1, 2, 3, 4])
        assert echo is not None
        assert echo.number == 5


_LIVELY = """
import threading, cwire
pause = threading.Event()
class Tick:
    index: int
with cwire.Driver("lab", [Tick], heartbeat=0.1) as driver:
    print("listening", flush=True)
    for index in range(1 << 40):
        driver.publish("tick", {"index": index})
        pause.wait(0.005)
"""


def test_a_driver_that_is_stopped_is_stale_and_loses_nothing(
    runtime: Path, options: tuple[str, ...]
) -> None:
    with ExitStack() as stack:
        driver = stack.enter_context(Running(sys.executable, *SHOWS_WARNINGS, "-c", _LIVELY))
        driver.wait_for("listening")
        stack.enter_context(Relay("lab", options=options))
        bridge = stack.enter_context(cwire.connect())
        bridge.latest("tick", 5, timeout=10)
        driver.process.send_signal(signal.SIGSTOP)
        until(lambda: bridge["lab"].state == "stale")
        before = bridge.health.of("tick").frames
        driver.process.send_signal(signal.SIGCONT)
        until(lambda: bridge["lab"].state == "up")
        until(lambda: bridge.health.of("tick").frames > before + 10)
        assert bridge.health.of("tick").lost == 0


_DYING = """
import os, sys, cwire, numpy as np
class Tick:
    index: int
driver = cwire.Driver("lab", [Tick])
driver.poll(0)
print("listening", flush=True)
while not os.path.exists(sys.argv[1]):
    driver.poll(0.01)
driver.publish("tick", np.arange(5000).view([("index", "<i8")]))
os.kill(os.getpid(), 9)
"""


def test_what_was_published_before_a_kill_is_not_lost(runtime: Path) -> None:
    """By the ring: it outlives the driver, which has not even polled again."""
    with ExitStack() as stack:
        driver = stack.enter_context(Running(sys.executable, "-c", _DYING, runtime / "now"))
        driver.wait_for("listening")
        stack.enter_context(Relay("lab"))
        bridge = stack.enter_context(cwire.connect(subscribe=None))
        bridge.subscribe("tick", history=5000)  # whichever comes first, this or the frames
        (runtime / "now").touch()
        until(lambda: bridge["lab"].state == "down")
        assert bridge.health.of("tick").frames == 5000
        assert newest(bridge) == 4999


def test_a_relay_that_is_killed_leaves_the_driver_as_it_was(
    lab: cwire.Driver, options: tuple[str, ...], runtime: Path
) -> None:
    for run in range(2):
        with Relay("lab", options=options) as relay, cwire.connect(relay.link) as bridge:
            until(lambda: lab.wanted("tick") == 1)
            lab.publish("tick", ticks(100 * run, 10))
            last = 100 * run + 9
            until(lambda: newest(bridge) == last)  # noqa: B023 - called at once
            relay.stop(signal.SIGKILL)
        until(lambda: lab.peers == 0)
        assert lab.pending == 0
