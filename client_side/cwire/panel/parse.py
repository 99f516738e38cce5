"""Reads lists and JSON that people type into a form. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from cwire_structs.schema.fields import Kind
from cwire_structs.schema.kinds import TextType
from cwire_structs.schema.values import short

__all__ = ["list_text", "parse_json", "parse_list"]


def parse_list(text: str, kind: Kind) -> list[Any]:
    """Reads ``1, 2, 3`` or ``1 2 3``, or nested lists as in JSON: ``[[1, 2], [3, 4]]``.

    Raises:
        ValueError: It is no such list.
    """
    text = text.strip()
    if isinstance(kind, TextType):
        return kind.parse_list(text)
    if text.startswith("["):
        values = parse_json(text)
        if not isinstance(values, list):
            raise ValueError("a list is needed, such as [1, 2, 3]")
        return values
    return [kind.parse(word) for word in re.split(r"[,;\s]+", text) if word]


def parse_json(text: str) -> Any:
    """Reads JSON.

    Raises:
        ValueError: It is none.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{short(text)} is not JSON: {error.msg}") from None


def list_text(values: Iterable[Any], kind: Kind) -> str:
    """Writes a list as `parse_list` reads it."""
    values = list(values)
    if kind.is_text or any(isinstance(value, list) for value in values):
        try:
            return json.dumps(values, ensure_ascii=False)
        except TypeError:  # JSON has no bytes
            return repr(values)
    return ", ".join(str(value) for value in values)
