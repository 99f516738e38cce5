"""Lines of arrays of structs, bands between minima and maxima, and more lines than are drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from cwire.data.fixed_history import FixedHistory
from cwire.plot.axes import Axis
from cwire.plot.colors import shades
from cwire.plot.curves import Curve, blocks
from cwire.plot.legends import Legends
from cwire.plot.lines import LineDrawing
from cwire.plot.recipe import Recipe, make_recipe
from cwire_structs import frames, wrap
from cwire_structs.schema import Message
from support.histories import feed

HEADER = """
enum message_id { SCAN = 1, FEW = 2, LOT = 3, ARM = 4 };
struct scan { float volts[64]; };
struct few { float v_min[4], v_max[4]; };
struct lot { float v_min[10000], v_max[10000]; };
struct axis { float speed, load; };
struct arm { struct axis axis[3]; };
"""
NONE = np.empty(0)


def band_recipe() -> Recipe:
    ends = ("v_min", "v_max")
    axes = (Axis("", 0, "left", (0, 1)),)
    return Recipe("block", ends, ends, None, None, "", "", samples=(16, 16), axes=axes)


def drawing_of(recipe: Recipe) -> LineDrawing:
    return LineDrawing([Figure().subplots()], recipe, None, Legends())


def test_elements_of_an_array_of_structs_have_shades_of_one_colour(
    messages: dict[str, Message],
) -> None:
    recipe = make_recipe(messages["arm"], ["axis.speed"], None, None)
    assert set(recipe.families) == {0}
    drawing = drawing_of(recipe)
    drawing.show([Curve(name, NONE, NONE, index=at) for at, name in enumerate(recipe.names)])
    found = [to_hex(line.get_color()) for line in drawing.axes.lines]
    assert found == shades("#0072b2", len(recipe.y))


def test_a_style_of_the_users_has_its_own_colours() -> None:
    from matplotlib import rc_context
    from matplotlib.rcsetup import cycler

    recipe = Recipe("block", ("a",), ("a",), None, "ch", "", "", axes=(Axis("", 0, "left", (0,)),))
    with rc_context({"axes.prop_cycle": cycler(color=["red", "#00ff00"])}):
        drawing = drawing_of(recipe)
        drawing.show([Curve(f"ch {number}", NONE, NONE) for number in (0, 1)])
    assert [to_hex(line.get_color()) for line in drawing.axes.lines] == ["#ff0000", "#00ff00"]


def test_what_is_between_minima_and_maxima_is_filled() -> None:
    drawing = drawing_of(band_recipe())
    x, low, high = np.arange(4.0), np.array([0, 1, np.nan, 3.0]), np.array([2, 3, np.nan, 9.0])
    for _ in range(2):  # made, and moved
        drawing.show([Curve("v", x, high, low=low)])
        assert not drawing.axes.lines
        (band,) = drawing.artists
        assert isinstance(band, PolyCollection)
        outlines = [np.asarray(path.vertices).tolist() for path in band.get_paths()]
        assert outlines[0][:4] == [[0, 2], [1, 3], [1, 1], [0, 0]]
        assert outlines[1][:2] == [[3, 9], [3, 3]]
        assert drawing.axes.get_ylim()[0] < 0 < 9 < drawing.axes.get_ylim()[1]
        assert np.asarray(band.get_facecolor())[0, 3] == pytest.approx(0.35)
        drawing.fade(True)
        drawing.fade(False)
        assert np.asarray(band.get_facecolor())[0, 3] == pytest.approx(0.35)


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Message]:
    header = Path(tmp_path_factory.mktemp("lines") / "lines.h")
    header.write_text(HEADER)
    return dict(wrap.wrap(header, "cc").schema.messages)


@pytest.mark.parametrize("count", [4, 10_000])
def test_minima_and_maxima_are_one_curve(messages: dict[str, Message], count: int) -> None:
    message = messages["few" if count == 4 else "lot"]
    recipe = make_recipe(message, None, None, None, {"v_min": 16, "v_max": 16})
    history = FixedHistory(message, 1 << 22)
    low = np.arange(count, dtype="<f4")
    feed(history, frames.pack(message.id, low.tobytes() + (low + 2).tobytes()))
    assert recipe.bands == ((0, 1),)
    (curve,) = blocks(recipe, history)
    assert curve.label == "v"
    assert curve.low is not None
    assert len(curve.x) == len(curve.y) == len(curve.low) <= 4000
    assert (curve.low[0], curve.y[-1]) == (0, count + 1)
    assert curve.x[1] - curve.x[0] == 16 * (5 if count > 4000 else 1)


@pytest.mark.parametrize("kind", ["line", "bar"])
def test_of_more_lines_the_first_are_drawn(messages: dict[str, Message], kind: str) -> None:
    recipe = make_recipe(messages["scan"], ["volts[:]"], None, None, kind=kind)
    assert len(recipe.y) == 32
    text = "the first 32 of 64 lines are drawn: name others, such as volts[32]"
    assert recipe.left == text


def test_the_picture_says_that_it_has_not_all_lines(messages: dict[str, Message]) -> None:
    recipe = make_recipe(messages["scan"], ["volts[:]"], None, None)
    drawing = drawing_of(recipe)
    curves = [Curve(name, NONE, NONE, index=at) for at, name in enumerate(recipe.names)]
    drawing.show(curves)
    assert [one.get_text() for one in drawing.axes.texts] == [recipe.left]
    assert drawing.axes.texts[0] in drawing.legends


def test_more_channels_than_fit_are_counted() -> None:
    recipe = Recipe("block", ("a",), ("a",), None, "ch", "", "", axes=(Axis("", 0, "left", (0,)),))
    drawing = drawing_of(recipe)
    for count, said in ((40, True), (2, False)):
        drawing.show([Curve(f"ch {number}", NONE, NONE) for number in range(count)])
        assert len(drawing.axes.lines) == min(count, 32)
        text = "the first 32 of 40 lines are drawn: name fewer fields, or another by"
        assert [one.get_text() for one in drawing.axes.texts] == [text] * said
