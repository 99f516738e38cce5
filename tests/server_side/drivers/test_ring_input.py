"""A relay that reads a ring: sleep, doorbells, order, pauses, ends, and rings that are none."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from cwire_server import Relay
from cwire_server.drivers import ring_input
from cwire_server.drivers.batch_reader import READ_BYTES
from cwire_server.limits import Limits
from cwire_structs import control, frames
from support.fake_driver import ticks
from support.fake_ring import PAGE, FakeRing, head_bytes, memory
from support.raw_client import RawClient
from support.ring_driver import NUMBER, RingDriver
from support.schemas import GO, TICK

from ..conftest import StartRelay, client, command, driver_event, subscribed

SIZE = 1 << 20
HEARTBEAT = frames.pack(frames.CONTROL, (3).to_bytes(4, "little") + bytes(4))


@pytest.fixture
def ring() -> Iterator[FakeRing]:
    with FakeRing(SIZE) as ring:
        yield ring


@pytest.fixture
async def driver(runtime: Path, ring: FakeRing) -> AsyncIterator[RingDriver]:
    async with RingDriver(runtime / "lab.sock", ring) as driver:
        yield driver


async def until_up(relay: Relay, state: str = "up") -> None:
    async with asyncio.timeout(10):
        while relay.hub.drivers[1].state != state:
            await asyncio.sleep(0.001)


async def until_read(driver: RingDriver) -> None:
    """Waits until the reader has copied all."""
    assert driver.page is not None
    async with asyncio.timeout(10):
        while driver.page.position != driver.ring.head:
            await asyncio.sleep(0)


async def until_asleep(driver: RingDriver) -> int:
    """Waits until the reader sleeps with all read; the count of its changes."""
    assert driver.page is not None
    async with asyncio.timeout(10):
        while driver.page.sleeps % 2 == 0 or driver.page.position != driver.ring.head:
            await asyncio.sleep(0.001)
    return driver.page.sleeps


@asynccontextmanager
async def streaming(
    start_relay: StartRelay, driver: RingDriver, **options: Limits
) -> AsyncIterator[tuple[Relay, RawClient]]:
    relay = await start_relay("lab", **options)
    await driver.connected()
    await until_up(relay)
    async with client(relay) as connected:
        await subscribed(connected)
        yield relay, connected


async def sequences(connected: RawClient, count: int) -> list[int]:
    """The sequences of ticks that come; a reply is -1."""
    found: list[int] = []
    while len(found) < count:
        data = await connected.binary()
        at = 0
        while at < len(data):
            header = frames.unpack_header(data, at)
            found.append(header.sequence if header.type == TICK else -1)
            at += frames.span(header.size)
    return found


async def test_frames_come_by_the_ring_and_the_reader_sleeps_between(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    async with streaming(start_relay, driver) as (relay, connected):
        assert connected.hello["drivers"][0]["way"] == "ring"
        before = await until_asleep(driver)
        await driver.publish(ticks(0, 3))
        assert await sequences(connected, 3) == [0, 1, 2]
        assert await until_asleep(driver) == before + 2
        assert relay.hub.drivers[1].frames == 3


async def test_what_is_there_already_needs_no_doorbell(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    driver.ring.put(ticks(0, 3))  # behind the position in its `ring`
    async with streaming(start_relay, driver) as (relay, _):
        await until_asleep(driver)
        assert relay.hub.drivers[1].frames == 3


async def test_what_is_published_while_it_is_awake_comes_without_a_doorbell(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    """At every moment, also between its last look and its sleep."""
    async with streaming(start_relay, driver) as (_, connected):
        for first in range(0, 3000, 3):
            await driver.publish(ticks(first, 3))
            await asyncio.sleep(0)
        assert await sequences(connected, 3000) == list(range(3000))
        await until_asleep(driver)


async def test_a_heartbeat_wakes_nobody(start_relay: StartRelay, driver: RingDriver) -> None:
    async with streaming(start_relay, driver) as (relay, connected):
        before = await until_asleep(driver)
        relay.hub.driver_stale(1, "silent")
        await driver.send(HEARTBEAT)
        assert (await driver_event(connected, "stale"))["state"] == "stale"
        assert (await driver_event(connected, "up"))["state"] == "up"
        assert await until_asleep(driver) == before


async def test_a_frame_in_the_ring_is_a_sign_of_life(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    async with streaming(start_relay, driver) as (relay, connected):
        relay.hub.driver_stale(1, "silent")
        await driver.publish(ticks(0, 1))
        assert (await driver_event(connected, "stale"))["state"] == "stale"
        assert (await driver_event(connected, "up"))["state"] == "up"


async def test_replies_keep_their_place_whichever_comes_first(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    async with streaming(start_relay, driver) as (_, connected):
        for count, reply_first in enumerate((True, False), start=1):
            await connected.send(command(connected.hello, GO, bytes(8), request=count))
            header, _ = await driver.receive()
            ok = frames.pack(GO, flags=frames.REPLY, request=header.request)
            first = 4 * (count - 1)
            if reply_first:
                await driver.send(ok)
            place = control.place(NUMBER, count)
            await driver.publish(ticks(first, 2) + place + ticks(first + 2, 2))
            if not reply_first:
                await asyncio.sleep(0)
                await driver.send(ok)
            found = await sequences(connected, 5)
            if not reply_first:
                assert found == [first, first + 1, -1, first + 2, first + 3]
            assert sorted(found) == [-1, *range(first, first + 4)]


async def test_a_ring_is_given_up_to_a_client_behind_a_reply_that_is_awaited(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    """The frames behind the reply's place were there before the request: they come by the relay."""
    async with streaming(start_relay, driver) as (relay, connected):
        await connected.send(command(connected.hello, GO, bytes(8)))
        header, _ = await driver.receive()
        await driver.publish(control.place(NUMBER, 1) + ticks(0, 2))
        await until_read(driver)
        (asks,) = relay.hub.clients.values()
        session = relay.hub.drivers[1].session
        assert session is not None
        steps = relay.hub.reading_ring(asks, 5, "lab", session, read=True)
        next(steps)
        await driver.send(frames.pack(GO, flags=frames.REPLY, request=header.request))
        for _ in steps:
            await asyncio.sleep(0)
        assert await sequences(connected, 3) == [-1, 0, 1]
        assert (await connected.text("ring"))["id"] == 5


