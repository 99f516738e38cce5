"""Viewers at a relay on real sockets, with a driver made of Python."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from cwire_server.foxglove import offers
from cwire_server.limits import Limits
from cwire_structs import frames
from support import schemas
from support.fake_driver import FakeDriver, ticks
from support.schemas import GO, SET, STATE, TICK
from support.viewer import Viewer

from ..conftest import StartRelay, up

CDR = b"\0\1\0\0"


@asynccontextmanager
async def viewed(
    start_relay: StartRelay, runtime: Path, **options: Any
) -> AsyncIterator[tuple[Viewer, FakeDriver]]:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver, foxglove=True, **options)
        async with Viewer(relay) as viewer:
            await viewer.offers("/lab/tick")
            await viewer.text("advertiseServices")
            yield viewer, driver


async def test_frames_come_as_messages_with_their_times(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with viewed(start_relay, runtime) as (viewer, driver):
        channel = viewer.channels["/lab/tick"]
        assert channel["encoding"], channel["schemaEncoding"] == ("cdr", "ros2msg")
        assert channel["schema"].startswith("uint64 index\nfloat64[4] values")
        await viewer.subscribe(0, channel["id"])
        await viewer.subscribe(7, channel["id"])
        await viewer.subscribe(8, channel["id"])
        await viewer.say("unsubscribe", subscriptionIds=[8, 99])
        await viewer.unanswered()
        payload = struct.pack("<Q4d", 5, 1, 2, 3, 4)
        await driver.send(frames.pack(TICK, payload, time_ns=2**63 + 5))
        assert {await viewer.data(), await viewer.data()} == {
            (0, 2**63 + 5, CDR + payload),
            (7, 2**63 + 5, CDR + payload),
        }
        assert viewer.times == [2**63 + 5]
        await viewer.say("unsubscribe", subscriptionIds=[0, 7])
        await viewer.unanswered()
        await driver.send(frames.pack(TICK, payload, sequence=1))
        await viewer.subscribe(9, channel["id"])
        assert (await viewer.data()).subscription == 9  # the newest, though it came before


async def test_many_messages_are_offered_in_turns(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "_AT_ONCE", 1)
    async with viewed(start_relay, runtime) as (viewer, driver):
        await viewer.subscribe(0, viewer.channels["/lab/tick"]["id"])
        await viewer.unanswered()
        await driver.send(ticks(0, 1))
        assert (await viewer.data()).subscription == 0


@pytest.mark.parametrize(
    ("message", "problem"),
    {
        "{": "this is not JSON",
        "[]": 'must be a JSON object {"op": …}',
        '{"op": 5}': "must be a JSON object",
        '{"op": "advertise", "channels": []}': "no operation 'advertise'; it has: subscribe, uns",
        '{"op": "fetchAsset", "uri": "x", "requestId": 1}': "no operation 'fetchAsset'",
        '{"op": "subscribe"}': "subscribe needs subscriptions, a list of {id, channelId}, not None",
        '{"op": "subscribe", "subscriptions": [5]}': "is {id, channelId}, two whole numbers, not 5",
        '{"op": "subscribe", "subscriptions": [{"id": -1, "channelId": 1}]}': "two whole numbers",
        '{"op": "subscribe", "subscriptions": [{"id": 3, "channelId": 99}]}': (
            "subscription 3: there is no channel 99"
        ),
        '{"op": "subscribe", "subscriptions": [{"id": 0, "channelId": 1}]}': (
            "subscription 0 is there already, to channel 1: unsubscribe from it, or take another id"
        ),
        '{"op": "unsubscribe"}': "unsubscribe needs subscriptionIds, a list of ids, not None",
        '{"op": "unsubscribe", "subscriptionIds": ["a"]}': "a list of ids, not ['a']",
        '{"op": "getParameters"}': "needs parameterNames, a list of names (an empty one: all), not",
        '{"op": "setParameters", "parameters": [{}]}': "a list of {name, value}, not [{}]",
        b"\x01\0\0\0\0": "takes no messages from clients",
        b"\x09": "the opcode 9: there is 2, the call of a service",
        b"\x02\0\0": "the call of a service with 3 bytes: 13 are in front",
        b"\x02\1\0\0\0\2\0\0\0\xff\0\0\0cdr": (
            "call 2 of service 1: its encoding has 255 bytes, and 3 are here"
        ),
    }.items(),
)  # fmt: skip
async def test_what_is_wrong_is_told_and_nothing_else_breaks(
    start_relay: StartRelay, runtime: Path, message: str | bytes, problem: str
) -> None:
    async with viewed(start_relay, runtime) as (viewer, driver):
        assert viewer.channels["/lab/tick"]["id"] == 1
        await viewer.subscribe(0, 1)
        await viewer.connection.send(b"")  # nothing: it is not told
        await viewer.connection.send(message)
        status = await viewer.next_text()
        assert (status["op"], status["level"]) == ("status", 2)
        assert problem in status["message"]
        await driver.send(ticks(0, 1))
        assert (await viewer.data()).subscription == 0


async def test_a_message_that_is_too_large_is_told_and_ends_the_connection(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with viewed(start_relay, runtime) as (viewer, _):
        await viewer.call(1, 1, bytes(1 << 20))
        status = await viewer.text("status")
        assert "a message may have 1048576 bytes at the most" in status["message"]
        with pytest.raises(ConnectionClosed) as closed:
            await viewer.read()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


async def test_another_layout_is_another_channel(start_relay: StartRelay, runtime: Path) -> None:
    place = runtime / "lab.sock"
    async with AsyncExitStack() as stack:
        async with FakeDriver(place) as driver:
            relay = await up(start_relay, driver, foxglove=True)
            viewer = await stack.enter_async_context(Viewer(relay))
            await viewer.offers("/lab/rare")
            before = dict(viewer.channels)
            await viewer.subscribe(1, before["/lab/rare"]["id"])
            await viewer.subscribe(2, before["/lab/tick"]["id"])
            await viewer.unanswered()
        down = await viewer.text("status")
        assert (down["id"], down["level"]) == ("driver lab", 1)
        assert down["message"].startswith("driver lab is down: ")
        async with FakeDriver(place, epoch=2, schema=schemas.text(extra_field=True)) as driver:
            gone = await viewer.text("unadvertise")
            assert gone["channelIds"] == [before["/lab/rare"]["id"]]
            await viewer.text("advertise")
            after = viewer.channels["/lab/rare"]
            assert after["id"] not in [one["id"] for one in before.values()]
            assert after["schemaName"] != before["/lab/rare"]["schemaName"]
            assert viewer.channels["/lab/tick"] == before["/lab/tick"]
            assert (await viewer.text("removeStatus"))["statusIds"] == ["driver lab"]
            await viewer.say("unsubscribe", subscriptionIds=[1])  # as viewers do, after it has gone
            await viewer.subscribe(1, after["id"])
            await viewer.unanswered()
            await driver.connected()
            await driver.send(frames.pack(schemas.RARE, bytes(16)) + ticks(0, 1))
            got = {await viewer.data(), await viewer.data()}
            assert {(one.subscription, len(one.body)) for one in got} == {(1, 20), (2, 44)}


async def test_services_are_commands(start_relay: StartRelay, runtime: Path) -> None:
    limits = Limits(answer=0.05)
    async with viewed(start_relay, runtime, limits=limits) as (viewer, driver):
        set_, go = (viewer.services[f"/lab/{name}"]["id"] for name in ("set", "go"))
        await viewer.call(set_, 11, CDR + struct.pack("<d", 3.5))
        header, payload = await driver.receive()
        assert (header.type, payload) == (SET, struct.pack("<d", 3.5))
        await driver.send(
            frames.pack(STATE, struct.pack("<d", 4.0), flags=frames.REPLY, request=header.request)
        )
        body = CDR + struct.pack("<d", 4.0)
        assert await viewer.read() == struct.pack("<BIII", 3, set_, 11, 3) + b"cdr" + body
        await viewer.call(go, 12, b'{"steps": 5}', "json")
        header, payload = await driver.receive()
        assert (header.type, payload) == (GO, struct.pack("<Q", 5))
        await driver.send(frames.pack(GO, flags=frames.REPLY, request=header.request))
        assert await viewer.read() == struct.pack("<BIII", 3, go, 12, 4) + b"json{}"
        await viewer.call(go, 13, CDR + bytes(8))
        failure = await viewer.text("serviceCallFailure")
        assert (failure["serviceId"], failure["callId"]) == (go, 13)
        assert "CWIRE_ETIMEOUT: no answer in 0.05 s; the outcome is unknown" in failure["message"]


@pytest.mark.parametrize(
    ("service", "data", "encoding", "problem"),
    [
        (99, b"", "cdr", "there is no service 99; it may have been unadvertised"),
        ("set", CDR + bytes(7), "cdr", r"/lab/set: its body has 7 bytes, and cwire_msgs/msg/Set"),
        ("set", CDR + bytes(1000), "cdr", "/lab/set: its body has 1000 bytes"),
        ("set", b"{", "json", "/lab/set: its request is not JSON"),
        ("set", b"[]", "json", "/lab/set: its request is an object of values by field, not []"),
        ("set", b'{"x": 11}', "json", "/lab/set: set.x"),
        ("set", b"", "ros1", "/lab/set: a request in 'ros1': encode it as cdr or json"),
    ],
)
async def test_calls_that_fail(
    start_relay: StartRelay,
    runtime: Path,
    service: int | str,
    data: bytes,
    encoding: str,
    problem: str,
) -> None:
    async with viewed(start_relay, runtime) as (viewer, _):
        number = viewer.services[f"/lab/{service}"]["id"] if isinstance(service, str) else service
        await viewer.call(number, 5, data, encoding)
        failure = await viewer.next_text()
        assert (failure["op"], failure["callId"]) == ("serviceCallFailure", 5)
        assert problem in failure["message"]


async def test_a_driver_that_goes_leaves_the_outcome_unknown(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with viewed(start_relay, runtime) as (viewer, driver):
        go = viewer.services["/lab/go"]["id"]
        await viewer.call(go, 1, CDR + bytes(8))
        await driver.receive()
        driver.hang_up()
        failure = await viewer.text("serviceCallFailure")
        assert "CWIRE_EDOWN: " in failure["message"]
        assert "the outcome is unknown" in failure["message"]
