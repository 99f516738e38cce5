"""A sink beside the clients' queues: what it is given is complete, and its ledgers add up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cwire_server.hub.batch import HEADROOM, Batch
from cwire_server.hub.client import Client
from cwire_server.hub.hub import Hub
from cwire_server.hub.json_text import JsonText
from cwire_server.hub.policies import LATEST
from cwire_server.hub.sink import PickedFrame
from cwire_server.hub.subscription import HistoryRequest, SubscribeOptions, Subscription
from cwire_server.limits import Limits
from cwire_server.statistics import take_snapshot
from cwire_structs import frames
from cwire_structs.control import Hello
from support import schemas
from support.fake_driver import ticks
from support.hub_client import HubClient
from support.memory_sink import MemorySink
from support.schemas import GO, RARE, TICK

SMALL = Limits(queue=1000, crowd=500)


def hub_up(limits: Limits = SMALL) -> Hub:
    hub = Hub(["lab"], limits)
    start(hub, epoch=1)
    return hub


def start(hub: Hub, epoch: int) -> None:
    hub.driver_up(1, Hello(1, epoch, 1 << 20, 1.0, "fake", schemas.text()), schemas.schema())


def record(hub: Hub, *messages: str, **options: Any) -> MemorySink:
    sink = MemorySink()
    client = Client(sink, lambda: None)
    hub.add_client(client)
    hub.subscribe(client, Subscription(1, None, messages or None, SubscribeOptions(**options)), 0.0)
    return sink


def publish(hub: Hub, data: bytes, now: float = 0.0) -> bool:
    buffer = bytearray(HEADROOM) + data
    found = frames.scan(buffer, HEADROOM, source=1)
    losses = hub.drivers[1].account(found.tallies)
    return hub.route(Batch(1, buffer, HEADROOM, found.end, found.tallies, losses), now)


def recorded(sink: MemorySink) -> bytes:
    return b"".join(bytes(part.view) for part in sink.taken if isinstance(part, Batch))


def operations(taken: Iterable[Any]) -> list[str]:
    return [part["op"] if isinstance(part, dict) else type(part).__name__ for part in taken]


def test_a_recorder_gets_every_frame_while_a_slow_client_loses_some() -> None:
    hub = hub_up()
    slow, sink = HubClient(hub), record(hub)
    hub.subscribe(slow, Subscription(1, None, None), 0.0)
    published = bytearray()
    for first in range(0, 1000, 10):
        data = ticks(first, 10) + frames.pack(RARE, bytes(8), sequence=first // 10)
        assert not publish(hub, data), "it has always room: no driver is held"
        published += data
    frames.scan(published, source=1)
    assert recorded(sink) == published
    assert slow.queue.dropped > 0


def test_its_ledger_adds_up() -> None:
    hub = hub_up()
    sink = record(hub, "tick")
    publish(hub, ticks(5, 5))
    for first in range(10, 1000, 15):  # 5 of 15 are lost on the way to the relay
        publish(hub, ticks(first + 5, 10))
    (ledger,) = sink.ledgers
    got = len(recorded(sink)) // 64
    last = hub.drivers[1].last_sequence[TICK]
    assert ledger.lost == {"driver": 5 * 66}
    assert got + ledger.lost["driver"] == last - 5 + 1


def test_what_a_policy_or_a_rate_leaves_out_is_in_its_ledger() -> None:
    hub = hub_up()
    rated, latest = record(hub, "tick", max_rate=10.0), record(hub, "tick", policy=LATEST)
    for number in range(100):
        publish(hub, ticks(6 * number, 6), now=number / 60)
    for sink, reason in ((rated, "rate"), (latest, "conflated")):
        (ledger,) = sink.ledgers
        picks = sum(isinstance(part, PickedFrame) for part in sink.taken)
        assert [key for key, count in ledger.lost.items() if count] == [reason]
        assert picks + ledger.lost[reason] == 600


def test_a_restart_is_told_at_its_place() -> None:
    hub = hub_up()
    sink = record(hub, "tick")
    publish(hub, ticks(0, 1))
    hub.driver_down(1, "gone")
    start(hub, epoch=2)
    publish(hub, ticks(0, 1))
    assert operations(sink.taken) == [
        *("hello", "subscribed", "Batch"),
        *("driver", "driver", "subscribed", "Batch"),
    ]
    (hello, *_) = sink.taken
    assert isinstance(hello, dict)
    assert hello["drivers"][0]["schema"] == JsonText(schemas.text())


def test_it_may_begin_with_the_history() -> None:
    hub = hub_up(Limits())
    publish(hub, ticks(0, 5))
    sink = record(hub, "tick", history=HistoryRequest(frames=3))
    publish(hub, ticks(5, 1))
    whole = bytearray(ticks(2, 4))
    frames.scan(whole, source=1)
    assert recorded(sink) == whole


def test_replies_to_its_commands_come_to_it_too() -> None:
    hub = hub_up()
    sink = record(hub)
    (client,) = hub.clients.values()
    client.sink.put_reply(frames.pack(GO, flags=frames.REPLY))
    assert operations(sink.taken)[-1] == "bytes"


def test_it_leaves_as_it_came_and_the_statistics_know_it() -> None:
    hub = hub_up()
    sink = record(hub)
    publish(hub, ticks(0, 1))
    (count,) = take_snapshot(hub, lambda source: 0, 0.0, 0.0).clients
    assert (count.subscriptions, count.queue_bytes, count.dropped) == (1, 0, 0)
    (client,) = hub.clients.values()
    hub.remove_client(client)
    publish(hub, ticks(1, 1))
    assert len(recorded(sink)) == 64
    assert hub.interest(1) == frozenset()
