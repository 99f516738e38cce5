"""The parts of a schema, asked for what they hold."""

from __future__ import annotations

import pytest

from cwire_structs.schema import Schema
from cwire_structs.schema.kinds import ArrayType, EnumType, NumberType, TailType, TextType
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


def test_a_path_leads_into_nested_structs() -> None:
    level = STATUS.at("acquisition.level")
    assert (level.name, level.unit) == ("level", "V")
    assert STATUS.at("blocks") is STATUS.by_name["blocks"]
    assert isinstance(STATUS.at("acquisition.trigger").type, EnumType)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("nope", "no field 'nope'; there are: running, cpu_load"),
        ("acquisition.nope", "no field 'acquisition.nope'; there are: sample_rate"),
        ("blocks.x", "no field 'blocks.x'; there are: none"),
        ("", "no field ''; there are: running, cpu_load"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_there_is(path: str, text: str) -> None:
    with pytest.raises(LookupError, match=text):
        STATUS.at(path)
