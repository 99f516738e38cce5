"""The curves of a plot, as numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.data.feed import make_history
from cwire.data.history import History
from cwire.plot.choice import numbers_of
from cwire.plot.curves import bars, blocks, image, thin, trends
from cwire.plot.recipe import make_recipe
from cwire.scope.curves import curves, pack
from cwire.scope.recipe import ScopeOptions, ScopeRecipe
from cwire_server.hub.decimation import Decimation
from cwire_structs import frames, wrap
from cwire_structs.schema import Message, Schema
from support.histories import feed
from support.number_cases import EXTREMES, array_of
from support.processes import ROOT

SCHEMA = Schema.from_json((ROOT / "c_driver" / "generated" / "messages.schema.json").read_bytes())
BLOCK, STATUS = SCHEMA.messages["scope_block"], SCHEMA.messages["driver_status"]
TILE = SCHEMA.messages["camera_tile"]


def put(
    history: History, message: Message, seconds: float = 0.0, sequence: int = 0, **fields: object
) -> None:
    """Appends one frame."""
    time_ns = round(seconds * 1e9) + 10**18
    payload = message.encode(fields)
    feed(history, frames.pack(message.id, payload, source=1, time_ns=time_ns, sequence=sequence))


def test_a_block_is_found_by_itself() -> None:
    recipe = make_recipe(BLOCK, None, None, None)
    assert (recipe.kind, recipe.y, recipe.x, recipe.by) == ("block", ("samples",), "dt", "channel")
    assert (recipe.x_label, recipe.x_seconds, recipe.y_label) == ("time", True, "samples [V]")


def test_blocks_are_the_newest_of_each_channel() -> None:
    history = make_history(BLOCK, 1 << 20)
    recipe = make_recipe(BLOCK, "samples", None, None)
    assert blocks(recipe, history) == []
    for value in (1.0, 2.0, 3.0):
        for channel in (1, 0):
            samples = np.full(1024, value + 10 * channel)
            put(history, BLOCK, channel=channel, dt=0.5, samples=samples)
    zero, one = blocks(recipe, history)
    assert (zero.label, one.label) == ("channel 0", "channel 1")
    assert zero.x[:3].tolist() == [0, 0.5, 1.0]
    assert (zero.y == 3).all()
    assert (one.y == 13).all()


def test_a_decimated_block_is_drawn_to_the_scale_of_the_whole() -> None:
    small = Decimation(SCHEMA, BLOCK, 16, frames.RELAY_TYPES).message
    samples = {"samples_min": 16, "samples_max": 16}
    recipe = make_recipe(small, None, None, None, samples)
    assert (recipe.y, recipe.y_label) == (("samples_min", "samples_max"), "[V]")
    history = make_history(small, 1 << 20)
    low, high = np.full(64, -1.0), np.full(64, 2.0)
    put(history, small, channel=1, dt=0.5, samples_min=low, samples_max=high)
    (band,) = blocks(recipe, history)
    assert (band.label, band.x[:3].tolist()) == ("channel 1", [0, 8, 16])
    assert band.low is not None
    assert (band.low[0], band.y[0]) == (-1, 2)


def test_trends_cover_a_window() -> None:
    history = make_history(STATUS, 1 << 20)
    recipe = make_recipe(STATUS, ["temperature", "acquisition.level"], None, None)
    assert recipe.kind == "trend"
    assert trends(recipe, history, 5) == []
    for second in range(20):
        put(history, STATUS, second, temperature=second, acquisition={"level": -second})
    warm, level = trends(recipe, history, 5)
    assert warm.label == "temperature"
    assert warm.x.tolist() == [-5, -4, -3, -2, -1, 0]
    assert warm.y.tolist() == [14, 15, 16, 17, 18, 19]
    assert level.y.tolist() == [-14, -15, -16, -17, -18, -19]


def test_trends_of_a_clock_that_goes_back() -> None:
    history = make_history(STATUS, 1 << 20)
    recipe = make_recipe(STATUS, "temperature", None, None)
    for second in (100, 101, 102, 103):
        put(history, STATUS, second, temperature=second)
    for second in (3, 4):  # for good
        put(history, STATUS, second, temperature=second)
    (warm,) = trends(recipe, history, 3)
    assert warm.x[~np.isnan(warm.y)].tolist() == [-3, -2, -1, 0]
    assert warm.y[~np.isnan(warm.y)].tolist() == [102, 103, 3, 4]
    assert np.isnan(warm.y).sum() == 1
    assert warm.note == "the time stamps went back by 2 minutes"
    for second in (5, 6, 7, 8):
        put(history, STATUS, second, temperature=second)
    (warm,) = trends(recipe, history, 3)
    assert (warm.y.tolist(), warm.note) == ([5, 6, 7, 8], "")


def test_each_channel_has_its_own_clock() -> None:
    wave = SCHEMA.messages["waveform"]
    history = make_history(wave, 1 << 20)
    for second in range(8):
        put(history, wave, second, channel=0, frequency=second)
        wrong = 0 if second == 5 else second
        put(history, wave, wrong, channel=1, frequency=second)
    zero, one = trends(make_recipe(wave, "frequency", None, None), history, 20)
    assert (zero.y.tolist(), zero.note) == ([0, 1, 2, 3, 4, 5, 6, 7], "")
    assert one.y[~np.isnan(one.y)].tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert np.isnan(one.y).sum() == 2
    assert one.note


def test_the_wrap_of_the_count_is_no_gap() -> None:
    history = make_history(STATUS, 1 << 20)
    recipe = make_recipe(STATUS, "cpu_load", None, None)
    for second, sequence in enumerate((2**32 - 2, 2**32 - 1, 0, 1)):
        put(history, STATUS, second, sequence, cpu_load=second)
    assert trends(recipe, history, 9)[0].y.tolist() == [0, 1, 2, 3]
    put(history, STATUS, 4, 0, cpu_load=4)
    assert np.isnan(trends(recipe, history, 9)[0].y).sum() == 1


def test_trends_of_messages_with_a_tail() -> None:
    history = make_history(TILE, 1 << 20)
    for second in range(4):
        put(history, TILE, second, image=second, width=second, pixels=[0] * second)
    (line,) = trends(make_recipe(TILE, "image", None, None), history, 2)
    assert (line.x.tolist(), line.y.tolist()) == ([-2, -1, 0], [1, 2, 3])


def test_trends_are_grouped() -> None:
    wave = SCHEMA.messages["waveform"]
    history = make_history(wave, 1 << 20)
    for second in range(4):
        put(history, wave, second, channel=second % 2, frequency=second)
    zero, one = trends(make_recipe(wave, "frequency", None, None), history, 10)
    assert (zero.label, zero.y.tolist()) == ("channel 0", [0, 2])
    assert (one.label, one.y.tolist()) == ("channel 1", [1, 3])


def test_a_small_matrix_is_no_picture() -> None:
    recipe = make_recipe(STATUS, None, None, None)
    assert recipe.kind == "trend"
    assert recipe.y[0] == "cpu_load"
    assert all(recipe.axes[number].names for number in range(1, len(recipe.y)))


BOARD = """
#include <stdbool.h>
#include <stdint.h>
enum message_id { BOARD = 1 };
enum mode { OFF = 0, ON = 1 };
struct board { uint64_t t_ns; bool ready; enum mode mode; FIELDS };
"""


@pytest.mark.parametrize(
    ("fields", "chosen"),
    [
        ("uint32_t count; float a; /**< @unit V */ float b; /**< @unit V */", ("a", "b")),
        ("float t; /**< @unit s */ float a; /**< @unit V */", ("a",)),
        ("float t; /**< @unit s */ uint32_t count;", ("t",)),
        ("float a; /**< @unit A */ float u, v; /**< @unit V */", ("u", "v")),
        ("uint32_t count; float plain;", ("plain",)),
        ("uint32_t count;", ("count",)),
        ("uint64_t stamp; /**< @time ns */ uint32_t ms; /**< @unit ms */", ("t_ns",)),
    ],
)
def test_one_axis_has_one_unit(tmp_path: Path, fields: str, chosen: tuple[str, ...]) -> None:
    """Flags and enums are bands below; time stamps and counters are not drawn beside volts."""
    header = tmp_path / "board.h"
    header.write_text(BOARD.replace("FIELDS", fields))
    message = wrap.wrap(header, "cc").schema.messages["board"]
    recipe = make_recipe(message, None, None, None)
    assert recipe.y == (*chosen, "ready", "mode")
    values, ready, mode = recipe.axes
    assert (values.pane, ready.pane, mode.pane) == (0, 1, 2)
    assert len(values.lines) == len(chosen)
    assert (ready.names, mode.names) == (((0, "false"), (1, "true")), ((0, "OFF"), (1, "ON")))
    assert {"ready", "t_ns", *chosen} <= set(numbers_of(message))


def test_several_units_on_one_axis_are_told() -> None:
    few = ["cpu_load", "temperature"]
    recipe = make_recipe(STATUS, few, None, None)
    assert recipe.y_label == "cpu_load [%], temperature [degC]"
    recipe = make_recipe(STATUS, [*few, "uptime", "blocks", "peers", "commands"], None, None)
    assert recipe.y_label == "[%], [degC], [s], [1]"


def test_images() -> None:
    recipe = make_recipe(STATUS, "calibration", None, None)
    assert recipe.kind == "image"
    history = make_history(STATUS, 1 << 20)
    assert image(recipe, history) is None
    put(history, STATUS, calibration=[[1, 2, 3], [4, 5, 6]])
    values = image(recipe, history)
    assert values is not None
    assert values.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_tail_is_a_line() -> None:
    history = make_history(TILE, 1 << 20)
    put(history, TILE, pixels=[5, 6, 7])
    (line,) = blocks(make_recipe(TILE, "pixels", None, None, kind="line"), history)
    assert (line.x.tolist(), line.y.tolist()) == ([0, 1, 2], [5, 6, 7])


@pytest.mark.parametrize(
    ("y", "x", "by", "text"),
    [
        ("nope", None, None, "no field 'nope'; there are: first_sample"),
        ("samples", "nope", None, "no field 'nope'"),
        ("samples", None, "nope", "no field 'nope'"),
        ("samples", None, "samples", "cannot tell lines apart"),
        (["samples", "dt"], None, None, "one or more scalar fields, one or more arrays"),
        ("dt", "dt", None, "drawn against time"),
        ("samples.x", None, None, "no field 'samples.x'"),
        ([], None, None, "as y"),
    ],
)
def test_what_cannot_be_drawn(y: str, x: str | None, by: str | None, text: str) -> None:
    with pytest.raises(cwire.UnknownField, match=text):
        make_recipe(BLOCK, y, x, by)


def test_text_and_structs_cannot_be_drawn() -> None:
    for name in ("firmware", "acquisition", "channels"):
        with pytest.raises(cwire.UnknownField, match=f"{name} cannot be drawn"):
            make_recipe(STATUS, name, None, None)


def test_thinning_keeps_every_peak() -> None:
    y = np.zeros(1_000_003)
    y[[17, 500_000, 1_000_001]] = [5, -7, 9]
    x, thinned = thin(np.arange(len(y)), y, 1000)
    assert len(thinned) <= 1010
    assert sorted(thinned[thinned != 0].tolist()) == [-7, 5, 9]
    assert (np.diff(x) > 0).all() or (np.diff(x) >= 0).all()
    same = np.arange(10)
    assert thin(same, same)[1] is same


@EXTREMES
def test_thinning_picks_finite_values(case: dict[str, Any]) -> None:
    y = array_of(case, 100_003)
    x, thinned = thin(np.arange(len(y)), y, 1000)
    assert len(x) == len(thinned) <= 1010
    finite = thinned[np.isfinite(thinned)]
    assert len(finite) == (0 if case["low"] is None else len(thinned))
    if len(finite):
        assert [finite.min(), finite.max()] == [y.dtype.type(case[e]) for e in ("low", "high")]


def test_tiles_are_put_together() -> None:
    history = make_history(TILE, 1 << 20)
    recipe = make_recipe(TILE, None, None, None)
    assert (recipe.kind, recipe.tiled, recipe.y_label) == ("image", True, "pixels")
    assert image(recipe, history) is None
    for tile, left in enumerate((0, 2)):
        pixels = [tile + 1] * 6
        put(history, TILE, tile=tile, tiles=2, x=left, width=2, height=3, pixels=pixels)
    picture = image(recipe, history)
    assert picture is not None
    assert picture.tolist() == [[1, 1, 2, 2]] * 3
    # What does not fit together is shown as far as it does.
    put(history, TILE, tiles=1, x=65535, y=65535, width=2, height=9, pixels=[7, 7, 7, 7])
    picture = image(recipe, history)
    assert picture is not None
    assert picture.tolist() == [[7, 7], [7, 7]]
    put(history, TILE, tiles=1, width=0, height=0, pixels=[])
    assert image(recipe, history) is None


def test_bars_are_the_newest_values() -> None:
    history = make_history(STATUS, 1 << 20)
    recipe = make_recipe(STATUS, ["cpu_load", "peers"], None, None, kind="bar")
    assert bars(recipe, history) == []
    put(history, STATUS, cpu_load=5, peers=2)
    (row,) = bars(recipe, history)
    assert (row.x.tolist(), row.y.tolist()) == ([0, 1], [5, 2])


@pytest.mark.parametrize(
    ("times", "gaps"),
    [
        ((0, 0.1, 0.2, 0.3), 0),
        ((0, 0.1, 0.2, 5.0, 5.1), 1),  # nothing came for a while
        ((0, 0.01, 0.15, 0.16), 0),  # too short to see
    ],
)
def test_a_silence_is_a_gap(times: tuple[float, ...], gaps: int) -> None:
    history = make_history(STATUS, 1 << 20)
    for seconds in times:
        put(history, STATUS, seconds, cpu_load=1)
    (line,) = trends(make_recipe(STATUS, "cpu_load", None, None), history, 10)
    assert np.isnan(line.y.astype(float)).sum() == gaps
    assert len(line.y) == len(times) + gaps


@pytest.mark.parametrize(("y", "kind"), [("samples", "image"), ("samples", "pie")])
def test_a_kind_that_does_not_fit(y: str, kind: str) -> None:
    with pytest.raises((cwire.UnknownField, ValueError), match="is no image|is of kind"):
        make_recipe(BLOCK, y, None, None, kind=kind)


CHANNELS = """
enum message_id { ROBOT = 1 };
struct axis { float force[2]; /**< @channels x y */ };
struct robot {
    short volts[3]; /**< @channels a b c */
    float force[2]; /**< @unit N @channels x y */
    float table[2][3]; /**< @channels u v w */
    float large[40][3]; /**< @channels u v w */
    struct axis axis[2];
    short twins[2]; /**< @channels t t */
    short plain;
    unsigned dt;
    unsigned channel;
};
"""


@pytest.fixture(scope="module")
def robot(tmp_path_factory: pytest.TempPathFactory) -> Message:
    header = tmp_path_factory.mktemp("robot") / "robot.h"
    header.write_text(CHANNELS)
    return wrap.wrap(header, "cc").schema.messages["robot"]


@pytest.mark.parametrize(
    ("y", "names"),
    [
        ("volts", ("a", "b", "c")),
        ("volts[1]", ("b",)),
        (["volts[2]", "volts[0]"], ("c", "a")),
        (["volts", "plain"], ("volts a", "volts b", "volts c", "plain")),
        (["force", "volts[0]"], ("force x", "force y", "volts a")),
        ("table", tuple(f"table[{row}] {name}" for row in (0, 1) for name in "uvw")),
        ("table[1]", ("u", "v", "w")),
        ("table[:][2]", ("table[0] w", "table[1] w")),
        ("axis.force[1]", ("axis[0].force y", "axis[1].force y")),
        ("axis[1].force", ("x", "y")),
        ("twins", ("twins[0]", "twins[1]")),
        (["plain", "dt"], ("plain", "dt")),
    ],
)
def test_lines_have_the_names_of_channels(robot: Message, y: Any, names: tuple[str, ...]) -> None:
    recipe = make_recipe(robot, y, None, None)
    assert (recipe.kind, recipe.names) == ("trend", names)
    history = make_history(robot, 1 << 16)
    put(history, robot, 1.0, volts=[1, 2, 3], plain=4, channel=7)
    labels = [f"{one}, channel 7" for one in names] if len(names) > 1 else ["channel 7"]
    assert [one.label for one in trends(recipe, history, 5)] == labels
    scope = ScopeRecipe("rig", robot, ScopeOptions(y=y))
    assert scope.as_json()["names"] == list(names)
    units = [f"unit {number}" for number in range(len(names))]
    told, _ = pack(curves(scope, history), units)
    assert [one["unit"] for one in told] == units


def test_a_table_that_is_too_large_for_lines_is_a_picture(robot: Message) -> None:
    assert make_recipe(robot, "large", None, None).kind == "image"
    assert make_recipe(robot, "table", None, None, kind="image").kind == "image"


def test_a_point_in_time_is_no_step(tmp_path: Path) -> None:
    header = tmp_path / "scan.h"
    header.write_text(
        "enum message_id { SCAN = 1 };\nstruct scan {\n"
        "unsigned long long when; /**< @time ns unix */\n"
        "double each[4]; /**< @time s gps */\nfloat volts[4]; };\n"
    )
    message = wrap.wrap(header, "cc").schema.messages["scan"]
    with pytest.raises(cwire.UnknownField, match="scan.when is a point in time, not the step"):
        make_recipe(message, "volts", "when", None)
    assert make_recipe(message, "volts", "each", None).x_seconds  # each sample has its own


def test_people_see_scaled_numbers_and_times(tmp_path: Path) -> None:
    """``@scale``, ``@offset`` and ``@time`` are applied in plots, not in the history."""
    header = tmp_path / "air.h"
    header.write_text(
        "enum message_id { AIR = 1 };\nstruct air {\n"
        'short warm; /**< @scale 0.5 @offset -40 @unit °C @name "Outside" */\n'
        "short volts[4]; /**< @scale 0.25 @unit V @channels a b c d */\n"
        "unsigned step; /**< @time us */\nshort plain[2]; };\n"
    )
    message = wrap.wrap(header, "cc").schema.messages["air"]
    history = make_history(message, 1 << 16)
    put(history, message, warm=100, volts=[0, 4, 8, 12], step=500, plain=[1, 2])
    trend = make_recipe(message, "warm", None, None)
    assert trend.y_label == "Outside [°C]"
    assert trends(trend, history, 5)[0].y.tolist() == [10.0]
    assert bars(make_recipe(message, "warm", None, None, kind="bar"), history)[0].y == [10.0]
    block = make_recipe(message, "volts", "step", None)
    assert (block.x_label, block.x_seconds, block.y_label) == ("time", True, "volts [V]")
    (curve,) = blocks(block, history)
    assert curve.y.tolist() == [0, 1, 2, 3]
    channels = trends(make_recipe(message, "volts", None, None), history, 5)
    assert [(one.label, one.y.tolist()) for one in channels[:2]] == [
        ("a", [0]),
        ("b", [1]),
    ]
    assert curve.x.tolist() == [0, 0.0005, 0.001, 0.0015]
    (latest,) = history.latest(1)  # the history keeps the numbers as C has them
    assert (int(latest["warm"]), latest["volts"].tolist()) == (100, [0, 4, 8, 12])
    assert blocks(make_recipe(message, "plain", None, None), history)[0].y.dtype == "<i2"
