"""Compiles a Cython module, in a process of its own.

Cython and setuptools change their process, and print what is wrong: ``python -m`` runs this module.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["main", "run", "translate"]


def run(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Runs `main` in a process.

    Args:
        arguments: Those of `main`.
        environment: Of the process.
        folder: Its working directory.
    """
    return subprocess.run(
        [sys.executable, "-m", __name__, *arguments],
        env=dict(environment),
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def translate(name: str, source: str, schema: str, folder: str) -> list[Any]:
    """Translates a module to C and returns it as setuptools' extension modules.

    Args:
        name: Of the module.
        source: Its .pyx.
        schema: The object file that it is linked with.
        folder: Where the C is written.
    """
    from Cython.Build import cythonize
    from setuptools import Extension

    # -O1 -g0: a third of the time and half of the memory of -O2 -g, and as fast (small functions).
    flags = ["-O1", "-g0"]
    extension = Extension(name, [source], extra_objects=[schema], extra_compile_args=flags)
    build = str(Path(folder, "c"))
    modules: list[Any] = cythonize([extension], build_dir=build, quiet=True)
    return modules


def main(arguments: Sequence[str]) -> int:
    """Compiles a module: its name, its .pyx, an object file to link with, and where to build."""
    from setuptools import Distribution

    name, source, schema, folder = arguments
    try:
        modules = translate(name, source, schema, folder)
        command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = folder, str(Path(folder, "temp"))
        command.ensure_finalized()
        command.run()
    except Exception as error:  # the compilers have said what is wrong; the rest is for people
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
