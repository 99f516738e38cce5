"""Frames in files of other tools, as the libraries of those tools read them."""

from __future__ import annotations

import asyncio
import csv
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import pyxdf
import scipy.io
import xarray as xr
import zarr
from zarr.core import sync as zarr_sync

import cwire
from cwire.errors import CwireError, InvalidArgument, UnknownField
from cwire.saving.formats import FORMATS
from cwire.saving.save import save
from cwire_structs import wrap
from cwire_structs.schema import Schema
from support.processes import ROOT
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
/** @msg 4 */
struct wide { int16_t samples[20000]; };
/** @msg 5 */
struct modes { enum mode modes[2]; };
"""
BIG = 2**64 - 3


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    path = tmp_path_factory.mktemp("header") / "kinds.h"
    path.write_text(HEADER)
    return wrap.wrap(path, "cc").schema


@pytest.fixture(scope="module", autouse=True)
def ended_threads() -> Iterator[None]:
    """Ends those that zarr keeps for the next call."""
    yield
    loop = zarr_sync.loop[0]
    assert loop is not None
    asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result()
    zarr_sync.cleanup_resources()


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
    if path.suffix == ".xdf" and not fields and "big" in (frames.dtype.names or ()):
        assert frames.message is not None  # it holds integers above 2**63 - 1, which XDF does not
        fields = tuple(name for name in frames.message.struct.by_name if name != "big")
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


def zarr_group(path: Path) -> Any:
    return zarr.open_group(path, mode="r")


def from_zarr(path: Path) -> Read:
    group = zarr_group(path)
    return lambda name: np.asarray(group[f"all/{name}"])


def xdf_streams(path: Path) -> dict[str, Any]:
    """By name; their channels by label under ``channels``."""
    streams, _ = pyxdf.load_xdf(path)
    found = {}
    for stream in streams:
        labels = [one["label"][0] for one in stream["info"]["desc"][0]["channels"][0]["channel"]]
        series = stream["time_series"]
        by_label = {label: [row[i] for row in series] for i, label in enumerate(labels)}
        found[stream["info"]["name"][0]] = stream | {"channels": by_label}
    return found


def xdf_times(path: Path) -> list[int]:
    """Times of the first stream's samples in ns since 1970."""
    stream = next(iter(xdf_streams(path).values()))
    (origin,) = stream["info"]["desc"][0]["time_origin"]
    begins = int(np.datetime64(origin.removesuffix("Z"), "ns").astype(np.int64))
    return [begins + round(one * 1e9) for one in stream["time_stamps"]]


def from_xdf(path: Path) -> Read:
    channels: dict[str, Any] = {}
    for stream in xdf_streams(path).values():
        channels |= stream["channels"]
    return lambda name: channels[name]


READERS: dict[str, Callable[[Path], Read]] = {
    ".h5": from_hdf5,
    ".parquet": from_parquet,
    ".csv": from_csv,
    ".nc": from_netcdf,
    ".mat": from_mat,
    ".npz": from_npz,
    ".xdf": from_xdf,
    ".zarr": from_zarr,
}
COLUMN_EACH = (".csv", ".xdf")  # for each element of an array


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
        *([] if ending == ".xdf" else [("big", [BIG, BIG - 1, BIG - 2])]),
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
    if ending in (".npz", ".xdf", ".zarr"):
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
    assert truths in (["False", "True", "False"], ["0", "1", "0"], ["0.0", "1.0", "0.0"])


@pytest.mark.parametrize("ending", [one for one in READERS if one not in COLUMN_EACH])
def test_arrays_keep_their_shape(frames: cwire.FrameArray, tmp_path: Path, ending: str) -> None:
    read = READERS[ending](saved(frames, tmp_path / f"a{ending}"))
    assert plain(read("grid")) == [[[1, 2, 3], [4, 5, -6]]] * 3
    assert plain(read("axis.speed")) == [[1.5, -2.5]] * 3


