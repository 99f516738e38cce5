"""A schema's parts as JSON: what `reader` reads is what was written."""

from __future__ import annotations

import json

import pytest

from cwire_structs.schema import Schema
from cwire_structs.schema.document import (
    compact,
    enum_json,
    field_json,
    message_json,
    struct_json,
)
from support.processes import ROOT

GENERATED = [
    ROOT / "c_driver/generated/messages.schema.json",
    *ROOT.glob("server_side/**/*.schema.json"),
]


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_what_was_read_is_written_as_it_was(path: object) -> None:
    text = path.read_bytes()  # type: ignore[attr-defined]
    schema, document = Schema.from_json(text), json.loads(text)
    assert {name: enum_json(one) for name, one in schema.enums.items()} == document["enums"]
    for name, struct in schema.structs.items():
        fields = [field_json(one, schema.byte_order) for one in struct.members]
        assert struct_json(struct, fields) == document["types"][name]
    messages = {str(one.id): message_json(one) for one in schema.messages.values()}
    assert messages == document["messages"]
    assert json.loads(compact(schema.json)) == document
