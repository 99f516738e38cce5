"""The ceiling: the driver's Unix socket read by recv_into, and nothing done with the bytes."""

from __future__ import annotations

import socket

import numpy as np

from receivers.driver_bytes import REPLY_BYTES, order, read_hello
from receivers.meter import Meter, Run

__all__ = ["receive"]

_BUFFER = 1 << 20


def receive(path: str, frame_bytes: int, count: int) -> Run:
    """Reads into one numpy array, over and over."""
    meter = Meter(count)
    with socket.socket(socket.AF_UNIX) as driver:
        driver.connect(path)
        schema, answer = read_hello(lambda: driver.recv(64 << 10))
        driver.sendall(answer + order(schema, frame_bytes, count))
        reply = driver.recv(REPLY_BYTES, socket.MSG_WAITALL)
        assert len(reply) == REPLY_BYTES
        buffer = np.empty(_BUFFER, np.uint8)
        view = buffer.data
        read = driver.recv_into
        filled = total = 0
        while meter.saw(total // frame_bytes):
            received = read(view[filled:])
            total += received
            # The buffer is a whole number of frames, so that it never ends inside one.
            filled = (filled + received) % _BUFFER
        last = buffer[filled - frame_bytes : filled] if filled else buffer[-frame_bytes:]
        assert int(last[24:32].view(np.uint64)[0]) == count
    return meter.run()
