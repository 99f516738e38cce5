"""Finds the macros of a header that are numbers: #define constants."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

# A macro with one of these is no number, and might swallow what follows it in a test.
_NOT_IN_NUMBERS = frozenset("{};#")
_PROBE = "cwire_probe_"


def find_macros(
    cindex: Any, unit: Any, path: Path, arguments: list[str]
) -> dict[str, Literal["int", "float"]]:
    """Returns the header's own object-like macros that are numbers, in its order.

    Args:
        cindex: The module ``clang.cindex``.
        unit: The parsed header, with its preprocessing record.
        path: The header.
        arguments: What it was parsed with.
    """
    names = list(dict.fromkeys(_candidates(cindex, unit, path)))
    if not names:
        return {}
    # One declaration per line; the compiler's complaints tell which macros are no numbers.
    integers = [f"enum {{ {_PROBE}i{i} = ({name}) }};" for i, name in enumerate(names)]
    floats = [f"static const double {_PROBE}f{i} = ({name});" for i, name in enumerate(names)]
    source = "\n".join([f'#include "{path.name}"', *integers, *floats, ""])
    probe = str(path.parent / f"{_PROBE}{path.stem}.c")
    parsed = cindex.Index.create().parse(probe, arguments, unsaved_files=[(probe, source)])
    wrong = {
        diagnostic.location.line
        for diagnostic in parsed.diagnostics
        if diagnostic.severity >= cindex.Diagnostic.Error
    }
    found: dict[str, Literal["int", "float"]] = {}
    for i, name in enumerate(names):
        if 2 + i not in wrong:
            found[name] = "int"
        elif 2 + len(names) + i not in wrong:
            found[name] = "float"
    return found


def _candidates(cindex: Any, unit: Any, path: Path) -> list[str]:
    names = []
    for cursor in unit.cursor.get_children():
        if cursor.kind != cindex.CursorKind.MACRO_DEFINITION or cursor.location.file is None:
            continue
        if Path(cursor.location.file.name).resolve() != path.resolve():
            continue
        tokens = list(cursor.get_tokens())
        words = [token.spelling for token in tokens[1:]]
        if not words or _NOT_IN_NUMBERS.intersection(words) or not _balanced(words):
            continue
        # #define F(x): the parenthesis touches the name.
        if words[0] == "(" and tokens[1].extent.start.offset == tokens[0].extent.end.offset:
            continue
        names.append(cursor.spelling)
    return names


def _balanced(words: list[str]) -> bool:
    depth = 0
    for word in words:
        depth += (word == "(") - (word == ")")
        if depth < 0:
            return False
    return depth == 0
