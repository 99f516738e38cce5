"""The parts of a schema, asked for what they hold."""

from __future__ import annotations

from cwire_structs.schema import Schema
from cwire_structs.schema.kinds import ArrayType, NumberType, TailType, TextType
from support.processes import ROOT

SCHEMA = Schema.from_json((ROOT / "c_driver" / "generated" / "messages.schema.json").read_bytes())
STATUS = SCHEMA.messages["driver_status"].struct


def test_the_elements_of_a_field() -> None:
    samples = SCHEMA.messages["scope_block"].struct.by_name["samples"]
    assert isinstance(samples.type, ArrayType)
    assert samples.element is samples.type.of
    pixels = SCHEMA.messages["camera_tile"].struct.fields[-1]
    assert isinstance(pixels.type, TailType)
    assert isinstance(pixels.element, NumberType)
    for field in STATUS.fields:
        assert isinstance(field.type, (ArrayType, TailType)) or field.element is field.type
    text = next(field for field in STATUS.fields if isinstance(field.type, TextType))
    assert text.element is text.type
