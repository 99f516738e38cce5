"""One client never hurts another, nor the driver: over real sockets, with faults put into ours."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cwire_server import Relay
from cwire_server.clients.requests import OPERATIONS, ClientRequests
from cwire_server.hub.client import Client
from cwire_server.hub.decimation import Decimation
from cwire_server.relay_schema import RELAY_SCHEMA
from cwire_structs import frames
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.fake_driver import FakeDriver, ticks
from support.faults import fail
from support.foreign import masked_frame
from support.raw_client import RawClient
from support.raw_connection import RawConnection
from support.schemas import PICTURE, SET, STATE
from support.websocket_cases import BINARY, FIN, TEXT

from .conftest import StartRelay, client, command, driver_event, refusal, up


@asynccontextmanager
async def two_clients(
    start_relay: StartRelay, driver: FakeDriver
) -> AsyncIterator[tuple[Relay, RawClient, RawClient]]:
    relay = await up(start_relay, driver)
    async with client(relay) as one, client(relay) as other:
        await other.say("subscribe", id=1, messages=["tick"])
        await other.text("subscribed")
        yield relay, one, other


def split(data: bytes) -> Iterator[bytes]:
    """The frames of a binary message."""
    while data:
        size = frames.span(frames.unpack_header(data).size)
        yield data[:size]
        data = data[size:]


async def goes_on(driver: FakeDriver, other: RawClient, sequence: int) -> None:
    """The driver's link is the same as ever, and the other client notices nothing."""
    await driver.send(ticks(sequence, 1))
    assert (await other.frame())[0].sequence == sequence
    await other.send(command(other.hello, SET, bytes(8), request=sequence + 1))
    header, _ = await driver.receive()
    await driver.send(frames.pack(SET, flags=frames.REPLY, request=header.request))
    assert (await other.frame())[0].request == sequence + 1


def tailed() -> bytes:
    """`picture` has an array of fixed length, too."""
    document = schemas.document()
    struct = document["types"]["picture"]
    series = {"kind": "array", "shape": [100], "of": {"kind": "int", "np": "<i2"}}
    struct["fields"].insert(
        1, {"name": "row", "c_type": "int16_t[100]", "offset": 8, "size": 200, "type": series}
    )
    struct["fields"][2]["offset"] = struct["size"] = 208
    document["layout_hash"] = layout_hash(document)
    return json.dumps(document).encode()


async def test_tails_of_many_lengths_are_decimated_and_cut_nobody_off(
    start_relay: StartRelay, runtime: Path
) -> None:
    picture = Schema.from_json(tailed()).messages["picture"]
    rows = [np.arange(100) * (-1) ** n + n for n in range(40)]
    pixels = [list(range(n % 5)) for n in range(40)]
    async with (
        FakeDriver(runtime / "lab.sock", schema=tailed()) as driver,
        two_clients(start_relay, driver) as (relay, one, other),
    ):
        await one.say("subscribe", id=1, messages=["picture"], decimate=16)
        (stream,) = (await one.text("subscribed"))["streams"]
        small = Schema.from_json(json.dumps(stream["schema"]), derived=True).messages[
            "picture_by_16"
        ]
        for first in range(0, 40, 8):
            await driver.send(
                b"".join(
                    frames.pack(
                        PICTURE,
                        picture.encode({"number": n, "row": rows[n], "pixels": pixels[n]}),
                        sequence=n,
                    )
                    for n in range(first, first + 8)
                )
            )
        got: list[dict[str, Any]] = []
        while len(got) < 40:
            data = await one.binary()
            at = 0
            while at < len(data):
                header = frames.unpack_header(data, at)
                assert header.sequence == len(got)
                payload = data[at + frames.HEADER_SIZE : at + header.size]
                got.append(small.type.from_bytes(payload).to_dict())
                at += frames.span(header.size)
        assert [row["number"] for row in got] == list(range(40))
        assert [row["pixels"] for row in got] == pixels
        assert [max(row["row_max"]) for row in got] == [max(row) for row in rows]
        assert [min(row["row_min"]) for row in got] == [min(row) for row in rows]
        await goes_on(driver, other, 0)
        assert relay.hub.drivers[1].state == "up"


