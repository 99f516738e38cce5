"""What tests leave behind: processes, by the test that started them, and threads."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path

from support.processes import until

__all__ = ["MARK", "Leftovers", "mark_processes"]

MARK = "CWIRE_TEST_SESSION"
"""Every process that a test starts has this in its environment, and so has what that starts."""

_LASTING = ("tqdm_monitor", "IPythonHistorySavingThread", "multiprocessing.resource_tracker")
"""Threads and processes of libraries that live as long as the program, once there are any."""

_TEST = "PYTEST_CURRENT_TEST"  # which pytest sets, and which they inherit as well


def mark_processes() -> None:
    """Gives what is started from now on a mark of its own: others may run these tests, too."""
    os.environ[MARK] = f"{os.getpid()}-{time.time_ns()}"


class Leftovers:
    """What a module's tests have started and have not ended."""

    def __init__(self) -> None:
        self._before = set(threading.enumerate())
        self._running = set(_marked())
        self._by: dict[threading.Thread, str] = {}

    def saw(self, test: str) -> None:
        """Notes which threads there are when a test has ended."""
        for thread in threading.enumerate():
            self._by.setdefault(thread, test)

    def found(self, seconds: float = 10.0) -> list[str]:
        """Names what is still there after so long."""
        with contextlib.suppress(AssertionError):
            until(lambda: not self._threads() and not self._processes(), seconds)
        return self._threads() + self._processes()

    def _threads(self) -> list[str]:
        return [
            f"thread {one.name!r} is left by {self._by.get(one, 'a fixture')}"
            for one in threading.enumerate()
            if one not in self._before and one.name not in _LASTING
        ]

    def _processes(self) -> list[str]:
        return [
            f"process {pid} ({command}) is left by {test}"
            for pid, (command, test) in _marked().items()
            if pid not in self._running and not any(one in command for one in _LASTING)
        ]


def _marked() -> dict[int, tuple[str, str]]:
    """The commands of the processes that have the mark, and the tests that started them."""
    wanted = f"{MARK}={os.environ[MARK]}"
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and folder.name != str(os.getpid()):
            with contextlib.suppress(OSError):  # it has ended, or is another account's
                words = (folder / "environ").read_text(errors="replace").split("\0")
                if wanted in words:  # which a zombie has not
                    command = (folder / "cmdline").read_text(errors="replace").replace("\0", " ")
                    tests = [word for word in words if word.startswith(f"{_TEST}=")]
                    found[int(folder.name)] = command, "".join(tests) or "a fixture"
    return found
