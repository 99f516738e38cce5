"""Finds the source of the C library."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cwire import cli
from cwire_structs import csources as module
from cwire_structs.csources import csources
from cwire_structs.errors import WrapError


def test_a_checkout_has_it_in_its_build(
    built_driver: None, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = csources()
    assert folder == Path(module.__file__).parents[2] / "c_driver" / "build"
    assert cli.main(["csources"]) == 0
    assert capsys.readouterr().out == f"{folder}\n"


def test_an_installed_package_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGE", tmp_path)
    (tmp_path / "c").mkdir()
    for name in ("cwire.c", "cwire.h"):
        (tmp_path / "c" / name).touch()
    assert csources() == tmp_path / "c"


def test_what_to_do_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "_PACKAGE", tmp_path)
    monkeypatch.setattr(module, "_CHECKOUT", tmp_path / "c driver")
    with pytest.raises(WrapError, match="install cwire again"):
        csources()
    (tmp_path / "c driver").mkdir()
    (tmp_path / "c driver" / "Makefile").touch()
    assert cli.main(["csources"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("cwire csources: cwire.c has not been made yet; make it with: make -C '")
    assert len(said.splitlines()) == 1


def test_the_line_in_the_docstring_compiles(built_driver: None, tmp_path: Path) -> None:
    line = (module.__doc__ or "").splitlines()[-1]
    (tmp_path / "my.c").write_text('#include "cwire.h"\nint main(void) { return CWIRE_OK; }\n')
    command = line.replace("$(cwire csources)", str(csources()))
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
