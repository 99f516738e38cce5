"""`cwire new`: what it writes and what it refuses. That it runs is tested in end_to_end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cwire import cli
from cwire_structs import wrap
from cwire_structs.errors import WrapError
from cwire_structs.new import new

FILES = {".gitignore", "Makefile", "README.md", "bench.ipynb", "driver.c", "messages.h"}


def test_the_files(tmp_path: Path) -> None:
    paths = new("bench", tmp_path / "a" / "folder")
    assert {path.name for path in paths} == FILES
    assert {path.name for path in (tmp_path / "a" / "folder").iterdir()} == FILES
    for path in paths:
        assert re.search("@[A-Z]+@", path.read_text()) is None
    program = (tmp_path / "a" / "folder" / "driver.c").read_text()
    assert '.name = "bench"' in program


def test_the_header_is_a_good_example(tmp_path: Path) -> None:
    new("bench", tmp_path)
    schema = wrap.wrap(tmp_path / "messages.h", "cc").schema
    assert list(schema.published) == ["trace", "sine"]
    (command,) = schema.commands.values()
    assert command.reply == "sine"
    for field in command.struct.fields:
        assert field.doc
        assert field.unit
        assert field.range is not None
        assert field.default is not None


def test_what_next_is_said_in_five_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "bench"
    assert cli.main(["new", "bench", "-o", str(folder)]) == 0
    said = capsys.readouterr().out.splitlines()[len(FILES) :]
    readme = (folder / "README.md").read_text()
    assert [line.split()[0] for line in said] == ["Run", "Steer", "Plot", "Change", "Read"]
    assert len(re.findall(r"^\d\. ", readme, re.MULTILINE)) == 5
    # What it says to type is in the header.
    commands = wrap.wrap(folder / "messages.h", "cc").schema.commands
    for text in (readme, "\n".join(said)):
        ((command, field, value),) = re.findall(r"cwire send (\w+) (\w+)=(\d+)", text)
        commands[command].encode({field: float(value)})


def test_the_driver_is_short(tmp_path: Path) -> None:
    new("bench", tmp_path)
    program = (tmp_path / "driver.c").read_text()
    text = re.sub(r"/\*.*?\*/", "", program, flags=re.DOTALL)
    lines = [line for line in text.splitlines() if line.strip(" {}") and line[0] != "#"]
    assert len(lines) <= 31


def test_the_notebook_is_saved_without_outputs(tmp_path: Path) -> None:
    new("bench", tmp_path)
    notebook = json.loads((tmp_path / "bench.ipynb").read_text())
    assert notebook["cells"][0]["source"][0] == "# bench\n"
    assert not any(cell.get("outputs") for cell in notebook["cells"])


@pytest.mark.parametrize(
    "name",
    ["", "two words", "a/b", "../up", "1st", "-o", "naïve", "a" * 65, 'q"', "line\n", "relay"],
)
def test_bad_names(name: str, tmp_path: Path) -> None:
    with pytest.raises(WrapError, match="cannot be a driver's name"):
        new(name, tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []


def fails(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """The one line that says why."""
    assert cli.main(["new", *map(str, words)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line.removeprefix("cwire new: ")


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "driver.c"
    mine.write_text("mine")
    assert fails(capsys, "bench", "-o", tmp_path) == (
        f"{tmp_path} is there already and not empty; choose another folder with -o"
    )
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
    assert "cannot write" in fails(capsys, "bench", "-o", mine)
    assert "cannot write" in fails(capsys, "bench", "-o", mine / "below")
    assert "two words" in fails(capsys, "two words")


def test_the_name_is_the_folder_and_an_empty_one_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bench").mkdir()
    assert cli.main(["new", "bench"]) == 0
    assert (tmp_path / "bench" / "driver.c").is_file()
    said = capsys.readouterr()
    assert "cd bench && make run" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("there", "cc", "problem"),
    [
        ([], None, "cc and make are missing"),
        (["make"], None, "cc is missing"),
        (["make", "cc"], "no-cc -m32", "no-cc is missing"),
        (["cc"], " ", "make is missing"),
    ],
)
def test_what_is_missing_is_said_at_once(
    there: list[str],
    cc: str | None,
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in there:
        (programs / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("CC", raising=False)
    if cc is not None:
        monkeypatch.setenv("CC", cc)
    assert cli.main(["new", "bench", "-o", str(tmp_path / "bench")]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert problem in line
    assert "Debian: apt install gcc make" in line


def test_make_says_that_there_is_no_compiler(tmp_path: Path) -> None:
    new("bench", tmp_path)
    done = subprocess.run(
        ["make", "CC=no-such-cc"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "there is no program 'no-such-cc'; install a C compiler" in done.stderr
    assert "Traceback" not in done.stderr


def test_any_place_of_python_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Makefile finds the cwire that wrote it, wherever that is."""
    python = tmp_path / "it's (a) $PATH #1, or not" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    # No `cwire` in PATH, as in a shell where no environment is active.
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    folder = tmp_path / "my bench"
    new("bench", folder)
    subprocess.run(["make", "-s"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    assert (folder / "driver").is_file()
