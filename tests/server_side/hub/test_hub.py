"""The hub without sockets: who gets what, and when a driver is held back."""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import Any

import pytest

from cwire_server.errors import BatchError, RequestError
from cwire_server.hub.batch import HEADROOM, Batch
from cwire_server.hub.client_queue import Binary, Text
from cwire_server.hub.hub import Hub
from cwire_server.hub.policies import LATEST
from cwire_server.hub.subscription import SubscribeOptions, Subscription
from cwire_server.limits import Limits
from cwire_structs import frames
from cwire_structs.control import Hello
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.fake_driver import ticks
from support.hub_client import HubClient
from support.schemas import PICTURE, RARE, TICK


def hello(epoch: int = 1) -> Hello:
    return Hello(1, epoch, 1 << 20, 1.0, "fake", schemas.text())


def hub_up(limits: Limits | None = None) -> Hub:
    hub = Hub(["lab"], limits)
    hub.driver_up(1, hello(), schemas.schema())
    return hub


def add_client(hub: Hub, *messages: str) -> HubClient:
    client = HubClient(hub)
    if messages:
        subscribe(hub, client, 1, None, messages)
    drain(hub, client)
    return client


def subscribe(
    hub: Hub,
    client: HubClient,
    id_: int,
    driver: str | None,
    messages: tuple[str, ...] | None,
    now: float = 0.0,
    **options: Any,
) -> None:
    hub.subscribe(client, Subscription(id_, driver, messages, SubscribeOptions(**options)), now)


def drain(hub: Hub, client: HubClient) -> list[dict[str, Any] | int]:
    """Everything that waits: operations, and for each binary message its number of bytes."""
    taken: list[dict[str, Any] | int] = []
    while (message := client.queue.take()) is not None:
        if isinstance(message, Binary):
            taken.append(message.size)
        else:
            text = message.text if isinstance(message, Text) else b"".join(message.pieces)
            taken.append(json.loads(text))
    hub.back_pressure.drained(client)
    return taken


def publish(hub: Hub, data: bytes, now: float = 0.0) -> bool:
    buffer = bytearray(HEADROOM) + data
    found = frames.scan(buffer, HEADROOM, source=1)
    losses = hub.drivers[1].account(found.tallies)
    batch = Batch(1, buffer, HEADROOM, found.end, found.tallies, losses, headroom=True)
    return hub.route(batch, now)


def test_clients_of_one_interest_share_one_batch() -> None:
    hub = hub_up()
    one, two = add_client(hub, "rare"), add_client(hub, "rare")
    publish(hub, ticks(0, 2) + frames.pack(RARE, bytes(8)))
    first, second = one.queue.take(), two.queue.take()
    assert isinstance(first, Binary)
    assert isinstance(second, Binary)
    assert first.size == 32
    assert first.batch is second.batch


def test_a_batch_that_is_wanted_whole_is_not_copied() -> None:
    hub = hub_up()
    client = add_client(hub, "tick", "rare")
    publish(hub, ticks(0, 2))
    message = client.queue.take()
    assert isinstance(message, Binary)
    assert message.batch is not None
    assert message.batch.headroom


def test_the_first_sequence_follows_the_last_one_seen() -> None:
    hub = hub_up()
    publish(hub, ticks(2**32 - 2, 2))
    client = HubClient(hub)
    drain(hub, client)
    subscribe(hub, client, 4, "lab", ("tick", "rare"))
    (subscribed,) = drain(hub, client)
    assert isinstance(subscribed, dict)
    assert subscribed["id"] == 4
    assert {s["message"]: s["first_sequence"] for s in subscribed["streams"]} == {
        "tick": 0,
        "rare": None,
    }


def test_losses_are_counted_between_and_within_batches_and_over_the_wrap() -> None:
    hub = hub_up()
    client = add_client(hub, "tick")
    publish(hub, ticks(2**32 - 2, 1))
    publish(hub, ticks(1, 1) + ticks(3, 1))
    told = [entry for entry in drain(hub, client) if isinstance(entry, dict)]
    assert [(entry["reason"], entry["count"], entry["sequence"]) for entry in told] == [
        ("driver", 3, 3)
    ]
    assert hub.drivers[1].lost == 3


