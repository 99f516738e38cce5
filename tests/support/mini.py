"""The example of a microcontroller, built for a target, and one on the other end of pipes."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pytest

from cwire_structs import frames, serial_line
from support.processes import ROOT, SECONDS

EXAMPLE = ROOT / "c_driver" / "examples" / "mini"
MINI = ROOT / "c_driver" / "mini"
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
SANITIZED = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
ROOM = 128
"""Bytes of the example's memory for a command: enough for all but `load_table`."""


class Target(NamedTuple):
    """A machine to build for, and how its programs are run here."""

    name: str
    cc: str
    run: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


TARGETS = {
    one.name: one
    for one in (
        Target("native", "cc", flags=SANITIZED),
        Target("arm", "arm-linux-gnueabihf-gcc", ("qemu-arm",), ("-Os", "-static")),
        Target("powerpc", "powerpc-linux-gnu-gcc", ("qemu-ppc",), ("-Os", "-static")),
    )
}


def needs(target: Target) -> None:
    """Skips a test where a program for this target cannot be built and run."""
    for program in (target.cc, *target.run):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} here (tests/install_cross_compilers.sh)")


def wrap(target: Target, folder: Path) -> Path:
    """Wraps the example's header for a target, once; returns the folder with what was made."""
    generated = folder / "generated"
    if not generated.exists():
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "cwire_structs.wrap",
            "-o",
            generated,
            EXAMPLE / "sensor.h",
        ]
        made = subprocess.run(
            command, env={**os.environ, "CC": target.cc}, capture_output=True, text=True
        )
        assert made.returncode == 0, made.stderr
    return generated


def build(target: Target, folder: Path, *flags: str, name: str = "mini") -> Path:
    """Builds the example, once; returns the program."""
    program = folder / name
    if not program.exists():
        places = (wrap(target, folder), EXAMPLE, MINI, ROOT / "c_driver" / "include")
        command: list[str | Path] = [
            *(target.cc, *STRICT, *target.flags, f"-DROOM_BYTES={ROOM}", *flags),
            *(f"-I{place}" for place in places),
            *(EXAMPLE / "mini.c", MINI / "cwire_mini.c", "-o", program),
        ]
        made = subprocess.run(command, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
    return program


class Piped:
    """A process that says by its standard output what a microcontroller says by its line."""

    def __init__(self, *command: str | Path) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self.decoder = serial_line.LineDecoder()
        self._whole = bytearray()

    def send(self, *whole: bytes) -> None:
        """Sends frames."""
        self.write(b"".join(map(serial_line.encode, whole)))

    def write(self, line: bytes) -> None:
        """Sends bytes as they are."""
        assert self.process.stdin is not None
        self.process.stdin.write(line)

    def receive(self) -> tuple[frames.Header, bytes]:
        """The next frame."""
        assert self.process.stdout is not None
        while not self._whole:
            ready, _, _ = select.select([self.process.stdout], [], [], SECONDS)
            assert ready, "it says nothing"
            data = os.read(self.process.stdout.fileno(), 65536)
            assert data, f"it has ended: {self.process.wait()}"
            self._whole += self.decoder.feed(data)
        header = frames.unpack_header(self._whole)
        payload = bytes(self._whole[frames.HEADER_SIZE : header.size])
        del self._whole[: frames.span(header.size)]
        return header, payload

    def receive_type(self, *types: int) -> tuple[frames.Header, bytes]:
        """The next frame of one of these types."""
        while True:
            header, payload = self.receive()
            if header.type in types:
                return header, payload

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        status = self.process.wait(SECONDS)
        assert kind is not None or status == 0
