"""The notebook cell that runs now, and what an earlier run of it has left behind."""

from __future__ import annotations

import sys
import weakref
from typing import Any, Generic, Protocol, TypeVar

__all__ = ["Tenants", "cell_of_now", "kernel_shell"]


class Tenant(Protocol):
    """Something that a cell made and that lives on."""

    def retire(self, reason: str) -> None:
        """Ends it."""
        ...


_T = TypeVar("_T", bound=Tenant)


class Tenants(Generic[_T]):
    """What is alive of one kind. A cell that is run again retires what its last run made."""

    def __init__(self) -> None:
        self._alive: weakref.WeakKeyDictionary[_T, tuple[str, int] | None] = (
            weakref.WeakKeyDictionary()
        )

    def enter(self, tenant: _T) -> None:
        """Adds one that the present cell makes, and retires those of its earlier runs."""
        now = cell_of_now()
        if now is not None:
            for other, cell in tuple(self._alive.items()):
                if cell is not None and cell[0] == now[0] and cell[1] != now[1]:
                    self.leave(other)
                    other.retire("its cell was run again")
        self._alive[tenant] = now

    def leave(self, tenant: _T) -> None:
        """Forgets one."""
        self._alive.pop(tenant, None)


def kernel_shell() -> Any:
    """IPython's shell if this is a Jupyter kernel, else None."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    shell = get_ipython()
    return shell if getattr(shell, "kernel", None) is not None else None


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
