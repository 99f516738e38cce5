"""Message ids that a header or a file gives without cwire's own tags.

Names are compared by their words: MSG_WHEEL_SPEED, WHEEL_SPEED_MSG_ID and wheelSpeedId are all of
struct wheel_speed, wheel_speed_t or WheelSpeed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cwire_structs.errors import WrapError

NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|[0-9]+")
_LINE = re.compile(r"([^\W\d]\w*)\s*(?:=|\s)\s*(0[xX][0-9a-fA-F]+|[0-9]+)\s*,?")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_ID_WORDS = frozenset(("id", "ids", "msg", "msgid", "message", "mid"))
_STRUCT_WORDS = frozenset(("t", "s", "struct", "msg", "message"))
_NO_MESSAGE = frozenset(
    (
        *("none", "count", "last", "max", "min", "end", "num", "number", "invalid", "unknown"),
        *("first", "total", "reserved", "nb", "begin", "start", "undefined"),
    )
)


def number(text: str) -> int:
    """Returns a decimal or hexadecimal number; 010 is ten."""
    return int(text, 16 if text[:2] in ("0x", "0X") else 10)


def read_ids(path: Path) -> dict[str, int]:
    """Returns the ids in a file of lines ``NAME = ID`` or ``NAME ID``, with # or // comments.

    Raises:
        WrapError: It cannot be read, or a line is not of this form or repeats a name.
    """
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise WrapError(f"--ids {path}: {error.strerror}") from None
    ids: dict[str, int] = {}
    for count, line in enumerate(text.splitlines(), 1):
        bare = re.split(r"#|//", line)[0].strip()
        if not bare:
            continue
        match = _LINE.fullmatch(bare)
        if match is None:
            raise WrapError(f"{path.name}:{count}: {bare!r} is not NAME = ID")
        if match[1] in ids:
            raise WrapError(f"{path.name}:{count}: {match[1]} has the id {ids[match[1]]} already")
        ids[match[1]] = number(match[2])
    return ids


def is_sentinel(label: str) -> bool:
    """Says whether an enumerator of ids stands for no message: MSG_NONE, MSG_COUNT."""
    words = [word for word in _words(label) if word not in _ID_WORDS]
    return not words or words[-1] in _NO_MESSAGE


def says_id(name: str) -> bool:
    """Says whether a name is one of an id: it has the word MSG or ID in it."""
    return not _ID_WORDS.isdisjoint(_words(name))


class StructsByWords:
    """Finds the struct that the name of an id belongs to.

    Args:
        names: The structs' names.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[tuple[str, ...], str] = {}
        for name in names:
            self._names.setdefault(_key(name, _STRUCT_WORDS), name)

    def find(self, label: str, prefix: tuple[str, ...] = ()) -> str | None:
        """Returns the struct's name; `prefix` are words that all labels of an enum begin with."""
        words = _words(label)
        if prefix and tuple(words[: len(prefix)]) == prefix:
            short = tuple(word for word in words[len(prefix) :] if word not in _ID_WORDS)
            if short in self._names:
                return self._names[short]
        return self._names.get(_key(label, _ID_WORDS))

    def matches(self, labels: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
        """Yields label, number and struct of the labels of an enum that have a struct."""
        prefix = _common([_words(label) for label in labels])
        for label, value in labels.items():
            name = self.find(label, prefix)
            if name is not None:
                yield label, value, name


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]


def _key(name: str, noise: frozenset[str]) -> tuple[str, ...]:
    words = _words(name)
    return tuple(word for word in words if word not in noise) or tuple(words)


def _common(rows: list[list[str]]) -> tuple[str, ...]:
    if len(rows) < 2:
        return ()
    shared: list[str] = []
    for column in zip(*rows, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return tuple(shared)
