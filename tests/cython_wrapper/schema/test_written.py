"""Schemas written in Python: the same as those of headers."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pytest

from cwire.demo.messages import MESSAGES
from cwire_structs.schema import Schema, SchemaError
from cwire_structs.schema.tags import command, message, tail
from cwire_structs.schema.written import Written, identifier
from cwire_structs.schema.written_class import Parameter
from support.processes import ROOT


def written(*sources: object, **named: object) -> Schema:
    made = Written("lab")
    for source in sources:
        made.add(source)
    for name, source in named.items():
        made.add(source, name)
    return made.schema()


def test_the_demo_in_python_has_the_layout_of_its_header() -> None:
    header = Schema.from_json((ROOT / "c_driver/generated/messages.schema.json").read_bytes())
    python = written(*MESSAGES)
    assert python.layout_hash == header.layout_hash
    assert list(python.messages) == list(header.messages)
    command = python.messages["set_waveform"]
    assert command.encode({}) == header.messages["set_waveform"].encode({})
    assert command.doc == "Sets what the generator makes on one channel."
    frequency, in_c = (
        one.messages["set_waveform"].struct.by_name["frequency"] for one in (python, header)
    )
    for name in ("unit", "range", "default", "c_type", "offset"):
        assert getattr(frequency, name) == getattr(in_c, name)


def test_numbers_are_given_in_order_and_around_those_that_are_chosen() -> None:
    @message(id=2, name="second")
    class Other:
        x: float

    schema = written(Other, first="f8", third=np.dtype("u1"))
    assert [(one.id, name) for name, one in schema.messages.items()] == [
        (1, "first"), (2, "second"), (3, "third"),
    ]  # fmt: skip


def test_a_reply_is_a_message_by_itself() -> None:
    class Rate:
        hz: float

    @command(reply=Rate)
    class SetRate:
        hz: float

    schema = written(SetRate)
    assert schema.messages["set_rate"].reply == "rate"
    assert not schema.messages["rate"].command
    assert list(written(Rate, SetRate, Rate).messages) == ["rate", "set_rate"]


def test_a_command_of_parameters() -> None:
    made = Written("lab")
    made.add("f8", "state")
    made.add_command("go", {"steps": Parameter(int, 3)}, "Goes.", "state")
    made.add_command("halt", {}, "", None)
    made.add_command("ask", {}, "", float)
    assert made.messages == {
        "state": False,
        "go": True,
        "halt": True,
        "ask_reply": False,
        "ask": True,
    }
    schema = made.schema()
    go = schema.messages["go"]
    assert (go.command, go.reply, go.doc) == (True, "state", "Goes.")
    assert go.decode(go.encode({}))["steps"] == 3
    assert schema.messages["halt"].encode({}) == b""
    assert schema.messages["ask"].reply == "ask_reply"
    assert schema.messages["ask_reply"].struct.by_name["value"].type.np == "<f8"


def test_what_is_written_says_so() -> None:
    source = written(x="f8").json["source"]
    assert source == {"language": "python", "verified": False}


@pytest.mark.parametrize(
    ("text", "expected"), [("lab", "lab"), ("lab-1 a", "lab_1_a"), ("2d", "_2d"), ("ö", "ö")]
)
def test_names_of_drivers_become_names_of_schemas(text: str, expected: str) -> None:
    assert identifier(text) == expected
    assert Written(text).add("f8", "x") == "x"


class Plain:
    x: float


@message(id=7)
class Seven:
    x: float


@message(id=7)
class AlsoSeven:
    x: float


@message(id=0xF000)
class Beyond:
    x: float


@command(reply="nobody")
class Asks:
    x: float


@command(reply=object)
class AsksObject:
    x: float


class Bare:
    volts = 1.0


class Large:
    x: Annotated[float, tail()]
    y: float


@pytest.mark.parametrize(
    ("sources", "named", "reason"),
    [
        ([], {}, "at least one message"),
        ([Plain], {"plain": "f8"}, "there are two messages 'plain'|two structs 'plain'"),
        ([Seven, AlsoSeven], {}, "seven and also_seven both have the id 7"),
        ([Beyond], {}, "beyond: id 61440 is not from 1 to 61439"),
        ([Asks, Plain], {}, "asks: its reply 'nobody' is no message; there are: asks, plain"),
        ([AsksObject], {}, "asks_object_reply.value: object has no layout in C"),
        ([], {"a b": "f8"}, "'a b' cannot be the name of a message"),
        (["f8"], {}, "a dtype has no name"),
        ([3], {}, "3 is neither a numpy dtype nor a class with annotations"),
        ([int], {}, "a dtype has no name"),
        ([Bare], {}, "Bare has no annotations: write its fields as in `volts: float`"),
        ([], {"x": "f9"}, "x: 'f9' is neither a numpy dtype"),
        ([], {"x": object}, "holds Python objects"),
        ([], {"x": np.dtype(("u1", (1 << 27,)))}, "more than a frame can hold|must be from"),
        ([Large], {}, "'y' comes after 'x'"),
    ],
)
def test_what_cannot_be_a_schema_is_refused(
    sources: list[Any], named: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SchemaError, match=reason):
        written(*sources, **named)
