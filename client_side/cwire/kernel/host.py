"""Tells what shows widgets here: Jupyter, marimo, another host, or nothing."""

from __future__ import annotations

import sys

from cwire import errors
from cwire.kernel.cell import kernel_shell
from cwire.kernel.marimo import in_marimo

__all__ = ["check_ipywidgets", "shows_widgets", "widgets_only"]

_UNCONNECTED = ("comm", "ipykernel")  # packages whose comms lead nowhere outside of a kernel


def shows_widgets() -> bool:
    """Whether a widget that is made here can reach a page.

    So it is in a kernel, in marimo, and wherever a host (Panel, Solara) has replaced the function
    that opens the line to a widget's page.
    """
    if kernel_shell() is not None or in_marimo():
        return True
    make = getattr(sys.modules.get("comm"), "create_comm", None)
    return make is not None and make.__module__.partition(".")[0] not in _UNCONNECTED


def widgets_only() -> bool:
    """Whether a page shows widgets, but lets their code find no other output of a cell."""
    shell = kernel_shell()
    known = getattr(shell, "user_ns", {})
    return shell is None or "__vsc_ipynb_file__" in known or "google.colab" in sys.modules


def check_ipywidgets(what: str, instead: str) -> None:
    """Refuses what is made of ipywidgets where the host shows anywidgets only.

    Args:
        what: The thing, for people.
        instead: What to use, a sentence's end.

    Raises:
        CwireError: This is marimo.
    """
    if in_marimo():
        raise errors.CwireError(f"marimo does not show ipywidgets, and {what} is one: {instead}")
