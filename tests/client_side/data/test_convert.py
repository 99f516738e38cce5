"""Frames as tables of pandas, xarray and pyarrow."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cwire
from cwire.data.frame_array import FrameArray
from cwire_structs import frames
from cwire_structs.schema import Message, Schema
from support.processes import ROOT

SCHEMA = Schema.from_json((ROOT / "c_driver/generated/messages.schema.json").read_text())
MAKERS = ["to_pandas", "to_xarray", "to_pyarrow"]


def framed(message: Message, *payloads: bytes) -> FrameArray:
    data = b"".join(
        frames.pack(message.id, payload, sequence=number, time_ns=17 * 10**17 + number)
        for number, payload in enumerate(payloads)
    )
    dtype = message.frame_dtype(message.size)
    return FrameArray.from_frames(np.frombuffer(data, np.uint8).copy(), dtype, message)


@pytest.fixture
def status() -> FrameArray:
    """Nested structs, enums, no arrays of numbers."""
    message = SCHEMA.messages["driver_status"]
    rows = [
        message.encode({"blocks": n, "acquisition": {"trigger": "RISING_EDGE", "level": n / 2}})
        for n in range(3)
    ]
    return framed(message, *rows)


@pytest.fixture
def blocks() -> FrameArray:
    message = SCHEMA.messages["scope_block"]
    return framed(message, *(message.encode({"channel": n, "samples": [n] * 1024}) for n in (0, 1)))


def test_pandas(status: FrameArray, blocks: FrameArray) -> None:
    table = status.to_pandas()
    assert table["acquisition.trigger"].tolist() == ["RISING_EDGE"] * 3
    assert table["acquisition.trigger"].cat.categories[0] == "FREE_RUN"
    assert table["acquisition.level"].tolist() == [0.0, 0.5, 1.0]
    assert str(table.index.dtype) == "datetime64[ns, UTC]"
    assert (table.index.as_unit("ns").asi8 == status.time.astype(np.int64)).all()
    assert table.attrs["message"] == "driver_status"
    assert table.attrs["units"]["acquisition.level"] == "V"
    wide = blocks.to_pandas("channel", "samples")
    assert wide.shape == (2, 1025)
    assert wide["samples[1023]"].tolist() == [0.0, 1.0]
    long = blocks.to_pandas("channel", "samples", arrays="long")
    assert long.index.names == ["time", "sample"]
    assert len(long) == 2048
    assert long.groupby("channel")["samples"].mean().tolist() == [0.0, 1.0]
    cells = blocks.to_pandas(arrays="cells")
    assert cells["samples"].iloc[1].shape == (1024,)
    with pytest.raises(ValueError, match="arrays can be 'columns', 'long' or 'cells', not 'x'"):
        blocks.to_pandas(arrays="x")  # type: ignore[arg-type]


def test_xarray(status: FrameArray, blocks: FrameArray) -> None:
    data = blocks.to_xarray()
    assert dict(data.sizes) == {"time": 2, "sample": 1024}
    assert data["samples"].attrs["units"] == "V"
    assert data["samples"].attrs["long_name"]
    assert data["samples"].mean("sample").values.tolist() == [0.0, 1.0]
    assert data["time"].dtype == np.dtype("M8[ns]")
    assert data["seconds"].values[0] == pytest.approx(1.7e9)
    assert data["sequence"].values.tolist() == [0, 1]
    assert data.attrs["message"] == "scope_block"
    trigger = status.to_xarray()["acquisition.trigger"]
    assert trigger.attrs["flag_meanings"].split()[0] == "FREE_RUN"
    assert trigger.attrs["flag_values"][0] == 0
    assert trigger.values.tolist() == ["RISING_EDGE"] * 3
    selected = data.sel(time=data["time"][1])
    assert int(selected["channel"]) == 1


def test_pyarrow(status: FrameArray, blocks: FrameArray) -> None:
    table = blocks.to_pyarrow()
    assert str(table.schema.field("samples").type) == "fixed_size_list<item: float>[1024]"
    assert table.schema.field("samples").metadata[b"units"] == b"V"
    assert table.schema.metadata[b"message"] == b"scope_block"
    assert str(table.schema.field("time").type) == "timestamp[ns, tz=UTC]"
    assert table["samples"][1].as_py() == [1.0] * 1024
    rows = status.to_pyarrow("acquisition", "blocks").to_pylist()
    assert rows[2]["acquisition.trigger"] == "RISING_EDGE"
    assert rows[2]["blocks"] == 2


ODD = r"""
#include <stdint.h>
#include <complex.h>
enum message_id { ODD = 1 };
enum mood { GOOD = 1, FINE = 1, BAD = -3 };
struct point { double x, y; };
/** All that is odd. */
struct odd {
    char names[2][8];
    enum mood mood, moods[2];
    struct point points[3];
    double _Complex wave[2];
    uint8_t tile[2][3];
    _Bool on;
    unsigned low : 3, high : 5;
};
"""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> FrameArray:
    from cwire_structs.wrap import main

    folder: Path = tmp_path_factory.mktemp("odd")
    (folder / "odd.h").write_text(ODD)
    main([str(folder / "odd.h")])
    schema = Schema.from_json((folder / "generated/odd.schema.json").read_text())
    message = schema.messages["odd"]
    values = {
        "names": ["one", "two"],
        "moods": ["BAD", "FINE"],
        "points": [{"x": 1, "y": 2}, {"x": 3, "y": 4}, {"x": 5, "y": 6}],
        "wave": [1 + 2j, 3j],
        "tile": [[1, 2, 3], [4, 5, 6]],
        "on": True,
        "low": 5,
    }
    return framed(message, message.encode(values))


def test_everything_that_a_header_can_have(odd: FrameArray) -> None:
    row = odd.to_pandas().iloc[0]
    assert (row["names[1]"], row["moods[0]"], row["moods[1]"]) == ("two", "BAD", "GOOD")
    assert pd.isna(row["mood"])  # 0 has no name
    assert (row["points[2].y"], row["wave[1]"], row["tile[1][2]"], row["low"]) == (6, 3j, 6, 5)
    data = odd.to_xarray()
    assert data["tile"].dims == ("time", "tile_row", "tile_column")
    assert data["points.x"].dims == ("time", "points.x_sample")
    assert data["names"].values.tolist() == [["one", "two"]]
    (arrow,) = odd.to_pyarrow().to_pylist()
    assert arrow["mood"] is None  # 0 has no name
    assert (arrow["moods"], arrow["names"]) == (["BAD", "GOOD"], ["one", "two"])
    assert arrow["wave"] == [[1.0, 2.0], [0.0, 3.0]]
    assert arrow["tile"] == [[1, 2, 3], [4, 5, 6]]
    with pytest.raises(ValueError, match=r"arrays of one shape; choose fields of: names\[2\]"):
        odd.to_pandas(arrays="long")
    tiles = odd.to_pandas("tile", "on", arrays="long")
    assert tiles.index.names == ["time", "sample_0", "sample_1"]
    assert tiles["tile"].tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("make", MAKERS)
def test_no_frames_have_the_same_columns(blocks: FrameArray, odd: FrameArray, make: str) -> None:
    for array in (blocks, odd):
        full, empty = getattr(array, make)(), getattr(array[:0], make)()
        names: Any = {
            "to_pandas": lambda table: list(table.columns),
            "to_xarray": lambda table: [(name, var.dims) for name, var in table.items()],
            "to_pyarrow": lambda table: table.schema,
        }[make]
        assert names(full) == names(empty)


@pytest.mark.parametrize("make", MAKERS)
def test_a_package_that_is_not_installed(
    blocks: FrameArray, make: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = make.removeprefix("to_")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(cwire.CwireError, match=f"pip install {package}"):
        getattr(blocks, make)()


@pytest.mark.parametrize("make", MAKERS)
def test_unknown_fields(blocks: FrameArray, make: str) -> None:
    with pytest.raises(cwire.UnknownField, match="no field 'nope'; there are: first_sample"):
        getattr(blocks, make)("nope")
