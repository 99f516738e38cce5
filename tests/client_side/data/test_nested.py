"""Nested data: arrays of structs, bit fields and enums inside, by attributes and by paths."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.data.feed import make_history
from cwire.data.frame_array import FrameArray
from cwire.plot.curves import blocks, trends
from cwire.plot.recipe import make_recipe
from cwire.scope.recipe import ScopeOptions, ScopeRecipe
from cwire_structs import frames
from cwire_structs.schema import Schema
from support.histories import feed
from support.processes import ROOT

TABLE = json.loads((ROOT / "tests/paths.json").read_text())
STATUS = Schema.from_json(json.dumps(TABLE["schema"])).messages["status"]
PAYLOAD = bytes.fromhex(TABLE["payload"])
FOUND = [case for case in TABLE["cases"] if not case.get("refused")]


@pytest.fixture
def three() -> FrameArray:
    data = b"".join(
        frames.pack(STATUS.id, PAYLOAD, sequence=number, time_ns=number * 10**8)
        for number in range(3)
    )
    dtype = STATUS.frame_dtype(STATUS.size)
    return FrameArray.from_frames(bytearray(data), dtype, STATUS)


@pytest.mark.parametrize("case", FOUND, ids=lambda case: case["path"])
def test_paths_of_frames_records_and_tables(three: FrameArray, case: dict[str, Any]) -> None:
    path, values = case["path"], case["values"]
    if path != "name":
        assert three[path].shape == (3, *case["shape"])
        assert three[path][2].reshape(-1).tolist() == values
    assert np.ravel(three[1][path]).tolist() == values
    table = three.to_pandas(path)
    assert len(table.columns) == len(values)
    if "mode" not in path:
        assert table.iloc[2].tolist() == values
    for column in table.columns:
        assert three.to_pandas(column).columns.tolist() == [column]
    (name,) = three.to_xarray(path).data_vars
    assert three.to_xarray(path)[name].shape == (3, *case["shape"])
    assert three.to_pyarrow(path).column_names == ["time", name]


def test_all_columns_are_paths(three: FrameArray) -> None:
    table = three.to_pandas()
    assert "axis[1].flags.enabled" in table
    assert table["axis[1].mode"].tolist() == ["MODE_RUN"] * 3
    for column in table.columns:
        assert three.to_pandas(column)[column].tolist() == table[column].tolist()


def test_structs_of_many_frames_are_read_step_by_step(three: FrameArray) -> None:
    axis = three["axis"]
    assert axis.shape == (3, 2)
    assert axis["flags"]["enabled"].tolist() == three["axis.flags.enabled"].tolist()
    assert axis["flags.level"].tolist() == axis["flags"]["level"].tolist() == [[9, 6]] * 3
    assert axis[1:, 0]["flags"]["level"].tolist() == [9, 9]
    assert axis[axis["speed"] < 0]["flags"]["level"].tolist() == [6, 6, 6]
    assert three["axis[1]"]["flags"]["level"].tolist() == [6, 6, 6]
    assert three["acquisition"]["level"].tolist() == three["acquisition.level"].tolist()
    assert axis[2, 1].mode.name == "MODE_RUN"
    assert axis[2][1] == three[2].axis[1]
    assert axis["volts"][0].tolist() == three[0].axis.volts.tolist()
    assert np.shares_memory(axis["volts"], three)
    for again in (copy.copy(axis), copy.deepcopy(axis), pickle.loads(pickle.dumps(axis))):
        assert again["flags"]["level"].tolist() == [[9, 6]] * 3
    with pytest.raises(cwire.UnknownField, match="axis has no field 'sped'; did you mean 'speed'"):
        axis["sped"]
    plain = np.asarray(axis)
    assert type(plain) is np.ndarray
    assert type(axis[["speed", "mode"]]) is np.ndarray
    assert axis.view("u1")[0, 0] == plain.view("u1")[0, 0]
    assert (axis["speed"] + 1).tolist() == [[2.5, -1.5]] * 3


def test_structs_of_many_frames_are_printed(three: FrameArray) -> None:
    axis = three["axis"]
    assert str(axis) == repr(axis) == f"<3 x 2 {three[0].axis[0].__struct__.name}>"
    assert str(axis[0]) == repr(three[0].axis)
    assert "mode=MODE_RUN (" in str(axis[0])
    assert str(axis[0, 1]) == repr(three[0].axis[1])
    assert repr(axis.view("u1")) == repr(np.asarray(axis).view("u1"))
    assert "_bits_" not in repr(three)


def test_arrays_of_structs_are_records(three: FrameArray) -> None:
    record = three[0]
    axis = record.axis[1]
    assert (axis.speed, axis.mode.name, axis.volts.tolist()) == (-2.5, "MODE_RUN", [-4, 5, -6])
    assert (axis.flags.enabled, axis.flags.level) == (0, 6)
    assert record["axis"][0]["flags"]["level"] == record["axis[0].flags.level"] == 9
    assert record["axis[1].mode"].name == "MODE_RUN"
    assert record.axis.speed.tolist() == record["axis.speed"].tolist() == [1.5, -2.5]
    assert record.axis.flags.enabled.tolist() == [1, 0]
    assert [one.speed for one in record.axis] == [1.5, -2.5]
    assert [len(record.axis), len(record.axis[:1]), record.axis[-1].speed] == [2, 1, -2.5]
    assert np.asarray(record.axis).dtype.names is not None
    assert "speed" in dir(record.axis)
    assert repr(record.axis).startswith("[axis(speed=1.5, mode=MODE_OFF (0), flags=flags(")
    assert "axis" in record._repr_html_()
    with pytest.raises(cwire.UnknownField, match="did you mean 'speed'"):
        record.axis["sped"]
    with pytest.raises(AttributeError, match="axis has no field 'sped'; its fields are: speed"):
        record.axis.sped  # noqa: B018
    with pytest.raises(cwire.UnknownField, match=r"did you mean 'axis\[0\].speed'"):
        record["axis[0].sped"]
    with pytest.raises(cwire.UnknownField, match="status has no element .*axis has 2"):
        three["axis[2].speed"]


@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_of_values(three: FrameArray, again: Any) -> None:
    record = three[1]
    for value in (record, record.axis, record.axis[1], record.axis[1].flags, record.acquisition):
        made = again(value)
        assert type(made) is type(value)
        assert made == value
        assert again({"at": value})["at"] == value
    made = again(record)
    assert made.sequence == 1
    three["volts"][1, 0] = 99
    assert (record.volts[0], made.volts[0]) == (99, 10)
    assert record.axis != record.axis[:1]


@pytest.mark.parametrize(
    ("y", "by", "labels"),
    [
        ("volts[:]", None, ["volts[0]", "volts[1]", "volts[2]", "volts[3]"]),
        ("volts", "index", ["volts[0]", "volts[1]", "volts[2]", "volts[3]"]),
        ("axis.speed", None, ["axis[0].speed", "axis[1].speed"]),
        ("axis.flags.level", None, ["axis[0].flags.level", "axis[1].flags.level"]),
        (["axis[1].speed", "acquisition.level"], None, ["axis[1].speed", "acquisition.level"]),
    ],
)
def test_elements_are_lines(three: FrameArray, y: Any, by: str | None, labels: list[str]) -> None:
    history = make_history(STATUS, 1 << 16)
    feed(history, np.asarray(three).view(np.uint8).tobytes())
    recipe = make_recipe(STATUS, y, None, by)
    assert recipe.kind == "trend"
    curves = trends(recipe, history, 10)
    assert [curve.label for curve in curves] == labels
    assert [curve.y.tolist() for curve in curves] == [[three[0][one]] * 3 for one in labels]
    scope = ScopeRecipe("motor", STATUS, ScopeOptions(y=y, by=by, window=5)).as_json()
    assert (scope["y"], scope["kind"], scope["by"]) == (labels, "trend", None)


def test_a_scan_that_cannot_roll_by_is_told_how() -> None:
    with pytest.raises(cwire.UnknownField, match=r"each element is a channel, scope 'volts\[:\]'"):
        ScopeRecipe("motor", STATUS, ScopeOptions(y="volts", window=5))


def test_arrays_inside_are_lines_of_samples(three: FrameArray) -> None:
    history = make_history(STATUS, 1 << 16)
    feed(history, np.asarray(three).view(np.uint8).tobytes())
    recipe = make_recipe(STATUS, "axis.volts", None, None)
    assert recipe.kind == "block"
    found = {curve.label: curve.y.tolist() for curve in blocks(recipe, history)}
    assert found == {"axis[0].volts": [1, 2, 3], "axis[1].volts": [-4, 5, -6]}
    with pytest.raises(cwire.UnknownField, match="did you mean 'axis.speed'"):
        make_recipe(STATUS, "axis.sped", None, None)
