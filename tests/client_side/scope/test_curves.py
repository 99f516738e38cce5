"""The curves that a scope gets through the kernel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from cwire.data.feed import make_history
from cwire.data.history import History
from cwire.scope.curves import curves
from cwire.scope.recipe import ScopeOptions, ScopeRecipe
from cwire_structs import frames
from cwire_structs.schema import Schema
from support.histories import feed
from support.processes import ROOT

SCHEMA = Schema.from_json((ROOT / "c_driver" / "generated" / "messages.schema.json").read_bytes())
BLOCK = SCHEMA.messages["scope_block"]
DT = 1 / 1024  # s between samples: a block takes a second


def put(history: History, seconds: float, value: Any, step: float = DT) -> None:
    """Appends a block that ends at this time."""
    payload = BLOCK.encode({"channel": 1, "dt": step, "samples": np.full(1024, value)})
    data = frames.pack(BLOCK.id, payload, source=1, time_ns=round(seconds * 1e9) + 10**18)
    feed(history, data)


def scope(window: float | None) -> ScopeRecipe:
    return ScopeRecipe("demo", BLOCK, ScopeOptions(y="samples", x="dt", window=window))


def test_blocks_within_the_window_are_one_line() -> None:
    history = make_history(BLOCK, 1 << 20)
    assert curves(scope(2.5), history) == []
    for second in range(10):
        put(history, second, second)
    (line,) = curves(scope(2.5), history)
    assert line.label == "channel 1"
    assert (line.x[0], line.x[-1]) == pytest.approx((-3, -DT))
    assert sorted(set(line.y)) == [7, 8, 9]
    assert (np.diff(line.x) > 0).all()


def test_a_block_whose_stamp_went_back_stands_between_gaps() -> None:
    history = make_history(BLOCK, 1 << 20)
    for second in (7, 8, 1, 9):
        put(history, second, second)
    (line,) = curves(scope(2.5), history)
    assert list(dict.fromkeys(line.y[~np.isnan(line.y)])) == [7, 8, 1, 9]
    assert np.isnan(line.y).sum() == 2
    assert (np.diff(line.x) >= 0).all()
    assert line.note == "the time stamps went ahead by 8 seconds"


def test_a_clock_that_is_set_back_is_a_gap_and_the_line_goes_on() -> None:
    history = make_history(BLOCK, 1 << 20)
    for second in range(7200, 7210):
        put(history, second, 1)
    for second in range(3600, 3602):
        put(history, second, 2)
    (line,) = curves(scope(3.5), history)
    values = line.y[~np.isnan(line.y)]
    assert list(dict.fromkeys(values)) == [1, 2]
    assert (values == 1).sum() == pytest.approx((values == 2).sum(), abs=4)
    assert line.note == "the time stamps went back by 60 minutes"


@pytest.mark.parametrize("step", [0.0, -1.0, math.nan, math.inf])
def test_a_step_that_is_none(step: float) -> None:
    history = make_history(BLOCK, 1 << 20)
    put(history, 1, 1)
    put(history, 2, 2, step)
    (line,) = curves(scope(5), history)
    assert set(line.y) == {1}
    assert line.note.startswith("dt is ")
    (block,) = curves(scope(None), history)
    assert (set(block.y), block.x[-1]) == ({2}, 1023)
    assert block.note.startswith("dt is ")


def test_blocks_with_nan_are_thinned_and_keep_their_gaps() -> None:
    history = make_history(BLOCK, 1 << 20)
    for second in (1, 2, 3, 4, 5, 9, 10):
        put(history, second, np.where(np.arange(1024) % 9 == 0, np.nan, second))
    (line,) = curves(scope(12), history)
    assert len(line.y) <= 4100
    assert np.isnan(line.y).sum() == 1
    assert set(line.y[~np.isnan(line.y)]) == {1, 2, 3, 4, 5, 9, 10}
