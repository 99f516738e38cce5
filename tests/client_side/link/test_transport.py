"""The transport against real servers: Tornado's, the library `websockets`', and rude ones."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame
from websockets.frames import Opcode as Op

from cwire.errors import NotConnected
from cwire.link.address import Address
from cwire.link.transport import Transport
from cwire_structs.frames import FRAME_LIMIT, HELLO_LIMIT, MESSAGE_LIMIT
from support.fake_relay import FakeRelay
from support.foreign import masked_frames, plain_frame
from support.websocket_cases import CASES
from support.websocket_servers import LARGE, Inbox, Rude, connected, echo, plain, rude

# What is received and sent


async def test_messages_both_ways() -> None:
    async with connected(echo) as (transport, inbox):
        sent: list[str | bytes] = ["", b"", "Grüße", b"\0" * 125, b"\xff" * 126, LARGE, b"last"]
        for message in sent:
            transport.send(message)
        assert [await inbox.next() for _ in sent] == sent
        transport.close()
        await inbox.end()
        assert transport.close_reason == "close code 1000"
        with pytest.raises(NotConnected, match="hung up"):
            transport.send("late")


async def test_fragments_and_control_frames_between_them() -> None:
    pongs: list[asyncio.Future[float]] = []

    async def handler(connection: ServerConnection) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"one "
            pongs.append(await connection.ping())  # type: ignore[arg-type]
            yield LARGE
            yield b""
            yield b" end"

        await connection.send(pieces())
        await connection.send(["a", "b", "ü"])
        await pongs[0]
        await connection.close(4000, "thank you")

    async with connected(handler) as (transport, inbox):
        assert await inbox.next() == b"one " + LARGE + b" end"
        assert await inbox.next() == "abü"
        await inbox.end()
        assert transport.close_reason == "thank you (close code 4000)"


async def test_a_hello_of_many_large_drivers() -> None:
    hello = "x" * (FRAME_LIMIT + 5 * HELLO_LIMIT)

    async def handler(connection: ServerConnection) -> None:
        await connection.send(hello)

    async with connected(handler) as (_, inbox):
        assert await inbox.next() == hello


async def test_many_messages_in_one_read() -> None:
    count = 5000

    async def handler(connection: ServerConnection) -> None:
        data = b"".join(
            Frame(Op.BINARY, bytes([n % 256]) * (n % 300)).serialize(mask=False)
            for n in range(count)
        )
        connection.transport.write(data)
        await connection.wait_closed()

    async with connected(handler) as (_, inbox):
        for n in range(count):
            assert await inbox.next() == bytes([n % 256]) * (n % 300)


async def test_nothing_is_lost_while_the_other_side_does_not_read() -> None:
    read = asyncio.Event()
    messages = [bytes([n]) * 200_000 for n in range(100)]

    async def handler(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await connection.send("not yet")
        await read.wait()
        connection.transport.resume_reading()
        for message in messages:
            assert await connection.recv() == message
        await connection.send("all")

    async with connected(handler) as (transport, inbox):
        assert await inbox.next() == "not yet"
        for message in messages:
            transport.send(message)
        read.set()
        assert await inbox.next() == "all"


async def test_tornado() -> None:
    with FakeRelay() as relay:
        inbox = Inbox()
        relay.on_binary = lambda data: data
        transport = await Transport.open(Address(relay.url), inbox.take, 10)
        hello = await inbox.next()
        assert isinstance(hello, str)
        assert '"hello"' in hello
        for message in (b"", b"x" * 126, LARGE):
            transport.send(message)
            assert await inbox.next() == message
        relay.hang_up(4001, "enough")
        await inbox.end()
        assert transport.close_reason == "enough (close code 4001)"


# Rude servers


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (b"\xc1\x00", 1002, "a frame with reserved bits set"),
        (b"\x81\x80abcd", 1002, "a masked frame"),
        (plain(Op.TEXT, b"\xff"), 1007, "text that is not UTF-8"),
        (
            b"\x82\x7f" + (1 << 40).to_bytes(8, "big"),
            1009,
            f"a message of {1 << 40} bytes; the limit is {MESSAGE_LIMIT}",
        ),
    ],
)
async def test_violations(data: bytes, code: int, reason: str) -> None:
    server = Rude(plain(Op.TEXT, b"hello"), data, plain(Op.TEXT, b"more"), hang_up=False)
    async with rude(server) as (transport, inbox):
        assert await inbox.next() == "hello"
        await inbox.end()
        assert transport.close_reason == f"it sent {reason}"
        (goodbye,) = await server.heard
        assert goodbye == Frame(Op.CLOSE, code.to_bytes(2, "big") + reason.encode())


@pytest.mark.parametrize("data", [b"", b"\x82", b"\x82\x7e\x01", plain(Op.BINARY, bytes(99))[:50]])
async def test_the_end_in_the_middle(data: bytes) -> None:
    async with rude(Rude(plain(Op.TEXT, b"hello"), data)) as (transport, inbox):
        assert await inbox.next() == "hello"
        await inbox.end()
        assert transport.close_reason == ""


async def test_a_large_message_right_behind_the_greeting() -> None:
    async with rude(Rude(plain(Op.BINARY, LARGE), plain(Op.TEXT, b"and text"))) as (_, inbox):
        assert await inbox.next() == LARGE
        assert await inbox.next() == "and text"
        await inbox.end()


async def test_what_it_hears() -> None:
    server = Rude(plain(Op.PING, b"there?"), plain(Op.PONG), plain(Op.CLOSE, b"\x03\xe9bye"))
    async with rude(server) as (transport, inbox):
        await inbox.end()
        assert transport.close_reason == "bye (close code 1001)"
        pong, goodbye = await server.heard
        assert pong == Frame(Op.PONG, b"there?")
        assert goodbye == Frame(Op.CLOSE, b"\x03\xe9")


async def test_a_silent_server_is_given_up() -> None:
    server = Rude(hang_up=False)
    async with rude(server, ping=0.05) as (transport, inbox):
        await inbox.end()
        assert transport.close_reason == "it has not answered for 0.05 s"
        assert Frame(Op.PING, b"") in await server.heard


async def test_one_that_answers_pings_is_not() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(5):
            assert masked_frames(await reader.readexactly(6)) == [Frame(Op.PING, b"")]
            writer.write(plain(Op.PONG))
        writer.write(plain(Op.TEXT, b"still here"))

    server = Rude()
    server.talk = answer
    async with rude(server, ping=1000.0) as (transport, inbox):
        for _ in range(5):
            transport._check_alive()  # as the timer does it
            while not transport._heard:
                await asyncio.sleep(0)
        assert await inbox.next() == "still here"
        await inbox.end()


async def test_one_that_does_not_answer_a_goodbye() -> None:
    server = Rude(hang_up=False)
    async with rude(server) as (transport, inbox):
        transport.close(1002, "protocol error")
        transport.close(1000, "once is enough")
        transport.abort()
        await inbox.end()
        (goodbye,) = await server.heard
        assert goodbye == Frame(Op.CLOSE, b"\x03\xeaprotocol error")


async def test_nothing_is_handed_on_after_a_goodbye() -> None:
    server = Rude(plain(Op.TEXT, b"first"), plain(Op.TEXT, b"second"))
    async with rude(server) as (transport, inbox):
        inbox.on_message = transport.close
        assert await inbox.next() == "first"
        await inbox.end()


async def test_a_reset() -> None:
    async def handler(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            await connection.recv()
        linger = b"\1\0\0\0\0\0\0\0"  # on, 0 s: close says RST
        sock = connection.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.transport.abort()

    async with connected(handler) as (transport, inbox):
        transport.send("go")
        await inbox.end()
        assert transport.close_reason == "Connection reset by peer"


async def test_all_cases_over_sockets() -> None:
    for case in CASES:
        server = Rude(case.encode(plain_frame), hang_up=False)
        async with rude(server) as (transport, inbox):
            messages = [event for event in case.sent if isinstance(event, str | bytes)]
            assert [await inbox.next() for _ in messages] == messages, case
            await inbox.end()
        *_, goodbye = await server.heard
        assert goodbye.opcode == Op.CLOSE
        assert int.from_bytes(goodbye.data[:2], "big") == (case.answer or 0), case
        assert transport.close_reason.startswith("it sent ") == (case.code is not None), case
