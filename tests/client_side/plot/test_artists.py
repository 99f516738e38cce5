"""Limits of axes and of colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cwire.data.feed import Feed
from cwire.data.fixed_history import FixedHistory
from cwire.plot.artists import CustomDrawing
from cwire.plot.limits import fitted, span_of
from cwire.plot.live_plot import _fitting_title
from support import schemas
from support.fake_relay import ticks
from support.histories import feed
from support.number_cases import EXTREMES, array_of


@EXTREMES
@pytest.mark.parametrize("share", [0.1, 0.0])
def test_limits_are_a_range_whatever_is_shown(case: dict[str, Any], share: float) -> None:
    span = span_of([array_of(case), np.empty(0)])
    found = fitted(span, (-1e-310, 1e-310), share)
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
    assert fitted((-1, 1), (-1.2, 1.2)) is None
    assert fitted((0, 0.1), (-1.2, 1.2)) == pytest.approx((-0.01, 0.11))


def test_a_function_gets_each_frame_once_though_others_come_meanwhile() -> None:
    from matplotlib.figure import Figure

    class Interrupted(FixedHistory):
        """Is written to when its oldest position is read, once."""

        waiting = b""

        @property
        def oldest(self) -> int:
            waiting, self.waiting = self.waiting, b""
            feed(self, waiting)
            return super().oldest

    of = Feed("lab", schemas.schema().messages["tick"], 1 << 16)
    of.history = history = Interrupted(of.message, 1 << 16)
    seen: list[int] = []
    drawing = CustomDrawing(
        Figure().subplots(), lambda axes, frames: seen.extend(frames["index"].tolist())
    )
    feed(history, ticks(0, 5))
    history.waiting = ticks(5, 3)
    for _ in range(3):
        drawing.update(of)
    assert seen == list(range(8))


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (["m: One. Two."], "m: One. Two."),
        (["m: One sentence. And quite another one."], "m: One sentence."),
        (["m: A sentence that is much too long to be read."], "m"),
        (["m: One. Two.", "(driver x is down)"], "m (driver x is down)"),
        (["m: One.", "(down for a very long time)"], "m (down for … long time)"),
    ],
)
def test_a_title_is_cut_where_a_sentence_ends(parts: list[str], text: str) -> None:
    assert _fitting_title(parts, "m", 24) == text
