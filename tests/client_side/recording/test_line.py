"""The line of a driver's time: it goes on where the clock jumps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cwire.recording.line import Line

DAY = 1_764_259_200  # s
HOUR = 3600


def follow(line: Line, seconds: list[float], key: str = "a", now: float = 0.0) -> list[float]:
    """Seconds since DAY, in and out."""
    stamps = np.array([round((DAY + one) * 1e9) for one in seconds], np.uint64)
    found = line.follow(key, stamps, DAY * 10**9, now)
    return [round(float(one), 6) for one in (found - DAY * 10**9) / 1e9]


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        ([0, 1, 2], [0, 1, 2]),
        ([0, 0, 0.5, 0.5], [0, 0, 0.5, 0.5]),
        ([0, 0.5, 0.4, 0.6], [0, 0.5, 0.5, 0.6]),
        ([-30, -29], [-30, -29]),
        ([-HOUR, -HOUR + 1], [0, 1]),
        ([HOUR, HOUR + 1], [0, 1]),
        ([0, 1, 1 - HOUR, 2 - HOUR], [0, 1, 1, 2]),
        ([0, 1, 1 + HOUR, 2 + HOUR], [0, 1, 1, 2]),
        ([0, 1, 9 * HOUR, 2, 3], [0, 1, 1, 2, 3]),
        ([0, 1, -HOUR, 2 - HOUR, 2, 3], [0, 1, 1, 3, 3, 3]),
        ([0, 50, 100], [0, 50, 100]),
    ],
)
@pytest.mark.parametrize("pieces", [1, 2, 99])
def test_jumps(stamps: list[float], expected: list[float], pieces: int) -> None:
    line, found = Line(), []
    for begin in range(0, len(stamps), pieces):
        found += follow(line, stamps[begin : begin + pieces])
    assert found == expected


def test_a_silence_that_was_seen_is_no_jump() -> None:
    line = Line()
    assert follow(line, [0], now=5.0) == [0]
    assert follow(line, [HOUR], now=5.0 + HOUR) == [HOUR]
    assert follow(line, [3 * HOUR], now=6.0 + HOUR) == [HOUR]


def test_messages_of_a_driver_have_one_clock() -> None:
    line = Line()
    assert follow(line, [-HOUR, 5 - HOUR]) == [0, 5]
    assert follow(line, [4 - HOUR], "slow") == [4]
    assert follow(line, [6 - 2 * HOUR, 7 - 2 * HOUR]) == [5, 6]
    assert follow(line, [8 - 2 * HOUR], "slow") == [7]
    assert follow(line, [7.5 - 2 * HOUR], "third") == [6.5]


def test_stamps_of_chance_never_go_back() -> None:
    random = np.random.default_rng(7)
    line, last = Line(), -(2**63)
    for _ in range(50):
        stamps = random.integers(0, 2**64, 300, np.uint64, endpoint=False)
        found: Any = line.follow("a", stamps, DAY * 10**9, 0.0)
        assert len(found) == 300
        assert found[0] >= last
        assert (np.diff(found) >= 0).all()
        last = int(found[-1])
