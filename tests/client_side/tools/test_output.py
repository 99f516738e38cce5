"""Commands that print to a full disk, to a reader that is gone, to ASCII."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cwire import cli
from cwire.tools.output import prints
from cwire.tools.tables import make_console
from support.processes import SHOWS_WARNINGS, Driver, Relay

COMMANDS = (
    ("doctor",),
    ("info",),
    ("info", "scope_block"),
    ("list",),
    ("list", "--json"),
    ("echo", "driver_status", "-n", "1"),
    ("hz", "scope_block", "-n", "1"),
    ("watch", "--once"),
    ("watch", "--json", "-n", "1"),
    ("send", "set_waveform"),
    ("send", "set_waveform", "--keep", "--json"),
    ("completion", "bash"),
    ("man", "pages"),
    ("csources",),
    ("new", "bench"),
    ("--version",),
    ("info", "--help"),
)


def run(descriptor: int, words: tuple[str, ...], patch: pytest.MonkeyPatch) -> object:
    """Runs a command that prints there; returns its status."""
    with os.fdopen(descriptor, "w") as stdout:
        patch.setattr(sys, "stdout", stdout)
        try:
            return cli.main(words)
        except SystemExit as ended:  # argparse's
            return ended.code


def test_a_full_disk_is_a_sentence(
    driver: Driver,
    relay: Relay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in COMMANDS:
        assert run(os.open("/dev/full", os.O_WRONLY), words, monkeypatch) == 1
        said = capsys.readouterr().err
        assert said == f"cwire {words[0]}: cannot write: No space left on device\n"


def test_a_reader_that_is_gone_needs_no_sentence(
    driver: Driver,
    relay: Relay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in COMMANDS:
        reads, writes = os.pipe()
        os.close(reads)
        assert run(writes, words, monkeypatch) == 0
        assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("options", "words", "program"),
    [
        ([], ["csources"], "cwire csources"),
        (["-u"], ["--help"], "cwire --help"),  # unbuffered, argparse itself would find out
        (["-u"], ["list", "--help"], "cwire list"),
    ],
)
def test_the_end_of_the_interpreter_is_silent_too(
    options: list[str], words: list[str], program: str
) -> None:
    command = [sys.executable, *options, *SHOWS_WARNINGS, "-m", "cwire", *words]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr == f"{program}: cannot write: No space left on device\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_a_terminal_cannot_show(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def show() -> int:
        make_console().print("5 kΩ")
        print("1 kΩ")
        return 0

    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    assert prints("cwire", show) == 0
    assert raw.getvalue() == b"5 k?\n1 k?\n"
