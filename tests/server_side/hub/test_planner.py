"""What it costs to plan, and in which pieces: counted, not timed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cwire_server.errors import RequestError
from cwire_server.hub import delivery
from cwire_server.hub.hub import Hub
from cwire_server.hub.planner import PIECE
from cwire_server.hub.subscription import HistoryRequest, SubscribeOptions, Subscription
from cwire_structs import frames
from cwire_structs.control import Hello
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.fake_driver import ticks
from support.hub_client import GivenTurns, HubClient
from support.schemas import RARE, TICK

from .test_hub import add_client, drain, hub_up, publish, subscribe


def many(count: int) -> Schema:
    """A schema of so many messages, all of the struct `rare`."""
    document = schemas.document()
    document["types"] = {"rare": document["types"]["rare"]}
    document["messages"] = {
        str(number + 1): {"name": f"message_{number}", "type": "rare"} for number in range(count)
    }
    document["layout_hash"] = layout_hash(document)
    return Schema.from_json(json.dumps(document))


def run(hub: Hub, schema: Schema, epoch: int) -> bool:
    text = json.dumps(schema.json).encode()
    return hub.driver_up(1, Hello(1, epoch, 1 << 20, 1.0, "fake", text), schema)


def hub_of(schema: Schema) -> Hub:
    hub = Hub(["lab"])
    run(hub, schema, 1)
    return hub


def given(hub: Hub) -> GivenTurns:
    """Turns that the test gives, from now on."""
    hub.turns = turns = GivenTurns()
    return turns


def of_rate(id_: int, *messages: str, rate: float | None = 5.0) -> Subscription:
    return Subscription(id_, None, messages or None, SubscribeOptions(max_rate=rate))


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collects how many subscriptions of a message are looked at when that is planned."""
    found: list[int] = []
    plan = delivery.plan_message

    def counted(driver: str, wanted: Any, *rest: Any) -> Any:
        found.append(len(wanted))
        return plan(driver, wanted, *rest)

    monkeypatch.setattr("cwire_server.hub.plan.plan_message", counted)
    return found


def test_a_subscription_plans_its_own_messages_only(looked_at: list[int]) -> None:
    hub = hub_of(many(100))
    client = add_client(hub)
    for id_ in range(31):
        hub.subscribe(client, of_rate(id_), 0.0)
    looked_at.clear()
    hub.subscribe(client, of_rate(31, "message_7"), 0.0)
    assert looked_at == [32]
    looked_at.clear()
    hub.unsubscribe(client, 31)
    assert looked_at == [31]


def test_what_is_wanted_whole_by_many_is_not_looked_at_for_one_more(looked_at: list[int]) -> None:
    hub = hub_of(many(50))
    client = add_client(hub)
    for id_ in range(200):
        hub.subscribe(client, of_rate(id_, rate=None), 0.0)
    hub.unsubscribe(client, 100)
    assert looked_at == []
    (whole,) = {len(ledgers) for ledgers in client.deliveries[1].whole.values()}
    assert whole == 199


def test_the_rate_of_a_message_is_kept_when_another_subscription_comes() -> None:
    hub = hub_up()
    client = add_client(hub)
    subscribe(hub, client, 1, None, ("tick",), max_rate=1.0)
    subscribe(hub, client, 2, None, ("tick",), json=True, max_rate=1.0)
    drain(hub, client)
    for number in range(10):
        publish(hub, ticks(number, 1), now=number / 100)
        subscribe(hub, client, 3, None, ("rare",))
    told = [entry for entry in drain(hub, client) if isinstance(entry, dict)]
    last = {(one["id"], one["reason"]): one["count"] for one in told if one["op"] == "dropped"}
    assert last == {(1, "rate"): 9, (2, "rate"): 9}


@pytest.mark.parametrize("others", [0, 30])
def test_many_messages_are_planned_in_pieces(others: int) -> None:
    schema = many(2000)
    hub = hub_of(schema)
    client = add_client(hub)
    for id_ in range(others):
        hub.subscribe(client, of_rate(id_, *[f"message_{n}" for n in range(100)]), 0.0)
    drain(hub, client)
    work = list(hub.subscribing(client, of_rate(999), 0.0))
    assert max(work) < 2 * PIECE
    assert len(work) >= (2000 + 100 * others / 16) // PIECE
    (told,) = drain(hub, client)
    assert isinstance(told, dict)
    assert [one["message"] for one in told["streams"]] == list(schema.published)
    assert len(list(hub.unsubscribing(client, 999))) >= 2000 // PIECE
    assert client.deliveries[1].types == frozenset(range(1, 101 if others else 1))


