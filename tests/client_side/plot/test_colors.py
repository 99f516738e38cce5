"""Colours of lines: the cases that the pages' scope is held to, too."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from cwire.plot.colors import PALETTE, _lab, line_colors, shades
from support.processes import ROOT

CASES = json.loads((ROOT / "tests" / "colors.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["about"]))
def test_the_colours_of_lines(case: dict[str, Any]) -> None:
    lines = [(label, number) for label, number in case["lines"]]
    assert line_colors(lines, case["families"]) == case["colors"]
    assert line_colors(lines[::-1], case["families"]) == case["colors"]


@pytest.mark.parametrize("color", PALETTE)
@pytest.mark.parametrize("count", [2, 4, 8, 32])
def test_shades_are_equal_steps_of_lightness_of_one_hue(color: str, count: int) -> None:
    found = shades(color, count)
    assert len(set(found)) == count
    labs = [_lab(one) for one in found]
    steps = [float(b[0] - a[0]) for a, b in pairwise(labs)]
    # Eight bits of a colour are as fine as this.
    assert steps == pytest.approx([0.35 / (count - 1)] * (count - 1), abs=0.006)
    for lab in labs:
        own = _lab(color)
        assert lab[1] * own[2] == pytest.approx(lab[2] * own[1], abs=0.002)
        assert lab[1] * own[1] + lab[2] * own[2] > 0
