"""What a viewer's queue tells, with a hub and no socket: losses, restarts, drivers that go."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from cwire_server.foxglove import offers
from cwire_server.foxglove.queue import FoxgloveQueue
from cwire_server.hub.batch import HEADROOM, Batch
from cwire_server.hub.client import Client
from cwire_server.hub.client_queue import Binary, Text
from cwire_server.hub.hub import Hub
from cwire_server.hub.subscription import Subscription
from cwire_server.limits import Limits
from cwire_structs import frames
from cwire_structs.control import Hello
from support import schemas
from support.fake_driver import ticks
from support.foreign import plain_frames
from support.schemas import RARE, TICK

SLOW = {"op": "status", "level": 1, "message": "Send buffer limit reached", "id": "slow"}


class View:
    """A hub with one driver, and one viewer of it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.hub = Hub(["lab"], limits)
        self.gone: list[int] = []
        self.up(1)
        self.waits = 0
        self.queue = FoxgloveQueue(
            self.hub.limits, self.hub.drivers, "run", self.gone.append, self.later
        )
        self.client = Client(self.queue, lambda: None)
        self.hub.add_client(self.client)
        self.first = self.taken()
        self.finish()
        self.first += self.taken()
        self.ids = {one.topic: one.id for one in self.queue.offers.channels.values()}

    def later(self) -> None:
        self.waits += 1

    def finish(self) -> int:
        """Gives turns until all is offered; returns how many."""
        for turns in range(100):
            if not self.waits:
                return turns
            self.waits -= 1
            self.queue.offer()
        raise AssertionError("it is never done")

    def up(self, epoch: int, *, extra_field: bool = False) -> None:
        text = schemas.text(extra_field=extra_field)
        hello = Hello(1, epoch, 1 << 20, 1.0, "fake", text)
        self.hub.driver_up(1, hello, schemas.schema(extra_field=extra_field))

    def subscribe(self, topic: str, id_: int) -> None:
        number = self.ids[topic]
        self.queue.subscribers.setdefault(number, {})[id_] = None
        name = self.queue.offers.channels[number].message.name
        self.hub.subscribe(self.client, Subscription(number, "lab", (name,)), 0.0)

    def publish(self, data: bytes) -> None:
        buffer = bytearray(HEADROOM) + data
        found = frames.scan(buffer, HEADROOM, source=1)
        losses = self.hub.drivers[1].account(found.tallies)
        self.hub.route(Batch(1, buffer, HEADROOM, found.end, found.tallies, losses), 0.0)

    def taken(self) -> list[Any]:
        """All that waits: operations; (subscription, time) of messages; the time."""
        taken: list[Any] = []
        while (message := self.queue.take()) is not None:
            if isinstance(message, Text):
                taken.append(json.loads(message.text))
                continue
            assert isinstance(message, Binary)
            for frame in plain_frames(b"".join(message.pieces)):
                size = 9 if frame.data[0] == 2 else 13
                taken.append(struct.unpack({9: "<xQ", 13: "<xIQ"}[size], frame.data[:size]))
        assert (self.queue.data_bytes, self.queue.control_bytes) == (0, 0)
        return taken


def stamped(type_: int, sequence: int, time_ns: int, size: int = 40) -> bytes:
    return frames.pack(type_, bytes(size), sequence=sequence, time_ns=time_ns)


def test_the_first_words() -> None:
    view = View()
    assert [one["op"] for one in view.first] == ["serverInfo", "advertise", "advertiseServices"]
    topics = [one["topic"] for one in view.first[1]["channels"]]
    assert topics[:4] == ["/lab/tick", "/lab/rare", "/lab/picture", "/lab/state"]
    assert "/relay/relay_status" in topics
    assert [one["name"] for one in view.first[2]["services"]] == ["/lab/set", "/lab/go"]


def test_the_time_is_told_before_the_messages_and_never_goes_back_in_a_run() -> None:
    view = View()
    view.subscribe("/lab/tick", 4)
    view.publish(stamped(TICK, 0, 50) + stamped(TICK, 1, 60))
    view.publish(stamped(TICK, 2, 55))
    assert view.taken() == [(60,), (4, 50), (4, 60), (4, 55)]
    view.up(2)
    view.publish(stamped(TICK, 0, 7))
    assert view.taken() == [(7,), (4, 7)]


