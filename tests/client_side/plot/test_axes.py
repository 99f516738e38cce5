"""The y axes of plots: one for each unit, and bands with the names of enums and bools."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from cwire.plot.artists import add_panes, left_margin
from cwire.plot.curves import Curve
from cwire.plot.legends import Legends
from cwire.plot.lines import LineDrawing
from cwire.plot.recipe import Recipe, make_recipe
from cwire_structs import wrap
from cwire_structs.schema import Message

HEADER = """
#include <stdbool.h>
#include <stdint.h>
enum message_id { BOARD = 1, STAMPED = 2 };
enum state { IDLE, RUNNING, PAUSED = 5, SAME = 5 };
struct board { uint64_t t_ns; float a, b; /**< @unit V */ float amps; /**< @unit A */
  float warm; /**< @unit degC @name warmth */ uint32_t seq; int level; enum state state; bool on;
  double reserved0; };
struct stamped { double timestamp; uint32_t seqNo; float reserved; uint16_t level; };
"""


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Message]:
    header = Path(tmp_path_factory.mktemp("axes") / "board.h")
    header.write_text(HEADER)
    return dict(wrap.wrap(header, "cc").schema.messages)


def places(recipe: Recipe) -> list[tuple[str, int, str, tuple[int, ...]]]:
    return [(one.label, one.pane, one.side, one.lines) for one in recipe.axes]


def test_an_axis_has_one_unit(messages: dict[str, Message]) -> None:
    names = ["state", "a", "amps", "b", "warm", "level", "on"]
    recipe = make_recipe(messages["board"], names, None, None)
    assert places(recipe) == [
        ("[V]", 0, "left", (1, 3)),
        ("amps [A]", 0, "right", (2,)),
        ("warmth [degC]", 1, "left", (4,)),
        ("level", 1, "right", (5,)),
        ("state", 2, "left", (0,)),
        ("on", 3, "left", (6,)),
    ]
    assert recipe.axes[4].names == ((0, "IDLE"), (1, "RUNNING"), (5, "PAUSED"))


def test_without_names_there_are_the_numbers_of_one_unit(messages: dict[str, Message]) -> None:
    recipe = make_recipe(messages["board"], None, None, None)
    assert recipe.y == ("a", "b", "state", "on")
    assert make_recipe(messages["stamped"], None, None, None).y == ("level",)
    assert make_recipe(messages["board"], None, None, None, kind="bar").y == ("a", "b")


def test_a_figure_has_these_axes(messages: dict[str, Message]) -> None:
    recipe = make_recipe(messages["board"], ["a", "b", "amps", "state"], None, None)
    figure = Figure()
    (panes,) = add_panes(figure, [recipe])
    drawing = LineDrawing(panes, recipe, 10.0, Legends())
    x = np.array([-9.0, -5.0, 0.0])
    values = ([1.0, 2, 3], [3.0, 2, 1], [100.0, 200, 300], [0.0, 1, 5])
    drawing.show(
        [
            Curve(name, x, np.array(y), index=index)
            for index, (name, y) in enumerate(zip(recipe.y, values, strict=True))
        ]
    )
    volts, band, amps = figure.axes
    assert [len(axes.lines) for axes in (volts, band, amps)] == [2, 1, 1]
    assert [axes.get_ylabel() for axes in (volts, amps)] == ["[V]", "amps [A]"]
    assert band.get_title("right") == "state"
    assert volts.get_ylim()[1] < 10 < amps.get_ylim()[1]
    assert [one.get_text() for one in band.get_yticklabels()] == ["IDLE", "RUNNING", "PAUSED"]
    assert band.lines[0].get_drawstyle() == "steps-post"
    assert volts.get_xlim() == band.get_xlim() == amps.get_xlim() == (-10, 0)
    colors = [line.get_color() for axes in figure.axes for line in axes.lines]
    assert len(set(colors)) == 4
    legend = amps.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b", "amps"]


@pytest.mark.parametrize("width", [4.0, 8.0])
def test_the_names_beside_a_band_are_seen(messages: dict[str, Message], width: float) -> None:
    recipe = make_recipe(messages["board"], ["state"], None, None)
    names = ((0, "A_STATE_WITH_A_LONG"), (1, "WWWWWWWWWW"))
    recipe = replace(recipe, axes=(replace(recipe.axes[0], names=names),))
    figure = Figure((width, 3.6))
    (panes,) = add_panes(figure, [recipe])
    LineDrawing(panes, recipe, 10.0, Legends())
    figure.subplots_adjust(left=left_margin([recipe], width))
    figure.draw_without_rendering()
    places = [one.get_window_extent().x0 for one in panes[0].get_yticklabels()]
    assert min(places) >= 0
    assert left_margin([], width) == 0.1
