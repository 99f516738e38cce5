"""Frames in files of other tools, as the libraries of those tools read them."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import scipy.io
import xarray as xr

import cwire
from cwire.errors import CwireError, InvalidArgument, UnknownField
from cwire.saving.formats import FORMATS
from cwire_structs import wrap
from cwire_structs.schema import Schema
from support.recordings import SECOND, frame_rows

HEADER = """
#include <stdbool.h>
#include <stdint.h>
enum mode { OFF = 0, SLOW = 3, FAST = 200 };
struct axis { float speed; uint8_t on; };
union either { float real; uint32_t whole; };
struct __attribute__((scalar_storage_order("big-endian"))) turned { uint32_t count; double value; };
/** @msg 1 */
struct all {
    uint64_t big; int64_t small;
    double volts; /**< The mean. @unit V */
    float narrow; _Float16 half;
    bool on; enum mode mode;
    char text[6];
    uint16_t low : 5; int16_t high : 11;
    int32_t grid[2][3];
    struct axis axis[2];
    union either either;
    struct turned turned;
    double time;
};
/** @msg 2 */
struct waves { float _Complex z; double _Complex w; };
/** @msg 3 */
struct pictures { uint32_t number; uint16_t pixels[]; };
"""
BIG = 2**64 - 3


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    path = tmp_path_factory.mktemp("header") / "kinds.h"
    path.write_text(HEADER)
    return wrap.wrap(path, "cc").schema


def values(number: int) -> dict[str, Any]:
    return {
        "big": BIG - number, "small": -(2**63) + number,
        "volts": [0.1, math.nan, math.inf][number % 3], "narrow": 0.1, "half": 0.5,
        "on": number % 2 == 1, "mode": ["OFF", "SLOW", "FAST"][number % 3],
        "text": ["a,b", 'ü"', ""][number % 3], "low": 31, "high": -1000 + number,
        "grid": [[1, 2, 3], [4, 5, -6]],
        "axis": [{"speed": 1.5, "on": 1}, {"speed": -2.5, "on": 0}],
        "either": {"real": 1.5}, "turned": {"count": 1, "value": 2.5}, "time": 7.0,
    }  # fmt: skip


@pytest.fixture(scope="module")
def frames(schema: Schema) -> cwire.FrameArray:
    """Three frames with every kind of field."""
    message = schema.messages["all"]
    rows = frame_rows(message, [message.encode(values(number)) for number in range(3)], 10)
    return cwire.FrameArray.from_frames(rows, message.frame_dtype(message.size), message)


def saved(frames: cwire.FrameArray, path: Path, *fields: str) -> Path:
    frames.save(path, *fields)
    return path


Read = Callable[[str], Any]


def from_hdf5(path: Path) -> Read:
    file = h5py.File(path)
    return lambda name: file["all"][name][()]


def from_parquet(path: Path) -> Read:
    table = pq.read_table(path)

    def read(name: str) -> Any:
        column = table[name]
        return column.to_pylist()

    return read


def from_csv(path: Path) -> Read:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return lambda name: [row[name] for row in rows]


def from_netcdf(path: Path) -> Read:
    data = xr.open_dataset(path, decode_times=False).load()
    data.close()
    return lambda name: data[name].values


def from_mat(path: Path) -> Read:
    data = scipy.io.loadmat(path)
    return lambda name: data[name.replace(".", "_")]


def from_npz(path: Path) -> Read:
    data = np.load(path, allow_pickle=False)
    return lambda name: data[name]


READERS: dict[str, Callable[[Path], Read]] = {
    ".h5": from_hdf5,
    ".parquet": from_parquet,
    ".csv": from_csv,
    ".nc": from_netcdf,
    ".mat": from_mat,
    ".npz": from_npz,
}


def plain(value: Any) -> Any:
    """What a reader gives, as lists of Python's values."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        inner = [plain(one) for one in value]
        return inner[0] if len(inner) == 1 and not isinstance(value[0], dict) else inner
    return value.decode() if isinstance(value, bytes) else value


