"""client_main.py: what it prints, and its exit status for each thing that can be wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cwire_structs import frames
from support import schemas
from support.fake_relay import FakeRelay, driver, ticks
from support.processes import SHOWS_WARNINGS

PROGRAM = Path(__file__).parents[2] / "client_side" / "client_main.py"
SERVER = PROGRAM.parents[1] / "server_side" / "server_main.py"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def run(runtime: Path) -> Run:
    def run(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, *SHOWS_WARNINGS, str(PROGRAM), *words],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "CWIRE_RUNTIME_DIR": str(runtime)},
        )
        return done.returncode, done.stdout, done.stderr

    return run


def answers(relay: FakeRelay, type: int, flags: int, payload: bytes) -> None:
    """Has the relay answer commands so, and publish a few ticks."""

    def answer(data: bytes) -> bytes:
        request = frames.unpack_header(data).request
        reply = frames.pack(type, payload, flags=flags, source=1, request=request)
        return reply + ticks(0, 20)

    relay.on_binary = answer


def test_success(relay: FakeRelay, run: Run) -> None:
    answers(relay, schemas.STATE, frames.REPLY, bytes(8))
    status, out, err = run("--url", relay.url, "--send", "set", "x=2.5", "--count", "0")
    assert (status, err) == (0, "")
    assert "set -> state(x=0)" in out
    assert "tick (40 bytes): The tick." in out


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["--send", "nope"], 6, "no command 'nope'"),
        (["--send", "set", "y=1"], 6, "there is no such field; there are: x"),
        (["--send", "set", "x=99"], 6, "out of range"),
        (["--send", "set", "x"], 2, "FIELD=VALUE"),
        (["--message", "nope"], 6, "no message 'nope'"),
        (["--driver", "nope"], 5, "no driver 'nope'"),
        (["--message", "tick", "--timeout", "2"], 8, "no message of tick in 2 s"),
        (["--timeout", "2"], 8, "nothing came in 2 s"),
        (["--send", "go", "--timeout", "2"], 8, "no answer in 2 s"),
        *(
            (["--timeout", bad], 2, "not a number of seconds")
            for bad in ("inf", "nan", "-1", "0", "x")
        ),
        (["--send", "set", f"x={'[' * 5000}"], 6, "needs a number"),
        (["--count", "-1"], 2, "'-1' is not a number of messages"),
        (["--url", "what"], 3, "'what' is not the address of a relay"),
        (["--url", "ws://127.0.0.1:1/ws"], 3, "no relay answers at"),
    ],
)
def test_failures(relay: FakeRelay, run: Run, words: list[str], status: int, text: str) -> None:
    got, _, err = run("--url", relay.url, *words)
    assert got == status
    assert text in err
    assert "Traceback" not in err
    assert status == 2 or len(err.splitlines()) == 1


@pytest.mark.parametrize(("program", "package"), [(PROGRAM, "numpy"), (SERVER, "tornado")])
def test_ctrl_c_while_it_starts(short_dir: Path, program: Path, package: str) -> None:
    text = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
    (short_dir / f"{package}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(short_dir), "CWIRE_RUNTIME_DIR": str(short_dir)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_no_relay(run: Run, runtime: Path) -> None:
    status, out, err = run()
    assert (status, out) == (3, "")
    assert err.startswith(f"client_main: no relay runs on this account (looked in {runtime})")


def test_a_wrong_token(relay: FakeRelay, run: Run) -> None:
    relay.token = "right"
    status, _, err = run("--url", relay.url, "--token", "wrong")
    assert status == 4
    assert "does not let you in" in err
    assert run("--url", relay.url, "--token", "right", "--count", "0")[0] == 0


def test_a_driver_that_is_down(run: Run) -> None:
    why = "the driver broke the protocol: a frame of 3 bytes"
    with FakeRelay(driver(state="down", session=None, schema=None, problem=why)) as relay:
        status, _, err = run("--url", relay.url)
    assert status == 5
    assert why in err
    assert "start it" in err


def test_one_of_two_drivers_is_down(run: Run) -> None:
    off = driver("off", 2, state="down", session=None, schema=None, problem="nothing is at /x")
    with FakeRelay(driver(), off) as relay:
        status, out, err = run("--url", relay.url, "--count", "0")
    assert (status, err) == (0, "")
    assert "driver 'off', down: nothing is at /x" in out


def test_a_refusal(relay: FakeRelay, run: Run) -> None:
    error = frames.error_payload(-10, "the fuse is blown")
    answers(relay, schemas.SET, frames.REPLY | frames.ERROR, error)
    status, _, err = run("--url", relay.url, "--send", "set", "x=1")
    assert status == 7
    assert err == "client_main: lab: set: the fuse is blown (CWIRE_EFAILED)\n"
