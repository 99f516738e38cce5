"""Doc comments: their text, and the tags in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# @tag, at the beginning or after white space: an e-mail address holds none.
_TAG = re.compile(r"(?<!\S)@(command|reply|msg|unit|range|default)(?![A-Za-z0-9_:])")
_WORDS = {"command": 0, "reply": 1, "msg": 1, "unit": 1, "range": 2, "default": 1}
# The kernel's style: a title, and a paragraph for each member.
_TITLE = re.compile(r"\A\s*(?:(?:struct|union|enum)\s+)\w+\s+-+\s+")
_MEMBER = re.compile(r"^[ \t]*@(\w+):[ \t]*(.*(?:\n(?![ \t]*(?:@\w+:|$)).*)*)", re.MULTILINE)
STRUCT_TAGS = ("command", "reply", "msg")
FIELD_TAGS = ("unit", "range", "default")
_WORD = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^\s@]\S*)')


@dataclass(frozen=True)
class Doc:
    """A doc comment.

    Attributes:
        text: Without comment marks and tags; paragraphs are parted by an empty line.
        tags: Each tag's words: ``{"range": ("0", "1")}``.
        members: What a struct's or enum's comment says of its members in the kernel's style
            (``@name: text``).
    """

    text: str = ""
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    members: dict[str, Doc] = field(default_factory=dict)


def parse(comment: str | None) -> Doc:
    """Reads a doc comment with its marks (``/** */``, ``/**< */``, ``///``, ``//!``).

    Raises:
        ValueError: A tag is there twice or lacks a word; the text says which.
    """
    text = _TITLE.sub("", _bare(comment or ""))
    members = {match[1]: _tagged(match[2], {}) for match in _MEMBER.finditer(text)}
    return _tagged(_MEMBER.sub("", text), members)


def _tagged(text: str, members: dict[str, Doc]) -> Doc:
    tags: dict[str, tuple[str, ...]] = {}
    kept = []
    at = 0
    for match in _TAG.finditer(text):
        if match.start() < at:  # inside a quoted word
            continue
        kept.append(text[at : match.start()])
        tag, at = match[1], match.end()
        words = []
        for _ in range(_WORDS[tag]):
            word = _WORD.match(text, at)
            if word is None:
                need = "a word" if _WORDS[tag] == 1 else f"{_WORDS[tag]} words"
                raise ValueError(f"@{tag} needs {need} after it")
            words.append(word[1])
            at = word.end()
        if tag in tags:
            raise ValueError(f"@{tag} is there twice")
        tags[tag] = tuple(words)
    kept.append(text[at:])
    return Doc(_paragraphs("".join(kept)), tags, members)


def _bare(comment: str) -> str:
    lines = []
    for line in comment.splitlines():
        bare = re.sub(r"^\s*(/\*[*!]+<?|//[/!]<?|\*(?!/))\s?", "", line)
        lines.append(re.sub(r"\s*\*+/\s*$", "", bare))
    return re.sub(r"(?<!\S)[@\\]brief\s+", "", "\n".join(lines))


def _paragraphs(text: str) -> str:
    parts = re.split(r"\n\s*\n", text)
    return "\n\n".join(filter(None, (" ".join(part.split()) for part in parts)))
