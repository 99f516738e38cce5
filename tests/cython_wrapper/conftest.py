"""The demo header wrapped once, and its classes compiled once, for all tests here."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from cwire_structs import wrap
from cwire_structs.schema import Schema

ROOT = Path(__file__).parents[2]
DRIVER = ROOT / "c_driver"
HEADER = DRIVER / "messages.h"
BUILD = """
import sys
from Cython.Build import cythonize
from setuptools import Distribution, Extension
name, source, build, *include = sys.argv[1:]
extension = Extension(name, [source], include_dirs=include, extra_compile_args=["-O1", "-g0"])
modules = cythonize([extension], build_dir=build + "/c", quiet=True)
command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
command.build_lib, command.build_temp = build, build + "/temp"
command.ensure_finalized()
command.run()
"""


@pytest.fixture(scope="session")
def demo() -> wrap.Wrapped:
    """The demo header, wrapped now."""
    return wrap.wrap(HEADER, "cc")


@pytest.fixture(scope="session")
def schema(demo: wrap.Wrapped) -> Schema:
    return demo.schema


@pytest.fixture
def wrap_text(tmp_path: Path) -> Callable[..., wrap.Wrapped]:
    """Wraps a header that consists of this text."""

    def run(text: str, cc: str = "cc") -> wrap.Wrapped:
        path = tmp_path / "unit.h"
        path.write_text(text)
        return wrap.wrap(path, cc)

    return run


@pytest.fixture(scope="session")
def build_classes(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[wrap.Wrapped, Path], ModuleType]:
    """Compiles the classes of a wrapped header and imports them."""

    def build(wrapped: wrap.Wrapped, header: Path) -> ModuleType:
        folder = tmp_path_factory.mktemp("classes")
        wrap.write(wrapped, folder)
        name = wrapped.schema.name
        include = [folder, header.parent, DRIVER / "include"]
        arguments = [name, folder / f"{name}.pyx", folder / "build", *include]
        environment = {key: value for key, value in os.environ.items() if key != "CFLAGS"}
        done = subprocess.run(
            [sys.executable, "-c", BUILD, *map(str, arguments)],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "warning" not in done.stderr, done.stderr
        made = next((folder / "build").glob(f"{name}.*.so"))
        spec = importlib.util.spec_from_file_location(name, made)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return build


@pytest.fixture(scope="session")
def classes(
    demo: wrap.Wrapped, build_classes: Callable[[wrap.Wrapped, Path], ModuleType]
) -> ModuleType:
    """The demo's compiled classes."""
    return build_classes(demo, HEADER)
