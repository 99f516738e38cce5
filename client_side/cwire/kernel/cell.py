"""Finds the running notebook cell, and closes what its earlier runs created."""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from cwire.kernel.marimo import at_cell_end

__all__ = ["OncePerCell", "cell_of_now", "is_executed", "kernel_shell"]

_T = TypeVar("_T")


class OncePerCell(Generic[_T]):
    """The open things of one kind. A cell that is run again closes what its last run created.

    Args:
        close: Closes one; it is told the reason, for people.
    """

    def __init__(self, close: Callable[[_T, str], object]) -> None:
        self._close = close
        self._open: weakref.WeakKeyDictionary[_T, tuple[str, int] | None] = (
            weakref.WeakKeyDictionary()
        )

    def add(self, thing: _T) -> None:
        """Adds one that the present cell creates, and closes those of its earlier runs."""
        now = cell_of_now()
        if now is not None:
            for other, cell in tuple(self._open.items()):
                if cell is not None and cell[0] == now[0] and cell[1] != now[1]:
                    self._end(other)
        self._open[thing] = now
        found = weakref.ref(thing)
        at_cell_end(lambda: self._end(found()))

    def remove(self, thing: _T) -> None:
        """Forgets one; does nothing if it is not known."""
        self._open.pop(thing, None)

    def __iter__(self) -> Iterator[_T]:
        return iter(tuple(self._open))

    def _end(self, thing: _T | None) -> None:
        if thing is not None and thing in self._open:
            self.remove(thing)
            self._close(thing, "its cell was run again")


def kernel_shell() -> Any:
    """IPython's shell if this is a Jupyter kernel, else None."""
    if sys.modules.get("IPython") is None:
        return None
    from IPython import get_ipython
    from IPython.core.interactiveshell import InteractiveShell

    shell = get_ipython()
    # Solara has something in its place that cannot display.
    if not isinstance(shell, InteractiveShell):
        return None
    return shell if getattr(shell, "kernel", None) is not None else None


def is_executed() -> bool:
    """Whether a program executes the notebook (nbconvert, papermill), so that no page shows it.

    Such programs say that nobody can be asked for input. So does Voila, which has a page.
    """
    kernel = getattr(kernel_shell(), "kernel", None)
    if kernel is None or os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return False
    return not getattr(kernel, "_allow_stdin", True)


def cell_of_now() -> tuple[str, int] | None:
    """The notebook cell that runs and the count of its execution; None outside of Jupyter."""
    shell = kernel_shell()
    if shell is None:
        return None
    try:
        parent = shell.get_parent()
        cell = parent.get("metadata", {}).get("cellId")
    except (AttributeError, LookupError):
        return None
    return (str(cell), int(shell.execution_count)) if cell else None
