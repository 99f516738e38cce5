"""Asks the user's compiler about a header; it compiles the answers, and nothing is run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from cwire_structs.compiler.object_file import ObjectFile
from cwire_structs.compiler.probe import probe_source
from cwire_structs.compiler.toolchain import CompileError, Toolchain
from cwire_structs.schema.json_cursor import is_identifier

__all__ = ["ask", "has_struct"]

_MAGIC = 0x637769726561736B
_CLASS = "__builtin_classify_type(*(cwire_named *)0)"
_RECORDS = (12, 13)  # of gcc's typeclass.h: struct and union


def ask(
    header: Path, declarations: Iterable[str], expressions: Sequence[str], toolchain: Toolchain
) -> list[int]:
    """Returns the values of constant integer expressions, none of them negative.

    Args:
        header: Is included first.
        declarations: C text that the expressions need.
        expressions: In C.
        toolchain: The compiler.

    Raises:
        WrapError: The compiler refuses them, or its object file cannot be read.
    """
    entries = [f"(unsigned long long)({text})," for text in (f"0x{_MAGIC:x}ULL", *expressions)]
    # extern: a constant of C++ is not in the object file otherwise.
    table = ["extern const unsigned long long cwire_answers[] = {", *entries, "};"]
    source = probe_source(header, [*declarations, *table])
    compiled = ObjectFile(toolchain.compile(source))
    return compiled.integers("cwire_answers", _MAGIC, len(expressions))


def has_struct(header: Path, name: str, toolchain: Toolchain) -> bool:
    """Says whether a header has a struct or union of a name for the compiler."""
    if not is_identifier(name):  # a pattern
        return False
    for spelled in (f"struct {name}", f"union {name}", name):
        named = [f"typedef {spelled} cwire_named;"]
        try:
            (class_,) = ask(header, named, [_CLASS], toolchain)
        except CompileError:
            continue
        return class_ in _RECORDS
    return False
