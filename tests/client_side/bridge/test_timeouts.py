"""Texts of waits in vain: how much came of what was wanted, and why no more."""

from __future__ import annotations

import asyncio
import time

import pytest

import cwire
from cwire.data.feed import Watch
from support.fake_relay import FakeRelay, driver, ticks
from support.processes import until

PUBLISHES_NOTHING = "; driver 'lab' is up but does not publish it now"


def in_vain(bridge: cwire.Bridge, wanted: int, timeout: float) -> str:
    with pytest.raises(cwire.WaitTimeout) as caught:
        bridge.latest("tick", wanted, timeout=timeout)
    return str(caught.value)


def test_some_came(relay: FakeRelay, monkeypatch: pytest.MonkeyPatch) -> None:
    with cwire.connect(relay.url) as bridge:
        feed = bridge._link.lookup.feed("tick")
        watch = feed.watch

        def watch_and_send(one: Watch) -> None:
            """Two come when the wait has begun, and before its time can be up."""
            watch(one)
            relay.send(ticks(0, 2))
            until(lambda: feed.history.total == 2)

        monkeypatch.setattr(feed, "watch", watch_and_send)
        assert in_vain(bridge, 5, 0.05) == "2 of 5 frames of tick in 0.05 s"


async def test_some_came_to_an_async_bridge(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        feed = bridge._link.lookup.feed("tick")
        waiting = asyncio.ensure_future(bridge.latest("tick", 5, timeout=0.05))
        while not feed._watches:
            await asyncio.sleep(0)
        relay.send(ticks(0, 2))
        time.sleep(0.1)  # the loop is busy, and sees both at once: two frames and the end
        with pytest.raises(cwire.WaitTimeout) as caught:
            await waiting
        assert str(caught.value) == "2 of 5 frames of tick in 0.05 s"
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