def test_a_ledger_of_one_subscription_outlives_another() -> None:
    hub = hub_up()
    client = add_client(hub, "tick")
    publish(hub, ticks(0, 1) + ticks(2, 1))
    drain(hub, client)
    subscribe(hub, client, 2, None, ("tick",))
    drain(hub, client)
    publish(hub, ticks(4, 1))
    counts = {e["id"]: e["count"] for e in drain(hub, client) if isinstance(e, dict)}
    assert counts == {1: 2, 2: 1}
    subscribe(hub, client, 1, None, ("tick",))
    drain(hub, client)
    publish(hub, ticks(6, 1))
    counts = {e["id"]: e["count"] for e in drain(hub, client) if isinstance(e, dict)}
    assert counts == {1: 1, 2: 2}


def test_a_frame_that_two_subscriptions_match_is_sent_once() -> None:
    hub = hub_up()
    client = add_client(hub, "tick")
    subscribe(hub, client, 2, None, None)
    drain(hub, client)
    publish(hub, ticks(0, 3))
    assert drain(hub, client) == [3 * 64]
    hub.unsubscribe(client, 1)
    drain(hub, client)
    publish(hub, ticks(3, 1))
    assert drain(hub, client) == [64]
    hub.unsubscribe(client, 2)
    drain(hub, client)
    publish(hub, ticks(4, 1))
    assert drain(hub, client) == []


def test_unknown_names_are_refused() -> None:
    hub = hub_up()
    client = add_client(hub)
    with pytest.raises(RequestError, match="named 'other'; there are: lab, relay"):
        subscribe(hub, client, 1, "other", None)
    with pytest.raises(RequestError, match="no message 'tock'"):
        subscribe(hub, client, 1, None, ("tick", "tock"))
    with pytest.raises(RequestError, match="no subscription 1"):
        hub.unsubscribe(client, 1)
    assert client.subscriptions == {}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (frames.pack(99), "type 99"),
        (frames.pack(TICK, bytes(48)), "48 bytes, its schema says 40"),
        (ticks(0, 1) + frames.pack(TICK, bytes(48)), "its schema says 40"),
    ],
)
def test_frames_that_the_schema_does_not_allow(data: bytes, reason: str) -> None:
    hub = hub_up()
    with pytest.raises(BatchError, match=reason):
        publish(hub, data)


CROWDED = Limits(crowd=1000, queue=10_000)


def test_a_driver_is_held_while_all_its_clients_are_crowded() -> None:
    hub = hub_up(CROWDED)
    released: list[int] = []
    hub.back_pressure.on_room = released.append
    one, two = add_client(hub, "tick"), add_client(hub, "tick")
    assert not publish(hub, ticks(0, 5))
    drain(hub, two)
    assert not publish(hub, ticks(5, 15)), "one of two has room"
    assert publish(hub, ticks(20, 16))
    assert released == []
    drain(hub, one)
    assert released == [1]
    assert not publish(hub, ticks(36, 1))


def test_a_client_that_does_not_catch_up_is_not_waited_for_again() -> None:
    hub = hub_up(CROWDED)
    client = add_client(hub, "tick")
    assert publish(hub, ticks(0, 20))
    hub.overdue(1)
    assert client.slow
    for first in range(20, 400, 20):
        assert not publish(hub, ticks(first, 20))
    assert client.queue.dropped > 0
    drain(hub, client)
    assert not client.slow
    assert publish(hub, ticks(400, 20))


def test_a_client_that_leaves_releases_the_driver() -> None:
    hub = hub_up(CROWDED)
    released: list[int] = []
    hub.back_pressure.on_room = released.append
    client = add_client(hub, "tick")
    assert publish(hub, ticks(0, 20))
    hub.remove_client(client)
    assert released == [1]


def test_interest_is_told_when_it_changes() -> None:
    hub = hub_up()
    client = add_client(hub)
    changes: list[frozenset[int]] = []
    hub.on_interest = lambda source: changes.append(hub.interest(source))
    subscribe(hub, client, 1, None, ("tick",))
    subscribe(hub, client, 2, None, ("rare",))
    hub.remove_client(client)
    assert changes[0] == {TICK}
    assert changes[1] == {TICK, RARE}
    assert changes[-1] == frozenset()


def test_a_flood_of_subscriptions_ends_in_a_refusal() -> None:
    hub = hub_up(Limits(subscriptions=3))
    client = add_client(hub)
    for id_ in range(3):
        subscribe(hub, client, id_, None, ("tick",))
    with pytest.raises(RequestError, match="3 subscriptions are the most"):
        subscribe(hub, client, 9, None, ("rare",))
    subscribe(hub, client, 2, None, ("rare",))
    assert hub.interest(1) == {TICK, RARE}


