"""Types of a vendor that a header uses and does not define: U8, UINT16, BYTE."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cwire_structs.errors import WrapError

_SIZED = re.compile(
    r"(u|s|i|uint|sint|int|ui|si|f|float|real)_?(8|16|32|64)(?:_?t)?", re.IGNORECASE
)
_NAMED = {
    "byte": "uint8_t", "ubyte": "uint8_t", "uchar": "unsigned char", "word": "uint16_t",
    "uword": "uint16_t", "dword": "uint32_t", "udword": "uint32_t", "qword": "uint64_t",
    "ushort": "unsigned short", "uint": "unsigned int", "ulong": "uint32_t", "boolean": "uint8_t",
    "sbyte": "int8_t", "sword": "int16_t", "real": "float",
}  # fmt: skip
_OPTION = re.compile(r"([^\W\d]\w*)\s*(?:=|\s)\s*([^\W\d][\w ]*\w)")


def type_flags(options: Iterable[str], file: Path | None = None) -> list[str]:
    """Returns the compiler's flags for ``--type NAME=TYPE`` and ``--types FILE``.

    Raises:
        WrapError: One is not of this form, or the file cannot be read.
    """
    given = [(f"--type {text}", text) for text in options]
    if file is not None:
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            raise WrapError(f"--types {file}: {error.strerror}") from None
        bare = ((count, re.split(r"#|//", line)[0].strip()) for count, line in enumerate(lines, 1))
        given += [(f"{file.name}:{count}: {text}", text) for count, text in bare if text]
    flags = []
    for what, text in given:
        match = _OPTION.fullmatch(text)
        if match is None:
            raise WrapError(f"{what}: write NAME=TYPE, for example U8=uint8_t")
        flags.append(f"-D{match[1]}={match[2]}")
    return [*flags, "-include", "stdint.h"] if flags else []


def usual_meaning(name: str) -> str | None:
    """Returns the type that a name most often stands for; None: it has no such meaning."""
    sized = _SIZED.fullmatch(name)
    if sized is None:
        return _NAMED.get(name.lower())
    letter, bits = sized[1].lower(), sized[2]
    if letter in ("f", "float", "real"):
        return {"32": "float", "64": "double"}.get(bits)
    return f"{'u' if letter.startswith('u') else ''}int{bits}_t"
