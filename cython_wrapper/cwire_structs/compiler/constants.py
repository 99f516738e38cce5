"""The values of a header's #define constants, as the compiler says.

Constants are extras beside the layout: one that is no number for the compiler, or that JSON cannot
hold, is left out with a warning.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

from cwire_structs.compiler.object_file import ObjectFile
from cwire_structs.compiler.probe import line_of, probe_source
from cwire_structs.compiler.toolchain import CompileError, Toolchain
from cwire_structs.layout import Layout, Notice

__all__ = ["BEFORE", "CONSTANTS", "Constants", "usable"]

CONSTANTS = "constants"  # the kind of notices about what is left out of them

_MAGIC = 0x63776972656D6163
_WIDE = 256  # no class of the compiler's: an integer of more than 64 bits
# Macros are asked with all that the header defines, so these lines have no keyword.
BEFORE = (
    "typedef unsigned long long cwire_number;",
    "typedef double cwire_real;",
    # Of gcc's typeclass.h: integer, char, enum and bool. The rest is no error, but 0.
    "#define CWIRE_CLASS_OF(x) __builtin_classify_type(x)",
    "#define CWIRE_IS_WHOLE(x) (CWIRE_CLASS_OF(x) >= 1 && CWIRE_CLASS_OF(x) <= 4)",
    "#ifdef __cplusplus",
    "#define CWIRE_WHOLE(x) (CWIRE_IS_WHOLE(x) ? (x) : 0)",
    "#else",
    "#define CWIRE_WHOLE(x) __builtin_choose_expr(CWIRE_IS_WHOLE(x), x, 0)",
    "#endif",
    "#define CWIRE_IS_WIDE(x) (CWIRE_WHOLE(x) != (cwire_number)CWIRE_WHOLE(x))",
    f"#define CWIRE_KIND_OF(x) (CWIRE_IS_WIDE(x) ? {_WIDE} : CWIRE_CLASS_OF(x))",
    "#define CWIRE_ENTRIES(x) CWIRE_KIND_OF(x), CWIRE_WHOLE(x) < 0, (cwire_number)CWIRE_WHOLE(x)",
)
_WHOLE = (1, 2, 3, 4)
_REAL = 8
_PLACE = re.compile(r"\bproof\.(?:c|cpp):(\d+)")


class Constants:
    """The tables that hold macros in an object file.

    Args:
        names: Of the macros.
        layout: What libclang says of them.

    Attributes:
        lines: The tables in C.
    """

    def __init__(self, names: Sequence[str], layout: Layout) -> None:
        self._names = tuple(names)
        self._layout = layout
        integers = [f"CWIRE_ENTRIES(({layout.expression(name)}))" for name in names]
        # Never empty: C has no empty arrays.
        reals = [f"(cwire_real)({layout.expression(name)})" for name in names]
        self.lines = [
            "cwire_number cwire_integers[] = {",
            *(f"{entry}," for entry in (f"0x{_MAGIC:x}", *integers)),
            "};",
            "cwire_real cwire_reals[] = {",
            *(f"{entry}," for entry in ("1.0", *reals)),
            "};",
        ]

    def read(self, found: ObjectFile) -> tuple[dict[str, int | float], list[Notice]]:
        """Returns the values by name, and a notice for each that is left out."""
        count = len(self._names)
        table = iter(found.integers("cwire_integers", _MAGIC, 3 * count))
        reals = found.floats("cwire_reals", count)
        values: dict[str, int | float] = {}
        notices = []
        for name, real, kind, negative, whole in zip(
            self._names, reals, table, table, table, strict=True
        ):
            line = self._layout.macros[name]
            if kind in _WHOLE:
                values[name] = whole - (1 << 64) if negative else whole
            elif kind == _WIDE:
                notices.append(_left_out(line, name, "has more than 64 bits"))
            elif kind != _REAL:
                notices.append(_left_out(line, name, "is no integer and no real number"))
            elif math.isfinite(real):
                values[name] = real
            else:
                reason = f"is {real}, which JSON has no number for"
                notices.append(_left_out(line, name, reason))
        return values, notices


def _left_out(line: str, name: str, reason: str) -> Notice:
    return Notice(f"{line}: {name} {reason}: it is left out of the constants", CONSTANTS)


def usable(layout: Layout, header: Path, toolchain: Toolchain) -> tuple[list[str], list[Notice]]:
    """Asks the compiler for each macro alone, for when it refuses all of them together.

    Returns:
        The names of those that are numbers for it, and a notice for each of the others.
    """
    names = list(layout.macros)
    spelled = [layout.expression(name) for name in names]
    lines = [
        f"cwire_real cwire_macro_{index}[] = {{ (cwire_real)({one}), CWIRE_ENTRIES(({one})) }};"
        for index, one in enumerate(spelled)
    ]
    try:
        toolchain.compile(probe_source(header, (), before=BEFORE, with_macros=lines))
        wrong = set(names)  # each is one, but not together: none can be told from the others
    except CompileError as error:
        places = {int(line) - line_of(BEFORE) for line in _PLACE.findall(error.said)}
        wrong = {name for index, name in enumerate(names) if index in places}
    notices = [
        _left_out(layout.macros[name], name, f"is no number for {toolchain}")
        for name in names
        if name in wrong
    ]
    return [name for name in names if name not in wrong], notices
