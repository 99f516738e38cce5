"""Finds the relay for a page: that of its kernel, else the newest, else one is started."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from cwire.errors import NotConnected
from cwire.link.address import Address, find_relay, living
from cwire.process.relay_process import RelayProcess
from cwire_structs.runtime import runtime_dir

__all__ = ["Relays", "is_relay_name"]

_NAME = re.compile(r"relay-[1-9][0-9]{0,9}")


def is_relay_name(text: str) -> bool:
    """Whether this can be a relay's name in the runtime directory: ``relay-PID``."""
    return _NAME.fullmatch(text) is not None


class Relays:
    """Finds a living relay of this account, and starts one where there is none.

    Args:
        make: Makes the relay that is to be started; None: none is.
        seconds: How long a start may take.
    """

    def __init__(self, make: Callable[[], RelayProcess] | None, seconds: float) -> None:
        self._make = make
        self._seconds = seconds
        self._own: RelayProcess | None = None
        # Two pages at once get one relay.
        self._starting = asyncio.Lock()

    def find(self, name: str | None = None) -> Path | None:
        """Returns the Unix socket of the living relay of this name, else of the newest one.

        Raises:
            RuntimeDirError: The runtime directory cannot be trusted.
        """
        folder = runtime_dir()
        if name is not None and is_relay_name(name):
            found = living(folder / f"{name}.json")
            if found is not None and (path := _inside(folder, found[1])) is not None:
                return path
        try:
            return _inside(folder, find_relay())
        except NotConnected:
            return None

    async def get(self, name: str | None = None) -> Path:
        """As `find`, but starts a relay if there is none.

        Raises:
            CwireError: None lives, and none is to be started or it did not start.
            RuntimeDirError: The runtime directory cannot be trusted.
        """
        if (path := self.find(name)) is not None:
            return path
        if self._make is None:
            raise NotConnected(
                "no relay runs on this account, and CwireExtension.start_relay is off: "
                "start one with `cwire serve`"
            )
        async with self._starting:
            if (path := self.find(name)) is not None:
                return path
            self._own = self._make()
            # In a thread: Jupyter serves its other pages meanwhile.
            await asyncio.to_thread(self._own.start, self._seconds)
            return runtime_dir() / f"relay-{self._own.pid}.sock"

    async def stop(self) -> None:
        """Stops the relay that was started here, if any; others are left alone."""
        async with self._starting:
            if self._own is not None:
                await asyncio.to_thread(self._own.stop, reason="Jupyter ended")


def _inside(folder: Path, address: Address) -> Path | None:
    """Returns the socket of an address if it lies where relays put it."""
    if address.unix is None:
        return None
    path = Path(address.unix)
    return path if path.parent == folder and is_relay_name(path.stem) else None
