"""The opening handshake: what is asked, what may be answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwire.link.handshake import Answer, AnswerReader, BadAnswer, request, why_not_open
from support.foreign import http_request

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # of RFC 6455, section 1.3
OPEN = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    b"Sec-WebSocket-Protocol: cwire.v1\r\n\r\n"
)


def answer_to(data: bytes, cuts: list[int] | None = None) -> Answer | None:
    reader = AnswerReader()
    for cut in cuts or ():
        if answer := reader.received(data[:cut]):
            return answer
        data = data[cut:]
    return reader.received(data)


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("ws://localhost/ws", "localhost", "/ws"),
        ("ws://127.0.0.1:8765/ws", "127.0.0.1:8765", "/ws"),
        ("wss://[::1]:8765/a/b%20c", "[::1]:8765", "/a/b%20c"),
        ("ws://bücher.example", "xn--bcher-kva.example", "/"),
        ("ws://x/a b\u00e9", "x", "/a%20b%C3%A9"),
    ],
)
def test_the_request(url: str, host: str, path: str) -> None:
    asked = http_request(request(url, KEY, "cwire.v1", "secret"))
    assert asked.path == path
    assert asked.headers["Host"] == host
    assert asked.headers["Sec-WebSocket-Key"] == KEY
    assert asked.headers["Sec-WebSocket-Version"] == "13"
    assert asked.headers["Sec-WebSocket-Protocol"] == "cwire.v1"
    assert asked.headers["Authorization"] == "Bearer secret"
    assert "Authorization" not in http_request(request(url, KEY, "cwire.v1", None)).headers


@given(st.lists(st.integers(1, 40), max_size=20))
def test_an_answer_in_any_pieces(cuts: list[int]) -> None:
    for rest in (b"", b"\x81\x02hi"):
        if sum(cuts) < len(OPEN):  # what comes behind is taken with the last piece
            answer = answer_to(OPEN + rest, cuts)
            assert answer is not None
            assert (answer.status, answer.phrase, answer.rest) == (101, "Switching Protocols", rest)
            assert answer.headers["sec-websocket-protocol"] == "cwire.v1"
            assert why_not_open(answer, KEY) == ""


def test_a_refusal_with_its_reason() -> None:
    head = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 6\r\n\r\n"
    assert answer_to(head + b"a tok") is None
    answer = answer_to(head + b"a token", [20, 60])
    assert answer is not None
    assert (answer.status, answer.phrase, answer.rest[:6]) == (401, "Unauthorized", b"a toke")


def test_only_the_beginning_of_a_long_page_is_waited_for() -> None:
    head = b"HTTP/1.1 404 Not Found\r\nContent-Length: 1000000000\r\n\r\n"
    answer = answer_to(head + bytes(5000))
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("length", [b"", b"Content-Length: \xb2\r\n", b"Content-Length: -1\r\n"])
def test_a_page_of_unknown_length_is_not_waited_for(length: bytes) -> None:
    answer = answer_to(b"HTTP/1.0 500\r\n" + length + b"\r\n")
    assert answer is not None
    assert (answer.status, answer.phrase, answer.rest) == (500, "", b"")


def test_a_refusal_that_is_cut_off() -> None:
    reader = AnswerReader()
    assert reader.received(b"HTTP/1.1 403 No\r\nContent-Length: 100\r\n") is None
    assert reader.ended() is None
    assert reader.received(b"\r\nbecause") is None
    answer = reader.ended()
    assert answer is not None
    assert (answer.status, answer.rest) == (403, b"because")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9\r\n", "does not speak HTTP but says b'SSH-2.0"),
        (b"\x15\x03\x03", "does not speak HTTP"),
        (b"HTTP/2 200\r\n\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nwhat\r\n\r\n", "b?'what' is not an HTTP header"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20000, "have no end"),
    ],
)
def test_no_answer_at_all(data: bytes, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        answer_to(data)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"Upgrade: websocket", b"Upgrade: h2c", "something else"),
        (b"keep-alive, Upgrade", b"close", "something else"),
        (b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", b"c3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Sec-WebSocket-Accept"),
        (b"Sec-WebSocket-Accept: ", b"X: ", "Sec-WebSocket-Accept"),
        (b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: x\r\n\r\n", "not offered"),
    ],
)
def test_answers_that_do_not_open(old: bytes, new: bytes, reason: str) -> None:
    answer = answer_to(OPEN.replace(old, new))
    assert answer is not None
    assert reason in why_not_open(answer, KEY)
