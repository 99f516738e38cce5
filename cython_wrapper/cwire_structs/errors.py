"""Errors of C headers, schemas and payloads. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

# To compare names takes time with the square of their length, and a stranger may send them.
_COMPARED_NAMES, _COMPARED_LENGTH = 500, 64
_LISTED_NAMES = 30


def hint_text(name: str, known: Iterable[str]) -> str:
    """Says which name was perhaps meant, else which there are."""
    names = list(known)
    if len(name) <= _COMPARED_LENGTH and len(names) <= _COMPARED_NAMES:
        close = get_close_matches(name, [one for one in names if len(one) <= _COMPARED_LENGTH], 1)
        if close:
            return f"did you mean {close[0]!r}?"
    more = len(names) - _LISTED_NAMES
    listed = ", ".join(names[:_LISTED_NAMES]) or "none"
    return f"there are: {listed}{f', and {more} more' if more > 0 else ''}"


class SchemaError(ValueError):
    """A schema is not one that this version can trust; the text names the place in the JSON."""


class FieldError(ValueError):
    """A value does not fit a message's field.

    Attributes:
        message: Name of the message (or of the nested struct's message).
        field: The field's path in it, such as ``channels[1].frequency``; empty when the message
            itself is meant.
        reason: What is wrong and what to do.
    """

    def __init__(self, message: str, field: str, reason: str) -> None:
        self.message = message
        self.field = field
        self.reason = reason
        super().__init__(f"{message}.{field}: {reason}" if field else f"{message}: {reason}")

    def __reduce__(self) -> tuple[type[FieldError], tuple[str, str, str]]:
        return type(self), (self.message, self.field, self.reason)


class WrapError(Exception):
    """A header cannot be wrapped; the text says where, why and what to do."""


class LayoutMismatch(WrapError):  # noqa: N818 (the mismatch is the news, and the name)
    """libclang and the user's compiler lay something out differently."""
