from __future__ import annotations

import json
import math
from typing import Any

import pytest

from cwire_server.hub.json_values import (
    fields_from_json,
    fields_to_json,
    frame_text,
    too_large,
)
from cwire_structs import frames, wrap
from cwire_structs.errors import FieldError
from cwire_structs.schema import Schema, Struct
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.processes import ROOT

DEMO = Schema.from_json((ROOT / "c_driver/generated/messages.schema.json").read_bytes())


def test_everything_of_a_status() -> None:
    message = DEMO.messages["driver_status"]
    values = {
        "running": True,
        "temperature": math.nan,
        "blocks": 2**60,
        "firmware": "demo 1",
        "calibration": [[1, 2, 3], [4, 5, math.inf]],
        "acquisition": {"trigger": "FALLING_EDGE", "sample_rate": 1e3},
        "channels": [{"shape": "NOISE"}, {"shape": "SQUARE"}],
    }
    told = fields_to_json(message, message.encode(values))
    assert told["running"] is True
    assert told["temperature"] is None
    assert told["blocks"] == str(2**60)
    assert told["firmware"] == "demo 1"
    assert told["calibration"] == [[1, 2, 3], [4, 5, None]]
    assert told["acquisition"]["trigger"] == "FALLING_EDGE"
    assert [channel["shape"] for channel in told["channels"]] == ["NOISE", "SQUARE"]


def test_tails_and_arrays() -> None:
    message = DEMO.messages["camera_tile"]
    payload = message.encode({"width": 3, "height": 1, "pixels": [1, 2, 65535]})
    assert fields_to_json(message, payload)["pixels"] == [1, 2, 65535]


def test_a_frame_as_text() -> None:
    message = DEMO.messages["echo"]
    frame = frames.pack(message.id, message.encode({"number": 5}), sequence=9, time_ns=2**62)
    told = json.loads(frame_text(3, "demo", message, frame))
    assert told["op"] == "message"
    assert (told["id"], told["driver"], told["message"]) == (3, "demo", "echo")
    assert (told["sequence"], told["time_ns"]) == (9, str(2**62))
    assert told["fields"]["number"] == 5


def test_json_comes_back_as_it_was() -> None:
    message = DEMO.messages["driver_status"]
    payload = message.encode({"blocks": 2**63, "uptime": 1.5, "firmware": "12"})
    again = fields_from_json(message.struct, fields_to_json(message, payload))
    assert again["blocks"] == 2**63
    assert again["firmware"] == "12"
    assert message.encode(again) == payload


LIST = {"kind": "array", "shape": [2]}
LETTER = {"kind": "char", "np": "|S1", "length": 1}
PLACES = (
    ("name", 0, 4, {"kind": "char", "np": "|S4", "length": 4}),
    ("names", 4, 4, {**LIST, "of": {"kind": "char", "np": "|S2", "length": 2}}),
    ("gains", 8, 16, {"kind": "array", "shape": [1, 2], "of": {"kind": "complex", "np": "<c8"}}),
    ("mode", 24, 8, {"kind": "enum", "np": "<u8", "enum": "mode"}),
    ("either", 32, 4, {"kind": "struct", "struct": "either"}),
    ("_anonymous_5", 36, 4, {"kind": "struct", "struct": "hidden"}),
    (
        "rest",
        40,
        0,
        {"kind": "tail", "stride": 1, "of": LETTER},
    ),
)


def everything() -> Schema:
    fields = [
        {"name": name, "offset": at, "size": size, "type": type_, "anonymous": name[0] == "_"}
        for name, at, size, type_ in PLACES
    ]
    word = {"name": "word", "offset": 0, "size": 4, "type": {"kind": "uint", "np": "<u4"}}
    union = {"kind": "union", "size": 4, "align": 4, "c_name": "union either", "fields": [word]}
    hidden = {**union, "fields": [{**word, "name": "inner"}]}
    types = {"either": union, "hidden": hidden}
    struct = {"kind": "struct", "size": 40, "align": 8, "c_name": "struct all", "fields": fields}
    mode = {"size": 8, "signed": False, "values": {"ON": 1}}
    document: dict[str, Any] = {
        "schema": "cwire-schema/1", "name": "unit", "layout_hash": "", "byte_order": "little",
        "enums": {"mode": mode}, "types": {**types, "all": struct},
        "messages": {"1": {"name": "all", "type": "all"}, "2": {"name": "one", "type": "either"}},
    }  # fmt: skip
    document["layout_hash"] = layout_hash(document)
    return Schema.from_json(json.dumps(document).encode())


