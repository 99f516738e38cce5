"""A process that belongs to this notebook: started, watched and ended with it."""

from __future__ import annotations

import atexit
import os
import select
import shlex
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from html import escape
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cwire import errors
from cwire.data.arguments import FOR_EVER, frame_count, function, seconds
from cwire.data.arguments import text as text_given
from cwire.kernel.cell import OncePerCell
from cwire.process.command_line import check_program, path_text, variables, words
from cwire.process.exit_status import status_text
from cwire.process.launch import Launched, launch
from cwire.process.output_buffer import OutputBuffer

if TYPE_CHECKING:
    from cwire.process.console import Console

__all__ = ["ManagedProcess", "running"]

_GRACE = 3.0  # s between SIGTERM and SIGKILL
_KILL_SECONDS = 5.0
_TICK = 1.0  # s; uptimes are shown in seconds
_TOLD = 5  # last lines in an error

_running: set[ManagedProcess] = set()
_of_cells: OncePerCell[ManagedProcess] = OncePerCell(
    lambda process, reason: process.stop(reason=reason)
)


def running() -> list[ManagedProcess]:
    """The processes that this kernel has started and that run."""
    return sorted(_running, key=lambda process: process.name)


class ManagedProcess:
    """A program in a process group of its own; see `DriverProcess`."""

    def __init__(
        self,
        command: str | os.PathLike[str],
        *arguments: object,
        name: str | None = None,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.command = words(command, arguments)
        self.name = name or Path(self.command[0]).stem
        self.cwd = Path(path_text(cwd or ".", "cwd is a folder")).absolute()
        self._env = variables(env)
        self._buffer = OutputBuffer()
        self._changed = threading.Condition()
        self._listeners: list[Callable[[], object]] = []
        self._owner = os.getpid()
        self._control: socket.socket | None = None
        self._reader: threading.Thread | None = None
        self._begun = self._ended = 0.0
        self._first_line = 0
        self._stopping: str | None = None
        self.pid: int | None = None
        self.status: int | None = None
        _of_cells.add(self)

    # State -------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self.pid is not None

    @property
    def state(self) -> str:
        """``new``, ``running``, ``stopped`` (it was asked to), ``ended`` or ``failed``."""
        if self.running:
            return "running"
        if self._reader is None:
            return "new"
        if self._stopping is not None:
            return "stopped"
        return "ended" if self.status == 0 else "failed"

    @property
    def reason(self) -> str:
        """The reason why it ended, with the remedy; empty while it runs or was never started."""
        if self.state in ("new", "running"):
            return ""
        if self._stopping is not None:
            killed = self.status == -signal.SIGKILL
            return f"{self._stopping}{' (it did not heed SIGTERM: killed)' if killed else ''}"
        if self.status is None:
            return "nobody knows: its supervisor was killed"
        return status_text(self.status, _signal_name(-self.status))

    @property
    def uptime(self) -> float:
        """Seconds of its present, else its last run."""
        return (monotonic() if self.running else self._ended) - self._begun

    @property
    def output(self) -> str:
        """The last 10,000 lines that it wrote to stdout and stderr, in all its runs."""
        return "\n".join(self._buffer.last())

    def lines(self, n: int = 20) -> list[str]:
        """The last `n` lines of its output."""
        return self._buffer.last(frame_count(n, "lines", "lines"))

    # Control ------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Starts it, unless it runs already.

        A process of the same command, or one that an earlier run of the same cell started, is
        stopped before.

        Raises:
            CwireError: It cannot be executed; the text says why and what to do.
        """
        if self.running:
            return self
        check_program(self.name, self.command[0], self.cwd)
        for other in running():
            if (other.command, other.cwd) == (self.command, self.cwd):
                other.stop(reason="the same command was started again")
        if self._reader is not None:
            self._buffer.add(f"--- {self.name} is started again ---")
        self._stopping = self.status = None
        self._first_line = self._buffer.total
        child = launch(self.command, self.cwd, self._env, _GRACE)
        self._control, self.pid, self._begun = child.control, child.pid, monotonic()
        _running.add(self)
        name = f"cwire {self.name}"
        self._reader = threading.Thread(target=self._read, args=(child,), name=name, daemon=True)
        self._reader.start()
        return self

    def stop(self, grace: float = _GRACE, *, reason: str = "stopped") -> None:
        """Asks it to end (SIGTERM), and ends it (SIGKILL) if it has not after `grace` seconds.

        Raises:
            CwireError: Not even SIGKILL ends it.
        """
        wait = seconds(grace, what="grace is")
        if not self.running:
            return
        self._stopping = reason
        self._order(b"T")
        if not self._wait_for_end(wait):
            self._order(b"K")
            if not self._wait_for_end(_KILL_SECONDS):
                self._stopping = None
                raise errors.CwireError(
                    f"{self.name} (pid {self.pid}) does not end even when killed: "
                    "it waits inside Linux, for a device perhaps (see `ps -o stat,wchan`)"
                )

    def restart(self) -> Self:
        """Stops it and starts it again."""
        self.stop(reason="restarted")
        return self.start()

    def wait_until(self, text: str, timeout: float = 10.0) -> str:
        """Waits for a line of the present run that has this text.

        Args:
            text: To be found anywhere in the line.
            timeout: Seconds.

        Returns:
            The line.

        Raises:
            WaitTimeout: It has not come in time.
            CwireError: The process ended without it, or was never started.
        """
        text_given(text, "wait_until takes a part of a line")
        wait = seconds(timeout)
        deadline = monotonic() + (FOR_EVER if wait is None else wait)
        seen = self._first_line
        with self._changed:
            while True:
                total = self._buffer.total
                for line in self._buffer.since(seen):
                    if text in line:
                        return line
                seen = total
                if not self.running:
                    raise errors.CwireError(
                        f"{self.name} has not written {text!r} "
                        f"({self.reason or 'it was never started: call start()'}){self._told()}"
                    )
                left = deadline - monotonic()
                if left <= 0:
                    raise errors.WaitTimeout(
                        f"{self.name} has not written {text!r} in {timeout:g} s{self._told()}"
                    )
                self._changed.wait(left)

    def wait(self, timeout: float | None = None) -> int | None:
        """Waits until it has ended by itself.

        Returns:
            What it returned, or a negative signal number.

        Raises:
            WaitTimeout: It still runs.
        """
        if not self._wait_for_end(seconds(timeout)):
            raise errors.WaitTimeout(f"{self.name} still runs after {timeout:g} s")
        return self.status

    def console(self) -> Console:
        """A widget with its live output, its state, and buttons to start and stop it."""
        try:
            from cwire.process.console import Console
        except ImportError:
            raise errors.CwireError(
                "a console needs ipywidgets: pip install 'cwire[notebook]'"
            ) from None
        return Console(self)

    def listen(self, call: Callable[[], object]) -> Callable[[], None]:
        """Has a function called, in the reader's thread, when output comes and every second.

        Returns:
            What ends that.
        """
        self._listeners.append(function(call, "listen takes a function without arguments"))

        def leave() -> None:
            with suppress(ValueError):
                self._listeners.remove(call)

        return leave

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def summary(self) -> str:
        """Its state in a line."""
        if self.running:
            return f"running, pid {self.pid}, for {span_text(self.uptime)}"
        if self.state == "new":
            return "not started: call start()"
        return f"{self.reason}, after {span_text(self.uptime)}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {self.summary()}>"

    def _repr_html_(self) -> str:
        lines = "\n".join(self.lines(8))
        block = f"<pre>{escape(lines)}</pre>" if lines else ""
        return (
            f"<div><b>{escape(self.name)}</b> {escape(self.summary())}<br>"
            f"<code>{escape(shlex.join(self.command))}</code></div>{block}"
        )

    # Inside -------------------------------------------------------------------------------------

    def _read(self, child: Launched) -> None:
        """Runs in a thread of its own: takes the output, until the process has ended."""
        master, control = child.terminal, child.control
        report = b""
        watched: list[int] = [master, control.fileno()]
        while watched:
            ready = select.select(watched, (), (), _TICK)[0]
            if master in ready:
                try:
                    data = os.read(master, 65536)
                except OSError:  # EIO: nobody has the terminal open any more
                    data = b""
                if data:
                    self._take(data)
                else:
                    watched.remove(master)
            if control.fileno() in ready:
                try:
                    data = control.recv(64)
                except ConnectionResetError:  # it ended before it had read our last order
                    data = b""
                report += data
                if not data:
                    watched.remove(control.fileno())
                    if not report and self.pid is not None:  # the supervisor was killed
                        with suppress(ProcessLookupError, PermissionError):
                            os.killpg(self.pid, signal.SIGKILL)
            self._tell()
        os.close(master)
        child.supervisor.wait()
        word, _, number = report.decode().strip().partition(" ")
        with self._changed:
            self._buffer.end()
            self.status = int(number) if word == "status" else None
            self.pid = None
            self._ended = monotonic()
            self._control = None
            control.close()
            _running.discard(self)
            self._changed.notify_all()
        self._tell()

    def _take(self, data: bytes) -> None:
        with self._changed:
            self._buffer.feed(self._visible(data))
            self._changed.notify_all()

    def _visible(self, data: bytes) -> bytes:
        """The part of the output that may be shown."""
        return data

    def _tell(self) -> None:
        for call in tuple(self._listeners):
            call()

    def _order(self, order: bytes) -> None:
        with self._changed:
            if self._control is not None and os.getpid() == self._owner:
                with suppress(OSError):
                    self._control.send(order)

    def _wait_for_end(self, timeout: float | None) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self.running, timeout)

    def _told(self) -> str:
        lines = self._buffer.since(self._first_line)[-_TOLD:]
        return "; it wrote:\n  " + "\n  ".join(lines) if lines else "; it wrote nothing"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""


def span_text(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


@atexit.register
def _stop_all() -> None:
    """The kernel ends in order: so do its processes, each asked first."""
    mine = [process for process in _running if process._owner == os.getpid()]
    for process in mine:
        process._stopping = "the kernel ended"
        process._order(b"T")
    for process in mine:
        if not process._wait_for_end(_GRACE):
            process._order(b"K")
            process._wait_for_end(_KILL_SECONDS)
