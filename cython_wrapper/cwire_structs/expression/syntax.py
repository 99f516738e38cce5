"""The syntax of expressions: text to tree, and back. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn

__all__ = ["COMPARISONS", "DEEPEST", "FUNCTIONS", "LONGEST", "ExpressionError", "Node", "parse"]

LONGEST = 2000
"""Characters of an expression."""

DEEPEST = 100
"""Levels of a tree."""

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
FUNCTIONS = ("abs", "min", "max", "mean", "any", "all")

_BINDING = {"or": 1, "and": 2, **dict.fromkeys(COMPARISONS, 4), "+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _COMPARED, _MINUS = 3, 5, 7
_NAME = r"[^\W\d]\w*"
_FIELD = rf"{_NAME}\.{_NAME}(?:\.{_NAME}|\[[ ]*(?:[0-9]+|:)[ ]*\])*"
_TOKEN = re.compile(
    rf"""[ \t\r\n]*(?:
    (?P<path>(?:(?:[^\W\d][\w-]*|"(?P<driver>[^"\\]*)")/)?{_FIELD})
    | (?P<number>0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>{_NAME})
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<sign><=|>=|==|!=|&&|\|\||\*\*|.)
    | (?P<end>\Z))""",
    re.VERBOSE | re.DOTALL,
)
_OTHER = {
    "=": "compare by ==",
    "&&": "write and",
    "||": "write or",
    "!": "write not",
    "&": "write and",
    "|": "write or",
    "[": "an index is a number, or : for all",
    ".": "a path is message.field, such as status.temperature",
    '"': "a text ends with the quote with which it begins",
    "'": "a text ends with the quote with which it begins",
}


class ExpressionError(ValueError):
    """An expression that cannot be read, or does not fit the messages.

    Attributes:
        text: The expression.
        column: Of the place, from 1.
        reason: What is wrong and what to do.
    """

    def __init__(self, text: str, column: int, reason: str) -> None:
        self.text, self.column, self.reason = text, column, reason
        super().__init__(f"{reason}: column {column} of {text if len(text) < 200 else '…'!r}")

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[str, int, str]]:
        return type(self), (self.text, self.column, self.reason)


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression.

    Attributes:
        op: An operator or a function; or ``compare``, ``minus``, ``number``, ``text``, ``truth``,
            ``name`` (of an enumerator), ``path``.
        parts: What it is applied to.
        value: Of ``compare``, the comparisons; of a path, its driver (or None), message and field.
        at: Where it is in the text, from 0.
        depth: Levels of its tree.
    """

    op: str
    parts: tuple[Node, ...] = ()
    value: object = None
    at: int = field(default=0, compare=False)
    depth: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return _text(self, 0)


def parse(text: str) -> Node:
    """Reads an expression.

    Raises:
        ExpressionError: It is none.
    """
    if len(text) > LONGEST:
        raise ExpressionError(text, LONGEST + 1, f"it has more than {LONGEST} characters")
    return _Parser(text).whole()


