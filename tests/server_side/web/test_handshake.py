"""The opening handshake of a WebSocket, as bytes."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest

from support.foreign import masked_frame
from support.raw_connection import RawConnection, handshake
from support.websocket_cases import FIN, TEXT

from ..conftest import StartRelay, client

STATUS = masked_frame(FIN | TEXT, b'{"op": "status"}')


async def test_the_handshake_is_the_one_of_the_standard(start_relay: StartRelay) -> None:
    async with await RawConnection.open(await start_relay("lab")) as connection:
        assert connection.answer.startswith(b"HTTP/1.1 101 ")
        accept = b"sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="
        assert accept in connection.answer.lower()


async def test_what_comes_with_the_handshake_is_not_lost(start_relay: StartRelay) -> None:
    async with await RawConnection.open(await start_relay("lab"), STATUS) as connection:
        assert b'"op": "hello"' in (await connection.message())[1]
        assert b'"op": "status"' in (await connection.message())[1]


@pytest.mark.parametrize("early", [b"", STATUS])
async def test_who_hangs_up_during_the_handshake_is_no_fault_of_the_relay(
    start_relay: StartRelay, caplog: pytest.LogCaptureFixture, early: bytes
) -> None:
    relay = await start_relay("lab")
    with socket.create_connection(("127.0.0.1", relay.port)) as sock:
        sock.sendall(handshake(relay) + early)
        if early:  # a reset, so that the answer cannot be written
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    async with client(relay):  # it is accepted after the other
        while len(relay.hub.clients) != 1:
            await asyncio.sleep(0)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


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
    async with RawConnection(*await asyncio.open_connection("127.0.0.1", relay.port)) as connection:
        connection.writer.write("\r\n".join(["GET /ws HTTP/1.1", *lines, "", ""]).encode())
        answer = await connection.reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert problem.encode() in await connection.reader.readline()
    assert not relay.hub.clients
