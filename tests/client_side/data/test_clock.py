"""A driver's clocks are believed within reason: the cases that JavaScript is held to, too."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from cwire.data.clock import FAR_SECONDS, duration_text, is_step, rest, restarts, timeline
from support.processes import ROOT

CASES = json.loads((ROOT / "tests" / "clocks.json").read_text())
DAY = 1_764_259_200 * 10**9


def stamp(told: str | float) -> int:
    """Text is nanoseconds, a number seconds since DAY."""
    return int(told) if isinstance(told, str) else DAY + round(told * 1e6) * 1000


@pytest.mark.parametrize("case", CASES["stamps"], ids=lambda case: case["name"])
def test_time_stamps(case: dict[str, list[float]]) -> None:
    stamps = [stamp(one) for one in case["stamps"]]
    arrived = case.get("arrived", [])
    seen = (
        rest(*pair, silence)
        for pair, silence in zip(pairwise(stamps), np.diff(arrived), strict=False)
        if silence > FAR_SECONDS
    )
    found = timeline(np.array(stamps, np.uint64), [one for one in seen if one])
    assert (found.seconds - found.seconds[0]).tolist() == pytest.approx(case["line"])
    assert found.seconds[-1] == 0
    assert found.jumps.tolist() == case["jumps"]
    assert bool(found.note) == bool(case["jumps"])


@pytest.mark.parametrize("case", CASES["sequences"], ids=lambda case: case["name"])
def test_sequences(case: dict[str, list[int]]) -> None:
    assert restarts(np.array(case["sequence"], np.uint32)).tolist() == case["runs"]


@pytest.mark.parametrize("other", [0, 2**64 - 1])
def test_a_clock_that_never_rests_is_followed_as_far_as_anybody_looks(other: int) -> None:
    stamps = np.arange(20_000, dtype=np.uint64) * np.uint64(10**9) + np.uint64(DAY)
    stamps[::2] = other
    found = timeline(stamps)
    assert np.isneginf(found.seconds[:100]).all()
    assert found.seconds[-5:].tolist() == pytest.approx([-4, -3, -2, -1, 0], abs=1)


def test_a_first_stamp_may_be_wrong() -> None:
    found = timeline(np.array([2**64 - 1, DAY, DAY + 10**9], np.uint64))
    assert found.seconds[1:].tolist() == [-1, 0]
    assert found.jumps.tolist() == [1]


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_compare_with(count: int) -> None:
    assert timeline(np.full(count, 7, np.uint64)).seconds.tolist() == [0.0] * count


@pytest.mark.parametrize("case", CASES["steps"], ids=lambda case: str(case["step"]))
def test_steps(case: dict[str, str | float]) -> None:
    assert is_step(float(case["step"])) is case["right"]


@pytest.mark.parametrize("case", CASES["durations"], ids=lambda case: case["text"])
def test_lengths_of_time(case: dict[str, Any]) -> None:
    assert duration_text(case["seconds"]) == case["text"]
