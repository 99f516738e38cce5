"""Subscriptions and the streams that they stand for."""

from __future__ import annotations

import json
from typing import Any

import pytest

import cwire
from cwire.session.events import (
    Ended,
    Refused,
    Subscribed,
)
from cwire.session.options import Options
from cwire_server.hub.decimation import Decimation
from cwire_structs import frames
from support import schemas
from support.fake_relay import driver, ticks
from support.session import connected, event


def derived(factor: int = 2, type: int = frames.RELAY_TYPES) -> dict[str, Any]:
    """A derived stream, as `subscribed` describes it."""
    schema = schemas.schema()
    made = Decimation(schema, schema.messages["tick"], factor, type)
    return {
        "source": 1,
        "message": made.name,
        "type": type,
        "first_sequence": 0,
        "of": "tick",
        "decimate": factor,
        "schema": json.loads(made.schema_text),
    }


def pairs(first: int, count: int, factor: int = 2, type: int = frames.RELAY_TYPES) -> bytes:
    size = 8 + 2 * 8 * (4 // factor + (4 % factor > 0))
    return b"".join(
        frames.pack(type, bytes(size), source=1, sequence=number)
        for number in range(first, first + count)
    )


def test_subscriptions() -> None:
    session = connected()
    id, text = session.subscribe(["tick"], "lab")
    asked = {"op": "subscribe", "id": id, "driver": "lab", "messages": ["tick"]}
    assert json.loads(text) == asked
    assert session.wants("lab", "tick")
    assert not session.wants("lab", "rare")
    assert not session.wants("other", "tick")
    streams = [{"source": 1, "message": "tick", "type": schemas.TICK, "first_sequence": 3}]
    subscribed = event("subscribed", id=id, streams=streams)
    assert session.receive_text(subscribed) == [Subscribed(id)]
    session.receive_binary(ticks(5, 1), 0.0)
    assert session.feeds[1, schemas.TICK].ledger.lost == 2
    assert [json.loads(text) for text in session.resubscribe()] == [asked]
    assert json.loads(session.unsubscribe(id)) == {"op": "unsubscribe", "id": id}
    assert session.receive_text(event("unsubscribed", id=id)) == [Ended(id)]
    assert not session.wants("lab", "tick")
    session.receive_text(event("subscribed", id=9, streams=streams))
    assert session.feeds[1, schemas.TICK].ledger.lost == 2


def test_refused() -> None:
    session = connected()
    id, _ = session.subscribe(["nope"])
    answer = session.receive_text(event("error", id=id, code="unknown_message", text="no nope"))
    assert answer == [Refused(id, "unknown_message", "no nope")]
    assert not session.wants("lab", "nope")


def test_history_never_comes_twice() -> None:
    session = connected()
    session.subscribe(["tick"], None, Options(history=5))
    for messages in (["rare", "tick"], None):
        with pytest.raises(cwire.InvalidSubscription, match="subscribe=None"):
            session.subscribe(messages, "lab", Options(history_seconds=1))
    id, text = session.subscribe(["rare"], None, Options(history=5, policy="latest"))
    asked = json.loads(text)
    assert (id, asked["history"], asked["policy"]) == (2, {"frames": 5}, "latest")


def test_derived_streams_are_feeds_of_their_own() -> None:
    session = connected()
    id, text = session.subscribe(["tick"], None, Options(decimate=2))
    assert json.loads(text)["decimate"] == 2
    assert not session.wants("lab", "tick")
    assert not session.wants("lab", "tick_by_2")  # not known yet
    session.receive_text(event("subscribed", id=id, streams=[derived()]))
    assert session.wants("lab", "tick_by_2")
    assert not session.wants("lab", "tick")
    session.receive_binary(pairs(0, 2) + pairs(5, 1), 0.0)
    drop = {"id": id, "source": 1, "message": "tick_by_2", "reason": "relay"}
    session.receive_text(event("dropped", **drop, count=2, sequence=7))
    feed = session.feeds[1, frames.RELAY_TYPES]
    assert feed.message.name == "tick_by_2"
    assert (feed.ledger.frames, feed.ledger.lost) == (3, 3)
    assert feed.history.latest(1)[0].values_max.tolist() == [0.0, 0.0]
    assert session.unknown == 0


def test_derived_ids_are_given_out_again() -> None:
    session = connected()
    first = frames.RELAY_TYPES
    id, _ = session.subscribe(["tick"], None, Options(decimate=2))
    session.receive_text(event("subscribed", id=id, streams=[derived()]))
    session.receive_text(event("subscribed", id=id, streams=[derived()]))  # the driver came back
    session.receive_binary(pairs(0, 1), 0.0)
    feed = session.feeds[1, first]
    session.receive_text(event("unsubscribed", id=id))
    session.receive_binary(pairs(1, 1), 0.0)  # late, of no consequence
    assert feed.history.total == 2
    id, _ = session.subscribe(["tick"], None, Options(decimate=3))
    session.receive_text(event("subscribed", id=id, streams=[derived(3)]))
    assert feed.replaced
    assert list(session.drivers["lab"].derived) == ["tick_by_3"]
    # After a restart, the same stream under another id: it goes on.
    session.receive_text(event("subscribed", id=id, streams=[derived(3, first + 1)]))
    session.receive_binary(pairs(0, 1, 3, first + 1) + pairs(0, 1), 0.0)
    assert [feed.message.name for feed in session.feeds.values()] == ["tick_by_3"]
    assert session.unknown == 1
    changed = driver(session=8, schema=schemas.document(extra_field=True))
    session.receive_text(event("driver", event="schema_changed", driver=changed))
    assert session.drivers["lab"].derived == {}
    session.receive_binary(pairs(0, 1, 3, first + 1), 0.0)
    assert session.unknown == 2


def test_derived_streams_of_unknown_drivers_are_passed_over() -> None:
    session = connected()
    session.receive_text(event("subscribed", id=4, streams=[{**derived(), "source": 9}]))
    assert session.drivers["lab"].derived == {}
    broken = {**derived(), "schema": {"schema": "what"}}
    with pytest.raises(cwire.ProtocolError, match="not cwire's"):
        session.receive_text(event("subscribed", id=4, streams=[broken]))
