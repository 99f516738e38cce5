"""Frames on a serial line, against another implementation of COBS and the CRC's definition."""

from __future__ import annotations

import re

import pytest
from cobs import cobs
from hypothesis import given
from hypothesis import strategies as st

from cwire_structs import frames, serial_line
from cwire_structs.serial_line import LineDecoder
from support.processes import ROOT

payloads = st.one_of(
    st.binary(max_size=600),
    st.integers(1, 255).flatmap(lambda byte: st.integers(0, 800).map(lambda n: bytes([byte]) * n)),
    st.integers(0, 800).map(bytes),
)


def crc_by_definition(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def frame_of(payload: bytes, sequence: int = 0) -> bytes:
    return frames.pack(1, payload, sequence=sequence, time_ns=0x0102030405060708)


def plain(frame: bytes) -> bytes:
    return frame[: frames.unpack_header(frame).size]


def decoded(line: bytes) -> tuple[list[int], int]:
    """The sequences of the frames in what came by a line, and how many were damaged."""
    decoder = LineDecoder()
    whole = decoder.feed(line)
    found, position = [], 0
    while position < len(whole):
        header = frames.unpack_header(whole, position)
        found.append(header.sequence)
        position += frames.span(header.size)
    return found, decoder.damaged


@given(st.binary(max_size=100))
def test_the_crc(data: bytes) -> None:
    assert serial_line.crc32c(data) == crc_by_definition(data)


def test_the_crc_of_the_standard() -> None:
    # RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
    assert serial_line.crc32c(b"123456789") == 0xE3069283
    assert serial_line.crc32c(bytes(32)) == 0x8A9136AA
    assert serial_line.crc32c(b"\xff" * 32) == 0x62A8AB43


@given(payloads)
def test_a_line_is_what_cobs_makes_of_it(payload: bytes) -> None:
    frame = frame_of(payload)
    body = plain(frame)
    packed = cobs.encode(body + crc_by_definition(body).to_bytes(4, "little"))
    assert serial_line.encode(frame) == b"\0" + packed + b"\0"
    decoder = LineDecoder()
    assert decoder.feed(b"\0" + packed + b"\0") == frame
    assert decoder.damaged == 0


@given(st.lists(payloads, max_size=5), st.integers(1, 70))
def test_in_any_pieces(many: list[bytes], size: int) -> None:
    whole = [frame_of(payload, number) for number, payload in enumerate(many)]
    line = b"".join(map(serial_line.encode, whole))
    decoder = LineDecoder()
    pieces = (line[start : start + size] for start in range(0, len(line), size))
    assert b"".join(map(decoder.feed, pieces)) == b"".join(whole)
    assert decoder.damaged == 0


def faulty(line: bytes, place: int, fault: str, byte: int) -> bytes:
    before, at, after = line[:place], line[place], line[place + 1 :]
    changed = {
        "flipped": bytes([at ^ (byte or 1)]),
        "lost": b"",
        "new": bytes([byte, at]),
    }[fault]
    return before + changed + after


@given(
    st.lists(st.binary(min_size=8, max_size=300), min_size=3, max_size=3),
    st.sampled_from(["flipped", "lost", "new"]),
    st.integers(0, 255),
    st.integers(0, 10**6),
)
def test_one_byte_costs_one_frame(many: list[bytes], fault: str, byte: int, place: int) -> None:
    line = b"".join(serial_line.encode(frame_of(one, n)) for n, one in enumerate(many))
    found, damaged = decoded(b"\0" + faulty(line, place % len(line), fault, byte) + b"\0")
    assert found in ([0, 1, 2], [1, 2], [0, 2], [0, 1])
    # A zero in its middle makes two pieces of a frame, and a byte between two frames a piece.
    assert (3 - len(found)) <= damaged <= 2
    if fault == "flipped" and len(found) == 3:
        assert damaged <= 1


@pytest.mark.parametrize("fault", ["flipped", "lost", "new"])
def test_one_byte_at_every_place(fault: str) -> None:
    line = b"".join(serial_line.encode(frame_of(bytes(range(9)), n)) for n in range(3))
    for place in range(len(line)):
        for byte in (0, 1, 0x80, 0xFF):
            found, damaged = decoded(b"\0" + faulty(line, place, fault, byte) + b"\0")
            assert len(found) >= 2, (place, byte)
            assert damaged >= 3 - len(found), (place, byte)


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_noise_is_no_frame_and_what_follows_is_whole(noise: list[bytes]) -> None:
    decoder = LineDecoder()
    assert b"".join(map(decoder.feed, noise)) == b""
    frame = frame_of(b"after")
    assert decoder.feed(serial_line.encode(frame)) == frame


def test_the_rest_of_a_frame_at_the_beginning_is_dropped_and_not_counted() -> None:
    line = serial_line.encode(frame_of(bytes(range(1, 100))))
    assert decoded(line[40:] + line) == ([0], 0)
    assert decoded(line + line[:40] + line) == ([0, 0], 1)


def test_a_frame_without_end_is_dropped_and_counted_once() -> None:
    decoder = LineDecoder()
    decoder.feed(b"\0")
    for _ in range(300):
        assert decoder.feed(b"\x05" * 1000) == b""
    frame = frame_of(b"after")
    assert decoder.feed(serial_line.encode(frame)) == frame
    assert decoder.damaged == 1


def test_a_size_that_is_not_the_frames() -> None:
    body = plain(frame_of(b"abc"))[:-1]
    packed = cobs.encode(body + crc_by_definition(body).to_bytes(4, "little"))
    assert decoded(b"\0" + packed + b"\0") == ([], 1)


def test_the_largest_frame() -> None:
    frame = frame_of(bytes(serial_line.FRAME_LIMIT - frames.HEADER_SIZE))
    for body in (frame, frame_of(b"\1" * (serial_line.FRAME_LIMIT - frames.HEADER_SIZE))):
        decoder = LineDecoder()
        line = serial_line.encode(body)
        assert decoder.feed(line[:70_000]) == b""
        assert decoder.feed(line[70_000:]) == body
    with pytest.raises(ValueError, match="131,072 bytes at most, this one 131,073"):
        serial_line.encode(frame_of(bytes(serial_line.FRAME_LIMIT - frames.HEADER_SIZE + 1)))


@pytest.mark.parametrize("data", [b"", bytes(24), frame_of(b"abcdefghi")[:30]])
def test_what_is_no_frame_is_not_sent(data: bytes) -> None:
    with pytest.raises(ValueError, match="no whole frame"):
        serial_line.encode(data)


def test_a_line_of_921600_baud_carries_90_percent() -> None:
    for size in (288, 520, 1024, 4096):
        line = serial_line.encode(frame_of(b"\x55" * size))
        assert size / len(line) >= 0.9, size


def test_the_vector_of_the_protocol() -> None:
    text = (ROOT / "PROTOCOL.md").read_text()
    found = re.search(r"a frame\s`([0-9a-f ]+)`\sis on the line\s`([0-9a-f ]+)`", text)
    assert found is not None
    frame, line = map(bytes.fromhex, found.groups())
    assert serial_line.encode(frame) == line
    assert LineDecoder().feed(line) == frame
