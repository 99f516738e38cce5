"""One client never hurts another, nor the driver: over real sockets, with faults put into ours."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cwire_server import Relay
from cwire_server.clients.requests import OPERATIONS, ClientRequests
from cwire_server.hub.client import Client
from cwire_server.hub.decimation import Decimation
from cwire_server.limits import Limits
from cwire_server.relay_schema import RELAY_SCHEMA
from cwire_structs import frames
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.fake_driver import FakeDriver, ticks
from support.faults import fail
from support.foreign import masked_frame
from support.hub_client import GivenTurns
from support.raw_client import RawClient
from support.raw_connection import RawConnection
from support.schemas import PICTURE, SET, STATE
from support.websocket_cases import BINARY, FIN, TEXT

from .conftest import StartRelay, client, command, driver_event, refusal, up


@dataclass
class Scene:
    """A driver, its relay, the client that is at fault, and another one, who gets its ticks."""

    driver: FakeDriver
    relay: Relay
    one: RawClient
    other: RawClient

    async def goes_on(self, sequence: int) -> None:
        """The driver's link is the same as ever, and the other client notices nothing."""
        driver, other = self.driver, self.other
        await driver.send(ticks(sequence, 1))
        assert (await other.frame())[0].sequence == sequence
        await other.send(command(other.hello, SET, bytes(8), request=sequence + 1))
        header, _ = await driver.receive()
        await driver.send(frames.pack(SET, flags=frames.REPLY, request=header.request))
        assert (await other.frame())[0].request == sequence + 1


MakeScene = Callable[..., Awaitable[Scene]]


@pytest.fixture
async def make_scene(start_relay: StartRelay, runtime: Path) -> AsyncIterator[MakeScene]:
    """Makes a scene: ``await make_scene(schema)`` of a driver with another schema."""
    async with AsyncExitStack() as stack:

        async def make(schema: bytes | None = None) -> Scene:
            driver = FakeDriver(runtime / "lab.sock", schema=schema)
            await stack.enter_async_context(driver)
            relay = await up(start_relay, driver)
            one = await stack.enter_async_context(client(relay))
            other = await stack.enter_async_context(client(relay))
            await other.say("subscribe", id=1, messages=["tick"])
            await other.text("subscribed")
            return Scene(driver, relay, one, other)

        yield make


@pytest.fixture
async def scene(make_scene: MakeScene) -> Scene:
    return await make_scene()


def split(data: bytes) -> Iterator[bytes]:
    """The frames of a binary message."""
    while data:
        size = frames.span(frames.unpack_header(data).size)
        yield data[:size]
        data = data[size:]


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
    make_scene: MakeScene,
) -> None:
    picture = Schema.from_json(tailed()).messages["picture"]
    rows = [np.arange(100) * (-1) ** n + n for n in range(40)]
    pixels = [list(range(n % 5)) for n in range(40)]
    scene = await make_scene(tailed())
    driver, one = scene.driver, scene.one
    await one.say("subscribe", id=1, messages=["picture"], decimate=16)
    (stream,) = (await one.text("subscribed"))["streams"]
    small = Schema.from_json(json.dumps(stream["schema"]), derived=True).messages["picture_by_16"]
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
    await scene.goes_on(0)
    assert scene.relay.hub.drivers[1].state == "up"


