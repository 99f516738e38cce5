"""cwire and the naive relay, by cwire's own client: frames end up in its history, a numpy array."""

from __future__ import annotations

import time

import cwire
from receivers.meter import Meter, Run

__all__ = ["receive"]

_MESSAGES = {64: ("sample", 1), 1 << 20: ("block", 3)}  # as load.h has them
_LOOK_SECONDS = 0.005
_ATTACH_SECONDS = 10.0


def receive(
    url: str, token: str | None, frame_bytes: int, count: int, paced: bool, ring: bool = False
) -> Run:
    """Has `count` frames published and waits until every one has come or is known to be lost.

    With `ring`, all of them come by the driver's ring.
    """
    message, number = _MESSAGES[frame_bytes]
    meter = Meter(count)
    with cwire.connect(url, token, history_bytes=32 << 20) as bridge:
        deadline = time.monotonic() + _ATTACH_SECONDS
        while ring and _by(bridge) != "ring":
            assert time.monotonic() < deadline, bridge.health
            time.sleep(_LOOK_SECONDS)
        batch = 64 if frame_bytes == 64 else 1
        bridge.send.publish(count=count, message=number, batch=batch, paced=int(paced))
        bridge.latest(message, timeout=20)
        health = bridge.health.of(message)
        while meter.saw(health.frames, health.lost):
            time.sleep(_LOOK_SECONDS)
            health = bridge.health.of(message)
        last = bridge.latest(message, 2)
        # The data is right, not only much: the last two are the last two that were published.
        assert isinstance(last, cwire.FrameArray)
        assert last["index"].tolist() == [count - 1, count]
        assert last.sequence.tolist() == [(count - 2) % 2**32, (count - 1) % 2**32]
        assert health.frames + health.lost == count, "delivered + dropped = published"
        return meter.run(health.lost)


def _by(bridge: cwire.Bridge) -> str:
    """How the only driver's frames come."""
    (driver,) = (one for one in bridge.drivers.values() if not one.is_relay)
    return driver.by