@pytest.mark.parametrize("ending", COLUMN_EACH)
def test_each_element_of_an_array_is_a_column(
    frames: cwire.FrameArray, tmp_path: Path, ending: str
) -> None:
    read = READERS[ending](saved(frames, tmp_path / f"a{ending}"))
    assert [float(one) for one in read("grid[1][2]")] == [-6.0] * 3
    assert [float(one) for one in read("axis[1].speed")] == [-2.5] * 3


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
    elif ending == ".xdf":
        stamps = xdf_times(path)
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
    read = from_xdf(saved(waves, tmp_path / "a.xdf"))
    assert (read("w.real"), read("w.imag")) == ([0.0] * 2, [-0.1] * 2)
    group = zarr_group(saved(waves, tmp_path / "a.zarr"))
    assert np.asarray(group["waves/w"]).tolist() == [-0.1j] * 2
    assert np.asarray(group["waves/z"]).dtype == np.complex64
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
    store = xr.open_zarr(saved(frames, tmp_path / "a.zarr"), group="all")
    assert store["volts"].attrs["units"] == "V"
    assert store["mode"].attrs["flag_meanings"] == "OFF SLOW FAST"
    stream = xdf_streams(saved(frames, tmp_path / "a.xdf"))["all"]
    channels = stream["info"]["desc"][0]["channels"][0]["channel"]
    (volts,) = [one for one in channels if one["label"] == ["volts"]]
    assert (volts["unit"], volts["long_name"]) == (["V"], ["The mean."])
    (mode,) = [one for one in channels if one["label"] == ["mode"]]
    assert mode["enum"] == ["OFF=0 SLOW=3 FAST=200"]


@pytest.mark.filterwarnings("error")
def test_xarray_reads_a_store_without_a_warning(frames: cwire.FrameArray, tmp_path: Path) -> None:
    found = xr.open_zarr(saved(frames, tmp_path / "a.zarr"), group="all").load()
    assert found["grid"].dims == ("frame_time", "grid_row", "grid_column")
    assert found["sequence"].values.tolist() == [10, 11, 12]
    assert "sequence" in found.coords
    assert found["big"].values.tolist() == [BIG, BIG - 1, BIG - 2]
    stamps = found["frame_time"].values.astype("M8[s]").astype(int)
    assert stamps.tolist() == [10, 11, 12]


def test_duckdb_and_pandas_read_parquet(frames: cwire.FrameArray, tmp_path: Path) -> None:
    path = saved(frames, tmp_path / "a.parquet")
    fields = 'big, mode, text, grid, "axis.speed", epoch_ns(frame_time)'
    with duckdb.connect() as database:
        (first, *_) = database.execute(f"SELECT {fields} FROM '{path}'").fetchall()
    grid = ((1, 2, 3), (4, 5, -6))
    found = [*first[:3], tuple(map(tuple, first[3])), *first[4:]]
    assert found == [BIG, "OFF", "a,b", grid, [1.5, -2.5], 10 * SECOND]
    table = pd.read_parquet(path)
    assert table["mode"].tolist() == ["OFF", "SLOW", "FAST"]
    assert table["big"].tolist() == [BIG, BIG - 1, BIG - 2]


def test_bytes_take_little_room_in_parquet(schema: Schema, tmp_path: Path) -> None:
    """Parquet has no integers of less than 32 bits."""
    message = schema.messages["wide"]
    noise = np.random.default_rng(1).bytes(50 * message.size)
    payloads = [noise[at : at + message.size] for at in range(0, len(noise), message.size)]
    rows = frame_rows(message, payloads)
    frames = cwire.FrameArray.from_frames(rows, message.frame_dtype(message.size), message)
    path = saved(frames, tmp_path / "a.parquet")
    assert path.stat().st_size < 1.5 * len(noise)
    samples = pq.read_table(path)["samples"].to_pylist()
    assert samples == np.asarray(frames)["samples"].tolist()
    with duckdb.connect() as database:
        total = database.execute(f"SELECT sum(list_sum(samples)) FROM '{path}'").fetchone()
    assert total == (sum(map(sum, samples)),)


