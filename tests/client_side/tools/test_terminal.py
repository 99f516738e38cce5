"""The parts that the command-line tools share."""

from __future__ import annotations

import argparse
import re

import pytest

import cwire
from cwire import errors
from cwire.tools import terminal
from cwire_structs.schema import Schema
from support.processes import ROOT

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


def test_text_fields_take_bytes() -> None:
    message = SCHEMA.messages["driver_status"]
    assert terminal.parse_field(message, r"firmware=b'\xff\x00'") == ("firmware", b"\xff\0")
    with pytest.raises(cwire.InvalidArgument, match=r"firmware: .* neither text nor bytes such as"):
        terminal.parse_field(message, r"firmware=b'\xzz'")


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
    elif issubclass(kind, errors.ActionError):
        arguments = ("a", "code", "text")
    elif kind is cwire.DriverError:
        arguments = ("d", -1, "text")
    elif kind is cwire.Ambiguous:
        arguments = ("text", ["left", "right"])
    status = terminal.exit_status(kind(*arguments))
    assert f"  {status}  " in terminal.EXIT_STATUS


def test_the_reference_lists_the_same_statuses() -> None:
    text = (ROOT / "docs/reference/command-line.md").read_text()
    listed = re.findall(r"^\| (\d) \| (.+) \|$", text, re.MULTILINE)
    shown = re.findall(r"  (\d)  (.+?)(?=  +\d  |\n)", terminal.EXIT_STATUS)
    assert sorted(shown) == listed
    assert {int(number) for number, _ in listed} == {0, *(one for _, one in terminal._STATUSES)}


def test_errors_become_a_line_and_a_status(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise cwire.NotConnected("no relay")

    def interrupt() -> None:
        raise KeyboardInterrupt

    assert terminal.report_errors("tool", fail) == 3
    assert capsys.readouterr().err == "tool: no relay\n"
    assert terminal.report_errors("tool", interrupt) == 130
    assert terminal.report_errors("tool", lambda: None) == 0


def test_the_arguments_of_all_tools() -> None:
    parser = argparse.ArgumentParser()
    terminal.add_relay_arguments(parser)
    for name in ("--relay", "--url"):
        given = parser.parse_args([name, "ws://h/ws", "--token", "t", "--timeout", "2"])
        assert (given.relay, given.token, given.timeout) == ("ws://h/ws", "t", 2.0)
