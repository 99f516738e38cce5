"""Background processes of a relay: threads and coroutines that tell clients what happens."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import Callable
from typing import Any

from cwire.link.loop_thread import LoopThread
from cwire_server.workers.api import ApiError
from cwire_structs.action_values import Encoded, encode

__all__ = ["Background", "Output"]

_log = logging.getLogger("cwire.actions")

Tell = Callable[[str, Encoded, "int | None"], object]
"""Sends an event: its name, its value, and one client's number or None for all."""


class Output:
    """Tells clients what a process has to say; any thread may use it.

    Args:
        tell: Sends an event.

    Attributes:
        stopping: Set when the process is to end: look at it, or wait for it instead of sleeping.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.stopping = threading.Event()

    def send(self, *, action: str, data: object = None, client_id: int | None = None) -> None:
        """Sends an event. Clients that do not read do not keep it waiting: they lose events.

        Args:
            action: The event's name, such as ``counter_increment``.
            data: Numbers, texts, lists, dicts, bytes and numpy arrays.
            client_id: The `client` of an action's context: only that one; None: all.

        Raises:
            UnsendableError: The data is too large, or of no type that can be sent.
        """
        self._tell(action, encode(data), client_id)


class Background:
    """The processes of a relay, by name.

    Args:
        tell: Sends an event to clients.
        loop: Gives the loop in which coroutines run.
    """

    def __init__(self, tell: Tell, loop: Callable[[], LoopThread]) -> None:
        self._tell = tell
        self._loop = loop
        self._processes: dict[str, _Process] = {}
        self._running = False

    def __iter__(self) -> Any:
        return iter(self._processes)

    def add(self, name: str, process: Any) -> None:
        """Adds a process; see `Server.add_process`.

        Raises:
            ApiError: The name is taken, or it is nothing that can run.
        """
        if name in self._processes:
            raise ApiError(f"there is a process {name!r} already: give this one another name")
        is_thread = isinstance(process, threading.Thread) or (
            inspect.isclass(process) and issubclass(process, threading.Thread)
        )
        kind: type[_Process] = _ThreadProcess if is_thread else _CoroutineProcess
        if not is_thread and not inspect.iscoroutinefunction(process):
            raise ApiError(
                f"process {name!r} is {process!r}: give a threading.Thread, a class of them, or an "
                "async function that takes process_id and output"
            )
        self._processes[name] = kind(name, process, self._tell, self._loop)
        if self._running:
            self._processes[name].start("started")

    def _of(self, name: str) -> _Process:
        if name not in self._processes:
            there = ", ".join(self._processes) or "none"
            raise ApiError(f"there is no process {name!r}; there are: {there}")
        return self._processes[name]

    def start(self, name: str) -> None:
        """Starts a process that has ended; of no effect on one that runs.

        Raises:
            ApiError: There is none of this name, or it is a thread, which runs once only.
        """
        self._of(name).start("started")

    def stop(self, name: str) -> None:
        """Tells a process to end.

        Raises:
            ApiError: There is none of this name.
        """
        self._of(name).stop()

    def restart(self, name: str) -> None:
        """Stops a process and starts it again.

        Raises:
            ApiError: There is none of this name, or it is a thread, which runs once only.
        """
        self._of(name).restart()

    def start_all(self) -> None:
        """Starts all of them, and those that are added from now on."""
        self._running = True
        for process in self._processes.values():
            process.start("started")

    def stop_all(self) -> None:
        """Tells all of them to end."""
        self._running = False
        for process in self._processes.values():
            process.stop()


class _Process:
    """One process: made anew for each run."""

    def __init__(self, name: str, made_of: Any, tell: Tell, loop: Callable[[], LoopThread]) -> None:
        self.name = name
        self._made_of = made_of
        self._tell = tell
        self._loop = loop
        self._lock = threading.RLock()
        self._output: Output | None = None  # of the present run
        self._again = False  # to be started when this run has ended

    def start(self, state: str) -> None:
        with self._lock:
            if self._output is not None:
                return
            output = Output(self._tell)
            run = self._make(output)
            self._output = output
        self._say(state)
        run()

    def restart(self) -> None:
        with self._lock:
            self._check_again()
            if self._output is not None:
                self._again = True
                self.stop()
                return
        self.start("restarted")

    def stop(self) -> None:
        with self._lock:
            if self._output is not None:
                self._output.stopping.set()
                self._interrupt()

    def _make(self, output: Output) -> Callable[[], object]:
        """Makes what begins a run."""
        raise NotImplementedError

    def _interrupt(self) -> None:
        """Ends a run, where that can be done."""

    def _check_again(self) -> None:
        """Raises ApiError if it cannot run a second time."""

    def _ended(self, output: Output, error: BaseException | None) -> None:
        with self._lock:
            if self._output is not output:
                return
            self._output = None
            again, self._again = self._again, False
        if error is not None:
            _log.error("process %s raised an error", self.name, exc_info=error)
            self._say("crashed", f"{type(error).__name__}: {error}")
        else:
            self._say("stopped")
        if again:
            self.start("restarted")

    def _say(self, state: str, text: str = "") -> None:
        told = {"process": self.name, "state": state, "text": text}
        self._tell("process", encode(told), None)


class _ThreadProcess(_Process):
    """A thread, which gets ``process_id`` and ``output`` as attributes."""

    _thread: Any = None

    def _make(self, output: Output) -> Callable[[], object]:
        self._check_again()
        made_of = self._made_of
        thread: Any = made_of if isinstance(made_of, threading.Thread) else made_of()
        thread.daemon = True  # one that does not end does not keep the relay from ending
        thread.process_id = self.name
        thread.output = output
        run = thread.run

        def watched() -> None:
            error: BaseException | None = None
            try:
                run()
            except BaseException as problem:
                error = problem
            self._ended(output, error)

        thread.run = watched
        self._thread = thread
        begin: Callable[[], object] = thread.start
        return begin

    def _check_again(self) -> None:
        if isinstance(self._made_of, threading.Thread) and self._thread is not None:
            raise ApiError(
                f"process {self.name!r} is a thread, and a thread runs once only: give add_process "
                "its class to start it again"
            )

    def _interrupt(self) -> None:
        stop = getattr(self._thread, "stop", None)
        if callable(stop):
            stop()


class _CoroutineProcess(_Process):
    """An async function, called with ``process_id`` and ``output``."""

    _task: asyncio.Task[None] | None = None

    def _make(self, output: Output) -> Callable[[], object]:
        return lambda: self._loop().post(self._spawn, output)

    def _spawn(self, output: Output) -> None:
        self._task = asyncio.ensure_future(self._run(output))
        # One that is cancelled before it has begun does not say so.
        self._task.add_done_callback(
            lambda task: self._ended(output, None) if task.cancelled() else None
        )
        if output.stopping.is_set():
            self._task.cancel()

    async def _run(self, output: Output) -> None:
        error: BaseException | None = None
        try:
            await self._made_of(process_id=self.name, output=output)
        except asyncio.CancelledError:
            pass
        except BaseException as problem:
            error = problem
        self._ended(output, error)

    def _interrupt(self) -> None:
        task = self._task
        if task is not None:
            self._loop().post(task.cancel)