def test_numbers_of_an_enum_without_a_name(schema: Schema, tmp_path: Path) -> None:
    message = schema.messages["modes"]
    rows = frame_rows(message, [bytes([3, 0, 0, 0, 7, 0, 0, 0])])
    frames = cwire.FrameArray.from_frames(rows, message.frame_dtype(message.size), message)
    table = pq.read_table(saved(frames, tmp_path / "a.parquet"))
    assert table["modes"].to_pylist() == [["SLOW", None]]
    assert from_xdf(saved(frames, tmp_path / "a.xdf"))("modes[1]") == [7.0]


def test_what_xdf_cannot_hold(frames: cwire.FrameArray, schema: Schema, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"big has numbers above 2\*\*63 - 1"):
        frames.save(tmp_path / "a.xdf")
    assert [*tmp_path.iterdir()] == []  # what was begun is gone
    message = schema.messages["wide"]
    rows = frame_rows(message, [bytes(message.size)])
    wide = cwire.FrameArray.from_frames(rows, message.frame_dtype(message.size), message)
    with pytest.raises(
        InvalidArgument, match="samples has 20,000 elements, and a stream a channel"
    ):
        wide.save(tmp_path / "a.xdf")
    wide.save(tmp_path / "a.xdf", "samples[3]")


def test_streams_of_xdf_have_one_clock(frames: cwire.FrameArray, tmp_path: Path) -> None:
    streams = xdf_streams(saved(frames, tmp_path / "a.xdf"))
    assert {name: one["info"]["channel_format"] for name, one in streams.items()} == {
        "all": ["double64"],
        "all.int64": ["int64"],
        "all.text": ["string"],
    }
    for stream in streams.values():
        assert list(stream["time_stamps"]) == [0.0, 1.0, 2.0]
        assert stream["info"]["desc"][0]["time_origin"] == ["1970-01-01T00:00:10Z"]
        footer = stream["footer"]["info"]
        assert (footer["sample_count"], footer["last_timestamp"]) == (["3"], ["2.0"])


def test_a_store_is_replaced_and_a_folder_is_not(frames: cwire.FrameArray, tmp_path: Path) -> None:
    path = saved(frames, tmp_path / "a.zarr", "volts", "narrow")
    frames.save(path, "volts", overwrite=True)
    assert "narrow" not in zarr_group(path)["all"]
    with pytest.raises(UnknownField):
        frames.save(path, "volt", overwrite=True)
    assert "volts" in zarr_group(path)["all"]
    (tmp_path / "mine.zarr").mkdir()
    with pytest.raises(InvalidArgument, match="is a folder, and no zarr store"):
        frames.save(tmp_path / "mine.zarr", overwrite=True)


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


def table_of_the_docs() -> dict[tuple[str, str], str]:
    """The cells of the table in docs/howto/record.md, by kind and format."""
    page = (ROOT / "docs/howto/record.md").read_text()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("|")
    ]
    head = next(row for row in rows if row[0] == "kind")
    endings = [ending.strip("`") for ending in head[1:]]
    body = [row for row in rows[rows.index(head) + 2 :] if len(row) == len(head)]
    return {
        (row[0], ending): cell
        for row in body
        for ending, cell in zip(endings, row[1:], strict=True)
    }


@pytest.fixture(scope="module")
def every(frames: cwire.FrameArray, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Read]:
    """Readers of the same frames in each format."""
    folder = tmp_path_factory.mktemp("every")
    return {ending: one(saved(frames, folder / f"a{ending}")) for ending, one in READERS.items()}


def is_number(values: Any, *codes: str) -> bool:
    """Whether a reader gives numbers of such a type; where it gives lists, it has only values."""
    return not isinstance(values, np.ndarray) or values.dtype.str.lstrip("<|") in codes