def test_frames_that_come_between_two_pieces_are_sent_after_what_they_are() -> None:
    hub = hub_of(many(2 * PIECE))
    client = add_client(hub)
    pieces = hub.subscribing(client, of_rate(1, rate=None), 0.0)
    next(pieces)
    publish(hub, frames.pack(1, bytes(8), sequence=5) + frames.pack(2 * PIECE, bytes(8)))
    assert drain(hub, client) == []
    for _ in pieces:
        pass
    told, size = drain(hub, client)
    assert isinstance(told, dict)
    first = [one["first_sequence"] for one in told["streams"]]
    assert (first[0], first[-1]) == (None, 1)
    assert size == 32, "the other one came before its message was planned"


def test_history_comes_before_what_is_published_while_it_is_planned() -> None:
    hub = hub_up()
    publish(hub, ticks(0, 3) + frames.pack(RARE, bytes(8)))
    client = add_client(hub)
    asked = SubscribeOptions(history=HistoryRequest(frames=2))
    for _ in hub.subscribing(client, Subscription(1, None, ("rare", "tick"), asked), 0.0):
        sequence = hub.drivers[1].last_sequence[TICK] + 1
        publish(hub, ticks(sequence, 1))
    told, *sizes = drain(hub, client)
    assert isinstance(told, dict)
    assert {one["message"]: one["first_sequence"] for one in told["streams"]} == {
        "rare": 0,
        "tick": 2,
    }
    last = hub.drivers[1].last_sequence[TICK]
    assert sum(size for size in sizes if isinstance(size, int)) == 32 + 64 * (last - 1)


# Another run of a driver


def test_another_run_is_told_in_turns_and_nobody_waits_for_the_one_with_most() -> None:
    schema = many(500)
    hub = hub_of(schema)
    heavy, light = add_client(hub), add_client(hub)
    for id_ in range(32):
        hub.subscribe(heavy, of_rate(id_, rate=None), 0.0)
    hub.subscribe(light, of_rate(1, "message_3", rate=None), 0.0)
    drain(hub, heavy), drain(hub, light)
    turns, room = given(hub), list[int]()
    hub.back_pressure.on_room = room.append
    interest: list[frozenset[int]] = []
    hub.on_interest = lambda source: interest.append(hub.interest(source))
    assert run(hub, schema, 2), "the driver is not read yet"
    assert [one["op"] for one in drain(hub, light) if isinstance(one, dict)] == [
        "driver",
        "subscribed",
    ]
    count, told = 0, drain(hub, heavy)
    while hub._chores:
        assert room == [] or len(told) > 32
        turns.give(hub)
        told += drain(hub, heavy)
        count += 1
    assert room == [1]
    assert interest == [frozenset(range(1, 501))], "told once, and not of less meanwhile"
    assert count > 31 * 500 / (2 * PIECE)
    ids = [one["id"] for one in told if isinstance(one, dict) and one["op"] == "subscribed"]
    assert ids == list(range(32))
    assert not run(hub, schema, 2), "the same run: nothing is to be told"


def test_of_many_clients_few_are_told_in_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cwire_server.hub.hub._CHORES_AT_ONCE", 0)
    schema = many(1)
    hub = hub_of(schema)
    clients = [add_client(hub) for _ in range(300)]
    for client in clients:
        hub.subscribe(client, of_rate(1), 0.0)
        drain(hub, client)
    turns = given(hub)
    assert run(hub, schema, 2)
    told: list[int] = []
    while hub._chores:
        turns.give(hub)
        ops = [one["op"] for c in clients for one in drain(hub, c) if isinstance(one, dict)]
        told.append(ops.count("subscribed"))
    assert sum(told) == 300
    assert max(told) <= PIECE / 4


