"""Every way from a driver to a client on this machine: whichever it is, the same holds.

The client reads the driver's ring beside the relay, or the relay sends all that it reads from the
ring or from the socket, or there is no relay. All other tests go in the first way, where it is to
be had.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

import cwire
from cwire.bridge.base import link_of
from cwire.data.ledger import Ledger
from cwire.session.options import Options
from cwire_structs import frames
from support.own_relay import driver_url
from support.processes import SHOWS_WARNINGS, Driver, Relay, Running, open_files, until
from support.raw_client import RawClient

RING_BYTES = 1 << 16
_TICK = 1


class Tick:
    index: int
    value: float


class Rare:
    index: int


class Block:
    """So large that a client copies it to its place at once."""

    index: int
    volts: Annotated[np.float64, cwire.array(6000)]


class Line:
    index: int
    pixels: Annotated[np.uint16, cwire.tail()]


class Wide:
    index: int
    volts: Annotated[np.float64, cwire.array(16)]


@cwire.command(reply="tick")
class Mark:
    index: int


@dataclass(frozen=True)
class Way:
    """How frames come from a driver to a client.

    Attributes:
        name: By which the tests call it.
        relay: The relay's options; None: there is none but the one in the client.
        reads: How the relay reads the driver.
        by: How the client is sent whole messages.
        ring: The client may read rings.
    """

    name: str
    relay: tuple[str, ...] | None
    reads: str = "ring"
    by: str = "ring"
    ring: bool = True

    def connect(self, path: Path, **options: Any) -> cwire.Bridge:
        """Connects to the only relay, or to the driver at a path."""
        url = driver_url(path) if self.relay is None else None
        return cwire.connect(url, ring=self.ring, **options)

    async def aconnect(self, path: Path, **options: Any) -> cwire.AsyncBridge:
        """The same in asyncio."""
        url = driver_url(path) if self.relay is None else None
        return await cwire.aconnect(url, ring=self.ring, **options)

    @contextmanager
    def served(self, *drivers: str) -> Iterator[Relay | None]:
        """Starts the relay, if there is one; it has met the drivers."""
        if self.relay is None:
            yield None
            return
        with Relay(*drivers, options=self.relay) as relay:
            relay.wait_for_drivers(len(drivers))
            yield relay

    def settled(self, bridge: cwire.Bridge, driver: str = "lab") -> bool:
        """Whether the driver is up, and whole messages come in this way by now."""
        known = bridge[driver].driver
        return known.state == "up" and known.by.startswith(self.by)


RING = Way("ring", ())
BY_RELAY = Way("relay", (), by="relay", ring=False)
SOCKET = Way("socket", ("--no-ring",), reads="socket", by="relay")
ALONE = Way("alone", None)
WAYS = (RING, BY_RELAY, SOCKET, ALONE)


@pytest.fixture(params=WAYS, ids=lambda way: way.name)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.fixture
def lab(runtime: Path) -> Iterator[cwire.Driver]:
    """A driver in a thread of this process, with a small ring."""
    with cwire.Driver("lab", [Tick, Rare, Wide, Line, Mark], ring_bytes=RING_BYTES) as driver:
        yield driver


@pytest.fixture
def relay(lab: cwire.Driver, way: Way) -> Iterator[Relay | None]:
    with way.served("lab") as relay:
        yield relay


@pytest.fixture
def path(runtime: Path) -> Path:
    return runtime / "lab.sock"


@pytest.fixture
def bridge(lab: cwire.Driver, relay: Relay | None, way: Way, path: Path) -> Iterator[cwire.Bridge]:
    """A client that has all messages of the driver from now on."""
    with way.connect(path) as bridge:
        until(lambda: way.settled(bridge))
        assert bridge["lab"].driver.way.startswith(way.reads)
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


@pytest.mark.parametrize("way", [BY_RELAY, SOCKET], ids=["relay", "socket"], indirect=True)
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


@pytest.mark.parametrize("way", [BY_RELAY, SOCKET], ids=["relay", "socket"], indirect=True)
async def test_a_relay_sends_a_reply_behind_what_was_published_before_it(
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
    lab: cwire.Driver, bridge: cwire.Bridge, way: Way
) -> None:
    lab.publish("tick", {"index": 1})
    until(lambda: newest(bridge) == 1)
    lab.close()
    with cwire.Driver("lab", [Tick, Wide], ring_bytes=RING_BYTES) as other:
        until(lambda: "wide" in bridge["lab"].driver.published)
        until(lambda: way.settled(bridge))
        assert bridge["lab"].driver.way.startswith(way.reads)
        until(lambda: other.wanted("wide") == 1)
        other.publish("wide", {"index": 7, "volts": range(16)})
        until(lambda: array(bridge, "wide")["volts"].tolist() == [list(range(16))])
        other.publish("tick", {"index": 8})
        until(lambda: newest(bridge) == 8)


def test_a_driver_that_is_killed_and_started_again(
    built_driver: None, runtime: Path, way: Way
) -> None:
    path = runtime / "demo.sock"
    with ExitStack() as stack:
        first = stack.enter_context(Driver(path))
        stack.enter_context(way.served(f"demo={path}"))
        bridge = stack.enter_context(way.connect(path))
        bridge.latest("scope_block", 5, timeout=10)
        first.stop(signal.SIGKILL)
        until(lambda: bridge["demo"].state == "down")
        stack.enter_context(Driver(path))
        until(lambda: way.settled(bridge, "demo"))
        assert bridge["demo"].driver.way.startswith(way.reads)
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
    runtime: Path, path: Path, way: Way
) -> None:
    with ExitStack() as stack:
        driver = stack.enter_context(Running(sys.executable, *SHOWS_WARNINGS, "-c", _LIVELY))
        driver.wait_for("listening")
        stack.enter_context(way.served("lab"))
        bridge = stack.enter_context(way.connect(path))
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


@pytest.mark.parametrize("way", [RING, BY_RELAY, ALONE], ids=["ring", "relay", "alone"])
def test_what_was_published_before_a_kill_is_not_lost(runtime: Path, path: Path, way: Way) -> None:
    """By the ring: it outlives the driver, which has not even polled again."""
    with ExitStack() as stack:
        driver = stack.enter_context(Running(sys.executable, "-c", _DYING, runtime / "now"))
        driver.wait_for("listening")
        stack.enter_context(way.served("lab"))
        bridge = stack.enter_context(way.connect(path, subscribe=None))
        bridge.subscribe("tick", history=5000)  # whichever comes first, this or the frames
        (runtime / "now").touch()
        until(lambda: bridge["lab"].state == "down")
        assert bridge.health.of("tick").frames == 5000
        assert newest(bridge) == 4999


@pytest.mark.parametrize("way", [RING, BY_RELAY, SOCKET], ids=["ring", "relay", "socket"])
def test_a_relay_that_is_killed_and_started_again(lab: cwire.Driver, way: Way, path: Path) -> None:
    """The client goes on with the next one, in the same way; the driver is as it was."""
    with way.served("lab") as relay, way.connect(path) as bridge:
        assert relay is not None
        until(lambda: way.settled(bridge) and lab.wanted("tick") == 1)
        lab.publish("tick", ticks(0, 10))
        until(lambda: newest(bridge) == 9)
        relay.stop(signal.SIGKILL)
        until(lambda: lab.peers == 0)
        assert lab.pending == 0
        lab.publish("tick", ticks(10, 5))
        with way.served("lab"):
            until(lambda: bridge.connected and way.settled(bridge) and lab.wanted("tick") == 1)
            lab.publish("tick", ticks(15, 5))
            until(lambda: newest(bridge) == 19)
            health = bridge.health.of("tick")
            assert (health.published, health.lost, health.lost_while_away) == (20, 5, 5)


# Every reading call


def test_every_reading_call(lab: cwire.Driver, bridge: cwire.Bridge) -> None:
    lab.publish("tick", ticks(0, 50))
    frames = bridge.latest("tick", 50, timeout=30)
    assert isinstance(frames, cwire.FrameArray)
    assert frames["index"].tolist() == list(range(50)) == frames.sequence.tolist()
    view = bridge.latest("tick", 20, copy=False)
    assert isinstance(view, cwire.FrameArray)
    assert (view["index"].tolist(), view.valid()) == (list(range(30, 50)), True)
    assert array(bridge, "tick", 0).size == 0
    past: Any = bridge.history("tick", 7)
    assert past["index"].tolist() == list(range(43, 50))
    past = bridge.history("tick", seconds=60)
    assert len(past) == 50
    with pytest.raises(cwire.WaitTimeout):
        bridge.latest("tick", 51, timeout=0.01)

    stream = bridge.stream("tick", timeout=30)
    quick = bridge.stream("rare", timeout=0.01)
    lab.publish("tick", ticks(50, 50))
    assert [next(stream).index for _ in range(50)] == list(range(50, 100))
    with pytest.raises(cwire.WaitTimeout):
        next(quick)
    waiter = bridge.stream("tick")
    lab.publish("tick", ticks(100, 100))
    assert waiter.wait_for(lambda tick: tick.index == 150, timeout=30).index == 150
    assert next(waiter).index == 151
    with pytest.raises(cwire.WaitTimeout):
        bridge.wait_for("rare", lambda rare: True, timeout=0.01)
    assert (stream.lost, waiter.lost) == (0, 0)


@pytest.mark.parametrize("way", [RING, ALONE], ids=["ring", "alone"])
async def test_the_same_in_asyncio(
    lab: cwire.Driver, relay: Relay | None, way: Way, path: Path
) -> None:
    bridge = await way.aconnect(path)
    async with bridge:
        stream = bridge.stream("tick", timeout=30)
        lab.publish("tick", ticks(0, 100))
        assert [(await anext(stream)).index for _ in range(100)] == list(range(100))
        frames: Any = await bridge.latest("tick", 100, timeout=30)
        assert frames["index"].tolist() == list(range(100))


def test_messages_of_which_less_than_all_is_wanted(
    lab: cwire.Driver, relay: Relay | None, way: Way, path: Path
) -> None:
    """Beside one of which every frame is to come: by policy, by rate, and decimated."""
    with way.connect(path, subscribe=None) as bridge:
        bridge.subscribe("rare")
        until(lambda: way.settled(bridge))
        newest_only = bridge.subscribe("tick", policy="latest")
        bridge.subscribe("line", max_rate=1e6)
        bridge.subscribe("wide", decimate=4)
        until(lambda: all(map(lab.wanted, ("rare", "tick", "line", "wide"))))
        for index in range(40):
            lab.publish("tick", ticks(10 * index, 10))
            lab.publish("rare", {"index": index})
            lab.publish("line", {"index": index, "pixels": range(index)})
        lab.publish("wide", {"index": 1, "volts": range(16)})
        until(lambda: bridge.health.of("rare").frames == 40)
        until(lambda: newest(bridge) == 399)
        until(lambda: bridge.health.of("tick").published == 400)
        until(lambda: bridge.health.of("line").published == 40)
        assert bridge.latest("line")[0].pixels.tolist() == list(range(39))
        made = array(bridge, "wide_by_4")
        assert made["volts_max"].tolist() == [[3, 7, 11, 15]]
        for message in ("tick", "rare", "line"):
            assert bridge.health.of(message).lost == 0
        bridge.unsubscribe(newest_only)
        bridge.subscribe("tick")
        lab.publish("tick", ticks(400, 10))
        until(lambda: newest(bridge) == 409)
        assert bridge.health.of("tick").lost == 0


def test_large_frames_and_tails(runtime: Path, way: Way, path: Path) -> None:
    """Some of them wanted, each of another size, some over a mebibyte."""
    sizes = [0, 3, 40_000, 16_000, 600_000, 7, 900_000, 16_384]
    with (
        cwire.Driver("lab", [Rare, Block, Line], ring_bytes=1 << 23) as lab,
        way.served("lab"),
        way.connect(path, subscribe=None) as bridge,
    ):
        bridge.subscribe(["line", "rare"])
        until(lambda: way.settled(bridge) and lab.wanted("line") == 1)
        for index, size in enumerate(sizes):
            lab.publish("line", {"index": index, "pixels": np.arange(size).astype("u2")})
            lab.publish("block", {"index": index, "volts": range(6000)})
            lab.publish("rare", {"index": index})
            until(lambda: bridge.health.of("rare").frames == index + 1)  # noqa: B023
        lines = bridge.latest("line", len(sizes))
        assert [line.index for line in lines] == list(range(len(sizes)))
        for line, size in zip(lines, sizes, strict=True):
            assert np.array_equal(line.pixels, np.arange(size).astype("u2"))
        assert not any(row.frames for row in bridge.health if row.message == "block")
        bridge.subscribe("block", history=3)
        lab.publish("block", {"index": 9, "volts": range(6000)})
        until(lambda: array(bridge, "block")["index"].tolist() == [9])
        assert array(bridge, "block", 9)["index"].tolist() == [5, 6, 7, 9]
        assert array(bridge, "block")["volts"].tolist() == [list(range(6000))]


@contextmanager
def busy(lab: cwire.Driver) -> Iterator[None]:
    """Publishes ticks as fast as its readers read them; every tenth time a rare one."""
    done = threading.Event()

    def publish() -> None:
        for round in range(1 << 40):
            while lab.pending > RING_BYTES // 2 and not done.is_set():
                time.sleep(0.0001)
            if done.is_set():
                return
            lab.publish("tick", ticks(20 * round, 20))
            if round % 10 == 0:
                lab.publish("rare", {"index": round})

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_subscriptions_that_come_and_go_while_the_driver_is_busy(
    lab: cwire.Driver,
    relay: Relay | None,
    way: Way,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With history and without: no gap, no frame twice, none out of its order.

    All from the first sequence that the relay has told have come, or are counted.
    """
    told: list[tuple[Ledger, int]] = []

    def begin(ledger: Ledger, first_sequence: int | None, subscription: object = None) -> None:
        if first_sequence is not None:
            told.append((ledger, first_sequence))
        begin_as_ever(ledger, first_sequence, subscription)

    begin_as_ever = Ledger.begin
    monkeypatch.setattr(Ledger, "begin", begin)
    with way.connect(path, subscribe=None) as bridge, busy(lab):
        until(lambda: bridge["lab"].state == "up")
        link = link_of(bridge)
        session = link.session
        for round in range(8):
            feed = session.feeds.get((1, _TICK))
            before = 0 if feed is None else feed.history.total
            lost = 0 if feed is None else feed.ledger.lost
            others = [bridge.subscribe("rare")] * (round % 3 == 0)
            if round % 4 == 3:  # one ends while the next is on its way
                first = bridge.subscribe("tick")
                link.loop.call_soon_threadsafe(link.want, ["tick"], None, Options())
                bridge.unsubscribe(first)
                until(lambda: first not in session.subscriptions)  # noqa: B023
            else:
                bridge.subscribe("tick", history=50 if round % 2 else None)
            if round % 4 == 1:
                others.append(bridge.subscribe("rare"))
            feed = session.feed(bridge["lab"].driver, lab.schema.messages["tick"])
            until(lambda: feed.history.total > before + 500)  # noqa: B023
            for id in tuple(session.subscriptions):
                bridge.unsubscribe(id)
            until(lambda: not session.subscriptions)
            _, found = feed.history.read(before, feed.history.total)
            indices = [frame.index for frame in found]
            missing = feed.ledger.lost - lost
            assert np.diff(indices).min() == 1
            # None is told where the relay has seen none yet: it begins with the first that comes.
            firsts = (first for ledger, first in told if ledger is feed.ledger)
            first = next(firsts, indices[0])
            told.clear()
            assert len(indices) + missing == indices[-1] - first + 1
            # It had no time: a slow machine.
            by_reason = feed.ledger.gone_by("relay") + feed.ledger.gone_by("driver")
            assert feed.ledger.lost == by_reason