@pytest.mark.parametrize("rest", [b"", b"text", b"\xff", b"a\0"])
@pytest.mark.parametrize("name", [b"a\0\0\0", b"a\0b\0", b"\xc3\xa4\xc3\xa4", b"\xff\0\0\0"])
def test_bytes_that_are_no_text_and_unions_come_back(name: bytes, rest: bytes) -> None:
    message = everything().messages["all"]
    values = {"gains": [[1 + 2j, -0.5j]], "mode": 2**64 - 1, "either": b"\1\2\3\4"}
    payload = name + name[::-1] + message.encode({**values, "mode": 1, "rest": rest})[8:24]
    payload += (2**64 - 1).to_bytes(8, "little") + bytes(range(8)) + rest
    told = json.loads(json.dumps(fields_to_json(message, payload)))
    assert told["mode"] == str(2**64 - 1)
    assert told["either"] == "00010203"
    again = message.type.from_dict(fields_from_json(message.struct, told))
    assert bytes(again) == payload


def test_unions_and_texts_that_are_neither_are_refused() -> None:
    schema = everything()
    given: Any
    for given in ("0001020", "xx", "0001", [1, 2, 3, 256], [True] * 4):
        for name, fields in (("all", {"either": given}), ("one", {"_union": given})):
            message = schema.messages[name]
            with pytest.raises(FieldError, match="needs a mapping"):
                message.encode(fields_from_json(message.struct, fields))
    message = schema.messages["all"]
    for name, given in (("name", [256]), ("rest", [-1]), ("names", [["a"], "b"])):
        with pytest.raises(FieldError, match="needs text"):
            message.encode(fields_from_json(message.struct, {name: given}))
    one = schema.messages["one"]
    told = fields_to_json(one, b"\1\2\3\4")
    assert told == {"_union": "01020304"}
    assert one.encode(fields_from_json(one.struct, told)) == b"\1\2\3\4"
    assert one.encode(fields_from_json(one.struct, {"_union": [1, 2, 3, 4]})) == b"\1\2\3\4"


def test_all_that_ends_with_the_message_comes_back() -> None:
    """Nested tails, tails of arrays and of 64-bit numbers, and messages without any field."""
    header = ROOT / "tests" / "cython_wrapper" / "cases" / "tails.h"
    schema = wrap.wrap(header, "cc").schema
    values: dict[str, Any] = {
        "reset": {},
        "deep": {"d": 1.5, "out": {"n": 3, "tail": {"m": 4, "c": 120, "data": [0, 5]}}},
        "rows": {"n": 3, "address": [[0, 1, 2, 3, 4, 5], [255, 0, 0, 0, 0, 0]]},
        "names": {"n": 1, "name": [["a", "bcdefgh"]]},
        "late": {"q": 3, "rest": {"args": [9, 2**63 + 1]}},
        "pairs": {"n": -3, "in": {"q": {"x": 0, "y": 2}, "p": [[{"x": 0, "y": 0}] * 2]}},
    }
    for name, given in values.items():
        message = schema.messages[name]
        payload = message.encode(given)
        told = json.loads(json.dumps(fields_to_json(message, payload)))
        assert message.encode(fields_from_json(message.struct, told)) == payload
        assert set(told) == set(given)


def test_numbers_in_text_in_arrays_of_arrays() -> None:
    eight = {"kind": "uint", "np": "<u8"}
    document = schemas.document()
    types, document["types"] = document["types"], {}
    document["types"]["values"] = {
        **types["tick"],
        "size": 32,
        "fields": [
            {"name": "x", "offset": 0, "size": 32,
             "type": {"kind": "array", "shape": [2, 2], "of": eight}},
        ],
    }  # fmt: skip
    document["messages"] = {"1": {"name": "values", "type": "values"}}
    document["layout_hash"] = layout_hash(document)
    message = Schema.from_json(json.dumps(document)).messages["values"]
    payload = message.encode({"x": [[1, 2**63], [2**64 - 1, 0]]})
    told = fields_to_json(message, payload)
    assert told["x"][1] == [str(2**64 - 1), 0]
    assert message.encode(fields_from_json(message.struct, told)) == payload


