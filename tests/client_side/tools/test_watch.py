"""cwire watch: one table, and a live one in a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
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
    # Of another account, or of another directory, there may be one on this machine.
    assert re.search("no relay runs on this account|relay answers on", capsys.readouterr().err)


_SIZES = ("COLUMNS", "LINES")


class Terminal:
    """`cwire watch` in a terminal of its own."""

    def __init__(
        self, *words: str, columns: int = 150, lines: int = 50, term: str = "xterm"
    ) -> None:
        self.control, self.terminal = pty.openpty()
        termios.tcsetwinsize(self.terminal, (lines, columns))
        self._settings = termios.tcgetattr(self.terminal)
        environment = {name: os.environ[name] for name in os.environ if name not in _SIZES}
        self.process = subprocess.Popen(
            [sys.executable, *SHOWS_WARNINGS, "-m", "cwire", "watch", *words],
            stdin=self.terminal,
            stdout=self.terminal,
            stderr=self.terminal,
            env={**environment, "TERM": term},
            start_new_session=True,
        )
        self.output = ""

    def wait_for(self, text: str) -> None:
        while text not in self.output:
            self.output += os.read(self.control, 1 << 16).decode(errors="replace")

    def screen(self) -> list[str]:
        """The lines that were drawn last, without their colours."""
        drawn = self.output.rpartition("\x1b[H")[2]
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn).split("\r\n")

    def press(self, keys: bytes, text: str) -> None:
        """Presses keys until the screen shows a text that it did not."""
        self.output = ""
        os.write(self.control, keys)
        self.wait_for(text)

    def _readable(self) -> bool:
        return bool(select.select([self.control], [], [], 0.05)[0])

    def end(self) -> int:
        # Read on, or it could not write what it has to say.
        while self.process.poll() is None or self._readable():
            if self._readable():
                self.output += os.read(self.control, 1 << 16).decode(errors="replace")
        status = self.process.returncode
        assert termios.tcgetattr(self.terminal) == self._settings
        assert "Traceback" not in self.output
        os.close(self.control)
        os.close(self.terminal)
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


def test_it_ends_with_its_terminal(driver: Driver, relay: Relay) -> None:
    terminal = Terminal()
    terminal.wait_for("Clients")
    os.close(terminal.terminal)
    os.close(terminal.control)
    terminal.process.wait(30)


def test_a_small_terminal_scrolls(driver: Driver, relay: Relay) -> None:
    terminal = Terminal(columns=60, lines=12)
    terminal.wait_for("lines 1 to 11 of")
    terminal.wait_for("q: end")
    shown = terminal.screen()
    assert max(map(len, shown)) <= 60
    assert any(re.fullmatch(r"demo +up +[\d,.]+ .*", line.strip()) for line in shown)
    terminal.press(b"\x1b[B", "lines 2 to 12 of")
    terminal.press(b" ", "scope_block")
    terminal.press(b"G", "this one")
    terminal.press(b"\x1b[5~\x1b[5~\x1b[5~\x1b[5~", "lines 1 to 11 of")
    os.write(terminal.control, b"q")
    assert terminal.end() == 0


def test_a_relay_that_is_restarted(driver: Driver, runtime: Path) -> None:
    with Relay(f"demo={driver.path}") as first:
        first.wait_for_drivers()
        terminal = Terminal()
        terminal.wait_for("Clients")
    terminal.wait_for("The relay is gone for")
    with Relay(f"demo={driver.path}"):
        terminal.wait_for("The relay was gone for")
        os.write(terminal.control, b"q")
        assert terminal.end() == 0


def test_a_terminal_that_can_do_nothing(driver: Driver, relay: Relay) -> None:
    terminal = Terminal("-n", "2", term="dumb", columns=60)
    assert terminal.end() == 0
    assert terminal.output.count("Messages") == 2
    assert "\x1b" not in terminal.output
    assert max(map(len, terminal.output.split("\r\n"))) <= 60


def test_why_a_driver_is_down(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Relay(f"ghost={runtime}/ghost.sock", f"other={runtime}/other.sock"):
        assert cli.main(["watch", "--once"]) == 0
        out = capsys.readouterr().out
        assert "Driver 'ghost' is down: " in out
        assert "Driver 'other' is down: " in out
        assert cli.main(["watch", "--json", "-n", "2", "--driver", "ghost"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["time"] < second["time"]
    (ghost,) = second["drivers"]
    assert (ghost["name"], ghost["state"], ghost["frames"]) == ("ghost", "DOWN", 0)
    assert ghost["problem"].startswith("Driver 'ghost' is down: ")
    assert second["clients"][0]["subscriptions"] == 1


def test_many_clients_are_not_all_shown(relay: Relay, capsys: pytest.CaptureFixture[str]) -> None:
    bridges = [cwire.connect(subscribe=None) for _ in range(15)]
    until(lambda: cli.main(["watch", "--once"]) == 0)
    assert "Clients, 12 of 16" in capsys.readouterr().out
    for bridge in bridges:
        bridge.close()


def test_an_alarm_rings_once_and_is_shown(driver: Driver, relay: Relay) -> None:
    terminal = Terminal("--alarm", "driver_status.channels[0].frequency == 7")
    terminal.wait_for("ok")
    assert "\a" not in terminal.output
    with cwire.connect() as bridge:
        bridge.send.set_waveform(channel=0, frequency=7.0)
        terminal.wait_for("it began with driver_status.channels[0].frequency = 7.0")
        assert any(line.startswith("ALARM") for line in terminal.screen())
        bridge.send.set_waveform(channel=0, frequency=8.0)
        terminal.output, told = "", terminal.output
        terminal.wait_for("ok")
    assert told.count("\a") == 1
    os.write(terminal.control, b"q")
    assert terminal.end() == 0
    assert "\a" not in terminal.output


def test_alarms_for_programs(
    driver: Driver, relay: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--alarm", "driver_status.temperature > -1e9", "--alarm", "driver_status.blocks < 0"]
    assert cli.main(["watch", "--json", *words, "--exit-on-alarm"]) == 9
    printed = capsys.readouterr()
    assert "driver_status.temperature > -1e9, {'driver_status.temperature': " in printed.err
    alarms = json.loads(printed.out.splitlines()[0])["alarms"]
    assert [one["expression"] for one in alarms] == words[1::2]
    assert cli.main(["watch", "--alarm", "driver_status.temprature > 3"]) == 2
    assert "did you mean 'temperature'?: column 1" in capsys.readouterr().err
    assert cli.main(["watch", "--exit-on-alarm"]) == 2
    assert "give --alarm EXPR" in capsys.readouterr().err
