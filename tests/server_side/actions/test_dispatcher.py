"""The dispatcher against a model: calls, results, cancels, lost connections, in any order."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from cwire_server.actions.dispatcher import Call, Dispatcher, Session, Stream, Verdict
from cwire_server.actions.texts import event
from cwire_server.limits import Limits
from cwire_structs.action_values import encode

LIMITS = Limits(streams=3, keep=10.0, room=400, kept=600)


@dataclass
class FakePort:
    """A client's line: what was put, and whether the client reads."""

    room: bool = True
    put: list[str] = field(default_factory=list)
    frames: int = 0

    def put_frame(self, frame: bytes) -> None:
        self.frames += 1

    def put_text(self, text: str) -> None:
        self.put.append(text)

    def wake(self) -> None:
        pass


@dataclass
class FakeFunctions:
    """Knows which functions run, and what they were told."""

    running: dict[int, Stream] = field(default_factory=dict)
    stopped: dict[int, str] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)

    def start_function(self, stream: Stream) -> None:
        assert stream.token not in self.running
        self.running[stream.token] = stream

    def stop_function(self, stream: Stream, code: str) -> None:
        assert stream.token in self.running
        assert stream.token not in self.stopped, "a function is told once"
        self.stopped[stream.token] = code

    def go_on(self, stream: Stream) -> None:
        self.held.remove(stream.token)

    def allow(self, stream: Stream) -> None:
        assert stream.token in self.running


def made(limits: Limits = LIMITS) -> tuple[Dispatcher, FakeFunctions]:
    functions = FakeFunctions()
    return Dispatcher({"scan": None, "quick": 5.0}, functions, limits), functions


def said(port: FakePort) -> list[dict[str, Any]]:
    return [json.loads(text) for text in port.put]


@dataclass
class Client:
    """A client of the model: its session, and all that has come to it, over all connections."""

    session: Session
    port: FakePort
    keyed: bool
    connected: bool = True
    came: list[str] = field(default_factory=list)
    sent: dict[int, list[str]] = field(default_factory=dict)
    """By token, the results that its functions have sent and that were not refused."""
    tokens: dict[int, list[int]] = field(default_factory=dict)
    """By id, the tokens of its streams."""


