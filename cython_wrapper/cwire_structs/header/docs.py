"""Doc comments: their text, and the tags in it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from cwire_structs.errors import nearest

STRUCT_TAGS = ("command", "reply", "msg")
FIELD_TAGS = (
    "unit", "range", "default", "enum", "scale", "offset", "time", "channels", "name", "text",
    "number", "tile",
)  # fmt: skip
# How many words follow a tag, at least and at most.
_WORDS = {
    "command": (0, 0), "reply": (1, 1), "msg": (1, 1), "unit": (1, 1), "range": (2, 2),
    "default": (1, 1), "enum": (1, 1), "scale": (1, 1), "offset": (1, 1), "time": (1, 1),
    "channels": (1, 256), "name": (1, 1), "text": (0, 0), "number": (0, 0),
    "tile": (1, 1),
}  # fmt: skip
# Words that may follow a tag's own: @time us unix.
_OPTIONS = {"time": ("unix", "gps", "boot", "none")}
# @tag, at the beginning or after white space: an e-mail address holds none.
_TAG = re.compile(rf"(?<!\S)@({'|'.join(_WORDS)})(?![A-Za-z0-9_:])")
_ANY_TAG = re.compile(r"(?<!\S)[@\\]([A-Za-z]\w*)(:?)")
# Commands of Doxygen and of kernel-doc that resemble a tag.
_OTHERS = frozenset(
    (
        *("brief", "param", "return", "returns", "retval", "ref", "see", "sa", "note", "warning"),
        *("details", "name", "em", "en", "enum", "def", "defgroup", "ingroup", "addtogroup"),
        *("struct", "union", "file", "date", "version", "author", "since", "code", "endcode"),
        *("par", "pre", "post", "todo", "bug", "deprecated", "msc", "endmsc", "line", "link"),
        *("test", "mscfile", "anchor", "arg", "attention", "remark", "remarks", "example", "image"),
    )
)
# What people write who know other tools, and what they mean here.
_MEANT = {
    **{"cmd": "command", "rpc": "command", "action": "command", "message": "msg", "id": "msg"},
    **{"response": "reply", "answer": "reply", "limits": "range", "bounds": "range"},
    **{"min": "range", "max": "range", "minimum": "range", "maximum": "range"},
    **{"initial": "default", "init": "default", "factor": "scale", "timestamp": "time"},
}
# The kernel's style: a title, and a paragraph for each member.
_TITLE = re.compile(r"\A\s*(?:(?:struct|union|enum)\s+)\w+\s+-+\s+")
_MEMBER = re.compile(r"^[ \t]*@(\w+):[ \t]*(.*(?:\n(?![ \t]*(?:@\w+:|$)).*)*)", re.MULTILINE)
_WORD = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^\s@]\S*)')
_BRACED = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True)
class Doc:
    """A doc comment.

    Attributes:
        text: Without comment marks and tags; paragraphs are parted by an empty line.
        tags: Each tag's words: ``{"range": ("0", "1")}``.
        members: What a struct's or enum's comment says of its members in the kernel's style
            (``@name: text``).
        problems: What is wrong with tags, which are then left in the text.
        doubts: What looks like a tag and is none.
    """

    text: str = ""
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    members: dict[str, Doc] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def parse(comment: str | None, ignored: Collection[str] = ()) -> Doc:
    """Reads a doc comment with its marks (``/** */``, ``/**< */``, ``///``, ``//!``).

    Args:
        comment: The comment.
        ignored: Tags that stay in the text.
    """
    text = _TITLE.sub("", _bare(comment or ""))
    members = {match[1]: _tagged(match[2], {}, ignored) for match in _MEMBER.finditer(text)}
    return _tagged(_MEMBER.sub("", text), members, ignored)


def similar_tag(name: str) -> str | None:
    """Returns the tag that a name was probably meant as; None for tags and for other words."""
    if name in _WORDS or name in _OTHERS:
        return None
    return _MEANT.get(name.lower()) or nearest(name.lower(), _WORDS, 0.75)


def named_tags(comment: str) -> list[str]:
    """Returns the tags that a comment of any kind holds or seems to mean."""
    found = [match[1] for match in _ANY_TAG.finditer(_bare(comment))]
    # @name and @enum are Doxygen's commands, too.
    return [one for one in found if (one in _WORDS and one not in _OTHERS) or similar_tag(one)]


def _tagged(text: str, members: dict[str, Doc], ignored: Collection[str]) -> Doc:
    tags: dict[str, tuple[str, ...]] = {}
    problems = []
    kept = []
    at = 0
    for match in _TAG.finditer(text):
        tag = match[1]
        if match.start() < at or tag in ignored:  # inside a quoted word
            continue
        words, end = _words(text, match.end(), tag)
        problem = None
        if len(words) < _WORDS[tag][0]:
            need = "a word" if _WORDS[tag][0] == 1 else f"{_WORDS[tag][0]} words"
            problem = f"@{tag} needs {need} after it"
        elif tag in tags:
            problem = f"@{tag} is there twice"
        if problem:
            problems.append(problem)
            continue
        kept.append(text[at : match.start()])
        at = end
        tags[tag] = words
    kept.append(text[at:])
    rest = "".join(kept)
    return Doc(_paragraphs(rest), tags, members, tuple(problems), tuple(_doubts(rest)))


def _words(text: str, at: int, tag: str) -> tuple[tuple[str, ...], int]:
    """Returns the words behind a tag, and where they end: ``@unit V`` or ``@unit{V}``."""
    braced = _BRACED.match(text, at)
    least, most = _WORDS[tag]
    if braced and least:
        return tuple(_split(braced[1])[:most]), braced.end()
    words: list[str] = []
    while len(words) < most and (word := _WORD.match(text, at)):
        line_ends = "\n" in text[at : word.start(1)]
        if line_ends and len(words) >= least and most > least:  # @channels ends with its line
            break
        words.append(word[1])
        at = word.end()
    option = _WORD.match(text, at) if len(words) == most and tag in _OPTIONS else None
    if option and option[1].rstrip(".,;") in _OPTIONS[tag]:
        words.append(option[1].rstrip(".,;"))
        at = option.end()
    return tuple(words), at


def _split(text: str) -> list[str]:
    return [match[1] for match in _WORD.finditer(text)]


def _doubts(text: str) -> list[str]:
    """Says of each word like a tag that is none what was probably meant."""
    said = []
    for match in _ANY_TAG.finditer(text):
        name, colon = match[1], match[2]
        near = similar_tag(name)
        if near:
            said.append(f"{match[0]} is no tag of cwire; did you mean @{near}?")
        elif name in _WORDS and name not in _OTHERS and match[0][0] == "\\":
            said.append(f"{match[0]} is not read; did you mean @{name}?")
        elif name in _WORDS and name not in _OTHERS and colon:
            said.append(f"{match[0]} is not read; did you mean @{name} without the colon?")
    return said


def _bare(comment: str) -> str:
    lines = []
    for line in comment.splitlines():
        bare = re.sub(r"^\s*(/\*[*!]*<?|//[/!]?<?|\*(?!/))\s?", "", line)
        lines.append(re.sub(r"\s*\*+/\s*$", "", bare))
    return re.sub(r"(?<!\S)[@\\]brief\s+", "", "\n".join(lines))


def _paragraphs(text: str) -> str:
    parts = re.split(r"\n\s*\n", text)
    return "\n\n".join(filter(None, (" ".join(part.split()) for part in parts)))
