"""Drivers in the loops of others: the examples of docs/howto/existing-loop.md, built and run."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.examples import all_examples
from support.processes import ROOT, Running
from support.wire import REPLY, Peer

FOLDER = ROOT / "c_driver/examples/loops"
LOOPS = ["epoll", "tick", "uv", "qt"]
WAVEFORM, SET_WAVEFORM = 4, 16
SETTING = struct.Struct("<Iiddd")


@pytest.fixture(scope="module")
def programs(c_driver: Path) -> Path:
    """The folder with those that can be built here, with sanitizers."""
    options = ["SANITIZE=address,undefined", "BUILD=loops", "CFLAGS=-O1 -g", "CXXFLAGS=-O0 -g"]
    make = ["make", "-s", "-j2", "-C", str(c_driver), "loops", *options]
    done = subprocess.run(make, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return c_driver / "loops" / "loops"


@pytest.fixture(params=LOOPS)
def driver(
    request: pytest.FixtureRequest, programs: Path, short_dir: Path
) -> Iterator[tuple[Path, Running]]:
    program = programs / request.param
    if not program.exists():
        pytest.skip(f"pkg-config finds no library for {request.param} (tests/install_loops.sh)")
    path = short_dir / "loop.sock"
    # What Qt's and libuv's start leaves allocated is theirs.
    with Running(program, path, env={"ASAN_OPTIONS": "detect_leaks=0"}) as running:
        running.wait_for("listening at")
        yield path, running


def test_a_driver_in_a_loop(driver: tuple[Path, Running]) -> None:
    path, running = driver
    with ExitStack() as stack:
        for number in range(3):
            peer = stack.enter_context(Peer(path))
            first = peer.wait_for(WAVEFORM).sequence
            assert peer.wait_for(WAVEFORM).sequence == first + 1
            reply = peer.call(SET_WAVEFORM, SETTING.pack(0, 0, 25.0 + number, 1.0, 0.0))
            assert (reply.type, reply.flags) == (WAVEFORM, REPLY)
            assert SETTING.unpack(reply.payload)[2] == 25.0 + number
            refused = peer.call(SET_WAVEFORM, SETTING.pack(0, 0, 5000.0, 1.0, 0.0))
            assert "out of range" in refused.error[1]
    # They have left, and another one comes.
    with Peer(path) as peer:
        peer.wait_for(WAVEFORM)
        assert running.stop() == 0, running.output
        assert peer.bye()[1] == "the driver has stopped"
    assert not path.exists()


def test_what_can_be_installed_is_not_skipped(programs: Path) -> None:
    names = {path.name for path in programs.iterdir()}
    assert {"epoll", "tick"} <= names <= set(LOOPS)
    if shutil.which("pkg-config"):
        there = subprocess.run(["pkg-config", "--exists", "libuv"]).returncode == 0
        assert ("uv" in names) == there


def test_the_page_shows_these_programs() -> None:
    page = ROOT / "docs/howto/existing-loop.md"
    blocks = [one for one in all_examples() if one.page == page and one.language in ("c", "cpp")]
    sources = {path.stem: path.read_text() for path in FOLDER.iterdir()}
    shown = [name for block in blocks for name, text in sources.items() if block.text in text]
    assert shown == ["epoll", "uv", "uv", "qt", "tick"]
    assert len(blocks) == len(shown)
