"""Websockify in front of the driver: a bare socket, payloads put together in a numpy array."""

from __future__ import annotations

import numpy as np

from bare_websocket import BINARY, BareWebSocket, parse_head
from receivers.driver_bytes import REPLY_BYTES, order, read_hello
from receivers.meter import Meter, Run

__all__ = ["receive"]

_READ = 256 << 10
_RING = 32 << 20


def receive(url: str, frame_bytes: int, count: int) -> Run:
    """Reads messages, which end anywhere, and copies what is in them into a ring of frames."""
    meter = Meter(count)
    connection = BareWebSocket(url)
    with connection.socket:
        schema, answer = read_hello(lambda: connection.next()[1])
        connection.send(BINARY, answer + order(schema, frame_bytes, count))
        replied = b""
        while len(replied) < REPLY_BYTES:
            replied += connection.next()[1]
        ring = np.empty(_RING, np.uint8)
        out = ring.data
        buffer = bytearray(_READ)
        view = memoryview(buffer)
        filled = len(connection.rest)
        buffer[:filled] = connection.rest
        begun = replied[REPLY_BYTES:]
        out[: len(begun)] = begun
        total = len(begun)
        left = 0  # of the message that is being read
        while True:
            at = 0
            while at < filled:
                if not left:
                    _, left, head = parse_head(buffer, at, filled)
                    if not head:
                        break
                    at += head
                to = total % _RING
                take = min(left, filled - at, _RING - to)
                out[to : to + take] = view[at : at + take]
                at += take
                left -= take
                total += take
            if not meter.saw(total // frame_bytes):
                break
            rest = filled - at
            buffer[:rest] = buffer[at:filled]
            filled = rest + connection.socket.recv_into(view[rest:])
        last = ring[(total - frame_bytes) % _RING :][24:32]
        assert int(last.view(np.uint64)[0]) == count
    return meter.run()