def test_a_reply_comes_behind_what_was_published_before_it(
    lab: cwire.Driver, bridge: cwire.Bridge
) -> None:
    """Also while another subscription is on its way."""

    @lab.command("mark")
    def mark(index: int) -> dict[str, int]:
        lab.publish("tick", {"index": index})
        return {"index": index}

    link = link_of(bridge)
    for index in range(60):
        if index % 3 == 0:
            link.loop.call_soon_threadsafe(link.want, ["rare"], None, Options())
        bridge.send.mark(index=index)
        assert newest(bridge) == index


@pytest.mark.parametrize("way", [RING, ALONE], ids=["ring", "alone"])
def test_two_bridges_at_once(lab: cwire.Driver, bridge: cwire.Bridge, way: Way, path: Path) -> None:
    with way.connect(path, reconnect=False) as other:
        until(lambda: way.settled(other))
        if way is not ALONE:
            assert link_of(other).address == link_of(bridge).address
        until(lambda: lab.wanted("tick") == 2)
        lab.publish("tick", ticks(0, 100))
        for one in (bridge, other):
            until(lambda: one.health.of("tick").frames == 100)  # noqa: B023
            assert array(one, "tick", 100)["index"].tolist() == list(range(100))
    until(lambda: lab.wanted("tick") == 1)
    lab.publish("tick", ticks(100, 100))
    until(lambda: newest(bridge) == 199)


