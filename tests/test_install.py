"""install.py, which `make setup` and `make run` are: what it installs by, and two at once."""

from __future__ import annotations

import fcntl
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.processes import ROOT, Running

INSTALL = ROOT / "install.py"


@pytest.fixture
def install() -> dict[str, Any]:
    return runpy.run_path(str(INSTALL))


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("uv", ["works", "fails", "is missing"])
def test_pip_installs_where_uv_does_not(
    uv: str, install: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = tmp_path / "said"
    program(
        tmp_path / "python", f'case "$*" in *" uv") echo no uv; exit 1;; esac; echo "$@" >>{said}'
    )
    if uv != "is missing":
        program(tmp_path / "uv", f'echo "uv $@" >>{said}; {"exit" if uv == "works" else "oops"}')
    install["_install"].__globals__["PYTHON"] = tmp_path / "python"
    driver = install["Step"]("driver", ["true"])
    install["_install"]("dev", driver)
    last = said.read_text().splitlines()[-1]
    assert last.endswith("--no-build-isolation --editable .[dev]")
    assert last.startswith("uv pip install" if uv == "works" else "-m pip")
    out = capsys.readouterr().out
    why = {"works": "", "fails": "oops: not found", "is missing": "no uv"}[uv]
    assert why in out
    assert ("pip installs the packages" in out) == (uv != "works")
    assert "packages, extension" in out


def test_what_fails_is_told_with_what_it_wrote(
    install: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    step = install["Step"]("thing", ["sh", "-c", "echo oh; exit 3"], ["echo", "not run"])
    assert install["wait"](step) == "thing failed:\n    oh"
    assert "thing" in capsys.readouterr().out
    missing = install["Step"]("other", ["/no/program"])
    assert "other failed:\n    /no/program: No such file" in install["wait"](missing)


def test_uv_has_the_settings_of_pip(
    install: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.test/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://a.test https://b.test")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    install["_uv_settings"].__globals__["PYTHON"] = sys.executable
    found = install["_uv_settings"]()
    assert found["UV_DEFAULT_INDEX"] == "https://index.test/simple"
    assert found["UV_INDEX"] == "https://a.test https://b.test"
    assert found["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.test")
    assert "UV_DEFAULT_INDEX" not in install["_uv_settings"]()


def test_a_stamp_is_fresh_until_a_source_changes(
    install: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = install["_is_fresh"].__globals__
    inner["ROOT"], inner["PYTHON"] = tmp_path, Path(sys.executable)
    (tmp_path / "pyproject.toml").touch()
    stamp = tmp_path / "stamp"
    assert not install["_is_fresh"](stamp)
    stamp.touch()
    assert install["_is_fresh"](stamp)
    (tmp_path / "c_driver" / "src").mkdir(parents=True)
    (source := tmp_path / "c_driver" / "src" / "a.c").touch()
    os.utime(source, (stamp.stat().st_mtime + 1,) * 2)
    assert not install["_is_fresh"](stamp)


def test_two_at_once_wait_for_each_other(tmp_path: Path) -> None:
    shutil.copy(INSTALL, tmp_path)
    lock = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with Running(sys.executable, tmp_path / "install.py", "run") as second:
            second.wait_for("another `make` sets cwire up in this folder: waiting")
            fcntl.flock(lock, fcntl.LOCK_UN)
            second.wait_for("cwire setup: C driver failed")  # there is none: its turn has come
            assert second.wait_for_end() == 1
    finally:
        os.close(lock)


def test_a_word_that_means_nothing() -> None:
    done = subprocess.run(
        [sys.executable, INSTALL, "all"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "install.py: 'all' is none of run, dev\n")
