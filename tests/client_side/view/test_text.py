"""Text of plain values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cwire import FrameArray
from cwire.data.frame_array import record_of
from cwire.view.text import (
    counted,
    field_notes,
    frame_rows,
    frames_text,
    frames_title,
    shortened,
    text_table,
    value_text,
)
from cwire_structs import wrap
from cwire_structs.frames import pack
from support import schemas
from support.processes import ROOT

TICK = schemas.schema().messages["tick"]


def test_text_table() -> None:
    table = text_table(("a", "bb"), [("ccc", "1"), ("d", "22")], right=[1])
    assert table == "a    bb\nccc   1\nd    22"


def test_values_are_short() -> None:
    assert value_text(1 / 3) == "0.3333333"
    assert value_text(np.arange(4.0)) == "[0.0, 1.0, 2.0, 3.0]"
    assert value_text(np.zeros((20, 3), "u2")) == "<20 x 3 uint16>"
    assert value_text(np.zeros(2, [("a", "u1")])) == "<2 structs>"


def test_a_summary_of_frames_that_know_nothing_but_numpy() -> None:
    frames = np.zeros(3, [("a", "<i4"), ("b", "<f8", (2, 2))])
    frames["a"] = [5, -1, 7]
    title = frames_title("frames", frames.shape, frames.dtype.itemsize, None)
    text = frames_text(title, frame_rows(frames, None))
    assert text.splitlines() == [
        "3 frames of frames, 36 bytes each",
        "  field  type           values  unit",
        "  a      int32          -1 … 7",
        "  b      float64 2 x 2  0",
    ]


def test_a_summary_of_frames_with_their_description() -> None:
    frames = np.zeros(1, TICK.frame_dtype(40))
    times = np.array([10**9], "<M8[ns]")
    title = frames_title("tick", frames.shape, 64, times)
    assert title == "1 frame of tick, 64 bytes, 1970-01-01T00:00:01.000 UTC"
    assert frame_rows(frames, TICK.struct) == [
        ("index", "uint64_t", "0", "", ""),
        ("values", "double[4]", "0", "V", ""),
    ]


def test_no_frames() -> None:
    frames = np.zeros(0, TICK.frame_dtype(40))
    assert frame_rows(frames, TICK.struct) == []
    assert frames_text(frames_title("tick", (0,), 64, None), []) == "<no frames of tick>"
    assert frames_title("tick", (2, 3), 64, None) == "<(2, 3) frames of tick>"


def test_what_people_read_of_a_number(tmp_path: Path) -> None:
    header = tmp_path / "air.h"
    header.write_text(
        "enum message_id { AIR = 1 };\nstruct air {\n"
        'short warm; /**< @scale 0.01 @offset -40 @unit °C @name "Outside" */\n'
        "unsigned long long stamp; /**< @time us unix */\n"
        "float force[2]; /**< @channels x y @unit N */ };\n"
    )
    message = wrap.wrap(header, "cc").schema.messages["air"]
    warm, stamp, force = message.struct.fields
    assert field_notes(warm) == "Outside, shown as number * 0.01 - 40 °C"
    assert field_notes(stamp) == "time in us since unix's epoch"
    assert field_notes(force) == "in N, of x, y"
    payload = message.encode({"warm": 6150, "stamp": 1_700_000_000_123_456, "force": [1, 2]})
    data = bytearray(pack(1, payload))
    frames = FrameArray.from_frames(data, message.frame_dtype(message.size), message)
    text = repr(frames)
    assert "21.5" in text
    assert "2023-11-14 22:13:20.123456 UTC" in text
    html = record_of(frames)._repr_html_()
    assert '<td style="text-align:left">21.5</td>' in html
    assert "2023-11-14 22:13:20.123456 UTC" in html
    assert frames["warm"].tolist() == [6150]  # the numbers themselves stay as they are


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 frames"), (1, "1 frame"), (2000, "2,000 frames")]
)
def test_counted(count: int, text: str) -> None:
    assert counted(count, "frame") == text


@pytest.mark.parametrize("case", json.loads((ROOT / "tests" / "names.json").read_text()))
def test_a_long_name_loses_its_middle(case: dict[str, Any]) -> None:
    assert shortened(case["name"], case["most"]) == case["short"]
