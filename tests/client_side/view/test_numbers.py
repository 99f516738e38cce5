"""Extremes and ranges of all kinds of numbers: the cases that JavaScript is held to, too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cwire.view.numbers import checked, extent, padded, time_part
from support.number_cases import CASES, EXTREMES, array_of


@EXTREMES
def test_extremes(case: dict[str, Any]) -> None:
    values = array_of(case)
    found = extent(values)
    if case["low"] is None:
        assert found is None
    else:
        assert found is not None
        assert list(found) == [values.dtype.type(case[end]) for end in ("low", "high")]
    assert extent(values[:0]) is None


@pytest.mark.parametrize("case", CASES["checked"], ids=lambda case: case["name"])
def test_a_range_for_an_axis(case: dict[str, Any]) -> None:
    found = checked(*map(float, case["range"]))
    assert found == (case["checked"] and pytest.approx(case["checked"], rel=1e-12, abs=0))
    if found is not None:
        assert checked(*found) == found


@pytest.mark.parametrize("case", CASES["padded"], ids=lambda case: case["name"])
def test_a_range_with_room(case: dict[str, Any]) -> None:
    low, high = case["range"]
    found = padded(low, high, 0.1)
    assert found == pytest.approx(case["padded"], rel=1e-12, abs=0)
    assert padded(np.float64(low), np.float64(high), 0.1) == found


@pytest.mark.parametrize("case", CASES["parts"], ids=lambda case: case["name"])
def test_the_unit_of_a_time(case: dict[str, Any]) -> None:
    assert time_part(*case["range"]) == (case["factor"], case["unit"])
    assert time_part(*reversed(case["range"])) == (case["factor"], case["unit"])
