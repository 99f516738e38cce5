"""What the command-line tools share."""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys

import pytest

import cwire
from cwire import errors
from cwire.tools import terminal
from cwire.tools.tables import make_console
from cwire_structs.schema import Schema
from support.processes import ROOT, SHOWS_WARNINGS

SCHEMA = Schema.from_json((ROOT / "c_driver/generated/messages.schema.json").read_text())


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("frequency=5", ("frequency", 5)),
        ("frequency=5e3", ("frequency", 5000.0)),
        ("shape=SINE", ("shape", "SINE")),
        ('shape="SINE"', ("shape", "SINE")),
        ("values=[1, 2.5]", ("values", [1, 2.5])),
        ("frequency=", ("frequency", "")),
        ("shape=a=b", ("shape", "a=b")),
        ("shape=" + "[" * 100_000, ("shape", "[" * 100_000)),
    ],
)
def test_field_and_value(word: str, value: tuple[str, object]) -> None:
    assert terminal.parse_field(SCHEMA.messages["set_waveform"], word) == value


def test_text_fields_take_text_that_looks_like_a_number() -> None:
    message = SCHEMA.messages["driver_status"]
    assert terminal.parse_field(message, "firmware=12") == ("firmware", "12")
    assert terminal.parse_field(message, "channels[1].frequency=5") == ("channels[1].frequency", 5)


def test_what_is_no_field_and_value() -> None:
    with pytest.raises(cwire.InvalidArgument, match="FIELD=VALUE"):
        terminal.parse_field(SCHEMA.messages["set_waveform"], "frequency")
    with pytest.raises(cwire.InvalidArgument, match=r"in brackets, 'values=\[1,2,3,4\]'"):
        terminal.parse_field(SCHEMA.messages["echo"], "values=1,2,3,4")


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_has_a_documented_status(name: str) -> None:
    kind = getattr(errors, name)
    arguments: tuple[object, ...] = ("text",)
    if issubclass(kind, cwire.CommandError):
        arguments = ("d", "c", -1, "text")
    elif kind is cwire.Ambiguous:
        arguments = ("text", ["left", "right"])
    status = terminal.exit_status(kind(*arguments))
    assert f"  {status}  " in terminal.EXIT_STATUS


def test_errors_become_a_line_and_a_status(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise cwire.NotConnected("no relay")

    def interrupt() -> None:
        raise KeyboardInterrupt

    assert terminal.report_errors("tool", fail) == 3
    assert capsys.readouterr().err == "tool: no relay\n"
    assert terminal.report_errors("tool", interrupt) == 130
    assert terminal.report_errors("tool", lambda: None) == 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_a_terminal_cannot_show(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    assert terminal.report_errors("cwire", lambda: make_console().print("5 kΩ")) == 0
    assert raw.getvalue() == b"5 k?\n"


def test_a_reader_that_is_gone_is_no_error() -> None:
    code = (
        "from cwire.tools import terminal; import sys; "
        "sys.exit(terminal.report_errors('tool', lambda: print('x' * 100_000)))"
    )
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, *SHOWS_WARNINGS, "-c", code],
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_arguments_of_all_tools() -> None:
    parser = argparse.ArgumentParser()
    terminal.add_relay_arguments(parser)
    for name in ("--relay", "--url"):
        given = parser.parse_args([name, "ws://h/ws", "--token", "t", "--timeout", "2"])
        assert (given.relay, given.token, given.timeout) == ("ws://h/ws", "t", 2.0)
