"""A driver in Python, over its socket: what it publishes, how it takes commands, how it ends."""

from __future__ import annotations

import asyncio
import gc
import grp
import logging
import os
import select
import signal
import stat
import struct
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

import cwire
from cwire.errors import DriverError, InvalidArgument, Refused, UnknownCommand, UnknownMessage
from cwire_structs.schema import FieldError, SchemaError
from support.processes import SHOWS_WARNINGS, Running, open_files, until
from support.wire import ANSWER, ERROR, REPLY, Frame, Peer, pack

pytestmark = pytest.mark.usefixtures("runtime")


class Tick:
    index: int
    value: float


class Trace:
    volts: Annotated[np.float32, cwire.array(8)]


class Tile:
    width: np.uint16
    height: np.uint16
    pixels: Annotated[np.uint16, cwire.tail()]


@cwire.command(reply="tick")
class GoTo:
    value: Annotated[float, cwire.range(0, 10)]


SCHEMA = [Tick, Trace, Tile, GoTo]


def lab(**options: Any) -> cwire.Driver:
    return cwire.Driver("lab", SCHEMA, **options)


@pytest.fixture
def driver() -> Iterator[cwire.Driver]:
    """A driver whose own thread runs it."""
    made = lab()
    yield made
    made.close()


@pytest.fixture
def peer(driver: cwire.Driver) -> Iterator[Peer]:
    """A peer that the driver streams to."""
    driver.start()
    with joined(driver) as made:
        yield made


def joined(driver: cwire.Driver) -> Peer:
    before = driver.peers
    made = Peer(driver.path)
    until(lambda: driver.peers > before)
    return made


def frame(peer: Peer) -> Frame:
    found = peer.frame()
    assert found is not None
    return found if found.type else frame(peer)  # a heartbeat


def call(peer: Peer, driver: cwire.Driver, name: str, **fields: object) -> Frame:
    command = driver.schema.messages[name]
    return peer.call(command.id, command.encode(fields))


def test_it_listens_where_drivers_in_c_do(driver: cwire.Driver, runtime: Path) -> None:
    assert repr(driver) == "<driver lab: not listening yet>"
    assert driver.start() is driver
    assert Path(driver.path) == runtime / "lab.sock"
    assert stat.S_IMODE((runtime / "lab.sock").stat().st_mode) == 0o600
    assert repr(driver) == f"<driver lab: listening at {driver.path}, 0 peers>"
    driver.close()
    assert list(runtime.iterdir()) == []
    assert repr(driver) == "<driver lab: closed>"


def test_the_hello_has_the_schema(driver: cwire.Driver, peer: Peer) -> None:
    assert peer.hello["name"] == "lab"
    assert peer.hello["schema"] == driver.schema.json
    assert list(driver.schema.messages) == ["tick", "trace", "tile", "go_to"]
    assert peer.hello["frame_bytes"] == 4 << 20
    assert peer.hello["heartbeat_ms"] == 1000


def test_options_are_libcwires(short_dir: Path) -> None:
    options = {"ring_bytes": 1 << 16, "frame_bytes": 8192, "peers": 1, "heartbeat": 0.25}
    path = short_dir / "here.sock"
    with lab(socket=path, **options) as driver, joined(driver) as first:
        assert driver.path == str(path)
        assert (first.hello["frame_bytes"], first.hello["heartbeat_ms"]) == (8192, 250)
        with Peer(path, answer=False) as second:
            code, text = second.bye()
        assert code == -12
        assert "as many peers as it takes" in text


def test_a_group_gets_a_socket(short_dir: Path) -> None:
    group = 12345 if os.getuid() == 0 else os.getgid()
    path = short_dir / "made" / "lab.sock"
    with lab(socket=path, group=group):
        found = path.stat()
        assert (stat.S_IMODE(found.st_mode), found.st_gid) == (0o660, group)
    own = grp.getgrgid(os.getgid())
    if own.gr_gid:  # root's group is no group of others
        with lab(socket=path, group=own.gr_name):
            assert path.stat().st_gid == own.gr_gid
    with pytest.raises(DriverError, match="with group, name a socket in another one"):
        lab(group=group).start()
    with pytest.raises(InvalidArgument, match="this machine has no such group"):
        lab(socket=path, group="no such")
    with pytest.raises(InvalidArgument, match="group=-1: give a whole number from 1"):
        lab(socket=path, group=-1)


