"""cwire watch: one table, and a live one in a terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

import cwire
from cwire import cli
from support.fake_relay import FakeRelay
from support.processes import SHOWS_WARNINGS, Driver, Relay, until


def test_once(driver: Driver, relay: Relay, capsys: pytest.CaptureFixture[str]) -> None:
    with cwire.connect() as bridge:
        bridge.latest("driver_status", 1, timeout=10)  # both messages have come
        bridge.latest("scope_block", 1, timeout=10)
        assert cli.main(["watch", "--once"]) == 0
    out = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "1 of 1 drivers up, clients: 2" in lines[0]
    assert any(line.startswith("demo up ") for line in lines)
    (scope,) = (line for line in lines if line.startswith("demo scope_block "))
    assert float(scope.split()[2].replace(",", "")) > 0
    assert any(line.endswith("this one") for line in lines)
    # A pipe is enough; a URL and a token work too.
    assert cli.main(["watch", "--url", relay.url, "--token", relay.token]) == 0
    assert "Messages" in capsys.readouterr().out


def test_a_relay_without_statistics(capsys: pytest.CaptureFixture[str]) -> None:
    with FakeRelay() as fake:
        assert cli.main(["watch", "--once", "--url", fake.url]) == 5
    assert "older than this client" in capsys.readouterr().err


def test_no_relay(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["watch"]) == 3
    assert "no relay runs on this account" in capsys.readouterr().err


class Terminal:
    """`cwire watch` in a terminal of its own."""

    def __init__(self) -> None:
        self.control, self._terminal = pty.openpty()
        self._settings = termios.tcgetattr(self._terminal)
        self.process = subprocess.Popen(
            [sys.executable, *SHOWS_WARNINGS, "-m", "cwire", "watch"],
            stdin=self._terminal,
            stdout=self._terminal,
            stderr=self._terminal,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "150", "LINES": "50"},
            start_new_session=True,
        )
        self.output = ""

    def wait_for(self, text: str) -> None:
        while text not in self.output:
            self.output += os.read(self.control, 1 << 16).decode(errors="replace")

    def _readable(self) -> bool:
        return bool(select.select([self.control], [], [], 0.05)[0])

    def end(self) -> int:
        # Read on, or it could not write what it has to say.
        while self.process.poll() is None or self._readable():
            if self._readable():
                self.output += os.read(self.control, 1 << 16).decode(errors="replace")
        status = self.process.returncode
        assert termios.tcgetattr(self._terminal) == self._settings
        assert "Traceback" not in self.output
        os.close(self.control)
        os.close(self._terminal)
        return status


def test_live_until_q(driver: Driver, relay: Relay) -> None:
    terminal = Terminal()
    terminal.wait_for("scope_block")
    terminal.output = ""
    terminal.wait_for("scope_block")  # the next round
    os.write(terminal.control, b"q")
    assert terminal.end() == 0


def test_live_until_ctrl_c(driver: Driver, relay: Relay) -> None:
    terminal = Terminal()
    terminal.wait_for("Clients")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 0


def test_live_until_the_relay_stops(driver: Driver, relay: Relay) -> None:
    terminal = Terminal()
    terminal.wait_for("Clients")
    relay.stop()
    assert terminal.end() == 3
    assert "is gone" in terminal.output


def test_many_clients_are_not_all_shown(relay: Relay, capsys: pytest.CaptureFixture[str]) -> None:
    bridges = [cwire.connect(subscribe=None) for _ in range(15)]
    until(lambda: cli.main(["watch", "--once"]) == 0)
    assert "Clients, 12 of 16" in capsys.readouterr().out
    for bridge in bridges:
        bridge.close()
