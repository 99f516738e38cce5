"""The thread that sends what a driver publishes, and handles its commands."""

from __future__ import annotations

import logging
import os
import threading

from cwire_structs._driver import Link, LinkError

__all__ = ["DriverThread"]

_log = logging.getLogger("cwire.driver")


class DriverThread:
    """Runs a link until it is stopped.

    Args:
        name: The driver's.
        link: Nobody else polls it.
        owner: What lives as long as the thread: who has no other reference to a driver that runs
            could not close it, nor could the end of the program.
    """

    def __init__(self, name: str, link: Link, owner: object) -> None:
        self._name = name
        self._owner = owner
        self._link = link
        self._wake, self._stop = os.pipe()
        self._thread = threading.Thread(
            target=self._run, name=f"cwire driver {name}", daemon=True
        )  # its end does not wait for a handler that hangs
        self._thread.start()

    def _run(self) -> None:
        try:
            self._link.serve(self._wake)
        except LinkError as error:
            _log.error("%s: it serves no longer: %s", self._name, error.text)

    @property
    def is_current(self) -> bool:
        """Whether this is called in it: by a handler."""
        return self._thread is threading.current_thread()

    def stop(self, timeout: float | None = None) -> bool:
        """Stops it, once; False: in this time a handler has not ended."""
        os.write(self._stop, b"\0")
        self._thread.join(timeout)
        if self._thread.is_alive():
            return False
        self.forget()
        return True

    def forget(self) -> None:
        """Gives its descriptors back; in a forked child there is nothing else of it."""
        os.close(self._wake)
        os.close(self._stop)