class _Parser:
    """Reads tokens from left to right, by precedence climbing."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._split()
        self._nesting = 0
        self._next()

    def _split(self) -> Iterator[tuple[str, str, int]]:
        at = 0
        while True:
            found = _TOKEN.match(self._text, at)
            assert found is not None
            kind = found.lastgroup or ""
            kind = "path" if kind == "driver" else kind
            at = found.end()
            yield kind, found[kind], found.start(kind)

    def _next(self) -> None:
        self._kind, self._word, self._at = next(self._tokens)
        if self._word in _OTHER and self._kind == "sign":
            self._fail(f"'{self._word}' means nothing here; {_OTHER[self._word]}")
        if self._kind == "sign" and self._word not in (*_BINDING, "(", ")"):
            self._fail(f"'{self._word}' means nothing here")

    def _fail(self, reason: str, at: int | None = None) -> NoReturn:
        raise ExpressionError(self._text, (self._at if at is None else at) + 1, reason)

    def _node(self, op: str, parts: tuple[Node, ...], at: int, value: object = None) -> Node:
        depth = 1 + max(part.depth for part in parts)
        if depth > DEEPEST:
            self._fail(f"it has more than {DEEPEST} levels", at)
        return Node(op, parts, value, at, depth)

    def whole(self) -> Node:
        if self._kind == "end":
            self._fail("there is no expression; write one such as status.temperature > 80")
        made = self._expression(0)
        if self._kind != "end":
            what = "there is no ( for" if self._word == ")" else "an operator is missing before"
            self._fail(f"{what} '{self._word}'")
        return made

    def _expression(self, least: int) -> Node:
        left = self._value(least)
        while (binding := self._binding()) >= max(least, 1):
            op, at = self._word, self._at
            if op not in COMPARISONS:
                self._next()
                left = self._node(op, (left, self._expression(binding + 1)), at)
                continue
            parts, signs = [left], []
            while self._word in COMPARISONS and self._kind == "sign":
                signs.append(self._word)
                self._next()
                parts.append(self._expression(_COMPARED))
            left = self._node("compare", tuple(parts), at, tuple(signs))
        return left

    def _binding(self) -> int:
        return _BINDING.get(self._word, 0) if self._kind in ("sign", "name") else 0

    def _value(self, least: int) -> Node:
        kind, word, at = self._kind, self._word, self._at
        if kind == "end":
            self._fail("a value is missing at the end")
        if (kind == "sign" and word not in "(-") or (kind == "name" and word in _BINDING):
            self._fail(f"a value is missing before '{word}'")
        self._next()
        if kind == "path":
            return Node("path", (), _path(word), at)
        if kind == "number":
            if self._at == at + len(word) and (self._kind in ("name", "number", "path")):
                self._fail(f"'{word}{self._word}' is no number; units are not converted", at)
            return Node("number", (), _number(word), at)
        if kind == "text":
            return Node("text", (), re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.DOTALL), at)
        if word in ("true", "false"):
            return Node("truth", (), word == "true", at)
        if word == "not" and least > _NOT:
            self._fail("put not and what it belongs to into parentheses", at)
        if kind == "name" and word != "not" and self._word != "(":
            return Node("name", (), word, at)
        if kind == "name" and word not in (*FUNCTIONS, "not"):
            self._fail(f"there is no function '{word}'; there are {', '.join(FUNCTIONS)}", at)
        self._nesting += 1
        if self._nesting > DEEPEST:
            self._fail(f"it has more than {DEEPEST} levels", at)
        if word == "not":
            made = self._node("not", (self._expression(_NOT),), at)
        elif word == "-":
            made = self._node("minus", (self._expression(_MINUS),), at)
        else:
            begin = at if word == "(" else self._at
            if word != "(":
                self._next()
            made = self._expression(0)
            if self._word != ")":
                what = "the end" if self._kind == "end" else f"'{self._word}'"
                self._fail(f"a ) is missing before {what}, for the ( at column {begin + 1}")
            self._next()
            if word != "(":
                made = self._node(word, (made,), at)
        self._nesting -= 1
        return made


def _path(word: str) -> tuple[str | None, str, str]:
    """The driver, the message and the field of a path."""
    driver, slash, rest = word.rpartition("/")
    message, _, inside = rest.partition(".")
    return (driver.strip('"') if slash else None), message, inside


def _number(word: str) -> int | float:
    if word[:2].lower() == "0x":
        return int(word, 16)
    return int(word) if word.isdecimal() else float(word)


def _text(node: Node, least: int) -> str:
    """A tree as text, with the parentheses that it needs where `least` binds."""
    write: dict[str, Callable[[], str]] = {
        "number": lambda: repr(node.value) if node.value != float("inf") else "1e999",
        "text": lambda: '"' + re.sub(r'(["\\])', r"\\\1", str(node.value)) + '"',
        "truth": lambda: str(node.value).lower(),
        "name": lambda: str(node.value),
        "path": lambda: path_text(node),
        "minus": lambda: "-" + _text(node.parts[0], _MINUS),
        "not": lambda: "not " + _text(node.parts[0], _NOT),
    }
    if node.op in FUNCTIONS:
        return f"{node.op}({_text(node.parts[0], 0)})"
    if node.op in write:
        text = write[node.op]()
        return f"({text})" if node.op == "not" and least > _NOT else text
    first, *rest = node.parts
    if node.op == "compare":
        binding, signs = _BINDING["<"], node.value
        text = _text(first, _COMPARED)
    else:
        binding, signs = _BINDING[node.op], (node.op,)
        text = _text(first, binding)
    assert isinstance(signs, tuple)
    for sign, part in zip(signs, rest, strict=True):
        text += f" {sign} {_text(part, binding + 1)}"
    return f"({text})" if binding < least else text


def path_text(node: Node) -> str:
    """The path of a node as it is written."""
    assert isinstance(node.value, tuple)
    driver, message, inside = node.value
    if driver is None:
        return f"{message}.{inside}"
    plain = re.fullmatch(r"[^\W\d][\w-]*", driver)
    return f"{driver if plain else chr(34) + driver + chr(34)}/{message}.{inside}"
