"""Makes messages of Foxglove's protocol of frames, many at a time. Pure."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import numpy as np

from cwire_server.foxglove.offers import Channel
from cwire_server.foxglove.protocol import message_head
from cwire_structs.frames import HEADER, HEADER_SIZE, Tally, span, unpack_header
from cwire_structs.mcap.bodies import body_fields, body_parts, fill_bodies
from cwire_structs.mcap.ros2 import Description
from cwire_structs.websocket import Opcode, head

__all__ = ["messages_of"]

# Frames from this size on are sent from where they lie, behind a head of their own.
_LARGE = 32 << 10
_CONTENT_HEAD = len(message_head(0, 0))
_MESSAGE = message_head(0, 0)[0]


def messages_of(
    channel: Channel, subscriptions: Collection[int], frames: memoryview, tally: Tally
) -> tuple[list[memoryview], int, int]:
    """Makes WebSocket messages of frames of one message.

    Args:
        channel: The message.
        subscriptions: The client's ids; each gets all of it.
        frames: The frames, and no others.
        tally: Theirs.

    Returns:
        Bytes to send, one after the other; the newest time among the frames, ns; and the number of
        frames whose size the message cannot have, of which nothing is made.
    """
    if tally.mixed or tally.size >= _LARGE:
        return _one_by_one(channel, subscriptions, frames)
    try:
        channel.message.check_size(tally.size - HEADER_SIZE)
    except ValueError:
        return [], 0, int(tally.count)
    dtype = _dtype(channel.description, tally.size - HEADER_SIZE)
    rows = np.frombuffer(frames, np.uint8).reshape(tally.count, -1)
    times = rows[:, :HEADER_SIZE].view(HEADER)[:, 0]["time_ns"]
    out = np.empty((len(subscriptions), len(rows)), dtype)
    begin = dtype["head"].itemsize
    out["head"] = np.void(head(Opcode.BINARY, dtype.itemsize - begin))
    out["opcode"] = _MESSAGE
    out["time"] = times
    fill_bodies(out[0], rows, tally.size - HEADER_SIZE, channel.description)
    for at, subscription in enumerate(subscriptions):
        if at:
            out[at] = out[0]
        out[at]["subscription"] = subscription
    return [out.view(np.uint8).reshape(-1).data], int(times.max()), 0


@lru_cache(maxsize=512)
def _dtype(description: Description, size: int) -> np.dtype[Any]:
    """The layout of a WebSocket message with a payload of so many bytes."""
    fields: list[Any] = [("opcode", "u1"), ("subscription", "<u4"), ("time", "<u8")]
    fields += body_fields(size, description)[0]
    begin = len(head(Opcode.BINARY, np.dtype(fields).itemsize))
    return np.dtype([("head", f"V{begin}"), *fields])


def _one_by_one(
    channel: Channel, subscriptions: Collection[int], frames: memoryview
) -> tuple[list[memoryview], int, int]:
    made: list[memoryview] = []
    position = newest = wrong = 0
    while position < len(frames):
        header = unpack_header(frames, position)
        payload = frames[position + HEADER_SIZE : position + header.size]
        position += span(header.size)
        try:
            channel.message.check_size(len(payload))
        except ValueError:
            wrong += 1
            continue
        newest = max(newest, header.time_ns)
        body = body_parts(payload, channel.description)
        if len(payload) < _LARGE:
            body = [memoryview(b"".join(body))]
        size = _CONTENT_HEAD + sum(map(len, body))
        for subscription in subscriptions:
            start = head(Opcode.BINARY, size) + message_head(subscription, header.time_ns)
            made += [memoryview(start), *body]
    return made, newest, wrong
