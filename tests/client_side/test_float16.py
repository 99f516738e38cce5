"""16-bit floats in everything of the client that goes by a field's kind."""

from __future__ import annotations

import inspect
import json

import numpy as np
import pytest

from cwire.bridge.commands import command_signature
from cwire.data.frame_array import FrameArray
from cwire.errors import UnknownField
from cwire.panel.inputs import make_group
from cwire.panel.parse import parse_list
from cwire.plot.recipe import make_recipe
from cwire.scope.recipe import ScopeOptions, ScopeRecipe
from cwire.tools.terminal import parse_field
from cwire_structs import frames
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas

ROWS = 3


@pytest.fixture(scope="module")
def message() -> Message:
    document = schemas.document()
    half = {"kind": "float", "np": "<f2"}
    array = {"kind": "array", "shape": [4], "of": half}
    document["types"]["halves"] = {
        "c_name": "struct halves", "kind": "struct", "size": 12, "align": 2, "fields": [
            {"name": "level", "offset": 0, "size": 2, "type": half, "unit": "V"},
            {"name": "gain", "offset": 2, "size": 2, "type": half, "range": [0.5, 4]},
            {"name": "samples", "offset": 4, "size": 8, "type": array},
        ],
    }  # fmt: skip
    document["messages"]["9"] = {"name": "halves", "type": "halves"}
    document["layout_hash"] = layout_hash(document)
    return Schema.from_json(json.dumps(document)).messages["halves"]


@pytest.fixture(scope="module")
def array(message: Message) -> FrameArray:
    payloads = [
        message.encode({"level": n / 2, "gain": 1.5, "samples": [n, -n, 0.25, 6e4]})
        for n in range(ROWS)
    ]
    packed = b"".join(frames.pack(9, payload, sequence=n) for n, payload in enumerate(payloads))
    return FrameArray.from_frames(packed, message.frame_dtype(message.size), message)


def test_records_and_tables(array: FrameArray) -> None:
    assert array["level"].dtype == np.float16
    record = array[1]
    assert (type(record.level), record.level, record.gain) == (float, 0.5, 1.5)
    assert record.samples.tolist() == [1.0, -1.0, 0.25, 6e4]
    assert "level=0.5" in repr(record)
    assert "level" in repr(array)
    table = array.to_pandas()
    assert table["level"].tolist() == [0.0, 0.5, 1.0]
    assert table["samples[3]"].tolist() == [6e4] * ROWS
    assert table.dtypes["level"] == np.float32
    assert array.to_xarray()["samples"].values.dtype == np.float32
    arrow = array.to_pyarrow()
    assert str(arrow.schema.field("level").type) == "float"
    assert [row.as_py() for row in arrow["samples"]][1] == [1.0, -1.0, 0.25, 6e4]


def test_tables_reckon_with_more_than_16_bits(message: Message) -> None:
    payloads = [message.encode({"level": level, "gain": 1}) for level in (1, 400, 800)]
    packed = b"".join(frames.pack(9, payload) for payload in payloads)
    array = FrameArray.from_frames(packed, message.frame_dtype(message.size), message)
    assert array.to_pandas()["level"].std() == pytest.approx(399.5001)


def test_plots_and_scopes(message: Message) -> None:
    assert make_recipe(message, None, None, None).y == ("samples",)
    assert make_recipe(message, "level", None, None).y_label == "level [V]"
    recipe = ScopeRecipe("driver", message, ScopeOptions(y="level")).as_json()
    assert (recipe["types"], recipe["units"]) == (["<f2"], ["V"])
    with pytest.raises(UnknownField, match="there are: level, gain, samples"):
        make_recipe(message, "nil", None, None)


def test_forms_signatures_and_command_lines(message: Message) -> None:
    group = make_group(message.struct)
    level, gain, samples = group.inputs
    assert [type(one.control).__name__ for one in (level, gain, samples)] == [  # type: ignore[attr-defined]
        "FloatText", "FloatSlider", "Text",
    ]  # fmt: skip
    level.write(0.5)
    gain.write(2.0)
    samples.control.value = "1, 2.5 3 -4"  # type: ignore[attr-defined]
    values = group.values()
    assert values == {"level": 0.5, "gain": 2.0, "samples": [1.0, 2.5, 3.0, -4.0]}
    assert message.type(**values).samples.tolist() == values["samples"]
    group.close()
    assert parse_list("1e3, nan", message.struct.fields[0].type)[0] == 1000.0
    assert parse_field(message, "gain=1.5") == ("gain", 1.5)
    parameters = command_signature(message).parameters
    assert parameters["level"].annotation is float
    assert repr(parameters["level"].default) == "0.0"
    assert parameters["samples"].annotation is inspect.Parameter.empty
