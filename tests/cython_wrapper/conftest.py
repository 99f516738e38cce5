"""The demo header wrapped once, and its classes compiled once, for all tests here."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cwire_structs import wrap
from cwire_structs.emit.build_classes import build_classes
from cwire_structs.schema import Schema

ROOT = Path(__file__).parents[2]
DRIVER = ROOT / "c_driver"
HEADER = DRIVER / "messages.h"
ZOO = Path(__file__).with_name("zoo.h")


@pytest.fixture(scope="session")
def demo() -> wrap.Wrapped:
    """The demo header, wrapped now."""
    return wrap.wrap(HEADER, "cc")


@pytest.fixture(scope="session")
def schema(demo: wrap.Wrapped) -> Schema:
    return demo.schema


@pytest.fixture(scope="session")
def zoo() -> wrap.Wrapped:
    """The header with every supported construct."""
    return wrap.wrap(ZOO, "cc")


@pytest.fixture(scope="session")
def zoo_classes(
    zoo: wrap.Wrapped, compile_classes: Callable[[wrap.Wrapped, Path], ModuleType]
) -> ModuleType:
    return compile_classes(zoo, ZOO)


@pytest.fixture
def wrap_text(tmp_path: Path) -> Callable[..., wrap.Wrapped]:
    """Wraps a header that consists of this text."""

    def run(text: str, cc: str = "cc", **options: Any) -> wrap.Wrapped:
        path = tmp_path / "unit.h"
        path.write_text(text)
        return wrap.wrap(path, cc, **options)

    return run


@pytest.fixture(scope="session")
def compile_classes(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[wrap.Wrapped, Path], ModuleType]:
    """Compiles the classes of a wrapped header and imports them."""

    def build(wrapped: wrap.Wrapped, header: Path) -> ModuleType:
        folder = tmp_path_factory.mktemp("classes")
        wrap.write(wrapped, folder)
        name = wrapped.schema.name
        built = build_classes(
            wrapped.schema, folder, [header.parent, DRIVER / "include"], wrapped.toolchain
        )
        # What the header itself is warned of is its own business.
        told = [line for line in built.said.splitlines() if "warning" in line]
        assert all(f"/{header.name}:" in line for line in told), built.said
        spec = importlib.util.spec_from_file_location(name, built.path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return build


@pytest.fixture(scope="session")
def classes(
    demo: wrap.Wrapped, compile_classes: Callable[[wrap.Wrapped, Path], ModuleType]
) -> ModuleType:
    """The demo's compiled classes."""
    return compile_classes(demo, HEADER)
