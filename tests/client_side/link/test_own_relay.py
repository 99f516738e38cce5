"""A driver that is read without a relay: real drivers, and what listens in place of one."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
import uvloop

import cwire
from cwire.bridge.base import link_of
from cwire.link import own_relay
from cwire.link.address import Address, find_again, resolve
from cwire.link.own_relay import driver_name
from cwire.link.page_routes import PageRoutes
from cwire.link.transport import RawMessage, Transport
from cwire_structs import control
from cwire_structs.served import Served
from support import schemas
from support.entries import entry
from support.fake_ring import FakeRing
from support.own_relay import connect_alone, driver_url
from support.processes import SHOWS_WARNINGS, Driver, Running, open_files, until
from support.ring_driver import RingDriver


class Tick:
    index: int
    value: float


class Wide:
    index: int
    volts: Annotated[np.float64, cwire.array(16)]


@cwire.command(reply="tick")
class Mark:
    index: int


@pytest.fixture
def path(runtime: Path) -> Path:
    return runtime / "lab.sock"


@pytest.fixture
def lab(path: Path) -> Iterator[cwire.Driver]:
    """A driver in a thread of this process."""
    with cwire.Driver("lab", [Tick, Mark]) as driver:

        @driver.command("mark")
        def mark(index: int) -> dict[str, int]:
            if index < 0:
                raise ValueError("not below zero")
            return {"index": index}

        yield driver


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """Whatever the test opens, it closes: descriptors, threads, and all without a warning."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.sleep(0))  # the first one leaves a pipe
    gc.collect()
    files, threads = open_files(), set(threading.enumerate())
    yield

    def closed() -> bool:
        gc.collect()  # again: what a thread has held is garbage when that has ended
        return open_files() <= files and set(threading.enumerate()) <= threads

    until(closed)


def newest(bridge: cwire.Bridge, message: str = "tick") -> Any:
    frames: Any = bridge.latest(message)
    return frames["index"].tolist()


# What it does as a relay would


def test_frames_commands_and_what_it_says(
    lab: cwire.Driver, path: Path, nothing_left: None
) -> None:
    with connect_alone(path) as bridge:
        assert list(bridge.drivers) == ["lab", "relay"]
        assert bridge["lab"].driver.way == "ring"
        url = f"unix://{path}"
        assert repr(bridge).startswith(
            f"cwire: connected to {url}, without a relay, in this process\n"
        )
        until(lambda: lab.wanted("tick") == 1)
        lab.publish("tick", {"index": 7})
        until(lambda: newest(bridge) == [7])
        reply = bridge.send.mark(index=3)
        assert reply is not None
        assert reply.index == 3
        with pytest.raises(cwire.CommandError, match="not below zero"):
            bridge.send.mark(index=-1)
        assert bridge.health.of("tick").lost == 0
        with cwire.connect(bridge.address) as again:  # what a bridge prints is taken
            assert again.address == bridge.address == url
    until(lambda: lab.peers == 0)
    with pytest.raises(cwire.NotConnected, match="the bridge was closed"):
        bridge.latest("tick", 5, timeout=1)


def test_decimated_streams_and_the_relays_statistics(built_driver: None, path: Path) -> None:
    with Driver(path), connect_alone(path, subscribe=None) as bridge:
        bridge.subscribe("scope_block", decimate=64)
        blocks: Any = bridge.latest("scope_block_by_64", 3, timeout=10)
        assert len(blocks) == 3
        status: Any = bridge.latest("relay_status", 1, driver="relay", timeout=10)
        assert status["drivers_up"].tolist() == [1]


