"""Legends: one for lines of the same names, and short enough for the picture."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.figure import Figure

from cwire.plot.legends import Legends


def texts(axes: Any) -> list[str]:
    legend = axes.get_legend()
    return [] if legend is None else [one.get_text() for one in legend.get_texts()]


def lines(axes: Any, names: list[str]) -> list[Any]:
    return [axes.plot([0, 1], label=name)[0] for name in names]


def test_panes_with_the_same_lines_have_one_legend() -> None:
    upper, lower, other = Figure().subplots(3)
    legends = Legends()
    for axes, names in ((upper, ["ch 0", "ch 1"]), (lower, ["ch 0", "ch 1"]), (other, ["a", "b"])):
        legends.show(axes, lines(axes, names))
    assert (texts(upper), texts(lower), texts(other)) == (["ch 0", "ch 1"], [], ["a", "b"])
    legends.show(upper, lines(upper, ["ch 0"]))
    assert texts(upper) == []
    legends.show(lower, lines(lower, ["ch 0", "ch 1"]))
    assert texts(lower) == ["ch 0", "ch 1"]


@pytest.mark.parametrize(("count", "last"), [(8, "v7"), (9, "… and 2 more")])
def test_a_legend_says_how_many_names_it_has_no_room_for(count: int, last: str) -> None:
    axes = Figure().subplots()
    Legends().show(axes, lines(axes, [f"v{number}" for number in range(count)]))
    assert len(texts(axes)) == 8
    assert texts(axes)[-1] == last


def test_a_long_name_keeps_its_end() -> None:
    axes = Figure().subplots()
    path = "controller_of_the_left_arm.joint[3].temperature"
    Legends().show(axes, lines(axes, [path, "b"]))
    assert texts(axes) == ["controller_of_the_le…oint[3].temperature", "b"]