@pytest.mark.parametrize(
    ("name", "payload", "count"),
    [
        ("scope_block", None, 1028),
        ("driver_status", None, 0),
        ("camera_tile", None, 0),
        ("camera_tile", 5000, 0),
    ],
)
def test_values_are_counted_before_they_are_told(
    name: str, payload: int | None, count: int
) -> None:
    """The number is what JSON has, where nothing is text, a union, or in an array of structs."""
    message = DEMO.messages[name]
    size = message.size if payload is None else message.size + payload
    told = fields_to_json(message, bytes(size))
    expected = count or leaves(message.struct, told)
    assert too_large(message, expected, size) == ""
    assert f"{name} has {expected:,} values" in too_large(message, expected - 1, size)
    if payload is None:
        assert too_large(message, expected - 1) == too_large(message, expected - 1, size)


def leaves(struct: Struct, told: dict[str, Any]) -> int:
    """Counts as `too_large` says, in the JSON itself."""
    count = 0
    for name, value in told.items():
        kind = struct.by_name[name].type
        entries = flat(value)
        if kind.element.struct is not None:
            inner = sum(leaves(kind.element.struct, entry) for entry in entries)
            count += inner * (2 if isinstance(value, list) else 1)
        elif kind.element.is_text:
            count += len(entries) * -(-kind.element.size // 8)
        else:
            count += len(entries)
    return count


def flat(value: Any) -> list[Any]:
    return [one for entry in value for one in flat(entry)] if isinstance(value, list) else [value]


def test_structs_that_nest_others_twice_are_counted_at_once() -> None:
    document: dict[str, Any] = {
        "schema": "cwire-schema/1", "name": "deep", "layout_hash": "", "byte_order": "little",
        "enums": {}, "types": {}, "messages": {"1": {"name": "all", "type": "s15"}},
    }  # fmt: skip
    size = 1
    type_: dict[str, Any] = {"kind": "uint", "np": "|u1"}
    for depth in range(16):
        fields = [
            {"name": name, "offset": at, "size": size, "type": type_}
            for name, at in (("a", 0), ("b", size))
        ]
        size *= 2
        struct = {"kind": "struct", "size": size, "align": 1, "c_name": "s", "fields": fields}
        document["types"][f"s{depth}"] = struct
        type_ = {"kind": "struct", "struct": f"s{depth}"}
    document["layout_hash"] = layout_hash(document)
    message = Schema.from_json(json.dumps(document)).messages["all"]
    assert "has 65,536 values" in too_large(message, 5000)


@pytest.mark.parametrize("limit", [2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1])
def test_long_arrays_are_told_as_short_ones(limit: int) -> None:
    fields = [
        {"name": name, "offset": at, "size": 32, "type": {"kind": "array", "shape": [4], "of": of}}
        for name, at, of in (
            ("whole", 0, {"kind": "int", "np": "<i8"}),
            ("real", 32, {"kind": "float", "np": "<f8"}),
        )
    ]
    struct = {"kind": "struct", "size": 64, "align": 8, "c_name": "s", "fields": fields}
    document: dict[str, Any] = {
        "schema": "cwire-schema/1", "name": "unit", "layout_hash": "", "byte_order": "little",
        "enums": {}, "types": {"s": struct}, "messages": {"1": {"name": "all", "type": "s"}},
    }  # fmt: skip
    document["layout_hash"] = layout_hash(document)
    message = Schema.from_json(json.dumps(document)).messages["all"]
    values = {"whole": [0, 1, limit, -5], "real": [0.5, math.nan, -math.inf, 1e308]}
    told = fields_to_json(message, message.encode(values))
    kept = limit if abs(limit) <= 2**53 else str(limit)
    assert told == {"whole": [0, 1, kept, -5], "real": [0.5, None, None, 1e308]}
