"""Finds the comment of each declaration, and the comments that nobody reads.

libclang gives a comment behind a declaration (``/**<``) to every declaration of its line; it
belongs to the last one, and to all declarators of that one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cwire_structs.header.docs import STRUCT_TAGS, named_tags, similar_tag
from cwire_structs.header.libclang import decoded

_TRAILING = re.compile(r"(/\*[*!]|//[/!])<")
# Texts first: a comment's marks inside of one are none.
_TOKEN = re.compile(rb'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\r\n]*', re.DOTALL)


@dataclass(frozen=True)
class Unread:
    """A comment that holds tags and belongs to no declaration that was read.

    Attributes:
        place: ``messages.h:12``.
        tags: Those in it, or what is like them.
        documents: Whether it has the marks of a doc comment.
    """

    place: str
    tags: tuple[str, ...]
    documents: bool


class Comments:
    """The comments of a header's declarations.

    Args:
        line_of: Names a place in a file: ``messages.h:12``.
    """

    def __init__(self, line_of: Callable[[str, int], str]) -> None:
        self._line_of = line_of
        self._sources: dict[str, bytes] = {}
        self._read: dict[str, list[bytes]] = {}

    def of(self, cursor: Any) -> str | None:
        """Returns a declaration's doc comment with its marks."""
        comment: str | None = cursor.raw_comment
        if comment is None:
            return None
        if _TRAILING.match(comment) and not self._is_last(cursor, comment):
            return None
        file = cursor.location.file
        if file is not None:
            self._read.setdefault(file.name, []).append(comment.encode())
        return comment

    def _is_last(self, cursor: Any, comment: str) -> bool:
        """Says whether no other declaration is between a declaration and a comment behind it."""
        end = cursor.extent.end
        if end.file is None:
            return True
        source = self._source(end.file.name)
        at = source.find(_TRAILING.match(comment)[0].encode(), end.offset)  # type: ignore[index]
        if at < 0 or at < end.offset:
            return True
        between = _TOKEN.sub(b" ", source[end.offset : at])
        if cursor.kind.name == "ENUM_CONSTANT_DECL":
            return between.strip() in (b"", b",")
        _, _, rest = between.partition(b";")
        return not rest.strip()

    def text(self, cursor: Any) -> str:
        """Returns the source of a declaration."""
        extent = cursor.extent
        if extent.start.file is None:
            return ""
        source = self._source(extent.start.file.name)
        return decoded(source[extent.start.offset : extent.end.offset])

    def unread(self, record: Any, before: int, wrapped: bool) -> Iterator[Unread]:
        """Yields comments with tags that were not read, in a record and right before it.

        Args:
            record: A struct's definition.
            before: Where the declaration before it ends, in its file.
            wrapped: Whether its members were read; else only tags of a struct count.
        """
        file = record.extent.start.file
        if file is None:
            return
        source = self._source(file.name)
        read = self._read.get(file.name, [])
        start, end = record.extent.start.offset, record.extent.end.offset
        for match in _TOKEN.finditer(source, before, _line_end(source, end)):
            raw = match[0]
            if not raw.startswith(b"/") or (b"@" not in raw and b"\\" not in raw):
                continue
            if match.end() < start and source.count(b"\n", match.end(), start) > 1:
                continue  # an empty line parts it from the struct
            text = decoded(raw)
            tags = named_tags(text)
            inside = match.start() > start
            if inside and not wrapped:
                continue
            if not inside:
                tags = [one for one in tags if (similar_tag(one) or one) in STRUCT_TAGS]
            if tags and not any(text.encode() in one for one in read):
                documents = re.match(r"/\*[*!]|//[/!]", text) is not None
                line = 1 + source.count(b"\n", 0, match.start())
                yield Unread(self._line_of(file.name, line), tuple(tags), documents)

    def _source(self, name: str) -> bytes:
        if name not in self._sources:
            try:
                self._sources[name] = Path(name).read_bytes()
            except OSError:
                self._sources[name] = b""
        return self._sources[name]


def _line_end(source: bytes, at: int) -> int:
    end = source.find(b"\n", at)
    return len(source) if end < 0 else end
