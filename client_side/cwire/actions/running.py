"""One call of an action under way: its value, or its results one by one, and its progress bar."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from cwire.actions.names import Options
from cwire.errors import ActionTimeout, InvalidData
from cwire.kernel.progress import progress
from cwire.link.link import Link
from cwire.session.calls import Call
from cwire.session.events import CallProgress
from cwire_structs.action_values import CALL_LIMIT, UnsendableError, encode

__all__ = ["ActionStream", "AsyncActionStream"]

_GRACE = 2.0  # s: the relay keeps the time of a call, unless it does not answer at all

Post = Callable[..., object]
"""Has a function called in the link's loop."""


class _Running:
    """What the blocking and the asyncio way share."""

    def __init__(
        self, link: Link, post: Post, name: str, data: object, options: Options, *, every: bool
    ) -> None:
        self._link = link
        self._post = post
        self._options = options
        self._taken = 0
        self._told = 0
        self._bar = ExitStack()
        self._show: Callable[[float, str], None] | None = None
        self._seen: CallProgress | None = None
        self._on_progress: Callable[[float, float | None, str], object] | None = None
        try:
            self._encoded = encode(data, CALL_LIMIT)
        except UnsendableError as error:
            raise InvalidData(name, error.code, error.text) from None
        window = options.window if every else None
        self._call = Call(name, every=every, window=window, deadline=options.timeout)

    @property
    def action(self) -> str:
        """The action's name."""
        return self._call.action

    @property
    def returned(self) -> Any:
        """What its function has returned, else its last result so far."""
        return self._call.value

    @property
    def progress(self) -> tuple[float, float | None, str] | None:
        """How far the function is: done, total, text; None while it does not say."""
        told = self._call.progress
        return None if told is None else (told.done, told.total, told.text)

    def watch_progress(self, call: Callable[[float, float | None, str], object]) -> None:
        """Has a function called with how far the call is, by whoever waits for its results."""
        self._on_progress = call

    def close(self) -> None:
        """Gives the call up; its function is told."""
        self._cancel()

    def _start(self) -> None:
        self._begun = time.monotonic()
        self._post(self._link.call, self._call, self._encoded)
        del self._encoded

    def _cancel(self) -> None:
        self._bar.close()
        if not self._call.ended:
            self._post(self._link.cancel, self._call)

    @property
    def _patience(self) -> float | None:
        """Seconds until a relay that says nothing is given up; None: it may take any time."""
        limit = self._options.timeout
        if limit is None:
            return None
        return max(self._begun + limit - time.monotonic(), 0.0) + _GRACE

    def _no_answer(self) -> ActionTimeout:
        text = f"the relay has not answered in {self._options.timeout:g} s"
        return ActionTimeout(self.action, "deadline", text)

    def _look(self) -> None:
        """Shows how far the function is."""
        told = self._call.progress
        if told is self._seen:
            return
        self._seen = told
        if told is not None and self._on_progress is not None:
            self._on_progress(told.done, told.total, told.text)
        if told is None or told.total is None or not self._options.bar:
            return
        if self._show is None:
            bar = progress(self.action, told.total, "")
            self._show = self._bar.enter_context(bar)
        self._show(told.done, told.text)

    def _take(self) -> Any:
        """Takes a result; the function may send others when half a window is taken."""
        value = self._call.results.popleft()
        self._look()
        self._taken += 1
        if self._taken - self._told >= max(self._options.window // 2, 1):
            self._told = self._taken
            self._post(self._link.taken, self._call, self._taken)
        return value

    def _check(self) -> None:
        """Raises the error that the call has ended with, if it has."""
        self._look()
        self._bar.close()
        error = self._call.error
        if error is not None:
            raise error.with_traceback(None) from None

    def __del__(self) -> None:
        if hasattr(self, "_changed"):
            self._cancel()

    def __repr__(self) -> str:
        state = "runs"
        if self._call.ended:
            state = "has ended" if self._call.error is None else "failed"
        return f"<call of {self.action}: {state}, {self._taken} results taken>"


class ActionStream(_Running, Iterator[Any]):
    """The results of a call, as they come: ``for step in bridge.call.scan.stream(…)``.

    While they are not taken, the function waits. `close`, the end of a ``with`` block, or that
    nothing refers to it any more, cancels the call.
    """

    def __init__(
        self, link: Link, post: Post, name: str, data: object, options: Options, *, every: bool
    ) -> None:
        super().__init__(link, post, name, data, options, every=every)
        self._changed = threading.Event()
        self._call.on_change = self._changed.set
        self._start()

    def __next__(self) -> Any:
        while not self._call.results:
            if self._call.ended:
                if self._call.results:  # they came meanwhile
                    break
                self._check()
                raise StopIteration
            self._wait()
        return self._take()

    def result(self) -> Any:
        """Waits for the end; returns what the call comes to.

        Raises:
            CwireError: It failed; see `Bridge.call`.
        """
        while not self._call.ended:
            self._wait()
        self._check()
        return self._call.value

    def _wait(self) -> None:
        try:
            if not self._changed.wait(self._patience):
                raise self._no_answer()
        except BaseException:  # Ctrl-C, or no answer
            self._cancel()
            raise
        self._changed.clear()
        self._look()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncActionStream(_Running, AsyncIterator[Any]):
    """The same in asyncio: ``async for step in bridge.call.scan.stream(…)``."""

    def __init__(
        self, link: Link, name: str, data: object, options: Options, *, every: bool
    ) -> None:
        super().__init__(link, _call_soon(link), name, data, options, every=every)
        self._changed = asyncio.Event()
        self._call.on_change = self._changed.set
        self._start()

    async def __anext__(self) -> Any:
        while not self._call.results:
            if self._call.ended:
                self._check()
                raise StopAsyncIteration
            await self._wait()
        return self._take()

    async def result(self) -> Any:
        """Waits for the end; see `ActionStream.result`."""
        while not self._call.ended:
            await self._wait()
        self._check()
        return self._call.value

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._changed.wait()
        except TimeoutError:
            self._cancel()
            raise self._no_answer() from None
        except BaseException:
            self._cancel()
            raise
        self._changed.clear()
        self._look()

    async def aclose(self) -> None:
        """Gives the call up; its function is told."""
        self._cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cancel()


def _call_soon(link: Link) -> Post:
    """Calls in the link's loop, in which an asyncio bridge is used; at once, so in order."""

    def post(function: Callable[..., object], *arguments: object) -> None:
        if not link.loop.is_closed():
            function(*arguments)

    return post
