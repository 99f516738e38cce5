"""The session, fed by hand: no sockets."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

import cwire
from cwire.bridge.health import health
from cwire.data.feed import Watch
from cwire.session.events import (
    DriverChanged,
    Hello,
    OriginAllowed,
    Refused,
    Reply,
    Resend,
    Subscribed,
)
from cwire.session.options import Options
from cwire.session.session import Session
from cwire_server.hub.decimation import Decimation
from cwire_structs import frames
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.fake_relay import driver, pictures, ticks


def hello(*drivers: dict[str, Any], **changes: Any) -> str:
    message = {"op": "hello", "protocol": 1, "server": "fake", "client": 3, "limits": {}}
    return json.dumps({**message, "drivers": list(drivers), **changes})


def event(op: str, **fields: Any) -> str:
    return json.dumps({"op": op, **fields})


def connected(*drivers: dict[str, Any]) -> Session:
    session = Session(1 << 20)
    assert session.receive_text(hello(*(drivers or (driver(),)))) == [Hello()]
    return session


def reply(request: int, type: int, payload: bytes = b"", flags: int = 0) -> bytes:
    return frames.pack(type, payload, flags=frames.REPLY | flags, source=1, request=request)


def failure(request: int, code: int, text: str = "no") -> bytes:
    return reply(request, schemas.SET, frames.error_payload(code, text), frames.ERROR)


def test_hello() -> None:
    off = driver("other", 2, state="down", session=None, schema=None, problem="not started")
    session = connected(driver(), off)
    assert session.connected
    assert session.client == 3
    lab, other = session.drivers.values()
    assert (lab.name, lab.state, lab.session, lab.schema is None) == ("lab", "up", 7, False)
    assert (other.name, other.state, other.session, other.schema) == ("other", "down", None, None)
    assert (lab.reason, other.reason) == ("", "not started")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
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


def test_a_bad_schema_is_one_drivers_problem() -> None:
    session = connected(driver("bad", 2, schema={"schema": "what"}), driver())
    assert session.drivers["bad"].problem
    with pytest.raises(cwire.ProtocolError, match="schema of driver 'bad' cannot be used"):
        session.command(session.drivers["bad"], "set", {})
    assert session.command(session.drivers["lab"], "set", {}).request


def test_frames_go_to_their_feeds() -> None:
    session = connected(driver(), driver("other", 2))
    assert session.receive_binary(ticks(0, 3) + ticks(5, 2, source=2) + pictures(0, 1), 0.0) == []
    assert {key: feed.history.total for key, feed in session.feeds.items()} == {
        (1, schemas.TICK): 3,
        (2, schemas.TICK): 2,
        (1, schemas.PICTURE): 1,
    }
    assert session.feeds[2, schemas.TICK].driver == "other"


def test_nothing_refers_to_the_memory_of_a_batch() -> None:
    session = connected()
    lab = session.drivers["lab"]
    answers = [
        reply(session.command(lab, "set", {}).request, schemas.STATE, bytes(8)),
        failure(session.command(lab, "set", {}).request, -5, "no"),
    ]
    batch = bytearray(b"".join((ticks(0, 3), pictures(0, 1, 2), *answers, ticks(3, 1))))
    with memoryview(batch) as view:
        events = session.receive_binary(view, 0.0)
    assert len(events) == 2
    batch.clear()  # a BufferError if anything still refers to it


def test_unknown_frames_are_counted() -> None:
    session = connected()
    session.receive_binary(frames.pack(999, source=1) + ticks(0, 1, source=9) + ticks(0, 1), 0.0)
    assert session.unknown == 2
    assert session.feeds[1, schemas.TICK].history.total == 1


def test_more_kinds_than_one_scan_counts() -> None:
    session = connected()
    session.receive_binary(b"".join(ticks(0, 1, source=n) for n in range(200)) + ticks(1, 1), 0.0)
    assert session.unknown == 199
    assert session.feeds[1, schemas.TICK].history.total == 2


@pytest.mark.parametrize(
    "data",
    [
        ticks(0, 2)[:-1],
        ticks(0, 2)[:70],
        b"\0" * 24,
        b"\xff" * 64,
        ticks(0, 1) + b"\x18",
        reply(1, schemas.GO)[:20],
    ],
)
def test_broken_batches_are_refused(data: bytes) -> None:
    with pytest.raises(cwire.ProtocolError, match=r"bad frame|ends inside"):
        connected().receive_binary(data, 0.0)


def test_a_command_and_its_reply() -> None:
    session = connected()
    command = session.command(session.drivers["lab"], "set", {"x": 2.5})
    header = frames.unpack_header(command.data)
    assert (header.type, header.source, header.sequence) == (schemas.SET, 1, 7)
    assert header.request == command.request != 0
    batch = ticks(0, 2) + reply(command.request, schemas.STATE, bytes(8)) + ticks(2, 1)
    (answer,) = session.receive_binary(batch, 0.0)
    assert isinstance(answer, Reply)
    assert answer.request == command.request
    assert answer.value is not None
    assert (answer.value.message.name, answer.value.x) == ("state", 0.0)
    assert session.feeds[1, schemas.TICK].history.total == 3
    assert session.receive_binary(batch, 0.0) == []  # once only


def test_an_empty_reply_is_ok() -> None:
    session = connected()
    command = session.command(session.drivers["lab"], "go", {})
    assert session.receive_binary(reply(command.request, schemas.GO), 0.0) == [
        Reply(command.request)
    ]


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
    command = session.command(session.drivers["lab"], "set", {})
    (answer,) = session.receive_binary(failure(command.request, code, "no, since"), 0.0)
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
    assert session.command(session.drivers["lab"], "set", {}).request == 1
    (answer,) = session.receive_binary(frame, 0.0)
    assert isinstance(answer, Reply)
    assert isinstance(answer.error, cwire.CommandError)
    assert answer.error.name == "CWIRE_EPROTOCOL"


def test_commands_that_cannot_be_sent() -> None:
    session = connected(driver(), driver("off", 2, state="down", session=None))
    lab, off = session.drivers["lab"], session.drivers["off"]
    with pytest.raises(cwire.InvalidCommand, match="set: x: .*0 to 10"):
        session.command(lab, "set", {"x": 11})
    with pytest.raises(cwire.InvalidCommand, match="y: there is no such field"):
        session.command(lab, "set", {"y": 1})
    with pytest.raises(cwire.UnknownCommand, match="did you mean 'set'"):
        session.command(lab, "sett", {})
    with pytest.raises(cwire.DriverDown, match="start it"):
        session.command(off, "set", {})
    session.limits = {"command": 16}
    with pytest.raises(cwire.InvalidCommand, match="takes 16 at most"):
        session.command(lab, "set", {})


def test_a_command_follows_its_driver_into_a_new_run_with_the_same_structs() -> None:
    session = connected()
    command = session.command(session.drivers["lab"], "set", {"x": 3})
    session.receive_text(event("driver", event="restarted", driver=driver(session=8)))
    (again,) = session.receive_binary(failure(command.request, -15), 0.0)
    assert isinstance(again, Resend)
    header = frames.unpack_header(again.data)
    assert (header.sequence, header.request) == (8, command.request)
    assert again.data[24:] == command.data[24:]
    (answer,) = session.receive_binary(failure(command.request, -15), 0.0)
    assert isinstance(answer, Reply)
    assert isinstance(answer.error, cwire.LayoutMismatch)


def test_it_does_not_with_other_structs() -> None:
    session = connected()
    command = session.command(session.drivers["lab"], "set", {"x": 3})
    changed = driver(session=8, schema=schemas.document(extra_field=True))
    session.receive_text(event("driver", event="schema_changed", driver=changed))
    (answer,) = session.receive_binary(failure(command.request, -15), 0.0)
    assert isinstance(answer, Reply)
    assert isinstance(answer.error, cwire.LayoutMismatch)
    text = "its structs have changed: look at bridge['lab'].schema['set'] and send it again"
    assert text in str(answer.error)


def test_a_layout_mismatch_says_what_changed() -> None:
    session = connected()
    first = session.command(session.drivers["lab"], "set", {"x": 3})
    second = session.command(session.drivers["lab"], "go", {})
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


def test_a_restart_keeps_the_history_and_counts_no_loss() -> None:
    session = connected()
    session.receive_binary(ticks(100, 5), 0.0)
    feed = session.feeds[1, schemas.TICK]
    news = driver(session=8)
    del news["schema"]
    changed = session.receive_text(event("driver", event="restarted", driver=news))
    assert changed == [DriverChanged("restarted", session.drivers["lab"])]
    session.receive_binary(ticks(0, 5), 0.0)
    assert session.feeds[1, schemas.TICK] is feed
    assert (feed.history.total, feed.ledger.lost) == (10, 0)
    assert session.drivers["lab"].schema is not None


def test_other_structs_begin_new_histories() -> None:
    session = connected()
    session.receive_binary(ticks(0, 5), 0.0)
    feed = session.feeds[1, schemas.TICK]
    woken: list[int] = []
    feed.watch(Watch(1 << 60, lambda: woken.append(1)))
    changed = driver(session=8, schema=schemas.document(extra_field=True))
    session.receive_text(event("driver", event="schema_changed", driver=changed))
    assert feed.replaced
    assert session.feeds == {}
    assert woken
    session.receive_binary(ticks(0, 2), 0.0)
    assert session.feeds[1, schemas.TICK].history.total == 2


class Overtaken(AbstractContextManager[None]):
    """A lock that another thread got first, to do something."""

    def __init__(self) -> None:
        self.action: Callable[[], object] | None = None

    def __enter__(self) -> None:
        action, self.action = self.action, None
        if action:
            action()

    def __exit__(self, *error: object) -> None:
        pass


def test_a_feed_that_was_asked_for_while_the_structs_changed_is_replaced() -> None:
    lock = Overtaken()
    session = Session(1 << 20, lock=lock)
    session.receive_text(hello(driver()))
    lab = session.drivers["lab"]
    assert lab.schema is not None
    changed = driver(session=8, schema=schemas.document(extra_field=True))
    news = event("driver", event="schema_changed", driver=changed)
    lock.action = lambda: session.receive_text(news)
    assert session.feed(lab, lab.schema.messages["rare"]).replaced
    assert session.feeds == {}
    assert not session.feed(lab, lab.schema.messages["rare"]).replaced


def test_other_threads_read_while_feeds_and_counts_change() -> None:
    session = Session(4096, lock=threading.Lock())
    session.receive_text(hello(driver()))
    schema = session.drivers["lab"].schema
    assert schema is not None
    done = threading.Event()
    failures: list[BaseException] = []

    def read() -> None:
        try:
            while not done.is_set():
                for message in schema.published.values():
                    session.feed(session.drivers["lab"], message)
                health(session, 0.0)
        except BaseException as error:
            failures.append(error)

    drop = {"source": 1, "message": "tick", "reason": "relay", "count": 1}
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=read) for _ in range(2)]
    try:
        for thread in threads:
            thread.start()
        for number in range(1500):
            session.receive_text(event("dropped", id=number, sequence=number, **drop))
            if number % 50 == 0:
                session.disconnected()
                session.connected = True
                session._catalog.drop_feeds(1)
    finally:
        done.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(before)
    assert failures == []


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
    session.receive_text(event("unsubscribed", id=id))
    assert not session.wants("lab", "tick")
    session.receive_text(event("subscribed", id=9, streams=streams))
    assert session.feeds[1, schemas.TICK].ledger.lost == 2


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
        "schema": made.document,
    }


def pairs(first: int, count: int, factor: int = 2, type: int = frames.RELAY_TYPES) -> bytes:
    size = 8 + 2 * 8 * (4 // factor + (4 % factor > 0))
    return b"".join(
        frames.pack(type, bytes(size), source=1, sequence=number)
        for number in range(first, first + count)
    )


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


def test_history_never_comes_twice() -> None:
    session = connected()
    session.subscribe(["tick"], None, Options(history=5))
    for messages in (["rare", "tick"], None):
        with pytest.raises(cwire.InvalidSubscription, match="subscribe=None"):
            session.subscribe(messages, "lab", Options(history_seconds=1))
    id, text = session.subscribe(["rare"], None, Options(history=5, policy="latest"))
    asked = json.loads(text)
    assert (id, asked["history"], asked["policy"]) == (2, {"frames": 5}, "latest")


def test_acknowledgements_leave_replies_out() -> None:
    session = Session(1 << 20, window=1000)
    session.receive_text(hello(driver()))
    session.receive_binary(ticks(0, 2) + reply(5, schemas.GO) + ticks(2, 1), 0.0)
    assert json.loads(session.window.ack())["bytes"] == 3 * 64


def test_refused() -> None:
    session = connected()
    id, _ = session.subscribe(["nope"])
    answer = session.receive_text(event("error", id=id, code="unknown_message", text="no nope"))
    assert answer == [Refused(id, "unknown_message", "no nope")]
    assert not session.wants("lab", "nope")


def test_dropped() -> None:
    session = connected()
    drop = {"id": 1, "source": 1, "message": "tick", "reason": "relay", "count": 4, "sequence": 3}
    session.receive_text(event("dropped", **drop))
    ledger = session.feeds[1, schemas.TICK].ledger
    assert (ledger.lost, ledger.gone_by("relay")) == (4, 4)
    session.receive_text(event("dropped", **{**drop, "message": "nope"}))  # of no consequence


def test_a_link_that_breaks_and_comes_back_to_the_same_run_counts_no_loss_twice() -> None:
    session = connected()
    streams = [{"source": 1, "message": "tick", "type": schemas.TICK, "first_sequence": 0}]
    session.receive_text(event("subscribed", id=1, streams=streams))
    drop = {"id": 1, "source": 1, "message": "tick", "reason": "driver"}
    session.receive_text(event("dropped", **drop, count=100, sequence=104))
    session.receive_binary(ticks(100, 5), 0.0)
    session.receive_text(event("driver", event="down", driver=driver(state="down", session=None)))
    session.receive_text(event("driver", event="up", driver=driver()))
    session.receive_text(event("dropped", **drop, count=105, sequence=114))
    session.receive_binary(ticks(110, 5), 0.0)
    ledger = session.feeds[1, schemas.TICK].ledger
    assert (ledger.frames, ledger.lost, ledger.gone_by("driver")) == (10, 105, 105)


def test_a_disconnect_answers_what_waits_and_a_hello_goes_on() -> None:
    session = connected()
    session.receive_binary(ticks(50, 5), 0.0)
    session.subscribe(None)
    command = session.command(session.drivers["lab"], "go", {})
    (answer,) = session.disconnected()
    assert answer.request == command.request
    assert isinstance(answer.error, cwire.NotConnected)
    assert not session.connected
    session.receive_text(hello(driver(session=9)))
    session.receive_binary(ticks(0, 5), 0.0)
    feed = session.feeds[1, schemas.TICK]
    assert (feed.history.total, feed.ledger.lost) == (10, 0)
    assert len(session.resubscribe()) == 1
    session.receive_text(hello(driver("new", 4)))
    assert list(session.drivers) == ["new"]
    assert feed.replaced


def test_an_origin_has_a_number_of_its_own() -> None:
    session = connected()
    first, _ = session.subscribe(["tick"])
    id, text = session.allow_origin("http://localhost:8888")
    assert id != first
    assert json.loads(text) == {"op": "origin", "id": id, "origin": "http://localhost:8888"}
    (told,) = session.receive_text(event("origin", id=id, url="ws://x/ws", token="secret"))
    assert told == OriginAllowed(id, "ws://x/ws", "secret")
    assert "secret" not in repr(told)
