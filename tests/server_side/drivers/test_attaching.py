"""Asking for a driver's ring: drivers that know none, that say why not, and that are slow."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cwire_server.drivers import attaching
from cwire_structs import control, frames, ring_handshake
from cwire_structs.ring import RingError
from support import schemas
from support.fake_driver import NO_RING, FakeDriver, ticks

from ..conftest import StartRelay, client, driver_event, frames_payload, subscribed, up

HELLO = control.hello(1, "fake", schemas.text(), frame_bytes=1 << 20, heartbeat=1.0)
HEARTBEAT = frames.pack(frames.CONTROL, (3).to_bytes(4, "little") + bytes(4))


async def test_one_that_says_why_not(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            assert connected.hello["drivers"][0]["way"] == f"socket: {NO_RING}"
            await connected.say("status")
            assert (await connected.text("status"))["drivers"][0]["way"] == f"socket: {NO_RING}"


@pytest.mark.parametrize(
    "first",
    [
        HEARTBEAT,
        ticks(0, 1),
        frames.pack(frames.CONTROL, (99).to_bytes(4, "little")),
        frames.pack(schemas.PICTURE, bytes(8) + b"p" * 600_000),
        frames.pack(frames.CONTROL, bytes(100_000)),
    ],
    ids=["heartbeat", "frame", "unknown control frame", "large frame", "large control frame"],
)
async def test_one_that_knows_no_ring(start_relay: StartRelay, runtime: Path, first: bytes) -> None:
    async with FakeDriver(runtime / "lab.sock", hello=HELLO + first + ticks(1, 2)) as driver:
        relay = await start_relay("lab")
        await driver.connected()
        state = relay.hub.drivers[1]
        expected = 2 + (frames.unpack_header(first).type != frames.CONTROL)
        async with asyncio.timeout(10):
            while state.frames < expected:
                await asyncio.sleep(0.001)
        assert state.way == "socket: the driver knows no ring"
        await driver.send(ticks(3, 1))
        async with asyncio.timeout(10):
            while state.frames < expected + 1:
                await asyncio.sleep(0.001)
        assert not state.lost


async def test_what_is_wanted_is_said_with_the_answer(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when it is known how frames come: until then it would seem that all is wanted."""
    monkeypatch.setattr(attaching, "_FIRST_FRAME_SECONDS", 60.0)
    async with FakeDriver(runtime / "lab.sock", hello=HELLO) as driver:
        relay = await start_relay("lab")
        await driver.connected()
        assert await driver.control() == frames_payload(control.answer(ring=True))
        assert await driver.control() == frames_payload(control.interest([]))
        assert relay.hub.drivers[1].state == "down"


async def test_one_that_says_nothing_for_long(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attaching, "_FIRST_FRAME_SECONDS", 0.01)
    async with FakeDriver(runtime / "lab.sock", hello=HELLO) as driver:
        relay = await start_relay("lab")
        await driver.connected()
        async with client(relay) as connected:
            await subscribed(connected)
            await driver.send(ticks(0, 1))
            assert len(await connected.binary()) == 64
            # Frames would go into the ring now, where nobody reads them.
            await driver.send(control.ring(0, 1))
            assert "too late" in (await driver_event(connected, "down"))["problem"]
            # So it is not asked for again: one that polls seldom would be late each time.
            await driver.connected()
            await driver_event(connected, "up")
            assert await driver.control() == control.answer()[frames.HEADER_SIZE :]
            assert "gave its ring too late" in str(relay.hub.drivers[1].way)


@pytest.mark.parametrize(
    ("rest", "problem"),
    [
        (control.bye(-9, "enough"), "said goodbye: enough"),
        (b"\1\0\0\0" + bytes(20), "less than a header"),
        (frames.pack(frames.CONTROL, b"\6\0\0\0"), "cut short"),
    ],
)
async def test_one_that_breaks_off(
    start_relay: StartRelay, runtime: Path, rest: bytes, problem: str
) -> None:
    async with FakeDriver(runtime / "lab.sock", hello=HELLO + rest) as driver:
        relay = await start_relay("lab")
        await driver.connected()
        state = relay.hub.drivers[1]
        async with asyncio.timeout(10):
            while problem not in (state.problem or ""):
                await asyncio.sleep(0.001)


async def test_one_that_hangs_up_at_the_answer(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock", hello=HELLO) as driver:
        start = asyncio.ensure_future(start_relay("lab"))
        await driver.connected()
        await driver.control()
        driver.hang_up()
        relay = await start
        state = relay.hub.drivers[1]
        async with asyncio.timeout(10):
            while state.problem is None:
                await asyncio.sleep(0.001)
        assert state.problem == "the driver closed the connection when it had the answer"


async def test_without_a_page_of_its_own_it_does_not_ask(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page() -> None:
        raise RingError("no page for the reader of a ring: Too many open files")

    monkeypatch.setattr(ring_handshake, "ReaderPage", page)
    async with FakeDriver(runtime / "lab.sock", hello=HELLO + HEARTBEAT) as driver:
        relay = await start_relay("lab")
        await driver.connected()
        assert await driver.control() == control.answer()[frames.HEADER_SIZE :]
        async with asyncio.timeout(10):
            while relay.hub.drivers[1].state != "up":
                await asyncio.sleep(0.001)
        assert relay.hub.drivers[1].way == (
            "socket: no page for the reader of a ring: Too many open files"
        )
