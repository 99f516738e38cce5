"""C sources that include a header and ask the compiler about it.

A header leaves things behind: a packing, a byte order, macros named like members or keywords. None
of them may reach the questions, and the questions need no header of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["include_line", "line_of", "probe_source"]

_IDENTIFIER = re.compile(r"(?<![\w$])(?:[^\W\d]|\$)[\w$]*")
_OURS = ("cwire_", "CWIRE_")
# clang warns of what it does not know there; all warnings are off.
_RESET = ("#pragma pack()", "#pragma scalar_storage_order default")


def include_line(header: Path) -> str:
    """Returns the line that includes a header, wherever the source is."""
    # Not resolve(): a linked header finds what it includes beside the link.
    path = str(header.absolute()).replace("\\", "\\\\").replace('"', '\\"')
    return f'#include "{path}"'


def probe_source(
    header: Path,
    questions: Iterable[str],
    *,
    before: Sequence[str] = (),
    with_macros: Sequence[str] = (),
) -> str:
    """Returns a C source that asks about a header.

    Args:
        header: It is included first, with its full path.
        questions: Lines of C. The header's macros are not seen by them.
        before: Lines before the header, where every keyword still means what it says.
        with_macros: Lines of C that see the header's macros, and so should hold no keyword.
    """
    lines = list(questions)
    words = dict.fromkeys(word for line in lines for word in _IDENTIFIER.findall(line))
    hidden = [f"#undef {word}" for word in words if not word.startswith(_OURS)]
    return "\n".join([*before, include_line(header), *_RESET, *with_macros, *hidden, *lines, ""])


def line_of(before: Sequence[str]) -> int:
    """Returns the number of the first line that sees the header's macros."""
    return len(before) + 1 + len(_RESET) + 1