@pytest.mark.parametrize("reconnect", [True, False])
def test_a_driver_that_goes_and_comes_back(runtime: Path, path: Path, reconnect: bool) -> None:
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(cwire.Driver("lab", [Tick, Mark]))
        bridge = stack.enter_context(connect_alone(path, reconnect=reconnect))
        until(lambda: first.wanted("tick") == 1)
        first.publish("tick", {"index": 1})
        until(lambda: newest(bridge) == [1])
        first.close()
        until(lambda: bridge["lab"].state == "down")
        assert bridge.connected
        with pytest.raises(cwire.DriverDown, match="start it.*found within seconds"):
            bridge.send.mark(index=1)
        other = stack.enter_context(cwire.Driver("lab", [Tick, Wide]))
        until(lambda: "wide" in bridge["lab"].driver.published)
        until(lambda: other.wanted("wide") == 1)
        other.publish("wide", {"index": 5})
        other.publish("tick", {"index": 2})
        until(lambda: newest(bridge) == [2] and newest(bridge, "wide") == [5])


def test_what_happens_to_the_driver_is_not_written_to_the_terminal(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), cwire.Driver("lab", [Tick]) as driver:
        with connect_alone(path) as bridge:
            driver.close()
            until(lambda: bridge["lab"].state == "down")
    assert caplog.records == []


@pytest.mark.parametrize("factory", [asyncio.SelectorEventLoop, uvloop.new_event_loop])
def test_in_the_loop_of_an_async_bridge(
    lab: cwire.Driver,
    path: Path,
    nothing_left: None,
    factory: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def main() -> None:
        others = asyncio.all_tasks()
        async with cwire.aconnect(driver_url(path)) as bridge:
            reply = await bridge.send.mark(index=3)
            assert reply is not None
            assert reply.index == 3
            lab.publish("tick", {"index": 9})
            got: Any = await bridge.latest("tick", 1, timeout=10)
            assert got["index"].tolist() == [9]
        assert asyncio.all_tasks() == others
        with pytest.raises(cwire.UnknownMessage):
            await cwire.aconnect(driver_url(path), subscribe="nothing")
        assert asyncio.all_tasks() == others
        await cwire.aconnect(driver_url(path))  # which nobody holds, and nobody closes
        gc.collect()
        while asyncio.all_tasks() != others:
            await asyncio.sleep(0.001)

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main())
    until(lambda: lab.peers == 0)


def test_an_attempt_that_is_cancelled(lab: cwire.Driver, path: Path, nothing_left: None) -> None:
    async def main() -> None:
        others = asyncio.all_tasks()
        for turns in range(40):  # wherever it is by then
            opening = asyncio.create_task(cwire.aconnect(driver_url(path))._open(1))
            for _ in range(turns):
                await asyncio.sleep(0)
            opening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await (await opening).close()
            while asyncio.all_tasks() != others:
                await asyncio.sleep(0)

    asyncio.run(main())
    until(lambda: lab.peers == 0)


def test_a_bridge_that_nobody_holds(lab: cwire.Driver, path: Path, nothing_left: None) -> None:
    bridge = connect_alone(path)
    gone = weakref.ref(bridge)
    del bridge
    gc.collect()
    assert gone() is None
    until(lambda: lab.peers == 0)


async def test_a_busy_loop_is_not_taken_for_a_relay_that_is_gone(
    lab: cwire.Driver, path: Path
) -> None:
    ended = asyncio.Event()

    def receive(message: RawMessage | None) -> None:
        if message is None:
            ended.set()

    transport = await Transport.open(resolve(driver_url(path)).address, receive, 5)
    for _ in range(3):  # the time for an answer is over before this loop has heard the question
        transport._check_alive()
    transport.send('{"op": "status"}')
    transport.close()
    await asyncio.wait_for(ended.wait(), 10)
    await transport.wait_ended()


