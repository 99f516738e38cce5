"""Reads the text that people type into a form as values. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from cwire_structs.schema.fields import ElementType, EnumType, NumberType, TextType

__all__ = ["element_parser", "list_text", "parse_json", "parse_list"]


def element_parser(kind: ElementType) -> Callable[[str], Any]:
    """A function that reads one element; it raises ValueError with the reason."""
    if isinstance(kind, NumberType):
        return {"float": _float, "complex": _complex, "bool": _bool}.get(kind.kind, _int)
    if isinstance(kind, EnumType):
        return lambda text: int(text) if text.lstrip("-").isdecimal() else text
    return str


def parse_list(text: str, kind: ElementType) -> list[Any]:
    """Reads ``1, 2, 3`` or ``1 2 3``, or nested lists as in JSON: ``[[1, 2], [3, 4]]``.

    Raises:
        ValueError: It is no such list.
    """
    text = text.strip()
    if text.startswith("[") or isinstance(kind, TextType):
        values = parse_json(text)
        if not isinstance(values, list):
            raise ValueError("a list is needed, such as [1, 2, 3]")
        return values
    read = element_parser(kind)
    return [read(word) for word in re.split(r"[,;\s]+", text) if word]


def parse_json(text: str) -> Any:
    """Reads JSON.

    Raises:
        ValueError: It is none.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{_short(text)} is not JSON: {error.msg}") from None


def list_text(values: Iterable[Any], kind: ElementType) -> str:
    """Writes a list as `parse_list` reads it."""
    values = list(values)
    if isinstance(kind, TextType) or any(isinstance(value, list) for value in values):
        return json.dumps(values, ensure_ascii=False)
    return ", ".join(str(value) for value in values)


def _int(text: str) -> int:
    try:
        return int(text, 16 if "0x" in text.lower() else 10)
    except ValueError:
        raise ValueError(f"{_short(text)} is not a whole number") from None


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{_short(text)} is not a number") from None


def _complex(text: str) -> complex:
    try:
        return complex(text.replace(" ", ""))
    except ValueError:
        raise ValueError(f"{_short(text)} is not a complex number such as 1+2j") from None


def _bool(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError(f"{_short(text)} is neither true nor false")


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
