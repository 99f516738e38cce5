"""Schema JSON is believed only where it holds together."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cwire_structs import wrap
from cwire_structs.schema import Schema, SchemaError
from cwire_structs.schema.layout_hash import canonical_json, layout_hash

Change = Callable[[dict[str, Any]], object]


def field_of(document: dict[str, Any], struct: str, name: str) -> dict[str, Any]:
    fields = document["types"][struct]["fields"]
    return next(field for field in fields if field["name"] == name)


def rehashed(document: dict[str, Any]) -> bytes:
    """With the right hash, where one can be made: what is wrong must be found without it."""
    with contextlib.suppress(KeyError, TypeError, AttributeError, ValueError):
        document["layout_hash"] = layout_hash(document)
    return json.dumps(document).encode()


def test_the_demo_schema_reads(schema: Schema) -> None:
    assert list(schema.by_id) == sorted(schema.by_id)
    assert set(schema.commands) | set(schema.published) == set(schema.messages)
    assert schema.commands["set_waveform"].reply == "waveform"
    assert schema.constants["SCOPE_CHANNELS"] == 2
    assert schema.enums["waveform_shape"].label(1) == "SQUARE"
    tile = schema.messages["camera_tile"]
    assert (tile.size, tile.tail_size) == (16, 2)
    assert tile.tail is not None
    frequency = schema.structs["set_waveform"].by_name["frequency"]
    assert (frequency.unit, frequency.range, frequency.default) == ("Hz", (0.01, 1e6), 10)
    assert frequency.doc == "Periods per second."


def test_dtypes_have_the_size_of_the_payload(schema: Schema) -> None:
    for message in schema.messages.values():
        assert message.dtype().itemsize == message.size
    tile = schema.messages["camera_tile"]
    dtype = tile.dtype(5)
    assert dtype.itemsize == 26
    assert dtype["pixels"].shape == (5,)
    assert tile.dtype(5) is dtype
    framed = tile.frame_dtype(26)
    assert framed.itemsize == 56
    assert framed.fields is not None
    assert framed.fields["pixels"][1] == 24 + 16
    with pytest.raises(ValueError, match="no payload"):
        schema.messages["echo"].dtype(1)
    with pytest.raises(ValueError, match="27 bytes"):
        tile.frame_dtype(27)


def test_the_dtype_cache_is_bounded(schema: Schema) -> None:
    tile = schema.messages["camera_tile"]
    for count in range(1000):
        tile.dtype(count)
    assert len(tile._dtypes) <= 64


CHANGES: list[tuple[Change, str]] = [
    (lambda d: d.update(schema="cwire-schema/2"), "update cwire"),
    (lambda d: d.pop("schema"), "has no 'schema'"),
    (lambda d: d.update(name="../x"), r"\.name: .* is not a name"),
    (lambda d: d.update(byte_order="middle"), "byte_order"),
    (lambda d: d.update(types=[]), r"\.types: must be an object, is a list"),
    (lambda d: d.update(constants={"A": None}), r"\.constants\.A: must be a number, is null"),
    (lambda d: d["types"].update({"a b": {}}), "is not a name"),
    (lambda d: d["types"]["echo"].update(kind="class"), "not known to this version"),
    (lambda d: d["types"]["echo"].update(kind="union"), "begin at its beginning"),
    (lambda d: d["types"]["echo"].update(size=1 << 40), r"types\.echo\.size: must be from 0"),
    (lambda d: d["types"]["echo"].update(size=True), "must be a number, is a truth value"),
    (lambda d: d["types"]["echo"].update(align=3), "power of two"),
    (lambda d: d["types"]["echo"].update(fields=5), "must be a list"),
    (lambda d: field_of(d, "echo", "number").update(offset=-8), r"fields\[0\]\.offset"),
    (lambda d: field_of(d, "echo", "values").update(offset=16), "beyond its struct's 40"),
    (lambda d: field_of(d, "echo", "values").update(offset=4), "overlaps"),
    (lambda d: field_of(d, "echo", "values").update(name="number"), "two fields"),
    (lambda d: field_of(d, "echo", "values").update(name="_bits_4"), "only anonymous members"),
    (lambda d: field_of(d, "echo", "number").update(size=4), "but the type has 8"),
    (lambda d: field_of(d, "echo", "number")["type"].update(np=">u3"), "must be"),
    (lambda d: field_of(d, "echo", "number")["type"].update(np="=u8"), "must be"),
    (lambda d: field_of(d, "echo", "number")["type"].update(kind="pointer"), "not known"),
    (lambda d: field_of(d, "echo", "values")["type"].update(shape=[]), "dimensions"),
    (lambda d: field_of(d, "echo", "values")["type"].update(shape=[1] * 99), "dimensions"),
    (lambda d: field_of(d, "echo", "values")["type"].update(shape=[9999999] * 9), "larger than"),
    (lambda d: field_of(d, "echo", "number").update(bit_offset=3), "no 'bit_width'"),
    (lambda d: field_of(d, "waveform", "shape")["type"].update(enum="nil"), "not in enums"),
    (lambda d: field_of(d, "camera_tile", "pixels")["type"].update(stride=4), "stride"),
    (lambda d: field_of(d, "set_waveform", "channel").update(range=[1, 0]), "above"),
    (lambda d: field_of(d, "set_waveform", "channel").update(default=7), "default of 'channel'"),
    (lambda d: field_of(d, "set_waveform", "shape").update(default="SAW"), "default of 'shape'"),
    (lambda d: field_of(d, "echo", "number").update(anonymous=True), "only a struct or a union"),
    (lambda d: field_of(d, "echo", "number").update(bit_offset=-1, bit_width=3), "bit_offset"),
    (lambda d: field_of(d, "echo", "number").update(bit_offset=0, bit_width=65), "from 1 to 64"),
    (lambda d: field_of(d, "echo", "number").update(bit_offset=300, bit_width=64), "beyond"),
    (lambda d: field_of(d, "echo", "number").update(bit_offset=9, bit_width=63), "overlaps"),
    (lambda d: field_of(d, "echo", "values").update(bit_offset=0, bit_width=3), "only an integer"),
    (lambda d: d["enums"]["waveform_shape"].update(size=3), "must be 1, 2, 4 or 8"),
    (lambda d: d["enums"]["waveform_shape"]["values"].update(X=-1), "must be from 0"),
    (lambda d: d["messages"].update({"0": d["messages"]["1"]}), "id is a number"),
    (lambda d: d["messages"].update({"61440": d["messages"]["1"]}), "id is a number"),
    (lambda d: d["messages"].update({"07": d["messages"]["1"]}), "id is a number"),
    (lambda d: d["messages"].update({"7": d["messages"]["1"]}), "two messages"),
    (lambda d: d["messages"]["1"].update(type="nil"), "not in types"),
    (lambda d: d["messages"]["16"].update(reply="nil"), "is no message"),
    (lambda d: d["messages"]["1"].update(reply="waveform"), "only a command"),
]


@pytest.mark.parametrize(("change", "complaint"), CHANGES)
def test_a_lie_is_found_and_named(schema: Schema, change: Change, complaint: str) -> None:
    document = copy.deepcopy(schema.json)
    change(document)
    with pytest.raises(SchemaError, match=complaint):
        Schema.from_json(rehashed(document))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"", "not JSON"),
        (b"[]", "must be an object, is a list"),
        (b"\xff", "not JSON"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b"[" * 100_000, "nested too deeply|not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b" " * (4 * 1024 * 1024 + 1), "limit"),
        ('{"schema": "\\ud800"}', "surrogate"),
    ],
)
def test_what_is_no_json_document_is_refused(text: str | bytes, complaint: str) -> None:
    with pytest.raises(SchemaError, match=complaint):
        Schema.from_json(text)


def test_the_hash_must_belong_to_the_layout(schema: Schema) -> None:
    document = copy.deepcopy(schema.json)
    field_of(document, "echo", "number")["name"] = "numero"
    with pytest.raises(SchemaError, match="layout_hash"):
        Schema.from_json(json.dumps(document))


def test_docs_do_not_change_the_hash(schema: Schema) -> None:
    document = copy.deepcopy(schema.json)
    field_of(document, "echo", "number").update(doc="other", unit="m", c_type="unsigned long")
    assert layout_hash(document) == schema.layout_hash


def nested_schema(depth: int, loop: bool = False) -> dict[str, Any]:
    """Structs that each hold the next one; every one has one byte."""
    byte = {"kind": "uint", "np": "|u1"}
    types = {}
    for level in range(depth):
        last = level == depth - 1
        inner = (
            byte if last and not loop else {"kind": "struct", "struct": f"s{(level + 1) % depth}"}
        )
        field = {"name": "f", "c_type": "", "offset": 0, "size": 1, "type": inner}
        types[f"s{level}"] = {
            "c_name": "", "kind": "struct", "size": 1, "align": 1, "fields": [field],
        }  # fmt: skip
    return {
        "schema": "cwire-schema/1", "name": "n", "byte_order": "little", "enums": {},
        "types": types, "messages": {"1": {"name": "s0", "type": "s0"}},
    }  # fmt: skip


def test_structs_nest_but_not_for_ever() -> None:
    Schema.from_json(rehashed(nested_schema(30)))
    with pytest.raises(SchemaError, match="more than 32 deep"):
        Schema.from_json(rehashed(nested_schema(5000)))
    with pytest.raises(SchemaError, match="contains itself"):
        Schema.from_json(rehashed(nested_schema(3, loop=True)))


def test_many_huge_structs_cost_nothing_until_they_are_used() -> None:
    document = nested_schema(1)
    array = {"kind": "array", "shape": [1 << 26], "of": {"kind": "uint", "np": "|u1"}}
    field = {"name": "f", "offset": 0, "size": 1 << 26, "type": array, "default": 1}
    for index in range(1000):
        document["types"][f"big{index}"] = {
            "c_name": "", "kind": "struct", "size": 1 << 26, "align": 1, "fields": [field],
        }  # fmt: skip
    assert len(Schema.from_json(rehashed(document)).structs) == 1001


def test_doubling_structs_take_no_exponential_time() -> None:
    document = nested_schema(26)
    for level in range(25):
        size = 1 << (25 - level)
        one = {"kind": "struct", "struct": f"s{level + 1}"}
        document["types"][f"s{level}"]["size"] = size
        document["types"][f"s{level}"]["fields"] = [
            {"name": name, "offset": offset, "size": size // 2, "type": one}
            for name, offset in (("a", 0), ("b", size // 2))
        ]
    message = Schema.from_json(rehashed(document)).messages["s0"]
    assert message.dtype().itemsize == 1 << 25


def test_a_big_endian_schema_decodes_here() -> None:
    document = nested_schema(1)
    number = {"kind": "uint", "np": ">u4"}
    document["byte_order"] = "big"
    document["types"]["s0"] = {
        "c_name": "", "kind": "struct", "size": 4, "align": 4,
        "fields": [{"name": "f", "offset": 0, "size": 4, "type": number}],
    }  # fmt: skip
    message = Schema.from_json(rehashed(document)).messages["s0"]
    assert message.encode({"f": 1}) == b"\0\0\0\1"
    assert message.decode(b"\0\0\1\0")["f"] == 256


UNION_CHANGES: list[tuple[Change, str]] = [
    (lambda d: d["types"]["variant"]["fields"][0].update(offset=1), "beyond|begin at its beg"),
    (lambda d: field_of(d, "variant", "sign").update(default=1), "have no defaults"),
    (lambda d: field_of(d, "variant", "sign").update(name="whole"), "two fields 'whole'"),
    (lambda d: field_of(d, "nested_", "_anonymous_5").update(name="first"), "two fields 'first'"),
    (
        lambda d: (
            field_of(d, "nested_", "inside").update(anonymous=True),
            field_of(d, "named_inside", "a").update(name="first"),
        ),
        "two fields 'first'",
    ),
    (lambda d: field_of(d, "nested_", "corners").update(anonymous=True), "only a struct or a un"),
    (lambda d: field_of(d, "flags", "five").update(bit_offset=8), "overlaps the field before"),
    (lambda d: field_of(d, "flags", "yes").update(bit_width=2), "from 1 to 1"),
    (lambda d: field_of(d, "flags", "yes").update(byte_order="pdp"), "must be 'little' or 'big'"),
    (lambda d: field_of(d, "flags", "five").update(byte_order="big"), "the bits of a byte diff"),
    (lambda d: field_of(d, "numbers", "c64").update(range=[0, 1]), "only numbers have a range"),
    (lambda d: field_of(d, "numbers", "c64").update(default=1), "complex number has no default"),
]


@pytest.mark.parametrize(("change", "complaint"), UNION_CHANGES)
def test_a_lie_about_unions_and_bits_is_found(
    zoo: wrap.Wrapped, change: Change, complaint: str
) -> None:
    document = copy.deepcopy(zoo.schema.json)
    document["types"]["nested_"] = document["types"]["nested"]
    change(document)
    document["types"]["nested"] = document["types"].pop("nested_")
    with pytest.raises(SchemaError, match=complaint):
        Schema.from_json(rehashed(document))


def test_one_anonymous_type_in_many_structs_does_not_multiply() -> None:
    """Flattening such a schema would make millions of fields."""
    document = nested_schema(1)
    byte = {"kind": "uint", "np": "|u1"}
    many = [{"name": f"f{n}", "offset": n, "size": 1, "type": byte} for n in range(1000)]
    document["types"]["big"] = {
        "c_name": "", "kind": "struct", "size": 1000, "align": 1, "fields": many,
    }  # fmt: skip
    inner = {"kind": "struct", "struct": "big"}
    user = {"name": "_anonymous_0", "offset": 0, "size": 1000, "type": inner, "anonymous": True}
    for index in range(1000):
        document["types"][f"user{index}"] = {
            "c_name": "", "kind": "struct", "size": 1000, "align": 1, "fields": [user],
        }  # fmt: skip
    with pytest.raises(SchemaError, match="anonymous member of another struct, too"):
        Schema.from_json(rehashed(document))


def test_integers_beyond_javascript_are_text() -> None:
    document = nested_schema(1)
    document["constants"] = {"BIG": str(2**64 - 1), "SMALL": -(2**53)}
    assert Schema.from_json(rehashed(document)).constants == {"BIG": 2**64 - 1, "SMALL": -(2**53)}


JUNK: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["struct", "union", "tail", "array", "char", "<u4", "<c8", "|S4", "echo"])
    | st.sampled_from(
        ["bit_offset", "anonymous", "point", "variant", "nested__corners", "__slots__"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        found += places(value[key], (*path, key))
    return found


@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_broken_schemas_end_in_schema_error(
    schema: Schema, zoo: wrap.Wrapped, data: st.DataObject
) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from([schema, zoo.schema])).json)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(document)))
        parent: Any = document
        for key in path[:-1]:
            parent = parent[key]
        if data.draw(st.booleans()):
            parent[path[-1]] = data.draw(JUNK)
        else:
            del parent[path[-1]]
    try:
        read = Schema.from_json(rehashed(document))
    except SchemaError:
        return
    for message in read.messages.values():
        assert message.dtype().itemsize == message.size
        assert len(message.encode({})) == message.size
        assert isinstance(message.decode(bytes(message.size)), np.void)
        assert message.storage_dtype().itemsize == message.size
        item = message.type.from_bytes(message.encode({}))
        assert bytes(item) == message.encode({})
        repr(item), item.to_dict()


def test_the_hash_of_a_large_layout_is_made_in_small_pieces() -> None:
    """Each is one call of C, for which all other threads wait."""
    numbers = {f"value_{number}": number for number in range(2000)}
    fields = [{"name": f"field_{number}", "type": {"kind": "int"}} for number in range(2000)]
    layout = {
        "types": {"b": {"size": 8, "fields": fields}, "a": {"size": 1, "fields": []}},
        "messages": {"1": {"name": "b"}},
        "byte_order": "little",
        "enums": {"e": {"values": numbers, "size": 4, "signed": True}},
    }
    pieces = list(canonical_json(layout))
    assert "".join(pieces) == json.dumps(layout, sort_keys=True, separators=(",", ":"))
    assert max(map(len, pieces)) < 100
