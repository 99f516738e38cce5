"""WebSocket frames: any cut of the bytes gives the same events, and others read what we write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame
from websockets.frames import Opcode as Op

from cwire.link.websocket_reader import Event, Reader, Violation
from cwire_structs.websocket import Close, Opcode, Ping, Pong, close_payload, encode
from support.foreign import masked_frames, plain_frame
from support.websocket_cases import CASES, Case

LIMIT = 1 << 20
SIZES = [0, 1, 125, 126, 127, 4000, 65535, 65536, 70000, (256 << 10) - 10, 256 << 10, 400_000]
# Of the lengths at which headers change, and the reader's memory.


def frame(opcode: Op, payload: bytes, fin: bool = True) -> bytes:
    """Makes the bytes of a frame as a server sends it, by another library."""
    return Frame(opcode, payload, fin).serialize(mask=False)


def filled(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def feed(reader: Reader, data: bytes, cuts: Iterable[int] = ()) -> list[Event | bytes]:
    """The events of a stream; binary messages are copied at once, as users must."""
    found: list[Event | bytes] = []
    sizes: Iterator[int] = iter(cuts)
    while data:
        room = reader.room()
        size = min(len(room), len(data), next(sizes, len(data)))
        assert size > 0
        room[:size] = data[:size]
        data = data[size:]
        for event in reader.received(size):
            found.append(bytes(event) if isinstance(event, memoryview) else event)
    return found


def events_of(data: bytes, limit: int = LIMIT) -> list[Event | bytes]:
    return feed(Reader(limit), data)


controls = st.one_of(
    st.binary(max_size=125).map(lambda data: (frame(Op.PING, data), [Ping(data)])),
    st.binary(max_size=125).map(lambda data: (frame(Op.PONG, data), [Pong(data)])),
)


@st.composite
def fragmented(draw: st.DrawFn) -> tuple[bytes, list[Event | bytes]]:
    """A message in pieces, with control frames between them."""
    pieces = draw(st.lists(st.sampled_from(SIZES[:8]).map(filled), min_size=2, max_size=4))
    whole = b"".join(pieces)
    text = draw(st.booleans())
    data, expected = b"", list[Event | bytes]()
    for number, piece in enumerate(pieces):
        opcode = Op.CONT if number else Op.TEXT if text else Op.BINARY
        piece = piece.translate(ASCII) if text else piece
        data += frame(opcode, piece, fin=number == len(pieces) - 1)
        if number < len(pieces) - 1 and draw(st.booleans()):
            control, events = draw(controls)
            data += control
            expected += events
    return data, [*expected, whole.translate(ASCII).decode() if text else whole]


ASCII = bytes(byte % 128 for byte in range(256))
binaries = st.one_of(st.binary(max_size=300), st.sampled_from(SIZES).map(filled))
messages = st.one_of(
    controls,
    fragmented(),
    binaries.map(lambda data: (frame(Op.BINARY, data), [data])),
    st.text(max_size=200).map(lambda text: (frame(Op.TEXT, text.encode()), [text])),
)
cuts = st.one_of(
    st.lists(st.integers(1, 40), max_size=200),
    st.lists(st.sampled_from([1, 2, 9, 10, 11, 125, 1000, 65536, 100_000, 300_000]), max_size=50),
)


@given(st.lists(messages, max_size=8), cuts)
def test_any_cut(parts: list[tuple[bytes, list[Event | bytes]]], cuts: list[int]) -> None:
    data = b"".join(part for part, _ in parts) + frame(Op.CLOSE, close_payload(1001, "bye"))
    expected = [event for _, events in parts for event in events]
    assert feed(Reader(1 << 22), data, cuts) == [*expected, Close(1001, "bye")]


@given(st.binary(max_size=400), cuts)
def test_any_bytes(data: bytes, cuts: list[int]) -> None:
    assert feed(Reader(300), data, cuts) == events_of(data, 300)


def test_byte_by_byte() -> None:
    texts = [frame(Op.TEXT, "Grüße".encode() * size) for size in (1, 20, 200)]
    large = frame(Op.BINARY, filled(70_000))
    data = b"".join((texts[0], large, *texts[1:], frame(Op.PING, b"?")))
    assert feed(Reader(LIMIT), data, iter(lambda: 1, 0)) == events_of(data)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cases_of_the_standard(case: Case) -> None:
    data = case.encode(plain_frame)
    for cut in (1, len(data)):
        *events, last = feed(Reader(LIMIT), data, repeat(cut))
        if case.code is None:
            events.append(last)
        else:
            assert isinstance(last, Violation)
            assert last.code == case.code
        assert tuple(events) == case.events


BAD = {
    "reserved bits": (b"\xc2\x00", 1002, "reserved bits"),
    "masked": (Frame(Op.BINARY, b"abc").serialize(mask=True), 1002, "masked"),
    "unknown data opcode": (b"\x83\x00", 1002, "unknown opcode 3"),
    "unknown control opcode": (b"\x8b\x00", 1002, "unknown opcode 11"),
    "long ping": (b"\x89\x7e\x00\x7e", 1002, "control frame"),
    "ping in fragments": (b"\x09\x00", 1002, "control frame"),
    "continuation of nothing": (frame(Op.CONT, b""), 1002, "disorder"),
    "message inside a message": (
        frame(Op.TEXT, b"a", fin=False) + frame(Op.BINARY, b"b"),
        1002,
        "disorder",
    ),
    "text": (frame(Op.TEXT, b"\xff"), 1007, "UTF-8"),
    "text cut inside a character": (frame(Op.TEXT, "é".encode()[:1]), 1007, "UTF-8"),
    "text in fragments": (
        frame(Op.TEXT, b"a", fin=False) + frame(Op.CONT, b"\xff"),
        1007,
        "UTF-8",
    ),
    "close with half a code": (frame(Op.CLOSE, b"\x03"), 1002, "close frame"),
    "close with code 1005": (frame(Op.CLOSE, b"\x03\xed"), 1002, "close frame"),
    "close with code 999": (frame(Op.CLOSE, b"\x03\xe7"), 1002, "close frame"),
    "close with bad text": (frame(Op.CLOSE, b"\x03\xe8\xff"), 1007, "UTF-8"),
    "length of 64 bits": (b"\x82\x7f" + b"\xff" * 8, 1009, "the limit is 1048576"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("cut", [1, 1000])
def test_violations(name: str, cut: int) -> None:
    data, code, reason = BAD[name]
    before = frame(Op.TEXT, b"before") + frame(Op.BINARY, b"it")
    after = frame(Op.TEXT, b"after") * 50
    first, second, *found = feed(Reader(LIMIT), before + data + after, iter(lambda: cut, 0))
    assert (first, second) == ("before", b"it")
    (violation,) = found
    assert isinstance(violation, Violation)
    assert violation.code == code
    assert reason in violation.reason


def test_nothing_after_a_close() -> None:
    data = frame(Op.CLOSE, close_payload(1000)) + frame(Op.TEXT, b"?") + b"\xff" * 100
    assert events_of(data) == [Close(1000, "")]
    assert events_of(frame(Op.CLOSE, b"")) == [Close(None, "")]


def test_the_limit_is_for_the_whole_message() -> None:
    assert events_of(frame(Op.BINARY, filled(1000)), 1000) == [filled(1000)]
    (violation,) = events_of(frame(Op.BINARY, filled(1001))[:4], 1000)
    assert violation == Violation(1009, "a message of 1001 bytes; the limit is 1000")
    start = frame(Op.BINARY, filled(600), fin=False)
    assert events_of(start + frame(Op.CONT, filled(400)), 1000) == [filled(600) + filled(400)]
    assert events_of(start + frame(Op.CONT, filled(401)), 1000) == [violation]
    short = frame(Op.BINARY, b"", fin=False) + frame(Op.CONT, filled(100), fin=False) * 11
    assert events_of(short, 1000) == [Violation(1009, "a message of 1100 bytes; the limit is 1000")]


def receive(reader: Reader, data: bytes) -> tuple[memoryview, list[memoryview]]:
    """Receives bytes; returns where they lie, and the binary messages that they completed."""
    room = reader.room()
    room[: len(data)] = data
    events = reader.received(len(data))
    return room, [event for event in events if isinstance(event, memoryview)]


def same_memory(message: memoryview, room: memoryview) -> bool:
    return np.shares_memory(np.frombuffer(message, np.uint8), np.frombuffer(room, np.uint8))


def test_messages_lie_where_they_were_received() -> None:
    reader = Reader(LIMIT)
    room, (first, second) = receive(reader, frame(Op.BINARY, b"one") + frame(Op.BINARY, b"two"))
    assert same_memory(first, room)
    assert same_memory(second, room)
    assert (first.tobytes(), second.tobytes()) == (b"one", b"two")
    receive(reader, frame(Op.BINARY, b"new"))
    assert first.tobytes() == b"new"  # as `room` says: void


def test_a_large_message_is_received_in_place_and_no_further() -> None:
    reader = Reader(LIMIT)
    large, small = filled(LIMIT), frame(Op.BINARY, b"next")
    data = frame(Op.BINARY, large)
    receive(reader, data[:200_000])
    for _ in range(3):
        missing = len(data) - 200_000
        assert missing < len(reader.room()) < missing + 20  # and the next one's header
        room, (message,) = receive(reader, data[200_000:] + small[:3])
        assert message.tobytes() == large
        assert same_memory(message, room)
        _, (message,) = receive(reader, small[3:] + data[:200_000])
        assert message.tobytes() == b"next"


def test_memory_is_given_back() -> None:
    reader = Reader(LIMIT)
    usual = len(reader.room())
    data = frame(Op.BINARY, filled(LIMIT))
    feed(reader, data)
    assert len(reader.room()) > LIMIT
    reader.trim()
    assert len(reader.room()) > LIMIT  # it was needed since
    receive(reader, data[:100])
    reader.trim()
    assert feed(reader, data[100:]) == [filled(LIMIT)]  # not while it is in use
    reader.trim()
    assert feed(reader, frame(Op.TEXT, b"small")) == ["small"]
    reader.trim()
    assert len(reader.room()) == usual
    assert feed(reader, data) == [filled(LIMIT)]


@given(st.lists(binaries, max_size=4), st.binary(min_size=4, max_size=4))
def test_others_read_what_is_written(payloads: list[bytes], key: bytes) -> None:
    data = b"".join(encode(Opcode.BINARY, payload, key) for payload in payloads)
    assert masked_frames(data) == [Frame(Op.BINARY, payload) for payload in payloads]


def test_what_is_written_is_masked() -> None:
    assert encode(Opcode.TEXT, b"Hello", b"\x37\xfa\x21\x3d") == bytes.fromhex(
        "818537fa213d7f9f4d5158"  # RFC 6455, section 5.7
    )
    assert encode(Opcode.BINARY, b"ABCD", b"ABCD")[6:] == bytes(4)
    assert masked_frames(encode(Opcode.PONG, b"!", b"abcd")) == [Frame(Op.PONG, b"!")]


def test_a_close_reason_that_is_too_long() -> None:
    payload = close_payload(1009, "é" * 100)
    assert len(payload) == 2 + 122  # no half character
    assert events_of(frame(Op.CLOSE, payload)) == [Close(1009, "é" * 61)]
