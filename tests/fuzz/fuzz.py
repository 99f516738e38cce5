"""`make fuzz`: the driver's socket and the hub, against whatever chance comes up with.

First the demo driver, built with ASan and UBSan, gets random and mutated frames on many
connections, some of which ask for its ring and lie in their pages. All that it sends must be
whole frames; good peers, one that stays and new ones, must be answered meanwhile; it must end
well, and keep and leave nothing.
Then the model of tests/server_side/hub/test_hub_machine.py is run with new examples until time is
up.
A failure prints what leads to it again: the seed of the driver's part, the steps of the hub's.
"""

from __future__ import annotations

import argparse
import contextlib
import mmap
import os
import random
import select
import socket
import struct
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from server_side.hub.test_hub_machine import HubMachine
from support.processes import ROOT, Running
from support.ring_peer import ASK, POSITION, RING, SLEEPS, reader_page
from support.wire import ANSWER, HEADER, Peer, pack

BUILD = ROOT / "test-artefacts" / "fuzz"
CONNECTIONS = 10  # the driver takes 16; dismissed ones may stay for a second
ECHO, ECHO_SIZE = 22, 40
COMMANDS = {16: 32, 17: 1, 18: 8, 19: 1, 20: 4, 21: 24, 22: 40}  # of c_driver/messages.h
BYE, EBUSY = 5, -12
EDGES = (0, 1, 7, 8, 23, 24, 25, 31, 32, 64, 255, 2**16 - 1, 2**16, 131104, 2**22, 2**26, 2**32 - 1)


def build_driver() -> Path:
    """The demo driver with the sanitizers."""
    driver = BUILD / "driver"
    subprocess.run(
        [
            *("make", "-s", "-C", str(ROOT / "c_driver"), f"BUILD={BUILD}", f"DRIVER={driver}"),
            *("CFLAGS=-O1 -g", "SANITIZE=address,undefined", str(driver)),
        ],
        check=True,
    )
    return driver


def split(data: bytes) -> list[bytes]:
    """The frames of a golden file; what is left of a malformed one is the last."""
    frames, at = [], 0
    while at < len(data):
        size = struct.unpack_from("<I", data, at)[0] if len(data) - at >= 4 else 0
        end = at + size + (-size % 8) if HEADER.size <= size <= len(data) - at else len(data)
        frames.append(data[at:end])
        at = end
    return frames


def golden_frames() -> list[bytes]:
    """Every frame of the golden files."""
    files = sorted((ROOT / "tests" / "golden").glob("*.bin"))
    return [frame for file in files for frame in split(file.read_bytes())]


class Source:
    """Makes what is sent, out of one random generator."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.golden = golden_frames()

    def command(self) -> bytes:
        """A command that may well be right."""
        type_, size = self.chance.choice(list(COMMANDS.items()))
        if self.chance.random() < 0.1:
            size = self.chance.choice((0, size - 1, size + 1, 70_000))
        payload = bytes(size) if self.chance.random() < 0.3 else self.chance.randbytes(size)
        return pack(type_, payload, request=self.chance.choice((0, 1, 2, 2**32 - 1)))

    def control(self) -> bytes:
        """A control frame that may well be right."""
        count = self.chance.choice((0, 1, 3, 65536))
        forged = self.chance.choice(EDGES)
        return self.chance.choice(
            (
                pack(0, ANSWER),
                pack(0, ASK),
                pack(0, struct.pack("<II", 3, 0)),
                pack(0, struct.pack("<II", 4, count) + self.chance.randbytes(2 * count)),
                pack(0, struct.pack("<II", 4, forged) + bytes(8)),
                pack(0, struct.pack("<Ii", BYE, -12) + b"enough"),
                pack(0, self.chance.randbytes(self.chance.randrange(64))),
            )
        )

    def header(self) -> bytes:
        """A header made of edges, and some bytes."""
        head = HEADER.pack(
            self.chance.choice(EDGES),
            self.chance.choice((0, 1, 16, 22, 99, 0xEFFF, 0xF000, 0xFFFF)),
            self.chance.choice((0, 0, 0, 1, 2, 4, 8, 255)),
            self.chance.randrange(256),
            self.chance.choice((0, 2**32 - 1)),
            self.chance.choice((0, 1, 2**32 - 1)),
            self.chance.choice((0, 2**64 - 1)),
        )
        return head + self.chance.randbytes(self.chance.randrange(100))

    def mutated(self, data: bytes) -> bytes:
        """The same with a few bytes, or its length, changed."""
        changed = bytearray(data)
        for _ in range(self.chance.choice((0, 0, 1, 1, 2, 5))):
            if not changed:
                break
            # Mostly the header: that is where decisions are made.
            end = min(len(changed), 28) if self.chance.random() < 0.7 else len(changed)
            changed[self.chance.randrange(end)] = self.chance.choice(
                (0, 1, 255, self.chance.randrange(256))
            )
        if self.chance.random() < 0.05:
            del changed[self.chance.randrange(len(changed) + 1) :]
        return bytes(changed)

    def next(self) -> bytes:
        """A few frames, or what looks like it."""
        makers: tuple[Callable[[], bytes], ...] = (
            self.command,
            self.command,
            self.command,
            lambda: self.mutated(self.command()),
            self.control,
            lambda: self.mutated(self.control()),
            lambda: self.mutated(self.chance.choice(self.golden)),
            self.header,
            lambda: self.chance.randbytes(self.chance.randrange(1, 300)),
        )
        # A connection that only gets junk is soon over: mostly commands, then something else.
        weights = (8, 8, 8, 4, 1, 1, 1, 1, 1)
        return b"".join(
            maker() for maker in self.chance.choices(makers, weights, k=self.chance.randrange(1, 9))
        )


class Page:
    """The page of a peer that asks for the ring, and how often its descriptor is sent along."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        faults: tuple[dict[str, int], ...] = ({"seals": 0}, {"size": 100}, {"version": 3})
        broken = chance.choice(faults) if chance.random() < 0.1 else {}
        self.descriptor = reader_page(**broken)  # type: ignore[arg-type]
        self.copies = chance.choice((0, 1, 1, 1, 1, 1, 3))
        self.memory = mmap.mmap(self.descriptor, broken.get("size", 4096))
        self.position = 0

    def change(self) -> None:
        """Says something else, which is mostly possible."""
        if len(self.memory) < 4096:
            return
        if self.chance.random() < 0.05:
            forged = self.chance.choice((*EDGES, 2**63, 2**64 - 8))
            struct.pack_into("=Q", self.memory, POSITION, forged)
        elif self.position and self.chance.random() < 0.5:
            self.position += 8 * self.chance.randrange(100)
            struct.pack_into("=Q", self.memory, POSITION, self.position)
        else:
            sleeps = self.chance.choice((0, 1, 2, 3, 2**32 - 1))
            struct.pack_into("=I", self.memory, SLEEPS, sleeps)

    def close(self) -> None:
        self.memory.close()
        os.close(self.descriptor)


