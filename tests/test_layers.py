"""The folders' promises: who may import whom, what is pure, and no circles.

The promises are read from docstrings. That of a folder's ``__init__`` names, behind
``May import:``, the folders and modules of its package that its modules may use. A docstring that
ends in ``Pure.`` says that the module needs no input or output, clock, thread or event loop, and
imports pure modules only; where a folder's says so, all of its modules do.

`python tests/test_layers.py` prints the arrows between the folders.
"""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from support.layers import MODULES, PACKAGES, Module, our_imports, promise

# Which of our packages a package may import.
MAY_IMPORT = {
    "cwire": {"cwire", "cwire_structs"},
    "cwire_server": {"cwire", "cwire_server", "cwire_structs"},
    "cwire_structs": {"cwire_structs"},
}
# One module has the relay's core inside the client, and imports it when it is asked for.
OWN_RELAY = ("cwire.link.own_relay", "cwire_server")
IMPURE = {
    "asyncio", "concurrent", "fcntl", "http", "io", "logging", "mmap",
    "multiprocessing", "os", "pathlib", "queue", "select", "selectors", "shutil", "signal",
    "socket", "ssl", "subprocess", "tempfile", "threading", "time", "tornado",
}  # fmt: skip


def folders() -> list[Module]:
    return [one for one in MODULES.values() if one.is_folder and "." in one.name]


def circle(arrows: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        nodes: list[str] = error.args[1]
        return nodes
    return []


def module_arrows() -> dict[str, set[str]]:
    return {module.name: our_imports(module) for module in MODULES.values()}


def test_there_is_no_circle_of_imports() -> None:
    assert circle(module_arrows()) == []


def room_arrows() -> dict[str, set[str]]:
    arrows: dict[str, set[str]] = {}
    for module in MODULES.values():
        rooms = {MODULES[name].room for name in our_imports(module)} - {module.room, "cwire"}
        arrows.setdefault(module.room, set()).update(rooms)
    return arrows


def test_there_is_no_circle_of_folders() -> None:
    assert circle(room_arrows()) == []


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_a_folder_imports_what_its_docstring_says(folder: Module) -> None:
    allowed = {f"{folder.package}.{name}" for name in promise(folder)} | {folder.name}
    for module in MODULES.values():
        if module.room != folder.name:
            continue
        for name in our_imports(module):
            other = MODULES[name]
            if other.package == folder.package:
                assert other.room in allowed, f"{module.name} imports {name}"


def test_packages_import_downwards() -> None:
    upward = [
        f"{module.name} imports {name}"
        for module in MODULES.values()
        for name in module.imported()
        if (package := name.partition(".")[0]) in PACKAGES
        and package not in MAY_IMPORT[module.package]
        and (module.name, package) != OWN_RELAY
    ]
    assert upward == []


def test_the_relay_inside_a_client_needs_no_web_server() -> None:
    """What it imports of the relay, and what that imports in turn, is none of tornado's."""
    reached: set[str] = set()
    ahead = [
        name for name in our_imports(MODULES[OWN_RELAY[0]]) if name.startswith(f"{OWN_RELAY[1]}.")
    ]
    assert ahead
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += our_imports(MODULES[name])
    imported = {one.partition(".")[0] for name in reached for one in MODULES[name].imported()}
    assert "tornado" not in imported


def test_pure_modules_need_no_io_clock_or_thread() -> None:
    pure = [module for module in MODULES.values() if module.pure]
    assert len(pure) > 80
    wrong = [
        f"{module.name} imports {name}"
        for module in pure
        for name in module.imported()
        if name.partition(".")[0] in IMPURE or (name in MODULES and not MODULES[name].pure)
    ]
    wrong += [
        f"{module.name} asks datetime for the time"
        for module in pure
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today")
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "folder", [one for one in folders() if one.pure], ids=lambda folder: folder.name
)
def test_every_module_of_a_pure_folder_says_that_it_is(folder: Module) -> None:
    silent = [one.name for one in MODULES.values() if one.room == folder.name and not one.pure]
    assert silent == []


if __name__ == "__main__":
    every = module_arrows()
    print(f"{len(every)} modules, {sum(map(len, every.values()))} arrows")
    print(f"circle: {circle(every) or 'none'}")
    for room, others in sorted(room_arrows().items()):
        print(f"{room:32} -> {', '.join(sorted(others)) or '-'}")
