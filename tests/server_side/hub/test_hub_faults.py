"""Faults of the relay while it serves one client: they cost the others nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cwire_server.errors import ErrorCode
from cwire_server.hub.batch import Batch
from cwire_server.hub.client import Client
from cwire_server.hub.client_queue import TextError
from cwire_server.hub.decimation import Decimation
from cwire_server.hub.delivery import Picker
from cwire_server.hub.derived import DerivedStreams
from cwire_server.hub.hub import Hub
from cwire_server.hub.planner import Planner
from cwire_server.hub.subscription import Subscription
from support import schemas
from support.fake_driver import ticks
from support.faults import BugError, fail
from support.memory_sink import MemorySink

from .test_hub import add_client, drain, hello, hub_up, publish, subscribe


def faults_of(hub: Hub) -> list[str]:
    """Collects what the hub tells of its faults, from this call on."""
    told: list[str] = []
    hub.on_fault = lambda what, error: told.append(f"{what}: {type(error).__name__}")
    return told


def the_end(entries: list[dict[str, Any] | int]) -> tuple[int, str]:
    """The subscription that ended, and the code; all else is frames."""
    (error,) = (entry for entry in entries if isinstance(entry, dict))
    assert error["op"] == "error"
    assert "fault of the relay" in error["text"]
    return error["id"], error["code"]


def test_a_decimation_that_fails_ends_its_subscriptions_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def steps(self: Decimation, batch: Batch) -> Iterator[Batch]:
        yield fail()

    monkeypatch.setattr(Decimation, "steps", steps)
    hub = hub_up()
    told = faults_of(hub)
    one, two, other = add_client(hub, "tick"), add_client(hub), add_client(hub, "tick")
    for client in (one, two):
        subscribe(hub, client, 5, None, ("tick",), decimate=2)
        drain(hub, client)
    publish(hub, ticks(0, 1))
    assert the_end(drain(hub, one)) == (5, ErrorCode.INTERNAL)
    assert the_end(drain(hub, two)) == (5, ErrorCode.INTERNAL)
    publish(hub, ticks(1, 1))
    assert drain(hub, other) == [128]
    assert drain(hub, one) == [64]
    assert len(told) == 2, "and no more for the second batch"
    assert hub.interest(1) == {1}


def test_a_picker_that_fails_ends_its_subscriptions_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Picker, "pick", fail)
    hub = hub_up()
    told = faults_of(hub)
    client, other = add_client(hub, "rare"), add_client(hub, "tick")
    for id_ in (3, 4):
        subscribe(hub, client, id_, None, ("tick",), max_rate=5.0)
    drain(hub, client)
    publish(hub, ticks(0, 1))
    publish(hub, ticks(1, 1))
    ended = [entry["id"] for entry in drain(hub, client) if isinstance(entry, dict)]
    assert ended == [3, 4]
    assert list(client.subscriptions) == [1]
    assert drain(hub, other) == [128]
    assert told == [f"subscription {id_} of client {client.id}: BugError" for id_ in (3, 4)]


def test_text_that_cannot_be_made_is_told_with_its_subscription(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cwire_server.hub.delivery.frame_text", fail)
    hub = hub_up()
    client = add_client(hub, "rare")
    subscribe(hub, client, 6, None, ("tick",), json=True)
    drain(hub, client)
    publish(hub, ticks(0, 1))
    with pytest.raises(TextError) as raised:
        client.queue.take()
    assert raised.value.subscriptions == (6,)
    assert isinstance(raised.value.fault, BugError)
    hub.end_subscriptions(client, raised.value.subscriptions, BugError())
    assert the_end(drain(hub, client)) == (6, ErrorCode.INTERNAL)


class BadSink(MemorySink):
    put_batch = fail


def test_a_sink_that_fails_costs_its_client_only() -> None:
    hub = hub_up()
    told = faults_of(hub)
    ended: list[str] = []
    bad = Client(BadSink(), lambda: None, ended.append)
    hub.add_client(bad)
    hub.subscribe(bad, Subscription(1, None, None), 0.0)
    good = add_client(hub, "tick")
    publish(hub, ticks(0, 2))
    publish(hub, ticks(2, 1))
    assert drain(hub, good) == [192]
    assert bad.id not in hub.clients
    assert told == [f"client {bad.id}: BugError"]
    (reason,) = ended
    assert "BugError" in reason


def test_a_client_that_cannot_be_told_of_a_driver_costs_nobody_else() -> None:
    hub = hub_up()
    bad = Client(MemorySink(), lambda: None)
    hub.add_client(bad)
    bad.wake = fail
    good = add_client(hub, "tick")
    hub.driver_down(1, "gone")
    assert bad.id not in hub.clients
    (told,) = drain(hub, good)
    assert isinstance(told, dict)
    assert told["event"] == "down"


def test_a_subscription_that_fails_at_another_run_costs_the_driver_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub = hub_up()
    told = faults_of(hub)
    client, other = add_client(hub, "tick"), add_client(hub, "tick")
    subscribe(hub, client, 2, None, ("tick",), decimate=2)
    drain(hub, client)
    monkeypatch.setattr(DerivedStreams, "find", fail)
    hub.driver_up(1, hello(epoch=2), schemas.schema())
    operations = [entry["op"] for entry in drain(hub, client) if isinstance(entry, dict)]
    assert operations == ["driver", "subscribed", "error"]
    publish(hub, ticks(0, 1))
    assert drain(hub, client) == [64]
    assert drain(hub, other)[-1] == 64
    assert len(told) == 1


def test_a_subscription_that_fails_at_once_is_not_half_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub = hub_up()
    client = add_client(hub, "rare")
    with monkeypatch.context() as patch:
        patch.setattr(Planner, "announce", fail)
        with pytest.raises(BugError):
            subscribe(hub, client, 2, None, ("tick",))
    assert list(client.subscriptions) == [1]
    publish(hub, ticks(0, 1))
    assert drain(hub, client) == []
