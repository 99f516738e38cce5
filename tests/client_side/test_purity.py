"""The pure modules know no sockets, loops, threads or clocks, and import only each other."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cwire

PURE = {
    "answers",
    "calls",
    "catalog",
    "code_context",
    "columns",
    "commands",
    "convert",
    "cursor",
    "curves",
    "describe",
    "driver",
    "errors",
    "events",
    "exit_status",
    "feed",
    "frame_array",
    "getters",
    "handshake",
    "health",
    "history",
    "layout_changes",
    "ledger",
    "notebook_views",
    "options",
    "past",
    "parse",
    "recipe",
    "reconnect",
    "recording",
    "record",
    "scope_curves",
    "scope_flow",
    "scope_recipe",
    "session",
    "subscription",
    "waits",
    "websocket",
    "window",
}
FORBIDDEN = {
    "asyncio",
    "concurrent",
    "fcntl",
    "io",
    "os",
    "pathlib",
    "queue",
    "select",
    "selectors",
    "socket",
    "ssl",
    "subprocess",
    "threading",
    "time",
    "tornado",
}
FOLDER = Path(cwire.__file__).parent


def imports(tree: ast.AST) -> set[str]:
    """Full names of the imported modules, without those for type checkers only."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            if node.module == "cwire":
                found |= {f"cwire.{name.name}" for name in node.names}
            else:
                found.add(node.module)
        found |= imports(node)
    return found


@pytest.mark.parametrize("name", sorted(PURE))
def test_no_io(name: str) -> None:
    names = imports(ast.parse((FOLDER / f"{name}.py").read_text()))
    assert not {module.split(".")[0] for module in names} & FORBIDDEN
    ours = {module.split(".")[1] for module in names if module.startswith("cwire.")}
    assert ours <= PURE


def test_modules_stay_small() -> None:
    for path in FOLDER.glob("*.py"):
        assert len(path.read_text().splitlines()) < 400, path.name


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
