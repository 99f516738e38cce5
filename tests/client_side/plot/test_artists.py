"""Limits of axes and of colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cwire.plot.artists import _fitted, _span
from support.number_cases import EXTREMES, array_of


@EXTREMES
@pytest.mark.parametrize("share", [0.1, 0.0])
def test_limits_are_a_range_whatever_is_shown(case: dict[str, Any], share: float) -> None:
    span = _span([array_of(case), np.empty(0)])
    found = _fitted(span, (-1e-310, 1e-310), share)
    if case["low"] is None:
        assert span is None
        assert found is None
    else:
        assert span == (float(case["low"]), float(case["high"]))
        assert found is not None
        low, high = found
        assert -1e300 <= low < high <= 1e300
        assert high - low >= 1e-9 * max(abs(low), abs(high))


def test_limits_that_fit_stay() -> None:
    assert _fitted((-1, 1), (-1.2, 1.2)) is None
    assert _fitted((0, 0.1), (-1.2, 1.2)) == pytest.approx((-0.01, 0.11))
