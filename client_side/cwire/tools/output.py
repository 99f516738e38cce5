"""Runs what prints, on whatever standard output is: a full disk, a reader that is gone, ASCII."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable

__all__ = ["prints"]

# What writing fails with. A wrong path is a tool's own matter.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def prints(program: str, run: Callable[[], int]) -> int:
    """Runs a command; returns its exit status, or 1 and a line on stderr where it cannot write."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that has no Ω gets a question mark
        sys.stdout.reconfigure(errors="replace")
    try:
        try:
            return run()
        finally:
            sys.stdout.flush()  # here, where it can still be told that it fails
    except BrokenPipeError:  # `| head`: whoever reads has enough
        _print_no_more()
        return 0
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        _print_no_more()
        with contextlib.suppress(OSError):
            print(f"{program}: cannot write: {error.strerror}", file=sys.stderr)
        return 1


def _print_no_more() -> None:
    """Lets the end of the interpreter throw away what could not be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
