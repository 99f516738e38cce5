"""The command line of what a notebook asks to run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cwire import CwireError
from cwire.process.command_line import check_program, words
from support.processes import ROOT


def test_a_path_a_name_and_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    spaced = tmp_path / "my driver"
    spaced.touch()
    assert words("my driver", ("--rate", 10)) == [str(spaced), "--rate", "10"]
    assert words(spaced, ()) == [str(spaced)]
    assert words("./driver --name 'a b'", ()) == [str(tmp_path / "driver"), "--name", "a b"]
    (shell,) = words("sh", ())
    assert os.access(shell, os.X_OK)
    assert Path(shell).is_absolute()
    assert words("nobody-has-this", ()) == [str(tmp_path / "nobody-has-this")]


@pytest.mark.parametrize("line", ["", "  ", "./driver 'open"])
def test_no_command(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CwireError, match="is empty|is a folder|not a command line"):
        check_program("it", words(line, ())[0], tmp_path)


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("c_driver/driver-of-nobody", "is the name right?"),
        ("nope", "is the name right?"),
        ("notebooks/nope", "is the name right?"),
        ("nowhere/at/all", "there is no folder {root}/nowhere/at"),
    ],
)
def test_a_checkout_does_not_make_what_is_not_its_own(program: str, told: str) -> None:
    with pytest.raises(CwireError) as caught:
        check_program("it", str(ROOT / program), ROOT)
    assert str(caught.value) == f"{ROOT / program} is missing: {told.format(root=ROOT)}"


def test_a_checkout_makes_its_driver(tmp_path: Path) -> None:
    folder = tmp_path / "c_driver"
    folder.mkdir()
    (folder / "Makefile").write_bytes((ROOT / "c_driver/Makefile").read_bytes())
    with pytest.raises(CwireError, match=f"build it first, with `make -C {folder}`"):
        check_program("it", str(folder / "driver"), tmp_path)


def test_what_is_wrong_is_said_with_the_remedy(tmp_path: Path) -> None:
    program = tmp_path / "driver"

    def problem(folder: Path = tmp_path) -> str:
        with pytest.raises(CwireError) as caught:
            check_program("scope", str(program), folder)
        return str(caught.value)

    assert problem(tmp_path / "no") == f"scope cannot start: there is no folder {tmp_path / 'no'}"
    assert problem() == f"{program} is missing: is the name right?"
    (tmp_path / "driver.c").touch()
    assert problem() == f"{program} is missing: compile driver.c first"
    makefile = tmp_path / "Makefile"
    for other in ("all: drivers sub/driver driver.o my-driver\n", ""):
        makefile.write_text(other)
        assert problem() == f"{program} is missing: compile driver.c first"
    for rule in ("driver: driver.o\n", "PROGRAM := driver\n", "all: tool driver tool.txt\n"):
        makefile.write_text(rule)
        assert problem() == f"{program} is missing: build it first, with `make -C {tmp_path}`"
    program.touch(mode=0o600)
    assert problem() == f"{program} cannot be executed: chmod +x {program}"
    program.unlink()
    program.mkdir()
    assert problem() == f"{program} is a folder: name the program in it"