class Connection:
    """A peer that misbehaves. What comes back must be frames, to the end."""

    def __init__(self, path: Path, answers: bool, page: Page | None) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(str(path))
        self.socket.setblocking(False)
        self.incoming = bytearray()
        self.outgoing = bytearray(pack(0, ASK if page else ANSWER) if answers else b"")
        self.page = page
        self.passes = page is not None
        self.frames = self.byes = 0
        self.open = True
        self.sends = True

    def send(self, size: int) -> None:
        """Sends some of what waits."""
        try:
            sent = self._send(bytes(self.outgoing[:size])) if self.sends else 0
        except BlockingIOError:
            return
        except OSError:  # the driver has hung up; what it said may be there still
            self.outgoing.clear()
            self.sends = False
            return
        del self.outgoing[:sent]

    def _send(self, data: bytes) -> int:
        if not self.passes or self.page is None or not data:
            return self.socket.send(data)
        self.passes = False
        return socket.send_fds(self.socket, [data], [self.page.descriptor] * self.page.copies)

    def read(self) -> None:
        """Reads what has come and checks it."""
        try:
            data = self.socket.recv(1 << 20)
        except BlockingIOError:
            return
        except ConnectionResetError:
            self.open = False
            return
        self.open = bool(data)
        self.incoming += data
        self._check_frames()
        if not self.open:
            assert not self.incoming, "the driver ended inside a frame"

    def _check_frames(self) -> None:
        at = 0
        while len(self.incoming) - at >= HEADER.size:
            size, type_, flags = struct.unpack_from("<IHB", self.incoming, at)
            assert HEADER.size <= size <= 1 << 26, f"the driver sent a frame of size {size}"
            assert flags <= 3, f"the driver sent flags {flags}"
            end = at + size + (-size % 8)
            if end > len(self.incoming):
                break
            assert not any(self.incoming[at + size : end]), "the padding is not zero"
            assert not self.byes, "a frame came after the bye"
            kind = struct.unpack_from("<I", self.incoming, at + HEADER.size)[0] if not type_ else 0
            self.byes += kind == BYE
            if kind == RING and self.page:
                self.page.position = struct.unpack_from("<Q", self.incoming, at + 32)[0]
            self.frames += 1
            at = end
        del self.incoming[:at]


def good_peer(path: Path) -> Peer:
    """A peer that behaves; while the driver is full, it tries again."""
    deadline = time.monotonic() + 10
    while True:
        peer = Peer(path, answer=False)
        first = peer.frame()
        assert first is not None, "the driver hung up on a good peer"
        assert first.type == 0
        if struct.unpack_from("<I", first.payload)[0] == BYE:
            assert first.error[0] == EBUSY, first.error
            assert time.monotonic() < deadline, "the driver stays full"
            peer.socket.close()
            time.sleep(0.05)
            continue
        peer.send(pack(0, ANSWER))
        return peer


