"""The async bridge."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import numpy as np
import pytest

import cwire
from cwire_structs import frames
from support import schemas
from support.fake_relay import FakeRelay, Ticker, ticks


async def test_both_ways_to_connect(relay: FakeRelay) -> None:
    bridge = await cwire.aconnect(relay.url)
    assert bridge.connected
    await bridge.close()
    assert not bridge.connected
    async with cwire.aconnect(relay.url) as bridge:
        assert list(bridge.drivers) == ["lab"]
        assert bridge.schema.name == "lab"
    assert not bridge.connected


async def test_errors(relay: FakeRelay) -> None:
    relay.token = "right"
    with pytest.raises(cwire.Unauthorized):
        await cwire.aconnect(relay.url)
    with pytest.raises(cwire.UnknownMessage):
        await cwire.aconnect(relay.url, "right", subscribe=["nope"])


async def test_latest_and_stream(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        stream = bridge.stream("tick", timeout=10)
        relay.send(ticks(0, 5))
        assert len(await bridge.latest("tick", 5, timeout=10)) == 5
        seen = []
        async for record in stream:
            seen.append(record.index)
            if len(seen) == 5:
                relay.send(ticks(5, 1))
            if len(seen) == 6:
                break
        assert seen == list(range(6))
        assert stream.lost == 0
        assert len(await bridge["lab"].latest("tick", 2)) == 2
        views = await bridge["lab"].latest("tick", 2, timeout=10, copy=False)
        assert isinstance(views, cwire.FrameArray)
        assert np.shares_memory(views, await bridge.latest("tick", copy=False))
        assert views.valid()
        with pytest.raises(cwire.WaitTimeout, match=r"no message of rare in 0.05 s"):
            await anext(bridge.stream("rare", timeout=0.05))
        with pytest.raises(cwire.WaitTimeout, match=r"no 9 frames of rare in 0.05 s"):
            await bridge.latest("rare", 9, timeout=0.05)


async def test_frames_that_came_while_the_loop_was_busy_are_in_time(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        waiting = asyncio.ensure_future(bridge.latest("tick", 3, timeout=0.2))
        await asyncio.sleep(0)  # it waits from now on
        relay.send(ticks(0, 3))
        time.sleep(0.5)  # a cell that computes
        assert len(await waiting) == 3


async def test_commands(relay: FakeRelay) -> None:
    def answer(data: bytes) -> bytes:
        header = frames.unpack_header(data)
        if header.type == schemas.GO:
            return frames.pack(header.type, flags=frames.REPLY, source=1, request=header.request)
        return frames.pack(
            schemas.STATE, data[24:32], flags=frames.REPLY, source=1, request=header.request
        )

    relay.on_binary = answer
    async with cwire.aconnect(relay.url) as bridge:
        replies = await asyncio.gather(*(bridge.send.set(x=n / 10) for n in range(50)))
        assert [reply.x for reply in replies if reply] == [n / 10 for n in range(50)]
        assert await bridge["lab"].send.go(steps=3) is None
        with pytest.raises(cwire.InvalidCommand):
            await bridge.send.set(x=-1)
        relay.on_binary = lambda data: None
        with pytest.raises(cwire.CommandTimeout):
            await bridge.command(None, "go", timeout=0.05)


async def test_the_relay_goes(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url, reconnect=False) as bridge:
        waiting = asyncio.ensure_future(anext(bridge.stream("tick")))
        await asyncio.sleep(0)
        relay.hang_up()
        with pytest.raises(cwire.NotConnected, match="gone"):
            await waiting
        with pytest.raises(cwire.NotConnected):
            await bridge.send.go()


async def test_subscriptions(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url, subscribe=None) as bridge:
        await bridge.latest("tick")
        assert relay.next(dict)["messages"] == ["tick"]
        id = await bridge.subscribe("rare")
        assert relay.next(dict)["messages"] == ["rare"]
        await bridge.unsubscribe(id)
        assert relay.next(dict)["op"] == "unsubscribe"


async def test_options(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url, subscribe=None, window=1 << 20) as bridge:
        assert relay.next(dict) == {"op": "window", "bytes": 1 << 20}
        await bridge.subscribe("tick", policy="latest", max_rate=2, history_seconds=0.5)
        asked = relay.next(dict)
        assert (asked["policy"], asked["max_rate"]) == ("latest", 2.0)
        assert asked["history"] == {"seconds": 0.5}
        with pytest.raises(cwire.InvalidSubscription, match="do not come yet"):
            await bridge.subscribe("tick", history=3)
        await bridge.subscribe("tick", decimate=2)
        assert relay.next(dict)["decimate"] == 2
    with pytest.raises(cwire.InvalidSubscription):
        await cwire.aconnect(relay.url, window=-1)


async def test_waiting_looking_back_and_recording(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        with pytest.raises(cwire.WaitTimeout, match="no message of rare in 0.01 s"):
            await bridge.wait_for("rare", lambda rare: True, timeout=0.01)
        with Ticker(relay):
            found = await bridge.wait_for("tick", lambda tick: tick.index >= 20, timeout=10)
            assert found.index >= 20
            table = await bridge.record_to_dataframe("tick", frames=100)
            short = await bridge["lab"].record_to_dataframe("tick", "index", seconds=0.05)
        stream = bridge.stream("tick")
        relay.send(ticks(0, 3))
        await stream.wait_for(lambda tick: tick.index == 1, timeout=10)
        with pytest.raises(cwire.WaitTimeout, match=r"no tick matched in 0.05 s \(1 seen\)"):
            await stream.wait_for(lambda tick: False, timeout=0.05)
        assert len(table) == 100
        assert list(short.columns) == ["index"]
        assert len(await bridge.history("tick", 7)) == 7
        assert len(await bridge["lab"].history("tick", seconds=2)) == 3
        with pytest.raises(cwire.WaitTimeout):
            await bridge.record_to_dataframe("rare", frames=1, timeout=0.05)


async def test_a_change_keeps_what_is_not_given(stage: str) -> None:
    async with cwire.aconnect(stage) as bridge:
        done: Any = await bridge.change.set_axis(speed=7)
        assert (done.axis, done.speed, done.brake) == (0, 7.0, True)
        done = await bridge["stage"].change.set_axis(axis=1, brake=True)
        assert (done.axis, done.speed, done.brake) == (1, 2.5, True)
        with pytest.raises(cwire.InvalidCommand, match="no command tells"):
            await bridge.change.get_states()