def test_large_messages_get_the_ring_that_they_need() -> None:
    with cwire.Driver("lab", {"big": ("u1", (5 << 20,))}) as driver, joined(driver) as peer:
        image = np.full(5 << 20, 7, "u1")
        driver.publish("big", image)
        assert frame(peer).payload == image.tobytes()


def test_frames_have_sequence_and_time(driver: cwire.Driver, peer: Peer) -> None:
    driver.publish("tick", index=1, value=2.5)
    driver.publish("tick", {"index": 2}, time_ns=12345)
    driver.publish_at(54321, Tick, np.array((3, 0), driver.schema.messages["tick"].dtype()))
    driver.publish(1, np.zeros(2, driver.schema.messages["tick"].dtype()))
    found = [frame(peer) for _ in range(5)]
    assert [one.sequence for one in found] == [0, 1, 2, 3, 4]
    assert [struct.unpack("<qd", one.payload)[0] for one in found] == [1, 2, 3, 0, 0]
    assert [one.time_ns for one in found[1:3]] == [12345, 54321]
    assert found[0].time_ns > 1e18
    assert found[3].time_ns == found[4].time_ns


def test_each_of_several_frames_has_a_stamp(driver: cwire.Driver, peer: Peer) -> None:
    message = driver.schema.messages["tick"]
    records = np.zeros(3, message.dtype())
    records["index"] = [1, 2, 3]
    driver.publish("tick", records, time_ns=np.array([30, 10, 20]))
    driver.publish("tick", records, time_ns=np.array([1, 2, 3], "M8[us]"))
    found = [frame(peer) for _ in range(6)]
    assert [one.time_ns for one in found] == [30, 10, 20, 1000, 2000, 3000]
    for wrong, text in (
        (np.array([1, 2]), "one stamp for each of the 3 frames"),
        (np.array([1.5, 2, 3]), "whole nanoseconds since 1970"),
        (np.array([1, -2, 3]), "some before 1970"),
        (np.array(["NaT"] * 3, "M8[ns]"), "some before 1970"),
    ):
        with pytest.raises(InvalidArgument, match=text):
            driver.publish("tick", records, time_ns=wrong)


def test_arrays_and_images(driver: cwire.Driver, peer: Peer) -> None:
    traces = np.arange(24, dtype="f4").reshape(3, 8)
    driver.publish("trace", traces)
    driver.publish("trace", traces[1])
    for expected in (*traces, traces[1]):
        assert frame(peer).payload == expected.tobytes()
    image = np.arange(200 * 300, dtype="u2").reshape(200, 300)  # more than is copied with the GIL
    driver.publish("tile", image)
    assert frame(peer).payload == struct.pack("<HH", 300, 200) + image.tobytes()


def test_a_slow_peer_loses_the_oldest_and_the_driver_is_told() -> None:
    with cwire.Driver("lab", SCHEMA, ring_bytes=1 << 14) as driver, joined(driver):
        block = np.zeros(1000, driver.schema.messages["tick"].dtype())
        assert driver.publish("tick", block[:1]) is False
        # The first loss may be of a block that overtook the sending thread, with room left in the
        # socket; what waits stays only when the socket is full, too.
        until(lambda: driver.publish("tick", block) and driver.pending > 0)


def test_wanted_follows_interest(driver: cwire.Driver, peer: Peer) -> None:
    assert (driver.wanted("tick"), driver.wanted(Trace), driver.wanted(3)) == (1, 1, 1)
    peer.send(pack(0, struct.pack("<IIH", 4, 1, 2)))
    until(lambda: driver.wanted("tick") == 0)
    assert driver.wanted("trace") == 1


