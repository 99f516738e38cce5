"""Finds the macros of a header that are numbers, and those that take away other names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from cwire_structs.header.libclang import Libclang

# A macro with one of these is no number, and might swallow what follows it in a test.
_NOT_IN_NUMBERS = frozenset(
    ("{", "}", ";", "#", "__LINE__", "__COUNTER__")  # the last two: another one at each place
)
_CLOSED_BY = {"(": ")", "[": "]", "<:": ":>"}
_PROBE = "cwire_probe_"


def number_macros(
    libclang: Libclang, unit: Any, path: Path, takes: Callable[[Any], bool]
) -> dict[str, Any]:
    """Returns the object-like macros that are numbers, in the header's order.

    Libclang's word is enough to look for them; the compiler says which are, and of what value.

    Args:
        libclang: What parsed the header.
        unit: The parsed header.
        path: The header.
        takes: Says of a definition whether it is wanted.

    Returns:
        Their definitions by name.
    """
    found = {
        cursor.spelling: cursor
        for cursor in _definitions(libclang, unit)
        if takes(cursor) and _may_be_number(cursor)
    }
    if not found:
        return {}
    # One declaration per line; libclang's complaints tell which macros are no numbers. The header
    # may have macros named like keywords: only the first line has some.
    lines = [f"{_PROBE}real {_PROBE}{i} = ({name});" for i, name in enumerate(found)]
    first = [f"typedef double {_PROBE}real;", f'#include "{path.name}"']
    probe = path.parent / f"{_PROBE}{path.stem}.c"
    errors = libclang.errors(libclang.parse(probe, "\n".join([*first, *lines, ""])))
    if any(error.fatal for error in errors):
        return {}  # libclang says nothing of what follows a fatal error
    wrong = {error.line for error in errors if error.file == str(probe)}
    numbered = enumerate(found.items(), len(first) + 1)
    return {name: cursor for line, (name, cursor) in numbered if line not in wrong}


def hiding_macros(libclang: Libclang, unit: Any, names: Collection[str]) -> frozenset[str]:
    """Returns those of the names that a macro of any header takes away."""
    return frozenset(
        cursor.spelling
        for cursor in _definitions(libclang, unit)
        if cursor.spelling in names and _hides(cursor)
    )


def _definitions(libclang: Libclang, unit: Any) -> Iterator[Any]:
    kind = libclang.cindex.CursorKind.MACRO_DEFINITION
    for cursor in unit.cursor.get_children():
        if cursor.kind == kind and cursor.location.file is not None:
            yield cursor


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
    opened = []
    for word in words:
        if word in _CLOSED_BY:
            opened.append(_CLOSED_BY[word])
        elif word in _CLOSED_BY.values() and (not opened or opened.pop() != word):
            return False
    return not opened
