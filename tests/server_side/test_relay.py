"""The relay as its peers see it: a driver on a Unix socket, clients on WebSockets."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cwire_server.limits import Limits
from cwire_structs import control, frames
from support import schemas
from support.fake_driver import FakeDriver, ticks
from support.raw_client import RawClient
from support.schemas import GO, PICTURE, RARE, SET, STATE, TICK

from .conftest import StartRelay, client, frames_payload, up

HELLO = control.hello(1, "xy", b"{} ", frame_bytes=1, heartbeat=1)


async def driver_event(connected: RawClient, event: str) -> dict[str, Any]:
    operation = await connected.text("driver")
    assert operation["event"] == event, operation
    driver: dict[str, Any] = operation["driver"]
    return driver


async def subscribed(connected: RawClient, *messages: str, id_: int = 1) -> list[dict[str, Any]]:
    await connected.say("subscribe", id=id_, driver=None, messages=list(messages) or None)
    operation = await connected.text("subscribed")
    assert operation["id"] == id_
    streams: list[dict[str, Any]] = operation["streams"]
    return streams


def command(
    hello: dict[str, Any], type_: int, payload: bytes, *, request: int = 1, source: int = 1
) -> bytes:
    session = hello["drivers"][0]["session"] or 0
    return frames.pack(type_, payload, source=source, sequence=session, request=request)


def refusal(frame: tuple[frames.Header, bytes]) -> tuple[str, str]:
    header, payload = frame
    assert header.flags == frames.REPLY | frames.ERROR
    assert header.source == frames.RELAY_SOURCE
    code, text = frames.parse_error(payload)
    return frames.code_name(code), text


async def test_hello_says_everything(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock", epoch=2**63) as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            hello = connected.hello
            assert hello["protocol"] == frames.PROTOCOL
            assert hello["limits"] == {
                "frame": 64 << 20,
                "hello": 4 << 20,
                "batch": 256 << 10,
                "command": 1 << 20,
            }
            lab, own = hello["drivers"]
            assert (own["name"], own["source"], own["state"]) == ("relay", 255, "up")
            assert (lab["name"], lab["source"], lab["state"]) == ("lab", 1, "up")
            assert lab["epoch"] == str(2**63)
            assert lab["session"] == 1
            assert lab["problem"] is None
            assert lab["schema"] == schemas.document()


async def test_frames_arrive_stamped_and_in_one_message(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            (stream,) = await subscribed(connected, "tick")
            assert stream == {"source": 1, "message": "tick", "type": TICK, "first_sequence": None}
            await driver.send(ticks(0, 100))
            received = await connected.binary()
            (tally,) = frames.scan(received).tallies
            assert (tally.source, tally.count, tally.first_sequence) == (1, 100, 0)
            expected = bytearray(ticks(0, 100))
            frames.scan(expected, source=1)
            assert received == expected


async def test_a_client_gets_only_what_it_wants(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as all_, client(relay) as some, client(relay) as none:
            await subscribed(all_)
            await subscribed(some, "rare")
            await driver.send(ticks(0, 3) + frames.pack(RARE, bytes(8)) + ticks(3, 1))
            counts = {t.type: t.count for t in frames.scan(await all_.binary()).tallies}
            assert counts == {TICK: 4, RARE: 1}
            header, _ = await some.frame()
            assert header.type == RARE
            await none.say("status")
            status = await none.text("status")
            assert status["drivers"][0]["frames"] == 5


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


async def test_two_drivers_have_two_sources(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "a.sock") as one, FakeDriver(runtime / "b.sock") as other:
        relay = await start_relay("a", "b")
        await one.connected()
        await other.connected()
        while {d.state for d in relay.hub.drivers.served} != {"up"}:
            await asyncio.sleep(0)
        async with client(relay) as connected:
            await connected.say("subscribe", id=5, driver="b", messages=["tick"])
            assert [s["source"] for s in (await connected.text("subscribed"))["streams"]] == [2]
            await one.send(ticks(0, 1))
            await other.send(ticks(0, 1))
            header, _ = await connected.frame()
            assert header.source == 2


async def test_the_driver_learns_what_is_wanted(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        assert await driver.control() == frames_payload(control.interest([]))
        async with client(relay) as connected:
            await subscribed(connected, "tick", "rare")
            assert await driver.control() == frames_payload(control.interest([TICK, RARE]))
            await connected.say("unsubscribe", id=1)
            assert (await connected.text("unsubscribed"))["id"] == 1
            assert await driver.control() == frames_payload(control.interest([]))
            await subscribed(connected, "rare")
            assert await driver.control() == frames_payload(control.interest([RARE]))
        assert await driver.control() == frames_payload(control.interest([]))


async def test_a_command_is_answered_under_the_clients_number(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as one, client(relay) as other:
            await one.send(command(one.hello, SET, b"AAAAAAAA", request=7))
            first, payload = await driver.receive()
            assert payload == b"AAAAAAAA"
            assert (first.type, first.flags, first.source, first.sequence) == (SET, 0, 0, 0)
            assert first.time_ns > 1_700_000_000 * 10**9
            await other.send(command(other.hello, SET, b"BBBBBBBB", request=7))
            second, _ = await driver.receive()
            assert first.request != second.request
            for request, answer in ((second.request, b"b" * 8), (first.request, b"a" * 8)):
                await driver.send(
                    frames.pack(STATE, answer, flags=frames.REPLY, request=request, time_ns=9)
                )
            header, payload = await other.frame()
            assert (header.request, header.source, payload) == (7, 1, b"b" * 8)
            assert (header.type, header.flags, header.time_ns) == (STATE, frames.REPLY, 9)
            header, payload = await one.frame()
            assert (header.request, payload) == (7, b"a" * 8)


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
    ("type_", "payload", "changes", "code", "text"),
    [
        (SET, bytes(7), {}, "CWIRE_ESIZE", "set: the payload has 7 bytes"),
        (99, bytes(8), {}, "CWIRE_EUNKNOWN", "lab has no command 99; it has: set, go"),
        (TICK, bytes(40), {}, "CWIRE_EUNKNOWN", "no command 1"),
        (SET, bytes(8), {"source": 9}, "CWIRE_EUNKNOWN", "no driver has source number 9"),
        (SET, bytes(8), {"request": 0}, "CWIRE_EINVAL", "request number 0"),
        (SET, bytes(8), {"sequence": 55}, "CWIRE_ESESSION", "read its schema again"),
    ],
)
async def test_a_bad_command_is_refused_and_the_next_one_works(
    start_relay: StartRelay,
    runtime: Path,
    type_: int,
    payload: bytes,
    changes: dict[str, int],
    code: str,
    text: str,
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            header = {"source": 1, "sequence": 1, "request": 3, **changes}
            await connected.send(frames.pack(type_, payload, **header))
            frame = await connected.frame()
            assert frame[0].request == header["request"]
            assert refusal(frame)[0] == code
            assert text in refusal(frame)[1]
            await connected.send(command(connected.hello, SET, bytes(8), request=3))
            assert (await driver.receive())[0].type == SET


async def test_a_request_number_that_waits_is_refused(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await connected.send(command(connected.hello, SET, bytes(8)) * 2)
            assert refusal(await connected.frame())[0] == "CWIRE_EINVAL"


async def test_too_many_commands_are_refused(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=Limits(pending=2))
        async with client(relay) as connected:
            for request in (1, 2, 3):
                await connected.send(command(connected.hello, SET, bytes(8), request=request))
            frame = await connected.frame()
            assert frame[0].request == 3
            assert refusal(frame)[0] == "CWIRE_EBUSY"


async def test_a_command_without_an_answer_times_out(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=Limits(answer=0.05))
        async with client(relay) as connected:
            await connected.send(command(connected.hello, SET, bytes(8), request=1))
            late, _ = await driver.receive()
            code, text = refusal(await connected.frame())
            assert code == "CWIRE_ETIMEOUT"
            assert "outcome is unknown" in text
            # The late answer reaches nobody; the next command is answered as ever.
            await driver.send(frames.pack(STATE, bytes(8), flags=1, request=late.request))
            await connected.send(command(connected.hello, SET, bytes(8), request=2))
            header, _ = await driver.receive()
            await driver.send(frames.pack(STATE, bytes(8), flags=1, request=header.request))
            assert (await connected.frame())[0].request == 2


async def test_a_driver_that_dies_fails_its_commands(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await connected.send(command(connected.hello, SET, bytes(8)))
            await driver.receive()
            driver.hang_up()
            gone = await driver_event(connected, "down")
            assert "closed the connection" in gone["problem"]
            assert gone["session"] is None
            code, text = refusal(await connected.frame())
            assert code == "CWIRE_EDOWN"
            assert "outcome is unknown" in text


async def test_the_same_run_comes_back_with_its_session(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await subscribed(connected, "tick")
            await driver.send(ticks(0, 2))
            await connected.binary()
            driver.hang_up()
            await driver_event(connected, "down")
            await driver.connected()
            back = await driver_event(connected, "up")
            assert back["session"] == 1
            assert "schema" not in back
            # What was published meanwhile is lost, counted and told.
            await driver.send(ticks(5, 1))
            told = await connected.text("dropped")
            assert (told["reason"], told["count"], told["sequence"]) == ("driver", 3, 5)
            assert (await connected.frame())[0].sequence == 5


async def test_another_run_is_a_restart_and_subscriptions_go_on(
    start_relay: StartRelay, runtime: Path
) -> None:
    path = runtime / "lab.sock"
    async with FakeDriver(path, epoch=1) as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await subscribed(connected, "tick")
            await driver.send(ticks(100, 1))
            await connected.binary()
            driver.hang_up()
            await driver.__aexit__(None, None, None)
            await driver_event(connected, "down")
            async with FakeDriver(path, epoch=2) as second:
                await second.connected()
                operation = await connected.text("driver")
                while operation["event"] == "down":
                    operation = await connected.text("driver")
                assert operation["event"] == "restarted"
                assert operation["driver"]["session"] == 2
                assert (await connected.text("subscribed"))["streams"][0]["type"] == TICK
                await second.send(ticks(0, 1))
                assert (await connected.frame())[0].sequence == 0
                await connected.send(command(connected.hello, SET, bytes(8)))
                assert refusal(await connected.frame())[0] == "CWIRE_ESESSION"


async def test_another_schema_is_told_between_the_frames(
    start_relay: StartRelay, runtime: Path
) -> None:
    path = runtime / "lab.sock"
    async with FakeDriver(path, epoch=1) as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await subscribed(connected)
            driver.hang_up()
            await driver.__aexit__(None, None, None)
            schema = schemas.text(extra_field=True)
            async with FakeDriver(path, epoch=2, schema=schema) as second:
                await second.connected()
                operation = await connected.text("driver")
                while operation["event"] == "down":
                    operation = await connected.text("driver")
                assert operation["event"] == "schema_changed"
                assert operation["driver"]["schema"] == schemas.document(extra_field=True)
                await connected.text("subscribed")
                await second.send(frames.pack(RARE, bytes(16)))
                assert (await connected.frame())[0].type == RARE


async def test_a_silent_driver_is_stale_until_it_speaks(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock", heartbeat=0.1) as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            quiet = await driver_event(connected, "stale")
            assert "silent" in quiet["problem"]
            heartbeat = (3).to_bytes(4, "little") + bytes(4)
            await driver.send(frames.pack(frames.CONTROL, heartbeat))
            assert (await driver_event(connected, "up"))["problem"] is None


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


@pytest.mark.parametrize(
    ("hello", "problem"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not a cwire driver"),
        (frames.pack(TICK, bytes(40)), "did not begin"),
        (
            control.hello(1, "x", b"{}", frame_bytes=1, heartbeat=1).replace(
                b"cwire\0", b"xwire\0"
            ),
            "not a cwire driver",
        ),
        (
            frames.pack(
                0,
                HELLO[24:].replace(b"\1\0\0\0\1\0\0\0", b"\1\0\0\0\2\0\0\0", 1),
            ),
            "protocol 2",
        ),
        (HELLO, "schema"),
        (control.hello(1, "x", b"not json", frame_bytes=1, heartbeat=1), "JSON"),
        (control.bye(-9, "go away"), "go away"),
    ],
)
async def test_what_is_no_driver_is_named(
    start_relay: StartRelay, runtime: Path, hello: bytes, problem: str
) -> None:
    async with FakeDriver(runtime / "lab.sock", hello=hello) as driver:
        relay = await start_relay("lab")
        await driver.connected()
        while relay.hub.drivers[1].problem is None or "nothing" in relay.hub.drivers[1].problem:
            await asyncio.sleep(0.001)
        assert re.search(problem, relay.hub.drivers[1].problem), relay.hub.drivers[1].problem
        assert relay.hub.drivers[1].state == "down"


async def test_a_missing_driver_is_named_and_found_later(
    start_relay: StartRelay, runtime: Path
) -> None:
    relay = await start_relay("lab")
    while relay.hub.drivers[1].problem is None:
        await asyncio.sleep(0.001)
    async with client(relay) as connected:
        assert "nothing is at" in connected.hello["drivers"][0]["problem"]
        assert connected.hello["drivers"][0]["schema"] is None
        await connected.send(command(connected.hello, SET, bytes(8)))
        assert refusal(await connected.frame())[0] == "CWIRE_EDOWN"
        # A subscription made before the driver ever came is kept for it.
        assert await subscribed(connected, "tick") == []
        async with FakeDriver(runtime / "lab.sock") as driver:
            await driver.connected()
            assert (await driver_event(connected, "up"))["schema"] == schemas.document()
            assert (await connected.text("subscribed"))["streams"][0]["message"] == "tick"
            await driver.send(ticks(0, 1))
            assert (await connected.frame())[0].type == TICK


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        ("{", "bad_json", "not JSON"),
        ("[" * 5000, "bad_json", "not JSON"),
        ("[]", "bad_request", "JSON object"),
        ('{"op": "dance"}', "unknown_op", "there are: subscribe, unsubscribe"),
        ('{"id": 3}', "unknown_op", "None"),
        ('{"op": "subscribe"}', "bad_request", "id must be"),
        ('{"op": "subscribe", "id": true}', "bad_request", "id must be"),
        ('{"op": "subscribe", "id": -1}', "bad_request", "id must be"),
        ('{"op": "subscribe", "id": 1, "driver": 7}', "bad_request", "driver must be"),
        ('{"op": "subscribe", "id": 1, "driver": "x"}', "unknown_driver", "this relay has: lab"),
        ('{"op": "subscribe", "id": 1, "messages": "tick"}', "bad_request", "list of names"),
        (
            '{"op": "subscribe", "id": 1, "messages": ["tock"]}',
            "unknown_message",
            "there are: picture, rare, state, tick",
        ),
        (
            '{"op": "subscribe", "id": 1, "messages": ["set"]}',
            "unknown_message",
            "no message 'set' is published",
        ),
        ('{"op": "unsubscribe", "id": 9}', "unknown_subscription", "no subscription 9"),
    ],
)
async def test_a_bad_operation_is_answered_and_the_next_one_works(
    start_relay: StartRelay, runtime: Path, request_: str, code: str, text: str
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await connected.send(request_)
            error = await connected.text("error")
            assert error["code"] == code
            assert text in error["text"]
            await subscribed(connected)


@pytest.mark.parametrize("data", [b"short", b"\xff" * 24, frames.pack(SET, bytes(80))[:-8]])
async def test_bad_frames_from_a_client_are_answered(
    start_relay: StartRelay, runtime: Path, data: bytes
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await connected.send(data)
            assert (await connected.text("error"))["code"] == "bad_frame"
            await subscribed(connected)


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
                while len(relay._links[1].pending):
                    await asyncio.sleep(0)
                if not relay.hub.clients:
                    break
            assert not relay.hub.clients
            connected.resume()
            while await connected.read() is not None:
                pass
            assert connected.close_code == 4008


async def test_stopping_says_goodbye(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await relay.stop()
            assert await connected.read() is None
            assert connected.close_code == 1001
        assert list(runtime.glob("relay-*")) == []
