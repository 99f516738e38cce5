"""The page of libcwire's functions: cwire.h's declarations with their comments, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from clang import cindex

__all__ = ["HEADER", "declarations", "markdown"]

ROOT = Path(__file__).parents[2]
HEADER = ROOT / "c_driver" / "include" / "cwire.h"
# Comments of every kind, since they are no doc comments; and libclang's wheel has no stddef.h.
_FLAGS = ["-std=c11", "-fparse-all-comments", "-nostdinc"]
_UNSAVED = [
    ("stddef.h", "typedef unsigned long size_t;\n"),
    ("stdint.h", "typedef unsigned char uint8_t; typedef unsigned short uint16_t;"
     "typedef unsigned int uint32_t; typedef int int32_t; typedef unsigned long uint64_t;\n"),
]  # fmt: skip


def declarations() -> list[tuple[str, str, str]]:
    """Each struct, type and function of the header: its name, its text in C, and its comment."""
    folder = str(HEADER.parent)
    unsaved = [(f"{folder}/{name}", text) for name, text in _UNSAVED]
    unit = cindex.Index.create().parse(str(HEADER), [*_FLAGS, "-I", folder], unsaved_files=unsaved)
    assert not list(unit.diagnostics), [one.spelling for one in unit.diagnostics]
    source = HEADER.read_bytes()
    found: dict[str, tuple[str, str, str]] = {}
    for cursor in unit.cursor.get_children():
        at = cursor.location.file
        if at is None or at.name != str(HEADER) or cursor.kind == cindex.CursorKind.ENUM_DECL:
            continue
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        text = source[start : source.index(b";", end) + 1].decode()
        text = text.replace("CWIRE_NATIVE ", "")
        text = re.sub(r"^__attribute__.*?#endif\n", "", text, flags=re.DOTALL)
        if cursor.kind == cindex.CursorKind.STRUCT_DECL and cursor.is_definition():
            text = f"typedef {text}"  # the header's structs are
        comment = _plain(cursor.raw_comment or _before(source[:start].decode()))
        known = found.get(cursor.spelling)
        if known is None or len(text) > len(known[1]):
            found[cursor.spelling] = (cursor.spelling, text, comment or (known or ("",) * 3)[2])
    return list(found.values())


def markdown() -> str:
    """The header's own introduction, its declarations, and the codes."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    source = HEADER.read_text()
    yield _prose(_plain(source[: source.index("*/") + 2])) + "\n"
    for name, text, comment in declarations():
        yield f"## {name}\n"
        yield f"```c\n{text}\n```\n"
        yield _prose(comment) + "\n"
    yield "## Codes\n"
    yield "Functions return 0, one of the negative codes, or what they say.\n"
    yield "| code | number | what |\n|---|---|---|"
    for code, number, said in re.findall(r'X\((CWIRE_\w+), (-?\d+), "(.*)"\)', source):
        yield f"| `{code}` | {number} | {said} |"
    yield ""


def _before(source: str) -> str:
    """The comment at the end of what stands before a declaration, behind which is an ``#if``."""
    found = re.search(r"/\*(?:(?!\*/).)*\*/\s*(?:#[^\n]*\n\s*)*$", source, re.DOTALL)
    return re.sub(r"\*/.*", "*/", found[0], flags=re.DOTALL) if found else ""


def _plain(comment: str) -> str:
    """A comment without its frame; lines that are set in keep that."""
    text = comment.strip().removeprefix("/*").removesuffix("*/")
    return "\n".join(re.sub(r"^\s*\* ?", "", line) for line in text.split("\n")).strip()


def _prose(text: str) -> str:
    """Paragraphs, in which names of C are code; examples stay as they are."""

    def paragraph(block: str) -> str:
        if block.startswith("    "):
            return "```c\n" + re.sub(r"^ {4}", "", block, flags=re.MULTILINE) + "\n```"
        block = re.sub(r"`([^`]*)`", r"\1", block).replace("<", "&lt;")
        return re.sub(r"(?<![\w/$])(\$?(?:cwire|CWIRE)_\w+(?:\.\.\.)?)", r"`\1`", block)

    return "\n\n".join(paragraph(block) for block in text.split("\n\n"))
