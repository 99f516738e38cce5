"""The table of received and lost frames."""

from __future__ import annotations

import pytest

import cwire
from support.fake_relay import FakeRelay, ticks


def test_health(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    relay.send(ticks(0, 10))
    drop = {"id": 1, "source": 1, "message": "tick", "reason": "relay", "count": 5, "sequence": 14}
    relay.say("dropped", **drop)
    relay.send(ticks(17, 1))
    bridge.latest("tick", 11, timeout=10)
    row = bridge.health.of("tick")
    assert (row.frames, row.lost, row.lost_at_relay, row.lost_at_driver) == (11, 7, 5, 0)
    assert bridge.health.lost == 7
    drop = {**drop, "reason": "conflated", "count": 3, "sequence": 20}
    relay.say("dropped", **drop)
    relay.send(ticks(21, 1))
    bridge.latest("tick", 12, timeout=10)
    row = bridge.health.of("tick")
    assert (row.lost, row.conflated, row.over_rate, row.skipped) == (7, 3, 0, 3)
    assert row.published == 22
    assert "skipped" in repr(bridge.health)
    silent = bridge.health.of("rare")
    assert (silent.frames, silent.lost, silent.published) == (0, 0, 0)
    assert "rare" not in repr(bridge.health) + repr(bridge)
    assert "tick" in repr(bridge)
    with pytest.raises(KeyError):
        bridge.health.of("nope")