class Streams(RuleBasedStateMachine):
    """Whatever happens, each stream has its results in order, and one end."""

    clients = Bundle("clients")

    def __init__(self) -> None:
        super().__init__()
        self.dispatcher, self.functions = made()
        self.now = 0.0
        self.count = 0
        self.all: list[Client] = []

    @initialize(target=clients)
    def first(self) -> Client:
        return self.opened(True)

    @rule(target=clients, keyed=st.booleans())
    def connect(self, keyed: bool) -> Client:
        return self.opened(keyed)

    def opened(self, keyed: bool) -> Client:
        port = FakePort()
        session = self.dispatcher.open(port, f"key {len(self.all)}" if keyed else "")
        client = Client(session, port, keyed)
        self.all.append(client)
        return client

    def alive(self, client: Client) -> bool:
        return self.dispatcher.sessions.get(client.session.client) is client.session

    @rule(client=clients, id=st.integers(1, 3), action=st.sampled_from(["scan", "quick", "no"]),
          window=st.sampled_from([None, 1, 2]))  # fmt: skip
    def call(self, client: Client, id: int, action: str, window: int | None) -> None:
        if not client.connected:
            return
        before = set(self.functions.running)
        self.dispatcher.call(client.session, Call(id, action, window=window), self.now)
        for token in set(self.functions.running) - before:
            client.tokens.setdefault(id, []).append(token)
            client.sent[token] = []

    @rule(client=clients, id=st.integers(1, 3))
    def cancel(self, client: Client, id: int) -> None:
        if client.connected:
            self.dispatcher.cancel(client.session, id)

    @rule(client=clients, id=st.integers(1, 3), results=st.integers(0, 3))
    def taken(self, client: Client, id: int, results: int) -> None:
        if client.connected:
            self.dispatcher.taken(client.session, id, results)

    def a_running(self, number: int) -> Stream | None:
        running = list(self.functions.running.values())
        return running[number % len(running)] if running else None

    @rule(number=st.integers(0, 20), size=st.integers(1, 120))
    def send(self, number: int, size: int) -> None:
        stream = self.a_running(number)
        if stream is None or stream.token in self.functions.held:
            return
        if stream.allowed is not None and stream.sent >= stream.allowed:
            return
        self.count += 1
        unit = stream.envelope.result(encode(f"{self.count} {'x' * size}"))
        verdict = self.dispatcher.sent(stream.token, unit)
        stopped = stream.token in self.functions.stopped
        assert (verdict is Verdict.ENDED) == stopped
        if verdict is Verdict.WAIT:
            self.functions.held.add(stream.token)
        if not stopped:
            owner = next(one for one in self.all if stream.token in one.sent)
            owner.sent[stream.token].append(unit.text)

    @rule(number=st.integers(0, 20), raises=st.booleans())
    def finish(self, number: int, raises: bool) -> None:
        stream = self.a_running(number)
        if stream is None:
            return
        del self.functions.running[stream.token]
        self.functions.held.discard(stream.token)
        unit = stream.envelope.failed("raised", "") if raises else stream.envelope.end(None)
        if stream.token in self.functions.stopped and raises:
            self.dispatcher.finished(stream.token, None)
        else:
            self.dispatcher.finished(stream.token, unit)

    @rule(client=clients, room=st.booleans())
    def reads(self, client: Client, room: bool) -> None:
        client.port.room = room
        if room and client.connected:
            self.dispatcher.flush(client.session)

    @rule(client=clients, count=st.integers(0, 30))
    def received(self, client: Client, count: int) -> None:
        """The client gets some of what is under way, and says so."""
        if client.connected:
            came, client.port.put = client.port.put[:count], client.port.put[count:]
            client.came += came
            assert client.session.outbox.received(len(client.came))
            assert not client.session.outbox.received(len(client.came) + 10**6)

    @rule(client=clients, arrived=st.integers(0, 5))
    def disconnect(self, client: Client, arrived: int) -> None:
        if client.connected:
            client.came += client.port.put[:arrived]  # the rest is lost with the connection
            client.connected = False
            self.dispatcher.disconnected(client.session, client.port, self.now)
            assert self.alive(client) == client.keyed

    @rule(client=clients)
    def come_back(self, client: Client) -> None:
        if not client.keyed or not self.alive(client):
            return
        if client.connected:  # by a second connection: the first one is only half dead
            client.came += client.port.put
        port = FakePort()
        found = self.dispatcher.resume(client.session.key, port, len(client.came))
        if found is None:
            client.connected = False
            assert not self.alive(client)
            return
        assert found is client.session
        self.dispatcher.disconnected(client.session, client.port, self.now)  # of no effect
        client.port, client.connected = port, True
        self.dispatcher.flush(client.session)

    @rule(seconds=st.sampled_from([1.0, 4.0, 11.0]))
    def time_goes_on(self, seconds: float) -> None:
        self.now += seconds
        self.dispatcher.expire(self.now)
        due = self.dispatcher.next_due
        assert due is None or due > self.now

    @invariant()
    def functions_are_counted(self) -> None:
        for client in self.all:
            running = {token for token in client.sent if token in self.functions.running}
            assert set(client.session.functions) == running
            assert len(running) <= LIMITS.streams

    @invariant()
    def streams_have_their_results_and_one_end(self) -> None:
        for client in self.all:
            if not (client.connected and self.alive(client)):
                continue
            if client.session.outbox.waiting_bytes:
                continue  # not all was sent yet
            came = [json.loads(text) for text in client.came + client.port.put]
            for id, tokens in client.tokens.items():
                expected = [text for token in tokens for text in client.sent[token]]
                results = [one for one in came if one.get("id") == id and one["op"] == "result"]
                assert results == [json.loads(text) for text in expected]
                ends = [
                    one for one in came
                    if one.get("id") == id and one["op"] in ("end", "failed")
                    and one.get("code") not in
                    ("unknown_action", "too_many_streams", "unknown_stream", "bad_request")
                ]  # fmt: skip
                open_ = id in client.session.streams
                assert len(ends) == len(tokens) - open_

    @invariant()
    def who_is_held_may_go_on_in_the_end(self) -> None:
        for token in self.functions.held - self.functions.stopped.keys():
            stream = self.functions.running[token]
            assert stream.held
            assert stream.session.full

    def teardown(self) -> None:
        self.dispatcher.stop()
        for stream in list(self.functions.running.values()):
            self.dispatcher.finished(stream.token, None)
        self.now += 1000
        for client in self.all:
            if client.connected and self.alive(client):
                self.dispatcher.disconnected(client.session, client.port, self.now)
        self.dispatcher.expire(self.now + 1000)
        assert not self.dispatcher.sessions
        assert not self.dispatcher._by_key
        assert not self.dispatcher._streams
        assert not self.dispatcher._gone
        assert self.dispatcher.next_due is None


