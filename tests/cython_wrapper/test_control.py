"""Control frames of the session with a driver."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwire_structs import control, frames


def payload(frame: bytes) -> bytes:
    header = frames.unpack_header(frame)
    assert header.type == frames.CONTROL
    return frame[frames.HEADER_SIZE : header.size]


@given(st.integers(0, 2**64 - 1), st.text(max_size=20), st.binary(max_size=100))
def test_a_hello_comes_back(epoch: int, name: str, schema: bytes) -> None:
    frame = control.hello(epoch, name, schema, frame_bytes=4096, heartbeat=0.25)
    assert control.parse_control(payload(frame)) == control.Hello(
        1, epoch, 4096, 0.25, name, schema
    )


def test_the_bytes_are_those_of_the_protocol() -> None:
    hello = payload(control.hello(7, "ab", b"{}", frame_bytes=100, heartbeat=1))
    assert (
        hello
        == b"\1\0\0\0\1\0\0\0cwire\0\0\0" + struct.pack("<QIIII", 7, 100, 1000, 2, 2) + b"ab{}"
    )
    assert payload(control.answer()) == b"\2\0\0\0\1\0\0\0cwire\0\0\0" + bytes(8)
    assert payload(control.answer(ring=True)) == b"\2\0\0\0\1\0\0\0cwire\0\0\0\1" + bytes(7)
    assert payload(control.ring(64, 3)) == struct.pack("<IIQII", 6, 1, 64, 3, 0)
    assert payload(control.ring(0, 0, "nö")) == bytes([6, 0, 0, 0, 1]) + bytes(19) + "nö".encode()
    assert payload(control.place(3, 2**32 - 1)) == struct.pack("<IIII", 7, 3, 2**32 - 1, 0)
    assert payload(control.doorbell()) == struct.pack("<II", 8, 0)
    assert payload(control.interest({300, 1})) == struct.pack("<IIHH", 4, 2, 1, 300)
    assert payload(control.greet()) == b"\x09\0\0\0\1\0\0\0cwire\0\0\0"
    assert payload(control.bye(-9, "no")) == struct.pack("<Ii", 5, -9) + b"no"


def test_other_kinds() -> None:
    assert control.parse_control(struct.pack("<II", 3, 0)) == control.Heartbeat()
    assert control.parse_control(payload(control.bye(-9, "nö"))) == control.Bye(-9, "nö")
    ring = control.ring(2**63, 4, "no memory")
    assert control.parse_control(payload(ring)) == control.Ring(1, 2**63, 4, "no memory")
    assert control.parse_control(payload(control.place(3, 4))) == control.Place(3, 4)
    assert control.parse_control(payload(control.doorbell())) == control.Doorbell()
    assert control.parse_control(struct.pack("<I", 99)) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "needs 4 bytes"),
        (b"\1\0\0\0", "cut short"),
        (b"\5\0\0\0", "cut short"),
        (payload(control.ring(64, 3))[:-1], "cut short"),
        (payload(control.place(3, 1))[:-1], "cut short"),
        (payload(control.hello(1, "a", b"{}", frame_bytes=1, heartbeat=1)) + b"x", "hello says"),
        (
            payload(control.hello(1, "a", b"{}", frame_bytes=1, heartbeat=1)).replace(b"cw", b"xx"),
            "not a cwire driver",
        ),
    ],
)
def test_what_is_no_hello_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(frames.FrameError, match=reason):
        control.parse_control(data)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(frames.FrameError):
        control.parse_control(data)


def test_another_protocol_version_is_named() -> None:
    data = payload(control.hello(1, "a", b"{}", frame_bytes=1, heartbeat=1))
    with pytest.raises(frames.FrameError, match="protocol 2, this side 1"):
        control.parse_control(data[:4] + b"\2\0\0\0" + data[8:])


def test_a_schema_that_fits_no_hello_is_refused() -> None:
    with pytest.raises(frames.FrameError, match="does not fit"):
        control.hello(1, "a", bytes(frames.HELLO_LIMIT), frame_bytes=1, heartbeat=1)
