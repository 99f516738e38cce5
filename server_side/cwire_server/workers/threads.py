"""Threads for functions: as many as are busy, up to a limit; the rest waits in order.

Unlike those of `concurrent.futures` they are daemons: a function that never returns does not keep
the relay from ending.
"""

from __future__ import annotations

import logging
import queue
import threading
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
        self._idle = 0  # threads that wait for a job, or are about to
        self._waiting = 0  # jobs that no thread has taken
        self._jobs: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._stopped = False

    def submit(self, job: Callable[[], object]) -> None:
        """Has a function called soon, in order; of no effect after `stop`."""
        with self._lock:
            if self._stopped:
                return
            self._waiting += 1
            number = 0
            if self._waiting > self._idle and self._threads < self._limit:
                self._threads += 1
                number = self._threads
        self._jobs.put(job)
        if number:
            name = f"{self._name} {number}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    def stop(self) -> None:
        """Forgets what waits, and ends each thread when it has nothing to do."""
        with self._lock:
            self._stopped = True
            threads = self._threads
        for _ in range(threads):
            self._jobs.put(None)

    def _run(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            job = self._jobs.get()
            with self._lock:
                self._idle -= 1
                self._waiting -= 1
                if self._stopped or job is None:
                    return
            try:
                job()
            except BaseException:  # a fault of ours: the thread is of use for others
                _log.exception("a job of the actions failed")
            del job
