"""Requests of clients: refusals say why, and the next request works."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cwire_server.limits import Limits
from cwire_structs import frames
from support.fake_driver import FakeDriver
from support.schemas import SET, TICK

from ..conftest import StartRelay, client, command, refusal, subscribed, up


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


async def test_a_json_command_for_another_run_is_refused(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            asked = {"op": "command", "driver": "lab", "name": "set", "fields": {"x": 1.5}}
            # Its fields may not even be those of the present run.
            for id_, extra in ((1, {"session": 55}), (2, {"session": 55, "fields": {"y": 1}})):
                await connected.send(json.dumps({**asked, "id": id_, **extra}))
                reply = await connected.text("reply")
                assert reply["id"] == id_
                assert reply["error"]["name"] == "CWIRE_ESESSION"
                assert "restarted since this command was made" in reply["error"]["text"]
            await connected.send(json.dumps({**asked, "id": 3, "session": "1"}))
            error = await connected.text("error")
            assert (error["id"], error["code"]) == (3, "bad_request")
            assert "the driver's number of its present run" in error["text"]
            for id_, session in ((4, 1), (5, None)):
                await connected.send(json.dumps({**asked, "id": id_, "session": session}))
                assert (await driver.receive())[0].type == SET


async def test_too_many_commands_are_refused(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=Limits(pending=2))
        async with client(relay) as connected:
            for request in (1, 2, 3):
                await connected.send(command(connected.hello, SET, bytes(8), request=request))
            frame = await connected.frame()
            assert frame[0].request == 3
            assert refusal(frame)[0] == "CWIRE_EBUSY"


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        ("{", "bad_json", "not JSON"),
        ("[" * 5000, "bad_json", "not JSON"),
        ("[]", "bad_request", "JSON object"),
        ("[" + "0," * 200_000 + "0]", "bad_request", "a text of 400,003 characters"),
        ('{"op": "dance"}', "unknown_op", "there are: subscribe, unsubscribe"),
        ('{"id": 3}', "unknown_op", "None"),
        (json.dumps({"op": "x" * 50_000}), "unknown_op", "x…; there are: subscribe"),
        (
            json.dumps({"op": "subscribe", "id": 1, "driver": "x" * 50_000}),
            "unknown_driver",
            "x…; there are: lab",
        ),
        (
            json.dumps({"op": "subscribe", "id": 1, "messages": ["x" * 50_000]}),
            "unknown_message",
            "x… is published; there are: picture",
        ),
        (
            json.dumps({"op": "command", "id": 1, "name": "x" * 50_000}),
            "unknown_message",
            "x…; there are: ",
        ),
        ('{"op": "subscribe"}', "bad_request", "id must be"),
        ('{"op": "subscribe", "id": true}', "bad_request", "id must be"),
        ('{"op": "subscribe", "id": -1}', "bad_request", "id must be"),
        ('{"op": "subscribe", "id": 1, "driver": 7}', "bad_request", "driver must be"),
        ('{"op": "subscribe", "id": 1, "driver": "x"}', "unknown_driver", "'x'; there are: lab"),
        ('{"op": "subscribe", "id": 1, "messages": "tick"}', "bad_request", 'not "tick"'),
        (
            '{"op": "subscribe", "id": 1, "messages": [["tick", "rare"]]}',
            "bad_request",
            '["tick", "rare"] is none',
        ),
        ('{"op": "command", "id": 1, "name": "sett"}', "unknown_message", "did you mean 'set'?"),
        (
            '{"op": "subscribe", "id": 1, "messages": ["tock"]}',
            "unknown_message",
            "no message 'tock' is published; did you mean 'tick'?",
        ),
        (
            '{"op": "subscribe", "id": 1, "messages": ["set"]}',
            "unknown_message",
            "no message 'set' is published; it is a command",
        ),
        (
            '{"op": "subscribe", "id": 1, "messages": ["tick", "xyz"]}',
            "unknown_message",
            "'xyz' is published; there are: picture, rare, state, tick",
        ),
        (
            '{"op": "subscribe", "id": 1, "messages": ["tick_by_2"]}',
            "unknown_message",
            "it is made on demand: subscribe to tick with decimate 2",
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
            assert len(error["text"]) < 1000, "what was long is not sent back"
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
