"""Reads of the history on disk, as a client asks for them: a real relay on real sockets."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
from pathlib import Path
from typing import Any

import pytest

from cwire_server.limits import Limits
from cwire_structs import frames
from cwire_structs.frames import HISTORY_TYPE
from support import schemas
from support.fake_driver import FakeDriver, ticks
from support.raw_client import RawClient
from support.schemas import RARE

from ..conftest import StartRelay, client, subscribed, up

KEPT = {"history_disk": 600.0}


def stamped(first: int, count: int) -> bytes:
    """Ticks with a time stamp of 1000 and their sequence."""
    return b"".join(
        frames.pack(schemas.TICK, bytes(40), sequence=number, time_ns=1000 + number)
        for number in range(first, first + count)
    )


async def taken(connected: RawClient, id_: int) -> tuple[bytes, dict[str, Any]]:
    """The frames of a history, and what is said at its end; live frames are passed over."""
    found = b""
    while True:
        message = await connected.read()
        assert message is not None
        if isinstance(message, str):
            operation = said(message)
            if operation.get("id") == id_ and operation["op"] in ("history", "error"):
                return found, operation
            continue
        position = 0
        while position < len(message):
            header = frames.unpack_header(message, position)
            if header.type == HISTORY_TYPE and header.request == id_:
                assert (header.source, header.flags) == (frames.RELAY_SOURCE, frames.REPLY)
                found += message[position + frames.HEADER_SIZE : position + header.size]
            position += frames.span(header.size)


def said(text: str) -> dict[str, Any]:
    operation: dict[str, Any] = json.loads(text)
    return operation


async def ask(connected: RawClient, id_: int, **fields: Any) -> tuple[bytes, dict[str, Any]]:
    await connected.say("history", id=id_, driver=None, message="tick", **fields)
    return await taken(connected, id_)


def sequences(data: bytes) -> list[int]:
    position, found = 0, []
    while position < len(data):
        header = frames.unpack_header(data, position)
        found.append(header.sequence)
        position += frames.span(header.size)
    return found


async def arrived(relay: Any, count: int) -> None:
    while relay.hub.drivers[1].frames < count:
        await asyncio.sleep(0)


async def test_all_that_came_is_read_back_also_without_any_client(
    start_relay: StartRelay, runtime: Path
) -> None:
    # So much that the relay's memory has the last part of it only.
    limits = Limits(history=64 << 10, room=64 << 10)
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=limits, **KEPT)
        for first in range(0, 40_000, 1000):
            await driver.send(stamped(first, 1000))
        await driver.send(frames.pack(RARE, bytes(8), sequence=0, time_ns=5))
        await arrived(relay, 40_001)
        async with client(relay) as connected:
            assert connected.hello["history"] == {"seconds": 600.0, "bytes": 2 << 30}
            found, end = await ask(connected, 7)
            assert sequences(found) == [*range(40_000)]
            del end["op"]
            assert end == {
                "id": 7,
                "frames": 40_000,
                "lost": {},
                "more": False,
                "left_out": 0,
                "earliest": "1000",
                "latest": "40999",
                "cancelled": False,
                "problem": None,
            }
            found, end = await ask(connected, 8, **{"from": 1100, "to": "1110"}, max_frames=4)
            assert (sequences(found), end["more"]) == ([106, 107, 108, 109], True)
            found, end = await ask(connected, 9, seconds=10e-9)
            assert sequences(found) == [*range(39_989, 40_000)]
            await connected.say("history", id=10, driver="lab", message="rare")
            found, end = await taken(connected, 10)
            assert (sequences(found), end["earliest"]) == ([0], "5")


async def test_live_frames_and_their_counts_are_what_they_are_without(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, **KEPT)
        await driver.send(ticks(0, 2000))
        await arrived(relay, 2000)
        async with client(relay) as connected:
            (stream,) = await subscribed(connected, "tick")
            assert stream["first_sequence"] == 2000
            await connected.say("window", bytes=1 << 20)
            await connected.say("history", id=2, driver="lab", message="tick")
            await driver.send(ticks(2000, 500))
            live: list[int] = []
            past, ended = b"", False
            while len(live) < 500 or not ended:
                message = await connected.read()
                if isinstance(message, str):
                    ended |= said(message)["op"] == "history"
                    continue
                assert message is not None
                position = 0
                while position < len(message):
                    header = frames.unpack_header(message, position)
                    begin = position + frames.HEADER_SIZE
                    position += frames.span(header.size)
                    if header.type == HISTORY_TYPE:
                        past += message[begin:position]
                    else:
                        live.append(header.sequence)
            assert live == [*range(2000, 2500)]
            assert sequences(past)[:2000] == [*range(2000)]
            # What came of the history counts for no window: only the live frames do.
            await connected.say("ack", bytes=500 * 64)
            await connected.say("status")
            assert (await connected.text("status"))["drivers"][0]["frames"] == 2500


async def test_a_relay_without_says_how_to_turn_it_on(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            assert connected.hello["history"] is None
            _, error = await ask(connected, 1)
            assert error["code"] == "bad_request"
            assert "start it with --history-disk 10min" in error["text"]


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({"message": "tock"}, "unknown_message", "lab publishes no message 'tock'; did you mean"),
        ({"message": None}, "unknown_message", "no message None"),
        ({"driver": "lob"}, "unknown_driver", "no driver is named 'lob'; did you mean"),
        ({"driver": 3}, "bad_request", "driver must be a name"),
        ({"from": -1}, "bad_request", "from must be nanoseconds"),
        ({"to": "soon"}, "bad_request", "to must be nanoseconds"),
        ({"seconds": 0}, "bad_request", "seconds must be a number above 0"),
        ({"max_frames": True}, "bad_request", "max_frames must be a whole number"),
        ({"layout": 1}, "bad_request", "layout must be the layout_hash"),
        ({"before": 1}, "bad_request", "history has no field 'before'"),
    ],
)
async def test_a_bad_request_is_refused_by_its_field(
    kept: RawClient, fields: dict[str, Any], code: str, text: str
) -> None:
    asked = {"driver": "lab", "message": "tick", **fields}
    await kept.say("history", id=5, **asked)
    error = await kept.text("error")
    assert (error["id"], error["code"]) == (5, code)
    assert text in error["text"]


@pytest.fixture
async def kept(start_relay: StartRelay, runtime: Path) -> Any:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, **KEPT)
        async with client(relay) as connected:
            yield connected


async def test_another_layout_is_left_out_and_told_and_can_be_asked_for(
    start_relay: StartRelay, runtime: Path
) -> None:
    other = schemas.text(extra_field=True)
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, **KEPT)
        await driver.send(ticks(0, 10))
        await arrived(relay, 10)
        first = relay.hub.drivers[1].schema
        assert first is not None
        driver.hang_up()
        driver._hello = FakeDriver(driver.path, epoch=2, schema=other)._hello
        await driver.connected()
        while relay.hub.drivers[1].epoch != 2:
            await asyncio.sleep(0)
        await driver.send(ticks(0, 3))
        await arrived(relay, 13)
        async with client(relay) as connected:
            found, end = await ask(connected, 1)
            assert (sequences(found), end["left_out"]) == ([0, 1, 2], 10)
            found, end = await ask(connected, 2, layout=first.layout_hash)
            assert (sequences(found), end["left_out"]) == ([*range(10)], 3)
            found, end = await ask(connected, 3, layout="sha256:none")
            assert (found, end["left_out"]) == (b"", 13)


async def test_a_client_that_does_not_read_is_waited_for_and_can_cancel(
    start_relay: StartRelay, runtime: Path
) -> None:
    limits = Limits(room=64 << 10, history=64 << 10)
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=limits, **KEPT)
        large = bytes(900_000)
        for number in range(30):
            payload = large + bytes(8)
            await driver.send(frames.pack(schemas.PICTURE, payload, sequence=number))
        await arrived(relay, 30)
        async with client(relay) as connected:
            for id_ in range(1, 5):
                await connected.say("history", id=id_, driver="lab", message="picture")
            await connected.say("history", id=4, driver="lab", message="picture")
            await connected.say("history", id=9, driver="lab", message="picture")
            for id_ in range(1, 5):
                await connected.say("history_cancel", id=id_)
            await connected.say("history_cancel", id=77)  # one that has ended, say
            ends: dict[int, Any] = {}
            errors: list[str] = []
            most = 0
            while len(ends) < 4:
                message = await connected.read()
                (asked,) = [one for one in relay.hub.clients.values() if one.id > 1]
                most = max(most, asked.sink.control_bytes)
                if isinstance(message, str):
                    operation = said(message)
                    if operation["op"] == "error":
                        errors.append(operation["text"])
                    else:
                        ends[operation["id"]] = operation
            assert all(end["cancelled"] for end in ends.values())
            assert [text[:15] for text in errors] == ["id 4 is that of", "4 histories are"]
            assert most < 64 << 10 + (4 * 256 << 10)
            await connected.say("history", id=4, driver="lab", message="picture")
            found, end = await taken(connected, 4)
            assert (len(sequences(found)), end["frames"]) == (30, 30)


async def test_a_client_may_leave_while_it_is_answered(
    start_relay: StartRelay, runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, **KEPT)
        for first in range(0, 20_000, 1000):
            await driver.send(ticks(first, 1000))
        await arrived(relay, 20_000)
        for _ in range(3):
            async with client(relay) as connected:
                await connected.say("history", id=1, driver="lab", message="tick")
        async with client(relay) as connected:
            found, _ = await ask(connected, 1)
            assert len(sequences(found)) == 20_000
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_full_disk_ends_it_with_one_warning_and_the_rest_goes_on(
    start_relay: StartRelay, runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, **KEPT)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
            sent = 0
            async with client(relay) as connected:
                await subscribed(connected, "tick")
                while not any("history on disk" in one.message for one in caplog.records):
                    await driver.send(stamped(sent, 1000))
                    sent += 1000
                    await arrived(relay, sent)
                await driver.send(stamped(sent, 1000))
                live: list[int] = []
                while len(live) < sent + 1000:
                    live += sequences(await connected.binary())
                assert live == [*range(sent + 1000)]
                found, end = await ask(connected, 3)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        kept = sequences(found)
        assert kept == [*range(len(kept))]
        assert 0 < len(kept) < sent
        assert end["problem"] == "File too large"
        (told,) = [one.message for one in caplog.records if "history on disk" in one.message]
        assert "live frames go on" in told
        assert "--history-folder" in told


async def test_a_driver_that_paces_itself_is_held_as_without(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=Limits(crowd=1000, patience=60.0), **KEPT)
        async with client(relay) as connected:
            await subscribed(connected, "tick")
            (slow,) = [one for one in relay.hub.clients.values() if one.id > 1]
            assert not relay.hub.back_pressure.hold(1, [*relay.hub.clients.values()])
            slow.sink.data_bytes = 2000  # type: ignore[misc]
            assert relay.hub.back_pressure.hold(1, [*relay.hub.clients.values()])
            slow.sink.data_bytes = 0  # type: ignore[misc]