@pytest.mark.parametrize(
    ("message", "value", "error", "reason"),
    [
        ("tack", None, UnknownMessage, "lab: the schema has no message 'tack'; did you mean 'tic"),
        (99, None, UnknownMessage, "no message '?99'?"),
        (int, None, UnknownMessage, "no message 'int'"),
        ("go_to", None, DriverError, r"lab: 'go_to' is a command.*\(CWIRE_EUNKNOWN\)"),
        ("tick", b"abc", DriverError, r"'tick' has 16 bytes, not 3 \(CWIRE_ESIZE\)"),
        ("tile", np.zeros(3 << 20, "u2"), DriverError, r"raise frame_bytes \(CWIRE_ETOOBIG\)"),
        ("tick", {"indx": 1}, FieldError, "did you mean 'index'"),
        ("tick", np.zeros(3), InvalidArgument, "the message has no array"),
    ],
)
def test_what_cannot_be_published_is_refused(
    driver: cwire.Driver, message: Any, value: object, error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        driver.publish(message, value)


@pytest.mark.parametrize("stamp", [-1, 1 << 64, 1.5, "now"])
def test_a_time_stamp_is_nanoseconds(driver: cwire.Driver, stamp: Any) -> None:
    with pytest.raises(InvalidArgument, match="give whole nanoseconds since 1970"):
        driver.publish("tick", time_ns=stamp)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"peers": 0}, "peers=0: give a whole number from 1"),
        ({"ring_bytes": 1.5}, "ring_bytes=1.5"),
        ({"heartbeat": 0}, "heartbeat=0: give seconds from 0.001"),
        ({"peers": 70000}, r"peers is 70000: at most 65536 are allowed \(CWIRE_EINVAL\)"),
        ({"socket": "/nowhere/at/all/x.sock"}, "/nowhere/at/all"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises((InvalidArgument, DriverError), match=reason):
        lab(**options).start()


@pytest.mark.parametrize("name", ["", 3, "a/b", "x" * 65])
def test_wrong_names_are_refused(name: Any) -> None:
    with pytest.raises((InvalidArgument, DriverError), match="name"):
        cwire.Driver(name, SCHEMA).start()


def test_a_second_driver_at_one_socket_is_refused(driver: cwire.Driver) -> None:
    driver.start()
    with pytest.raises(DriverError, match=r"own driver listens at .*lab\.sock: close") as caught:
        lab().start()
    assert (caught.value.name, caught.value.driver) == ("CWIRE_EINUSE", "lab")
    code = "cwire.Driver('lab', {'tick': 'f8'}).start()"
    assert "DriverError: lab: another program" in ended(program(code)).stderr
    driver.close()
    with lab():  # the socket is free again
        pass


# Commands.


def go_to(value: float) -> dict[str, object]:
    if value == 7:
        raise Refused("seven is taken", "EDENIED")
    if value == 8:
        raise ValueError("eight is odd")
    if value == 9:
        raise KeyError("nine")
    return {"value": 2 * value}


def check_replies(peer: Peer, driver: cwire.Driver) -> None:
    """What every way of running a driver answers."""
    reply = call(peer, driver, "go_to", value=2)
    assert (reply.type, reply.flags) == (1, REPLY)
    assert struct.unpack("<qd", reply.payload) == (0, 4.0)
    errors = [call(peer, driver, "go_to", value=value) for value in (7, 8, 9)]
    assert [one.flags for one in errors] == [REPLY | ERROR] * 3
    assert [one.error for one in errors] == [
        (-16, "seven is taken"),
        (-1, "eight is odd"),
        (-10, "KeyError: 'nine'"),
    ]
    raw = peer.call(driver.schema.messages["go_to"].id, struct.pack("<d", 11))
    assert raw.error == (-5, "value: 11.0 is out of range: allowed is 0 to 10")


def test_a_thread_of_its_own_handles_commands(
    driver: cwire.Driver, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    assert call(peer, driver, "go_to", value=1).error == (
        -11,
        "the driver has no handler for 'go_to'",
    )
    assert driver.command(go_to) is go_to  # also while it listens
    check_replies(peer, driver)
    # Surprises are told here, too; what a handler refuses is not one.
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [
        ValueError,
        KeyError,
    ]


def test_a_plain_loop_handles_commands(driver: cwire.Driver) -> None:
    driver.command("go_to")(lambda value: go_to(value))
    driver.poll()  # it listens

    def ask(peer: Peer) -> None:
        greet(peer)
        check_replies(peer, driver)
        done.set()

    done = threading.Event()
    with Peer(driver.path, answer=False) as peer:
        thread = threading.Thread(target=ask, args=(peer,))
        thread.start()
        handled = 0
        while thread.is_alive():
            handled += driver.poll(0.05)
        thread.join()
    assert done.is_set()
    assert handled == 5


def greet(peer: Peer) -> None:
    peer.read_hello()
    peer.send(pack(0, ANSWER))


async def test_an_asyncio_loop_handles_commands(driver: cwire.Driver) -> None:
    started = asyncio.Event()

    @driver.command("go_to")
    async def handle(request: GoTo) -> dict[str, object]:
        started.set()
        await asyncio.sleep(0)
        return go_to(request.value)

    async with driver:
        peer = await asyncio.to_thread(joined, driver)
        with peer:
            await asyncio.to_thread(check_replies, peer, driver)
            assert started.is_set()
            driver.publish("tick", index=5)  # in the loop's own thread
            assert (await asyncio.to_thread(frame, peer)).sequence == 0
            with pytest.raises(InvalidArgument, match="its asyncio loop polls already"):
                driver.poll()
    with pytest.raises(DriverError, match="it is closed"):
        driver.publish("tick")


async def test_serve_ends_with_its_task(driver: cwire.Driver, runtime: Path) -> None:
    waits = asyncio.Event()

    @driver.command("go_to")
    async def handle(value: float) -> None:
        waits.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(driver.serve())
    await asyncio.sleep(0)
    peer = await asyncio.to_thread(joined, driver)
    with peer:
        reply = asyncio.create_task(asyncio.to_thread(call, peer, driver, "go_to", value=1))
        await waits.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await reply).error == (-14, "the driver has stopped")
        assert peer.bye() == (-14, "the driver has stopped")
    assert list(runtime.iterdir()) == []


def test_an_async_handler_needs_a_loop(driver: cwire.Driver) -> None:
    async def later(value: float) -> None: ...

    driver.command("go_to")(later)
    with pytest.raises(InvalidArgument, match="the handler of go_to is async"):
        driver.start()
    driver.command("go_to")(go_to)
    driver.start()
    with pytest.raises(InvalidArgument, match="the handler of go_to is async"):
        driver.command("go_to")(later)


def test_commands_are_declared_by_their_handlers() -> None:
    driver = cwire.Driver("lab", {"state": "f8"})

    @driver.command
    def set_rate(rate: Annotated[float, cwire.unit("Hz")], steps: int = 2) -> float:
        """Sets the rate."""
        return rate * steps

    @driver.command("halt")
    def stop() -> None: ...

    @driver.command
    def go(request: Trace) -> Tick:
        return Tick()

    commands = driver.schema.commands
    assert [(name, one.reply) for name, one in commands.items()] == [
        ("set_rate", "set_rate_reply"), ("halt", None), ("go", "tick"),
    ]  # fmt: skip
    with driver, joined(driver) as peer:
        assert call(peer, driver, "set_rate", rate=3).payload == struct.pack("<d", 6)
        halted = call(peer, driver, "halt")
        assert (halted.flags, halted.payload) == (REPLY, b"")
        with pytest.raises(UnknownCommand, match="a driver that listens takes no new commands"):
            driver.command("later")(stop)


def test_a_command_that_the_schema_has_not_is_refused(driver: cwire.Driver) -> None:
    from_json = cwire.Driver("lab", driver.schema)
    with pytest.raises(UnknownCommand, match="no command 'go_too'; did you mean 'go_to'"):
        from_json.command("go_too")(go_to)
    with pytest.raises(InvalidArgument, match="go_to has no field 'speed'"):
        from_json.command("go_to")(lambda speed: None)
    with pytest.raises(InvalidArgument, match="'tick' is a message of the schema, not a command"):
        driver.command("tick")(lambda index: None)
    with pytest.raises(SchemaError, match="annotate its parameter 'x'"):
        driver.command("new")(lambda x: None)


def test_a_reply_that_does_not_fit_is_told_to_both(
    driver: cwire.Driver, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    driver.command("go_to")(lambda value: {"nonsense": 1})
    code, text = call(peer, driver, "go_to", value=1).error
    assert code == -1
    assert text.startswith("tick.nonsense: there is no such field")
    assert "the handler of go_to failed" in caplog.text


def test_a_handler_that_exits_ends_nothing(
    driver: cwire.Driver, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    driver.command("go_to")(lambda value: sys.exit(3))
    assert call(peer, driver, "go_to", value=1).error == (-10, "RuntimeError: it called exit(3)")

    def cancelled(value: int) -> None:
        raise asyncio.CancelledError("it")

    driver.command("go_to")(cancelled)
    assert call(peer, driver, "go_to", value=1).error == (
        -10,
        "RuntimeError: it raised CancelledError('it')",
    )
    assert "the handler of go_to failed" in caplog.text
    driver.command("go_to")(go_to)
    caplog.set_level(logging.ERROR)
    check_replies(peer, driver)


def test_a_handler_cannot_close_or_poll(driver: cwire.Driver, peer: Peer) -> None:
    said: list[str] = []

    def handle(value: float) -> None:
        for act in (driver.close, driver.poll):
            try:
                act()
            except cwire.CwireError as error:
                said.append(str(error))

    driver.command("go_to")(handle)
    call(peer, driver, "go_to", value=1)
    assert "a handler cannot close its driver" in said[0]
    assert "its thread polls already" in said[1]


def test_a_handler_publishes(driver: cwire.Driver, peer: Peer) -> None:
    @driver.command("go_to")
    def handle(value: float) -> None:
        driver.publish("tick", index=9)

    command = driver.schema.messages["go_to"]
    peer.send(pack(command.id, command.encode({}), request=1))
    found = {(one.type, one.flags) for one in (frame(peer), frame(peer))}
    assert found == {(1, 0), (command.id, REPLY)}


# Threads, signals, forks, the end.


def test_threads_publish_while_it_is_closed() -> None:
    driver = lab().start()
    block = np.zeros(4096, driver.schema.messages["tick"].dtype())
    ends: list[BaseException] = []

    def publish() -> None:
        try:
            while True:
                driver.publish("tick", block)
        except DriverError as error:
            ends.append(error)

    threads = [threading.Thread(target=publish) for _ in range(3)]
    with joined(driver) as peer:
        for thread in threads:
            thread.start()
        frame(peer)
        driver.close()
        for thread in threads:
            thread.join()
    assert ["it is closed" in str(one) or "the driver is closed" in str(one) for one in ends] == [
        True
    ] * 3


def test_one_thread_at_a_time_polls(driver: cwire.Driver) -> None:
    driver.command("go_to")(go_to)
    driver.poll()
    inside, leave = threading.Event(), threading.Event()

    def handle(value: float) -> None:
        inside.set()
        leave.wait()

    driver.command("go_to")(handle)
    with Peer(driver.path, answer=False) as peer:
        thread = threading.Thread(target=poll_until, args=(driver, leave))
        thread.start()
        greet(peer)
        command = driver.schema.messages["go_to"]
        peer.send(pack(command.id, command.encode({}), request=1))
        inside.wait()
        with pytest.raises(DriverError, match="it is being polled already"):
            driver.poll()
        with pytest.raises(DriverError, match="end that before you close it"):
            driver.close()
        leave.set()
        thread.join()


def poll_until(driver: cwire.Driver, leave: threading.Event) -> None:
    while not leave.is_set():
        driver.poll(0.05)


@pytest.mark.parametrize("timeout", [-1, float("nan")])
def test_a_wrong_timeout_is_refused(driver: cwire.Driver, timeout: float) -> None:
    with pytest.raises(InvalidArgument, match="give seconds from 0"):
        driver.poll(timeout)


def program(*lines: str) -> str:
    head = """
        import asyncio, os, signal, sys, threading, time
        import cwire
        driver = cwire.Driver("lab", {"tick": "f8"})
    """
    return textwrap.dedent(head) + "\n".join(lines)


def ended(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *SHOWS_WARNINGS, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    "lines",
    [
        ("driver.start()",),
        ("driver.start().publish('tick', 1.0)",),
        ("driver.publish('tick', 1.0)",),
        ("driver.poll()", "keep = driver.publish", "del driver"),
        ("driver.start()", "sys.exit(0)"),
        ("driver.start()", "del driver", "import gc", "gc.collect()"),
    ],
)
def test_a_program_that_ends_says_nothing_and_leaves_nothing(
    lines: tuple[str, ...], runtime: Path
) -> None:
    done = ended(program(*lines))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(runtime.iterdir()) == []


@pytest.mark.parametrize(
    "lines",
    [
        ("driver.poll()", "print('ready')", "driver.poll(None)"),
        ("with driver:", "    print('ready')", "    threading.Event().wait()"),
        (
            "async def main():",
            "    async with driver:",
            "        print('ready')",
            "        await asyncio.Event().wait()",
            "asyncio.run(main())",
        ),
    ],
    ids=["poll", "thread", "asyncio"],
)
def test_ctrl_c_ends_it(lines: tuple[str, ...], runtime: Path) -> None:
    with Running(sys.executable, *SHOWS_WARNINGS, "-c", program(*lines)) as running:
        running.wait_for("ready")
        status = running.stop(signal.SIGINT)
    assert "KeyboardInterrupt" in running.output[-1]
    assert status == -signal.SIGINT
    assert list(runtime.iterdir()) == []


def test_its_thread_needs_no_interpreter(runtime: Path, short_dir: Path) -> None:
    """A program that holds the interpreter's lock for long keeps no peer waiting."""
    fifo = short_dir / "fifo"
    os.mkfifo(fifo)
    code = program(
        "import ctypes",
        "driver = cwire.Driver('busy', {'tick': 'f8'}, heartbeat=0.02).start()",
        f"until = os.open({str(fifo)!r}, os.O_RDWR)",
        "print('holds it', flush=True)",
        "ctypes.PyDLL(None).read(until, ctypes.create_string_buffer(1), 1)",
    )
    with Running(sys.executable, *SHOWS_WARNINGS, "-c", code) as running:
        running.wait_for("holds it")
        with Peer(runtime / "busy.sock") as peer:  # accepted, greeted, and kept alive
            beats = [peer.frame() for _ in range(3)]
            assert [one and one.type for one in beats] == [0, 0, 0]
        fifo.write_bytes(b"x")
        assert running.wait_for_end() == 0


def test_a_forked_child_leaves_the_parents_socket_alone(runtime: Path) -> None:
    code = program(
        "driver.start()",
        "path = driver.path",
        "child = os.fork()",
        "if not child:",
        "    try:",
        "        driver.publish('tick', 1.0)",
        "    except cwire.DriverError as error:",
        "        print(error)",
        "    driver.close()",
        "    with cwire.Driver('child', {'tick': 'f8'}) as own:",
        "        print(own)",
        "    sys.exit(0)",
        "assert os.waitpid(child, 0)[1] == 0",
        "assert os.path.exists(path)",
        "driver.publish('tick', 2.0)",
        "driver.close()",
        "print('parent')",
    )
    done = ended(code)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert "this process was forked from the one whose driver this is" in lines[0]
    assert lines[1] == f"<driver child: listening at {runtime}/child.sock, 0 peers>"
    assert lines[2] == "parent"


def test_a_child_that_lives_on_does_not_hold_the_socket(runtime: Path) -> None:
    code = program(
        "driver.start()",
        "out, into = os.pipe()",
        "child = os.fork()",
        "if not child:",
        "    os.close(into)",
        "    os.read(out, 1)",
        "    os._exit(0)",
        "driver.close()",
        "with cwire.Driver('lab', {'tick': 'f8'}):",
        "    print('again')",
        "os.close(into)",
        "os.waitpid(child, 0)",
    )
    assert ended(code).stdout == "again\n"


def test_a_driver_that_is_forgotten_is_closed(runtime: Path) -> None:
    driver = lab()
    driver.publish("tick")
    assert (runtime / "lab.sock").exists()
    del driver
    gc.collect()
    assert list(runtime.iterdir()) == []


def test_a_cell_that_is_run_again_makes_a_new_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(run: int) -> cwire.Driver:
        monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: ("a", run))
        return lab().start()

    first, again = made(1), made(2)
    assert repr(first) == "<driver lab: closed>"
    again.close()


def test_descriptors_are_given_back() -> None:
    lab().start().close()
    before = open_files()
    for _ in range(5):
        with lab() as driver, joined(driver):
            driver.publish("tick")
    assert open_files() - before == set()


def test_fileno_is_readable_when_there_is_something_to_do(driver: cwire.Driver) -> None:
    waiting: Callable[[], Any] = lambda: select.select([driver.fileno()], [], [], 10)[0]  # noqa: E731
    driver.command("go_to")(go_to)
    driver.fileno()
    with Peer(driver.path, answer=False) as peer:
        assert waiting()
        driver.poll()
        greet(peer)
        assert waiting()
        driver.poll()
        assert driver.peers == 1
