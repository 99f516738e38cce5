"""Tests how Python shows a relay's description of an action."""

from __future__ import annotations

import inspect

import pytest

from cwire.actions.description import Description, read_descriptions


def described(arguments: dict[str, object], doc: str = "Measures.") -> Description:
    return Description("scan", doc, arguments, "function")


NAMED = {
    "type": "object",
    "additionalProperties": False,
    "required": ["stop"],
    "properties": {
        "steps": {"type": "integer", "default": 11},
        "stop": {"type": "number", "description": "The last place."},
        "limit": {"default": {"$float": "inf"}},
        "class": {"type": "string"},
        "not a name": {},
    },
}


def test_arguments_have_names_types_and_defaults() -> None:
    assert str(described(NAMED).signature) == "(*, stop: float, steps: int = 11, limit=inf)"


def test_one_that_takes_its_data_whole_takes_one_value() -> None:
    assert str(described({}).signature) == "(data=None, /)"
    assert str(described({"type": "array"}).signature) == "(data=None, /)"


def test_one_without_arguments_takes_none() -> None:
    empty = {"type": "object", "additionalProperties": False, "properties": {}}
    assert described(empty).signature == inspect.Signature([])


def test_the_documentation_has_what_arguments_say_of_themselves() -> None:
    assert described(NAMED).text == "Measures.\n\nArgs:\n    stop: The last place."
    assert described({}, "").text == "The action scan."


@pytest.mark.parametrize("value", [None, 1, [1], [{}], [{"name": 1}], {"name": "scan"}], ids=repr)
def test_what_cannot_be_read_is_left_out(value: object) -> None:
    assert read_descriptions(value) == {}


def test_a_relay_that_says_strange_things_is_read_all_the_same() -> None:
    (one,) = read_descriptions([{"name": "scan", "arguments": [], "doc": None}]).values()
    assert (one.doc, one.fields, one.needed) == ("", {}, frozenset())
    strange = {"properties": {"a": {"default": {"$what": 1}}}, "required": "a"}
    (one,) = read_descriptions([{"name": "scan", "arguments": strange}]).values()
    assert one.default("a") is None