# Reading rings


@pytest.mark.parametrize("way", [RING, ALONE], ids=["ring", "alone"])
def test_what_a_stopped_client_loses_adds_up(
    lab: cwire.Driver, relay: Relay | None, way: Way, path: Path
) -> None:
    """Its ring comes around while it stands still."""
    where = driver_url(path) if way is ALONE else None
    with Running(sys.executable, "-c", _CLIENT, json.dumps(where)) as client:
        client.wait_for("reads")
        lab.publish("tick", ticks(0, 10))
        client.wait_for("10 of 10")
        client.process.send_signal(signal.SIGSTOP)
        count = 10 + 20 * RING_BYTES // 40
        for first in range(10, count, 100):
            lab.publish("tick", ticks(first, min(100, count - first)))
        client.process.send_signal(signal.SIGCONT)
        came = client.wait_for(f" of {count}")
        frames, _, _, lost, at_driver, last = map(int, came.replace("of", "0").split())
        assert 0 < lost == at_driver == count - frames
        assert last == count - 1


_CLIENT = """
import json, sys, time, cwire
with cwire.connect(json.loads(sys.argv[1])) as bridge:
    while bridge["lab"].driver.by != "ring":
        time.sleep(0.01)
    print("reads", flush=True)
    seen = 0
    while True:
        time.sleep(0.01)
        for row in bridge.health:
            if row.message == "tick" and row.published != seen:
                seen = row.published
                last = bridge.latest("tick")["index"].tolist()[-1:]
                print(row.frames, "of", seen, row.lost, row.lost_at_driver, *last, flush=True)
"""