@pytest.mark.parametrize("ending", READERS)
def test_integers_keep_every_bit(frames: cwire.FrameArray, tmp_path: Path, ending: str) -> None:
    read = READERS[ending](saved(frames, tmp_path / f"a{ending}"))
    for name, expected in (
        ("big", [BIG, BIG - 1, BIG - 2]),
        ("small", [-(2**63), -(2**63) + 1, -(2**63) + 2]),
        ("low", [31] * 3),
        ("high", [-1000, -999, -998]),
        ("turned.count", [1] * 3),
        ("sequence", [10, 11, 12]),
    ):
        assert [int(one) for one in plain(read(name))] == expected, name


@pytest.mark.parametrize("ending", READERS)
def test_reals_keep_every_bit(frames: cwire.FrameArray, tmp_path: Path, ending: str) -> None:
    read = READERS[ending](saved(frames, tmp_path / f"a{ending}"))
    # An empty cell is what CSV has for a number that is none; so it is with pandas.
    found = [float(one) if one != "" else math.nan for one in plain(read("volts"))]
    assert found == pytest.approx([0.1, math.nan, math.inf], rel=0, abs=0, nan_ok=True)
    for name, expected in (
        ("narrow", float(np.float32(0.1))),
        ("half", 0.5),
        ("turned.value", 2.5),
        ("either.real", 1.5),
        ("time", 7.0),
    ):
        assert [np.float32(one) for one in plain(read(name))] == [np.float32(expected)] * 3, name


@pytest.mark.parametrize("ending", READERS)
def test_names_and_texts(frames: cwire.FrameArray, tmp_path: Path, ending: str) -> None:
    read = READERS[ending](saved(frames, tmp_path / f"a{ending}"))
    names = plain(read("mode"))
    if ending == ".npz":
        assert names == [0, 3, 200]
    elif ending == ".h5":
        with h5py.File(tmp_path / "a.h5") as file:
            labels = h5py.check_enum_dtype(file["all/mode"].dtype)
        assert labels == {"OFF": 0, "SLOW": 3, "FAST": 200}
        assert names == [0, 3, 200]
    else:
        assert names == ["OFF", "SLOW", "FAST"]
    texts = ["" if one == [] else one for one in plain(read("text"))]
    assert texts == ["a,b", 'ü"', ""]
    truths = [str(one) for one in plain(read("on"))]
    assert truths in (["False", "True", "False"], ["0", "1", "0"])


@pytest.mark.parametrize("ending", [one for one in READERS if one != ".csv"])
def test_arrays_keep_their_shape(frames: cwire.FrameArray, tmp_path: Path, ending: str) -> None:
    read = READERS[ending](saved(frames, tmp_path / f"a{ending}"))
    assert plain(read("grid")) == [[[1, 2, 3], [4, 5, -6]]] * 3
    assert plain(read("axis.speed")) == [[1.5, -2.5]] * 3


def test_arrays_are_columns_of_csv(frames: cwire.FrameArray, tmp_path: Path) -> None:
    read = from_csv(saved(frames, tmp_path / "a.csv"))
    assert read("grid[1][2]") == ["-6"] * 3
    assert read("axis[1].speed") == ["-2.5"] * 3


@pytest.mark.parametrize("ending", READERS)
def test_times_beside_a_field_of_that_name(
    frames: cwire.FrameArray, tmp_path: Path, ending: str
) -> None:
    path = saved(frames, tmp_path / f"a{ending}")
    read = READERS[ending](path)
    expected = [10 * SECOND, 11 * SECOND, 12 * SECOND]
    stamps: Any
    if ending == ".csv":
        stamps = pd.to_datetime(read("frame_time"), utc=True).as_unit("ns").astype("i8")
    elif ending == ".parquet":
        stamps = pq.read_table(path)["frame_time"].cast("int64").to_pylist()
    elif ending == ".nc":
        stamps = xr.open_dataset(path)["frame_time"].values.astype("M8[ns]").astype("i8")
    elif ending == ".npz":
        stamps = read("frame_time").astype("i8")
    else:
        stamps = read("frame_time").reshape(-1)
    assert list(stamps) == expected