def check_echo(peer: Peer, request: int) -> None:
    """A good peer's command is answered, and right."""
    payload = os.urandom(ECHO_SIZE)
    reply = peer.call(ECHO, payload, request=request)
    assert (reply.type, reply.flags, reply.payload) == (ECHO, 1, payload), reply


def descriptors(driver: Running) -> int:
    """How many files the driver has open."""
    return len(list(Path(f"/proc/{driver.process.pid}/fd").iterdir()))


class DriverFuzz:
    """Many bad connections and one good one, to one driver."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.path = path
        self.chance = chance
        self.source = Source(chance)
        self.connections: list[Connection] = []
        self.counts: Counter[str] = Counter()

    def step(self) -> None:
        """One thing that a bad connection does."""
        if len(self.connections) < CONNECTIONS and self.chance.random() < 0.3:
            page = Page(self.chance) if self.chance.random() < 0.5 else None
            self.connections.append(Connection(self.path, self.chance.random() < 0.9, page))
            self.counts["connections"] += 1
            self.counts["pages"] += page is not None
        if not self.connections:
            return
        connection = self.chance.choice(self.connections)
        doing = self.chance.random()
        if connection.page and self.chance.random() < 0.3:
            connection.page.change()
        elif doing < 0.6:
            if len(connection.outgoing) < 1 << 20:
                connection.outgoing += self.source.next()
            before = len(connection.outgoing)
            connection.send(self.chance.choice((1, 13, 1000, 1 << 20)))
            self.counts["bytes"] += before - len(connection.outgoing)
        elif doing < 0.97:
            connection.read()
        elif doing < 0.98:
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_WR)
            connection.sends = False
        if not connection.open or doing >= 0.99:
            self.drop(connection)

    def drop(self, connection: Connection) -> None:
        """Closes a connection, in the middle of anything."""
        connection.socket.close()
        if connection.page:
            connection.page.close()
        self.connections.remove(connection)
        self.counts["frames read"] += connection.frames
        self.counts["byes"] += connection.byes

    def drain(self) -> None:
        """Reads all connections to their end, which the driver's end is."""
        deadline = time.monotonic() + 10
        while self.connections:
            assert time.monotonic() < deadline, "a connection outlives the driver"
            select.select([connection.socket for connection in self.connections], [], [], 1)
            for connection in tuple(self.connections):
                connection.read()
                if not connection.open:
                    self.drop(connection)


def fuzz_driver(seconds: float, seed: int) -> None:
    """Until time is up; then the driver must end well."""
    driver = build_driver()
    print(f"driver: {seconds:g} s, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="cw-", dir="/tmp") as directory:
        path = Path(directory) / "fuzz.sock"
        running = Running(driver, "--socket", path)
        try:
            running.wait_for("listening at")
            fuzz = DriverFuzz(path, random.Random(seed))
            end = time.monotonic() + seconds
            steps = 0
            with good_peer(path) as faithful:
                check_echo(faithful, 1)
                before = descriptors(running)
                while time.monotonic() < end:
                    fuzz.step()
                    steps += 1
                    if steps % 100 == 0:
                        check_echo(faithful, steps % 2**31 + 1)
                    if steps % 1000 == 0:
                        with good_peer(path) as fresh:
                            check_echo(fresh, 1)
                for connection in tuple(fuzz.connections)[1:]:
                    fuzz.drop(connection)
                deadline = time.monotonic() + 10
                while descriptors(running) > before + len(fuzz.connections):
                    assert time.monotonic() < deadline, "the driver keeps descriptors"
                    check_echo(faithful, 7)
            assert running.process.poll() is None, "the driver has died"
        finally:
            status = running.stop()
            print(*running.output[1:], sep="\n", end="")  # what a sanitizer has found
        assert status == 0, f"the driver ended with status {status}"
        fuzz.drain()
        assert list(Path(directory).iterdir()) == [], "the driver left something behind"
    told = ", ".join(f"{count} {name}" for name, count in sorted(fuzz.counts.items()))
    print(f"driver: lives and ended well after {steps} steps: {told}")


def fuzz_hub(seconds: float) -> None:
    """New examples for the hub's model until time is up."""
    print(f"hub: {seconds:g} s", flush=True)
    end = time.monotonic() + seconds
    examples = 0
    while time.monotonic() < end:
        # A few at a time, so that the end comes in time, and longer ones than in the tests.
        run_state_machine_as_test(
            HubMachine,
            settings=settings(
                max_examples=20,
                stateful_step_count=100,
                deadline=None,
                database=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
        examples += 20
    print(f"hub: delivered + dropped = published in {examples} examples")


def main() -> None:
    """Reads the arguments and does both parts, half of the time each."""
    parser = argparse.ArgumentParser(description="Fuzzes the driver's socket and the hub.")
    parser.add_argument("--seconds", type=float, default=60.0, help="for both parts (default: 60)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    arguments = parser.parse_args()
    fuzz_driver(arguments.seconds / 2, arguments.seed)
    fuzz_hub(arguments.seconds / 2)


if __name__ == "__main__":
    main()
