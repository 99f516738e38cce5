"""The WebSocket protocol, as the relay hears it."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwire_server import Relay
from cwire_server.clients.websocket_reader import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    WebSocketError,
    WebSocketReader,
    head,
)

from ..conftest import StartRelay, client

MASK = b"\x01\x80\xff\x7e"
LIMIT = 200_000


def masked(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        begin = struct.pack("!BB", first, 128 | size)
    elif size < 1 << 16:
        begin = struct.pack("!BBH", first, 128 | 126, size)
    else:
        begin = struct.pack("!BBQ", first, 128 | 127, size)
    return begin + MASK + bytes(byte ^ MASK[i % 4] for i, byte in enumerate(payload))


def whole(opcode: int, payload: bytes) -> bytes:
    return masked(0x80 | opcode, payload)


def read(*pieces: bytes) -> list[tuple[int, bytes]]:
    reader = WebSocketReader(LIMIT)
    found = []
    for piece in pieces:
        reader.feed(piece)
        while (message := reader.next()) is not None:
            found.append(message)
    return found


@pytest.mark.parametrize("size", [0, 1, 3, 4, 125, 126, 127, 65535, 65536, LIMIT])
def test_a_message_of_any_size_is_unmasked(size: int) -> None:
    payload = bytes(i % 251 for i in range(size))
    assert read(whole(BINARY, payload)) == [(BINARY, payload)]


@given(
    messages=st.lists(
        st.tuples(st.sampled_from([TEXT, BINARY]), st.binary(max_size=300)), max_size=5
    ),
    cuts=st.lists(st.integers(1, 200), max_size=30),
)
def test_messages_cut_anywhere_are_the_same(
    messages: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    data = b"".join(whole(opcode, payload) for opcode, payload in messages)
    pieces = []
    for cut in cuts:
        pieces.append(data[:cut])
        data = data[cut:]
    assert read(*pieces, data) == messages


def test_fragments_are_one_message_and_control_comes_between() -> None:
    data = masked(TEXT, b"be") + whole(PING, b"?") + masked(0, b"gi") + masked(0x80, b"n")
    assert read(data, whole(PONG, b"")) == [(PING, b"?"), (TEXT, b"begin"), (PONG, b"")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x82\x01x", 1002),  # not masked
        (masked(0xC2, b""), 1002),  # compressed, which nobody agreed on
        (masked(0x83, b""), 1002),  # an opcode that there is not
        (masked(0x80, b""), 1002),  # goes on with nothing
        (masked(TEXT, b"") + whole(TEXT, b""), 1002),  # a message within a message
        (masked(PING, b""), 1002),
        (whole(PING, bytes(126)), 1002),
        (whole(BINARY, bytes(LIMIT + 1))[:14], 1009),  # known before it has come
        (masked(BINARY, bytes(LIMIT)) + whole(0, b"x"), 1009),
        (struct.pack("!BBQ", 0x82, 0xFF, 2**64 - 1), 1009),
    ],
)
def test_what_breaks_the_protocol_is_refused_after_what_came_before(data: bytes, code: int) -> None:
    reader = WebSocketReader(LIMIT)
    reader.feed(whole(BINARY, b"fine") + data)
    assert reader.next() == (BINARY, b"fine")
    with pytest.raises(WebSocketError) as error:
        reader.next()
    assert error.value.code == code


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_a_head_says_the_size(size: int) -> None:
    begin = head(BINARY, size)
    assert begin[0] == 0x82
    assert len(begin) == (2 if size < 126 else 4 if size < 65536 else 10)
    assert int.from_bytes(begin[2:] or begin[1:], "big") == size


# With a relay


class Connection:
    """A client that says bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def message(self) -> tuple[int, bytes]:
        first, size = await self.reader.readexactly(2)
        if size > 125:
            size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
        return first & 15, await self.reader.readexactly(size)

    async def closing(self) -> tuple[int, str]:
        while True:
            opcode, payload = await self.message()
            if opcode == CLOSE:
                return int.from_bytes(payload[:2], "big"), payload[2:].decode()