@pytest.mark.parametrize("reconnect", [True, False])
def test_a_relay_here_that_gives_its_client_up(
    lab: cwire.Driver, path: Path, nothing_left: None, reconnect: bool
) -> None:
    """After a fault of its own, as one in another process would."""
    with connect_alone(path, reconnect=reconnect) as bridge:
        until(lambda: lab.wanted("tick") == 1)
        link = link_of(bridge)
        (core,) = (one for one in own_relay._running if one.connections)
        (client,) = core.hub.clients.values()
        troubles = [""]
        link.on_change.append(lambda: troubles.append(link.unconnected))
        link.loop.call_soon_threadsafe(core.hub.give_up, client, RuntimeError("a test"))
        until(lambda: len(troubles) > 1)
        gone = f"the relay in this process for unix://{path} is gone: the relay failed"
        assert troubles[1].startswith(gone)
        if not reconnect:
            assert troubles[1].endswith("; connect again")
            return
        assert troubles[1].endswith("; this bridge looks for it, and goes on by itself")
        until(lambda: bridge["lab"].state == "up")
        until(lambda: lab.wanted("tick") == 1)
        lab.publish("tick", {"index": 4})
        until(lambda: newest(bridge) == [4])


_ENDS = {
    "in the middle of a stream": "next(bridge.stream('tick', 10))",
    "in a handler of atexit": "import atexit; atexit.register(bridge.close)",
    "in asyncio, where nothing is closed": (
        "import asyncio\n"
        "async def main(): global other; other = await cwire.aconnect(sys.argv[1])\n"
        "asyncio.run(main())"
    ),
}


def test_the_end_of_the_program(lab: cwire.Driver, path: Path) -> None:
    """All of them at once: a process each, which is most of what they take."""
    with contextlib.ExitStack() as stack:
        running = {}
        for name, last in _ENDS.items():
            code = f"import sys, cwire; bridge = cwire.connect(sys.argv[1]); print('here')\n{last}"
            command = (sys.executable, *SHOWS_WARNINGS, "-c", code, driver_url(path))
            running[name] = stack.enter_context(Running(*command))
        for process in running.values():
            process.wait_for("here")
        stop = threading.Event()

        def publish() -> None:
            while not stop.wait(0.005):
                lab.publish("tick", {"index": 1})

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            status = {name: process.wait_for_end() for name, process in running.items()}
        finally:
            stop.set()
            thread.join()
        said = {name: process.stop() or process.output for name, process in running.items()}
    assert status == dict.fromkeys(_ENDS, 0)
    assert said == {name: ["here"] for name in _ENDS}
    until(lambda: lab.peers == 0)


# Both write to one pipe: each line at once, which `print` does not do where it is unbuffered.
_FORKS = """
import os, sys, warnings, cwire
warnings.simplefilter("ignore", DeprecationWarning)
bridge = cwire.connect(sys.argv[1])
if os.fork():
    bridge.close()
    os.write(1, b"closed\\n")
    os.wait()
else:
    try:
        bridge.latest("tick", 1, timeout=5)
    except cwire.NotConnected as error:
        os.write(1, f"child: {error}\\n".encode())
    input()
"""


