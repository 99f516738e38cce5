"""`cwire run`: a driver and its relay, from a terminal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

import cwire
from cwire import cli
from support.processes import ROOT, Running, until

PROGRAM = ROOT / "c_driver" / "driver"


@pytest.fixture
def running(built_driver: None, runtime: Path) -> Running:
    return Running(sys.executable, "-m", "cwire", "run", "--driver", "demo", PROGRAM)


def test_a_driver_that_ends_is_started_again_on_demand(running: Running, runtime: Path) -> None:
    with running, _connected(running) as bridge:
        running.wait_for("Ctrl-C stops everything")
        pid = _driver_of(runtime)
        os.kill(pid, signal.SIGKILL)
        told = running.wait_for("all else goes on")
        assert "demo was ended by SIGKILL" in told
        until(lambda: "to start it again" in bridge.drivers["demo"].reason)
        found = re.search(r"kill -USR1 (\d+)", bridge.drivers["demo"].reason)
        assert found is not None
        os.kill(int(found[1]), signal.SIGUSR1)
        until(lambda: bridge["demo"].state == "up")
        assert _driver_of(runtime) != pid
        assert running.stop(signal.SIGINT) == 0
    assert [one.name for one in runtime.iterdir() if one.suffix != ".lock"] == []


def test_r_and_enter_start_it_again(built_driver: None, runtime: Path) -> None:
    master, slave = os.openpty()
    try:
        # `setsid --ctty`: the terminal is its own, as in a shell.
        command = ["setsid", "--ctty", "--wait", sys.executable, "-m", "cwire", "run"]
        with subprocess.Popen(
            [*command, "--driver", "demo", PROGRAM], stdin=slave, stdout=slave, stderr=slave
        ) as process:
            os.close(slave)
            _read_until(master, "Ctrl-C stops everything")
            os.kill(_driver_of(runtime), signal.SIGKILL)
            assert "press r and Enter here, or run `kill" in _read_until(master, "kill -USR1")
            os.write(master, b"r\n")
            _read_until(master, "demo is started again")
            os.write(master, b"\x03")
            _read_to_end(master)
            assert process.wait(30) == 0
    finally:
        os.close(master)


def _read_until(terminal: int, text: str) -> str:
    """What a terminal shows, until this text is in it."""
    shown = ""
    while text not in shown:
        shown += os.read(terminal, 4096).decode(errors="replace")
    return shown


def _read_to_end(terminal: int) -> None:
    with suppress(OSError):  # EIO: nobody has it open any more
        while os.read(terminal, 4096):
            pass


def _connected(running: Running) -> cwire.Bridge:
    return cwire.connect(running.wait_for("pages:").split()[-1])


def _driver_of(runtime: Path) -> int:
    """The process that holds the driver's lock: the only one with this program and directory."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "exe").resolve() != PROGRAM:
                continue
            if f"CWIRE_RUNTIME_DIR={runtime}\0".encode() in (entry / "environ").read_bytes():
                return int(entry.name)
        except OSError:
            continue
    raise AssertionError("no driver runs")


def test_a_second_one_says_the_links(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    with running:
        link = running.wait_for("pages:").split()[-1]
        running.wait_for("Ctrl-C stops everything")
        assert cli.main(["run", "--driver", "demo", str(PROGRAM)]) == 0
        out = capsys.readouterr().out
        assert "cwire run runs already, as process" in out
        assert link in out


def test_programs_that_do_not_start(
    runtime: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.main(["run", "--driver", "demo", str(tmp_path / "none")]) == 1
    assert "demo cannot start" in capsys.readouterr().err
    assert cli.main(["run", "--driver", "demo", sys.executable, "-c", "raise SystemExit(3)"]) == 1
    assert "demo did not start: it ended with status 3" in capsys.readouterr().err
    assert [one.name for one in runtime.iterdir() if one.suffix != ".lock"] == []


def test_a_browser_that_stays_open_keeps_nobody(
    built_driver: None, runtime: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\necho $$ >'{opened}'\nexec sleep 600 >/dev/null 2>&1\n")
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    monkeypatch.delenv("CWIRE_NO_BROWSER", raising=False)
    with Running(sys.executable, "-m", "cwire", "run", "--driver", "demo", PROGRAM) as running:
        running.wait_for("Ctrl-C stops everything")
        until(lambda: opened.exists() and opened.read_text().endswith("\n"))
        running.process.send_signal(signal.SIGINT)
        try:
            assert running.process.wait(30) == 0
        finally:
            os.kill(int(opened.read_text()), signal.SIGTERM)