@pytest.mark.parametrize("ending", READERS)
def test_chosen_fields(frames: cwire.FrameArray, tmp_path: Path, ending: str) -> None:
    read = READERS[ending](saved(frames, tmp_path / f"a{ending}", "volts", "axis[1].speed"))
    name = "axis_1__speed" if ending == ".mat" else "axis[1].speed"
    assert [float(one) for one in plain(read(name))] == [-2.5] * 3
    with pytest.raises(KeyError):
        read("grid")
    with pytest.raises(UnknownField, match="did you mean 'volts'"):
        frames.save(tmp_path / f"b{ending}", "volt")


@pytest.fixture(scope="module")
def waves(schema: Schema) -> cwire.FrameArray:
    message = schema.messages["waves"]
    rows = frame_rows(message, [message.encode({"z": 1 + 2j, "w": -0.1j})] * 2)
    return cwire.FrameArray.from_frames(rows, message.frame_dtype(message.size), message)


def test_complex_numbers(waves: cwire.FrameArray, tmp_path: Path) -> None:
    with h5py.File(saved(waves, tmp_path / "a.h5")) as file:
        assert file["waves/z"][()].tolist() == [1 + 2j] * 2
        assert file["waves/w"][()].tolist() == [-0.1j] * 2
    assert np.load(saved(waves, tmp_path / "a.npz"))["w"].tolist() == [-0.1j] * 2
    assert scipy.io.loadmat(saved(waves, tmp_path / "a.mat"))["w"].tolist() == [[-0.1j]] * 2
    table = pq.read_table(saved(waves, tmp_path / "a.parquet"))
    assert table["z"].to_pylist() == [[1.0, 2.0]] * 2
    rows = pd.read_csv(saved(waves, tmp_path / "a.csv"))
    assert [complex(one) for one in rows["z"]] == [1 + 2j] * 2
    with pytest.raises(InvalidArgument, match="z is complex, which netCDF cannot hold"):
        waves.save(tmp_path / "a.nc")


def test_units_and_docs_are_kept(frames: cwire.FrameArray, tmp_path: Path) -> None:
    with h5py.File(saved(frames, tmp_path / "a.h5")) as file:
        assert dict(file["all/volts"].attrs) == {
            "units": "V",
            "long_name": "The mean.",
            "c_type": "double",
        }
    notes = pq.read_schema(saved(frames, tmp_path / "a.parquet")).field("volts").metadata
    assert notes[b"units"] == b"V"
    assert xr.open_dataset(saved(frames, tmp_path / "a.nc"))["volts"].attrs["units"] == "V"


def test_what_cannot_be_saved(
    frames: cwire.FrameArray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        InvalidArgument, match=r"a\.hdf has no format's ending; did you mean '\.hdf5'"
    ):
        frames.save(tmp_path / "a.hdf")
    for wrong in (5, b"a.h5", None):
        with pytest.raises(InvalidArgument, match="a file has a path, such as 'run.mcap'"):
            frames.save(wrong)
        with pytest.raises(InvalidArgument, match="a file has a path"):
            cwire.open(wrong)  # type: ignore[arg-type]
    path = saved(frames, tmp_path / "a.npz")
    with pytest.raises(InvalidArgument, match="is there already"):
        frames.save(path)
    frames.save(path, overwrite=True)
    with pytest.raises(CwireError, match="cannot write .*: No such file"):
        frames.save(tmp_path / "nowhere" / "a.npz")
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(CwireError, match="pip install h5py"):
        frames.save(tmp_path / "a.h5")


def test_every_format_is_tried() -> None:
    assert {*READERS, ".hdf5"} == set(FORMATS)