def test_derived_streams_are_shared_bounded_and_forgotten() -> None:
    document = schemas.document()
    values = document["types"]["tick"]["fields"][1]
    values["type"]["shape"], values["size"] = [1000], 8000
    document["types"]["tick"]["size"] = 8008
    document["layout_hash"] = layout_hash(document)
    hub = Hub(["lab"])
    hub.driver_up(1, hello(), Schema.from_json(json.dumps(document)))
    client, other = add_client(hub), add_client(hub)
    for id_ in range(64):
        subscribe(hub, client, id_, None, ("tick",), decimate=2 + id_)
    subscribe(hub, other, 1, None, ("tick",), decimate=2)
    with pytest.raises(RequestError, match="already decimates in 64 ways"):
        subscribe(hub, other, 2, None, ("tick",), decimate=100)
    assert hub.interest(1) == {TICK}
    hub.unsubscribe(client, 60)
    subscribe(hub, other, 2, None, ("tick",), decimate=100)
    streams = [
        stream
        for entry in drain(hub, other)
        if isinstance(entry, dict)
        for stream in entry["streams"]
    ]
    assert [stream["message"] for stream in streams] == ["tick_by_2", "tick_by_100"]


def test_a_rate_is_kept_on_average_and_its_drops_are_told() -> None:
    hub = hub_up()
    client = add_client(hub)
    subscribe(hub, client, 1, None, ("tick",), max_rate=10.0)
    drain(hub, client)
    delivered = lost = 0
    for number in range(600):
        publish(hub, ticks(number, 1), now=number / 60)
        for entry in drain(hub, client):
            if isinstance(entry, dict):
                assert entry["reason"] == "rate"
                lost = entry["count"]
            else:
                delivered += 1
    assert 99 <= delivered <= 101
    assert delivered + lost == 600


def test_only_the_latest_waits() -> None:
    hub = hub_up()
    client = add_client(hub)
    subscribe(hub, client, 1, None, None, policy=LATEST)
    drain(hub, client)
    for number in range(50):
        publish(hub, ticks(10 * number, 10) + frames.pack(RARE, bytes(8), sequence=number))
    notices = {}
    size = 0
    for entry in drain(hub, client):
        if isinstance(entry, dict):
            notices[entry["message"]] = (entry["reason"], entry["count"], entry["sequence"])
        else:
            size += entry
    assert size == 64 + 32
    assert notices["tick"][:2] == ("conflated", 499)
    assert notices["rare"] == ("conflated", 49, 48)


def tick(sequence: int, index: int) -> bytes:
    payload = index.to_bytes(8, "little") + bytes(32)
    return frames.pack(TICK, payload, sequence=sequence)


def taken(client: HubClient) -> tuple[list[int], dict[str, tuple[int, int]]]:
    """Sequences of the frames that wait; count and sequence told last, by reason."""
    came, told = [], {}
    while (message := client.queue.take()) is not None:
        if isinstance(message, Binary):
            data = b"".join(message.pieces)
            came += [frames.unpack_header(data, at).sequence for at in range(0, len(data), 64)]
        else:
            assert isinstance(message, Text)
            entry = json.loads(message.text)
            told[entry["reason"]] = entry["count"], entry["sequence"]
    return came, told


def test_the_newest_of_each_subject_waits() -> None:
    hub = hub_up()
    client = add_client(hub)
    subscribe(hub, client, 1, None, ("tick",), policy=LATEST, key=("index",))
    drain(hub, client)
    # In one batch, with another message between, and in several.
    publish(hub, tick(0, 5) + tick(1, 6) + frames.pack(RARE, bytes(8)) + tick(2, 5))
    assert taken(client) == ([1, 2], {"conflated": (1, 1)})
    for sequence in range(3, 10):
        publish(hub, tick(sequence, sequence % 3))
    assert taken(client) == ([7, 8, 9], {"conflated": (5, 6)})
    publish(hub, tick(12, 5))  # the driver lost two before it
    assert taken(client) == ([12], {"driver": (2, 12)})


