"""The vocabulary of WebSocket, against RFC 6455 and the library `websockets`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame
from websockets.frames import Opcode as Op
from websockets.utils import apply_mask

from cwire_structs import websocket
from cwire_structs.websocket import (
    Close,
    CloseCode,
    Opcode,
    Ping,
    Pong,
    WebSocketError,
    accept_key,
    check_head,
    close_payload,
    decode_text,
    encode,
    head,
    mask,
    may_be_sent,
    parse_control_frame,
)
from support.websocket_cases import FORBIDDEN_CODES, INVALID_TEXTS, SENT_CODES, VALID_TEXTS

ROOT = Path(__file__).parents[2]
SIZES = [0, 1, 125, 126, 127, 511, 512, 513, 65535, 65536, 70001]


def test_the_accept_of_the_standard() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_every_code_may_be_sent_or_not_as_the_standard_says() -> None:
    sent = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}
    assert {code for code in range(1 << 16) if may_be_sent(code)} == sent
    assert sent.issuperset(SENT_CODES)
    assert sent.isdisjoint(FORBIDDEN_CODES)
    assert all(may_be_sent(code) for code in CloseCode)


def test_the_codes_are_those_of_the_protocol() -> None:
    listed = re.findall(r"^\| (\d{4}) \|", (ROOT / "PROTOCOL.md").read_text(), re.MULTILINE)
    assert {int(code) for code in listed} == set(CloseCode) - {CloseCode.NORMAL}


@pytest.mark.parametrize("code", SENT_CODES)
def test_a_close_frame_comes_back(code: int) -> None:
    assert parse_control_frame(Opcode.CLOSE, close_payload(code)) == Close(code, "")
    assert parse_control_frame(Opcode.CLOSE, close_payload(code, "Grüße")) == Close(code, "Grüße")


@pytest.mark.parametrize("code", FORBIDDEN_CODES)
def test_a_code_that_may_not_be_sent_is_refused(code: int) -> None:
    for reason in (b"", b"bye", b"\xff"):
        with pytest.raises(WebSocketError, match="without a valid code") as error:
            parse_control_frame(Opcode.CLOSE, code.to_bytes(2, "big") + reason)
        assert error.value.code == 1002


def test_other_control_frames() -> None:
    assert parse_control_frame(Opcode.CLOSE, b"") == Close(None, "")
    assert parse_control_frame(Opcode.PING, memoryview(b"\xff")) == Ping(b"\xff")
    assert parse_control_frame(Opcode.PONG, b"") == Pong(b"")
    with pytest.raises(WebSocketError, match="without a valid code"):
        parse_control_frame(Opcode.CLOSE, b"\x03")


def test_a_close_reason_that_is_too_long_is_cut_at_a_character() -> None:
    payload = close_payload(1009, "é" * 100)
    assert payload == b"\x03\xf1" + "é".encode() * 61


@pytest.mark.parametrize("text", VALID_TEXTS)
def test_text(text: bytes) -> None:
    for kind in (bytes, bytearray, memoryview):
        assert decode_text(kind(text)).encode() == text


@pytest.mark.parametrize("text", INVALID_TEXTS)
def test_what_is_not_text(text: bytes) -> None:
    with pytest.raises(WebSocketError, match="not UTF-8") as error:
        decode_text(text)
    assert error.value.code == 1007
    with pytest.raises(WebSocketError, match="not UTF-8"):
        parse_control_frame(Opcode.CLOSE, b"\x03\xe8" + text[:123])


def refusal(first: int, second: int, masked: bool, fragmented: bool) -> int | None:
    """The close code for a frame that begins so; None if it may."""
    try:
        check_head(first, second, masked=masked, fragmented=fragmented)
    except WebSocketError as error:
        return error.code
    return None


@pytest.mark.parametrize("masked", [False, True])
def test_heads_that_no_frame_has(masked: bool) -> None:
    """All first bytes, in both states of a message, with any length."""
    bit = 0x80 if masked else 0
    for first in range(256):
        fin, reserved, opcode = first & 0x80, first & 0x70, first & 0x0F
        for fragmented in (False, True):
            for length in (0, 125, 126, 127):
                control = opcode in (8, 9, 10) and fin and length < 126
                data = opcode == 0 if fragmented else opcode in (1, 2)
                good = not reserved and (control or data)
                found = refusal(first, bit | length, masked, fragmented)
                assert found == (None if good else 1002)
                assert refusal(first, (bit ^ 0x80) | length, masked, fragmented) == 1002


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", [b"", b"\x01\x80\xff\x7e"])
def test_a_frame_is_the_one_of_another_library(size: int, key: bytes) -> None:
    payload = bytes(i % 251 for i in range(size))
    expected = Frame(Op.BINARY, payload).serialize(mask=False)
    begin = head(Opcode.BINARY, size, masked=bool(key))
    assert begin[:1] == expected[:1]
    if key:
        assert begin[1] == expected[1] | 0x80
        assert begin[2:] == expected[2 : len(begin)]
        assert encode(Opcode.BINARY, payload, key) == begin + key + apply_mask(payload, key)
    else:
        assert encode(Opcode.BINARY, payload) == expected
    assert len(head(Opcode.BINARY, size)) <= websocket.UNMASKED_HEAD_LIMIT


@given(
    st.one_of(st.binary(), st.binary(min_size=500, max_size=600)), st.binary(min_size=4, max_size=4)
)
def test_a_mask_is_its_own_inverse(payload: bytes, key: bytes) -> None:
    masked = bytes(mask(payload, key))
    assert masked == apply_mask(payload, key)
    assert mask(masked, key) == payload
    assert mask(bytearray(masked), bytearray(key)) == payload


def test_the_words_are_said_once() -> None:
    """The GUID and the subprotocol are in no other Python source."""
    words = (websocket.GUID, '"cwire.v')
    own = Path(websocket.__file__)
    for folder in ("client_side/cwire", "cython_wrapper", "server_side", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            if path != own:
                found = [word for word in words if word in path.read_text()]
                assert found == [], path
