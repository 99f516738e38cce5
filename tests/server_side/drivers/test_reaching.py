"""Drivers at TCP ports and on serial lines, as relays reach them."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import socket
import struct
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from cwire_server import Relay
from cwire_server.config import DeviceAddress
from cwire_server.devices import SerialDevice, TcpDevice
from cwire_server.drivers import reaching
from cwire_server.drivers.greeting import LinkError
from cwire_server.drivers.serial_port import SerialPort
from cwire_structs import control, frames, serial_line
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.board import Board, hello
from support.fake_driver import ticks
from support.folders import shared_folder
from support.mini import TARGETS, Target, build, needs, wrap
from support.processes import Running
from support.schemas import GO, SET, STATE, TICK

from ..conftest import StartRelay, client, command, driver_event, refusal, subscribed

OUTLINE = '{"schema":"cwire-schema/1","name":"lab","layout_hash":"%s"}'


@pytest.fixture
def line(short_dir: Path) -> Path:
    """Where a board is plugged in."""
    return short_dir / "line"


def at(line: Path, **more: Any) -> DeviceAddress:
    return DeviceAddress("lab", SerialDevice(str(line)), **more)


async def begin(start_relay: StartRelay, board: Board, **more: Any) -> Relay:
    relay, _ = await asyncio.gather(start_relay(at(board.path)), board.begins(**more))
    await state(relay, "up")
    return relay


async def state(relay: Relay, wanted: str) -> None:
    while relay.hub.drivers[1].state != wanted:
        await asyncio.sleep(0.001)


async def problem(relay: Relay) -> str:
    while relay.hub.drivers[1].problem is None:
        await asyncio.sleep(0.001)
    return str(relay.hub.drivers[1].problem)


async def status(connected: Any) -> dict[str, Any]:
    await connected.say("status", id=9)
    while True:
        message = await connected.read()
        if isinstance(message, str) and '"status"' in message:
            found: dict[str, Any] = json.loads(message)["drivers"][0]
            return found


async def test_a_session(start_relay: StartRelay, line: Path) -> None:
    with Board(line) as board:
        relay = await begin(start_relay, board)
        async with client(relay) as connected:
            (driver,) = (one for one in connected.hello["drivers"] if one["name"] == "lab")
            assert (driver["way"], driver["socket"]) == (
                "serial line",
                f"serial:{line}?baud=115200",
            )
            await subscribed(connected, "tick")
            board.say(ticks(0, 1))
            header, payload = await connected.frame()
            assert (header.sequence, header.source, len(payload)) == (0, 1, 40)
            assert header.time_ns > 1_700_000_000 * 10**9  # a board has no clock
            board.say(frames.pack(TICK, bytes(40), sequence=1, time_ns=5))
            assert (await connected.frame())[0].time_ns == 5
            await connected.send(command(connected.hello, SET, struct.pack("<d", 3)))
            asked, payload = await board.hears_command()
            assert (asked.type, payload) == (SET, struct.pack("<d", 3))
            board.say(frames.pack(STATE, payload, flags=frames.REPLY, request=asked.request))
            reply, payload = await connected.frame()
            assert (reply.type, reply.flags, reply.request) == (STATE, frames.REPLY, 1)
            assert payload == struct.pack("<d", 3)


async def test_a_damaged_frame_is_lost_and_counted(start_relay: StartRelay, line: Path) -> None:
    with Board(line) as board:
        relay = await begin(start_relay, board)
        async with client(relay) as connected:
            await subscribed(connected, "tick")
            board.say(ticks(0, 1))
            assert (await connected.frame())[0].sequence == 0
            for first, (fault, place) in enumerate([("flip", 30), ("lose", 40), ("add", 50)]):
                whole = serial_line.encode(ticks(2 * first + 1, 1))
                changed = {
                    "flip": bytes([whole[place] ^ 0x40]),
                    "lose": b"",
                    "add": whole[place : place + 1] + b"\x07",
                }[fault]
                board.write(whole[:place] + changed + whole[place + 1 :])
                board.say(ticks(2 * first + 2, 1))
                told = await connected.text("dropped")
                assert (told["reason"], told["count"]) == ("driver", first + 1)
                assert (await connected.frame())[0].sequence == 2 * first + 2
            figures = await status(connected)
            assert (figures["lost"], figures["damaged"], figures["frames"]) == (3, 3, 4)


async def test_the_log_tells_of_damage_once_in_a_while(
    start_relay: StartRelay, line: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Board(line) as board, caplog.at_level(logging.WARNING, "cwire.driver"):
        relay = await begin(start_relay, board)
        board.write(b"\1x\0\1x\0")
        board.write(b"\1x\0")
        while relay.hub.drivers[1].damaged < 3:
            await asyncio.sleep(0.001)
        assert not caplog.records
        board.unplug()
        await state(relay, "down")
    (told,) = (record.message for record in caplog.records)
    assert told.startswith(f"driver lab: 3 pieces came damaged by serial:{line}?baud=115200: noise")


async def test_a_board_that_starts_again_is_another_run(
    start_relay: StartRelay, line: Path
) -> None:
    with Board(line) as board:
        relay = await begin(start_relay, board)
        async with client(relay) as connected:
            await subscribed(connected, "tick")
            # It has not got the answer: it is told once more.
            board.say(hello(1))
            await board.hears(control.answer())
            board.say(ticks(7, 1))
            assert (await connected.frame())[0].sequence == 7
            board.say(hello(2))
            assert "started again" in (await driver_event(connected, "down"))["problem"]
            await board.begins(2)
            assert (await driver_event(connected, "restarted"))["epoch"] == "2"
            board.say(ticks(0, 1))
            while not isinstance(message := await connected.read(), bytes):
                pass
            assert frames.unpack_header(message).sequence == 0


async def test_unplugged_and_plugged_in_again(start_relay: StartRelay, line: Path) -> None:
    with Board(line) as board:
        relay = await begin(start_relay, board)
        async with client(relay) as connected:
            await subscribed(connected, "tick")
            board.unplug()
            down = await driver_event(connected, "down")
            assert "the serial port is gone; was it unplugged?" in down["problem"]
            down = await driver_event(connected, "down")
            assert f"nothing is at {line}; plug the device in" in down["problem"]
            with Board(line) as again:
                await again.begins(1)
                await driver_event(connected, "up")
                again.say(ticks(3, 1))
                while not isinstance(message := await connected.read(), bytes):
                    pass
                assert frames.unpack_header(message).sequence == 3


async def test_what_came_before_is_dropped_and_not_counted(
    start_relay: StartRelay, line: Path
) -> None:
    with Board(line) as board:
        board.write(serial_line.encode(ticks(0, 1))[20:])
        relay = asyncio.ensure_future(start_relay(at(line)))
        await board.hears(control.greet())
        # In the middle of a frame, and frames for a relay that was there before.
        board.write(serial_line.encode(ticks(1, 1))[20:])
        board.say(ticks(2, 1), hello())
        await board.hears(control.answer())
        await state(await relay, "up")
        driver = (await relay).hub.drivers[1]
        board.say(ticks(3, 1))
        while driver.frames < 1:
            await asyncio.sleep(0.001)
        assert (driver.frames, driver.lost, driver.damaged) == (1, 0, 0)


async def test_a_line_that_says_nothing(
    start_relay: StartRelay, line: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "_GREET_SECONDS", 0.01)
    monkeypatch.setattr(reaching, "_SILENT_SECONDS", 0.02)
    with Board(line) as board:
        relay = await start_relay(at(line))
        assert "nothing comes by serial:" in await problem(relay)
        assert "TX to RX" in await problem(relay)
        await board.hears(control.greet())


async def test_a_line_that_says_no_hello(
    start_relay: StartRelay, line: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "_GREET_SECONDS", 0.01)
    monkeypatch.setattr(reaching, "_NO_HELLO_SECONDS", 0.1)
    with Board(line) as board:
        starting = asyncio.ensure_future(start_relay(at(line)))
        await board.hears(control.greet())
        board.write(b"Starting up ...\r\n")
        relay = await starting
        while "bytes came by serial:" not in (text := await problem(relay)):
            await board.hears(control.greet())
            board.write(b"Starting up ...\r\n")
        assert "and no hello in them; is this the board's rate" in text


async def test_a_board_says_goodbye(start_relay: StartRelay, line: Path) -> None:
    with Board(line) as board:
        relay = asyncio.ensure_future(start_relay(at(line)))
        await board.hears(control.greet())
        board.say(control.bye(-10, "the sensor is broken"))
        assert "goodbye: the sensor is broken" in await problem(await relay)


async def test_one_relay_has_a_line(start_relay: StartRelay, line: Path) -> None:
    with Board(line) as board:
        await begin(start_relay, board)
        other = await start_relay(at(line))
        assert f"another program uses {line}; close it" in await problem(other)


async def test_a_command_that_is_too_large_for_a_line(start_relay: StartRelay, line: Path) -> None:
    document = schemas.document()
    document["types"]["go"]["size"] = 1 << 18
    document["types"]["go"]["fields"][0]["type"] = {
        "kind": "array",
        "shape": [1 << 15],
        "of": document["types"]["go"]["fields"][0]["type"],
    }
    document["types"]["go"]["fields"][0]["size"] = 1 << 18
    document["layout_hash"] = layout_hash(document)
    text = json.dumps(document).encode()
    with Board(line) as board:
        relay = await begin(start_relay, board, schema=text)
        async with client(relay) as connected:
            await connected.send(command(connected.hello, GO, bytes(1 << 18)))
            code, reason = refusal(await connected.frame())
            assert code == "CWIRE_ETOOBIG"
            assert "131,072 bytes at most, header included, this one 262,168" in reason


# Schemas by --schema


def outline(text: bytes) -> bytes:
    found: dict[str, str] = json.loads(text)
    return (OUTLINE % found["layout_hash"]).encode()


async def test_a_schema_from_a_file(start_relay: StartRelay, line: Path, tmp_path: Path) -> None:
    file = tmp_path / "lab.schema.json"
    file.write_bytes(schemas.text())
    with Board(line) as board:
        begun = board.begins(schema=outline(schemas.text()))
        relay, _ = await asyncio.gather(start_relay(at(line, schema=file)), begun)
        await state(relay, "up")
        async with client(relay) as connected:
            (driver,) = (one for one in connected.hello["drivers"] if one["name"] == "lab")
            assert driver["schema"] == schemas.document()


@pytest.mark.parametrize("whole", [True, False])
async def test_a_file_that_does_not_fit(
    start_relay: StartRelay, line: Path, tmp_path: Path, whole: bool
) -> None:
    file = tmp_path / "lab.schema.json"
    file.write_bytes(schemas.text())
    said = schemas.text(extra_field=True)
    with Board(line) as board:
        relay = asyncio.ensure_future(start_relay(at(line, schema=file)))
        await board.hears(control.greet())
        board.say(hello(1, said if whole else outline(said)))
        text = await problem(await relay)
        assert text.startswith(f"--schema lab={file} does not fit: its layout is sha256:")
        for each in (schemas.document(), schemas.document(extra_field=True)):
            assert each["layout_hash"][:19] in text


async def test_a_hash_and_no_file(start_relay: StartRelay, line: Path) -> None:
    with Board(line) as board:
        relay = asyncio.ensure_future(start_relay(at(line)))
        await board.hears(control.greet())
        board.say(hello(1, outline(schemas.text())))
        assert "start the relay with --schema lab=FILE" in await problem(await relay)


async def test_a_file_that_is_gone(start_relay: StartRelay, line: Path, tmp_path: Path) -> None:
    with Board(line) as board:
        relay = asyncio.ensure_future(start_relay(at(line, schema=tmp_path / "x.json")))
        await board.hears(control.greet())
        board.say(hello())
        assert "cannot be read: No such file" in await problem(await relay)


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b"{}"])
async def test_a_hello_without_a_schema(start_relay: StartRelay, line: Path, text: bytes) -> None:
    with Board(line) as board:
        relay = asyncio.ensure_future(start_relay(at(line)))
        await board.hears(control.greet())
        board.say(hello(1, text))
        assert "schema" in await problem(await relay)


async def test_an_epoch_of_0(start_relay: StartRelay, line: Path) -> None:
    with Board(line) as board:
        relay = asyncio.ensure_future(start_relay(at(line)))
        await board.hears(control.greet())
        board.say(hello(0))
        assert "the driver's epoch is 0" in await problem(await relay)


# TCP


async def test_nobody_at_a_port(start_relay: StartRelay) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        relay = await start_relay(DeviceAddress("lab", TcpDevice("127.0.0.1", port)))
        text = await problem(relay)
        assert text == (
            f"no driver listens at tcp://127.0.0.1:{port}; start it, or correct the port"
        )


async def test_no_such_host() -> None:
    with pytest.raises(LinkError, match=r"there is no host of this name"):
        await reaching.connect(TcpDevice("no.such.host.invalid", 5000))


async def test_one_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "_CONNECT_SECONDS", 0.02)
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for each in (first, second):
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        with pytest.raises(LinkError, match="does not answer; is it switched on"):
            await reaching.connect(TcpDevice("127.0.0.1", full.getsockname()[1]))


# The example, which is C


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Target, Path]]:
    """Builds it for a target: ``example("native")``."""

    def built(name: str, *flags: str, program: str = "mini") -> tuple[Target, Path]:
        target = TARGETS[name]
        needs(target)
        with shared_folder(tmp_path_factory, f"mini-{name}") as folder:
            return target, build(target, folder, *flags, name=program)

    return built


@asynccontextmanager
async def running(*words: str | Path) -> AsyncIterator[Running]:
    board = Running(*words)
    try:
        yield board
    finally:
        await asyncio.to_thread(board.stop)


async def sees_the_lamp(relay: Relay) -> None:
    """Subscribes to the samples as JSON, and sets the lamp: numbers come and go as they are."""
    await state(relay, "up")
    async with client(relay) as connected:

        async def said(op: str) -> dict[str, Any]:
            while (message := json.loads(str(await connected.read())))["op"] != op:
                assert message["op"] in ("subscribed", "message", "dropped"), message
            return dict(message)

        fields = {"driver": None, "messages": ["samples"], "format": "json"}
        await connected.say("subscribe", id=1, **fields)
        sample = (await said("message"))["fields"]
        assert sample["values"] == [(sample["first"] + i) % 2000 - 1000 for i in range(256)]
        asked = {"driver": "lab", "name": "set_lamp", "fields": {"brightness": 30}}
        await connected.say("command", id=2, **asked)
        reply = await said("reply")
        assert (reply["message"], reply["fields"]) == ("lamp", {"brightness": 30, "changes": 1})
        await connected.say("command", id=3, driver="lab", name="load_table", fields={})
        assert (await said("reply"))["error"]["name"] == "CWIRE_ETOOBIG"


@pytest.mark.parametrize("name", TARGETS)
async def test_the_example_by_tcp(
    start_relay: StartRelay, example: Callable[..., tuple[Target, Path]], name: str
) -> None:
    target, program = example(name)
    async with running(*target.run, program, "0", "100") as board:
        said = await asyncio.to_thread(board.wait_for, "listening at")
        port = int(said.rpartition(":")[2])
        await sees_the_lamp(await start_relay(DeviceAddress("lab", TcpDevice("127.0.0.1", port))))


async def test_the_example_on_a_line_with_a_schema_from_a_file(
    start_relay: StartRelay, example: Callable[..., tuple[Target, Path]], line: Path
) -> None:
    target, program = example("native", "-DCWIRE_SCHEMA_HASH", program="mini-hash")
    schema = wrap(target, program.parent) / "sensor.schema.json"
    async with running(program, line, "100") as board:
        await asyncio.to_thread(board.wait_for, "a serial line is at")
        await sees_the_lamp(await start_relay(at(line, schema=schema)))


async def test_nine_tenths_of_a_line_are_payload(
    start_relay: StartRelay, example: Callable[..., tuple[Target, Path]], line: Path
) -> None:
    _, program = example("native")
    async with running(program, line, "1000") as board:
        await asyncio.to_thread(board.wait_for, "a serial line is at")
        relay = await start_relay(at(line))
        await state(relay, "up")
        driver, port = relay.hub.drivers[1], relay.core.links[1]._socket
        assert isinstance(port, SerialPort)
        frames_, bytes_ = driver.frames, port.received
        while driver.frames < frames_ + 100:
            await asyncio.sleep(0.001)
        assert driver.lost == 0
        # The last piece may have a part of one more frame.
        assert (driver.frames - frames_) * 520 >= 0.9 * (port.received - bytes_)


class Pump:
    """Carries bytes between a program and a pseudo-terminal, and spoils some of the program's."""

    def __init__(self, program: Path, link: Path, every: int) -> None:
        self.faults = 0
        self._random = random.Random(1)
        self._every = every
        self._master, self._slave = os.openpty()
        os.set_blocking(self._master, False)
        tty.setraw(self._slave)
        link.symlink_to(os.ttyname(self._slave))
        self._program = program

    async def __aenter__(self) -> Pump:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            self._program, "-", "500", stdin=pipe, stdout=pipe
        )
        loop = asyncio.get_running_loop()
        loop.add_reader(self._master, self._to_program)
        self._task = asyncio.create_task(self._from_program())
        return self

    def _to_program(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(os.read(self._master, 65536))

    async def _from_program(self) -> None:
        assert self._process.stdout is not None
        whole = 0
        while data := await self._process.stdout.read(400):
            whole += len(data)
            # The hello shall come through: then one byte in so many is another one, lost or new.
            if whole > 8000 and self._random.random() < len(data) / self._every:
                data = self._spoil(data)
            while data:
                try:
                    data = data[os.write(self._master, data) :]
                except BlockingIOError:
                    await asyncio.sleep(0.001)

    def _spoil(self, data: bytes) -> bytes:
        self.faults += 1
        place = self._random.randrange(len(data))
        byte = bytes([self._random.randrange(256)])
        rest = self._random.choice(
            [data[place + 1 :], byte + data[place + 1 :], byte + data[place:]]
        )
        return data[:place] + rest

    async def __aexit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._master)
        self._process.kill()
        await self._task
        await self._process.wait()
        os.close(self._master)
        os.close(self._slave)


async def test_noise_costs_a_frame_for_each_fault(
    start_relay: StartRelay, example: Callable[..., tuple[Target, Path]], line: Path
) -> None:
    _, program = example("native")
    async with Pump(program, line, 3000) as pump:
        relay = await start_relay(at(line))
        await state(relay, "up")
        driver = relay.hub.drivers[1]
        while pump.faults < 30 or driver.lost < 10:
            await asyncio.sleep(0.001)
        assert driver.state == "up"
        # A fault that the frame behind it does not tell of yet is not counted yet.
        assert driver.lost <= pump.faults
        assert driver.lost <= driver.damaged <= 2 * pump.faults
        assert driver.frames + driver.lost == 1 + (
            driver.last_sequence[1] - driver.first_sequence[1]
        )
