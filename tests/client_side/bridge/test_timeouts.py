"""Texts of waits in vain: how much came of what was wanted, and why no more."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

import cwire
from support.fake_relay import FakeRelay, driver, ticks
from support.processes import until

PUBLISHES_NOTHING = "; driver 'lab' is up but does not publish it now"


def in_vain(bridge: cwire.Bridge, wanted: int, timeout: float) -> str:
    with pytest.raises(cwire.WaitTimeout) as caught:
        bridge.latest("tick", wanted, timeout=timeout)
    return str(caught.value)


def test_some_came(relay: FakeRelay) -> None:
    with cwire.connect(relay.url) as bridge, ThreadPoolExecutor() as pool:
        feed = bridge._link.lookup.feed("tick")
        text = pool.submit(in_vain, bridge, 5, 1.0)
        until(lambda: bool(feed._watches))
        relay.send(ticks(0, 2))
        assert text.result(10) == "2 of 5 frames of tick in 1 s"


async def test_some_came_to_an_async_bridge(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        feed = bridge._link.lookup.feed("tick")
        waiting = asyncio.ensure_future(bridge.latest("tick", 5, timeout=1.0))
        while not feed._watches:
            await asyncio.sleep(0)
        await asyncio.to_thread(relay.send, ticks(0, 2))
        with pytest.raises(cwire.WaitTimeout) as caught:
            await waiting
        assert str(caught.value) == "2 of 5 frames of tick in 1 s"
        with pytest.raises(cwire.WaitTimeout, match="2 of 5 frames of tick in 0 s; .*not publish"):
            await bridge.latest("tick", 5, timeout=0)


def test_none_came(relay: FakeRelay) -> None:
    with cwire.connect(relay.url) as bridge:
        assert in_vain(bridge, 5, 0.05) == f"no 5 frames of tick in 0.05 s{PUBLISHES_NOTHING}"
        relay.send(ticks(0, 2))
        bridge.latest("tick", 2, timeout=10)
        assert in_vain(bridge, 5, 0.05) == f"2 of 5 frames of tick in 0.05 s{PUBLISHES_NOTHING}"


def test_the_driver_went_down(relay: FakeRelay) -> None:
    with cwire.connect(relay.url) as bridge:
        relay.send(ticks(0, 2))
        bridge.latest("tick", 2, timeout=10)
        relay.say("driver", event="down", driver=driver(state="down", session=None, problem="off"))
        relay.send(ticks(2, 1))
        bridge.latest("tick", 3, timeout=10)
        text = in_vain(bridge, 5, 0.05)
        assert text.startswith("3 of 5 frames of tick in 0.05 s; driver 'lab' is down: off")