async def test_a_reply_whose_place_was_overwritten_comes(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    async with streaming(start_relay, driver) as (_, connected):
        await connected.send(command(connected.hello, GO, bytes(8)))
        header, _ = await driver.receive()
        await driver.send(frames.pack(GO, flags=frames.REPLY, request=header.request))
        assert await sequences(connected, 1) == [-1]


async def test_the_losses_are_told(start_relay: StartRelay, driver: RingDriver) -> None:
    async with streaming(start_relay, driver) as (relay, connected):
        await driver.publish(ticks(0, 1))
        await sequences(connected, 1)
        await until_asleep(driver)
        kept = SIZE // 64
        for first in range(1, 3 * kept, 1000):  # without a pause: nobody reads meanwhile
            driver.ring.put(ticks(first, 1000))
        last = first + 999
        await driver.send(control.doorbell())
        dropped = await connected.text("dropped")
        assert (dropped["reason"], dropped["count"]) == ("driver", last - kept)
        assert await sequences(connected, kept) == list(range(last - kept + 1, last + 1))
        assert relay.hub.drivers[1].lost == last - kept


async def test_a_driver_that_is_held_sees_it_by_the_readers_position(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    limits = Limits(crowd=64 << 10, patience=30.0)
    async with streaming(start_relay, driver, limits=limits) as (relay, connected):
        assert driver.page is not None
        connected.pause()
        first = 0
        link = relay.core.links[1]
        while link._held is None:
            await driver.publish(ticks(first, 500))
            first += 500
            await asyncio.sleep(0.001)
        position = driver.page.position
        await driver.publish(ticks(first, 500))
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert driver.page.position == position < driver.ring.head
        assert driver.page.sleeps % 2 == 0, "it needs no doorbell to read on"
        connected.resume()
        assert await sequences(connected, first + 500) == list(range(first + 500))
        await until_asleep(driver)


@pytest.mark.parametrize("bye", [True, False])
async def test_the_ring_is_read_to_its_head_before_the_end_is_told(
    start_relay: StartRelay, driver: RingDriver, bye: bool
) -> None:
    async with streaming(start_relay, driver) as (_, connected):
        await until_asleep(driver)
        count = SIZE // 64  # several reads
        driver.ring.put(ticks(0, count))
        if bye:
            await driver.send(control.bye(0, "it is over"))
        driver.hang_up()
        assert await sequences(connected, count) == list(range(count))
        problem = (await driver_event(connected, "down"))["problem"]
        assert problem == (
            "the driver said goodbye: it is over"
            if bye
            else "the driver closed the connection; start it again"
        )
        await driver.connected()
        assert driver.asked
        await driver_event(connected, "up")


async def test_a_place_whose_reply_never_comes_does_not_hide_the_end(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    async with streaming(start_relay, driver) as (_, connected):
        await driver.publish(ticks(0, 1) + control.place(NUMBER, 1) + ticks(1, 1))
        assert await sequences(connected, 1) == [0]
        driver.hang_up()
        assert await sequences(connected, 1) == [1]
        assert "closed" in (await driver_event(connected, "down"))["problem"]


@pytest.fixture
async def quick(runtime: Path, ring: FakeRing) -> AsyncIterator[RingDriver]:
    """A driver whose heartbeats are due often."""
    async with RingDriver(runtime / "lab.sock", ring, heartbeat=0.01) as driver:
        yield driver


@pytest.mark.parametrize("sign", [HEARTBEAT, control.doorbell()], ids=["heartbeat", "doorbell"])
async def test_a_place_whose_reply_never_comes_ends_the_connection(
    start_relay: StartRelay, quick: RingDriver, sign: bytes
) -> None:
    async with streaming(start_relay, quick) as (relay, connected):
        await quick.publish(ticks(0, 1) + control.place(NUMBER, 1) + ticks(1, 1))
        state = relay.hub.drivers[1]
        async with asyncio.timeout(10):
            while state.state != "down":
                await quick.send(sign)
                await asyncio.sleep(0.01)
        told: list[dict[str, Any]] = []
        while not told or told[-1]["state"] != "down":
            message = await connected.read()
            if isinstance(message, str):  # it may be stale between two signs, on a busy machine
                told.append(json.loads(message)["driver"])
        assert state.frames == 2
        assert "was never sent; restart it" in told[-1]["problem"]
        await quick.connected()
        await driver_event(connected, "up")


async def test_signs_that_were_sent_before_a_reply_are_no_fault(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    """However many: they came while the relay did not read."""
    async with streaming(start_relay, driver) as (relay, connected):
        reading = relay.core.links[1]._input
        assert isinstance(reading, ring_input.RingInput)
        await driver.publish(control.place(NUMBER, 1) + ticks(0, 1))
        async with asyncio.timeout(10):
            while not reading._reader.blocked:
                await asyncio.sleep(0)
        for _ in range(10):  # a driver that has stopped
            reading.check()
        await driver.send(1000 * HEARTBEAT)
        async with asyncio.timeout(10):
            while not reading._missed:
                await asyncio.sleep(0)
        reading.check()
        await driver.send(frames.pack(GO, flags=frames.REPLY, request=1))
        assert await sequences(connected, 1) == [0]


# What breaks the protocol


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (ticks(0, 1), "sent frames by its socket that belong into its ring"),
        (b"\1\0\0\0" + bytes(20), "less than a header"),
        (frames.pack(frames.CONTROL), "a control frame needs"),
    ],
)
async def test_what_does_not_belong_on_the_socket(
    start_relay: StartRelay, driver: RingDriver, data: bytes, problem: str
) -> None:
    async with streaming(start_relay, driver) as (_, connected):
        await driver.send(data)
        assert problem in (await driver_event(connected, "down"))["problem"]
        await driver.connected()
        await driver_event(connected, "up")


@pytest.mark.parametrize(
    ("tail", "head", "problem"),
    [
        (0, 2 * SIZE, "the driver's ring is damaged"),
        (0, 4, "the driver's ring is damaged"),
        (0, 8, "the driver's ring is damaged"),
        (0, 0, "the driver's ring is damaged"),
    ],
)
async def test_a_ring_that_begins_to_lie(
    start_relay: StartRelay, driver: RingDriver, tail: int, head: int, problem: str
) -> None:
    async with streaming(start_relay, driver) as (_, connected):
        if not head:  # back
            await driver.publish(ticks(0, 1))
            await sequences(connected, 1)
        driver.ring.write(0, ticks(0, 1))
        driver.ring.set(tail, head)
        await driver.send(control.doorbell())
        assert problem in (await driver_event(connected, "down"))["problem"]
        driver.ring.set(0, 0)
        driver.frame = control.ring(0, NUMBER)
        await driver.connected()
        await driver_event(connected, "up")
        await driver.publish(ticks(5, 1))


BAD = {
    "another driver's": (head_bytes(SIZE, epoch=9), "of another driver: epoch 0x9"),
    "another version": (head_bytes(SIZE, version=2), "has version 2"),
    "too large": (head_bytes(2 * SIZE), "more than there is"),
    "no power of two": (head_bytes(3 * PAGE), "not a power of two"),
    "no ring": (head_bytes(SIZE, magic=b"nothing\0"), "no cwire magic"),
}


@pytest.mark.parametrize("which", [*BAD, "can shrink", "no file", "no memory", "no position"])
async def test_a_ring_that_is_none_is_told_and_the_socket_is_taken(
    start_relay: StartRelay, driver: RingDriver, which: str
) -> None:
    fd = memory(PAGE + SIZE, seals=fcntl.F_SEAL_GROW if which == "can shrink" else 15 & ~8)
    head, problem = BAD.get(which, (head_bytes(SIZE), "not sealed"))
    os.pwrite(fd, head, 0)
    pipe = os.pipe()
    driver.gift = {"no file": [], "no memory": [pipe[0]]}.get(which, [fd])
    problem = {
        "no file": "sends none",
        "no memory": "but another file",
        "no position": "cannot begin at 64",
    }.get(which, problem)
    if which == "no position":
        driver.frame = control.ring(64, NUMBER)
    relay = await start_relay("lab")
    await driver.connected()
    assert driver.asked
    await driver.connected()
    assert not driver.asked, "its frames shall come by the socket now"
    await until_up(relay)
    async with client(relay) as connected:
        way = connected.hello["drivers"][0]["way"]
        assert way.startswith("socket: ")
        assert problem in way
        await subscribed(connected)
        await driver.send(ticks(0, 2))
        assert await sequences(connected, 2) == [0, 1]
    for one in (fd, *pipe):
        os.close(one)


async def test_more_files_than_one_are_closed(start_relay: StartRelay, driver: RingDriver) -> None:
    def rings() -> int:
        files = (path for path in Path("/proc/self/fd").iterdir() if path.is_symlink())
        return sum("memfd:cwire-ring" in str(path.readlink()) for path in files)

    more = [memory(PAGE) for _ in range(3)]
    driver.gift += more
    before = rings()
    async with streaming(start_relay, driver) as (_, connected):
        assert rings() == before
        await driver.publish(ticks(0, 1))
        assert await sequences(connected, 1) == [0]
    for fd in more:
        os.close(fd)


async def test_nothing_is_left_of_a_ring_when_its_driver_has_gone(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    def mapped() -> int:
        lines = Path("/proc/self/maps").read_text().splitlines()
        return sum("memfd:cwire-ring" in line and "r--s" in line for line in lines)

    async with streaming(start_relay, driver) as (relay, _):
        assert mapped() == 3
        driver.hang_up()
        await until_up(relay, "down")
        assert mapped() == 0


async def test_without_a_ring_by_option(
    start_relay: StartRelay, driver: RingDriver, runtime: Path
) -> None:
    relay = await start_relay("lab", ring=False)
    await driver.connected()
    assert not driver.asked
    await until_up(relay)
    async with client(relay) as connected:
        assert connected.hello["drivers"][0]["way"] == (
            "socket: the relay was started with --no-ring"
        )


# Frames that nobody waits for


@pytest.fixture
def long_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody waits for is not read by itself while a test runs."""
    monkeypatch.setattr(ring_input, "_REST_SECONDS", 1e6)


@asynccontextmanager
async def unwanted(
    start_relay: StartRelay, driver: RingDriver
) -> AsyncIterator[tuple[Relay, RawClient]]:
    """A relay with a client that has subscribed to nothing, and some frames that wait."""
    relay = await start_relay("lab")
    await driver.connected()
    await until_up(relay)
    await until_asleep(driver)
    async with client(relay) as connected:
        await driver.publish(ticks(0, 3))
        await connected.say("status")  # a turn of the event loop in which it could be read
        assert (await connected.text("status"))["drivers"][0]["frames"] == 0
        yield relay, connected


async def test_what_nobody_waits_for_is_read_without_a_doorbell_for_each(
    start_relay: StartRelay, driver: RingDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring_input, "_REST_SECONDS", 0.01)
    relay = await start_relay("lab")
    await driver.connected()
    await until_up(relay)
    before = await until_asleep(driver)
    await driver.publish(ticks(0, 3))
    state = relay.hub.drivers[1]
    async with asyncio.timeout(10):
        while state.frames < 3:
            await asyncio.sleep(0)
        driver.ring.put(ticks(3, 3))
        while state.frames < 6:
            await asyncio.sleep(0)
    assert await until_asleep(driver) == before + 2, "it sleeps when there is nothing more"


@pytest.mark.usefixtures("long_rest")
async def test_who_subscribes_gets_what_waits_at_once(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    async with unwanted(start_relay, driver) as (_, connected):
        await connected.say("subscribe", id=1, messages=["tick"], history={"frames": 10})
        await connected.text("subscribed")
        assert await sequences(connected, 3) == [0, 1, 2]
        await driver.publish(ticks(3, 1))
        assert await sequences(connected, 1) == [3]


@pytest.mark.usefixtures("long_rest")
async def test_a_reply_does_not_wait(start_relay: StartRelay, driver: RingDriver) -> None:
    async with unwanted(start_relay, driver) as (_, connected):
        await connected.send(command(connected.hello, GO, bytes(8)))
        header, _ = await driver.receive()
        driver.ring.put(control.place(NUMBER, 1))
        await driver.send(frames.pack(GO, flags=frames.REPLY, request=header.request))
        assert await sequences(connected, 1) == [-1]


@pytest.mark.usefixtures("long_rest")
async def test_a_reply_behind_more_than_one_read_does_not_wait(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    async with unwanted(start_relay, driver) as (_, connected):
        await connected.send(command(connected.hello, GO, bytes(8)))
        header, _ = await driver.receive()
        driver.ring.put(ticks(3, 2 * READ_BYTES // 64) + control.place(NUMBER, 1))
        await driver.send(frames.pack(GO, flags=frames.REPLY, request=header.request))
        assert await sequences(connected, 1) == [-1]


async def until_lazy(driver: RingDriver, lazy: bool = True) -> None:
    assert driver.page is not None
    async with asyncio.timeout(10):
        while driver.page.lazy != lazy:
            await asyncio.sleep(0)


async def test_what_nobody_waits_for_may_be_passed_over(
    start_relay: StartRelay, driver: RingDriver
) -> None:
    """A driver does not wait for such a relay; what that misses is published, and not lost."""
    count = SIZE // 64
    async with unwanted(start_relay, driver) as (relay, connected):
        await until_lazy(driver)
        state = relay.hub.drivers[1]
        for first in range(3, 3 + 2 * count, count // 4):  # in one turn of the event loop
            driver.ring.put(ticks(first, count // 4))
        await connected.say("subscribe", id=1, messages=["tick"], history={"frames": 2 * count})
        told = await connected.text("subscribed")
        assert (state.frames, state.lost) == (3 + 2 * count, 0)
        assert state.messages["tick"].frames == 3 + 2 * count
        assert state.bytes == 64 * (3 + 2 * count)
        # The history is what was in the ring: there is no hole in it.
        first = told["streams"][0]["first_sequence"]
        assert first == 3 + count
        assert await sequences(connected, count) == list(range(first, 3 + 2 * count))
        await until_lazy(driver, lazy=False)
        await driver.publish(ticks(3 + 2 * count, 1))
        assert await sequences(connected, 1) == [3 + 2 * count]
        await connected.say("unsubscribe", id=1)
        await connected.text("unsubscribed")
        await driver.publish(ticks(4 + 2 * count, 1))
        await until_lazy(driver)


@pytest.mark.usefixtures("long_rest")
async def test_the_end_does_not_wait(start_relay: StartRelay, driver: RingDriver) -> None:
    async with unwanted(start_relay, driver) as (relay, _):
        driver.hang_up()
        await until_up(relay, "down")
        assert relay.hub.drivers[1].frames == 3