@pytest.mark.parametrize("name", OPERATIONS)
async def test_a_fault_in_any_operation_is_answered(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    one = scene.one
    with monkeypatch.context() as patch:
        patch.setitem(OPERATIONS, name, fail)
        await one.say(name, id=7)
        error = await one.text("error")
    assert (error["id"], error["code"]) == (7, "internal")
    assert "BugError" in error["text"]
    await one.say("status")
    await one.text("status")
    await scene.goes_on(0)


async def test_a_fault_at_a_command_or_its_reply_is_answered(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, one = scene.driver, scene.one
    with monkeypatch.context() as patch:
        patch.setattr(ClientRequests, "_problem", fail)
        await one.send(command(one.hello, SET, bytes(8)))
        assert refusal(await one.frame())[0] == "CWIRE_EFAILED"
    with monkeypatch.context() as patch:
        patch.setattr("cwire_server.hub.replies.fields_to_json", fail)
        await one.say("command", id=9, name="set", fields={})
        header, _ = await driver.receive()
        await driver.send(frames.pack(STATE, bytes(8), flags=frames.REPLY, request=header.request))
        reply = await one.text("reply")
    assert reply["id"] == 9
    assert reply["error"]["name"] == "CWIRE_EFAILED"
    assert "the driver has answered" in reply["error"]["text"]
    await scene.goes_on(0)


async def test_a_fault_in_one_subscription_ends_only_that(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, one, other = scene.driver, scene.one, scene.other
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
    await scene.goes_on(1)


async def test_a_fault_in_a_connection_ends_it_with_a_reason(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, one = scene.driver, scene.one
    await one.say("subscribe", id=1, messages=["rare"])
    await one.text("subscribed")
    with monkeypatch.context() as patch:
        patch.setattr("cwire_server.clients.connection.ClientConnection._pieces", fail)
        await driver.send(frames.pack(schemas.RARE, bytes(8)))
        assert await one.read() is None
    assert one.close_code == 1011
    assert "fault of the relay" in (one.close_reason or "")
    assert len(scene.relay.hub.clients) == 1
    await scene.goes_on(0)


@pytest.mark.parametrize("what", ["commands in one message", "texts that come together"])
async def test_between_the_requests_of_one_client_all_others_have_their_turn(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr("cwire_server.clients.connection._TURN_SECONDS", 0.0)
    count, done = 300, 0
    send = Client.send if "texts" in what else ClientRequests._refuse

    def counted(*args: Any, **options: Any) -> None:
        nonlocal done
        done += 1
        send(*args, **options)

    one = scene.one
    async with await RawConnection.open(scene.relay) as greedy:
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
        await scene.goes_on(0)
        assert 0 < done < count
        answered: list[int] = []
        while len(answered) < count:  # all of them, in order
            opcode, payload = await greedy.message()
            if opcode == TEXT:
                answered.append(json.loads(payload)["id"])
            else:
                answered += [frames.unpack_header(frame).request for frame in split(payload)]
        assert answered == list(requests)
        await scene.goes_on(1)


async def test_what_waits_for_one_client_is_written_in_turns(scene: Scene) -> None:
    """The socket would take all of it at once: a client that did not read may begin to."""
    target = scene.relay.hub.clients[scene.one.hello["client"]]
    for number in range(200):
        target.sink.put_operation({"op": "status", "number": number})
    left = target.sink.control_bytes
    target.wake()
    assert left / 2 < target.sink.control_bytes < left
    assert [(await scene.one.text("status"))["number"] for _ in range(200)] == list(range(200))
    await scene.goes_on(0)


async def test_while_a_client_subscribes_to_many_messages_others_have_their_turn(
    make_scene: MakeScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cwire_server.clients.connection._TURN_SECONDS", 0.0)
    monkeypatch.setattr("cwire_server.hub.planner.PIECE", 1)
    document = schemas.document()
    for number in range(300):
        document["messages"][str(100 + number)] = {"name": f"more_{number}", "type": "rare"}
    document["layout_hash"] = layout_hash(document)
    scene = await make_scene(json.dumps(document).encode())
    one = scene.one
    await one.say("subscribe", id=1)
    await scene.goes_on(0)
    (greedy,) = (client for client in scene.relay.hub.clients.values() if client.announcing)
    assert 0 < len(greedy.deliveries[1].types) < 300
    assert len((await one.text("subscribed"))["streams"]) == 304
    await scene.goes_on(1)


async def test_a_driver_is_not_read_until_its_clients_are_told_of_another_run(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cwire_server.hub.hub._CHORES_AT_ONCE", 0)
    async with AsyncExitStack() as stack:
        async with FakeDriver(runtime / "lab.sock") as driver:
            relay = await up(start_relay, driver, limits=Limits(patience=1000.0))
            one = await stack.enter_async_context(client(relay))
            await one.say("subscribe", id=1, messages=["tick"])
            await one.text("subscribed")
            relay.hub.turns = turns = GivenTurns()
        driver = await stack.enter_async_context(FakeDriver(runtime / "lab.sock", epoch=2))
        await driver.connected()
        await driver.send(ticks(0, 1))
        assert (await driver_event(one, "down"))["name"] == "lab"
        await driver_event(one, "restarted")
        for _ in range(3):  # in which the driver could have been read
            await one.say("status")
            await one.text("status")
        turns.give(relay.hub)
        await one.text("subscribed")
        assert (await one.frame())[0].sequence == 0


async def test_a_fault_in_a_turn_that_was_waited_for_is_told_too(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, one, other = scene.driver, scene.one, scene.other
    await one.say("subscribe", id=1, messages=["tick"], format="json")
    await one.text("subscribed")
    assert scene.relay.hub.turns.take(lambda: None)
    await driver.send(ticks(0, 1))
    assert (await other.frame())[0].sequence == 0
    with monkeypatch.context() as patch:
        patch.setattr("cwire_server.clients.connection.ClientConnection._pieces", fail)
        scene.relay.hub.turns.done()
        assert await one.read() is None
    assert one.close_code == 1011
    await scene.goes_on(1)


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
            await Scene(driver, relay, one, one).goes_on(0)
            assert relay.hub.drivers[2].state == "down"
            served.set()
            assert (await driver_event(one, "up"))["name"] == "big"


async def test_a_driver_whose_schema_has_no_room_is_told_so(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cwire_server.hub.registry.SCHEMAS_LIMIT", 2 * len(schemas.text()) - 1)
    async with FakeDriver(runtime / "lab.sock"), FakeDriver(runtime / "big.sock"):
        relay = await start_relay("lab", "big")
        served = relay.hub.drivers.served
        while not any("has no room" in (one.problem or "") for one in served):
            await asyncio.sleep(0.001)
        while not any(one.state == "up" for one in served):
            await asyncio.sleep(0.001)
        async with client(relay) as one:
            states = {state["name"]: state for state in one.hello["drivers"][:2]}
            assert {state["state"] for state in states.values()} == {"up", "down"}
            (refused,) = (state for state in states.values() if state["state"] == "down")
            assert "has no room" in refused["problem"]
            assert refused["schema"] is None


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
            driver = FakeDriver(runtime / f"{name}.sock", schema=text, heartbeat=1000.0)
            await stack.enter_async_context(driver)
            assert (await driver_event(early, "up"))["schema"] == document
        # Together they are more than may wait for one client: but they are not one client's own.
        late = await stack.enter_async_context(client(relay))
        *found, own = late.hello["drivers"]
        assert [driver["schema"] for driver in found] == [document] * len(names)
        assert own["schema"] == RELAY_SCHEMA.json
        await late.say("unsubscribe", id=7)
        assert (await late.text("error"))["code"] == "unknown_subscription"
