"""Drivers that come, go, come back, or are none."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from cwire_structs import control, frames
from support import schemas
from support.fake_driver import FakeDriver, ticks
from support.schemas import RARE, SET, TICK

from ..conftest import StartRelay, client, command, driver_event, refusal, subscribed, up

HELLO = control.hello(1, "xy", b"{} ", frame_bytes=1, heartbeat=1)


async def test_the_same_run_comes_back_with_its_session(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await subscribed(connected, "tick")
            await driver.send(ticks(0, 2))
            await connected.binary()
            driver.hang_up()
            await driver_event(connected, "down")
            await driver.connected()
            back = await driver_event(connected, "up")
            assert back["session"] == 1
            assert "schema" not in back
            # What was published meanwhile is lost, counted and told.
            await driver.send(ticks(5, 1))
            told = await connected.text("dropped")
            assert (told["reason"], told["count"], told["sequence"]) == ("driver", 3, 5)
            assert (await connected.frame())[0].sequence == 5


async def test_another_run_is_a_restart_and_subscriptions_go_on(
    start_relay: StartRelay, runtime: Path
) -> None:
    path = runtime / "lab.sock"
    async with FakeDriver(path, epoch=1) as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await subscribed(connected, "tick")
            await driver.send(ticks(100, 1))
            await connected.binary()
            driver.hang_up()
            await driver.__aexit__(None, None, None)
            await driver_event(connected, "down")
            async with FakeDriver(path, epoch=2) as second:
                await second.connected()
                operation = await connected.text("driver")
                while operation["event"] == "down":
                    operation = await connected.text("driver")
                assert operation["event"] == "restarted"
                assert operation["driver"]["session"] == 2
                assert (await connected.text("subscribed"))["streams"][0]["type"] == TICK
                await second.send(ticks(0, 1))
                assert (await connected.frame())[0].sequence == 0
                await connected.send(command(connected.hello, SET, bytes(8)))
                assert refusal(await connected.frame())[0] == "CWIRE_ESESSION"


async def test_another_schema_is_told_between_the_frames(
    start_relay: StartRelay, runtime: Path
) -> None:
    path = runtime / "lab.sock"
    async with FakeDriver(path, epoch=1) as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await subscribed(connected)
            driver.hang_up()
            await driver.__aexit__(None, None, None)
            schema = schemas.text(extra_field=True)
            async with FakeDriver(path, epoch=2, schema=schema) as second:
                await second.connected()
                operation = await connected.text("driver")
                while operation["event"] == "down":
                    operation = await connected.text("driver")
                assert operation["event"] == "schema_changed"
                assert operation["driver"]["schema"] == schemas.document(extra_field=True)
                await connected.text("subscribed")
                await second.send(frames.pack(RARE, bytes(16)))
                assert (await connected.frame())[0].type == RARE


async def test_a_silent_driver_is_stale_until_it_speaks(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock", heartbeat=0.1) as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            heartbeat = frames.pack(frames.CONTROL, (3).to_bytes(4, "little") + bytes(4))
            if connected.hello["drivers"][0]["state"] == "stale":  # before this client came
                await driver.send(heartbeat)
                await driver_event(connected, "up")
            quiet = await driver_event(connected, "stale")
            assert "silent" in quiet["problem"]
            await driver.send(heartbeat)
            assert (await driver_event(connected, "up"))["problem"] is None


@pytest.mark.parametrize(
    ("hello", "problem"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not a cwire driver"),
        (frames.pack(TICK, bytes(40)), "did not begin"),
        (
            control.hello(1, "x", b"{}", frame_bytes=1, heartbeat=1).replace(
                b"cwire\0", b"xwire\0"
            ),
            "not a cwire driver",
        ),
        (
            frames.pack(
                0,
                HELLO[24:].replace(b"\1\0\0\0\1\0\0\0", b"\1\0\0\0\2\0\0\0", 1),
            ),
            "protocol 2",
        ),
        (HELLO, "schema"),
        (control.hello(1, "x", b"not json", frame_bytes=1, heartbeat=1), "JSON"),
        (control.bye(-9, "go away"), "go away"),
    ],
)
async def test_what_is_no_driver_is_named(
    start_relay: StartRelay, runtime: Path, hello: bytes, problem: str
) -> None:
    async with FakeDriver(runtime / "lab.sock", hello=hello) as driver:
        relay = await start_relay("lab")
        await driver.connected()
        while relay.hub.drivers[1].problem is None or "nothing" in relay.hub.drivers[1].problem:
            await asyncio.sleep(0.001)
        assert re.search(problem, relay.hub.drivers[1].problem), relay.hub.drivers[1].problem
        assert relay.hub.drivers[1].state == "down"


async def test_a_missing_driver_is_named_and_found_later(
    start_relay: StartRelay, runtime: Path
) -> None:
    relay = await start_relay("lab")
    while relay.hub.drivers[1].problem is None:
        await asyncio.sleep(0.001)
    async with client(relay) as connected:
        assert "nothing is at" in connected.hello["drivers"][0]["problem"]
        assert connected.hello["drivers"][0]["schema"] is None
        await connected.send(command(connected.hello, SET, bytes(8)))
        assert refusal(await connected.frame())[0] == "CWIRE_EDOWN"
        # A subscription made before the driver ever came is kept for it.
        assert await subscribed(connected, "tick") == []
        async with FakeDriver(runtime / "lab.sock") as driver:
            await driver.connected()
            assert (await driver_event(connected, "up"))["schema"] == schemas.document()
            assert (await connected.text("subscribed"))["streams"][0]["message"] == "tick"
            await driver.send(ticks(0, 1))
            assert (await connected.frame())[0].type == TICK
