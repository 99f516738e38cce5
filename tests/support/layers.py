"""The modules of our packages as their sources describe them: imports, docstrings, purity."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from support.processes import ROOT

__all__ = ["MODULES", "PACKAGES", "Module", "our_imports", "promise"]

PACKAGES = {
    "cwire": ROOT / "client_side" / "cwire",
    "cwire_server": ROOT / "server_side" / "cwire_server",
    "cwire_structs": ROOT / "cython_wrapper" / "cwire_structs",
}


@dataclass(frozen=True)
class Module:
    """A module of ours, as its source says."""

    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text())

    @cached_property
    def doc(self) -> str:
        return (ast.get_docstring(self.tree) or "").strip()

    @cached_property
    def pure(self) -> bool:
        """Whether it says so, before what it may import if it is a folder."""
        return self.doc.partition("\n\nMay import:")[0].endswith("Pure.")

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]

    @property
    def room(self) -> str:
        """The folder that it lies in, or its own name if it lies in none."""
        return ".".join(self.name.split(".")[:2])

    @property
    def is_folder(self) -> bool:
        return self.path.name == "__init__.py"

    def imported(self) -> Iterator[str]:
        """Full names of what it imports: at the top, in functions, and for type checkers."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.module is not None, self.name
                assert node.level == 0, self.name
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    yield full if full in MODULES else node.module


def found() -> dict[str, Module]:
    modules = {}
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = [package, *path.relative_to(folder).with_suffix("").parts]
            if "templates" in parts:
                continue
            if parts[-1] == "__init__":
                parts.pop()
            name = ".".join(parts)
            modules[name] = Module(name, path)
    return modules


MODULES: dict[str, Module] = found()


def our_imports(module: Module) -> set[str]:
    return {name for name in module.imported() if name in MODULES and name != module.name}


def promise(folder: Module) -> set[str]:
    """The folders and modules of its package that a folder's docstring lets it import."""
    listed = re.search(r"^May import: (.*?)\.$", folder.doc, re.DOTALL | re.MULTILINE)
    assert listed, f"{folder.name}: its docstring does not say `May import: …`"
    return set(re.findall(r"\w+", listed[1])) - {"nothing"}