def test_more_clients_than_a_driver_has_room_for(lab: cwire.Driver, path: Path) -> None:
    """Those that find none go by the relay, and say why; all get all."""
    with RING.served("lab"), ExitStack() as stack:
        bridges = [stack.enter_context(RING.connect(path)) for _ in range(18)]
        for bridge in bridges:
            until(lambda: "not attached yet" not in bridge["lab"].driver.by)  # noqa: B023
        ways = [bridge["lab"].driver.by for bridge in bridges]
        assert ways.count("ring") == lab.peers - 1
        others = {by for by in ways if by != "ring"}
        assert len(others) == 1
        assert "peers" in others.pop()
        lab.publish("tick", ticks(0, 100))
        for bridge in bridges:
            until(lambda: bridge.health.of("tick").frames == 100)  # noqa: B023
            assert bridge.health.lost == 0


@pytest.mark.parametrize("way", [RING, ALONE], ids=["ring", "alone"])
def test_nothing_is_left_of_clients(
    lab: cwire.Driver, relay: Relay | None, way: Way, path: Path
) -> None:
    """No descriptor, thread or mapping, whenever they leave."""

    def one(*, settled: bool) -> None:
        with way.connect(path) as bridge:
            if settled:
                until(lambda: way.settled(bridge))

    def left() -> tuple[set[str], int, int]:
        gc.collect()
        maps = Path("/proc/self/maps").read_text().count("cwire-")
        return {number for number, _ in open_files()}, threading.active_count(), maps

    one(settled=True)
    until(lambda: lab.peers == (way is RING))
    before = left()
    for number in range(50):
        one(settled=number % 5 == 0)
    until(lambda: lab.peers == (way is RING))
    until(lambda: left() == before)
