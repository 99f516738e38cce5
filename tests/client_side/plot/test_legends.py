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


@pytest.mark.parametrize(("count", "height"), [(8, 3.6), (8, 1.5), (4, 0.7), (32, 1.0)])
def test_a_legend_fits_into_its_pane(count: int, height: float) -> None:
    figure = Figure((8, height))
    axes = figure.add_axes((0.1, 0.0, 0.8, 1.0))
    names = [f"axis[{number}].load_torque_estimate_of_it" for number in range(count)]
    (legend,) = Legends().show(axes, lines(axes, names))
    figure.draw_without_rendering()
    outer, inner = axes.get_window_extent(), legend.get_window_extent()
    assert outer.x0 <= inner.x0 <= inner.x1 <= outer.x1
    assert outer.y0 <= inner.y0 <= inner.y1 <= outer.y1


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
    assert texts(axes) == ["controller_of_…].temperature", "b"]
