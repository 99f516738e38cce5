"""The interface of what shares out time among work that takes long. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["AnyTime", "Turns"]


class Turns(Protocol):
    """Says who may do a piece of long work now, so that all else is not held up."""

    def take(self, call_again: Callable[[], object]) -> bool:
        """Takes the turn; `done` ends it.

        Returns:
            False: not now. Then `call_again` is called in time, to ask anew.
        """

    def done(self) -> None:
        """Ends the turn."""


class AnyTime:
    """Turns that are given at any time, where there is no event loop to share."""

    def take(self, call_again: Callable[[], object]) -> bool:
        """See `Turns`."""
        return True

    def done(self) -> None:
        """See `Turns`."""
