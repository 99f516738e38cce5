"""Policies, history, windows, decimation and JSON, over real sockets."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from cwire_server.limits import Limits
from cwire_structs import frames
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.fake_driver import FakeDriver, ticks
from support.schemas import RARE, SET, STATE

from ..conftest import StartRelay, client, up


async def test_history_comes_before_live(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as early, client(relay) as late:
            await early.say("subscribe", id=1, messages=["tick"])
            await early.text("subscribed")
            await driver.send(ticks(0, 5))
            await early.binary()
            await late.say("subscribe", id=1, messages=["tick"], history={"frames": 3})
            (stream,) = (await late.text("subscribed"))["streams"]
            assert stream["first_sequence"] == 2
            (tally,) = frames.scan(await late.binary()).tallies
            assert (tally.first_sequence, tally.last_sequence) == (2, 4)
            await driver.send(ticks(5, 1))
            assert (await late.frame())[0].sequence == 5
            await late.say("subscribe", id=2, messages=["tick"], history={"seconds": 60})
            (stream,) = (await late.text("subscribed"))["streams"]
            assert stream["first_sequence"] == 0


async def test_a_window_waits_for_the_ack(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await connected.say("window", bytes=100)
            await connected.say("subscribe", id=1, messages=["tick"])
            await connected.text("subscribed")
            await driver.send(ticks(0, 2))
            assert len(await connected.binary()) == 128
            await driver.send(ticks(2, 1))
            await connected.say("status")
            # The window is closed: frames and what is behind them wait.
            await connected.say("ack", bytes=500)
            await connected.say("ack", bytes=128)
            assert (await connected.frame())[0].sequence == 2
            await connected.text("status")
            error = await connected.text("error")
            assert "bytes is 500" in error["text"]
            await connected.say("ack", bytes=1)
            assert "never fewer than before" in (await connected.text("error"))["text"]
            await connected.say("window", bytes=None)
            await driver.send(ticks(3, 9))
            assert len(await connected.binary()) == 9 * 64


@pytest.mark.parametrize("size", [0, -1, "many", True, 1 << 40])
async def test_a_window_that_cannot_be(
    start_relay: StartRelay, runtime: Path, size: object
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await connected.say("window", bytes=size)
            assert "from 1 to" in (await connected.text("error"))["text"]


async def test_decimation_comes_with_its_schema(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await connected.say("subscribe", id=1, messages=["tick"], decimate=2)
            (stream,) = (await connected.text("subscribed"))["streams"]
            assert (stream["message"], stream["of"], stream["decimate"]) == ("tick_by_2", "tick", 2)
            assert stream["type"] >= frames.RELAY_TYPES
            schema = Schema.from_json(json.dumps(stream["schema"]), derived=True)
            message = schema.by_id[stream["type"]]
            values = struct.pack("<Q4d", 7, 1.0, -2.0, 3.0, 3.5)
            await driver.send(frames.pack(schemas.TICK, values, sequence=0))
            data = await connected.binary()
            (row,) = np.frombuffer(data, message.frame_dtype(message.size))
            assert row["index"] == 7
            assert row["values_min"].tolist() == [-2.0, 3.0]
            assert row["values_max"].tolist() == [1.0, 3.5]
            await connected.say("subscribe", id=2, messages=["rare"], decimate=2)
            assert "cannot be decimated" in (await connected.text("error"))["text"]


async def test_json_frames_and_commands(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await connected.say("subscribe", id=1, messages=["rare"], format="json")
            await connected.text("subscribed")
            rare = frames.pack(RARE, struct.pack("<II", 3, 4), sequence=5, time_ns=2**60)
            await driver.send(rare)
            message = await connected.text("message")
            assert message == {
                "op": "message",
                "id": 1,
                "driver": "lab",
                "message": "rare",
                "sequence": 5,
                "time_ns": str(2**60),
                "fields": {"a": 3, "b": 4},
            }
            await connected.say("command", id=9, name="set", fields={"x": 2.5})
            header, payload = await driver.receive()
            assert (header.type, payload) == (SET, struct.pack("<d", 2.5))
            reply = frames.pack(
                STATE, struct.pack("<d", 2.25), flags=frames.REPLY, request=header.request
            )
            await driver.send(reply)
            assert await connected.text("reply") == {
                "op": "reply",
                "id": 9,
                "driver": "lab",
                "message": "state",
                "fields": {"x": 2.25},
            }
            await connected.say("command", id=10, driver="lab", name="go")
            header, _ = await driver.receive()
            ok = frames.pack(header.type, flags=frames.REPLY, request=header.request)
            refused = frames.pack(
                SET, frames.error_payload(-5, "too far"), flags=3, request=header.request + 1
            )
            await connected.say("command", id=11, name="set", fields={})
            await driver.receive()
            await driver.send(ok + refused)
            told = await connected.text("reply")
            assert (told["id"], told["message"], told["fields"]) == (10, None, None)
            told = await connected.text("reply")
            assert told["error"] == {"code": -5, "name": "CWIRE_ERANGE", "text": "too far"}


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({"name": "sett"}, "unknown_message", "no driver has a command 'sett'"),
        ({"name": "tick"}, "unknown_message", "go, set"),
        ({"name": 5}, "unknown_message", "no driver has a command 5"),
        ({"name": "set", "driver": "x"}, "unknown_driver", "'x'"),
        ({"name": "set", "fields": {"y": 1}}, "bad_request", "y"),
        ({"name": "set", "fields": {"x": 11}}, "bad_request", "out of range"),
        ({"name": "set", "fields": {"x": "far"}}, "bad_request", "x"),
        ({"name": "set", "fields": [1]}, "bad_request", "fields must be an object"),
    ],
)
async def test_a_json_command_that_cannot_be(
    start_relay: StartRelay, runtime: Path, fields: dict[str, object], code: str, text: str
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        async with client(relay) as connected:
            await connected.say("command", id=1, **fields)
            error = await connected.text("error")
            assert (error["id"], error["code"]) == (1, code)
            assert text in error["text"]


async def test_rare_messages_survive_a_flood(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, limits=Limits(queue=1 << 20))
        async with client(relay) as slow, client(relay) as fast:
            for connected in (slow, fast):
                await connected.say("subscribe", id=1)
                await connected.text("subscribed")
            slow.pause()
            published = 100
            for number in range(published):
                flood = ticks(number * 2000, 2000)
                await driver.send(flood + frames.pack(RARE, bytes(8), sequence=number))
                counted = 0
                while counted < 2001:
                    data = await fast.binary()
                    counted += sum(tally.count for tally in frames.scan(data).tallies)
            slow.resume()
            rare: list[int] = []
            dropped = False
            while len(rare) < published:
                message = await slow.read()
                assert message is not None
                if isinstance(message, str):
                    assert '"message": "tick"' in message
                    dropped = True
                else:
                    for tally in frames.scan(message).tallies:
                        if tally.type == RARE:
                            first, last = tally.first_sequence, tally.last_sequence
                            rare += range(first, last + 1)
            assert rare == list(range(published))
            assert dropped


async def test_commands_and_replies_that_are_too_large_for_json(
    start_relay: StartRelay, runtime: Path
) -> None:
    document = schemas.document()
    tail = {"kind": "tail", "of": {"kind": "uint", "np": "|u1"}, "stride": 1}
    state, go = document["types"]["state"], document["types"]["go"]
    state["fields"].append({"name": "rest", "c_type": "", "offset": 8, "size": 0, "type": tail})
    numbers = {"kind": "array", "shape": [9], "of": {"kind": "uint", "np": "|u1"}}
    go["fields"][0] = {**go["fields"][0], "size": 9, "type": numbers}
    go["size"] = 16
    document["messages"]["17"]["reply"] = "state"
    document["messages"]["18"] = {"name": "show", "type": "rare", "command": True, "reply": "tick"}
    document["layout_hash"] = layout_hash(document)
    schema = json.dumps(document).encode()
    async with FakeDriver(runtime / "lab.sock", schema=schema) as driver:
        relay = await up(start_relay, driver, limits=Limits(json=4))
        async with client(relay) as connected:
            await connected.say("command", id=1, name="go", fields={})
            error = await connected.text("error")
            assert error["code"] == "bad_request"
            assert "go has 9 values" in error["text"]
            assert "send go as a binary frame" in error["text"]
            await connected.say("command", id=2, name="show", fields={})
            assert "tick has 5 values" in (await connected.text("error"))["text"]
            for id_, rest in ((3, 3), (4, 4)):
                await connected.say("command", id=id_, name="set", fields={"x": 1})
                header, _ = await driver.receive()
                reply = frames.pack(
                    STATE, bytes(8 + rest), flags=frames.REPLY, request=header.request
                )
                await driver.send(reply)
            assert (await connected.text("reply"))["fields"] == {"x": 0.0, "rest": [0, 0, 0]}
            error = (await connected.text("reply"))["error"]
            assert error["name"] == "CWIRE_ETOOBIG"
            assert "has carried it out, but state has 5 values" in error["text"]
