"""Finds the macros of a header that are numbers: #define constants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cwire_structs.header.libclang import Libclang

# A macro with one of these is no number, and might swallow what follows it in a test.
_NOT_IN_NUMBERS = frozenset(
    ("{", "}", ";", "#", "__LINE__", "__COUNTER__")  # the last two: another one at each place
)
_PROBE = "cwire_probe_"


@dataclass(frozen=True)
class Macros:
    """What libclang says of a header's macros.

    Attributes:
        numbers: The header's own object-like ones that are numbers, in its order, each with its
            line: ``messages.h:12``.
        hidden: Of the names that were asked for, those that a macro of any header takes away.
    """

    numbers: dict[str, str]
    hidden: frozenset[str]


def find_macros(libclang: Libclang, unit: Any, path: Path, names: Collection[str]) -> Macros:
    """Returns the macros of a header.

    Args:
        libclang: What parsed it.
        unit: The parsed header.
        path: The header.
        names: Of its members, enumerators and types.
    """
    cindex = libclang.cindex
    definitions = [
        cursor
        for cursor in unit.cursor.get_children()
        if cursor.kind == cindex.CursorKind.MACRO_DEFINITION and cursor.location.file is not None
    ]
    own = path.resolve()
    files: dict[str, bool] = {}
    candidates: dict[str, int] = {}
    hidden = set()
    for cursor in definitions:
        if cursor.spelling in names and _hides(cursor):
            hidden.add(cursor.spelling)
        name = cursor.location.file.name
        if name not in files:
            files[name] = Path(name).resolve() == own
        if files[name] and _may_be_number(cursor):
            candidates[cursor.spelling] = cursor.location.line
    return Macros(
        numbers={
            name: f"{path.name}:{candidates[name]}"
            for name in _numbers(libclang, list(candidates), path)
        },
        hidden=frozenset(hidden),
    )


def _numbers(libclang: Libclang, names: list[str], path: Path) -> list[str]:
    """Returns those that are numbers for libclang; the compiler says which, and of what value."""
    # One declaration per line; libclang's complaints tell which macros are no numbers. The header
    # may have macros named like keywords: only the first line has some.
    lines = [f"{_PROBE}real {_PROBE}{i} = ({name});" for i, name in enumerate(names)]
    first = [f"typedef double {_PROBE}real;", f'#include "{path.name}"']
    probe = path.parent / f"{_PROBE}{path.stem}.c"
    errors = libclang.errors(libclang.parse(probe, "\n".join([*first, *lines, ""])))
    if any(error.fatal for error in errors):
        return []  # libclang says nothing of what follows a fatal error
    wrong = {error.line for error in errors if error.file == str(probe)}
    return [name for line, name in enumerate(names, len(first) + 1) if line not in wrong]


def _hides(cursor: Any) -> bool:
    """Says whether a macro stands for something else than its name; F(x) does in calls only."""
    tokens = list(cursor.get_tokens())
    return [token.spelling for token in tokens[1:]] != [cursor.spelling] and not _is_call(tokens)


def _is_call(tokens: list[Any]) -> bool:
    """Says whether a macro has parameters: the parenthesis touches the name."""
    if len(tokens) < 2 or tokens[1].spelling != "(":
        return False
    return bool(tokens[1].extent.start.offset == tokens[0].extent.end.offset)


def _may_be_number(cursor: Any) -> bool:
    tokens = list(cursor.get_tokens())
    words = [token.spelling for token in tokens[1:]]
    if not words or _NOT_IN_NUMBERS.intersection(words) or not _balanced(words):
        return False
    return not _is_call(tokens)


def _balanced(words: list[str]) -> bool:
    depth = 0
    for word in words:
        depth += (word == "(") - (word == ")")
        if depth < 0:
            return False
    return depth == 0
