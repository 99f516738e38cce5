"""Finds the source of the C library."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cwire import cli
from cwire_structs import csources as module
from cwire_structs import installation
from cwire_structs.csources import csources
from cwire_structs.errors import WrapError


def test_a_checkout_has_it_in_its_build(
    built_driver: None, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = csources()
    assert folder == Path(module.__file__).parents[2] / "c_driver" / "build"
    assert cli.main(["csources"]) == 0
    assert capsys.readouterr().out == f"{folder}\n"


def test_what_to_do_where_an_installed_package_has_lost_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "_PACKAGE", tmp_path / "site-packages" / "cwire_structs")
    monkeypatch.setattr(module, "_PACKAGE", tmp_path)
    with pytest.raises(WrapError, match="install cwire again"):
        csources()


def test_what_to_do_where_a_checkout_has_not_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(installation, "_PACKAGE", tmp_path / "my wire" / "a" / "b")
    (tmp_path / "my wire" / "c_driver").mkdir(parents=True)
    (tmp_path / "my wire" / "c_driver" / "Makefile").touch()
    assert cli.main(["csources"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("cwire csources: cwire.c has not been made yet; make it with: make -C '")
    assert len(said.splitlines()) == 1


def test_the_line_in_the_docstring_compiles(built_driver: None, tmp_path: Path) -> None:
    line = (module.__doc__ or "").splitlines()[-1]
    (tmp_path / "my.c").write_text('#include "cwire.h"\nint main(void) { return CWIRE_OK; }\n')
    command = line.replace("$(cwire csources)", str(csources()))
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
