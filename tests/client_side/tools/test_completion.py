"""Completion in a shell: what Tab offers by the relay's messages, and in real shells."""

from __future__ import annotations

import argparse
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cwire import cli
from cwire.tools import completion, echo, hz, info, record, send, watch
from cwire_structs.schema import Schema
from support.fake_relay import FakeRelay, driver
from support.processes import ROOT, Driver, Relay, until

SCHEMA = Schema.from_json((ROOT / "c_driver/generated/messages.schema.json").read_text())
HERE = Path(sys.executable).parent  # where `cwire` is


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay may take its time: this machine may be busy."""
    monkeypatch.setattr(completion, "_TIMEOUT", 30.0)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    demo = driver("demo", 1, schema=SCHEMA.json)
    with FakeRelay(demo, driver("lab", 2)) as relay:
        yield relay.url


@pytest.fixture(scope="module")
def parsers() -> dict[str, argparse.ArgumentParser]:
    parser = argparse.ArgumentParser(prog="cwire")
    subparsers = parser.add_subparsers()
    for tool in (echo, hz, info, record, send, watch):
        tool.register(subparsers)
    completion._add_completers(parser)
    return dict(subparsers.choices)


def offered(parser: argparse.ArgumentParser, argument: str, prefix: str, **typed: Any) -> list[str]:
    """What fits the argument and begins so."""
    (action,) = (one for one in parser._actions if one.dest == argument)
    given = argparse.Namespace(**{"driver": None, "token": None, **typed})
    offers = action.completer(prefix=prefix, parsed_args=given)  # type: ignore[attr-defined]
    return [one for one in offers if one.startswith(prefix)]


WAVE = {"command": "set_waveform", "fields": []}


@pytest.mark.parametrize(
    ("tool", "argument", "prefix", "typed", "expected"),
    [
        ("watch", "driver", "", {}, ["demo", "lab"]),
        ("hz", "message", "", {"driver": "lab"}, ["tick", "rare", "picture", "state"]),
        ("hz", "message", "sc", {}, ["scope_block"]),
        ("info", "message", "set_w", {}, ["set_waveform"]),
        ("info", "message", "ti", {}, ["tick"]),
        ("record", "messages", "camera", {}, ["camera_tile"]),
        ("echo", "message", "driver_s", {}, ["driver_status"]),
        ("echo", "message", "driver_status.up", {}, ["driver_status.uptime"]),
        ("echo", "message", "driver_status.channels[1].sh", {},
         ["driver_status.channels[1].shape"]),
        ("echo", "message", "nope.up", {}, []),
        ("send", "command", "set_", {}, ["set_waveform", "set_acquisition"]),
        ("send", "command", "set", {"driver": "lab"}, ["set"]),
        ("send", "fields", "", {**WAVE, "fields": ["shape=SINE", "offset=1"]},
         ["channel=", "frequency=", "amplitude="]),
        ("send", "fields", "sh", WAVE, ["shape="]),
        ("send", "fields", "shape=S", WAVE, ["shape=SINE", "shape=SQUARE"]),
        ("send", "fields", "reset_counters=", {"command": "get_status", "fields": []},
         ["reset_counters=true", "reset_counters=false"]),
        ("send", "fields", "frequency=", WAVE, []),
        ("send", "fields", "nope=", WAVE, []),
        ("send", "fields", "", {"command": "nope", "fields": []}, []),
        ("send", "fields", "", {**WAVE, "driver": "nope"}, []),
    ],
)  # fmt: skip
def test_what_fits(
    patient: None,
    url: str,
    parsers: dict[str, argparse.ArgumentParser],
    tool: str,
    argument: str,
    prefix: str,
    typed: dict[str, Any],
    expected: list[str],
) -> None:
    assert offered(parsers[tool], argument, prefix, relay=url, **typed) == expected


def test_nothing_and_no_word_without_a_relay(
    runtime: Path,
    parsers: dict[str, argparse.ArgumentParser],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert offered(parsers["hz"], "message", "", relay=None) == []
    assert offered(parsers["hz"], "message", "", relay="ws://127.0.0.1:1/ws") == []
    assert capsys.readouterr() == ("", "")


def test_a_relay_that_does_not_answer_is_not_waited_for(
    parsers: dict[str, argparse.ArgumentParser],
) -> None:
    with FakeRelay() as silent:
        silent.hello = None
        assert offered(parsers["hz"], "message", "", relay=silent.url) == []


def test_only_what_goes_to_a_relay_asks_it() -> None:
    parser = argparse.ArgumentParser(prog="cwire")
    parser.add_argument("--driver")
    completion._add_completers(parser)
    assert not any(hasattr(action, "completer") for action in parser._actions)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", shell]) == 0
    assert "_ARGCOMPLETE" in capsys.readouterr().out


def test_without_argcomplete(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    monkeypatch.setitem(sys.modules, "argcomplete.shell_integration", None)
    assert cli.main(["completion", "bash"]) == 2
    assert "pip install 'cwire[tools]'" in capsys.readouterr().err
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setenv("COMP_LINE", "cwire li")
    assert cli.main([]) == 2
    assert capsys.readouterr() == ("", "")


class Typed:
    """A shell in a terminal, for somebody who types."""

    def __init__(self, *command: str, **environment: str) -> None:
        self._control, terminal = pty.openpty()
        path = f"{HERE}{os.pathsep}{os.environ['PATH']}"
        self._process = subprocess.Popen(
            command,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "PATH": path, "TERM": "dumb", **environment},
            start_new_session=True,
        )
        os.close(terminal)
        self.output = ""

    def type(self, text: str, until: str) -> None:
        """Types, and waits until a text is shown.

        A machine that is busy may be slower than a relay may be: then Tab is pressed again.
        """
        os.write(self._control, text.encode())
        shown, deadline = "", time.monotonic() + 60
        while until not in shown:
            assert time.monotonic() < deadline, f"no {until!r} in {self.output}{shown}"
            if not select.select([self._control], [], [], 5.0)[0]:
                os.write(self._control, b"\t" if text.endswith("\t") else b"")
                continue
            shown += os.read(self._control, 1 << 16).decode(errors="replace").replace("\r", "\n")
        self.output += shown

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._control)


# What reads lines asks for no more than a prompt that nothing else prints.
SHELLS = {
    "bash": (("bash", "--norc", "--noprofile", "-i"), {"PS1": "ready> "}, ""),
    "zsh": (("zsh", "-f", "-i"), {"PS1": "ready> "}, "autoload -U compinit; compinit -D -u; "),
}


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_at_tab(driver: Driver, relay: Relay, name: str) -> None:
    command, environment, before = SHELLS[name]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{name} is not installed")
    relay.wait_for_drivers()
    shell = Typed(*command, **environment)
    try:
        shell.type("", "ready> ")
        shell.type(f'{before}eval "$(cwire completion {name})"\r', "ready> ")
        # Each Tab is answered before the next is pressed; the line is echoed in the end.
        shell.type("cwire send set_w\t", "set_waveform ")
        shell.type("sh\t", "shape=")
        shell.type("SQ\t", "SQUARE")
        # At the beginning of a line: it is printed, not edited.
        shell.type('\x01echo "\x05"\r', "\ncwire send set_waveform shape=SQUARE")
    finally:
        shell.close()


def test_fish(driver: Driver, relay: Relay) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    relay.wait_for_drivers()
    program = (
        "cwire completion fish | source; "
        'complete -C "cwire hz dri"; complete -C "cwire send set_waveform shape=S"'
    )

    def offered_by_fish() -> list[str]:
        done = subprocess.run(
            ["fish", "--no-config", "-c", program],
            env={**os.environ, "PATH": f"{HERE}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return [line.partition("\t")[0] for line in done.stdout.splitlines()]

    until(lambda: offered_by_fish() == ["driver_status", "shape=SINE", "shape=SQUARE"])
