"""The layout of libcwire's sources: a name says its file, and includes form no circle."""

from __future__ import annotations

import re
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "c_driver"
SRC = ROOT / "src"
HEADERS = sorted(SRC.glob("*.h"))
SOURCES = sorted(SRC.glob("*.c"))
PUBLIC = {path.name for path in (ROOT / "include").glob("*.h")}
# Used in nearly every source: the short names of errors.h.
SHORT_NAMES = {"cwi_fail", "cwi_format"}

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INCLUDE = re.compile(r'^#include "(\w+\.h)"', re.MULTILINE)
_INTERNAL = re.compile(r"\b(cwi_\w+)\(")
_DEFINITION = re.compile(r"^(static )?[a-z][\w *]*?\b(\w+)\([^;{}]*\) \{", re.MULTILINE)


def code(path: Path) -> str:
    """A file's text without its comments."""
    return _COMMENT.sub("", path.read_text())


def declared(header: Path) -> set[str]:
    """The internal functions that a header declares or defines inline."""
    # A function's body calls others: only what begins in the first column is declared here.
    lines = [line for line in code(header).splitlines() if line[:1].isalpha()]
    return set(_INTERNAL.findall("\n".join(lines)))


def defined(source: Path, *, static: bool) -> list[str]:
    """The functions that a source defines, static or not."""
    found = _DEFINITION.findall(code(source))
    return [name for kind, name in found if bool(kind) is static]


def module_of(name: str) -> str:
    """The module of a file: `peer` for `peer.h` and `peer.c`, `platform` for `platform_linux.c`."""
    return Path(name).stem.split("_")[0]


def test_the_functions_are_found() -> None:
    assert "cwi_command_admit" in declared(SRC / "command.h")
    assert "cwi_ring_at" in declared(SRC / "ring.h")
    assert "cwi_peer_dismiss" in defined(SRC / "peer.c", static=False)
    assert "carry_out" in defined(SRC / "peer.c", static=True)
    assert sum(len(declared(header)) for header in HEADERS) > 60


@pytest.mark.parametrize("header", HEADERS, ids=lambda path: path.name)
def test_a_function_is_named_after_its_header(header: Path) -> None:
    prefix = f"cwi_{header.stem}_"
    names = declared(header) - (SHORT_NAMES if header.name == "errors.h" else set())
    assert [name for name in sorted(names) if not name.startswith(prefix)] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_a_function_is_defined_in_the_source_of_its_header(source: Path) -> None:
    module = module_of(source.name)
    header = SRC / f"{module}.h"
    here = declared(header) if header.exists() else set()
    public = "".join(path.read_text() for path in (ROOT / "include").glob("*.h"))
    for name in defined(source, static=False):
        if name.startswith("cwi_"):
            assert name in here, f"{name} is defined in {source.name}, and not in {module}.h"
        else:
            assert f"{name}(" in public, f"{name} is neither public nor static"


def test_every_declared_function_is_defined() -> None:
    everywhere = {name for source in SOURCES for name in defined(source, static=False)}
    inline = {name for header in HEADERS for name in defined(header, static=True)}
    assert {name for header in HEADERS for name in declared(header)} == {
        name for name in everywhere | inline if name.startswith("cwi_")
    }


def test_link_h_holds_structs_only() -> None:
    assert declared(SRC / "link.h") == set()


def test_includes_form_no_circle() -> None:
    # A header and its source count as one. A header without functions stands for itself: whoever
    # includes it uses no source.
    graph: dict[str, set[str]] = {}
    structs = {header.name for header in HEADERS if not declared(header)}

    def node(name: str) -> str:
        return name if name in structs else module_of(name)

    for path in (*HEADERS, *SOURCES):
        included = {node(name) for name in _INCLUDE.findall(path.read_text())}
        included = {name for name in included if name not in ("cwire", node(path.name))}
        graph.setdefault(node(path.name), set()).update(included)
    assert "command" in graph["peer"]
    assert "peer" not in graph["command"]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" includes ".join(error.args[1][::-1]))


def test_only_peer_c_acts_on_a_verdict() -> None:
    acting = re.compile(r"\bcwi_peer_(dismiss|set_state)\(")
    assert not acting.search(code(SRC / "command.c"))
    users = {source.name for source in SOURCES if "cwi_command_admit(" in code(source)}
    assert users == {"command.c", "peer.c"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_language_comes_first(source: Path) -> None:
    assert _INCLUDE.findall(source.read_text())[0] == "language.h"


def test_static_names_are_unique() -> None:
    # The amalgamation is one file with all of them.
    names = [name for source in SOURCES for name in defined(source, static=True)]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_constants_are_unique() -> None:
    # So are enumerators and macros, for the same reason.
    enums = re.compile(r"\benum(?: \w+)? \{(.*?)\}", re.DOTALL)
    names: list[str] = []
    for path in (*HEADERS, *SOURCES):
        for body in enums.findall(code(path)):
            names += re.findall(r"\b([A-Z][A-Z0-9_]+)\b(?=\s*(?:=|,|$|\n))", body)
    assert {"CWI_DISMISS", "BYE_MS", "LOCKED_BYTES"} <= set(names)
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_the_amalgamation_takes_every_header_after_those_it_needs() -> None:
    found = re.search(
        r"for file in (platform\.h.*?); do", (ROOT / "amalgamate.sh").read_text(), re.DOTALL
    )
    assert found
    order = found.group(1).replace("\\", " ").split()
    # language.h is at its begin.
    assert sorted([*order, "language.h"]) == [header.name for header in HEADERS]
    for index, name in enumerate(order):
        needed = set(_INCLUDE.findall((SRC / name).read_text())) - PUBLIC
        assert needed <= set(order[:index]), name


def test_architecture_lists_every_source() -> None:
    text = (ROOT.parent / "ARCHITECTURE.md").read_text()
    listed = re.findall(r"^\| `(\w+\.[ch])` \|", text, re.MULTILINE)
    assert sorted(listed) == sorted([*(source.name for source in SOURCES), "link.h"])


def test_null_is_tried_for_every_pointer_of_every_public_function() -> None:
    attributes = re.compile(r"__attribute__\(\(.*?\)\)\n|^#.*?$", re.MULTILINE)
    text = attributes.sub("", code(ROOT / "include/cwire.h"))
    functions = re.findall(r"^[a-z][\w *]*?\b(cwire_\w+)\(([^;{}]*)\);", text, re.MULTILINE)
    pointers = [
        (name, parameter.split("*")[-1].strip())
        for name, parameters in functions
        for parameter in parameters.split(",")
        if "*" in parameter and name != "cwire_handler"  # a type, which nobody calls
    ]
    table = (Path(__file__).parent / "test_caller.c").read_text()
    rows = re.findall(r"^    X\((\w+), (\w+),", table, re.MULTILINE)
    assert ("cwire_publish", "payload") in pointers
    assert sorted(rows) == sorted(pointers)
