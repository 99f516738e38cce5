"""The proxy between real sockets, and between a driver, a relay and a client."""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import numpy as np
import pytest

import cwire
from cwire.errors import InvalidArgument
from cwire.proxy.faults import Break, Faults, Kind
from cwire.proxy.proxy import Proxy
from cwire_structs.frames import HEADER_SIZE
from support.processes import Driver, Relay, open_files, until

Ends = Callable[..., tuple[socket.socket, socket.socket, Proxy]]


@pytest.fixture(params=["unix", "tcp", "mixed"])
def ends(request: pytest.FixtureRequest, short_dir: Path) -> Iterator[Ends]:
    """Opens a proxy: the socket that has connected, the target's for it, and the proxy."""
    with ExitStack() as stack:

        def make(**options: object) -> tuple[socket.socket, socket.socket, Proxy]:
            path = str(short_dir / "target.sock")
            if request.param == "tcp":
                target = socket.create_server(("127.0.0.1", 0))
                place = f"127.0.0.1:{target.getsockname()[1]}"
            else:
                target = socket.socket(socket.AF_UNIX)
                target.bind(path)
                target.listen()
                place = path
            stack.enter_context(closing(target))
            listen = str(short_dir / "p.sock") if request.param == "unix" else "127.0.0.1:0"
            proxy = stack.enter_context(Proxy(place, listen, **options))  # type: ignore[arg-type]
            near = connected(proxy)
            target.settimeout(10)
            far, _ = target.accept()
            until(lambda: proxy.counts.connections == 1)  # it may know of it later than we do
            far.settimeout(10)
            for one in (near, far):
                stack.enter_context(closing(one))
            return near, far, proxy

        before = open_files()
        yield make
        stack.close()
        assert open_files() <= before


def connected(proxy: Proxy) -> socket.socket:
    if "/" in proxy.place:
        near = socket.socket(socket.AF_UNIX)
        near.connect(proxy.place)
    else:
        host, _, port = proxy.place.rpartition(":")
        near = socket.create_connection((host, int(port)))
    near.settimeout(10)
    return near


def read_all(sock: socket.socket) -> bytes:
    pieces = []
    while data := sock.recv(1 << 16):
        pieces.append(data)
    return b"".join(pieces)


def test_bytes_pass_both_ways_and_each_way_ends_by_itself(ends: Ends) -> None:
    near, far, proxy = ends(up=Faults(slice=3, delay=0.01))
    near.sendall(b"question")
    near.shutdown(socket.SHUT_WR)
    assert read_all(far) == b"question"
    far.sendall(b"the answer")
    far.close()
    assert read_all(near) == b"the answer"
    assert (proxy.counts.connections, proxy.counts.up, proxy.counts.down) == (1, 8, 10)


@pytest.mark.parametrize("kind", ["truncate", "reset", "stall"])
def test_a_way_ends_at_a_byte(ends: Ends, kind: Kind) -> None:
    near, far, _ = ends(up=Faults(end=Break(kind, bytes=5)))
    near.sendall(b"0123456789")
    got = b""
    while len(got) < 5:
        got += far.recv(5 - len(got))
    assert got == b"01234"
    if kind == "truncate":
        assert far.recv(1) == b""
        far.close()
        assert near.recv(1) == b""
    elif kind == "reset":
        with suppress(ConnectionResetError):
            assert near.recv(1) == b""  # a Unix socket knows no reset where all has been read
    else:
        far.sendall(b"the other way goes on")
        assert near.recv(100) == b"the other way goes on"
        near.setblocking(False)
        with suppress(BlockingIOError):  # nobody reads
            while near.send(bytes(1 << 16)):
                pass


def test_a_reset_is_one_over_tcp() -> None:
    with socket.create_server(("127.0.0.1", 0)) as target:
        with Proxy(f"127.0.0.1:{target.getsockname()[1]}") as proxy:
            with connected(proxy) as near, closing(target.accept()[0]) as far:
                near.sendall(b"a")
                assert far.recv(1) == b"a"
                assert proxy.cut() == 1
                for one in (near, far):
                    with pytest.raises(ConnectionResetError):
                        one.recv(1)
                with connected(proxy) as again, closing(target.accept()[0]) as far_again:
                    again.sendall(b"b")
                    assert far_again.recv(1) == b"b"


def test_connections_that_stall_stay_open_until_they_are_cut(ends: Ends) -> None:
    near, far, proxy = ends()
    assert proxy.stall() == 1
    near.sendall(b"a")
    far.settimeout(0.05)
    with pytest.raises(TimeoutError):
        far.recv(1)
    assert proxy.cut() == 1
    far.settimeout(10)
    with suppress(ConnectionResetError):
        assert far.recv(1) == b""


def test_all_connections_end_after_a_time(ends: Ends) -> None:
    near, far, _ = ends(down=Faults(end=Break("truncate", seconds=0.01)))
    assert far.recv(1) == near.recv(1) == b""


