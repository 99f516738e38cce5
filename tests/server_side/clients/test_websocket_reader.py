"""Messages of clients, however they are cut, and what breaks the protocol."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwire_server.clients.websocket_reader import Message, WebSocketReader
from cwire_structs.websocket import Close, Ping, Pong, WebSocketError
from support.foreign import masked_frame
from support.websocket_cases import BINARY, CASES, FIN, PING, TEXT, Case

LIMIT = 200_000


def whole(opcode: int, payload: bytes) -> bytes:
    return masked_frame(FIN | opcode, payload)


def read(*pieces: bytes) -> list[Message]:
    reader = WebSocketReader(LIMIT)
    found: list[Message] = []
    for piece in pieces:
        reader.feed(piece)
        while (message := reader.next()) is not None:
            found.append(message)
    return found


@pytest.mark.parametrize("size", [0, 1, 3, 4, 125, 126, 127, 65535, 65536, LIMIT])
def test_a_message_of_any_size_is_unmasked_frame(size: int) -> None:
    payload = bytes(i % 251 for i in range(size))
    assert read(whole(BINARY, payload)) == [payload]


@given(
    messages=st.lists(st.one_of(st.text(max_size=150), st.binary(max_size=300)), max_size=5),
    cuts=st.lists(st.integers(1, 200), max_size=30),
)
def test_messages_cut_anywhere_are_the_same(messages: list[str | bytes], cuts: list[int]) -> None:
    data = b"".join(
        whole(TEXT, message.encode()) if isinstance(message, str) else whole(BINARY, message)
        for message in messages
    )
    pieces = []
    for cut in cuts:
        pieces.append(data[:cut])
        data = data[cut:]
    assert read(*pieces, data) == messages


def test_fragments_are_one_message_and_control_comes_between() -> None:
    data = (
        masked_frame(TEXT, b"be")
        + whole(PING, b"?")
        + masked_frame(0, b"gi")
        + masked_frame(0x80, b"n")
    )
    assert read(data, whole(10, b"")) == [Ping(b"?"), "begin", Pong(b"")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x82\x01x", 1002),  # not masked
        (masked_frame(0xC2, b""), 1002),  # compressed, which nobody agreed on
        (masked_frame(0x83, b""), 1002),  # an opcode that there is not
        (masked_frame(0x80, b""), 1002),  # goes on with nothing
        (masked_frame(TEXT, b"") + whole(TEXT, b""), 1002),  # a message within a message
        (masked_frame(PING, b""), 1002),
        (whole(PING, bytes(126)), 1002),
        (whole(BINARY, bytes(LIMIT + 1))[:14], 1009),  # known before it has come
        (masked_frame(BINARY, bytes(LIMIT)) + whole(0, b"x"), 1009),
        (struct.pack("!BBQ", 0x82, 0xFF, 2**64 - 1), 1009),
    ],
)
def test_what_breaks_the_protocol_is_refused_after_what_came_before(data: bytes, code: int) -> None:
    reader = WebSocketReader(LIMIT)
    reader.feed(whole(BINARY, b"fine") + data)
    assert reader.next() == b"fine"
    with pytest.raises(WebSocketError) as error:
        reader.next()
    assert error.value.code == code


def test_a_ping_between_large_fragments_is_not_too_much() -> None:
    data = masked_frame(BINARY, bytes(LIMIT)) + whole(PING, b"there?") + whole(0, b"")
    assert read(data) == [Ping(b"there?"), bytes(LIMIT)]


def until_the_end(*pieces: bytes) -> tuple[tuple[Message, ...], int | None]:
    """Reads up to a close frame or an error; returns the messages and the error's close code."""
    reader = WebSocketReader(LIMIT)
    found: list[Message] = []
    for piece in pieces:
        reader.feed(piece)
        try:
            while (message := reader.next()) is not None:
                found.append(message)
                if isinstance(message, Close):
                    return tuple(found), None
        except WebSocketError as error:
            return tuple(found), error.code
    return tuple(found), None


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cases_of_the_standard(case: Case) -> None:
    data = case.encode(masked_frame)
    assert until_the_end(data) == (case.events, case.code)
    assert until_the_end(*(data[at : at + 1] for at in range(len(data)))) == (
        case.events,
        case.code,
    )
