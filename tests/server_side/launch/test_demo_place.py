"""The demo's parts without a checkout, and its driver where nothing compiles it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cwire_server.launch.demo_place import Place, find_place, provide_driver
from cwire_server.launch.part import LaunchError
from cwire_server.launch.runner import Runner
from cwire_structs import installation
from cwire_structs.runs import RunFile
from support.processes import ROOT, Running


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no checkout, with a package that lies in none; where the data goes."""
    monkeypatch.setattr(installation, "_PACKAGE", tmp_path / "site-packages" / "cwire_structs")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def test_without_a_checkout_it_is_a_folder_of_the_account(elsewhere: Path) -> None:
    told: list[str] = []
    with find_place(None, told.append) as place:
        assert place.root == elsewhere / "cwire" / "demo"
        assert place.sources is not None
    assert place.driver.parent.is_dir()
    assert place.root.stat().st_mode & 0o077 == 0
    assert told == []


def test_a_path_that_is_not_absolute_is_not_taken(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "data")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with find_place(None, print) as place:
        assert place.root == tmp_path / "home/.local/share/cwire/demo"


def test_a_folder_that_others_may_write_to_is_not_taken(elsewhere: Path) -> None:
    (elsewhere / "cwire" / "demo").mkdir(parents=True)
    (elsewhere / "cwire" / "demo").chmod(0o777)
    told: list[str] = []
    with find_place(None, told.append) as place:
        assert place.driver.parent.is_dir()
        assert not place.root.is_relative_to(elsewhere)
        assert "lost at the end" in told[0]
    assert not place.root.exists()


def test_a_home_that_cannot_be_written_to(elsewhere: Path) -> None:
    elsewhere.touch()
    with find_place(None, print) as place:
        assert place.driver.parent.is_dir()
    assert not place.root.exists()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "demo" / "c_driver").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    return Place(tmp_path / "demo", ROOT / "notebooks", tmp_path / "c")


def provide(place: Place, runtime: Path) -> None:
    async def run() -> None:
        file = RunFile.take(runtime / "demo.sock")
        assert file is not None
        try:
            await provide_driver(
                Runner("cwire demo", runtime / "demo.sock", file, browser=False), place
            )
        finally:
            file.close()

    asyncio.run(run())


def test_without_a_compiler_it_is_the_driver_in_python(
    built_driver: None,
    place: Place,
    runtime: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -O2")
    provide(place, runtime)
    said = "The driver will be the one in Python, which does less: C compiler cannot start: "
    assert capsys.readouterr().out == f"{said}no-such-compiler: No such file or directory\n"
    with Running(place.driver, "--socket", runtime / "demo.sock") as driver:
        driver.wait_for("listening")
        assert driver.stop() == 0


def test_what_the_compiler_says_is_told(
    built_driver: None,
    place: Place,
    runtime: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CC", "ls --no-such-option")
    provide(place, runtime)
    said = capsys.readouterr().out
    assert "less: C compiler ended with status 2:\n  ls: unrecognized option" in said
    assert "cwire.demo.driver" in place.driver.read_text()


def test_it_is_compiled_again_if_it_is_another_one(
    built_driver: None,
    place: Place,
    runtime: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Stands for a compiler that needs no second: it writes what it was asked to.
    compiler = tmp_path / "cc"
    compiler.write_text('#!/bin/sh\nfor last; do :; done; echo "$@" >"$last"\n')
    compiler.chmod(0o700)
    monkeypatch.setenv("CC", str(compiler))
    provide(place, runtime)
    assert "C compiler is done" in capsys.readouterr().out
    provide(place, runtime)
    assert capsys.readouterr().out == ""
    made = place.driver.read_text()
    assert place.sources is not None
    (place.sources / "driver.c").touch()
    provide(place, runtime)
    assert "C compiler is done" in capsys.readouterr().out
    assert place.driver.read_text() != made
    assert "driver.c" in place.driver.read_text()


def test_a_folder_that_cannot_be_written_to(
    built_driver: None, place: Place, runtime: Path
) -> None:
    place.driver.parent.rmdir()
    with pytest.raises(LaunchError, match="cannot make the driver: "):
        provide(place, runtime)
