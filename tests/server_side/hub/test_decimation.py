from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwire_server.errors import RequestError
from cwire_server.hub.batch import Batch
from cwire_server.hub.decimation import Decimation
from cwire_structs import frames
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.number_cases import EXTREMES, array_of
from support.processes import ROOT

DEMO = Schema.from_json((ROOT / "c_driver/generated/messages.schema.json").read_bytes())
BLOCK = DEMO.messages["scope_block"]


def batch(rows: list[dict[str, Any]], losses: dict[int, int] | None = None) -> Batch:
    data = b"".join(
        frames.pack(BLOCK.id, BLOCK.encode(row), source=1, sequence=n, time_ns=100 + n)
        for n, row in enumerate(rows)
    )
    return Batch(1, data, 0, len(data), frames.scan(data).tallies, losses or {})


def apply(made: Decimation, given: Batch) -> Batch | None:
    *_, last = [None, *made.steps(given)]
    assert not isinstance(last, int)
    return last


def decimated(factor: int, rows: list[dict[str, Any]]) -> tuple[Batch, Any]:
    made = Decimation(DEMO, BLOCK, factor, 0xF000)
    derived = apply(made, batch(rows))
    assert derived is not None
    return derived, np.frombuffer(derived.view, made.message.frame_dtype(made.message.size))


@given(st.integers(2, 1023), st.integers(0, 2**32 - 1))
def test_no_peak_is_missed(factor: int, seed: int) -> None:
    samples = np.random.default_rng(seed).normal(size=1024).astype(np.float32)
    _, rows = decimated(factor, [{"samples": samples}])
    for n in range(-(-1024 // factor)):
        part = samples[n * factor : (n + 1) * factor]
        assert rows[0]["samples_min"][n] == part.min()
        assert rows[0]["samples_max"][n] == part.max()


def test_other_fields_and_headers_stay() -> None:
    rows: list[dict[str, Any]] = [
        {"first_sample": 7, "dt": 0.5, "channel": 1, "trigger": -1},
        {"channel": 0},
    ]
    derived, got = decimated(16, rows)
    assert got["first_sample"].tolist() == [7, 0]
    assert got["dt"].tolist() == [0.5, 0]
    assert got["trigger"].tolist() == [-1, 0]
    header = frames.unpack_header(derived.buffer, 560)
    assert (header.type, header.source, header.sequence, header.time_ns) == (0xF000, 1, 1, 101)
    assert derived.tallies[0].count == 2


@EXTREMES
def test_extremes_are_those_of_finite_samples(case: dict[str, Any]) -> None:
    values = array_of(case, 64)
    document = json.loads(json.dumps(schemas.document()))
    field = document["types"]["tick"]["fields"][1]
    kind = {"f": "float", "i": "int", "u": "uint"}[values.dtype.kind]
    field["type"] = {"kind": "array", "shape": [64], "of": {"kind": kind, "np": case["type"]}}
    field["size"] = values.nbytes
    document["types"]["tick"]["size"] = 8 + values.nbytes
    document["layout_hash"] = layout_hash(document)
    schema = Schema.from_json(json.dumps(document))
    made = Decimation(schema, schema.messages["tick"], 32, 0xF000)
    data = frames.pack(schemas.TICK, bytes(8) + values.tobytes(), source=1)
    derived = apply(made, Batch(1, data, 0, len(data), frames.scan(data).tallies))
    assert derived is not None
    (row,) = np.frombuffer(derived.view, made.message.frame_dtype(made.message.size))
    for name, end in (("values_min", "low"), ("values_max", "high")):
        if case[end] is None:
            assert np.isnan(row[name]).all()
        else:
            assert row[name].tolist() == [values.dtype.type(case[end]).item()] * 2


def test_a_signaling_nan_is_passed_over_as_well() -> None:
    samples = np.arange(1024, dtype=np.float32)
    samples.view("u4")[[1, 5]] = 0x7F800001
    samples[6] = -1
    samples.view("u4")[9] = 0x7FC00000
    block = bytearray(BLOCK.encode({}))
    block[-4096:] = samples.tobytes()
    data = frames.pack(BLOCK.id, block)
    made = Decimation(DEMO, BLOCK, 16, 0xF000)
    derived = apply(made, Batch(1, data, 0, len(data), frames.scan(data).tallies))
    assert derived is not None
    (row,) = np.frombuffer(derived.view, made.message.frame_dtype(made.message.size))
    assert (row["samples_min"][0], row["samples_max"][0]) == (-1, 15)


def test_losses_go_along() -> None:
    made = Decimation(DEMO, BLOCK, 16, 0xF001)
    derived = apply(made, batch([{}], losses={BLOCK.id: 3}))
    assert derived is not None
    assert derived.losses == {0xF001: 3}


def test_its_schema_is_one() -> None:
    made = Decimation(DEMO, BLOCK, 100, 0xF002)
    schema = Schema.from_json(made.schema_text, derived=True)
    (message,) = schema.messages.values()
    assert (message.id, message.name) == (0xF002, "scope_block_by_100")
    lengths = {f.name: f.size for f in message.struct.fields}
    assert lengths["samples_min"] == lengths["samples_max"] == 11 * 4
    assert next(f.unit for f in message.struct.fields if f.name == "samples_max") == "V"


def test_a_batch_without_the_message_gives_nothing() -> None:
    made = Decimation(DEMO, BLOCK, 16, 0xF000)
    data = frames.pack(2, bytes(16))
    assert apply(made, Batch(1, data, 0, len(data), frames.scan(data).tallies)) is None


@pytest.mark.parametrize(
    ("name", "factor"), [("driver_status", 2), ("camera_tile", 2), ("scope_block", 1024)]
)
def test_what_has_no_long_array_is_refused(name: str, factor: int) -> None:
    with pytest.raises(RequestError, match=f"{name} cannot be decimated by {factor}"):
        Decimation(DEMO, DEMO.messages[name], factor, 0xF000)


def test_the_small_schema() -> None:
    schema = schemas.schema()
    made = Decimation(schema, schema.messages["tick"], 2, 0xF000)
    assert [f.name for f in made.message.struct.fields] == ["index", "values_min", "values_max"]