@pytest.mark.parametrize("name", OPERATIONS)
async def test_a_fault_in_any_operation_is_answered(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    async with (
        FakeDriver(runtime / "lab.sock") as driver,
        two_clients(start_relay, driver) as (_, one, other),
    ):
        with monkeypatch.context() as patch:
            patch.setitem(OPERATIONS, name, fail)
            await one.say(name, id=7)
            error = await one.text("error")
        assert (error["id"], error["code"]) == (7, "internal")
        assert "BugError" in error["text"]
        await one.say("status")
        await one.text("status")
        await goes_on(driver, other, 0)


async def test_a_fault_at_a_command_or_its_reply_is_answered(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        FakeDriver(runtime / "lab.sock") as driver,
        two_clients(start_relay, driver) as (_, one, other),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(ClientRequests, "_problem", fail)
            await one.send(command(one.hello, SET, bytes(8)))
            assert refusal(await one.frame())[0] == "CWIRE_EFAILED"
        with monkeypatch.context() as patch:
            patch.setattr("cwire_server.hub.replies.fields_to_json", fail)
            await one.say("command", id=9, name="set", fields={})
            header, _ = await driver.receive()
            await driver.send(
                frames.pack(STATE, bytes(8), flags=frames.REPLY, request=header.request)
            )
            reply = await one.text("reply")
        assert reply["id"] == 9
        assert reply["error"]["name"] == "CWIRE_EFAILED"
        assert "the driver has answered" in reply["error"]["text"]
        await goes_on(driver, other, 0)


async def test_a_fault_in_one_subscription_ends_only_that(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        FakeDriver(runtime / "lab.sock") as driver,
        two_clients(start_relay, driver) as (_, one, other),
    ):
        monkeypatch.setattr("cwire_server.hub.delivery.frame_text", fail)
        monkeypatch.setattr(Decimation, "steps", fail)
        await one.say("subscribe", id=4, messages=["tick"], format="json")
        await one.text("subscribed")
        await one.say("subscribe", id=5, messages=["tick"], decimate=2)
        await one.text("subscribed")
        await driver.send(ticks(0, 1))
        errors = [await one.text("error"), await one.text("error")]
        assert sorted((error["id"], error["code"]) for error in errors) == [
            (4, "internal"),
            (5, "internal"),
        ]
        assert (await other.frame())[0].sequence == 0
        await one.say("unsubscribe", id=5)
        assert (await one.text("error"))["code"] == "unknown_subscription"
        await goes_on(driver, other, 1)


async def test_a_fault_in_a_connection_ends_it_with_a_reason(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        FakeDriver(runtime / "lab.sock") as driver,
        two_clients(start_relay, driver) as (relay, one, other),
    ):
        await one.say("subscribe", id=1, messages=["rare"])
        await one.text("subscribed")
        with monkeypatch.context() as patch:
            patch.setattr("cwire_server.clients.connection._pieces", fail)
            await driver.send(frames.pack(schemas.RARE, bytes(8)))
            assert await one.read() is None
        assert one.close_code == 1011
        assert "fault of the relay" in (one.close_reason or "")
        assert len(relay.hub.clients) == 1
        await goes_on(driver, other, 0)


@pytest.mark.parametrize("what", ["commands in one message", "texts that come together"])
async def test_between_the_requests_of_one_client_all_others_have_their_turn(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr("cwire_server.clients.connection._TURN_SECONDS", 0.0)
    count, done = 300, 0
    send = Client.send if "texts" in what else ClientRequests._refuse

    def counted(*args: Any, **options: Any) -> None:
        nonlocal done
        done += 1
        send(*args, **options)

    async with (
        FakeDriver(runtime / "lab.sock") as driver,
        two_clients(start_relay, driver) as (relay, one, other),
        await RawConnection.open(relay) as greedy,
    ):
        await greedy.message()
        requests = range(1, count + 1)
        if "texts" in what:
            monkeypatch.setattr(Client, "send", counted)
            texts = [b'{"op": "no", "id": %d}' % number for number in requests]
            data = b"".join(masked_frame(FIN | TEXT, text) for text in texts)
        else:
            monkeypatch.setattr(ClientRequests, "_refuse", counted)
            commands = [command(one.hello, 999, b"", request=number) for number in requests]
            data = masked_frame(FIN | BINARY, b"".join(commands))
        greedy.writer.write(data)
        await goes_on(driver, other, 0)
        assert 0 < done < count
        answered: list[int] = []
        while len(answered) < count:  # all of them, in order
            opcode, payload = await greedy.message()
            if opcode == TEXT:
                answered.append(json.loads(payload)["id"])
            else:
                answered += [frames.unpack_header(frame).request for frame in split(payload)]
        assert answered == list(requests)
        await goes_on(driver, other, 1)


async def test_a_fault_in_a_turn_that_was_waited_for_is_told_too(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        FakeDriver(runtime / "lab.sock") as driver,
        two_clients(start_relay, driver) as (relay, one, other),
    ):
        await one.say("subscribe", id=1, messages=["tick"], format="json")
        await one.text("subscribed")
        assert relay.hub.turns.take(lambda: None)
        await driver.send(ticks(0, 1))
        assert (await other.frame())[0].sequence == 0
        with monkeypatch.context() as patch:
            patch.setattr("cwire_server.clients.connection._pieces", fail)
            relay.hub.turns.done()
            assert await one.read() is None
        assert one.close_code == 1011
        await goes_on(driver, other, 1)


async def test_a_large_schema_is_read_beside_everything_else(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is read, which here lasts until others were served, they are."""
    served = threading.Event()
    read = Schema.from_json

    def slowly(text: bytes) -> Schema:
        if len(text) > len(schemas.text()):
            assert served.wait(10)
        return read(text)

    document = schemas.document("big")
    document["types"]["rare"]["doc"] = "x" * 100_000
    async with (
        FakeDriver(runtime / "big.sock", schema=json.dumps(document).encode()) as big,
        FakeDriver(runtime / "lab.sock") as driver,
    ):
        monkeypatch.setattr(Schema, "from_json", slowly)
        relay = await start_relay("lab", "big")
        await driver.connected()
        await big.connected()
        async with client(relay) as one:
            await one.say("subscribe", id=1, driver="lab", messages=["tick"])
            await one.text("subscribed")
            await goes_on(driver, one, 0)
            assert relay.hub.drivers[2].state == "down"
            served.set()
            assert (await driver_event(one, "up"))["name"] == "big"


@pytest.mark.parametrize("size", [0, 3 << 20])
async def test_a_schema_comes_as_the_driver_sent_it(
    start_relay: StartRelay, runtime: Path, size: int
) -> None:
    """To whoever comes later, and to whoever was there; of many drivers together, too."""
    names = [f"d{number}" for number in range(6 if size else 1)]
    document = schemas.document("large")
    document["types"]["rare"]["doc"] = "µ \U0001f600 " + "x" * size
    text = json.dumps(document, ensure_ascii=False).encode()
    async with AsyncExitStack() as stack:
        relay = await start_relay(*names)
        early = await stack.enter_async_context(client(relay))
        for name in names:
            driver = FakeDriver(runtime / f"{name}.sock", schema=text)
            await stack.enter_async_context(driver)
            assert (await driver_event(early, "up"))["schema"] == document
        # Together they are more than may wait for one client: but they are not one client's own.
        late = await stack.enter_async_context(client(relay))
        *found, own = late.hello["drivers"]
        assert [driver["schema"] for driver in found] == [document] * len(names)
        assert own["schema"] == RELAY_SCHEMA.json
        await late.say("unsubscribe", id=7)
        assert (await late.text("error"))["code"] == "unknown_subscription"
