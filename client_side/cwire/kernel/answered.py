"""Says below a cell that the driver has answered its commands, where their value says nothing."""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["note_answer"]

_register: list[tuple[str, float]] = []  # of the present cell: commands, and seconds until the OK
_shells: set[int] = set()


def note_answer(name: str, seconds: float) -> None:
    """Notes that a command was answered with a plain OK.

    In IPython and in notebooks a line below the cell says so, if the cell ends in an expression
    that has no value to show. Elsewhere, and from other threads than the cell's, it does nothing.

    Args:
        name: The command's.
        seconds: From its call to the answer.
    """
    if "IPython" not in sys.modules or threading.current_thread() is not threading.main_thread():
        return
    from IPython import get_ipython

    events = getattr(get_ipython(), "events", None)
    if events is None:
        return
    if id(events) not in _shells:
        _shells.add(id(events))
        events.register("pre_run_cell", _on_begin)
        events.register("post_run_cell", _on_end)
    _register.append((name, seconds))


def _on_begin(_: object) -> None:
    _register.clear()


def _on_end(result: Any) -> None:
    answers = _register.copy()
    _register.clear()
    if not answers or not result.success or result.result is not None:
        return
    from IPython import get_ipython
    from IPython.display import display

    shell: Any = get_ipython()
    if shows_value(result.info.raw_cell, shell.transform_cell):
        display({"text/plain": text_of(answers)}, raw=True)  # type: ignore[no-untyped-call]


def shows_value(cell: str, transform: Callable[[str], str] = str) -> bool:
    """Whether IPython would show the value of a cell: its last statement is one, without a `;`."""
    try:
        statements = ast.parse(transform(cell)).body
    except (SyntaxError, ValueError):
        return False
    ends = bool(statements) and isinstance(statements[-1], ast.Expr)
    return ends and not cell.rstrip().endswith(";")


def text_of(answers: list[tuple[str, float]]) -> str:
    """The line below the cell."""
    name, seconds = answers[-1]
    took = f"{1000 * seconds:.3g} ms" if seconds < 0.9995 else f"{seconds:.3g} s"
    others = f", and {len(answers) - 1} before it" if len(answers) > 1 else ""
    return f"{name}: OK, after {took}{others}"
