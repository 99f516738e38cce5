"""Calls a function in another thread, at a limited rate."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

__all__ = ["Pacer"]

_log = logging.getLogger("cwire")


class Pacer:
    """Runs a function after each `poke`, but at most once per period.

    It runs in a thread that is there only while it is needed, one call after the other. What was
    poked last is always followed by a call.
    """

    def __init__(self, call: Callable[[], object], period: float, name: str) -> None:
        self._call = call
        self._period = period
        self._name = name
        self._lock = threading.Lock()
        self._poked = False
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def poke(self) -> None:
        """Asks for a call; returns at once."""
        with self._lock:
            if self._closed.is_set():
                return
            self._poked = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                with suppress(RuntimeError):  # the interpreter ends
                    self._thread.start()

    def close(self) -> None:
        """No call begins any more."""
        self._closed.set()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._poked or self._closed.is_set():
                    self._thread = None
                    return
                self._poked = False
            try:
                self._call()
            except Exception:  # a widget that was closed meanwhile, perhaps
                _log.debug("%s", self._name, exc_info=True)
            self._closed.wait(self._period)
