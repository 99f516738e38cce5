"""The session, fed by hand: no sockets."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from typing import Any

import pytest

import cwire
from cwire.data.feed import Watch
from cwire.errors import OtherDrivers
from cwire.session.drivers import missing_text
from cwire.session.events import DriverChanged, OriginAllowed, RingAnswer
from cwire.session.options import Options
from cwire.session.session import Session
from cwire_structs import control, frames
from cwire_structs.frames import FrameError
from support import schemas
from support.fake_relay import driver, pictures, ticks
from support.processes import ROOT
from support.session import command as make_command
from support.session import connected, event, failure, hello, reply


def test_hello() -> None:
    off = driver("other", 2, state="down", session=None, schema=None, problem="not started")
    session = connected(driver(), off)
    assert session.connected
    assert session.client == 3
    lab, other = session.drivers.values()
    assert (lab.name, lab.state, lab.session, lab.schema is None) == ("lab", "up", 7, False)
    assert (other.name, other.state, other.session, other.schema) == ("other", "down", None, None)
    assert (lab.reason, other.reason) == ("", "not started")


class Broken(AbstractContextManager[None]):
    """A lock that stands for a bug of ours: what happens under it fails."""

    def __enter__(self) -> None:
        raise ValueError("a bug")

    def __exit__(self, *error: object) -> None:
        pass


def test_a_bug_of_ours_is_not_blamed_on_the_relay() -> None:
    session = Session(1 << 20, lock=Broken())
    with pytest.raises(ValueError, match="^a bug$"):
        session.receive_text(hello(driver()))
    session = connected()
    session.receive_binary(ticks(0, 1), 0.0)
    session.feeds[1, schemas.TICK].watch(Watch(2, lambda: [][1]))
    with pytest.raises(IndexError):
        session.receive_binary(ticks(1, 1), 0.0)


def test_a_bad_text_changes_nothing() -> None:
    session = connected()
    with pytest.raises(cwire.ProtocolError, match="not cwire's"):
        session.receive_text(hello(driver("new", 4), driver("odd", 5, state="odd")))
    assert list(session.drivers) == ["lab"]


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
        reply(make_command(session, lab, "set", {}).request, schemas.STATE, bytes(8)),
        failure(make_command(session, lab, "set", {}).request, -5, "no"),
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


def test_acknowledgements_leave_replies_out() -> None:
    session = Session(1 << 20, window=1000)
    session.receive_text(hello(driver()))
    session.receive_binary(ticks(0, 2) + reply(5, schemas.GO) + ticks(2, 1), 0.0)
    assert json.loads(session.window.ack())["bytes"] == 3 * 64


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
    sent = make_command(session, session.drivers["lab"], "go", {})
    (answer,) = session.disconnected()
    assert answer.request == sent.request
    assert isinstance(answer.error, cwire.NotConnected)
    assert not session.connected
    session.receive_text(hello(driver(session=9)))
    session.receive_binary(ticks(0, 5), 0.0)
    feed = session.feeds[1, schemas.TICK]
    assert (feed.history.total, feed.ledger.lost) == (10, 0)
    assert len(session.resubscribe()) == 1
    session.disconnected()
    with pytest.raises(OtherDrivers, match="it has new at /run/new.sock, and this bridge had lab"):
        session.receive_text(hello(driver("new", 4)))
    assert list(session.drivers) == ["lab"]
    assert not session.connected
    assert not feed.replaced


A = {"host": "lab", "boot": "1", "root": "a"}


@pytest.mark.parametrize(
    ("later", "told"),
    [
        (A, ""),
        (None, ""),  # it does not say
        ({**A, "root": "b"}, "it runs on another container on lab, and this bridge was connected"),
        ({**A, "host": "pc"}, "it runs on pc, and this bridge was connected to one on lab"),
        ({**A, "boot": "2", "root": "b"}, ""),
    ],
)
def test_a_relay_of_another_machine_is_not_taken(later: dict[str, str] | None, told: str) -> None:
    """Its drivers have the same names and sockets; by which address it was found is no matter."""
    session = Session(1 << 20)
    session.receive_text(hello(driver(), machine=A))
    session.disconnected()
    if told:
        with pytest.raises(OtherDrivers, match=told):
            session.receive_text(hello(driver(), machine=later))
    else:
        session.receive_text(hello(driver(), machine=later))
    assert session.connected is not bool(told)


@pytest.mark.parametrize("machine", [5, {}, {"host": "lab"}, []])
def test_a_machine_that_cannot_be_read(machine: object) -> None:
    with pytest.raises(cwire.ProtocolError, match="not cwire's"):
        Session(1 << 20).receive_text(hello(driver(), machine=machine))


def test_an_origin_has_a_number_of_its_own() -> None:
    session = connected()
    first, _ = session.subscribe(["tick"])
    id, text = session.allow_origin("http://localhost:8888")
    assert id != first
    assert json.loads(text) == {"op": "origin", "id": id, "origin": "http://localhost:8888"}
    (told,) = session.receive_text(event("origin", id=id, url="ws://x/ws", token="secret"))
    assert told == OriginAllowed(id, "ws://x/ws", "secret")
    assert "secret" not in repr(told)


def by_ring(session: Session, data: bytes, *types: int) -> None:
    """Frames of a ring, where they have no source yet."""
    raw = bytearray(data)
    at = 0
    while at < len(raw):
        raw[at + 7] = 0
        at += frames.span(frames.unpack_header(raw, at).size)
    session.receive_ring(session.drivers["lab"], types, memoryview(raw), 0.0)


def test_the_seam_between_relay_and_ring() -> None:
    session = connected()
    id, _ = session.subscribe(["tick"])
    session.receive_text(subscribed(id, first=5))
    assert session.whole() == {session.drivers["lab"].source: {schemas.TICK}}
    request, text = session.ring(session.drivers["lab"], read=True)
    assert json.loads(text) == {
        "op": "ring", "id": request, "driver": "lab", "session": 7, "read": True
    }  # fmt: skip
    session.receive_binary(ticks(5, 3), 0.0)
    answer = event("ring", id=request, driver="lab", read=True)
    assert session.receive_text(answer) == [RingAnswer(request, "lab", True)]
    rare = frames.pack(schemas.RARE, bytes(8))
    place = control.place(3, 1)
    by_ring(session, ticks(3, 2) + place + ticks(5, 3) + rare + ticks(8, 2), schemas.TICK)
    feed = session.feeds[1, schemas.TICK]
    assert feed.ledger.frames == feed.history.total == 5
    by_ring(session, ticks(12, 1), schemas.TICK)
    assert (feed.ledger.lost, feed.ledger.gone_by("driver")) == (2, 2)
    session.receive_binary(ticks(11, 4), 0.0)  # and back again
    assert (feed.ledger.frames, feed.ledger.lost) == (8, 2)
    assert (1, schemas.RARE) not in session.feeds
    assert session.unknown == 0


def test_no_frame_in_a_ring_is_cut() -> None:
    session = connected()
    with pytest.raises(FrameError, match="goes on where the ring ends"):
        by_ring(session, ticks(0, 2)[:-8], schemas.TICK)
    with pytest.raises(FrameError, match="goes on where the ring ends"):
        by_ring(session, ticks(0, 1) + control.place(3, 1)[:-8], schemas.TICK)


def test_a_run_is_read_to_its_end_before_the_next_one_begins() -> None:
    session = connected()
    id, _ = session.subscribe(["tick"])
    session.receive_text(subscribed(id, first=0))
    session.before_end = lambda driver: by_ring(session, ticks(0, 3), schemas.TICK)
    session.receive_text(event("driver", event="down", driver=driver(state="down", session=None)))
    feed = session.feeds[1, schemas.TICK]
    assert (feed.ledger.frames, feed.ledger.lost) == (3, 0)


def subscribed(id: int, first: int) -> str:
    stream = {"source": 1, "message": "tick", "type": schemas.TICK, "first_sequence": first}
    return event("subscribed", id=id, streams=[stream])


@pytest.mark.parametrize(
    ("options", "whole"),
    [
        ({}, True),
        ({"history": 3}, True),
        ({"policy": "latest"}, False),
        ({"max_rate": 3.0}, False),
        ({"decimate": 4}, False),
    ],
)
def test_what_a_ring_can_bring(options: dict[str, Any], whole: bool) -> None:
    assert Options(**options).whole is whole


CASES = json.loads((ROOT / "tests" / "relays.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_a_relay_that_is_met_again(case: dict[str, Any]) -> None:
    def greeting(drivers: dict[str, str], watches: str | None) -> str:
        reports = [
            driver(name, number, socket=place, state="down", session=None)
            for number, (name, place) in enumerate(drivers.items(), start=1)
        ]
        return hello(*reports, watches=watches)

    session = Session(1 << 20)
    session.receive_text(greeting(**case["before"]))
    session.disconnected()
    if case["same"]:
        session.receive_text(greeting(**case["now"]))
        known = {**case["before"]["drivers"], **case["now"]["drivers"]}
        assert session.drivers.keys() == known.keys()
        assert session.had is not None
        assert session.had.drivers == known
    else:
        with pytest.raises(OtherDrivers, match="it has .*, and this bridge had "):
            session.receive_text(greeting(**case["now"]))
    assert session.connected is case["same"]


def test_a_driver_that_comes_later() -> None:
    session = Session(1 << 20)
    session.receive_text(hello(watches="/run"))
    (changed,) = session.receive_text(event("driver", event="up", driver=driver()))
    assert isinstance(changed, DriverChanged)
    session.receive_binary(ticks(0, 3), 0.0)
    assert session.feeds[1, schemas.TICK].history.total == 3
    session.disconnected()
    with pytest.raises(OtherDrivers):
        session.receive_text(hello(driver(socket="/elsewhere/lab.sock"), watches="/run"))


def test_a_driver_that_a_later_relay_lacks() -> None:
    session = Session(1 << 20)
    session.receive_text(hello(driver("cam", 2), driver(), watches="/run"))
    id, _ = session.subscribe(["tick"], "lab")
    session.receive_text(event("subscribed", id=id, streams=[]))
    session.receive_binary(ticks(0, 3), 0.0)
    feed = session.feeds[1, schemas.TICK]
    session.disconnected()
    session.receive_text(hello(driver("cam", 1), watches="/run"))
    lab = session.drivers["lab"]
    assert (lab.state, lab.missing, lab.session) == ("down", True, None)
    assert lab.reason == "the relay does not find it; start it again"
    with pytest.raises(cwire.DriverDown, match="does not find it; start it again; it is found"):
        session.encode(lab, "set", {})
    assert session.feed(lab, feed.message) is feed
    # It is asked for: the relay may find it any time. So is what is new.
    assert [json.loads(text)["later"] for text in session.resubscribe()] == [True]
    assert json.loads(session.subscribe(["rare"], "lab")[1])["later"]
    assert "later" not in json.loads(session.subscribe(["rare"], "cam")[1])
    session.receive_binary(ticks(0, 1), 0.0)  # of the other one, which has its number now
    assert feed.history.total == 3
    # Another one of this name is not taken for it.
    other = driver("lab", 2, socket="/elsewhere/lab.sock")
    assert session.receive_text(event("driver", event="up", driver=other)) == []
    assert session.drivers["lab"].state == "down"
    session.receive_text(event("driver", event="up", driver=driver("lab", 3)))
    assert (session.drivers["lab"].state, session.drivers["lab"].missing) == ("up", False)
    streams = [{"source": 3, "message": "tick", "type": schemas.TICK, "first_sequence": 5}]
    session.receive_text(event("subscribed", id=id, streams=streams))
    session.receive_binary(ticks(5, 2, source=3), 0.0)
    assert (feed.history.total, feed.ledger.lost) == (5, 2)
    assert session.feeds[3, schemas.TICK] is feed


@pytest.mark.parametrize("run", ["1", "2"])
def test_what_was_read_by_a_ring_stays_so_under_another_number(run: str) -> None:
    session = connected()
    ring = session.ring(session.drivers["lab"], read=True)
    session.receive_text(event("ring", id=ring[0], driver="lab", read=True))
    session.receive_ring(
        session.drivers["lab"], {schemas.TICK}, memoryview(bytearray(ticks(0, 5))), 0.0
    )
    session.disconnected()
    session.receive_text(hello(driver("new", 1, epoch="9"), driver("lab", 2, epoch=run)))
    streams = [{"source": 2, "message": "tick", "type": schemas.TICK, "first_sequence": 3}]
    session.receive_text(event("subscribed", id=1, streams=streams))
    session.receive_ring(
        session.drivers["lab"], {schemas.TICK}, memoryview(bytearray(ticks(3, 3))), 0.0
    )
    session.receive_binary(ticks(3, 3, source=2), 0.0)
    assert session.feeds[2, schemas.TICK].history.total == (6 if run == "1" else 8)


def test_why_one_is_missing() -> None:
    told = "the relay does not serve it; start a relay with --driver a=/run/a.sock, too"
    assert missing_text("a", "/run/a.sock", "/run") == "the relay does not find it; start it again"
    assert missing_text("a", "/run/a.sock", "/elsewhere") == told
    assert missing_text("a", "/run/a.sock", None) == told
