"""Reading from a driver: cuts, order, memory, and bytes that break the protocol."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from cwire_server.limits import Limits
from cwire_structs import frames
from support.fake_driver import FakeDriver, ticks
from support.schemas import GO, PICTURE, TICK

from ..conftest import StartRelay, client, command, driver_event, subscribed, up


async def test_frames_cut_anywhere_arrive_whole(start_relay: StartRelay, runtime: Path) -> None:
    picture = frames.pack(PICTURE, bytes(8) + bytes(range(256)) * 4000)
    data = ticks(0, 2) + picture + ticks(2, 2)
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await subscribed(connected)
            for cut in (1, 3, 23, 24, 25, 64, 130, 130 + 300_000, len(data)):
                await driver.send(data[:cut])
                data = data[cut:]
                # The relay reads each piece by itself.
                await asyncio.sleep(0.005)
            received = b""
            while len(received) < 4 * 64 + len(picture):
                received += await connected.binary()
            expected = bytearray(ticks(0, 2) + picture + ticks(2, 2))
            frames.scan(expected, source=1)
            assert received == expected


async def test_what_waits_for_a_slow_client_stays_as_it_was(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=Limits(history=1 << 20))
        async with client(relay) as slow, client(relay) as fast:
            await subscribed(slow)
            await subscribed(fast)
            slow.pause()
            expected = bytearray()
            read = b""
            # Read buffers of several sizes come back, while what was in them waits.
            for number, size in enumerate((1 << 20, 300_000, 40_000, 8, 1 << 20, 1 << 20, 9) * 3):
                picture = frames.pack(
                    PICTURE, bytes(8) + bytes([number]) * size, sequence=number, time_ns=number
                )
                data = ticks(2 * number, 2) + picture
                await driver.send(data)
                expected += data
                while len(read) < len(expected):
                    read += await fast.binary()
            slow.resume()
            late = b""
            while len(late) < len(expected):
                late += await slow.binary()
            frames.scan(expected, source=1)
            assert read == expected
            assert late == expected


async def test_a_reply_keeps_its_place_in_the_stream(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await subscribed(connected)
            await connected.send(command(connected.hello, GO, bytes(8)))
            header, _ = await driver.receive()
            ok = frames.pack(GO, flags=frames.REPLY, request=header.request)
            await driver.send(ticks(0, 2) + ok + ticks(2, 2))
            received = b""
            while len(received) < 4 * 64 + 24:
                received += await connected.binary()
            types = []
            position = 0
            while position < len(received):
                found = frames.unpack_header(received, position)
                types.append(found.type)
                position += frames.span(found.size)
            assert types == [TICK, TICK, GO, TICK, TICK]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x01\0\0\0" + bytes(20), "less than a header"),
        (b"\xff\xff\xff\xff" + bytes(20), "over the limit"),
        (frames.pack(TICK, bytes(40), flags=0x80), "reserved flags"),
        (frames.pack(77, bytes(8)), "type 77, which its schema does not have"),
        (frames.pack(TICK, bytes(48)), "its schema says 40"),
        (frames.pack(frames.CONTROL, b""), "a control frame needs"),
        (
            frames.pack(frames.CONTROL, b"\5\0\0\0\xf7\xff\xff\xff" + b"enough"),
            "said goodbye: enough",
        ),
    ],
)
async def test_a_driver_that_breaks_the_protocol_is_left(
    start_relay: StartRelay, runtime: Path, data: bytes, problem: str
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await driver.send(data)
            assert problem in (await driver_event(connected, "down"))["problem"]
            # And tried again: it may be another one by then.
            await driver.connected()
            await driver_event(connected, "up")


async def test_a_driver_that_ends_at_any_byte_of_a_frame(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within one run, as by a link that is cut: the frame that was begun is counted as lost."""
    monkeypatch.setattr("cwire_server.drivers.link._LAST_RETRY_SECONDS", 0.001)
    size = len(ticks(0, 1))
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await subscribed(connected)
            received, dropped = bytearray(), 0
            for cut in range(size + 1):
                await driver.send(ticks(2 * cut, 1) + ticks(2 * cut + 1, 1)[:cut])
                driver.hang_up()
                await driver.connected()
                event = ""
                while event != "up":
                    match await connected.read():
                        case bytes(data):
                            received += data
                        case str(text):
                            said = json.loads(text)
                            event = said.get("event", "")
                            dropped = said.get("count", dropped)
            # The second frame of each connection is counted, but for the last one, which is whole.
            assert dropped == size
            came, position = [], 0
            while position < len(received):
                header = frames.unpack_header(received, position)
                came.append(header.sequence)
                position += frames.span(header.size)
            assert came == [*range(0, 2 * size + 1, 2), 2 * size + 1]
