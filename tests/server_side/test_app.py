"""The relay as its peers see it: a driver on a Unix socket, clients on WebSockets."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cwire_structs import frames
from support import schemas
from support.fake_driver import FakeDriver, ticks
from support.schemas import RARE, TICK

from .conftest import StartRelay, client, subscribed, up


async def test_hello_says_everything(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock", epoch=2**63) as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            hello = connected.hello
            assert hello["protocol"] == frames.PROTOCOL
            assert hello["limits"] == {
                "frame": 64 << 20,
                "hello": 4 << 20,
                "batch": 256 << 10,
                "command": 1 << 20,
            }
            lab, own = hello["drivers"]
            assert (own["name"], own["source"], own["state"]) == ("relay", 255, "up")
            assert (lab["name"], lab["source"], lab["state"]) == ("lab", 1, "up")
            assert lab["epoch"] == str(2**63)
            assert lab["session"] == 1
            assert lab["problem"] is None
            assert lab["schema"] == schemas.document()


async def test_frames_arrive_stamped_and_in_one_message(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            (stream,) = await subscribed(connected, "tick")
            assert stream == {"source": 1, "message": "tick", "type": TICK, "first_sequence": None}
            await driver.send(ticks(0, 100))
            received = await connected.binary()
            (tally,) = frames.scan(received).tallies
            assert (tally.source, tally.count, tally.first_sequence) == (1, 100, 0)
            expected = bytearray(ticks(0, 100))
            frames.scan(expected, source=1)
            assert received == expected


async def test_a_client_gets_only_what_it_wants(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as all_, client(relay) as some, client(relay) as none:
            await subscribed(all_)
            await subscribed(some, "rare")
            await driver.send(ticks(0, 3) + frames.pack(RARE, bytes(8)) + ticks(3, 1))
            counts = {t.type: t.count for t in frames.scan(await all_.binary()).tallies}
            assert counts == {TICK: 4, RARE: 1}
            header, _ = await some.frame()
            assert header.type == RARE
            await none.say("status")
            status = await none.text("status")
            assert status["drivers"][0]["frames"] == 5


async def test_two_drivers_have_two_sources(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "a.sock") as one, FakeDriver(runtime / "b.sock") as other:
        relay = await start_relay("a", "b")
        await one.connected()
        await other.connected()
        while {d.state for d in relay.hub.drivers.served} != {"up"}:
            await asyncio.sleep(0)
        async with client(relay) as connected:
            await connected.say("subscribe", id=5, driver="b", messages=["tick"])
            assert [s["source"] for s in (await connected.text("subscribed"))["streams"]] == [2]
            await one.send(ticks(0, 1))
            await other.send(ticks(0, 1))
            header, _ = await connected.frame()
            assert header.source == 2


async def test_stopping_says_goodbye(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await relay.stop()
            assert await connected.read() is None
            assert connected.close_code == 1001
        assert list(runtime.glob("relay-*")) == []
