"""Runs an event loop in a daemon thread, and ends it without waiting for ever."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

__all__ = ["LoopThread"]

_T = TypeVar("_T")
_STOP_TIMEOUT = 3.0  # s


class LoopThread:
    """Runs coroutines for other threads.

    Args:
        name: The thread's.
        loop: What it runs, and closes in the end; None: an event loop of asyncio's own.
    """

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop | None = None) -> None:
        # Of this kind whatever the policy says: the thread is the client's own.
        self.loop = loop or asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def call(self, coroutine: Coroutine[Any, Any, _T], timeout: float | None = None) -> _T:
        """Runs a coroutine there and waits for its result; Ctrl-C cancels it."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result(timeout)
        except BaseException:
            future.cancel()
            raise

    def post(self, function: Callable[..., object], *arguments: object) -> bool:
        """Has a function called there soon; False if the thread has ended."""
        if not self.alive:  # in a forked child the loop would wake the parent's
            return False
        try:
            self.loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            return False
        return True

    def stop(self, last: Callable[[], Awaitable[None]] | None = None) -> None:
        """Awaits something last there, then ends the thread."""
        if not self.post(lambda: asyncio.ensure_future(self._finish(last))):
            return
        # It may be called there, by the garbage collector, too; and a loop may have other threads.
        here = threading.current_thread() is self._thread
        if not here and asyncio._get_running_loop() is not self.loop:
            self._thread.join(_STOP_TIMEOUT)

    async def _finish(self, last: Callable[[], Awaitable[None]] | None) -> None:
        try:
            if last is not None:
                await last()
        finally:
            self.loop.stop()

    def _run(self) -> None:
        loop = self.loop
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            asyncio.set_event_loop(None)
            loop.close()
