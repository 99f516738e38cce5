"""Tab completion in IPython and notebooks, registered when cwire is imported there."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

from cwire.completion import offers

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext, SimpleMatcherResult
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["complete_in_notebooks", "install"]

_log = logging.getLogger("cwire")
_NAME = "cwire_matcher"


def complete_in_notebooks() -> None:
    """Registers the completer if this program is an IPython shell or a notebook's kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        install(shell)


def install(shell: InteractiveShell) -> bool:
    """Has a shell ask us, too, at every Tab; False if its IPython is older than 8.6.

    IPython itself evaluates no ``bridge["demo"]``, as that might do anything; we know better.
    """
    try:
        from IPython.core.completer import SimpleCompletion, context_matcher
    except ImportError:
        return False
    completer: Any = shell.Completer
    if any(getattr(one, "__name__", "") == _NAME for one in completer.custom_matchers):
        return True

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
