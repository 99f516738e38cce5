"""A relay as a child process, which does not outlive the process that started it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Sequence

__all__ = ["RelayProcess", "RelayStartError"]

_STOP_SECONDS = 5.0
_READY = b"cwire relay:"


class RelayStartError(RuntimeError):
    """The relay did not start; the text says why, in its own words."""


class RelayProcess:
    """`cwire serve`, started and stopped.

    Args:
        arguments: Of `cwire serve`.
        log: Takes what it says. Its link, which has the token, goes nowhere.
    """

    def __init__(self, arguments: Sequence[str], log: logging.Logger) -> None:
        self._arguments = arguments
        self._log = log
        self._process: Process | None = None
        self._readers: list[asyncio.Task[None]] = []
        self._said: deque[str] = deque(maxlen=5)

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self, seconds: float) -> None:
        """Starts it and waits until it can be found.

        Raises:
            RelayStartError: It ended, or was not ready in time.
        """
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cwire", "serve", "--stop-on-eof", *self._arguments),
            stdin=PIPE,  # closed when this process ends, however it ends
            stdout=PIPE,
            stderr=PIPE,
            # Ctrl-C in Jupyter's terminal is a question first; it must not stop the relay.
            start_new_session=True,
        )
        ready = asyncio.Event()
        self._readers = [
            asyncio.create_task(self._wait_for_ready(process, ready)),
            asyncio.create_task(self._forward(process)),
        ]
        try:
            async with asyncio.timeout(seconds):
                await ready.wait()
        except TimeoutError:
            await self.stop()
            raise RelayStartError(f"the relay was not ready after {seconds:g} s") from None
        except BaseException:
            await self.stop()
            raise
        if process.stdout is not None and process.stdout.at_eof():
            await asyncio.gather(*self._readers, process.wait())
            raise RelayStartError("the relay did not start: " + " ".join(self._said))

    async def stop(self) -> None:
        """Stops it; harmless where it does not run."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        await asyncio.gather(*self._readers, return_exceptions=True)

    async def _wait_for_ready(self, process: Process, ready: asyncio.Event) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            if line.startswith(_READY):
                ready.set()
        ready.set()

    async def _forward(self, process: Process) -> None:
        assert process.stderr is not None
        async for raw in process.stderr:
            line = raw.decode(errors="replace").rstrip()
            self._said.append(line)
            self._log.info("relay: %s", line)
