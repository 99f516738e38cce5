"""pyzmq over ipc, PUSH to PULL: what holds the publisher back is ZeroMQ's own high-water mark."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import zmq

from receivers.meter import Meter, Run
from receivers.publisher import Publisher

__all__ = ["receive"]

_JOIN = 1024


def receive(
    command: Sequence[str], endpoint: str, frame_bytes: int, per_message: int, count: int, mark: int
) -> Run:
    """Receives messages of `per_message` frames; small ones are joined, which was the fastest."""
    meter = Meter(count)
    with Publisher(command), zmq.Context() as context, context.socket(zmq.PULL) as puller:
        puller.setsockopt(zmq.RCVHWM, mark)
        puller.setsockopt(zmq.LINGER, 0)
        puller.setsockopt(zmq.RCVTIMEO, 20_000)
        puller.connect(endpoint)
        total = 0
        frames = np.empty((0, frame_bytes), np.uint8)
        take = puller.recv
        while meter.saw(total):
            if per_message == 1 and frame_bytes < 4096:
                messages = [take() for _ in range(min(_JOIN, count - total))]
                frames = np.frombuffer(b"".join(messages), np.uint8).reshape(-1, frame_bytes)
            else:
                message = take(copy=False)
                frames = np.frombuffer(message.buffer, np.uint8).reshape(-1, frame_bytes)
            total += len(frames)
        assert int(frames[-1, :8].view(np.uint64)[0]) == count
    return meter.run()
