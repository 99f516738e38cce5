"""foxglove-sdk's WebSocket server, read by a bare socket: no WebSocket library is as fast.

All messages of the channel are of one size, so a buffer of a whole number of them is a numpy array.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bare_websocket import BareWebSocket
from receivers.meter import Meter, Run
from receivers.publisher import Publisher

__all__ = ["receive"]

_BUFFER = 256 << 10
_HEAD = 13  # opcode 1, channel (u32), time stamp (u64)


def receive(command: Sequence[str], frame_bytes: int, count: int, window: int) -> Run:
    """Subscribes to the publisher's only channel and reads until all has come."""
    meter = Meter(count)
    with Publisher(command) as publisher:
        connection = BareWebSocket(
            f"ws://127.0.0.1:{publisher.ready}/", subprotocol="foxglove.sdk.v1"
        )
        with connection.socket as socket:
            channel = connection.next_json("advertise")["channels"][0]["id"]
            wanted = [{"id": channel, "channelId": channel}]
            connection.send_json(op="subscribe", subscriptions=wanted)
            size = frame_bytes + _HEAD
            stride = size + (2 if size < 126 else 4 if size < 1 << 16 else 10)
            rows = max(1, _BUFFER // stride)
            buffer = np.empty((rows, stride), np.uint8)
            view = buffer.data.cast("B")
            filled = len(connection.rest)
            view[:filled] = connection.rest
            total = told = 0
            while meter.saw(total + filled // stride):
                filled += socket.recv_into(view[filled:])
                if filled == len(view):
                    # Nothing but messages of this channel is among them.
                    assert (buffer[:, 0] == 0x82).all()
                    total, filled = total + rows, 0
                if total + filled // stride - told >= window / 4:
                    told = total + filled // stride
                    publisher.tell(told)
            last = buffer[filled // stride - 1, stride - frame_bytes :][:8].tobytes()
            assert int.from_bytes(last, "little") == count
    return meter.run()
