"""Calls the handlers of commands and answers: with their results, or with what they raise."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from cwire.driver.handlers import Handler
from cwire.errors import InvalidArgument, Refused
from cwire_structs._driver import LATER, Link, LinkError
from cwire_structs.frames import Code
from cwire_structs.schema import Schema

__all__ = ["Dispatcher"]

_log = logging.getLogger("cwire.driver")


class Dispatcher:
    """Handles the commands of one driver, in the thread that polls.

    Args:
        name: The driver's.

    Attributes:
        link: The driver's; set before it is polled.
        schema: The driver's; set before it is polled.
        loop: The asyncio loop that polls, if one does.
        in_thread: Whether a thread of the driver's own polls.
    """

    link: Link
    schema: Schema

    def __init__(self, name: str) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.in_thread = False
        self._name = name
        self._handlers: dict[int, Handler] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, handler: Handler) -> None:
        """Has a command handled, now by this one.

        Raises:
            InvalidArgument: It is async, and a thread handles the commands.
        """
        if handler.is_async and self.in_thread:
            raise self.needs_loop(handler.name)
        self._handlers[handler.id] = handler

    def needs_loop(self, name: str) -> InvalidArgument:
        """Makes the error of an async handler without a loop."""
        return InvalidArgument(
            f"{self._name}: the handler of {name} is async, so it needs an asyncio loop: use "
            "`async with driver:` or `await driver.serve()`, or make it a plain function"
        )

    def __call__(self, token: int, id_: int, payload: bytes) -> int:
        """Handles one command; returns what a handler of libcwire returns."""
        handler = self._handlers.get(id_)
        if handler is None:
            text = f"the driver has no handler for '{self.schema.by_id[id_].name}'"
            self._answer_error(token, Code.ENOHANDLER, text)
            return 0
        try:
            result = handler.call(payload)
            if handler.is_async:
                return self._handle_later(token, handler, result)
            self.link.reply(token, handler.reply(result))
        except Exception as error:
            self._refuse(token, handler, error)
        except BaseException as error:  # in the thread nobody would hear of it until it ends
            if not self.in_thread:
                raise
            what = f"raised {error!r}"
            if isinstance(error, SystemExit):
                what = f"called exit({error.code!r})"
            self._refuse(token, handler, RuntimeError(f"it {what}"))
        return 0

    def _handle_later(
        self, token: int, handler: Handler, result: Coroutine[Any, Any, object]
    ) -> int:
        if self.loop is None:
            result.close()
            raise self.needs_loop(handler.name)
        task = self.loop.create_task(self._answer(token, handler, result))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return LATER

    async def _answer(
        self, token: int, handler: Handler, result: Coroutine[Any, Any, object]
    ) -> None:
        try:
            self.link.reply(token, handler.reply(await result))
        except asyncio.CancelledError:
            self._answer_error(token, Code.EDOWN, "the driver has stopped")
            raise
        except Exception as error:
            self._refuse(token, handler, error)

    async def cancel(self) -> None:
        """Cancels the async handlers that still run; their peers are told."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _refuse(self, token: int, handler: Handler, error: Exception) -> None:
        if isinstance(error, LinkError):
            if error.code != Code.EGONE:  # else the peer has left, and nobody waits
                _log.warning("%s: the reply to %s: %s", self._name, handler.name, error.text)
                self._answer_error(token, error.code, error.text)
        elif isinstance(error, Refused):
            self._answer_error(token, error.code, error.text)
        else:
            _log.warning("%s: the handler of %s failed", self._name, handler.name, exc_info=error)
            if isinstance(error, ValueError):
                self._answer_error(token, Code.EINVAL, str(error))
            else:
                self._answer_error(token, Code.EFAILED, f"{type(error).__name__}: {error}")

    def _answer_error(self, token: int, code: int, text: str) -> None:
        words = text.encode(errors="replace").replace(b"\0", b" ")
        try:
            self.link.reply_error(token, code, words)
        except LinkError as error:
            if error.code != Code.EGONE:
                _log.warning("%s: an error reply: %s", self._name, error.text)