# What a reader finds where the table says so: of the kind, of the text of the cell.
CLAIMS: dict[str, tuple[str, dict[str, Callable[[Any], bool]]]] = {
    "integers, 64 bits, too": ("small", {
        "as they are": lambda v: int(plain(v)[0]) == -(2**63) and is_number(v, "i8"),
        "to 2⁶³ - 1": lambda v: plain(v)[0] == -(2**63),
    }),
    "half floats": ("half", {
        "float32": lambda v: float(plain(v)[0]) == 0.5 and is_number(v, "f4"),
        "double64": lambda v: v[0].dtype == np.float64 and v[0] == 0.5,
    }),
    "bool": ("on", {
        "bool": lambda v: plain(v) == [False, True, False] and is_number(v, "b1", "i1"),
        "`True`": lambda v: v == ["False", "True", "False"],
        "uint8": lambda v: v.dtype == np.uint8 and plain(v) == [0, 1, 0],
        "0, 1": lambda v: v == [0.0, 1.0, 0.0],
    }),
    "enum": ("mode", {
        "HDF5 enum": lambda v: h5py.check_enum_dtype(v.dtype) == {"OFF": 0, "SLOW": 3, "FAST": 200},
        "dictionary": lambda v: v == ["OFF", "SLOW", "FAST"],
        "name": lambda v: plain(v) == ["OFF", "SLOW", "FAST"],
        "cell of names": lambda v: v.dtype == object and plain(v) == ["OFF", "SLOW", "FAST"],
        "number": lambda v: [int(one) for one in v] == [0, 3, 200],
    }),
    "text": ("text", {
        "fixed text": lambda v: plain(v) == ["a,b", 'ü"', ""],
        "text": lambda v: plain(v) == ["a,b", 'ü"', ""],
        "cell of text": lambda v: v.dtype == object and plain(v)[:2] == ["a,b", 'ü"'],
    }),
    "bit fields": ("high", {
        "numbers": lambda v: [int(one) for one in plain(v)] == [-1000, -999, -998],
    }),
    "union": ("either.whole", {
        "each member": lambda v: {int(one) for one in plain(v)} == {0x3FC00000},
    }),
}  # fmt: skip


@pytest.mark.parametrize("ending", READERS)
@pytest.mark.parametrize("kind", CLAIMS)
def test_the_table_of_the_docs(every: dict[str, Read], kind: str, ending: str) -> None:
    name, claims = CLAIMS[kind]
    assert claims[table_of_the_docs()[kind, ending]](every[ending](name))


@pytest.mark.parametrize("ending", READERS)
def test_arrays_and_structs_in_the_table(every: dict[str, Read], ending: str) -> None:
    table, read = table_of_the_docs(), every[ending]
    name = table["struct in it", ending].strip("`")
    if table["array", ending] == "column each":
        assert [float(one) for one in read("grid[1][2]")] == [-6.0] * 3
    elif table["array", ending] == "channel each":
        assert read("grid[1][2]") == [-6.0] * 3
    else:
        assert table["array", ending] in ("more dimensions", "list")
        assert plain(read("grid")) == [[[1, 2, 3], [4, 5, -6]]] * 3
    first = [1.5] * 3 if "[0]" in name else [[1.5, -2.5]] * 3
    found = read(name)
    assert ([float(one) for one in found] if "[0]" in name else plain(found)) == first


@pytest.mark.parametrize("ending", READERS)
def test_what_the_table_refuses(schema: Schema, ending: str, tmp_path: Path) -> None:
    table = table_of_the_docs()
    waves, pictures = schema.messages["waves"], schema.messages["pictures"]
    rows = frame_rows(waves, [bytes(waves.size)])
    wave = cwire.FrameArray.from_frames(rows, waves.frame_dtype(waves.size), waves)
    sizes = []
    for count in (1, 2):
        payload = pictures.encode({"number": count, "pixels": [7] * count})
        rows = frame_rows(pictures, [payload])
        dtype = pictures.frame_dtype(len(payload))
        sizes.append(cwire.FrameArray.from_frames(rows, dtype, pictures))
    for kind, name, parts in (
        ("complex", "waves", [wave]),
        ("frames of several sizes", "pictures", sizes),
    ):
        path = tmp_path / f"{name}{ending}"
        if table[kind, ending] == "refused":
            with pytest.raises(InvalidArgument, match=r"z is complex|pictures differ in size"):
                save(path, [(name, parts)])
            assert not path.exists()
        else:
            save(path, [(name, parts)])
            assert path.exists()


def test_every_format_is_tried() -> None:
    assert {*READERS, ".hdf5"} == set(FORMATS)
