"""A time at matplotlib's axis is written as at the scope's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cwire.plot.time_axis import label_seconds


@pytest.fixture
def axes() -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    return figure.subplots()


def seen(axes: Any) -> tuple[str, list[str]]:
    """The label, and the numbers at the ticks that are seen."""
    axes.figure.canvas.draw()
    low, high = axes.get_xlim()
    ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    return axes.get_xlabel(), [
        one.get_text().replace("\N{MINUS SIGN}", "-") for at, one in ticks if low <= at <= high
    ]


@pytest.mark.parametrize(
    ("limits", "label", "numbers"),
    [
        ((0, 0.005), "time [ms]", ["0", "1", "2", "3", "4", "5"]),
        ((-10, 0), "time [s]", ["-10", "-8", "-6", "-4", "-2", "0"]),
        ((0, 5e-4), "time [µs]", ["0", "100", "200", "300", "400", "500"]),
        ((0, 18000), "time [h]", ["0", "1", "2", "3", "4", "5"]),
        ((-604800, 0), "time [d]", ["-7", "-6", "-5", "-4", "-3", "-2", "-1", "0"]),
        ((0, 5e-9), "time [ns]", ["0", "1", "2", "3", "4", "5"]),
        ((-1e300, 1e300), "time [d]", None),
    ],
)  # fmt: skip
def test_labels_and_ticks(
    axes: Any, limits: tuple[float, float], label: str, numbers: list[str] | None
) -> None:
    label_seconds(axes, "time")
    axes.set_xlim(*limits)
    found = seen(axes)
    assert found[0] == label
    if numbers is not None:
        assert found[1] == numbers


def test_the_cursor_reads_the_same_unit(axes: Any) -> None:
    label_seconds(axes, "time")
    axes.set_xlim(0, 0.002)
    assert "0.5 ms" in axes.format_coord(0.0005, 0)


def test_a_label_of_the_users_stays(axes: Any) -> None:
    label_seconds(axes, "time")
    for label in ("", "t / s"):
        axes.set_xlabel(label)
        axes.set_xlim(0, 0.002)
        axes.set_xlim(0, 2)
        assert axes.get_xlabel() == label


def test_a_plot_of_a_block_and_one_of_a_trend(axes: Any) -> None:
    from cwire.plot.axes import Axis
    from cwire.plot.curves import Curve
    from cwire.plot.legends import Legends
    from cwire.plot.lines import LineDrawing
    from cwire.plot.recipe import Recipe

    names, one = ("v",), (Axis("", 0, "left", (0,)),)
    recipe = Recipe("block", names, names, None, None, "time", "", x_seconds=True, axes=one)
    drawing = LineDrawing([axes], recipe, None, Legends())
    drawing.show([Curve("v", np.linspace(0, 0.002, 9), np.arange(9.0))])
    assert seen(axes)[0] == "time [ms]"
    axes.clear()
    trend = Recipe("trend", names, names, None, None, "before", "", x_seconds=True, axes=one)
    LineDrawing([axes], trend, 0.5, Legends())
    assert seen(axes) == ("before [ms]", ["-500", "-400", "-300", "-200", "-100", "0"])