def test_what_comes_before_a_client_is_told_of_another_run_is_dropped_and_told() -> None:
    schema = many(8 * PIECE)
    hub = hub_of(schema)
    client = add_client(hub)
    hub.subscribe(client, of_rate(1, rate=None), 0.0)
    drain(hub, client)
    turns = given(hub)
    assert run(hub, schema, 2)
    last = 8 * PIECE
    for sequence in (4, 5, 8):
        publish(hub, frames.pack(last, bytes(8), sequence=sequence))
    while hub._chores:
        turns.give(hub)
    publish(hub, frames.pack(last, bytes(8), sequence=9))
    news, told, *lost, size = drain(hub, client)
    assert isinstance(news, dict)
    assert isinstance(told, dict)
    assert (news["event"], told["op"]) == ("restarted", "subscribed")
    assert told["streams"][-1]["first_sequence"] == 4
    assert {one["reason"]: one["count"] for one in lost if isinstance(one, dict)} == {
        "relay": 3,
        "driver": 2,
    }
    assert size == 32


def test_a_driver_that_restarts_while_a_client_is_told_is_told_of_after_its_news() -> None:
    hub = hub_of(many(8 * PIECE))
    hub.add_driver("dock", "dock.sock")
    schema = many(8 * PIECE)
    client = add_client(hub)
    turns = given(hub)
    asking = hub.subscribing(client, of_rate(1, rate=None), 0.0)
    next(asking)  # the streams of lab are planned in pieces
    hello = Hello(1, 1, 1 << 20, 1.0, "fake", json.dumps(schema.json).encode())
    hub.driver_up(2, hello, schema)
    list(asking)
    while hub._chores:
        turns.give(hub)
    heard = [one for one in drain(hub, client) if isinstance(one, dict)]
    assert [one["op"] for one in heard] == ["subscribed", "driver", "subscribed"]
    first, _, second = ({stream["source"] for stream in one.get("streams", [])} for one in heard)
    assert (first, second) == ({1}, {1, 2})


def asks_anew(hub: Hub, client: HubClient, options: SubscribeOptions) -> Iterator[float]:
    """Asks for all under the id of `of_rate(1)`; its driver restarts while that is checked."""
    hub.subscribe(client, of_rate(1, rate=None), 0.0)
    drain(hub, client)
    turns = given(hub)
    asking = hub.subscribing(client, Subscription(1, None, None, options), 0.0)
    next(asking)
    run(hub, many(8 * PIECE), 2)
    for _ in range(20):
        turns.give(hub)
    return asking


def test_a_subscription_is_not_told_again_while_another_is_asked_for_under_its_id() -> None:
    hub = hub_of(many(8 * PIECE))
    client = add_client(hub)
    asking = asks_anew(hub, client, SubscribeOptions(max_rate=5.0, json=True))
    publish(hub, frames.pack(1, bytes(8), sequence=3))
    assert [one["op"] for one in drain(hub, client) if isinstance(one, dict)] == ["driver"]
    list(asking)
    while hub._chores:
        given(hub).give(hub)
    (told,) = drain(hub, client)
    assert isinstance(told, dict)
    assert told["op"] == "subscribed"
    assert told["streams"][0]["first_sequence"] == 4


def test_a_subscription_goes_on_where_another_is_refused_under_its_id() -> None:
    hub = hub_of(many(8 * PIECE))
    client = add_client(hub)
    asking = asks_anew(hub, client, SubscribeOptions(decimate=2))
    with pytest.raises(RequestError):
        list(asking)
    while hub._chores:
        given(hub).give(hub)
    publish(hub, frames.pack(1, bytes(8), sequence=3))
    news, told, size = drain(hub, client)
    assert isinstance(news, dict)
    assert isinstance(told, dict)
    assert (news["event"], told["op"], size) == ("restarted", "subscribed", 32)
    assert len(told["streams"]) == 8 * PIECE


def test_a_client_that_leaves_while_it_asks_does_not_hold_its_driver() -> None:
    hub = hub_of(many(8 * PIECE))
    client = add_client(hub)
    asking = asks_anew(hub, client, SubscribeOptions(json=True))
    hub.remove_client(client)
    while hub._chores:
        given(hub).give(hub)
    assert not hub._renewing[1]
    del asking


def test_a_client_that_leaves_is_not_told_and_leaves_nothing() -> None:
    schema = many(8 * PIECE)
    hub = hub_of(schema)
    client, staying = add_client(hub), HubClient(hub)
    for id_ in range(3):
        hub.subscribe(client, of_rate(id_), 0.0)
    turns = given(hub)
    run(hub, schema, 2)
    hub.remove_client(client)
    while hub._chores:
        turns.give(hub)
    assert hub.interest(1) == frozenset()
    assert client.plans == {}
    hub.subscribe(staying, of_rate(1, "message_0"), 0.0)
    assert hub.interest(1) == {1}
