"""The relay as a source, as its clients see it: real sockets, a driver made of Python."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np

from cwire_server import Relay
from cwire_server.limits import Limits
from cwire_server.relay_schema import RELAY_SCHEMA
from cwire_structs import frames
from support.fake_driver import FakeDriver, ticks
from support.raw_client import RawClient

from .conftest import StartRelay

FAST = Limits(statistics=0.02)
STATUS = RELAY_SCHEMA.messages["relay_status"]
DRIVER = RELAY_SCHEMA.messages["relay_driver"]


def client(relay: Relay) -> RawClient:
    url = f"ws://127.0.0.1:{relay.port}/ws"
    return RawClient(url, Authorization=f"Bearer {relay.config.token}")


async def subscribe(connected: RawClient, **fields: Any) -> list[dict[str, Any]]:
    await connected.say("subscribe", id=1, **fields)
    streams: list[dict[str, Any]] = (await connected.text("subscribed"))["streams"]
    return streams


async def test_it_is_one_more_driver(start_relay: StartRelay) -> None:
    relay = await start_relay("lab")
    async with client(relay) as connected:
        own = connected.hello["drivers"][-1]
        assert {**own, "schema": None} == {
            "name": "relay",
            "source": 255,
            "socket": None,
            "state": "up",
            "problem": None,
            "way": None,
            "session": 0,
            "epoch": None,
            "schema": None,
        }
        assert own["schema"] == RELAY_SCHEMA.json
        assert await subscribe(connected, driver=None, messages=None) == []
        await connected.say("status")
        status = await connected.text("status")
        assert [driver["name"] for driver in status["drivers"]] == ["lab"]


async def test_who_subscribes_gets_rounds(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await start_relay("lab", limits=FAST)
        await driver.connected()
        await driver.send(ticks(0, 50))
        async with client(relay) as connected:
            streams = await subscribe(connected, driver="relay", messages=None)
            assert {stream["message"] for stream in streams} == set(RELAY_SCHEMA.messages)
            status: Any = None
            sequences: list[int] = []
            clients = 0
            while status is None or status["frames"] < 50 or len(sequences) < 3:
                data = await connected.binary()
                position = 0
                while position < len(data):
                    header = frames.unpack_header(data, position)
                    payload = data[position + frames.HEADER_SIZE : position + header.size]
                    position += frames.span(header.size)
                    assert header.source == frames.RELAY_SOURCE
                    if header.type == STATUS.id:
                        status = STATUS.decode(payload)
                        sequences.append(header.sequence)
                    elif header.type == DRIVER.id:
                        lab = DRIVER.decode(payload)
                    clients += header.type == RELAY_SCHEMA.messages["relay_client"].id
            assert (np.diff(sequences) == 1).all()
            assert (lab["name"], lab["frames"], lab["state"]) == (b"lab", 50, 2)
            assert status["clients"] == 1
            assert clients >= len(sequences)
            assert status["sent_bytes"] > len(str(RELAY_SCHEMA.json)) / 2
            assert 0.01 < status["interval"] < 10


async def test_nothing_is_published_for_nobody(start_relay: StartRelay) -> None:
    relay = await start_relay("lab", limits=FAST)
    own = relay.hub.drivers[frames.RELAY_SOURCE]
    async with client(relay) as connected:
        await subscribe(connected, driver="relay", messages=["relay_status"])
        await connected.binary()
        await connected.say("unsubscribe", id=1)
        while isinstance(await connected.read(), bytes):
            pass
        published = own.frames
        ticked = relay.core.source._before
        while relay.core.source._before is ticked:
            await asyncio.sleep(0)
        assert own.frames == published
        # A late joiner goes on where the sequence stopped.
        (stream,) = await subscribe(connected, driver="relay", messages=["relay_status"])
        header, _ = await connected.frame()
        assert header.sequence == stream["first_sequence"] == published


async def test_a_busy_loop_shows_as_lag(start_relay: StartRelay) -> None:
    relay = await start_relay("lab", limits=FAST)
    source = relay.core.source
    loop = asyncio.get_running_loop()
    source.stop()
    source._tick(loop.time() - 0.5)  # as if it had come half a second late
    assert 0.5 <= source.take().relay.loop_lag < 5


async def test_it_takes_no_commands(start_relay: StartRelay) -> None:
    relay = await start_relay("lab")
    async with client(relay) as connected:
        await connected.send(frames.pack(1, bytes(8), source=255, request=9))
        header, payload = await connected.frame()
        assert (header.request, header.flags) == (9, frames.REPLY | frames.ERROR)
        code, text = frames.parse_error(payload)
        assert frames.code_name(code) == "CWIRE_EUNKNOWN"
        assert "source 255 is the relay itself" in text
