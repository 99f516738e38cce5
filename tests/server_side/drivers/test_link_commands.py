"""Commands and interest on their way to a driver, and the replies on their way back."""

from __future__ import annotations

from pathlib import Path

from cwire_server.limits import Limits
from cwire_structs import control, frames
from support.fake_driver import FakeDriver
from support.schemas import RARE, SET, STATE, TICK

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
