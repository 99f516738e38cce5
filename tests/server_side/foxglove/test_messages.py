"""Frames as messages, many at a time: what is sent is one WebSocket message for each."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from websockets.frames import Opcode

from cwire_server.foxglove.messages import messages_of
from cwire_server.foxglove.offers import Channel
from cwire_structs import frames, wrap
from cwire_structs.mcap.bodies import body_of
from cwire_structs.mcap.ros2 import describe
from support.foreign import plain_frames

LAYOUTS = {
    "plain": ("uint32_t a; double b;", [16, 16, 16]),
    "empty": ("", [0, 0]),
    "one": ("uint8_t a;", [1]),
    "head of two bytes more": ("uint8_t a[200];", [200, 200]),
    "large": ("uint8_t a[70000];", [70000, 70000]),
    "tails of one length": ("uint16_t a; uint16_t b[];", [12, 12]),
    "tails": ("uint16_t a; uint16_t b[];", [2, 12, 40000, 4]),
}


def channel_of(folder: Path, members: str) -> Channel:
    header = folder / "m.h"
    header.write_text(f"#include <stdint.h>\n/** @msg 1 */ struct m {{ {members} }};")
    schema = wrap.wrap(header, "cc").schema
    message = schema.messages["m"]
    return Channel(1, 1, "lab", message, describe(schema, message))


@pytest.mark.parametrize("subscriptions", [[3], [0, 2**32 - 1]])
@pytest.mark.parametrize(("members", "sizes"), LAYOUTS.values(), ids=LAYOUTS)
def test_each_frame_is_a_message(
    tmp_path: Path, members: str, sizes: list[int], subscriptions: list[int]
) -> None:
    channel = channel_of(tmp_path, members)
    payloads = [bytes((7 * at + number) % 256 for at in range(size))
                for number, size in enumerate(sizes)]  # fmt: skip
    packed = b"".join(
        frames.pack(1, payload, source=1, sequence=number, time_ns=1000 - number)
        for number, payload in enumerate(payloads)
    )
    (tally,) = frames.scan(packed).tallies
    made, newest, wrong = messages_of(channel, subscriptions, memoryview(packed), tally)
    assert (newest, wrong) == (1000, 0)
    expected: dict[int, Any] = {
        one: [
            struct.pack("<BIQ", 1, one, 1000 - number) + body_of(payload, channel.description)
            for number, payload in enumerate(payloads)
        ]
        for one in subscriptions
    }
    got: dict[int, Any] = {one: [] for one in subscriptions}
    for frame in plain_frames(b"".join(made)):
        assert (frame.opcode, frame.fin) == (Opcode.BINARY, True)
        got[struct.unpack_from("<I", frame.data, 1)[0]].append(bytes(frame.data))
    assert got == expected


@pytest.mark.parametrize("sizes", [[3, 3], [3, 4, 5]])
def test_frames_of_a_wrong_size_are_counted(tmp_path: Path, sizes: list[int]) -> None:
    channel = channel_of(tmp_path, "uint16_t a; uint16_t b[];")
    packed = b"".join(frames.pack(1, bytes(size), time_ns=1) for size in sizes)
    (tally,) = frames.scan(packed).tallies
    made, _, wrong = messages_of(channel, [1], memoryview(packed), tally)
    assert wrong == sum(size % 2 for size in sizes)
    assert len(plain_frames(b"".join(made))) == len(sizes) - wrong
