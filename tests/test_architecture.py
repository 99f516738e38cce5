"""ARCHITECTURE.md tells the truth: its tables of modules, its paths, and its form."""

from __future__ import annotations

import re

import pytest

from support.layers import MODULES, PACKAGES, promise
from support.processes import ROOT

TEXT = (ROOT / "ARCHITECTURE.md").read_text()
LIBRARY = ROOT / "c_driver" / "src"
WEB = ROOT / "client_side" / "web"
_ROW = re.compile(r"^\| `([\w/]+)` \| (pure)? *\| ", re.MULTILINE)


def table(heading: str) -> dict[str, str]:
    """The rows of the table behind a heading: which kind each module is."""
    section = TEXT.split(f"\n### {heading}\n")[1].split("\n#")[0]
    rows = _ROW.findall(section)
    assert len(rows) == len(dict(rows)), "a module is listed twice"
    return dict(rows)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_table_lists_every_module(package: str) -> None:
    modules = {
        name.removeprefix(f"{package}.").replace(".", "/"): module
        for name, module in MODULES.items()
        if module.package == package and not module.is_folder
    }
    listed = table(f"The modules of {package}")
    assert set(listed) == set(modules)
    wrong = {name for name, kind in listed.items() if (kind == "pure") != modules[name].pure}
    assert wrong == set(), "the table and the docstring disagree on `Pure.`"


def test_the_table_lists_every_source_of_libcwire() -> None:
    section = TEXT.split("\n## libcwire")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `(\w+\.c)` \|", section, re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in LIBRARY.glob("*.c"))


def test_the_tables_list_every_module_of_the_web_client() -> None:
    section = TEXT.split("\n## The client in a browser\n")[1].split("\n## What limits")[0]
    cells = re.findall(r"^\| (`[^|]+) \| (?:pure|shell) \|", section, re.MULTILINE)
    listed = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    names = ("actions", "decode", "expression", "panel", "scope")
    folders = (WEB, *(WEB / name for name in names))
    there = [path.stem for one in folders for path in one.glob("*.mjs")]
    there += [path.stem for path in (WEB / "pages").rglob("*.mjs")]
    for entry in ("panel", "scope"):  # what the bundles are made of
        there.remove(entry)
    assert sorted(listed) == sorted(there)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_table_says_what_folders_may_import(package: str) -> None:
    section = TEXT.split(f"\n### The modules of {package}\n")[1].split("\n#")[0]
    rows = re.findall(r"^\| `(\w+)/`( \(pure\))? \| ([\w, ]+) \|$", section, re.MULTILINE)
    top_first = [name for name, _, _ in rows]
    for name, pure, listed in rows:
        folder = MODULES[f"{package}.{name}"]
        assert promise(folder) == (set() if listed == "nothing" else set(listed.split(", ")))
        assert bool(pure) == folder.pure, name
        below = top_first[top_first.index(name) + 1 :]
        assert promise(folder) & set(top_first) <= set(below), name


def test_where_to_add_names_files_that_are_there() -> None:
    section = TEXT.split("\n## Where do I add …\n")[1].split("\n## ")[0]
    named = re.findall(r"^\| `([^`]+)` \| [^|]+ \|$", section, re.MULTILINE)
    requests = re.findall(r"^\| \*\*.+\*\* \| \|$", section, re.MULTILINE)
    assert len(named) + len(requests) == len(re.findall(r"^\| ", section, re.MULTILINE)) - 1
    assert len(requests) > 20
    named += re.findall(r"`([\w./-]+/[\w./-]+)`", section)
    missing = [name for name in named if not list(ROOT.glob(name.rstrip("/")))]
    assert missing == []


def test_lines_are_shorter_than_100_characters() -> None:
    # A row of a table cannot be wrapped.
    lines = [line for line in TEXT.splitlines() if not line.startswith("| ")]
    assert [line for line in lines if len(line) >= 100] == []


def test_the_tests_of_faults_are_there() -> None:
    section = TEXT.partition("## Faults")[2].partition("\n## ")[0]
    named = re.findall(r"`((?!tests/)(?:\w+/)+\w+\.\w+)(?:::(\w+))?`", section)
    assert len(named) >= 18
    for path, test in named:
        source = (ROOT / "tests" / path).read_text()
        assert test in source, f"{path} has no {test}"
