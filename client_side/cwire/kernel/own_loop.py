"""Lets the loop that made something carry out what other threads hear of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

__all__ = ["OwnLoop", "running_loop"]


class OwnLoop:
    """Calls functions in a loop, if it is the one that runs where this is made; else at once.

    JupyterLab lets a thread of the kernel's hear of clicks while a cell runs (a subshell, ipykernel
    7.4). What belongs to an asyncio bridge is to be used in the bridge's loop only: it waits there
    until the cell has ended.

    Args:
        loop: Of the bridge.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop if running_loop() is loop else None

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Calls a function, now or when the loop comes to it."""
        if self._loop is None or running_loop() is self._loop:
            function(*arguments)
        else:
            with suppress(RuntimeError):  # the loop has ended, and the bridge with it
                self._loop.call_soon_threadsafe(function, *arguments)


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that runs in this thread."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