def handshake(relay: Relay) -> bytes:
    lines = [
        "GET /ws HTTP/1.1",
        f"Host: 127.0.0.1:{relay.port}",
        "Upgrade: WebSocket",
        "Connection: keep-alive, Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: cwire.v1",
        f"Authorization: Bearer {relay.config.token}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def connect(start_relay: StartRelay, early: bytes = b"") -> tuple[Connection, bytes]:
    """A connection to a relay, with the answer to its handshake."""
    relay = await start_relay("lab")
    connection = Connection(*await asyncio.open_connection("127.0.0.1", relay.port))
    connection.writer.write(handshake(relay) + early)
    answer = await connection.reader.readuntil(b"\r\n\r\n")
    return connection, answer


async def end(connection: Connection) -> None:
    connection.writer.close()
    await connection.writer.wait_closed()


async def test_the_handshake_is_the_one_of_the_standard(start_relay: StartRelay) -> None:
    connection, answer = await connect(start_relay)
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=" in answer.lower()
    await end(connection)


async def test_what_comes_with_the_handshake_is_not_lost(start_relay: StartRelay) -> None:
    connection, _ = await connect(start_relay, early=whole(TEXT, b'{"op": "status"}'))
    assert b'"op": "hello"' in (await connection.message())[1]
    assert b'"op": "status"' in (await connection.message())[1]
    await end(connection)


@pytest.mark.parametrize("early", [b"", whole(TEXT, b'{"op": "status"}')])
async def test_who_hangs_up_during_the_handshake_is_no_fault_of_the_relay(
    start_relay: StartRelay, caplog: pytest.LogCaptureFixture, early: bytes
) -> None:
    relay = await start_relay("lab")
    with socket.create_connection(("127.0.0.1", relay.port)) as sock:
        sock.sendall(handshake(relay) + early)
        if early:  # a reset, so that the answer cannot be written
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    async with client(relay):  # it is accepted after the other
        assert len(relay.hub.clients) == 1
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_ping_is_answered_and_a_goodbye_is_returned(start_relay: StartRelay) -> None:
    connection, _ = await connect(start_relay)
    assert (await connection.message())[0] == TEXT
    connection.writer.write(whole(PING, b"there?"))
    assert await connection.message() == (PONG, b"there?")
    connection.writer.write(whole(CLOSE, b"\x03\xe8bye"))
    assert await connection.message() == (CLOSE, b"\x03\xe8")
    assert await connection.reader.read() == b""
    await end(connection)


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (b"\x82\x01x", 1002, "masked"),
        (whole(TEXT, b"\xff"), 1007, "UTF-8"),
        (whole(BINARY, bytes((1 << 20) + 1)), 1009, "1048576 bytes"),
    ],
)
async def test_who_breaks_the_protocol_learns_why_and_is_disconnected(
    start_relay: StartRelay, data: bytes, code: int, reason: str
) -> None:
    connection, _ = await connect(start_relay)
    connection.writer.write(data)
    found, text = await connection.closing()
    assert found == code
    assert reason in text
    assert await connection.reader.read() == b""
    await end(connection)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("Upgrade: h2c", "Upgrade: websocket"),
        ("Connection: close", "Connection: Upgrade"),
        ("Sec-WebSocket-Version: 8", "Sec-WebSocket-Version: 13"),
        ("Sec-WebSocket-Key: short", "16 bytes"),
    ],
)
async def test_what_is_no_handshake_is_refused(
    start_relay: StartRelay, header: str, problem: str
) -> None:
    relay = await start_relay("lab")
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "cwire.v1",
        "Authorization": f"Bearer {relay.config.token}",
        "Host": f"127.0.0.1:{relay.port}",
    }
    name, value = header.split(": ")
    lines = [f"{key}: {text}" for key, text in {**headers, name: value}.items()]
    connection = Connection(*await asyncio.open_connection("127.0.0.1", relay.port))
    connection.writer.write("\r\n".join(["GET /ws HTTP/1.1", *lines, "", ""]).encode())
    answer = await connection.reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert problem.encode() in await connection.reader.readline()
    await end(connection)
    assert not relay.hub.clients
