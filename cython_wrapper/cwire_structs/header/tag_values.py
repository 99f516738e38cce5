"""The words after a field's tags as values: of its type where they are numbers of it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable

from cwire_structs.schema.fields import TIME_EPOCHS, TIME_UNITS, Field, FieldTime, tile_problem

Constants = Callable[[str], int | float | None]
_INTEGER = re.compile(r"[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)")
_NAME = re.compile(r"([+-]?)([^\W\d]\w*)")
_SPELLINGS = {"µs": "us", "μs": "us", "sec": "s"}  # both of Unicode's letters mu


def range_value(field: Field, words: tuple[str, ...], constants: Constants) -> tuple[float, float]:
    """Returns the ends of ``@range LOW HIGH``.

    Args:
        field: The field.
        words: Numbers, or names of #define constants and enumerators.
        constants: Returns the value of a name.

    Raises:
        ValueError: The field has no range, or the words are no such numbers.
    """
    form = field.element.form
    if form not in ("whole", "real"):
        raise ValueError("@range is only for real numbers")
    low, high = (_number(word, "@range", constants) for word in words)
    if form == "whole" and not (isinstance(low, int) and isinstance(high, int)):
        # 1e3 is fine for an integer field, 0.5 is not.
        low, high = (_whole(end) for end in (low, high))
    if low > high:
        raise ValueError(f"@range: {low} is above {high}")
    return low, high


def default_value(field: Field, words: tuple[str, ...], constants: Constants) -> object:
    """Returns the value of ``@default WORD``; whether it is in range is not checked here.

    Raises:
        ValueError: The field has no default, or the word is no value of its type.
    """
    if field.type.is_tail:
        raise ValueError("@default is not for flexible array members")
    return _DEFAULTS[field.element.form](words[0], constants)


def _choice(word: str, constants: Constants) -> object:
    return _number(word, "@default", constants) if _INTEGER.fullmatch(word) else word


def _truth(word: str, constants: Constants) -> object:
    if word not in ("true", "false", "0", "1"):
        raise ValueError(f"@default: {word!r} is neither true nor false")
    return word in ("true", "1")


def _complex(word: str, constants: Constants) -> object:
    raise ValueError("@default is not for complex numbers")


def _struct(word: str, constants: Constants) -> object:
    raise ValueError("@default is not for nested structs; give defaults to their fields")


def factor(field: Field, tag: str, words: tuple[str, ...], constants: Constants) -> float:
    """Returns the number of ``@scale`` or ``@offset``.

    Raises:
        ValueError: The field is no number, or the word is none.
    """
    if field.element.form not in ("whole", "real"):
        raise ValueError(f"@{tag} is only for real numbers")
    number = float(_number(words[0], f"@{tag}", constants))
    if tag == "scale" and not number:
        raise ValueError("@scale must not be 0")
    return number


def time_value(field: Field, words: tuple[str, ...]) -> FieldTime:
    """Returns the meaning of ``@time UNIT [EPOCH]``; without an epoch it is none.

    Raises:
        ValueError: The field is no number, or there is no such unit.
    """
    if field.element.form not in ("whole", "real"):
        raise ValueError("@time is only for real numbers")
    unit = words[0].rstrip(".,;")
    unit = _SPELLINGS.get(unit, unit)
    if unit not in TIME_UNITS:
        raise ValueError(f"@time: {words[0]!r} is none of {', '.join(TIME_UNITS)}")
    epoch = words[1] if len(words) > 1 else "none"
    assert epoch in TIME_EPOCHS
    return FieldTime(unit, epoch)


def channel_names(field: Field, words: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the names of ``@channels A B C``, one for each element of the last dimension.

    Raises:
        ValueError: The field is no array, or has another number of elements.
    """
    if not field.type.shape:
        raise ValueError("@channels is only for arrays")
    names = tuple(_text(word.rstrip(","), "@channels") for word in words)
    count = field.type.shape[-1]
    if len(names) != count:
        raise ValueError(f"@channels names {len(names)} elements, the array has {count}")
    return names


def tile_role(field: Field, words: tuple[str, ...]) -> str:
    """Returns the role of ``@tile ROLE``.

    Raises:
        ValueError: There is no such role, or the field cannot have it.
    """
    role = words[0].rstrip(".,;")
    problem = tile_problem(role, field.type)
    if problem:
        raise ValueError(f"@tile: {problem}")
    return role


def label_value(words: tuple[str, ...]) -> str:
    """Returns the text of ``@name TEXT``."""
    return _text(words[0], "@name")


def _text(word: str, tag: str) -> str:
    try:
        return str(json.loads(word)) if word.startswith('"') else word
    except ValueError:
        raise ValueError(f"{tag}: {word} is not a quoted text") from None


def _number(word: str, tag: str, constants: Constants) -> int | float:
    if _INTEGER.fullmatch(word):
        sign, digits = (-1, word[1:]) if word[0] == "-" else (1, word.lstrip("+"))
        # Not int(word, 0): 010 is ten for people.
        return sign * int(digits, 16 if digits[:2] in ("0x", "0X") else 10)
    named = _NAME.fullmatch(word)
    value = constants(named[2]) if named else None
    if named and value is not None:
        return -value if named[1] == "-" else value
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
_DEFAULTS: dict[str, Callable[[str, Constants], object]] = {
    "whole": lambda word, constants: _whole(_number(word, "@default", constants)),
    "real": lambda word, constants: _number(word, "@default", constants),
    "complex": _complex,
    "truth": _truth,
    "choice": _choice,
    "text": lambda word, constants: _text(word, "@default"),
    "struct": _struct,
}
