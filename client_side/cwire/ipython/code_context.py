"""Finds where the cursor is in unfinished Python; evaluates nothing. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = ["Argument", "Attribute", "Entry", "Key", "Place", "find_place"]

_CLOSING = {")": "(", "]": "[", "}": "{"}
_STEP = r"(?:\s*\.\s*\w+|\s*\[\s*(?:\"[^\"\n]*\"|'[^'\n]*'|-?\d+)\s*\])"
_PATH = re.compile(rf"(?<![\w.])([A-Za-z_]\w*{_STEP}*)\s*$")
_ATTRIBUTE = re.compile(rf"(?<![\w.])([A-Za-z_]\w*{_STEP}*)\s*\.\s*(\w*)$")
_KEYWORD = re.compile(r"^\s*([A-Za-z_]\w*)\s*=(?!=)\s*(.*)$", re.DOTALL)
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_TEXT = re.compile(r"^\s*([\"'])(.*?)\1\s*$", re.DOTALL)
_ENTRY = re.compile(r"^\s*([\"'])(.*?)\1\s*:(.*)$", re.DOTALL)


@dataclass(frozen=True)
class Attribute:
    """Behind a dot: ``path.prefix``."""

    path: str
    prefix: str


@dataclass(frozen=True)
class Key:
    """In the brackets of ``path[…]``; `quote` is empty where none is open."""

    path: str
    prefix: str
    quote: str


@dataclass(frozen=True)
class Argument:
    """In the parentheses of ``path(…)``.

    Attributes:
        path: What is called.
        index: How many arguments by position are before this one.
        keyword: The argument's name, where it is said.
        prefix: What is there of it already, without its quote.
        quote: The open quote; empty where none is open.
        words: The arguments before this one that are given by position and are plain text.
        used: Names of the other arguments that are given by name.
        named: Of these, those that are plain text.
    """

    path: str
    index: int
    keyword: str
    prefix: str
    quote: str
    words: tuple[str | None, ...] = ()
    used: frozenset[str] = frozenset()
    named: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """In a dict that is an argument, or a part of one: ``path(at={"x": 1, …})``.

    Attributes:
        argument: That argument; of ``path(**{…})`` the keyword is ``**``.
        trail: The way into it: keys of dicts, and places in lists. Of a value its own at last.
        prefix: What is there of it already, without its quote.
        quote: The open quote; empty where none is open.
        is_key: It is a key of the dict; else a value.
        used: The keys of the dict that are there already.
    """

    argument: Argument
    trail: tuple[str | int, ...]
    prefix: str
    quote: str
    is_key: bool
    used: frozenset[str] = frozenset()


Place = Attribute | Key | Argument | Entry


@dataclass
class _Open:
    """A bracket that is still open, and the commas in it."""

    kind: str
    at: int
    commas: list[int] = field(default_factory=list)


def find_place(code: str) -> Place | None:
    """The place at the end of `code`; None where it is none of these."""
    brackets, text_at, quote = _scan(code)
    if quote == "#" or len(quote) == 3:
        return None
    if not quote and (found := _ATTRIBUTE.search(code)):
        return Attribute(found[1], found[2])
    start = len(code) if not quote else text_at
    prefix = code[text_at + 1 :] if quote else re.search(r"\w*$", code)[0]  # type: ignore[index]
    if not quote:
        start -= len(prefix)
    if not brackets:
        return None
    inner = brackets[-1]
    path = _PATH.search(code[: inner.at])
    if inner.kind == "[" and path:
        alone = not code[inner.at + 1 : start].strip()
        return Key(path[1], prefix, quote) if alone else None
    literals = _literals(code, brackets)
    if any(one.kind == "{" for one in literals):
        return _entry(code, brackets[: -len(literals)], literals, start, prefix, quote)
    if literals and len(literals) < len(brackets):  # a list as an argument: y=["a", "b
        return _argument(code, brackets[-len(literals) - 1], literals[0].at, prefix, quote)
    return _argument(code, inner, start, prefix, quote)


def _literals(code: str, brackets: list[_Open]) -> list[_Open]:
    """The innermost open brackets that are dicts and lists, from outside to inside."""
    first = len(brackets)
    while first and brackets[first - 1].kind != "(":
        opened = brackets[first - 1]
        if opened.kind == "[" and _PATH.search(code[: opened.at]):
            break
        first -= 1
    return brackets[first:]


def _entry(
    code: str,
    around: list[_Open],
    literals: list[_Open],
    start: int,
    prefix: str,
    quote: str,
) -> Entry | None:
    argument = _argument(code, around[-1], literals[0].at, "", "") if around else None
    if argument is None:
        return None
    trail: list[str | int] = []
    ends = [*(one.at for one in literals[1:]), start]
    for opened, end in zip(literals, ends, strict=True):
        *before, here = _parts(code, opened, end)
        if opened.kind == "[":
            if here.strip():
                return None
            trail.append(len(before))
        elif (entry := _ENTRY.match(here)) and not entry[3].strip():
            trail.append(entry[2])
        elif here.strip() or opened is not literals[-1]:
            return None
        else:
            keys = (entry[2] for entry in map(_ENTRY.match, before) if entry)
            return Entry(argument, tuple(trail), prefix, quote, True, frozenset(keys))
    return Entry(argument, tuple(trail), prefix, quote, False)


def _parts(code: str, opened: _Open, end: int) -> list[str]:
    """What stands between the commas of a bracket up to there, without comments."""
    edges = [opened.at, *(comma for comma in opened.commas if comma < end), end]
    return [_COMMENT.sub("", code[a + 1 : b]) for a, b in pairwise(edges)]


def _argument(code: str, call: _Open, start: int, prefix: str, quote: str) -> Argument | None:
    path = _PATH.search(code[: call.at])
    if call.kind != "(" or path is None:
        return None
    *before, here = _parts(code, call, start)
    keyword = _KEYWORD.match(here)
    name = "**" if here.strip() == "**" else keyword[1] if keyword else ""
    if here.strip() and name != "**" and not (keyword and not keyword[2].strip()):
        return None  # in the middle of an expression
    words: list[str | None] = []
    named: dict[str, str] = {}
    used = set()
    for part in before:
        given = _KEYWORD.match(part)
        text = _TEXT.match(given[2] if given else part)
        if given:
            used.add(given[1])
            if text:
                named[given[1]] = text[2]
        else:
            words.append(text[2] if text else None)
    return Argument(
        path[1],
        len(words),
        name,
        prefix,
        quote,
        tuple(words),
        frozenset(used),
        named,
    )


def _scan(code: str) -> tuple[list[_Open], int, str]:
    """The open brackets, and where an open text (or comment) begins, with its quote."""
    stack: list[_Open] = []
    at, end = 0, len(code)
    while at < end:
        sign = code[at]
        if sign == "#":
            stop = code.find("\n", at)
            if stop < 0:
                return stack, at, "#"
            at = stop
        elif sign in "\"'":
            quote = code[at : at + 3] if code[at : at + 3] == 3 * sign else sign
            behind = _text_end(code, at + len(quote), quote)
            if behind is None:
                return stack, at, quote
            at = behind
            continue
        elif sign in "([{":
            stack.append(_Open(sign, at))
        elif sign in ")]}":
            if stack and stack[-1].kind == _CLOSING[sign]:
                stack.pop()
        elif sign == "," and stack:
            stack[-1].commas.append(at)
        at += 1
    return stack, end, ""


def _text_end(code: str, at: int, quote: str) -> int | None:
    """Behind the closing quote; None if it is still open. A line's end closes a short one."""
    while at < len(code):
        if code.startswith(quote, at):
            return at + len(quote)
        if code[at] == "\n" and len(quote) == 1:
            return at
        at += 2 if code[at] == "\\" else 1
    return None