def test_faults_are_chosen_while_it_runs(ends: Ends) -> None:
    near, far, proxy = ends()
    near.sendall(b"a")
    assert far.recv(1) == b"a"
    proxy.set(up=Faults(lose=1.0))
    near.sendall(b"bcd")
    until(lambda: proxy.counts.lost == 3)
    proxy.set(up=Faults(flip=1.0))
    near.sendall(b"\0")
    assert far.recv(1)[0].bit_count() == 1
    assert proxy.counts.flipped == 1


def test_much_passes_and_arrives_as_it_was_sent(ends: Ends) -> None:
    near, far, _ = ends(down=Faults(slice=1000))
    data = random.Random(1).randbytes(1 << 20)

    def send() -> None:
        far.sendall(data)
        far.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    assert read_all(near) == data
    sender.join()


@pytest.mark.parametrize("passes", [True, False])
def test_descriptors_pass_only_if_wanted(short_dir: Path, passes: bool) -> None:
    path = str(short_dir / "target.sock")
    with socket.socket(socket.AF_UNIX) as target, Path(os.devnull).open() as sent:
        target.bind(path)
        target.listen()
        with (
            Proxy(path, str(short_dir / "p.sock"), descriptors=passes) as proxy,
            connected(proxy) as near,
            closing(target.accept()[0]) as far,
        ):
            far.settimeout(10)
            socket.send_fds(near, [b"abc"], [sent.fileno()])
            data, descriptors, _, _ = socket.recv_fds(far, 10, 4)
            assert (data, len(descriptors)) == (b"abc", int(passes))
            for one in descriptors:
                assert os.path.samestat(os.fstat(one), os.fstat(sent.fileno()))
                os.close(one)


def test_a_target_that_is_not_there(short_dir: Path) -> None:
    with Proxy(str(short_dir / "none.sock"), str(short_dir / "p.sock")) as proxy:
        with connected(proxy) as near:
            with suppress(ConnectionResetError):
                assert near.recv(1) == b""
        assert proxy.counts.refused == 1


def test_places_where_nothing_can_listen(short_dir: Path) -> None:
    taken = short_dir / "taken.sock"
    file = short_dir / "file.sock"
    file.touch()
    with Proxy("127.0.0.1:1", str(taken)):
        for place, message in {
            str(taken): "another program listens at",
            str(file): "a file is there that is no socket; choose another place",
            str(short_dir / "no" / "p.sock"): "No such file or directory; choose another place",
            "0.0.0.0:0": "a proxy listens on this machine only, not at 0.0.0.0:0",
            "ftp://x:1": "a proxy knows no ftp://: give a socket's path",
            "nothing": "'nothing' is no place: give a socket's path",
            "127.0.0.1:99999": "'127.0.0.1:99999' is no place",
        }.items():
            with pytest.raises(InvalidArgument, match=message):
                Proxy("127.0.0.1:1", place)
    assert sorted(path.name for path in short_dir.iterdir()) == ["file.sock"]
    with Proxy("127.0.0.1:1", str(taken)):  # what was left is taken over
        pass


def test_a_driver_whose_frames_come_in_slices(runtime: Path, built_driver: None) -> None:
    path = str(runtime / "slow.sock")
    faults = Faults(slice=7)
    with (
        Driver(runtime / "demo.sock") as driver,
        Proxy(str(driver.path), path, up=faults, down=faults) as proxy,
        Relay("demo", f"slow={path}") as relay,
    ):
        relay.wait_for_drivers(2)
        with cwire.connect(subscribe="driver_status") as bridge:
            assert bridge.drivers["demo"].way == "ring"
            assert bridge.drivers["slow"].way.startswith("socket: the driver said goodbye")
            sent: dict[str, dict[int, bytes]] = {"slow": {}, "demo": {}}

            def both_have_come() -> bool:
                for name, frames in sent.items():
                    for one in bridge.latest("driver_status", 20, driver=name):
                        frames[one.sequence] = bytes(np.asarray(one))[HEADER_SIZE:]
                return not sent["slow"].keys().isdisjoint(sent["demo"])

            until(both_have_come)
            for number in sent["slow"].keys() & sent["demo"].keys():
                assert sent["slow"][number] == sent["demo"][number]
            assert bridge["slow"].send.get_status() is not None
            assert proxy.cut() == 1
            bridge.wait_for("driver_status", lambda frame: True, driver="slow", timeout=20)
            assert proxy.counts.connections >= 3


def test_a_bridge_comes_back_after_its_connection_was_cut(
    runtime: Path, built_driver: None
) -> None:
    with (
        Driver(runtime / "demo.sock"),
        Relay("demo") as relay,
        Proxy(relay.url, down=Faults(slice=1000)) as proxy,
        cwire.connect(f"ws://{proxy.place}/ws", relay.token, subscribe="driver_status") as bridge,
    ):
        first = bridge.latest("driver_status", timeout=20)[-1].sequence
        assert proxy.cut() == 1
        bridge.wait_for("driver_status", lambda frame: frame.sequence > first, timeout=20)
        assert proxy.counts.connections == 2