def test_a_frame_that_cannot_be_read_is_no_subjects() -> None:
    hub = hub_up()
    client = add_client(hub)
    subscribe(hub, client, 1, None, ("picture",), policy=LATEST, key=("number",))
    drain(hub, client)
    # Half a pixel: the schema does not allow it.
    publish(hub, b"".join(frames.pack(PICTURE, bytes(8 + n), sequence=n) for n in range(3)))
    told = [entry for entry in drain(hub, client) if isinstance(entry, dict)]
    assert {entry["reason"]: entry["count"] for entry in told} == {"driver": 1, "conflated": 1}


def test_subjects_are_kept_apart_that_any_subscription_keeps_apart() -> None:
    hub = hub_up()
    client = add_client(hub)
    subscribe(hub, client, 1, None, ("tick",), policy=LATEST)
    subscribe(hub, client, 2, None, ("tick",), policy=LATEST, key=("index",))
    drain(hub, client)
    publish(hub, tick(0, 5) + tick(1, 6))
    assert taken(client)[0] == [0, 1]


@pytest.mark.parametrize(
    ("message", "key", "reason"),
    [
        ("tick", "indx", "tick has no field 'indx' for a key; did you mean 'index'"),
        ("picture", "pixels", "picture.pixels is of no fixed size"),
    ],
)
def test_a_key_that_a_message_does_not_have_is_refused(message: str, key: str, reason: str) -> None:
    hub = hub_up()
    client = add_client(hub)
    with pytest.raises(RequestError, match=reason):
        subscribe(hub, client, 1, None, (message,), policy=LATEST, key=(key,))
    # Of all messages, those that have it come.
    subscribe(hub, client, 2, None, None, policy=LATEST, key=("index",))
    assert hub.drivers[1].state == "up"
    told = [entry for entry in drain(hub, client) if isinstance(entry, dict)]
    assert [stream["message"] for stream in told[-1]["streams"]] == ["tick"]


def test_a_client_that_reads_is_waited_for_again() -> None:
    hub = hub_up(CROWDED)
    client = add_client(hub, "tick")
    assert publish(hub, ticks(0, 20))
    hub.overdue(1)
    assert not publish(hub, ticks(20, 1))
    client.queue.take()
    hub.back_pressure.drained(client)
    assert publish(hub, ticks(21, 20))


def test_a_thousand_clients_come_and_go_and_leave_nothing() -> None:
    hub = hub_up()
    clients = [add_client(hub, "tick") for _ in range(1000)]
    for client in clients[:999]:
        hub.remove_client(client)
    assert hub.interest(1) == {TICK}
    publish(hub, ticks(0, 1))
    assert drain(hub, clients[999]) == [64]
    hub.remove_client(clients[999])
    assert hub.interest(1) == frozenset()


def test_what_is_too_large_for_json_is_refused_or_left_out() -> None:
    hub = hub_up(Limits(json=4))
    client = add_client(hub)
    for messages in (("tick",), ("rare", "tick")):
        with pytest.raises(RequestError, match=r"tick has 5 values, and JSON is made of 4 at most"):
            subscribe(hub, client, 1, None, messages, json=True)
    subscribe(hub, client, 1, None, None, json=True)
    (told,) = drain(hub, client)
    assert isinstance(told, dict)
    assert [one["message"] for one in told["streams"]] == ["rare", "picture", "state"]


def test_a_frame_that_is_too_large_for_json_is_told_as_dropped() -> None:
    hub = hub_up(Limits(json=4))
    client = add_client(hub)
    subscribe(hub, client, 1, None, ("picture",), json=True, max_rate=60.0)
    drain(hub, client)
    for sequence, pixels in enumerate((3, 4, 0, 100)):
        publish(hub, frames.pack(PICTURE, bytes(8 + 2 * pixels), sequence=sequence), now=sequence)
    told = [entry for entry in drain(hub, client) if isinstance(entry, dict)]
    assert [one["sequence"] for one in told if one["op"] == "message"] == [2]
    dropped = {one["reason"]: one["count"] for one in told if one["op"] == "dropped"}
    assert dropped == {"size": 2, "conflated": 1}


def test_what_a_client_costs_that_waits() -> None:
    hub = hub_up()
    add_client(hub, "tick")
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        # Each with a subscription of its own, as one that comes by a socket has.
        clients = [add_client(hub, "".join(("ti", "ck"))) for _ in range(200)]
        gc.collect()
        cost = (tracemalloc.get_traced_memory()[0] - before) / len(clients)
    finally:
        tracemalloc.stop()
    assert cost < 3300  # bytes
