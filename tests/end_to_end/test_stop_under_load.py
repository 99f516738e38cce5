"""A relay that is told to end while much is under way."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import cwire
from support.processes import Relay, until


class Block:
    """A numbered frame."""

    index: int


def reads(bridge: cwire.Bridge) -> bool:
    return bridge.health.of("block").frames > 1000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order(runtime: Path, number: int) -> None:
    """Its clients are told, and its driver goes on."""
    ended = threading.Event()
    blocks = np.zeros(200, [("index", "<i8")])

    def publish() -> None:
        while not ended.is_set():
            driver.publish("block", blocks)
            while driver.pending and not ended.is_set():  # as fast as it is read
                pass

    with ExitStack() as stack:
        driver = stack.enter_context(cwire.Driver("lab", [Block]))
        relay = stack.enter_context(Relay("lab"))
        bridges = [stack.enter_context(cwire.connect(relay.url, relay.token)) for _ in range(4)]
        thread = threading.Thread(target=publish)
        thread.start()
        stack.callback(thread.join)
        stack.callback(ended.set)
        for bridge in bridges:
            until(partial(reads, bridge))
        assert relay.stop(number) == 0
        assert not any("Traceback" in line for line in relay.output)
        until(lambda: not any(bridge.connected for bridge in bridges))
        until(lambda: driver.peers == 0)
        assert thread.is_alive()
