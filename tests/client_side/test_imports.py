"""`import cwire` asks for as little as pyproject.toml promises."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import cwire
from cwire.cli import main


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


def test_a_driver_without_a_relay_needs_numpy_only(runtime: Path) -> None:
    missing = ("tornado", "IPython", "anywidget", "matplotlib", "prometheus_client", "rich")
    code = f"""
import sys
sys.modules.update(dict.fromkeys({missing!r}))
import cwire
assert not any(name.partition(".")[0] == "cwire_server" for name in sys.modules)
with cwire.Driver("lab", {{"value": "f8"}}) as driver:
    with cwire.connect("unix://{runtime}/lab.sock") as bridge:
        while not driver.wanted("value"):
            pass
        driver.publish("value", 1.5)
        print(bridge.latest("value", 1, timeout=10)["value"])
import cwire_server
assert {{"Relay", "RelayConfig"}} <= set(cwire_server.__all__)
print(cwire_server.RelayConfig.__name__)
try:
    cwire_server.nothing
except AttributeError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    lines = ["[1.5]", "RelayConfig", "module 'cwire_server' has no attribute 'nothing'"]
    assert ran.stdout.splitlines() == lines, ran.stderr


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    code = """
import sys
import cwire
ours = {name for name in sys.modules if name.startswith("cwire")}
assert ours == {"cwire", "cwire.version"}, ours
slow = {"numpy", "asyncio", "logging", "typing_extensions"} & set(sys.modules)
assert not slow, slow
from cwire import CwireError
import cwire.errors
assert cwire.errors.CwireError is CwireError is cwire.CwireError
for name in dir(cwire):
    getattr(cwire, name)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_the_table_of_names_is_what_type_checkers_see() -> None:
    tree = ast.parse(Path(cwire.__file__).read_text())
    (checked,) = [
        one
        for one in tree.body
        if isinstance(one, ast.If) and ast.unparse(one.test) == "TYPE_CHECKING"
    ]
    seen = {
        alias.asname: one.module
        for one in checked.body
        if isinstance(one, ast.ImportFrom)
        for alias in one.names
    }
    assert seen == cwire._HOME


def test_who_only_reads_imports_no_driver() -> None:
    code = """
import sys
import cwire
late = {"cwire.driver.driver", "cwire_structs._driver", "cwire_structs.schema.tags"}
assert late.isdisjoint(sys.modules), late & set(sys.modules)
assert {"Driver", "unit", "range"} <= set(dir(cwire))
cwire.connect
assert late.isdisjoint(sys.modules), late & set(sys.modules)
cwire.Driver, cwire.unit
assert late <= set(sys.modules)
assert "range" not in cwire.__all__
try:
    cwire.nothing
except AttributeError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout == "module 'cwire' has no attribute 'nothing'\n", ran.stderr


def test_the_version_is_told_by_nothing_else(runtime: Path) -> None:
    code = """
import sys
from cwire.cli import main
try:
    main(["--version"])
except SystemExit:
    pass
ours = {name for name in sys.modules if name.startswith("cwire")}
assert ours == {"cwire", "cwire.cli", "cwire.tools", "cwire.tools.output", "cwire.version"}, ours
slow = {"numpy", "asyncio", "logging", "importlib.metadata"} & set(sys.modules)
assert not slow, slow
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, f"cwire {cwire.__version__}\n"), ran.stderr


def test_a_tool_starts_quickly(runtime: Path) -> None:
    """It imports what it needs, and no thread of linear algebra takes its processor."""
    code = """
import os, sys
sys.argv = ["cwire", "list"]
from cwire.cli import main
assert main() == 3  # no relay
packages = {name.partition(".")[0] for name in sys.modules}
slow = packages & {"cwire_server", "tornado", "rich", "pydantic", "pandas", "IPython", "Cython"}
assert not slow, slow
ours = {".".join(name.split(".")[:2]) for name in sys.modules if name.startswith("cwire.")}
widgets = ours & {f"cwire.{name}" for name in ("plot", "scope", "panel", "process", "ipython")}
assert not widgets, widgets
assert "numpy" in packages
while len(os.listdir("/proc/self/task")) > 1:  # ours may just be ending
    pass
assert "OPENBLAS_NUM_THREADS" not in os.environ
"""
    env = {name: text for name, text in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, timeout=60
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("given", [None, "7"])
@pytest.mark.parametrize(("tool", "limited"), [("list", True), ("serve", False)])
def test_only_tools_without_functions_of_users_limit_linear_algebra(
    tool: str, limited: bool, given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def load(name: str) -> ModuleType:
        seen.append(os.environ.get("OPENBLAS_NUM_THREADS"))
        raise ImportError("as if it was not installed")

    monkeypatch.setattr("importlib.import_module", load)
    if given is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    else:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", given)
    assert main([tool]) == 2
    assert seen == [given or ("1" if limited else None)]
    assert os.environ.get("OPENBLAS_NUM_THREADS") == given


def test_a_driver_needs_numpy_only(runtime: Path) -> None:
    missing = ("tornado", "IPython", "Cython", "clang", "elftools", "rich")
    code = f"""
import sys
sys.modules.update(dict.fromkeys({missing!r}))
import cwire
with cwire.Driver("lab", {{"value": "f8"}}) as driver:
    driver.publish("value", 1.5)
    print(driver)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == f"<driver lab: listening at {runtime}/lab.sock, 0 peers>\n"