def test_losses_before_the_relay_are_told_at_their_place() -> None:
    view = View()
    view.subscribe("/lab/tick", 4)
    view.publish(stamped(TICK, 0, 1))
    view.publish(stamped(TICK, 6, 2))
    first, status, second = (one for one in view.taken() if len(one) != 1)
    assert (first, second) == ((4, 1), (4, 2))
    assert status == {
        "op": "status",
        "level": 1,
        "id": "lost /lab/tick",
        "message": "/lab/tick: frames are missing (5: lost before they came to the relay)",
    }


def test_a_slow_viewer_is_told_once_until_it_has_caught_up() -> None:
    view = View(Limits(queue=300))
    view.subscribe("/lab/tick", 4)
    for count in (20, 30):
        for number in range(count):
            view.publish(stamped(TICK, number, 1))
            view.hub.drivers[1].last_sequence.clear()
        taken = view.taken()
        assert taken.count(SLOW) == 1
        assert taken[-1] == {"op": "removeStatus", "statusIds": ["slow"]}
        came = sum(one[0] == 4 for one in taken if isinstance(one, tuple) and len(one) == 2)
        total = sum(view.queue.dropped_by.values())
        assert 0 < came < count
        (status,) = [one for one in taken if isinstance(one, dict) and "lost" in one.get("id", "")]
        assert f"({total:,}: the client read too slowly" in status["message"]
        assert status["message"].endswith("show fewer topics, or be nearer to the relay")
    assert total + came >= 30


def test_frames_that_wait_belong_to_the_layout_that_they_came_with() -> None:
    view = View()
    before = view.ids["/lab/rare"]
    view.subscribe("/lab/rare", 1)
    view.publish(stamped(RARE, 0, 5, 8))
    view.up(2, extra_field=True)
    assert view.gone == [before]
    view.hub.unsubscribe(view.client, before)
    view.publish(stamped(RARE, 0, 6, 16))
    taken = view.taken()
    assert [one if isinstance(one, tuple) else one["op"] for one in taken] == [
        (5,),
        (1, 5),
        "unadvertise",
        "advertise",
    ]
    assert view.queue.subscribers == {}


@pytest.mark.parametrize("state", ["down", "stale"])
def test_a_driver_that_is_not_there(state: str) -> None:
    view = View()
    tell = view.hub.driver_down if state == "down" else view.hub.driver_stale
    tell(1, "it is asleep")
    (status,) = view.taken()
    assert status["message"] == f"driver lab is {state}: it is asleep"
    view.up(1)
    assert view.taken() == [{"op": "removeStatus", "statusIds": [status["id"]]}]


def test_a_fault_of_the_relay_names_the_topic() -> None:
    view = View()
    view.subscribe("/lab/tick", 1)
    view.hub.end_subscriptions(view.client, {view.ids["/lab/tick"]}, ValueError("x"))
    (status,) = view.taken()
    assert (status["op"], status["level"]) == ("status", 2)
    assert status["message"].startswith("/lab/tick: the relay has ended this subscription")


def test_frames_of_a_wrong_size_are_told() -> None:
    view = View()
    view.subscribe("/lab/picture", 1)
    view.publish(frames.pack(schemas.PICTURE, bytes(9)) + ticks(0, 1))
    (status,) = view.taken()
    assert status["message"].startswith("/lab/picture: 1 of its frames had a size that the schema")


def test_a_driver_with_many_messages_is_offered_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "_AT_ONCE", 2)
    view = View()
    ids = {number for topic, number in view.ids.items() if topic.startswith("/lab/")}
    assert len(ids) == 4
    view.subscribe("/lab/rare", 1)
    view.publish(stamped(RARE, 0, 5, 8))
    view.up(2, extra_field=True)
    view.publish(stamped(RARE, 0, 6, 16))  # of a layout that is not told yet
    first = view.taken()
    assert first[:2] == [(5,), (1, 5)]
    assert [one["op"] for one in first[2:]] == ["unadvertise", "unadvertiseServices"]
    assert {*first[2]["channelIds"]} == ids == {*view.gone}
    assert view.finish() == 2  # six messages, two in each turn
    assert [one["op"] for one in view.taken()] == ["advertise", "advertiseServices"]
