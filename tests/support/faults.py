"""Faults of the relay's own code, to see what they cost."""

from __future__ import annotations

from typing import Any

__all__ = ["BugError", "fail"]


class BugError(Exception):
    """A fault that no code expects."""


def fail(*args: object, **options: object) -> Any:
    """Takes the place of a function that has a fault."""
    raise BugError
