"""Commands and interest on their way to a driver, and the replies on their way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cwire_server.limits import Limits
from cwire_server.relay_schema import RELAY_SCHEMA
from cwire_structs import control, frames
from support.fake_driver import FakeDriver
from support.raw_client import RawClient
from support.schemas import GO, RARE, SET, STATE, TICK

from ..conftest import (
    StartRelay,
    client,
    command,
    driver_event,
    frames_payload,
    refusal,
    subscribed,
    up,
)


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


FOLLOWED = ("relay_command", "relay_answer")


async def follow(connected: RawClient) -> None:
    await connected.say("subscribe", id=1, driver="relay", messages=list(FOLLOWED))
    await connected.text("subscribed")


async def followed(connected: RawClient) -> tuple[str, Any]:
    """The next command or answer that a follower gets."""
    header, payload = await connected.frame()
    assert header.source == frames.RELAY_SOURCE
    message = RELAY_SCHEMA.by_id[header.type]
    return message.name, message.decode(payload)


def records(data: bytes) -> list[tuple[str, Any]]:
    found = []
    position = 0
    while position < len(data):
        header = frames.unpack_header(data, position)
        message = RELAY_SCHEMA.by_id[header.type]
        payload = data[position + frames.HEADER_SIZE : position + header.size]
        found.append((message.name, message.decode(payload)))
        position += frames.span(header.size)
    return found


async def test_who_follows_gets_commands_of_all_with_their_answers(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as one, client(relay) as other, client(relay) as follower:
            await follow(follower)
            await one.send(command(one.hello, SET, b"AAAAAAAA", request=7))
            name, told = await followed(follower)
            assert name == "relay_command"
            assert (told["number"], told["client"]) == (1, one.hello["client"])
            assert (told["source"], told["session"], told["id"]) == (1, 1, SET)
            assert (told["driver"], told["name"], told["json"]) == (b"lab", b"set", False)
            layout = one.hello["drivers"][0]["schema"]["layout_hash"]
            assert (told["layout"].decode(), told["size"]) == (layout, 8)
            assert bytes(told["payload"]) == b"AAAAAAAA"
            header, _ = await driver.receive()
            reply = frames.pack(STATE, b"b" * 8, flags=frames.REPLY, request=header.request)
            await driver.send(reply)
            name, told = await followed(follower)
            assert (name, told["number"], told["client"]) == (
                "relay_answer",
                1,
                one.hello["client"],
            )
            assert (told["outcome"], told["code"], told["id"]) == (0, 0, STATE)
            assert (told["command"], bytes(told["payload"])) == (b"set", b"b" * 8)
            assert 0 <= told["seconds"] < 60
            assert (await one.frame())[0].request == 7
            # As JSON: what is told are the bytes that the driver got; then an error, then an OK.
            await other.say("command", id=3, driver="lab", name="go", fields={})
            _, told = await followed(follower)
            assert (told["number"], told["name"], told["json"]) == (2, b"go", True)
            header, payload = await driver.receive()
            assert (header.type, bytes(told["payload"])) == (GO, payload)
            bad = frames.error_payload(frames.Code.ERANGE, "too far")
            flags = frames.REPLY | frames.ERROR
            await driver.send(frames.pack(GO, bad, flags=flags, request=header.request))
            _, told = await followed(follower)
            assert (told["number"], told["outcome"], told["code"]) == (2, 1, frames.Code.ERANGE)
            assert bytes(told["payload"]) == b"too far"
            await other.say("command", id=4, driver="lab", name="go", fields={})
            assert (await followed(follower))[1]["number"] == 3
            header, _ = await driver.receive()
            await driver.send(frames.pack(GO, flags=frames.REPLY, request=header.request))
            _, told = await followed(follower)
            assert (told["outcome"], told["id"], told["size"]) == (0, 0, 0)


async def test_who_follows_is_told_that_an_outcome_is_unknown(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=Limits(answer=0.05))
        async with client(relay) as follower:
            await follow(follower)
            async with client(relay) as one:
                await one.send(command(one.hello, SET, bytes(8), request=1))
                await followed(follower)
                _, told = await followed(follower)
                assert (told["outcome"], told["code"]) == (2, frames.Code.ETIMEOUT)
                assert told["seconds"] >= 0.05
    # With time for an answer: the client leaves, then the driver.
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as follower, client(relay) as stays:
            await follow(follower)
            async with client(relay) as leaves:
                await leaves.send(command(leaves.hello, SET, bytes(8), request=1))
                await followed(follower)
            _, told = await followed(follower)
            assert (told["number"], told["outcome"]) == (1, 4)
            await stays.send(command(stays.hello, SET, bytes(8), request=1))
            await followed(follower)
            driver.hang_up()
            await driver_event(follower, "down")
            _, told = await followed(follower)
            assert (told["number"], told["outcome"], told["code"]) == (2, 3, frames.Code.EDOWN)
            assert b"outcome is unknown" in bytes(told["payload"])


async def test_who_follows_and_does_not_read_loses_counted_and_holds_nobody_up(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=Limits(queue=4096))
        async with client(relay) as one, client(relay) as follower:
            await follow(follower)
            await follower.say("window", bytes=1000)
            for request in range(1, 101):
                await one.send(command(one.hello, SET, bytes(8), request=request))
                header, _ = await driver.receive()
                answer = frames.pack(STATE, bytes(8), flags=frames.REPLY, request=header.request)
                await driver.send(answer)
                assert (await one.frame())[0].request == request
            got = dict.fromkeys(FOLLOWED, 0)
            await follower.say("window", bytes=None)
            lost: dict[str, int] = {}
            last = 0
            while last < 100:
                message = await follower.read()
                if isinstance(message, str):
                    told = json.loads(message)
                    assert told["reason"] == "relay"
                    lost[told["message"]] = told["count"]
                    continue
                assert message is not None
                for name, record in records(message):
                    got[name] += 1
                    last = int(record["number"]) if name == "relay_answer" else last
            assert lost["relay_command"] > 0
            assert {name: got[name] + lost.get(name, 0) for name in FOLLOWED} == dict.fromkeys(
                FOLLOWED, 100
            )