def test_a_forked_child_does_not_hold_the_driver(lab: cwire.Driver, path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _FORKS, driver_url(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        said = sorted(process.stdout.readline() for _ in range(2))
        assert "this process was forked" in said[0]
        assert said[1] == "closed\n"
        until(lambda: lab.peers == 0)  # and the child is still there
        assert process.poll() is None
        process.stdin.write("\n")
        process.stdin.close()
        assert process.wait(10) == 0


# What is not there


@contextlib.contextmanager
def a_socket(path: Path, kind: socket.SocketKind = socket.SOCK_STREAM) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, kind) as sock:
        sock.bind(str(path))
        if kind == socket.SOCK_STREAM:
            sock.listen()
        yield sock


@contextlib.contextmanager
def nothing(path: Path) -> Iterator[str]:
    yield f"nothing is at {path}; start the driver, or correct the path"


@contextlib.contextmanager
def a_file(path: Path) -> Iterator[str]:
    path.touch()
    yield f"{path} is not a socket; give the path at which the driver listens"


@contextlib.contextmanager
def a_dead_driver(path: Path) -> Iterator[str]:
    with a_socket(path):
        pass
    yield f"no driver listens at {path} (a dead one left it); start it again"


@contextlib.contextmanager
def datagrams(path: Path) -> Iterator[str]:
    with a_socket(path, socket.SOCK_DGRAM):
        yield f"{path} is not a stream socket, so no driver listens there"


@contextlib.contextmanager
def a_silent_program(path: Path) -> Iterator[str]:
    with a_socket(path):
        yield f"what listens at {path} says nothing for 0.2 s; is it a cwire driver, and does it"


def speaks(words: bytes, why: str) -> Callable[[Path], contextlib.AbstractContextManager[str]]:
    """A program that says something else than hello."""

    @contextlib.contextmanager
    def made(path: Path) -> Iterator[str]:
        with a_socket(path) as listener:

            def answer() -> None:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(ConnectionResetError):
                    connection.sendall(words)
                    connection.recv(1000)

            thread = threading.Thread(target=answer)
            thread.start()
            yield why
            thread.join()

    return made


_HELLO = control.hello(1, "lab", schemas.text(), frame_bytes=1 << 20, heartbeat=1)

WRONG = {
    "nothing": nothing,
    "a file": a_file,
    "a dead driver": a_dead_driver,
    "datagrams": datagrams,
    "a silent program": a_silent_program,
    "a web server": speaks(b"HTTP/1.1 400 Bad Request\r\n\r\n", "is not a cwire driver"),
    "another protocol": speaks(
        _HELLO.replace(bytes([1, 0, 0, 0, 1, 0, 0, 0]), bytes([1, 0, 0, 0, 9, 0, 0, 0]), 1),
        "the driver speaks cwire protocol 9",
    ),
    "a goodbye": speaks(control.bye(-1, "not you"), "the driver refused: not you"),
    "a schema that is none": speaks(
        control.hello(1, "lab", b"{}", frame_bytes=1 << 20, heartbeat=1), "schema"
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_why_there_is_no_driver(path: Path, nothing_left: None, wrong: str) -> None:
    with WRONG[wrong](path) as why:
        with pytest.raises(cwire.NotConnected) as raised:
            connect_alone(path, timeout=0.2 if "silent" in wrong else 10)
    assert str(raised.value).startswith(f"cannot read unix://{path}: ")
    assert why in str(raised.value)


def test_a_path_that_is_too_long() -> None:
    with pytest.raises(cwire.NotConnected, match="too long for a Unix socket; use a path under"):
        cwire.connect(f"unix:///tmp/{'x' * 110}.sock")


_AS_NOBODY = """
import os, sys, cwire, cwire_server.core
connect = cwire.connect  # imported now: nobody may read the installation
os.setuid(65534)
try:
    connect(sys.argv[1])
except cwire.NotConnected as error:
    print(error)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become another account")
def test_a_driver_of_another_account(lab: cwire.Driver, path: Path) -> None:
    command = [sys.executable, "-c", _AS_NOBODY, driver_url(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert f"{path} is closed to this account; let both run as one, or give" in ran.stdout, (
        ran.stderr
    )
    assert lab.peers == 0


async def test_a_ring_that_is_none_is_done_without(path: Path) -> None:
    with FakeRing() as ring:
        async with RingDriver(path, ring) as driver:
            driver.gift = []
            async with cwire.aconnect(driver_url(path)) as bridge:
                assert bridge.drivers["lab"].state == "up"
                way = bridge.drivers["lab"].way
    assert way == "socket: the driver says that it has a ring, and sends none"


def test_the_one_is_given_for_the_other(lab: cwire.Driver, path: Path, runtime: Path) -> None:
    with pytest.raises(cwire.NotConnected) as raised:
        cwire.connect(str(path))
    assert str(raised.value) == (
        f"a driver listens at {path}, not a relay: unix://{path} reads it without a relay, and "
        f"`cwire serve --driver NAME={path}` starts one"
    )
    with entry(runtime, 1, started=5) as unix:
        with pytest.raises(cwire.NotConnected) as raised:
            cwire.connect(f"unix://{unix}")
    assert str(raised.value) == (
        f"{unix} is the socket of a relay, not of a driver: give the path alone, without 'unix:'"
    )


# What needs a relay


class Page:
    """A widget's page, as `PageRoutes` knows it."""

    def __init__(self) -> None:
        self.relay = ""
        self.told = threading.Event()
        self.content: Any = None

    def send(self, content: Any) -> None:
        self.content = content
        self.told.set()


def test_pages_go_by_the_kernel(lab: cwire.Driver, path: Path) -> None:
    with connect_alone(path) as bridge:
        link, page = link_of(bridge), Page()
        asked = asyncio.run_coroutine_threadsafe(link.allow_origin("http://h:1"), link.loop)
        with pytest.raises(cwire.CwireError, match=r"start one with `cwire serve --driver NAME="):
            asked.result(10)
        routes = PageRoutes(link, page)
        link.loop.call_soon_threadsafe(routes.follow)
        link.loop.call_soon_threadsafe(routes.welcome, "http://h:1")
        assert page.told.wait(10)
        assert (page.relay, page.content) == ("", {"type": "routes", "routes": []})


def test_a_plot(lab: cwire.Driver, path: Path) -> None:
    import matplotlib

    matplotlib.use("agg")
    with connect_alone(path) as bridge:
        until(lambda: lab.wanted("tick") == 1)
        lab.publish("tick", {"index": 1, "value": 2.5})
        bridge.latest("tick", 1, timeout=10)
        plot = bridge.plot("tick", y="value")
        plot.update()
        (line,) = plot.axes.lines
        assert np.asarray(line.get_ydata())[-1] == 2.5
        plot.stop()


# Names and addresses


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("scope", "scope"),
        ("lab-2", "lab-2"),
        ("my.scope v2", "my_scope_v2"),
        ("7", "driver_7"),
        ("relay", "driver_relay"),
    ],
)
def test_a_driver_is_called_as_its_socket(stem: str, name: str) -> None:
    assert driver_name(Path(f"/run/{stem}.sock")) == name


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("unix:///run/a.sock", "/run/a.sock"),
        (" unix:/run/a.sock ", "/run/a.sock"),
        ("unix:///run/a%20%25%C3%A4.sock", "/run/a %ä.sock"),
        ("unix:///run/a%FF.sock", "/run/a\udcff.sock"),
        ("unix:///run/a#b?c.sock", "/run/a#b?c.sock"),
    ],
)
def test_addresses(url: str, path: str) -> None:
    address = resolve(url, "a token, which is not needed").address
    assert (address.driver, address.unix, address.token) == (path, None, None)
    assert resolve(str(address)).address == find_again(url, None, Served()) == address
    assert address.place == f"in this process for {address}"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("unix:", "is not the address of a driver: give the whole path"),
        ("unix:///", "is not the address of a driver"),
        ("unix:///run/", "is not the address of a driver"),
        ("unix:lab.sock", "is not the address of a driver"),
        ("unix:~/lab.sock", "is not the address of a driver"),
        ("unix://run/lab.sock", "names a host, 'run': before the path are three slashes"),
        ("unix://run", "names a host, 'run'"),
        ("unix:///run/100%.sock", "has '%.s', which stands for no character"),
        ("unix:///run/a%", "has '%', which stands for no character"),
        ("unix:///run/a%00b", "has '%00'"),
        ("unix:///run/a\0b", "has a zero"),
    ],
)
def test_what_is_no_address(url: str, why: str) -> None:
    with pytest.raises(cwire.NotConnected) as raised:
        resolve(url)
    assert why in str(raised.value)


def test_an_address_shows_itself_as_it_is_given() -> None:
    assert str(Address("ws://localhost/ws", driver="/run/a b.sock")) == "unix:///run/a%20b.sock"
