"""A program that is run beside others: started, listened to, ended, and started again."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress

__all__ = ["LaunchError", "Part"]

_STOP_SECONDS = 10.0
_LINES = 20


class LaunchError(RuntimeError):
    """A part did not start; the text says which and why."""


class Part:
    """A program.

    Args:
        title: What it is, for people.
        *command: Its words.
        environment: Variables besides our own. What is secret is here: arguments are for every
            account to see.
        forward: Has each line of its output; None: it is kept, to be shown where it does not start.

    Attributes:
        title: What it is, for people.
        lines: The last lines of its output.
    """

    def __init__(
        self,
        title: str,
        *command: str,
        environment: Mapping[str, str] | None = None,
        forward: Callable[[str], None] | None = None,
    ) -> None:
        self.title = title
        self.lines: deque[str] = deque(maxlen=_LINES)
        self._command = command
        self._environment = environment or {}
        self._forward = forward
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._heard = asyncio.Condition()

    @property
    def runs(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.returncode is None

    @property
    def failed(self) -> bool:
        """Whether it has ended with another status than 0."""
        return self._process is not None and bool(self._process.returncode)

    async def start(self) -> None:
        """Starts it.

        Raises:
            LaunchError: It cannot be executed.
        """
        self.lines.clear()
        try:
            # A session of its own: Ctrl-C reaches this process only, which ends parts in order.
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self._environment},
                start_new_session=True,
            )
        except OSError as error:
            raise LaunchError(
                f"{self.title} cannot start: {self._command[0]}: {error.strerror}"
            ) from error
        self._reader = asyncio.create_task(self._read(self._process))

    async def says(self, text: str, seconds: float) -> None:
        """Waits for a line of its output.

        Raises:
            LaunchError: It has ended before, or the time has passed.
        """

        def said() -> bool:
            return any(text in line for line in self.lines)

        try:
            async with asyncio.timeout(seconds), self._heard:
                await self._heard.wait_for(lambda: said() or not self.runs)
        except TimeoutError:
            raise LaunchError(f"{self.title} was not ready after {seconds:.0f} s") from None
        if not said():
            raise self.failure()

    def failure(self) -> LaunchError:
        """The error that says that it did not start, with what it wrote if nobody has seen it."""
        return LaunchError(f"{self.title} did not start: it {self.how_it_ended()}{self.unseen}")

    @property
    def unseen(self) -> str:
        """The last lines of its output, to stand below a text; empty if they were forwarded."""
        return "\n  ".join(["", *self.lines]) if self._forward is None else ""

    async def wait(self) -> None:
        """Waits until it has ended, and its output is read."""
        assert self._process is not None
        assert self._reader is not None
        await self._process.wait()
        # A program that it left behind may hold its output open.
        await asyncio.wait([self._reader], timeout=1.0)

    def how_it_ended(self) -> str:
        """Says how it ended: the words that follow its name."""
        status = 0 if self._process is None else self._process.returncode or 0
        if status >= 0:
            return f"ended with status {status}"
        with suppress(ValueError):
            return f"was ended by {signal.Signals(-status).name}"
        return f"was ended by signal {-status}"

    async def end(self) -> None:
        """Asks it to end, and ends it where it does not heed."""
        process, reader = self._process, self._reader
        if process is None or reader is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        await asyncio.wait([reader], timeout=1.0)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        try:
            while raw := await process.stdout.readline():
                line = raw.decode(errors="replace").rstrip()
                self.lines.append(line)
                if self._forward is not None:
                    self._forward(f"[{self.title}] {line}")
                async with self._heard:
                    self._heard.notify_all()
        finally:
            await process.wait()
            async with self._heard:
                self._heard.notify_all()
