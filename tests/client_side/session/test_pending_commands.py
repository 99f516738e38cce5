"""Commands and their replies."""

from __future__ import annotations

from typing import Any

import pytest

import cwire
from cwire.session.events import (
    Reply,
    Resend,
)
from cwire_structs import frames
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.fake_relay import driver, ticks
from support.session import command as make_command
from support.session import connected, event, failure, hello, reply


def test_a_command_and_its_reply() -> None:
    session = connected()
    sent = make_command(session, session.drivers["lab"], "set", {"x": 2.5})
    header = frames.unpack_header(sent.data)
    assert (header.type, header.source, header.sequence) == (schemas.SET, 1, 7)
    assert header.request == sent.request != 0
    batch = ticks(0, 2) + reply(sent.request, schemas.STATE, bytes(8)) + ticks(2, 1)
    (answer,) = session.receive_binary(batch, 0.0)
    assert isinstance(answer, Reply)
    assert answer.request == sent.request
    assert answer.value is not None
    assert (answer.value.message.name, answer.value.x) == ("state", 0.0)
    assert session.feeds[1, schemas.TICK].history.total == 3
    assert session.receive_binary(batch, 0.0) == []  # once only


def test_an_empty_reply_is_ok() -> None:
    session = connected()
    sent = make_command(session, session.drivers["lab"], "go", {})
    assert session.receive_binary(reply(sent.request, schemas.GO), 0.0) == [Reply(sent.request)]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (-5, cwire.CommandError),
        (-13, cwire.CommandTimeout),
        (-14, cwire.DriverDown),
        (-15, cwire.LayoutMismatch),
        (42, cwire.CommandError),
    ],
)
def test_error_replies(code: int, kind: type[cwire.CommandError]) -> None:
    session = connected()
    sent = make_command(session, session.drivers["lab"], "set", {})
    (answer,) = session.receive_binary(failure(sent.request, code, "no, since"), 0.0)
    assert isinstance(answer, Reply)
    error = answer.error
    assert type(error) is kind
    assert isinstance(error, cwire.CommandError)
    assert (error.driver, error.command, error.code) == ("lab", "set", code)
    assert str(error).startswith("lab: set: no, since")


@pytest.mark.parametrize(
    "frame",
    [
        reply(1, 999, b"12345678"),
        reply(1, schemas.STATE, b"123"),
        reply(1, schemas.SET, b"1", frames.ERROR),
    ],
)
def test_unreadable_replies_are_errors(frame: bytes) -> None:
    session = connected()
    assert make_command(session, session.drivers["lab"], "set", {}).request == 1
    (answer,) = session.receive_binary(frame, 0.0)
    assert isinstance(answer, Reply)
    assert isinstance(answer.error, cwire.CommandError)
    assert answer.error.name == "CWIRE_EPROTOCOL"


def test_commands_that_cannot_be_sent() -> None:
    session = connected(driver(), driver("off", 2, state="down", session=None))
    lab, off = session.drivers["lab"], session.drivers["off"]
    with pytest.raises(cwire.InvalidCommand, match="set: x: .*0 to 10"):
        make_command(session, lab, "set", {"x": 11})
    with pytest.raises(cwire.InvalidCommand, match="y: there is no such field"):
        make_command(session, lab, "set", {"y": 1})
    with pytest.raises(cwire.UnknownCommand, match="did you mean 'set'"):
        make_command(session, lab, "sett", {})
    with pytest.raises(cwire.DriverDown, match="start it"):
        make_command(session, off, "set", {})
    session.limits = {"command": 16}
    with pytest.raises(cwire.InvalidCommand, match="takes 16 at most"):
        make_command(session, lab, "set", {})


def test_a_command_follows_its_driver_into_a_new_run_with_the_same_structs() -> None:
    session = connected()
    sent = make_command(session, session.drivers["lab"], "set", {"x": 3})
    session.receive_text(event("driver", event="restarted", driver=driver(session=8)))
    (again,) = session.receive_binary(failure(sent.request, -15), 0.0)
    assert isinstance(again, Resend)
    header = frames.unpack_header(again.data)
    assert (header.sequence, header.request) == (8, sent.request)
    assert again.data[24:] == sent.data[24:]
    (answer,) = session.receive_binary(failure(sent.request, -15), 0.0)
    assert isinstance(answer, Reply)
    assert isinstance(answer.error, cwire.LayoutMismatch)


def in_millivolts() -> dict[str, Any]:
    """The same layout; but numbers mean something else, and others are in range."""
    changed = schemas.document()
    changed["types"]["set"]["fields"][0] |= {"unit": "mV", "range": [0, 2]}
    return changed


@pytest.mark.parametrize("schema", [schemas.document(extra_field=True), in_millivolts()])
def test_it_does_not_with_other_structs(schema: dict[str, Any]) -> None:
    session = connected()
    sent = make_command(session, session.drivers["lab"], "set", {"x": 3})
    changed = driver(session=8, schema=schema)
    session.receive_text(event("driver", event="schema_changed", driver=changed))
    (answer,) = session.receive_binary(failure(sent.request, -15), 0.0)
    assert isinstance(answer, Reply)
    assert isinstance(answer.error, cwire.LayoutMismatch)
    text = "its structs have changed: look at bridge['lab'].schema['set'] and send it again"
    assert text in str(answer.error)


@pytest.mark.parametrize(
    "changed",
    [{"schema": schemas.document(extra_field=True)}, {"schema": in_millivolts()}, {}],
)
def test_a_command_that_was_encoded_for_another_relay(changed: dict[str, Any]) -> None:
    """Its runs have the same numbers, and may be of other structs."""
    session = connected()
    encoded = session.encode(session.drivers["lab"], "set", {"x": 3})
    session.disconnected()
    others = driver("other"), driver("lab", 2, epoch="5", **changed)
    session.receive_text(hello(*others))
    if changed:
        with pytest.raises(cwire.LayoutMismatch, match=r"its structs have changed.*send it again"):
            session.pending.make(encoded)
    else:
        assert frames.unpack_header(session.pending.make(encoded).data).source == 2


def test_a_layout_mismatch_says_what_changed() -> None:
    session = connected()
    first = make_command(session, session.drivers["lab"], "set", {"x": 3})
    second = make_command(session, session.drivers["lab"], "go", {})
    document = schemas.document()
    (x,) = document["types"]["set"]["fields"]
    document["types"]["set"].update(size=16, fields=[{**x, "offset": 8}])
    del document["messages"][str(schemas.GO)]
    document["layout_hash"] = layout_hash(document)
    changed = driver(session=8, schema=document)
    session.receive_text(event("driver", event="schema_changed", driver=changed))
    (answer,) = session.receive_binary(failure(first.request, -15), 0.0)
    assert isinstance(answer, Reply)
    assert "(x was at offset 0, is at offset 8; it had 8 bytes, has 16)" in str(answer.error)
    (answer,) = session.receive_binary(failure(second.request, -15), 0.0)
    assert isinstance(answer, Reply)
    assert "its new header has no command 'go'; there are: set" in str(answer.error)
