"""A driver in Python that publishes as fast as it can."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

import cwire
from cwire_structs.frames import HEADER_SIZE, span

__all__ = ["PublishRun", "receive"]

_PEER_SECONDS = 10.0
_GROUPS = 20
_RING_BYTES = 16 << 20


@dataclass(frozen=True)
class PublishRun:
    """Processor time of the publishing thread for one frame, by the median group of calls.

    Attributes:
        seconds_per_frame: The median group's.
        slowest: The slowest group's.
        frame_bytes: Of one frame, header and padding included.
    """

    seconds_per_frame: float
    slowest: float
    frame_bytes: int


def receive(path: str, peers: int, payload: int, together: int, count: int) -> PublishRun:
    """Publishes `count` times; waits for so many peers before, and for those that are behind."""
    schema = {"data": np.dtype([("value", "<f8", (payload // 8,))])}
    with cwire.Driver("python", schema, path, ring_bytes=_RING_BYTES) as driver:
        deadline = time.monotonic() + _PEER_SECONDS
        while driver.peers < peers:
            if time.monotonic() > deadline:
                raise TimeoutError("nobody has connected")
            time.sleep(0.01)
        records = np.zeros(together, driver.schema.messages["data"].dtype())
        value = records if together > 1 else records[0]
        seconds = []
        for _ in range(_GROUPS):
            spent = 0.0
            for _ in range(count // _GROUPS // 10):
                while driver.pending > _RING_BYTES // 4:
                    time.sleep(0.001)
                begin = time.thread_time()
                for _ in range(10):
                    driver.publish("data", value)
                spent += time.thread_time() - begin
            seconds.append(spent / (count // _GROUPS // 10 * 10 * together))
        seconds.sort()
        return PublishRun(seconds[_GROUPS // 2], seconds[-1], span(HEADER_SIZE + payload))
