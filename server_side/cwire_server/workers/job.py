"""One call of one function: prepares what it is given, runs it, and says how it ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from cwire_server.actions.dispatcher import Stream
from cwire_server.actions.texts import Unit
from cwire_server.workers.api import ActionError
from cwire_server.workers.arguments import InvalidDataError
from cwire_server.workers.channel import Channel, StreamEnded
from cwire_server.workers.out import AsyncOut, Cancelled, Out, Progress
from cwire_server.workers.registry import Action
from cwire_structs.action_values import (
    Encoded,
    UnsendableError,
    ValueTextError,
    decode,
    encode,
)

__all__ = ["Job", "failure"]

_log = logging.getLogger("cwire.actions")
_LONGEST_TEXT = 2000

Finish = Callable[["Job", "Unit | None"], object]
"""Takes a job whose function has returned, and the last message of its stream if it has none."""


def failure(error: BaseException, action: str) -> tuple[str, str] | None:
    """The code and the text of an error for the caller; None: the stream has ended already.

    Its traceback goes to the log, if it is one of the function's own.
    """
    match error:
        case StreamEnded() | asyncio.CancelledError():
            return None
        case ValueTextError() | InvalidDataError():
            return "invalid_data", _text(error)
        case UnsendableError(code=code, text=text):
            return code, text
        case ActionError(code=code):
            return code, _text(error)
    _log.error("action %s raised an error", action, exc_info=error)
    return "raised", _named(error)


def _named(error: BaseException) -> str:
    text, kind = _text(error), type(error).__name__
    return f"{kind}: {text}" if text else kind


def _text(error: BaseException) -> str:
    """What an error says; it is the user's, and may fail at that."""
    try:
        return str(error)[:_LONGEST_TEXT]
    except Exception as other:
        return f"(its text cannot be had: {type(other).__name__})"


class Job:
    """Runs a function for a stream: `run` in a thread, or `run_async` in an event loop.

    Args:
        stream: Whose function it is.
        action: The function.
        channel: Sends what it sends.
        finish: Called once, in the function's thread.
        again: Has a function called in a thread, later.
    """

    def __init__(
        self,
        stream: Stream,
        action: Action,
        channel: Channel,
        finish: Finish,
        again: Callable[[Callable[[], object]], object],
    ) -> None:
        self.stream = stream
        self.action = action
        self.channel = channel
        wanted = "cancelled" in action.arguments.context
        self.cancelled = Cancelled(channel) if wanted else None
        self.task: asyncio.Task[None] | None = None
        self.on_stop: Callable[[], object] | None = None
        """Called when the stream ends before the function."""
        self.returned = False
        """Whether the function has returned, and not raised."""
        self._finish = finish
        self._again = again

    def finish(self, unit: Unit | None) -> None:
        """Says that the function has returned, with the last message of its stream."""
        self._finish(self, unit)

    # In a thread

    def run(self, drivers: Callable[[], Any]) -> None:
        """Runs a plain function, or begins with a generator."""
        unit: Unit | None
        try:
            self.channel.check()
            given = self.arguments() | self._context(Out(self.channel), drivers)
            returned = self.action.function(**given)
            if self.action.is_generator:
                self._step(returned)
                return
            unit = self._end(returned)
        except BaseException as error:
            unit = self.failed(error)
        self.finish(unit)

    def _step(self, generator: Any) -> None:
        """Sends what a generator yields; while the client does not read, it needs no thread."""
        try:
            while True:
                try:
                    value = next(generator)
                except StopIteration as stop:
                    unit: Unit | None = self._end(stop.value)
                    break
                self.channel.send(value)
                if not self.channel.ready:
                    self.channel.when_ready(lambda: self._again(lambda: self._step(generator)))
                    return
        except BaseException as error:
            unit = self.failed(error)
            unit = self._close(generator) or unit
        self.finish(unit)

    def _close(self, generator: Any) -> Unit | None:
        """Ends a generator that is not to go on."""
        try:
            generator.close()
        except BaseException as error:
            return self.failed(error)
        return None

    # In an event loop

    async def run_async(self, drivers: Callable[[], Awaitable[Any]]) -> None:
        """Runs an async function, or an async generator."""
        unit: Unit | None
        try:
            self.channel.check()
            out = AsyncOut(self.channel)
            bridge = await drivers() if "drivers" in self.action.arguments.context else None
            given = self.arguments() | self._context(out, lambda: bridge)
            if self.action.is_generator:
                await self._all_of(self.action.function(**given), out)
                unit = self._end(None)
            else:
                unit = self._end(await self.action.function(**given))
        except BaseException as error:
            unit = self.failed(error)
        self.finish(unit)

    async def _all_of(self, generator: Any, out: AsyncOut) -> None:
        try:
            async for value in generator:
                self.channel.send(value)
                if not self.channel.ready:
                    await out.ready()
                    self.channel.check()
        finally:
            await generator.aclose()

    # Both

    def arguments(self) -> dict[str, Any]:
        """The checked arguments, by name.

        Raises:
            ValueTextError: The data is no value.
            InvalidDataError: It does not fit the function.
        """
        call = self.stream.call
        return self.action.arguments.check(decode(call.data, call.arrays))

    def _context(self, out: Out | AsyncOut, drivers: Callable[[], Any]) -> dict[str, Any]:
        name = self.action.name
        make: dict[str, Callable[[], Any]] = {
            "out": lambda: out,
            "client": lambda: self.stream.session.client,
            "drivers": drivers,
            "cancelled": lambda: self.cancelled,
            "progress": lambda: Progress(self.channel),
            "log": lambda: logging.getLogger(f"cwire.actions.{name}"),
            "action": lambda: name,
        }
        return {one: make[one]() for one in self.action.arguments.context}

    def end(self, value: Encoded | None) -> Unit:
        """The last message of a stream whose function has returned this."""
        self.returned = True
        return self.channel.envelope.end(value)

    def _end(self, returned: object) -> Unit:
        return self.end(None if returned is None else encode(returned))

    def failed(self, error: BaseException) -> Unit | None:
        """The last message of a stream whose function has raised this."""
        told = failure(error, self.action.name)
        if told is None:
            if self.channel.code:
                return None
            # The function's own: of another stream, or of a task that it has waited for.
            told = "raised", _named(error)
        return self.channel.envelope.failed(*told)
