"""Links that are cut, slowed down and sliced: each frame comes once, or is counted as lost."""

from __future__ import annotations

import random
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

import cwire
from cwire.proxy.faults import NO_FAULTS, Faults
from cwire.proxy.proxy import Proxy
from support.processes import Relay, until

STEPS, FRAMES = 12, 40
FAULTS = [
    NO_FAULTS,
    Faults(delay=0.01),
    Faults(jitter=0.01),
    Faults(slice=1),
    Faults(slice=13),
    Faults(rate=200_000),
]


class Tick:
    """A numbered frame."""

    index: int
    values: Annotated[list[float], cwire.array(4)]


def ticks(first: int) -> np.ndarray[Any, Any]:
    made = np.zeros(FRAMES, [("index", "<i8"), ("values", "<f8", 4)])
    made["index"] = np.arange(first, first + FRAMES)
    made["values"] = made["index"][:, None] + np.arange(4)
    return made


def newest(bridge: cwire.Bridge) -> int:
    frames: Any = bridge.latest("tick")
    return int(frames["index"][-1])


@pytest.mark.parametrize("broken", ["driver", "client", "both"])
def test_all_frames_are_accounted_for(runtime: Path, broken: str) -> None:
    chance = random.Random(broken)
    with ExitStack() as stack:
        driver = stack.enter_context(cwire.Driver("lab", [Tick]))
        proxies = []
        path = str(driver.path)
        if broken != "client":
            proxies.append(Proxy(path, str(runtime / "far.sock")))
            path = str(runtime / "far.sock")
        relay = stack.enter_context(Relay(f"lab={path}", options=("--verbose",)))
        url = relay.url
        if broken != "driver":
            proxies.append(Proxy(relay.url))
            url = f"ws://{proxies[-1].place}/ws"
        for one in proxies:
            stack.enter_context(one)
        bridge = stack.enter_context(cwire.connect(url, relay.token))
        until(lambda: driver.wanted("tick") == 1)
        driver.publish("tick", ticks(0))
        until(lambda: len(bridge.latest("tick", FRAMES)) == FRAMES)
        sent = FRAMES
        for _ in range(STEPS):
            for proxy in proxies:
                if chance.random() < 0.3:
                    proxy.cut()
                proxy.set(up=chance.choice(FAULTS), down=chance.choice(FAULTS))
            driver.publish("tick", ticks(sent))
            sent += FRAMES
            if chance.random() < 0.7:  # else the next fault comes while it is away
                until(lambda: bridge.connected and driver.wanted("tick") == 1)
        for proxy in proxies:
            proxy.set(up=NO_FAULTS, down=NO_FAULTS)
        whole = sent

        def links_are_back() -> bool:
            """Frames come again: the driver may have written to a link that was just cut."""
            nonlocal sent
            driver.publish("tick", ticks(sent))
            sent += FRAMES
            return newest(bridge) >= whole

        until(links_are_back)
        until(lambda: newest(bridge) == sent - 1)
        got: Any = bridge.history("tick")
        assert np.array_equal(got["values"], got["index"][:, None] + np.arange(4))
        assert len(set(got["index"].tolist())) == len(got)
        health = bridge.health.of("tick")
        assert (health.published, health.frames + health.lost) == (sent, sent)
