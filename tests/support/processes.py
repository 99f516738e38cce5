"""Real processes: started, watched and ended by the tests."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self
from urllib.request import urlopen

from cwire_structs.relays import living_relays

ROOT = Path(__file__).parents[2]
DRIVER = ROOT / "c_driver" / "driver"
SECONDS = 60.0
"""The longest that anything is waited for: a machine may have much else to do."""
CONTAINER = (
    *("unshare", "--user", "--map-root-user", "--uts"),
    *("sh", "-c", 'hostname container && exec "$@"', "sh"),
)
"""Runs a command as on a machine of another name, which is what containers have."""
SHOWS_WARNINGS = ("-W", "default", "-X", "faulthandler")
"""Python's own words about what is not closed; `-X dev` would also tell of a slow machine."""


class Running:
    """A process whose output is read line by line."""

    def __init__(
        self,
        *command: str | Path,
        env: Mapping[str, str] | None = None,
        session: bool = False,
    ) -> None:
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            # A session of its own can be interrupted as a terminal does it: the whole group.
            start_new_session=session,
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.output: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def wait_for(self, text: str, seconds: float = SECONDS) -> str:
        """The next line with this text."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(deadline - time.monotonic(), 0.001))
            except queue.Empty:
                raise AssertionError(f"no {text!r} in {seconds} s of {self.output}") from None
            if line is None:
                raise AssertionError(f"ended without {text!r}: {self.output}")
            self.output.append(line)
            if text in line:
                return line

    def wait_for_end(self, seconds: float = SECONDS) -> int:
        """Waits until it, and all that it started and that writes here, has ended."""
        self._reader.join(seconds)
        assert not self._reader.is_alive(), f"did not end in {seconds} s: {self.output}"
        return self.process.wait(seconds)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ends the process and returns its status; `output` is complete then."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        try:
            status = self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self._reader.join(SECONDS)
        assert not self._reader.is_alive(), f"what it started still runs: {self.output}"
        assert self.process.stdout is not None
        self.process.stdout.close()
        while not self._lines.empty():
            if (line := self._lines.get()) is not None:
                self.output.append(line)
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class Driver(Running):
    """The demo driver."""

    PROGRAM: ClassVar[tuple[str | Path, ...]] = (DRIVER,)

    def __init__(self, path: Path, *options: str) -> None:
        super().__init__(*self.PROGRAM, "--socket", path, *options)
        self.path = path
        self.wait_for("listening")


class PythonDriver(Driver):
    """The demo driver in Python."""

    PROGRAM = (sys.executable, "-m", "cwire.demo.driver")


class Relay(Running):
    """A relay on a free port, in the runtime directory of the environment."""

    def __init__(
        self, *drivers: str, options: tuple[str, ...] = (), inside: tuple[str, ...] = ()
    ) -> None:
        """Starts it.

        Args:
            *drivers: Each as ``NAME`` or ``NAME=PATH``.
            options: Further ones.
            inside: The command that runs it, `CONTAINER` for one.
        """
        arguments = [word for driver in drivers for word in ("--driver", driver)]
        super().__init__(
            *inside,
            sys.executable,
            ROOT / "server_side" / "server_main.py",
            "--port",
            "0",
            *arguments,
            *options,
        )
        line = self.wait_for("http://")
        self.link = line[line.index("http://") :]
        address, self.token = self.link.split("/#token=")
        self.url = f"ws{address.removeprefix('http')}/ws"

    def wait_for_drivers(self, count: int = 1) -> None:
        """Waits until so many of its drivers are up."""

        def are_up() -> bool:
            with urlopen(self.link.split("#")[0] + "health") as response:
                return bool(json.load(response)["drivers_up"] >= count)

        until(are_up)

    @property
    def name(self) -> str:
        """Its name in the runtime directory of the environment."""
        (name,) = (one.name for one in living_relays() if one.url == self.url)
        return name


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has waited for does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def open_files() -> set[tuple[str, str]]:
    """Numbers of this process's descriptors, and what each is."""
    found = set()
    for path in Path("/proc/self/fd").iterdir():
        # The one of this very directory is gone, and maybe one of another thread.
        with contextlib.suppress(FileNotFoundError):
            found.add((path.name, str(path.readlink())))
    return found


def until(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Waits for a condition that nothing signals, such as a file that another process makes."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.01)
