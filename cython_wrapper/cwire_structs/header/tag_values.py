"""Reads the words after @range and @default as values of a field."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable

from cwire_structs.schema.fields import Field

_INTEGER = re.compile(r"[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)")


def range_value(field: Field, words: tuple[str, ...]) -> tuple[float, float]:
    """Returns the ends of ``@range LOW HIGH``.

    Raises:
        ValueError: The field has no range, or the words are no such numbers.
    """
    form = field.element.form
    if form not in ("whole", "real"):
        raise ValueError("@range is only for real numbers")
    low, high = (_number(word, "@range") for word in words)
    if form == "whole" and not (isinstance(low, int) and isinstance(high, int)):
        # 1e3 is fine for an integer field, 0.5 is not.
        low, high = (_whole(end) for end in (low, high))
    if low > high:
        raise ValueError(f"@range: {low} is above {high}")
    return low, high


def default_value(field: Field, words: tuple[str, ...]) -> object:
    """Returns the value of ``@default WORD``; whether it is in range is not checked here.

    Raises:
        ValueError: The field has no default, or the word is no value of its type.
    """
    if field.type.is_tail:
        raise ValueError("@default is not for flexible array members")
    return _DEFAULTS[field.element.form](words[0])


def _text(word: str) -> object:
    try:
        return str(json.loads(word)) if word.startswith('"') else word
    except ValueError:
        raise ValueError(f"@default: {word} is not a quoted text") from None


def _choice(word: str) -> object:
    return _number(word, "@default") if _INTEGER.fullmatch(word) else word


def _truth(word: str) -> object:
    if word not in ("true", "false", "0", "1"):
        raise ValueError(f"@default: {word!r} is neither true nor false")
    return word in ("true", "1")


def _complex(word: str) -> object:
    raise ValueError("@default is not for complex numbers")


def _struct(word: str) -> object:
    raise ValueError("@default is not for nested structs; give defaults to their fields")


def _number(word: str, tag: str) -> int | float:
    if _INTEGER.fullmatch(word):
        sign, digits = (-1, word[1:]) if word[0] == "-" else (1, word.lstrip("+"))
        # Not int(word, 0): 010 is ten for people.
        return sign * int(digits, 16 if digits[:2] in ("0x", "0X") else 10)
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{tag}: {word!r} is not a number")
    return number


def _whole(number: float) -> int:
    if number != int(number):
        raise ValueError(f"the field holds whole numbers, {number} is none")
    return int(number)


# By the form of a kind.
_DEFAULTS: dict[str, Callable[[str], object]] = {
    "whole": lambda word: _whole(_number(word, "@default")),
    "real": lambda word: _number(word, "@default"),
    "complex": _complex,
    "truth": _truth,
    "choice": _choice,
    "text": _text,
    "struct": _struct,
}
