"""The relay's texts, parsed."""

from __future__ import annotations

import pytest

import cwire
from cwire.session.events import Refused
from cwire.session.incoming import DriverNews, Drops, parse_text
from cwire.session.session import Session
from cwire_structs.schema import SchemaError
from support.fake_relay import driver
from support.session import connected, event, hello


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        "[]",
        "3",
        "null",
        "{}",
        '{"op": "hello"}',
        '{"op": "hello", "protocol": 1}',
        '{"op": "hello", "protocol": 1, "drivers": [{}]}',
        '{"op": "hello", "protocol": 1, "drivers": 5}',
        hello(driver(state="odd")),
        hello(driver(source="x")),
        '{"op": "driver", "event": "up", "driver": {}}',
    ],
)
def test_what_is_not_a_hello_is_refused(text: str) -> None:
    with pytest.raises(cwire.ProtocolError):
        Session().receive_text(text)


def test_another_protocol_says_what_to_do() -> None:
    with pytest.raises(cwire.ProtocolError, match="protocol 9, this client 1: install the same"):
        Session().receive_text(hello(protocol=9))


def test_what_a_newer_relay_says_is_ignored() -> None:
    assert connected().receive_text(event("novelty", x=1)) == []


@pytest.mark.parametrize(
    "text",
    [
        event("driver", event="up"),
        event("subscribed"),
        event("dropped", id=1),
        event("error"),
        event("driver", event="up", driver={"name": "lab"}),
    ],
)
def test_incomplete_events_are_refused(text: str) -> None:
    with pytest.raises(cwire.ProtocolError, match="not cwire's"):
        connected().receive_text(text)


def test_big_numbers_are_texts() -> None:
    drop = {"id": 1, "source": 1, "message": "tick", "reason": "relay", "sequence": 7}
    op, said = parse_text(event("dropped", **drop, count=str(1 << 60)))
    assert (op, said) == ("dropped", Drops(1, 1, "tick", "relay", 1 << 60, 7))


def test_a_driver_with_a_schema_that_cannot_be_read() -> None:
    news = driver(state="down", session=None, schema={"schema": "what"}, problem="not started")
    _, said = parse_text(event("driver", event="down", driver=news))
    assert isinstance(said, DriverNews)
    report = said.driver
    assert isinstance(report.schema, SchemaError)
    assert (report.session, report.epoch, report.problem) == (None, "1", "not started")


def test_an_error_may_answer_nothing() -> None:
    _, said = parse_text(event("error", id=None, code="bad_json", text="no"))
    assert said == Refused(None, "bad_json", "no")
