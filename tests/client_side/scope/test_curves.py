"""The curves that a scope gets through the kernel."""

from __future__ import annotations

import numpy as np
import pytest

from cwire.data.feed import make_history
from cwire.data.history import History
from cwire.scope.curves import curves
from cwire.scope.recipe import ScopeOptions, ScopeRecipe
from cwire_structs import frames
from cwire_structs.schema import Schema
from support.processes import ROOT

SCHEMA = Schema.from_json((ROOT / "c_driver" / "generated" / "messages.schema.json").read_bytes())
BLOCK = SCHEMA.messages["scope_block"]
DT = 1 / 1024  # s between samples: a block takes a second


def put(history: History, seconds: float, value: float) -> None:
    """Appends a block that ends at this time."""
    payload = BLOCK.encode({"channel": 1, "dt": DT, "samples": np.full(1024, value)})
    data = frames.pack(BLOCK.id, payload, source=1, time_ns=round(seconds * 1e9) + 10**18)
    history.append(memoryview(data), frames.scan(data).tallies[0])


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


def test_a_block_whose_stamp_went_back_is_left_out() -> None:
    history = make_history(BLOCK, 1 << 20)
    for second in (7, 8, 1, 9):
        put(history, second, second)
    (line,) = curves(scope(2.5), history)
    assert sorted(set(line.y)) == [7, 8, 9]
