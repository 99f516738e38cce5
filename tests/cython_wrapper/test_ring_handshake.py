"""The handshake of a ring's readers, fed with bytes: no socket, no driver."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cwire_structs import control, frames, ring_handshake
from cwire_structs.frames import FrameError
from cwire_structs.ring import RingError
from cwire_structs.ring_handshake import (
    Attached,
    DriverRefusedError,
    HandshakeError,
    Refused,
    RingHandshake,
)
from support.fake_ring import FakeRing, SeenPage

EPOCH = 77
HELLO = control.hello(EPOCH, "lab", b"{}" * 40, frame_bytes=1 << 20, heartbeat=1.0)
HEARTBEAT = frames.pack(frames.CONTROL, (3).to_bytes(4, "little") + bytes(4))
TICK = frames.pack(3, bytes(40))


@pytest.fixture
def made() -> Iterator[FakeRing]:
    """A ring; and no descriptor more than before at the end."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    with FakeRing(epoch=EPOCH) as made:
        yield made
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def feed(handshake: RingHandshake, data: bytes, step: int, fd: int = -1) -> bytes:
    """Feeds what is wanted, at most `step` bytes at a time; returns what is not wanted."""
    while data and handshake.wants:
        piece = data[: min(step, handshake.wants)]
        data = data[len(piece) :]
        handshake.feed(piece, [] if fd < 0 else [os.dup(fd)])
    return data


def feed_all(handshake: RingHandshake, data: bytes, fd: int = -1) -> None:
    """Feeds it and then the end of the connection."""
    feed(handshake, data, 100, fd)
    handshake.feed(b"")


def greeted(step: int = 1 << 20) -> RingHandshake:
    handshake = RingHandshake()
    assert feed(handshake, HELLO, step) == b""
    assert handshake.wants == 0
    return handshake


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_it_ends_with_the_ring(made: FakeRing, step: int) -> None:
    made.put(TICK)
    with greeted(step) as handshake:
        assert handshake.hello is not None
        assert (handshake.hello.name, handshake.hello.epoch) == ("lab", EPOCH)
        data, descriptors = handshake.answer(more=control.interest([3]))
        assert data == control.answer(ring=True) + control.interest([3])
        with SeenPage(descriptors[0]) as page:
            # Each piece may come with a descriptor: the first one counts.
            rest = feed(handshake, control.ring(0, 5) + TICK, step, made.fd)
            assert rest == TICK, "what comes behind it is not taken"
            assert isinstance(handshake.outcome, Attached)
            assert handshake.outcome.number == 5
            handshake.close()
            ring, buffer = handshake.outcome.ring, bytearray(100)
            assert ring.take(buffer, 0, 100) == (len(TICK), 0)
            assert page.position == len(TICK)
            ring.close()


@pytest.mark.parametrize(
    ("said", "why", "first"),
    [
        (control.ring(0, 0, "no memory"), "no memory", b""),
        (HEARTBEAT, "the driver knows no ring", HEARTBEAT),
        (TICK, "the driver knows no ring", TICK[:24]),
        (frames.pack(frames.CONTROL, b"\x63\0\0\0"), "the driver knows no ring", None),
        (frames.pack(frames.CONTROL, bytes(100_000)), "the driver knows no ring", b"header"),
    ],
)
@pytest.mark.parametrize("step", [5, 1 << 20])
def test_it_ends_without_one(
    made: FakeRing, said: bytes, why: str, first: bytes | None, step: int
) -> None:
    with greeted() as handshake:
        handshake.answer()
        rest = feed(handshake, said + TICK, step)
        assert handshake.wants == 0
        first = {None: said, b"header": said[:24]}.get(first, first)
        assert handshake.outcome == Refused(why, first or b"")
        assert (handshake.outcome.first + rest).endswith(TICK)


def test_a_driver_that_is_slow_is_taken_for_one_without(made: FakeRing) -> None:
    with greeted() as handshake:
        handshake.answer()
        feed(handshake, control.ring(0, 1)[:30], 100, made.fd)
        handshake.give_up()
        assert handshake.wants == 0
        assert handshake.outcome == Refused("the driver knows no ring", control.ring(0, 1)[:30])


def test_what_is_not_wanted_is_not_asked_for(made: FakeRing) -> None:
    with greeted() as handshake:
        assert handshake.answer("as the user says") == (control.answer(), [])
        assert handshake.outcome == Refused("as the user says")
        assert handshake.wants == 0


@pytest.mark.parametrize("shareable", [True, False])
def test_what_cannot_be_is_not_asked_for(
    made: FakeRing, monkeypatch: pytest.MonkeyPatch, shareable: bool
) -> None:
    def page() -> None:
        raise RingError("no page for the reader of a ring: Too many open files")

    monkeypatch.setattr(ring_handshake, "ReaderPage", page)
    monkeypatch.setattr(ring_handshake, "SHAREABLE", shareable)
    with greeted() as handshake:
        assert handshake.answer() == (control.answer(), [])
        assert isinstance(handshake.outcome, Refused)
        assert ("open files" in handshake.outcome.why) == shareable
        assert ("without locks" in handshake.outcome.why) != shareable


@pytest.mark.parametrize(
    ("said", "error", "text"),
    [
        (b"", HandshakeError, "closed the connection before its hello was complete"),
        (HELLO[:50], HandshakeError, "closed the connection before its hello was complete"),
        (b"HTTP/1.1 400 Bad Request", HandshakeError, "is not a cwire driver: its hello claims"),
        (bytes(24), HandshakeError, "its hello claims 0 bytes, at most"),
        (control.bye(-7, "in use"), DriverRefusedError, "the driver refused: in use"),
        (HEARTBEAT, HandshakeError, "did not begin with a hello"),
        (frames.pack(frames.CONTROL), FrameError, "needs 4 bytes"),
        (frames.pack(frames.CONTROL, HELLO[24:60]), FrameError, "cut short"),
        (HELLO[:32] + b"other" + HELLO[37:], FrameError, "no cwire magic"),
    ],
)
def test_what_is_no_hello(said: bytes, error: type[Exception], text: str) -> None:
    handshake = RingHandshake(1000)
    with pytest.raises(error, match=text):
        feed_all(handshake, said)


@pytest.mark.parametrize(
    ("said", "with_ring", "error", "text"),
    [
        (b"", False, HandshakeError, "closed the connection when it had the answer"),
        (control.bye(-9, "enough"), False, RingError, "said goodbye: enough"),
        (frames.pack(frames.CONTROL, b"\6\0\0\0"), True, FrameError, "cut short"),
        (control.ring(0, 1), False, RingError, "says that it has a ring, and sends none"),
        (control.ring(8, 1), True, RingError, "cannot begin at 8"),
    ],
)
def test_what_is_no_ring(
    made: FakeRing, said: bytes, with_ring: bool, error: type[Exception], text: str
) -> None:
    with greeted() as handshake:
        handshake.answer()
        with pytest.raises(error, match=text):
            feed_all(handshake, said, made.fd if with_ring else -1)
        assert handshake.outcome is None
