"""Manual pages: all of the help is in them, and groff reads them without a word."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cwire import cli, man
from cwire.man import Command, commands, page
from cwire.tools import terminal

COMMANDS = commands()


def rendered(text: str) -> str:
    """The page as a reader sees it; groff may warn of nothing."""
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-Kutf8", "-P-cbou", "-rLL=200n"],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def options(text: str, indent: int) -> set[str]:
    """What stands at the begin of a line, so far in, with a dash: with all of its names."""
    lines = re.findall(rf"^ {{{indent}}}(-.*?)(?:  |$)", text, re.MULTILINE)
    return {one for line in lines for one in re.findall(r"(?<![\w-])--?[A-Za-z][\w-]*", line)}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name.replace(" ", "-"))
def test_a_page_has_all_of_the_help(command: Command) -> None:
    shown = rendered(page(command))
    assert options(shown, 7) == options(command.parser.format_help(), 2)
    words = " ".join(shown.split())
    for part in (command.summary, command.parser.description or "", command.parser.epilog or ""):
        for line in part.splitlines():
            if not line.endswith(":"):
                assert " ".join(line.split()) in words
    for heading in ("NAME", "SYNOPSIS"):
        assert f"\n{heading}\n" in shown


def test_there_is_a_page_for_each_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["man", str(tmp_path / "man1")]) == 0
    out = capsys.readouterr().out.split()
    made = {path.name for path in (tmp_path / "man1").iterdir()}
    assert {Path(one).name for one in out} == made
    assert made >= {"cwire.1", "cwire-bench-ipc.1", *(f"cwire-{name}.1" for name in cli.TOOLS)}
    first = rendered((tmp_path / "man1" / "cwire.1").read_text())
    assert all(f"cwire-{name}(1)" in first for name in cli.TOOLS)
    statuses = " ".join(terminal.EXIT_STATUS.partition("\n")[2].split())
    assert statuses in " ".join(first.split())


def test_what_groff_would_take_for_an_order() -> None:
    command = Command("cwire x", ".so evil", COMMANDS[1].parser, {})
    assert "cwire-x - .so evil" in rendered(page(command))
    assert man._text("'a\n.b\\c") == "\\&'a\n\\&.b\\ec"


def test_a_directory_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert cli.main(["man", str(tmp_path / "file" / "man1")]) == 1
    assert capsys.readouterr().err == f"cwire man: {tmp_path}/file/man1: Not a directory\n"
