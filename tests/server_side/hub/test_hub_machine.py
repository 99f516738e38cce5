"""A model against the hub: whatever happens, delivered + dropped = published, exactly once.

Subscriptions are planned message by message, and between any two of them anything may happen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cwire_server.hub.batch import HEADROOM, Batch
from cwire_server.hub.client_queue import Binary, Text, TextPieces
from cwire_server.hub.hub import Hub
from cwire_server.hub.policies import LATEST
from cwire_server.hub.subscription import HistoryRequest, SubscribeOptions, Subscription
from cwire_server.limits import Limits
from cwire_structs import frames
from cwire_structs.control import Hello
from support import schemas
from support.hub_client import GivenTurns, HubClient
from support.schemas import PICTURE, RARE, TICK

DRIVERS = ["lab", "dock"]
SIZES = {TICK: 40, RARE: 8, PICTURE: 8}
NAMES = {"tick": TICK, "rare": RARE, "picture": PICTURE}
OPTIONS = [
    SubscribeOptions(),
    SubscribeOptions(policy=LATEST),
    SubscribeOptions(max_rate=2.0),
    SubscribeOptions(policy=LATEST, max_rate=2.0),
    SubscribeOptions(json=True, max_rate=5.0),
    SubscribeOptions(decimate=2),
    SubscribeOptions(policy=LATEST, key=("index",)),
]
SUBJECTS = 3
SLOTS = st.integers(0, 1)
SOURCES = st.integers(1, 2)
SCHEMA = schemas.schema()


@dataclass
class Told:
    """One stream of one subscription, as the client has been told of it."""

    first: int | None
    json: bool
    got: set[int] = field(default_factory=set)
    lost: dict[str, int] = field(default_factory=dict)


@dataclass
class Model:
    """The knowledge of one client: it hears only what is in its queue, in order."""

    client: HubClient
    asked: dict[int, SubscribeOptions] = field(default_factory=dict)
    """What it has asked for, by subscription."""
    new: set[int] = field(default_factory=set)
    """The subscriptions that the relay has not confirmed yet."""
    streams: dict[tuple[int, int, int], Told] = field(default_factory=dict)
    """By subscription, source and message."""
    newest: dict[tuple[int, int], int] = field(default_factory=dict)
    unacknowledged: int = 0
    window: int | None = None
    request: Iterator[object] = field(default_factory=lambda: iter(()))
    """What it has asked for and the hub is at: it asks for nothing else meanwhile."""

    def hear(self, message: Text | TextPieces | Binary) -> None:
        if isinstance(message, Text):
            self._hear_text(json.loads(message.text))
            return
        data = b"".join(message.pieces)
        assert len(data) == message.size
        self.unacknowledged += message.size
        position = 0
        while position < len(data):
            header = frames.unpack_header(data, position)
            position += frames.span(header.size)
            # In order, and none twice: but for history, which is asked for on a fresh client only.
            key = header.source, header.type
            assert header.sequence > self.newest.get(key, -1)
            self.newest[key] = header.sequence
            for (_, *of), told in self.streams.items():
                if tuple(of) == key and not told.json and header.sequence >= (told.first or 0):
                    told.got.add(header.sequence)

    def _hear_text(self, told: dict[str, Any]) -> None:
        op, id_ = told["op"], told.get("id", 0)
        if op == "driver" and told["event"] in ("restarted", "schema_changed"):
            gone = told["driver"]["source"]
            self.newest = {key: last for key, last in self.newest.items() if key[0] != gone}
            self.streams = {key: one for key, one in self.streams.items() if key[1] != gone}
        elif op == "subscribed":
            if id_ in self.new:
                self.new.remove(id_)
                self._forget(id_)
            for stream in told["streams"]:
                # What is told again, because another driver has come, goes on.
                self.streams.setdefault(
                    (id_, stream["source"], stream["type"]),
                    Told(stream["first_sequence"], self.asked[id_].json),
                )
        elif op == "unsubscribed":
            self._forget(id_)
        elif op == "dropped" or op == "message":
            source = told["source"] if op == "dropped" else DRIVERS.index(told["driver"]) + 1
            for key, stream in self.streams.items():
                if key[:2] != (id_, source) or self._name(key[2]) != told["message"]:
                    continue
                if op == "message":
                    assert told["sequence"] not in stream.got
                    stream.got.add(told["sequence"])
                else:
                    assert told["count"] > stream.lost.get(told["reason"], 0)
                    stream.lost[told["reason"]] = told["count"]

    @staticmethod
    def _name(type_: int) -> str:
        by_id = {number: name for name, number in NAMES.items()}
        return by_id.get(type_, "tick_by_2")

    def _forget(self, id_: int) -> None:
        for key in [key for key in self.streams if key[0] == id_]:
            del self.streams[key]


class HubMachine(RuleBasedStateMachine):
    """Publishes, subscribes, stalls, resumes, disconnects, restarts."""

    @initialize()
    def begin(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("cwire_server.hub.planner.PIECE", 1)
        self.patch.setattr("cwire_server.hub.hub._CHORES", 1)
        self.patch.setattr("cwire_server.hub.hub._CHORES_AT_ONCE", 0)
        self.hub = Hub(DRIVERS, Limits(queue=2000, crowd=500, batch=600, history=4000))
        self.turns = self.hub.turns = GivenTurns()
        self.now = 0.0
        self.epochs = {1: 0, 2: 0}
        self.first: dict[tuple[int, int], int] = {}
        self.last: dict[tuple[int, int], int] = {}
        self.models: dict[int, Model] = {}
        for source in self.epochs:
            self.restart(source)

    @rule(source=SOURCES)
    def restart(self, source: int) -> None:
        self.epochs[source] += 1
        for known in (self.first, self.last):
            for key in [key for key in known if key[0] == source]:
                del known[key]
        if self.epochs[source] > 1:
            self.hub.driver_down(source, "gone")
        hello = Hello(1, self.epochs[source], 1 << 20, 1.0, "fake", schemas.text())
        self.hub.driver_up(source, hello, SCHEMA)

    @rule(
        plan=st.lists(
            st.tuples(st.sampled_from([TICK, RARE, PICTURE]), st.integers(0, 2)),
            min_size=1,
            max_size=12,
        ),
        pixels=st.integers(0, 40),
        source=SOURCES,
    )
    def publish(self, plan: list[tuple[int, int]], pixels: int, source: int) -> None:
        data = bytearray(HEADROOM)
        for type_, gap in plan:
            sequence = self.last.get((source, type_), -1) + 1 + gap
            self.first.setdefault((source, type_), sequence)
            self.last[source, type_] = sequence
            extra = 2 * pixels if type_ == PICTURE else 0
            payload = bytes([sequence % SUBJECTS]) + bytes(SIZES[type_] + extra - 1)
            data += frames.pack(type_, payload, sequence=sequence)
        found = frames.scan(data, HEADROOM, source=source)
        losses = self.hub.drivers[source].account(found.tallies)
        batch = Batch(source, data, HEADROOM, found.end, found.tallies, losses, headroom=True)
        if self.hub.route(batch, self.now):
            self.hub.overdue(source)

    @rule(turns=st.integers(1, 5))
    def work(self, turns: int) -> None:
        self.turns.give(self.hub, turns)

    @rule(slot=SLOTS, pieces=st.integers(1, 3))
    def go_on(self, slot: int, pieces: int) -> None:
        if model := self.models.get(slot):
            for _ in range(pieces):
                next(model.request, None)

    def finish(self, model: Model) -> None:
        """What the client has asked for and what is to be told to clients is done."""
        for _ in model.request:
            self.turns.give(self.hub)
        while self.hub._chores or self.hub._busy:
            for other in self.models.values():
                next(other.request, None)
            self.turns.give(self.hub)

    @rule(seconds=st.floats(0.01, 2))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(slot=SLOTS)
    def connect(self, slot: int) -> None:
        if slot not in self.models:
            self.models[slot] = Model(HubClient(self.hub))

    @rule(slot=SLOTS)
    def disconnect(self, slot: int) -> None:
        if model := self.models.pop(slot, None):
            self.hub.remove_client(model.client)

    @rule(
        slot=SLOTS,
        id_=st.integers(1, 2),
        names=st.lists(st.sampled_from(sorted(NAMES)), min_size=1, max_size=3, unique=True),
        options=st.sampled_from(OPTIONS),
        past=st.integers(0, 5),
    )
    def subscribe(
        self, slot: int, id_: int, names: list[str], options: SubscribeOptions, past: int
    ) -> None:
        if (model := self.models.get(slot)) is None:
            return
        # The answers to two requests under one id cannot be told apart: wait for the first.
        self.drain(slot)
        if options.decimate or options.key:
            names = ["tick"]
        elif not model.client.subscriptions and not model.newest and not options.json and past:
            options = SubscribeOptions(
                options.policy, options.max_rate, HistoryRequest(frames=past)
            )
        model.asked[id_] = options
        model.new.add(id_)
        subscription = Subscription(id_, None, tuple(names), options)
        model.request = self.hub.subscribing(model.client, subscription, self.now)
        next(model.request)

    @rule(slot=SLOTS, id_=st.integers(1, 2))
    def unsubscribe(self, slot: int, id_: int) -> None:
        model = self.models.get(slot)
        if model is None:
            return
        self.finish(model)
        if id_ in model.client.subscriptions:
            model.request = self.hub.unsubscribing(model.client, id_)

    @rule(slot=SLOTS, size=st.one_of(st.none(), st.integers(1, 1000)))
    def set_window(self, slot: int, size: int | None) -> None:
        if model := self.models.get(slot):
            model.client.queue.set_window(size)
            model.window, model.unacknowledged = size, 0

    @rule(slot=SLOTS, count=st.integers(1, 5))
    def read(self, slot: int, count: int) -> None:
        model = self.models.get(slot)
        while model is not None and count and (message := model.client.queue.take()) is not None:
            before = model.unacknowledged
            model.hear(message)
            if model.window is not None and before:
                assert model.unacknowledged <= max(model.window, before)
            count -= 1
            self.hub.back_pressure.drained(model.client)

    @rule(slot=SLOTS)
    def drain(self, slot: int) -> None:
        if (model := self.models.get(slot)) is None:
            return
        self.finish(model)
        queue = model.client.queue
        queue.set_window(None)
        model.window, model.unacknowledged = None, 0
        while (message := queue.take()) is not None:
            model.hear(message)
        self.hub.back_pressure.drained(model.client)
        assert (queue.data_bytes, queue.control_bytes) == (0, 0)
        assert not model.new
        for (_, source, type_), told in model.streams.items():
            origin = source, TICK if type_ not in SIZES else type_
            if origin not in self.last:
                assert not told.got
                assert not told.lost
                continue
            begin = self.first[origin] if told.first is None else told.first
            published = max(0, self.last[origin] - begin + 1)
            assert len(told.got) + sum(told.lost.values()) == published, (origin, told)

    @invariant()
    def queues_are_bounded(self) -> None:
        for model in getattr(self, "models", {}).values():
            # The newest batch is let in whatever its size.
            assert model.client.queue.data_bytes <= 2000 + 2000

    def teardown(self) -> None:
        if hasattr(self, "models"):
            for slot in list(self.models):
                self.drain(slot)
            self.patch.undo()


TestHub = HubMachine.TestCase
TestHub.settings = settings(max_examples=100, stateful_step_count=40)
