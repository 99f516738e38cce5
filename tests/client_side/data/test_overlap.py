"""Frames that come both ways are taken once."""

from __future__ import annotations

import pytest

from cwire.data.overlap import later
from cwire_structs import frames
from support.fake_relay import ticks
from support.schemas import RARE, TICK

TOP = 1 << 32


def batch(*sequences: int, others: bool = False) -> memoryview:
    """Ticks with these sequences; with frames of another message between them."""
    other = frames.pack(RARE, bytes(8), source=1) if others else b""
    made = (frames.pack(TICK, bytes(16), source=1, sequence=one % TOP) + other for one in sequences)
    return memoryview(other + b"".join(made))


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize(
    ("sequences", "due", "left"),
    [
        ((5, 6, 7), None, (5, 6, 7)),
        ((5, 6, 7), 5, (5, 6, 7)),
        ((5, 6, 7), 3, (5, 6, 7)),
        ((5, 6, 7), 6, (6, 7)),
        ((5, 6, 7), 7, (7,)),
        ((5, 6, 7), 8, ()),
        ((5, 6, 7), 100, ()),
        ((5, 8, 9), 6, (8, 9)),
        ((TOP - 1, TOP, TOP + 1), TOP, (0, 1)),
        ((TOP - 1, TOP, TOP + 1), 3 * TOP, (0, 1)),
        ((TOP - 1, TOP, TOP + 1), 3 * TOP + 2, ()),
    ],
)
def test_later(
    others: bool, sequences: tuple[int, ...], due: int | None, left: tuple[int, ...]
) -> None:
    data = batch(*sequences, others=others)
    (tally,) = (one for one in frames.scan(data).tallies if one.type == TICK)
    found = later(data, tally, due)
    if not left:
        assert found is None
        return
    assert found is not None
    assert (found.first_sequence, found.last_sequence) == (left[0], left[-1])
    assert found.count == len(left)
    assert frames.unpack_header(data, found.first_offset).sequence == left[0]
    assert frames.unpack_header(data, found.last_offset).sequence == left[-1]


def test_frames_of_several_sizes() -> None:
    data = memoryview(ticks(0, 1) + frames.pack(TICK, bytes(8), source=1, sequence=1))
    (tally,) = frames.scan(data).tallies
    assert tally.mixed
    found = later(data, tally, 1)
    assert found is not None
    assert (found.mixed, found.size, found.count) == (False, 32, 1)
