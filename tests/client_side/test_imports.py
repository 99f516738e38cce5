"""`import cwire` asks for as little as pyproject.toml promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_connecting_needs_numpy_only(runtime: Path) -> None:
    # What pyproject.toml names for the extras is not there.
    missing = ("tornado", "IPython", "anywidget", "ipywidgets", "matplotlib", "pandas", "tqdm")
    code = f"""
import sys
sys.modules.update(dict.fromkeys({missing!r}))
import cwire
try:
    cwire.connect("ws://127.0.0.1:1/ws", token="x")
except cwire.NotConnected as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "no relay answers at ws://127.0.0.1:1/ws" in ran.stdout
