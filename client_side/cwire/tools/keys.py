"""Reads keys from a terminal, one by one."""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import time
import tty
from contextlib import suppress
from typing import Any, Self

__all__ = ["Keys", "key_names"]

_NAMES = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "k": "up",
    "\x1b[B": "down",
    "\x1bOB": "down",
    "j": "down",
    "\x1b[5~": "page up",
    "b": "page up",
    "\x1b[6~": "page down",
    " ": "page down",
    "\x1b[H": "home",
    "\x1bOH": "home",
    "\x1b[1~": "home",
    "g": "home",
    "\x1b[F": "end",
    "\x1bOF": "end",
    "\x1b[4~": "end",
    "G": "end",
    "q": "quit",
    "Q": "quit",
}
_KEY = re.compile(r"\x1b(?:\[[0-9;]*[@-~]|O[A-Z])|.", re.DOTALL)


def key_names(text: str) -> list[str]:
    """What keys mean that a terminal has written: ``up``, ``page down``, ``quit``."""
    return [_NAMES[key] for key in _KEY.findall(text) if key in _NAMES]


class Keys:
    """The keys that are pressed: they are not shown, while this is entered."""

    def __init__(self) -> None:
        self._saved: list[Any] | None = None

    def __enter__(self) -> Self:
        if sys.stdin.isatty():
            self._saved = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return self

    def __exit__(self, *error: object) -> None:
        if self._saved is not None:
            with suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._saved)

    def wait(self, seconds: float) -> list[str]:
        """Waits for so long, or until keys are pressed; returns what they mean.

        A terminal that is gone means ``quit``: it would always have something to read.
        """
        if self._saved is None:
            time.sleep(seconds)
            return []
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        if not ready:
            return []
        try:
            typed = os.read(sys.stdin.fileno(), 1 << 10)
        except OSError:
            typed = b""
        return key_names(typed.decode(errors="replace")) if typed else ["quit"]
