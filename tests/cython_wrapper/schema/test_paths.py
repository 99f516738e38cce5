"""Paths to values: the table that JavaScript reads, too, and what only Python does with them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cwire_structs.errors import FieldError
from cwire_structs.schema import Schema
from cwire_structs.schema.paths import PathError, find_path, nested_fields, paths_that_begin
from support.processes import ROOT

TABLE = json.loads((ROOT / "tests/paths.json").read_text())
SCHEMA = Schema.from_json(json.dumps(TABLE["schema"]))
STATUS, MOVE = SCHEMA.messages["status"], SCHEMA.messages["move"]
PAYLOAD = bytes.fromhex(TABLE["payload"])


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: repr(case["path"]))
def test_the_table(case: dict[str, Any]) -> None:
    if case.get("refused"):
        with pytest.raises(PathError, match=r"no (field|element) "):
            find_path(STATUS.struct, case["path"])
        return
    path = find_path(STATUS.struct, case["path"])
    assert list(path.shape) == case["shape"]
    dtype = STATUS.dtype(0)
    record = np.frombuffer(PAYLOAD, dtype)[0]
    many = np.frombuffer(PAYLOAD * 3, dtype).reshape(3)
    values = np.asarray(path.values(record))
    flat = [one.decode() if isinstance(one, bytes) else one for one in values.reshape(-1).tolist()]
    assert flat == case["values"]
    assert path.values(many).shape == (3, *case["shape"])
    again = find_path(STATUS.struct, path.name)
    assert np.array_equal(again.values(record), values)
    for place in np.ndindex(*path.shape):
        element = find_path(STATUS.struct, path.element_name(place))
        assert element.shape == ()
        assert element.values(record) == values[place]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("axis.sped", "no field 'axis.sped'; did you mean 'axis.speed'?"),
        ("axs.speed", "no field 'axs.speed'; did you mean 'axis.speed'?"),
        ("axs[1].speed", "no field 'axs[1].speed'; did you mean 'axis[1].speed'?"),
        ("axs.nothing", "no field 'axs.nothing'; did you mean 'axis'?"),
        ("axis[0].xyz", "there are: axis[0].speed, axis[0].mode, axis[0].flags, axis[0].volts"),
        ("volts[4]", "volts has 4, from [0] to [3]"),
        ("volts.x", "volts is no struct"),
        ("acquisition[0].level", "acquisition is no array"),
        ("grid[0][0][0]", "grid is no array of more than 2 dimensions"),
        ("axis[0]speed", "cannot be read from 'speed' on"),
    ],
)
def test_what_leads_nowhere_says_what_there_is(path: str, text: str) -> None:
    with pytest.raises(PathError) as caught:
        find_path(STATUS.struct, path)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("path", "channels"),
    [
        ("volts", ["volts"]),
        ("volts[:]", ["volts[0]", "volts[1]", "volts[2]", "volts[3]"]),
        ("axis.speed", ["axis[0].speed", "axis[1].speed"]),
        ("axis[1].speed", ["axis[1].speed"]),
        ("axis.volts", ["axis[0].volts", "axis[1].volts"]),
        ("axis[0].volts[:]", ["axis[0].volts[0]", "axis[0].volts[1]", "axis[0].volts[2]"]),
        ("grid[:]", ["grid[0]", "grid[1]"]),
        ("acquisition.level", ["acquisition.level"]),
    ],
)
def test_the_channels_of_a_path(path: str, channels: list[str]) -> None:
    assert find_path(STATUS.struct, path).channels() == channels


def test_every_element_is_a_channel() -> None:
    assert len(find_path(STATUS.struct, "axis.volts").channels(every=True)) == 6


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("", ["axis", "volts", "grid", "acquisition", "name"]),
        ("ac", ["acquisition", "acquisition.level"]),
        ("axis.s", ["axis.speed"]),
        ("axis[1].f", ["axis[1].flags", "axis[1].flags.enabled", "axis[1].flags.level"]),
        ("axis[:].flags.e", ["axis[:].flags.enabled"]),
        ("axis[2", []),
        ("volts[", ["volts[:]", "volts[0]", "volts[1]", "volts[2]", "volts[3]"]),
        ("grid[0][", ["grid[0][:]", "grid[0][0]", "grid[0][1]", "grid[0][2]"]),
        ("name[", []),
        ("axis[0].speed.", []),
        ("nope", []),
    ],
)
def test_the_paths_that_begin_with_a_text(text: str, paths: list[str]) -> None:
    assert list(paths_that_begin(STATUS.struct, text)) == paths
    for path in paths:
        assert find_path(STATUS.struct, path).text == path


def test_fields_with_those_inside() -> None:
    found = list(nested_fields(STATUS.struct))
    assert [one.name for one in found if one.name.startswith("a")] == [
        "axis",
        *(f"axis[0].{name}" for name in ("speed", "mode", "flags")),
        *(f"axis[0].flags.{name}" for name in ("enabled", "level")),
        "axis[0].volts",
        "acquisition",
        "acquisition.level",
    ]
    for one in found:
        place = find_path(STATUS.struct, one.name).placed()
        assert (one.offset, one.size, one.span) == (place.offset, place.size, place.span)


def test_a_command_takes_paths() -> None:
    given = {
        "axis[1].speed": -2.5,
        "axis[1].mode": "MODE_RUN",
        "axis[0].flags.level": 9,
        "volts[3]": 40,
        "grid[1][2]": 6,
        "acquisition.level": 0.25,
    }
    nested = MOVE.decode(MOVE.encode(given))
    whole = MOVE.decode(
        MOVE.encode(
            {
                "axis": [
                    {"flags": {"level": 9}},
                    {"speed": -2.5, "mode": "MODE_RUN"},
                ],
                "volts": [0, 0, 0, 40],
                "grid": [[0, 0, 0], [0, 0, 6]],
                "acquisition": {"level": 0.25},
            }
        )
    )
    assert nested.tobytes() == whole.tobytes()
    refused: list[tuple[dict[str, Any], str]] = [
        ({"axis[2].speed": 1}, "axis has 2"),
        ({"axis.speed": 1}, r"several: choose one, axis\[0\]"),
        ({"volts[:]": 1}, "several"),
        ({"axis[0].sped": 1}, r"did you mean 'axis\[0\].speed'"),
        ({"volts[0]": 70_000}, r"volts\[0\]: .*does not fit"),
        ({"axis[0].mode": "MODE_RAN"}, "did you mean 'MODE_RUN'"),
        ({"volts": [1, 2, 3, 4], "volts[0]": 5}, r"shares its bytes with 'volts\[0\]'"),
    ]
    for wrong, text in refused:
        with pytest.raises(FieldError, match=text):
            MOVE.encode(wrong)
