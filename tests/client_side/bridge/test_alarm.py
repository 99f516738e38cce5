"""Alarms: a function is called when a condition becomes true, and when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Queue
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.bridge.alarm import Alarm
from cwire.errors import InvalidArgument
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.fake_relay import FakeRelay, driver, pictures, ticks
from support.processes import until


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    """A relay that does what a test tells it, with one driver, `lab`."""
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def bridge(relay: FakeRelay) -> Iterator[cwire.Bridge]:
    with cwire.connect(relay.url) as bridge:
        yield bridge


def test_each_change_is_told(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    told: Queue[tuple[bool | None, Any, int, Any]] = Queue()

    def tell(alarm: Alarm) -> None:
        told.put((alarm.on, alarm.since, alarm.count, alarm.values["tick.index"]))

    with bridge.alarm("3 <= tick.index < 5 or tick.index == 8", tell) as alarm:
        assert alarm.on is None
        relay.send(ticks(0, 10))
        changes = [told.get(timeout=30) for _ in range(4)]
        assert changes == [
            (True, np.datetime64(3, "s"), 1, 3),
            (False, np.datetime64(5, "s"), 1, 3),
            (True, np.datetime64(8, "s"), 2, 8),
            (False, np.datetime64(9, "s"), 2, 8),
        ]
        assert alarm.running
        assert repr(alarm).endswith(
            "tick.index == 8: off since 1970-01-01T00:00:09.000000000Z, 2 times so far>"
        )
    assert not alarm.running
    relay.send(ticks(3, 1))
    until(lambda: len(bridge.latest("tick", 11)) == 11)
    alarm.stop()
    assert told.empty()


def test_what_is_there_already_counts(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    relay.send(ticks(0, 10))
    until(lambda: len(bridge.latest("tick", 10)) == 10)
    with bridge.alarm("tick.index == 9") as one, bridge.alarm("tick.index != 9") as other:
        until(lambda: one.on is True and other.on is False)
        assert (one.count, other.count, other.since) == (1, 0, None)


def test_several_messages(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    with bridge.alarm("tick.index > 2 and any(picture.pixels == 4)") as alarm:
        relay.send(ticks(3, 1))
        relay.send(pictures(4, 2))
        until(lambda: alarm.on is True)
        relay.send(pictures(5, 0, 3))
        until(lambda: alarm.on is False)
        assert alarm.values == {"tick.index": 3, "picture.pixels": [4, 4]}


def test_a_callback_that_fails_ends_nothing(
    relay: FakeRelay, bridge: cwire.Bridge, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(alarm: Alarm) -> None:
        raise RuntimeError(f"in state {alarm.on}")

    with bridge.alarm("tick.index == 1", fail) as alarm:
        relay.send(ticks(0, 3))
        until(lambda: alarm.count == 1 and alarm.on is False)
    err = capsys.readouterr().err
    assert "in state True" in err
    assert "in state False" in err


def test_it_can_end_itself_and_ends_with_the_bridge(relay: FakeRelay) -> None:
    with cwire.connect(relay.url) as bridge:
        once = bridge.alarm("tick.index == 1", Alarm.stop)
        other = bridge.alarm("tick.index == 100")
        relay.send(ticks(0, 3))
        until(lambda: not once.running)
        assert once.on
    until(lambda: not other.running)
    assert "has ended" in repr(other)


def test_other_structs(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    gone = schemas.document("third")
    gone["types"]["tick"]["fields"][0]["name"] = "number"
    gone["layout_hash"] = layout_hash(gone)
    with bridge.alarm("tick.index > 5") as alarm:
        relay.send(ticks(6, 1))
        until(lambda: alarm.on is True)
        other = driver(epoch="2", session=8, schema=gone)
        relay.say("driver", event="schema_changed", driver=other)
        until(lambda: "no field 'index'" in alarm.problem)
        assert alarm.on is None
        relay.say("driver", event="schema_changed", driver=driver(epoch="3", session=9))
        until(lambda: not alarm.problem)
        relay.send(ticks(7, 1))
        until(lambda: alarm.on is True)
        assert alarm.count == 2


def test_what_does_not_fit(bridge: cwire.Bridge) -> None:
    with pytest.raises(InvalidArgument, match=r"did you mean 'index'\?: column 1 of"):
        bridge.alarm("tick.idex > 3")


async def test_with_asyncio(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        with await bridge.alarm("tick.index == 2") as alarm:
            relay.send(ticks(0, 3))
            await bridge.latest("tick", 3, timeout=30)
            until(lambda: alarm.on is True)
