"""Threads for functions: as many as are busy, up to a limit; the rest waits in order.

Unlike those of `concurrent.futures` they are daemons: a function that never returns does not keep
the relay from ending.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

__all__ = ["ThreadPool"]

_log = logging.getLogger("cwire.actions")


class ThreadPool:
    """Calls functions in threads.

    Args:
        limit: Threads at most.
        name: Of each, before its number.
    """

    def __init__(self, limit: int, name: str) -> None:
        self._limit = limit
        self._name = name
        self._threads = 0
        self._idle = 0
        self._jobs: deque[Callable[[], object]] = deque()
        self._changed = threading.Condition(threading.Lock())
        self._stopped = False

    def submit(self, job: Callable[[], object]) -> None:
        """Has a function called soon, in order; of no effect after `stop`."""
        with self._changed:
            if self._stopped:
                return
            self._jobs.append(job)
            if len(self._jobs) <= self._idle:
                self._changed.notify()
                return
            if self._threads >= self._limit:
                return
            self._threads += 1
            name = f"{self._name} {self._threads}"
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def stop(self) -> None:
        """Forgets what waits, and ends the threads that have nothing to do."""
        with self._changed:
            self._stopped = True
            self._jobs.clear()
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._jobs and not self._stopped:
                    self._idle += 1
                    self._changed.wait()
                    self._idle -= 1
                if self._stopped:
                    return
                job = self._jobs.popleft()
            try:
                job()
            except BaseException:  # a fault of ours: the thread is of use for others
                _log.exception("a job of the actions failed")
            del job
