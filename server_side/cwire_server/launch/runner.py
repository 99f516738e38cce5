"""Runs a driver and what goes with it until somebody ends it.

A part that ends by itself takes nothing else along: it is told, and started again when somebody
asks for it. Not by itself: a driver moves hardware, and a crash that repeats itself is not seen.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from cwire_server.launch.links import accepts, connects, show
from cwire_server.launch.part import LaunchError, Part
from cwire_structs.relays import living_relays
from cwire_structs.runs import Run, RunFile, read_run

__all__ = ["Runner", "launch"]

_START_SECONDS = 60.0
_PERIOD = 0.05  # s
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Runner:
    """Parts that are started in order, watched, and ended together.

    Args:
        word: The command, for what it prints.
        socket: Where the driver listens.
        file: Says so to others.
        browser: Whether links are opened.
    """

    def __init__(self, word: str, socket: Path, file: RunFile, *, browser: bool) -> None:
        self._word = word
        self._socket = socket
        self._file = file
        self._browser = browser
        self._parts: list[Part] = []
        self._driver: Part | None = None
        self._run = Run(os.getpid())
        self._stop = asyncio.Event()
        self._again = asyncio.Event()
        self._keyboard = False

    async def run(self, start: Callable[[Self], Awaitable[None]]) -> None:
        """Starts everything, and stays until SIGINT, SIGTERM or SIGHUP.

        Args:
            start: Starts the parts, with `driver`, `part` and `link`.

        Raises:
            LaunchError: A part did not start. Nothing runs any more.
        """
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGUSR1, self._again.set)
        stopping = asyncio.create_task(self._stop.wait())
        starting = asyncio.ensure_future(start(self))
        try:
            await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not stopping.done():
                starting.result()
                self._listen()
                await self._watch(stopping)
        finally:
            starting.cancel()
            stopping.cancel()
            await asyncio.gather(starting, stopping, return_exceptions=True)
            self._hush()
            for part in reversed(self._parts):
                await part.end()

    async def driver(self, part: Part) -> None:
        """Starts the driver, and waits until it listens.

        Raises:
            LaunchError: It has ended before, or something else listens there.
        """
        self._driver = part
        await self.part(part, lambda: accepts(str(self._socket)))

    async def part(self, part: Part, ready: Callable[[], Awaitable[None]]) -> None:
        """Starts a part, waits until it is ready, and says how long that took.

        Raises:
            LaunchError: It has ended before, or the time has passed.
        """
        begin = time.monotonic()
        self._parts.append(part)
        await part.start()
        tasks = [asyncio.ensure_future(ready()), asyncio.create_task(part.wait())]
        try:
            done, _ = await asyncio.wait(
                tasks, timeout=_START_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if tasks[1] in done:
            raise part.failure()
        if not done:
            raise LaunchError(f"{part.title} was not ready after {_START_SECONDS:.0f} s")
        tasks[0].result()
        self.tell(f"{self._word}: {part.title} runs ({time.monotonic() - begin:.1f} s)")

    async def finish(self, part: Part) -> None:
        """Runs a part that ends by itself, and waits until it has.

        Raises:
            LaunchError: It cannot be executed, or has failed.
        """
        begin = time.monotonic()
        try:
            await part.start()
            await part.wait()
        finally:
            await part.end()
        if part.failed:
            raise LaunchError("\n  ".join([f"{part.title} {part.how_it_ended()}:", *part.lines]))
        self.tell(f"{self._word}: {part.title} is done ({time.monotonic() - begin:.1f} s)")

    def link(self, title: str, link: str) -> None:
        """Says a link, and opens it."""
        self._run = replace(self._run, links={**self._run.links, title: link})
        self.tell(f"  {title + ':':9} {link}")
        if self._browser:
            show(link)

    def tell(self, text: str) -> None:
        """Prints a line."""
        print(text, flush=True)

    def complete(self) -> None:
        """Says that all of it runs: a second start says the links from now on."""
        self._file.write(self._run)
        self.tell("Ctrl-C stops everything.")

    async def _watch(self, stopping: asyncio.Task[bool]) -> None:
        ends = {asyncio.create_task(part.wait()): part for part in self._parts}
        again: asyncio.Task[Any] = asyncio.create_task(self._again.wait())
        try:
            while not stopping.done():
                waiting = [stopping, again, *ends]
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in [one for one in ends if one in done]:
                    self._has_ended(ends.pop(task))
                if again in done:
                    self._again.clear()
                    again = asyncio.create_task(self._again.wait())
                    for part in [one for one in self._parts if one not in ends.values()]:
                        if await self._starts_again(part):
                            ends[asyncio.create_task(part.wait())] = part
        finally:
            for task in (again, *ends):
                task.cancel()
            await asyncio.gather(again, *ends, return_exceptions=True)

    def _has_ended(self, part: Part) -> None:
        self.tell(
            f"{self._word}: {part.title} {part.how_it_ended()}; all else goes on. To start it "
            f"again {self._way('here')}{part.unseen if part.failed else ''}"
        )
        if part is self._driver:
            self._run = replace(
                self._run,
                ended=f"{part.how_it_ended()}; to start it again "
                f"{self._way(f'where `{self._word}` runs')}",
            )
            self._file.write(self._run)

    def _way(self, where: str) -> str:
        kill = f"kill -USR1 {os.getpid()}"
        return f"press r and Enter {where}, or run `{kill}`" if self._keyboard else f"run `{kill}`"

    async def _starts_again(self, part: Part) -> bool:
        try:
            await part.start()
        except LaunchError as error:
            self.tell(f"{self._word}: {error}")
            return False
        self.tell(f"{self._word}: {part.title} is started again")
        if part is self._driver:
            self._run = replace(self._run, ended="")
            self._file.write(self._run)
        return True

    def _listen(self) -> None:
        """Takes lines from the terminal, if it is ours: a program in its background would stop."""
        try:
            ours = os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
        except OSError:
            ours = False
        if ours:
            signal.signal(signal.SIGTTIN, signal.SIG_IGN)  # reading fails then
            self._keyboard = True
            asyncio.get_running_loop().add_reader(0, self._read_line)

    def _read_line(self) -> None:
        try:
            line = os.read(0, 1024)
        except OSError:
            line = b""
        if not line:
            self._hush()
        elif line.strip().lower() == b"r":
            self._again.set()

    def _hush(self) -> None:
        if self._keyboard:
            self._keyboard = False
            asyncio.get_running_loop().remove_reader(0)


def launch(
    word: str, socket: Path, start: Callable[[Runner], Awaitable[None]], *, browser: bool
) -> None:
    """Runs a driver and more until SIGINT, SIGTERM or SIGHUP; where it runs already, says where.

    Args:
        word: The command, for what it prints.
        socket: Where the driver is to listen.
        start: Starts the parts, with the runner's `driver`, `part`, `link` and `complete`.
        browser: Whether links are opened.

    Raises:
        LaunchError: A part did not start, or a driver that somebody else started listens there.
        RuntimeDirError: The runtime directory cannot be written to.
    """
    while (file := RunFile.take(socket)) is None:
        if _runs_already(word, socket):
            return
    try:
        _refuse_stranger(socket)
        asyncio.run(Runner(word, socket, file, browser=browser).run(start))
    finally:
        file.close()


def _runs_already(word: str, socket: Path) -> bool:
    """Says the links of the run that is there; whether it is still there."""
    run = read_run(socket)
    if run is not None and not run.links:
        print(f"{word}: process {run.pid} starts it just now: waiting for it", flush=True)
    while run is not None and not run.links:
        time.sleep(_PERIOD)
        run = read_run(socket)
    if run is None:
        return False
    print(f"{word} runs already, as process {run.pid}:")
    for title, link in run.links.items():
        print(f"  {title + ':':9} {link}")
    if run.ended:
        print(f"Its driver {run.ended}")
    return True


def _refuse_stranger(path: Path) -> None:
    """Raises an error if a driver listens that none of us started: one can have the socket."""
    if not connects(str(path)):
        return
    served = [relay for relay in living_relays() if str(path) in relay.drivers.values()]
    by = f", served by the relay {served[0]}" if served else ""
    raise LaunchError(
        f"a driver listens at {path} already{by}: `cwire.connect(driver={path.stem!r})` and "
        f"`cwire info --driver {path.stem}` reach it; or stop it (Ctrl-C where it was started) and "
        "start this again"
    )