TestStreams = Streams.TestCase
TestStreams.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


@pytest.fixture
def one() -> tuple[Dispatcher, FakeFunctions, Session, FakePort]:
    dispatcher, functions = made()
    port = FakePort()
    return dispatcher, functions, dispatcher.open(port, "key"), port


One = tuple[Dispatcher, FakeFunctions, Session, FakePort]


def test_an_id_used_twice_ends_the_stream(one: One) -> None:
    dispatcher, functions, session, port = one
    dispatcher.call(session, Call(1, "scan"), 0.0)
    dispatcher.call(session, Call(1, "scan"), 0.0)
    (told,) = said(port)
    assert (told["op"], told["id"], told["code"]) == ("failed", 1, "duplicate_id")
    assert list(functions.stopped.values()) == ["duplicate_id"]


def test_one_that_was_cancelled_counts_until_it_returns(one: One) -> None:
    dispatcher, functions, session, port = one
    for id in (1, 2, 3):
        dispatcher.call(session, Call(id, "scan"), 0.0)
        dispatcher.cancel(session, id)
    dispatcher.call(session, Call(4, "scan"), 0.0)
    assert said(port)[-1]["code"] == "too_many_streams"
    dispatcher.finished(next(iter(functions.running)), None)
    dispatcher.call(session, Call(4, "scan"), 0.0)
    assert 4 in session.streams


def test_the_shorter_of_two_deadlines_counts(one: One) -> None:
    dispatcher, _, session, port = one
    dispatcher.call(session, Call(1, "quick", deadline=100.0), 0.0)
    assert dispatcher.next_due == 5.0
    dispatcher.call(session, Call(2, "quick", deadline=1.0), 0.0)
    assert dispatcher.next_due == 1.0
    dispatcher.expire(2.0)
    assert [(told["id"], told["code"]) for told in said(port)] == [(2, "deadline")]


def test_deadlines_of_streams_that_are_over_are_forgotten(one: One) -> None:
    dispatcher, functions, session, _ = one
    dispatcher.call(session, Call("runs", "scan", deadline=1.0), 0.0)
    for number in range(1000):  # each is due later than the one that runs
        dispatcher.call(session, Call(number, "scan", deadline=1e6), 0.0)
        token = max(functions.running)
        dispatcher.finished(token, functions.running.pop(token).envelope.end(None))
    assert len(dispatcher._due) < 100
    assert dispatcher.next_due == 1.0


def test_what_is_no_longer_kept_ends_the_session(one: One) -> None:
    dispatcher, functions, session, port = one
    dispatcher.call(session, Call(1, "scan"), 0.0)
    stream = functions.running[1]
    for _ in range(20):
        dispatcher.sent(stream.token, stream.envelope.result(encode("x" * 90)))
    dispatcher.disconnected(session, port, 0.0)
    assert dispatcher.resume("key", FakePort(), 3) is None
    assert functions.stopped == {1: "cancelled"}


def test_an_event_for_one_client_goes_to_that_one_only(one: One) -> None:
    dispatcher, _, session, port = one
    other = FakePort()
    dispatcher.open(other, plain=True)
    value = encode({"count": 1})
    units = event("tick", value, plain=False), event("tick", value, plain=True)
    assert dispatcher.tell_all(*units, session.client)
    assert not dispatcher.tell_all(*units, 99)
    assert dispatcher.tell_all(*units)
    assert said(port) == [{"op": "event", "action": "tick", "data": {"count": 1}}] * 2
    assert said(other) == [{"action": "tick", "data": {"count": 1}}]


def test_who_asks_for_much_and_reads_nothing_is_sent_it_all_the_same(one: One) -> None:
    """So that the limit of its queue ends it: refusals cannot be held back."""
    dispatcher, _, session, port = one
    port.room = False
    for _ in range(5000):
        dispatcher.call(session, Call(1, "no"), 0.0)
    assert len(port.put) > 800


def test_after_the_stop_calls_are_refused(one: One) -> None:
    dispatcher, functions, session, port = one
    dispatcher.call(session, Call(1, "scan"), 0.0)
    dispatcher.stop()
    dispatcher.call(session, Call(2, "scan"), 0.0)
    assert [(told["id"], told["code"]) for told in said(port)] == [(1, "stopping"), (2, "stopping")]
    assert functions.stopped == {1: "stopping"}
