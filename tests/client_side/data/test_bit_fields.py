"""Bit fields, which numpy does not have, in the client's arrays, records and tables."""

from __future__ import annotations

import copy
import json

import pandas
import pytest

from cwire.data.frame_array import FrameArray
from cwire.errors import UnknownField
from cwire.plot.recipe import make_recipe
from cwire_structs import frames
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas


@pytest.fixture
def message() -> Message:
    document = copy.deepcopy(schemas.document())
    unsigned, signed = ({"kind": kind, "np": f"<{kind[0]}4"} for kind in ("uint", "int"))
    document["types"]["flags"] = {
        "c_name": "struct flags", "kind": "struct", "size": 4, "align": 4, "fields": [
            {"name": "mode", "bit_offset": 0, "bit_width": 3, "type": unsigned},
            {"name": "trim", "bit_offset": 3, "bit_width": 7, "type": signed},
        ],
    }  # fmt: skip
    document["messages"]["9"] = {"name": "flags", "type": "flags"}
    document["layout_hash"] = layout_hash(document)
    return Schema.from_json(json.dumps(document)).messages["flags"]


def test_arrays_records_tables_and_plots(message: Message) -> None:
    payloads = [message.encode({"mode": n, "trim": -n}) for n in range(5)]
    packed = b"".join(frames.pack(9, payload, sequence=n) for n, payload in enumerate(payloads))
    array = FrameArray.from_frames(packed, message.frame_dtype(4), message)
    assert array["mode"].tolist() == [0, 1, 2, 3, 4]
    assert array["trim"].tolist() == [0, -1, -2, -3, -4]
    record = array[3]
    assert (record.mode, record["trim"]) == (3, -3)
    assert (type(record.mode), type(record.trim)) == (int, int)
    assert "mode=3, trim=-3" in repr(record)
    table = array.to_pandas()
    assert isinstance(table, pandas.DataFrame)
    assert table["trim"].tolist() == [0, -1, -2, -3, -4]
    assert make_recipe(message, "trim", None, None).kind == "trend"
    assert "flags" in repr(array)
    with pytest.raises(UnknownField):
        array["nil"]
