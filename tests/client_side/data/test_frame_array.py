"""FrameArray: a numpy array that keeps its frames' headers."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import cwire
from cwire.data.frame_array import FrameArray
from cwire_structs import frames
from support import schemas
from support.fake_relay import ticks

TICK = schemas.schema().messages["tick"]


@pytest.fixture
def ten() -> FrameArray:
    return FrameArray.from_frames(ticks(100, 10), TICK.frame_dtype(40), TICK)


def test_fields_are_plain_views_of_the_same_memory(ten: FrameArray) -> None:
    index = ten["index"]
    assert type(index) is np.ndarray
    assert index.tolist() == list(range(100, 110))
    assert ten["values"].shape == (10, 4)
    assert np.shares_memory(index, ten)
    assert np.shares_memory(ten.sequence, ten)
    assert np.shares_memory(ten.time, ten)


def test_header_columns(ten: FrameArray) -> None:
    assert ten.sequence.tolist() == list(range(100, 110))
    assert ten.sequence.dtype == np.uint32
    assert ten.source.tolist() == [1] * 10
    assert ten.time.dtype == np.dtype("<M8[ns]")
    assert ten.time[0] == np.datetime64(100, "s")
    assert ten.seconds.tolist() == [float(n) for n in range(100, 110)]


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        (slice(2, 5), [102, 103, 104]),
        (slice(None, None, -3), [109, 106, 103, 100]),
        ([7, 1], [107, 101]),
        (np.arange(10) % 5 == 0, [100, 105]),
        (np.array([3, 3]), [103, 103]),
        (slice(20, 30), []),
    ],
)
def test_headers_stay_with_the_rows(ten: FrameArray, key: object, kept: list[int]) -> None:
    part = ten[key]
    assert isinstance(part, FrameArray)
    assert part.message is TICK
    assert part.sequence.tolist() == kept
    assert part["index"].tolist() == kept
    assert part[::2].sequence.tolist() == kept[::2]


@pytest.mark.parametrize("clone", [FrameArray.copy, copy.copy, copy.deepcopy])
def test_copies_have_their_headers(ten: FrameArray, clone: object) -> None:
    twin = clone(ten[::2])  # type: ignore[operator]
    assert isinstance(twin, FrameArray)
    assert twin.sequence.tolist() == [100, 102, 104, 106, 108]
    assert not np.shares_memory(twin, ten)


def test_pickle(ten: FrameArray) -> None:
    twin = pickle.loads(pickle.dumps(ten[3:]))
    assert twin.time.tolist() == ten.time[3:].tolist()
    assert twin["index"].tolist() == ten["index"][3:].tolist()
    assert pickle.loads(pickle.dumps(ten[3])) == ten[3]


def test_a_program_that_only_unpickles_frames_can_save_them(
    ten: FrameArray, tmp_path: Path
) -> None:
    code = "import pickle, sys; pickle.load(sys.stdin.buffer).save(sys.argv[1])"
    path = tmp_path / "ten.csv"
    subprocess.run([sys.executable, "-c", code, path], input=pickle.dumps(ten), check=True)
    assert len(path.read_text().splitlines()) == 1 + len(ten)


def test_concatenate(ten: FrameArray) -> None:
    both = np.concatenate([ten[:2], ten[8:]])
    assert isinstance(both, FrameArray)
    assert both.sequence.tolist() == [100, 101, 108, 109]
    assert both.dtype == ten.dtype


def test_what_numpy_copies_does_not_invent_headers(ten: FrameArray) -> None:
    plain = np.sort(ten, order="index")
    assert type(plain) is np.ndarray
    flat = ten.flatten()
    assert isinstance(flat, FrameArray)
    with pytest.raises(ValueError, match="copies the fields only"):
        _ = flat.time
    assert flat["index"].tolist() == ten["index"].tolist()


def test_a_row_is_a_record(ten: FrameArray) -> None:
    last = ten[-1]
    assert isinstance(last, cwire.Record)
    assert (last.index, last["index"], last.sequence, last.source) == (109, 109, 109, 1)
    assert last.time == np.datetime64(109, "s")
    assert last.seconds == 109.0
    assert last.values.tolist() == [0, 0, 0, 0]
    assert np.shares_memory(last.values, ten)
    assert [record.index for record in ten[:3]] == [100, 101, 102]
    assert dict(last)["index"] == 109
    assert repr(last) == "tick(index=109, values=[0.0, 0.0, 0.0, 0.0])"
    assert "index" in dir(last)
    assert ten[np.int64(2)].index == 102
    with pytest.raises(IndexError, match="row 10 of 10"):
        ten[10]


def test_unknown_fields_say_what_there_is(ten: FrameArray) -> None:
    with pytest.raises(cwire.UnknownField, match="tick has no field 'x'.*index, values"):
        ten["x"]
    with pytest.raises(cwire.UnknownField, match="tick has no field 'x'"):
        ten[0]["x"]
    with pytest.raises(AttributeError, match="tick has no field 'x'"):
        _ = ten[0].x
    with pytest.raises(AttributeError, match="tick has no field ''"):
        getattr(ten[0], "")


def test_repr(ten: FrameArray) -> None:
    text = repr(ten)
    assert text.startswith("10 frames of tick, 64 bytes each, 1970-01-01T00:01:40.000 to 00:01:49")
    assert "100 … 109" in text
    assert "V" in text
    assert repr(ten[:0]) == "<no frames of tick>"


def test_to_pandas(ten: FrameArray) -> None:
    table = ten.to_pandas()
    assert list(table.columns) == ["index", *(f"values[{i}]" for i in range(4))]
    assert table["index"].tolist() == list(range(100, 110))
    assert str(table.index[0]) == "1970-01-01 00:01:40+00:00"
    assert list(ten.to_pandas("index").columns) == ["index"]
    with pytest.raises(cwire.UnknownField, match="no field 'x'; there are: index, values"):
        ten.to_pandas("x")


@pytest.mark.parametrize("stamp", [2**63, 2**64 - 1])
def test_a_stamp_that_is_no_time(stamp: int) -> None:
    data = b"".join(
        frames.pack(schemas.TICK, bytes(40), source=1, time_ns=time_ns)
        for time_ns in (10**18, stamp)
    )
    found = FrameArray.from_frames(data, TICK.frame_dtype(40), TICK)
    assert np.isnat(found.time).tolist() == [False, True]
    assert np.isnat(found[-1].time)
    assert found.to_pandas().index.isna().tolist() == [False, True]
    assert np.isnat(found.to_xarray()["time"].values).tolist() == [False, True]
    assert found.to_pyarrow()["time"].null_count == 1
    for text in (repr(found), found._repr_html_(), found[-1]._repr_html_()):
        assert "NaT" in text
