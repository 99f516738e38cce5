"""Kills a driver and the readers of its ring at random points, and looks at what stays.

    python tests/c_driver/soak_ring.py BUILD [--kills 1000] [--race 60] [--seed N]

Frames carry their own words: a reader that takes a torn one for whole ends with an error.
`make soak-ring` builds what is run.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

READERS = 3
SECONDS = 20.0


class Program:
    """One end of the ring: `test_ring_race write` or `read`."""

    def __init__(self, build: Path, role: str, socket: Path) -> None:
        self.role = role
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed in `kill`)
        command = [str(build / "test_ring_race"), role, str(socket)]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT)

    @property
    def output(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def wait_for(self, text: str) -> None:
        self.wait_until(lambda output: text in output)

    def wait_until_attached(self) -> None:
        """Waits for a reader that is in the middle of a driver's ring."""
        self.wait_until(lambda output: output.count("attached") > output.count("read "))

    def wait_until(self, true_of: Callable[[str], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not true_of(self.output):
            assert self.process.poll() is None, f"the {self.role} ended: {self.output}"
            assert time.monotonic() < deadline, f"the {self.role} hangs: {self.output}"
            os.sched_yield()

    def kill(self) -> str:
        """Kills it, which must still be running, and returns what it wrote."""
        assert self.process.poll() is None, f"the {self.role} ended: {self.output}"
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        text = self.output
        self.log.close()
        return text

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def frames(self) -> int:
        """What a reader has read from drivers that are gone."""
        lines = [line.split() for line in self.output.splitlines() if line.startswith("read ")]
        return sum(int(words[1].rstrip(",")) for words in lines)


def kill_at_random(build: Path, directory: Path, kills: int, seed: int) -> int:
    """Kills one of them `kills` times. Returns the frames that were read and checked."""
    chance = random.Random(seed)
    socket = directory / "soak.sock"
    writer = Program(build, "write", socket)
    writer.wait_for("listening")
    idle = writer.descriptors()
    readers = [Program(build, "read", socket) for _ in range(READERS)]
    frames = 0
    for number in range(kills):
        for reader in readers:
            reader.wait_for("attached")
        until = time.monotonic() + chance.uniform(0, 0.01)
        while time.monotonic() < until:
            os.sched_yield()
        if chance.random() < 0.5:
            victim = chance.randrange(READERS)
            frames += readers[victim].frames()
            readers[victim].kill()
            readers[victim] = Program(build, "read", socket)
        else:
            writer.kill()
            assert socket.exists(), number
            writer = Program(build, "write", socket)
            writer.wait_for("listening")
    # Each has one socket for each other, and no page or ring that somebody else has left.
    wanted = [idle + READERS, *(3 + 1 for _ in readers)]
    deadline = time.monotonic() + SECONDS
    while (found := [program.descriptors() for program in (writer, *readers)]) != wanted:
        assert time.monotonic() < deadline, f"descriptors: {found}, not {wanted}"
    for reader in readers:  # who is killed off in the greeting has read nothing
        reader.wait_until_attached()
    writer.kill()
    for reader in readers:
        reader.wait_for("read ")
        frames += reader.frames()
        reader.kill()
    left = sorted(path.name for path in directory.iterdir())
    assert left == ["soak.sock", "soak.sock.lock"], left  # of the driver that was killed last
    return frames


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--race", type=float, default=60.0, help="seconds")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="cw-") as name:
        frames = kill_at_random(options.build, Path(name), options.kills, options.seed)
    print(f"{options.kills} kills: {frames} frames read, none torn, nothing left")
    for program in ("test_ring_race", "test_ring_race_tsan"):
        with tempfile.TemporaryDirectory(prefix="cw-") as name:
            environment = {**os.environ, "TEST_DIR": name, "RACE_SECONDS": str(options.race)}
            print(program, flush=True)
            subprocess.run([options.build / program], env=environment, check=True)


if __name__ == "__main__":
    main()
