"""Installs Tab completion, short tracebacks and the magic in IPython, when cwire is imported."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import TYPE_CHECKING, Any

from cwire.errors import CwireError

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext, SimpleMatcherResult
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["install", "join_notebooks", "offer_magic", "traceback_lines"]

_log = logging.getLogger("cwire")
_NAME = "cwire_matcher"
# What a call of ours runs through until it raises.
_BEHIND = ("cwire", "cwire_structs", "asyncio", "concurrent")


def join_notebooks() -> None:
    """Installs both if this program is an IPython shell or a notebook's kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        install(shell)


def install(shell: InteractiveShell) -> bool:
    """Has a shell ask us, too, at every Tab; False if its IPython is older than 8.6.

    IPython itself evaluates no ``bridge["demo"]``, as that might do anything; we know better.
    """
    # What IPython asks an exception for; not in errors.py, which knows nothing of shells.
    CwireError._render_traceback_ = traceback_lines  # type: ignore[attr-defined]
    try:
        from IPython.core.completer import SimpleCompletion, context_matcher
    except ImportError:
        return False
    completer: Any = shell.Completer
    if any(getattr(one, "__name__", "") == _NAME for one in completer.custom_matchers):
        return True
    from cwire.ipython.completion import offers  # of no use in a script, whose start it would delay

    @context_matcher(priority=1000, identifier="cwire")  # type: ignore[untyped-decorator]
    def cwire_matcher(context: CompletionContext) -> SimpleMatcherResult:
        try:
            lines = context.full_text.split("\n")
            line = lines[context.cursor_line]
            before = [*lines[: context.cursor_line], line[: context.cursor_position]]
            behind = line[context.cursor_position :]
            found = offers("\n".join(before), behind, shell.user_ns)
        except Exception:  # Tab must not break because of us
            _log.debug("completion", exc_info=True)
            found = []
        typed = found[0].typed if found else 0
        fragment = line[context.cursor_position - typed : context.cursor_position] if found else ""
        return {
            "completions": [SimpleCompletion(one.text, type=one.kind) for one in found],
            "matched_fragment": fragment,
            "ordered": True,
            "suppress": any(one.only for one in found),
        }

    completer.custom_matchers.append(cwire_matcher)
    return True


def offer_magic() -> None:
    """Lets a shell know ``%cwire``, which is loaded when it is used first."""
    found = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell: Any = found() if found is not None else None
    lines = getattr(getattr(shell, "magics_manager", None), "magics", {}).get("line", {})
    if shell is None or "cwire" in lines:
        return

    def cwire(line: str) -> Any:
        """Connects, starts a relay or a driver: `%cwire` alone says how."""
        from cwire.ipython.magics import load

        load(shell)  # the magic itself takes this one's place
        return shell.run_line_magic("cwire", line)

    shell.register_magic_function(cwire, "line")


def traceback_lines(error: CwireError) -> list[str]:
    """An error of ours as a cell shows it: up to the line that called us, which is the user's.

    ``%xmode Verbose`` shows all of it, and ``%debug`` goes everywhere all the same.
    """
    shell = sys.modules["IPython"].get_ipython()
    if shell is None:  # it has ended
        return "".join(traceback.format_exception(error)).splitlines()
    own: Any = shell.InteractiveTB
    trace = error.__traceback__
    if own.mode != "Verbose":
        trace = _without_tail(trace)
    # The first frame is IPython's.
    lines: list[str] = own.structured_traceback(type(error), error, trace, tb_offset=1)
    return lines


def _without_tail(trace: TracebackType | None) -> TracebackType | None:
    """A traceback that ends in the last frame that is not ours."""
    steps = []
    while trace is not None:
        steps.append(trace)
        trace = trace.tb_next
    kept = len(steps)
    while kept and _is_behind(steps[kept - 1]):
        kept -= 1
    short: TracebackType | None = None
    for step in reversed(steps[:kept] or steps):
        short = TracebackType(short, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return short


def _is_behind(step: TracebackType) -> bool:
    return str(step.tb_frame.f_globals.get("__name__", "")).split(".")[0] in _BEHIND
