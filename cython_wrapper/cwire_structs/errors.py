"""Errors of C headers, schemas and payloads. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

# To compare names takes time with the square of their length, and a stranger may send them.
_COMPARED_NAMES, _COMPARED_LENGTH = 500, 64
_LISTED_NAMES = 30


def nearest(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Returns the known name that was perhaps meant; None if none is alike.

    Args:
        name: What was given.
        known: The names that there are.
        likeness: From 0 to 1, as `difflib.get_close_matches` has it: how much alike they must be.
    """
    if len(name) > _COMPARED_LENGTH:
        return None
    short = [one for one in known if len(one) <= _COMPARED_LENGTH]
    if len(short) > _COMPARED_NAMES:
        short = [one for one in short if one[:1] == name[:1]][:_COMPARED_NAMES]
    return next(iter(get_close_matches(name, short, 1, likeness)), None)


def hint_text(name: str, known: Iterable[str], before: str = "") -> str:
    """Says which name was perhaps meant, else which there are, each with `before` before it."""
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean {before + near!r}?"
    more = len(names) - _LISTED_NAMES
    listed = ", ".join(before + one for one in names[:_LISTED_NAMES]) or "none"
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
