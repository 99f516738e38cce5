"""A client's connection on real sockets: the protocol, and clients that do not keep up."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import pytest

from cwire_server.clients.transport import SocketTransport
from cwire_server.hub.client_queue import ClientQueue
from cwire_server.limits import Limits
from cwire_structs import frames
from cwire_structs.websocket import Opcode, encode
from support.fake_driver import FakeDriver, ticks
from support.foreign import masked_frame
from support.raw_connection import RawConnection
from support.schemas import SET
from support.websocket_cases import BINARY, CASES, CLOSE, FIN, PING, PONG, TEXT

from ..conftest import StartRelay, client, command, subscribed, up


def whole(opcode: int, payload: bytes) -> bytes:
    return masked_frame(FIN | opcode, payload)


async def test_a_ping_is_answered_and_a_goodbye_is_returned(start_relay: StartRelay) -> None:
    async with await RawConnection.open(await start_relay("lab")) as connection:
        assert (await connection.message())[0] == TEXT
        connection.writer.write(whole(PING, b"there?"))
        assert await connection.message() == (PONG, b"there?")
        connection.writer.write(whole(CLOSE, b"\x03\xe8bye"))
        assert await connection.message() == (CLOSE, b"\x03\xe8")
        assert await connection.reader.read() == b""


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
    async with await RawConnection.open(await start_relay("lab")) as connection:
        connection.writer.write(data)
        found, text = await connection.closing()
        assert found == code
        assert reason in text
        assert await connection.reader.read() == b""


async def test_all_cases_over_sockets(start_relay: StartRelay) -> None:
    relay = await start_relay("lab")
    for case in CASES:
        async with await RawConnection.open(relay) as connection:
            connection.writer.write(case.encode(masked_frame))
            code, reason = await connection.closing()
            assert code == (case.answer or 0), case
            assert bool(reason) == (case.code is not None), case
            assert await connection.reader.read() == b"", case


# Clients that send too much or read too little


async def test_too_large_a_message_ends_that_client_only(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as large, client(relay) as other:
            await large.send(bytes((1 << 20) + 1))
            assert await large.read() is None
            assert large.close_code == 1009
            await subscribed(other)


async def test_a_slow_client_loses_frames_and_is_told(
    start_relay: StartRelay, runtime: Path
) -> None:
    published = 200_000
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=Limits(queue=1 << 20))
        async with client(relay) as slow, client(relay) as fast:
            await subscribed(slow, "tick")
            await subscribed(fast, "tick")
            slow.pause()

            async def read_all() -> int:
                received = 0
                while received < published:
                    received += len(await fast.binary()) // 64
                return received

            reading = asyncio.create_task(read_all())
            for first in range(0, published, 1000):
                await driver.send(ticks(first, 1000))
            assert await reading == published
            slow.resume()
            delivered = dropped = 0
            while delivered + dropped < published:
                message = await slow.read()
                if isinstance(message, bytes):
                    delivered += len(message) // 64
                else:
                    assert message is not None
                    dropped = json.loads(message)["count"]
            assert dropped > 0
            assert delivered + dropped == published


async def test_no_driver_is_held_for_a_client_whose_window_stays_closed(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=Limits(crowd=1000, queue=2000, patience=0.01))
        async with client(relay) as connected:
            await connected.say("window", bytes=64)
            await subscribed(connected, "tick")
            (hung,) = relay.hub.clients.values()
            await driver.send(ticks(0, 20))
            await connected.binary()  # and it does not say that it has read them
            for first in range(20, 100, 20):
                await driver.send(ticks(first, 20))
                while relay.hub.drivers[1].frames < first + 20:
                    await asyncio.sleep(0)
                while not hung.slow:  # only the first time has it to be waited for
                    assert first == 20
                    await asyncio.sleep(0)
            await connected.say("ack", bytes=20 * 64)
            while hung.slow:
                await connected.read()


async def test_a_client_that_never_reads_replies_is_disconnected(
    start_relay: StartRelay, runtime: Path
) -> None:
    refused = frames.error_payload(-10, "no " * 300_000)
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=Limits(control=1 << 20))
        async with client(relay) as connected:
            connected.pause()
            # More than the sockets' buffers and the cap hold together.
            for request in range(1, 50):
                await connected.send(command(connected.hello, SET, bytes(8), request=request))
                header, _ = await driver.receive()
                await driver.send(frames.pack(SET, refused, flags=3, request=header.request))
                while len(relay.core.links[1].pending):
                    await asyncio.sleep(0)
                if not relay.hub.clients:
                    break
            assert not relay.hub.clients
            connected.resume()
            while await connected.read() is not None:
                pass
            assert connected.close_code == 4008


async def test_short_texts_that_wait_go_in_one_write_and_in_order(start_relay: StartRelay) -> None:
    relay = await start_relay("lab")
    # Each write is a packet of its own here.
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.settimeout(30)
        theirs.setblocking(False)
        connection = relay.core.connect(relay.core.services(None), SocketTransport(theirs))
        ours.recv(1 << 20)  # the hello
        (connected,) = relay.hub.clients.values()
        queue = connected.sink
        assert isinstance(queue, ClientQueue)
        sent: list[bytes] = []
        for number in range(70):  # more than are sent in one turn
            queue.put_text(f"text {number}")
            sent.append(encode(Opcode.TEXT, f"text {number}".encode()))
            if number in (3, 4):
                reply = bytes([number]) * 64
                queue.put_reply(reply)
                sent.append(encode(Opcode.BINARY, reply))
        connected.wake()
        first = ours.recv(1 << 20)
        assert first == b"".join(sent[:5])
        packets = [first]
        while sum(map(len, packets)) < sum(map(len, sent)):
            await asyncio.sleep(0)
            packets.append(ours.recv(1 << 20))
        assert b"".join(packets) == b"".join(sent)
        assert len(packets) == 4
        connection.cut_off()
