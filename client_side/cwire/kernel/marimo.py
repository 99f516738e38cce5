"""Knows marimo, whose notebooks have no IPython shell."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

__all__ = ["at_cell_end", "in_marimo"]


def in_marimo() -> bool:
    """Whether this thread runs a marimo notebook."""
    asked = getattr(sys.modules.get("marimo"), "running_in_notebook", None)
    return asked is not None and bool(asked())


def at_cell_end(call: Callable[[], object]) -> None:
    """Has a function called before marimo runs the present cell again, or removes it.

    Does nothing in other hosts, and outside of a cell.
    """
    if not in_marimo():
        return
    # It has no public name (0.25).
    from marimo._runtime.context import get_context

    get_context().cell_lifecycle_registry.add(_CellItem(call))


class _CellItem:
    """An entry of marimo's table of what ends with a cell's outputs."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call

    def create(self, context: Any) -> None:
        """Called when it is added."""

    def dispose(self, context: Any, deletion: bool) -> bool:
        """Called at the end; returns whether that was all."""
        self._call()
        return True
