"""Iterators over messages: one after the other, and the first that satisfies a condition."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

import cwire
from support import schemas
from support.fake_relay import FakeRelay, Ticker, driver, pictures, ticks


def test_stream(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    relay.send(ticks(0, 5))
    bridge.latest("tick", 5, timeout=10)
    stream = bridge.stream("tick", timeout=10)
    relay.send(ticks(5, 3))
    assert [next(stream).index for _ in range(3)] == [5, 6, 7]
    relay.send(ticks(8, 1))
    assert next(stream).index == 8
    assert stream.lost == 0


def test_a_stream_in_vain(bridge: cwire.Bridge) -> None:
    with pytest.raises(cwire.WaitTimeout, match=r"no message of tick in 0.05 s"):
        next(bridge.stream("tick", timeout=0.05))


def test_a_slow_stream_counts_what_it_missed(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    stream = bridge.stream("tick", timeout=10)
    relay.send(ticks(0, 2500))
    relay.send(pictures(0, 1))
    bridge.latest("picture", 1, timeout=10)
    assert next(stream).index == 1500
    assert stream.lost == 1500


def test_streams_of_several_threads(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    seen: list[list[int]] = []
    streams = [bridge.stream("tick", timeout=10) for _ in range(4)]

    def read(stream: Iterator[cwire.Record]) -> None:
        seen.append([next(stream).index for _ in range(50)])

    threads = [threading.Thread(target=read, args=[stream]) for stream in streams]
    for thread in threads:
        thread.start()
    for first in range(0, 50, 5):
        relay.send(ticks(first, 5))
    for thread in threads:
        thread.join()
    assert seen == [list(range(50))] * 4


def test_a_stream_goes_on_after_the_structs_changed(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    stream = bridge.stream("tick", timeout=10)
    relay.send(ticks(0, 1))
    changed = driver(session=8, schema=schemas.document(extra_field=True))
    relay.say("driver", event="schema_changed", driver=changed)
    relay.send(ticks(0, 2))
    assert [next(stream).index for _ in range(3)] == [0, 0, 1]


def test_wait_for(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    relay.send(ticks(0, 10))
    bridge.latest("tick", 10, timeout=10)
    stream = bridge.stream("tick")
    relay.send(ticks(10, 10))
    assert stream.wait_for(lambda tick: tick.index % 7 == 0, timeout=10).index == 14
    assert next(stream).index == 15
    with Ticker(relay):
        assert bridge.wait_for("tick", lambda tick: True, timeout=10)["index"] >= 0
        assert bridge["lab"].wait_for("tick", lambda tick: tick.index > 50).index > 50


def test_wait_for_says_what_was_seen(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    with pytest.raises(cwire.WaitTimeout, match=r"no message of rare in 0.01 s; .*not publish"):
        bridge.wait_for("rare", lambda rare: True, timeout=0.01)
    stream = bridge.stream("tick")
    relay.send(ticks(2, 1))  # one is looked at however late it is
    bridge.latest("tick", 1, timeout=10)
    seen = r"no tick matched in 0.05 s \(1 seen\); the last one: tick\(index=2, values="
    with pytest.raises(cwire.WaitTimeout, match=seen):
        stream.wait_for(lambda tick: tick.index > 5, timeout=0.05)
    relay.send(ticks(3, 1))
    with pytest.raises(ZeroDivisionError):
        stream.wait_for(lambda tick: 1 / 0, timeout=10)
