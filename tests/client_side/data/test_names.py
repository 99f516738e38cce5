"""Any identifier of C as the name of a field, a command or a message."""

from __future__ import annotations

import copy
import json
import keyword
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest

import cwire
from cwire.bridge.commands import CommandFunction, Commands
from cwire.data.fields import Fields, Structs
from cwire.data.frame_array import FrameArray, Record
from cwire_structs import frames
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.fields import RESERVED
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas

OWN = ["frame_time", "frame_frame_time", "time", "seconds", "sequence", "source", "sample", "index"]
CLASSES = (Record, Fields, Structs, FrameArray, Commands, CommandFunction, Message, pd.DataFrame)
NAMES = sorted(
    {
        *OWN,
        *keyword.kwlist,
        *keyword.softkwlist,
        *(name for one in CLASSES for name in dir(one)),
        *(
            "self",
            "args",
            "kwargs",
            "unnamed",
            "fields",
            "driver",
            "name",
            "timeout",
            "__x__",
            "__",
        ),
    }
)
SHADOWED = {"keys", "message", "valid", "sequence", "seconds", "source", "time"}
HOOKS = {"_ipython_key_completions_", "_repr_html_"}
NAMES = [name for name in NAMES if not RESERVED.fullmatch(name)]


def message() -> Message:
    """Structs whose fields have all these names: by themselves, nested, in an array."""
    document: dict[str, Any] = schemas.document()
    number = document["types"]["tick"]["fields"][0]["type"]
    fields = [
        {"name": name, "c_type": "uint64_t", "offset": 8 * at, "size": 8, "type": number}
        for at, name in enumerate(NAMES)
    ]
    size = 8 * len(NAMES)
    inner = {"kind": "struct", "struct": "inner"}
    rows = {"kind": "array", "shape": [2], "of": inner}
    document["types"]["inner"] = {**document["types"]["rare"], "size": size, "fields": fields}
    document["types"]["rare"].update(
        size=4 * size,
        fields=[
            *fields,
            {
                "name": "nested_struct",
                "c_type": "struct inner",
                "offset": size,
                "size": size,
                "type": inner,
            },
            {
                "name": "rows_of",
                "c_type": "struct inner[2]",
                "offset": 2 * size,
                "size": 2 * size,
                "type": rows,
            },
        ],
    )
    document["layout_hash"] = layout_hash(document)
    return Schema.from_json(json.dumps(document)).messages["rare"]


RARE = message()
VALUES = {name: number for number, name in enumerate(NAMES, 1)}


@pytest.fixture(scope="module")
def three() -> FrameArray:
    given = {**VALUES, "nested_struct": VALUES, "rows_of": [VALUES, VALUES]}
    data = frames.pack(RARE.id, RARE.encode(given), time_ns=10**18) * 3
    return FrameArray.from_frames(bytearray(data), RARE.frame_dtype(RARE.size), RARE)


def test_frames_records_and_copies(three: FrameArray) -> None:
    record = three[0]
    unpickled = pickle.loads(pickle.dumps(record))
    for made in (record, copy.copy(record), copy.deepcopy(record), unpickled):
        parts = (made, made["nested_struct"], made["rows_of"][1], made["rows_of[0]"])
        for name, value in VALUES.items():
            assert [part[name] for part in parts] == [value] * 4
            assert made[f"nested_struct.{name}"] == made[f"rows_of[1].{name}"] == value
    for name, value in VALUES.items():
        assert three[name].tolist() == three[f"nested_struct.{name}"].tolist() == [value] * 3
    assert dict(record["nested_struct"]) == VALUES
    for part in (record, record["nested_struct"], record["rows_of"]):
        shadowed = set()
        for field in RARE.struct.fields[: len(NAMES)]:
            if field.py_name in dir(type(part)) or field.name.startswith("_cwire_"):
                shadowed.add(field.name)
            else:
                assert np.unique(getattr(part, field.py_name)) == [VALUES[field.name]]
        # What the class itself says is read by record["time"].
        assert {name for name in shadowed if not name.startswith("_")} <= SHADOWED
        private = {name for name in shadowed if name.startswith("_") and name[:2] != "__"}
        assert private <= {one for one in NAMES if one.startswith("_cwire_")} | HOOKS


def test_tables_and_back(three: FrameArray, tmp_path: Path) -> None:
    table = three.to_pandas(*NAMES)
    assert table.iloc[1].to_dict() == VALUES
    flat = table.reset_index()
    assert len(flat.columns) == len(NAMES) + 1
    assert len(flat.sort_values("time")) == 3
    table.to_parquet(tmp_path / "pandas.parquet")
    back = pd.read_parquet(tmp_path / "pandas.parquet")
    assert back.equals(table)
    assert back.index.name == table.index.name
    long = three.to_pandas(*NAMES, "rows_of.seconds", arrays="long")
    assert len(long.reset_index()) == 6
    arrow = three.to_pyarrow()
    assert len(set(arrow.column_names)) == len(arrow.column_names)
    parquet.write_table(arrow, tmp_path / "arrow.parquet")
    assert parquet.read_table(tmp_path / "arrow.parquet").equals(arrow)
    data = three.to_xarray()
    for name, value in VALUES.items():
        assert np.unique(data[name]) == [value]
        assert np.unique(data[f"rows_of.{name}"]) == [value]


def test_commands_of_any_name_and_with_any_field() -> None:
    sent: list[tuple[str, dict[str, object]]] = []

    def call(name: str, fields: Any) -> None:
        sent.append((name, dict(fields)))

    function: CommandFunction[None] = CommandFunction(RARE, call)
    function(**VALUES)
    assert sent == [("rare", VALUES)]
    assert RARE.encode(dict(sent[0][1]))
    assert list(function.__signature__.parameters) == [one.py_name for one in RARE.struct.fields]
    known = dict.fromkeys(NAMES, (RARE, None))
    commands: Commands[None] = Commands(lambda: known, known.__getitem__, call)
    for name in NAMES:
        assert commands[name].message is RARE
        if name not in dir(Commands) and not name.startswith("_cwire_"):
            assert getattr(commands, f"{name}_" if keyword.iskeyword(name) else name)
    with pytest.raises(AttributeError, match="no command '_repr_png_'"):
        commands._repr_png_  # noqa: B018
    with pytest.raises(TypeError, match="takes its fields by name"):
        function(5)
    assert cwire.Record is Record
