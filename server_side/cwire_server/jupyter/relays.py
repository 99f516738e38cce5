"""Finds the relay for a page: the one that it names, else one that it may have, or starts one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from cwire.errors import NotConnected
from cwire.process.relay_process import RelayProcess
from cwire_server.config import ConfigError, driver_address
from cwire_structs.frames import RELAY_NAME
from cwire_structs.relays import RelayEntry, living_relays, this_machine

__all__ = ["Relays"]


class Relays:
    """Finds a living relay of this account, and starts one where there is none.

    Args:
        make: Makes the relay that is to be started; None: none is.
        drivers: The drivers that it serves, each as ``NAME`` or ``NAME=PATH``.
        seconds: How long a start may take.
    """

    def __init__(
        self, make: Callable[[], RelayProcess] | None, drivers: Sequence[str], seconds: float
    ) -> None:
        self._make = make
        self._words = drivers
        self._drivers = {word.partition("=")[0] for word in drivers}
        self._seconds = seconds
        self._own: RelayProcess | None = None
        # The relays that were here, by name: only one with the same drivers takes their place.
        self._seen: dict[str, RelayEntry] = {}
        # Two pages at once get one relay.
        self._starting = asyncio.Lock()

    def find(self, name: str | None = None, driver: str | None = None) -> RelayEntry | None:
        """Returns the living relay of this name, or the newest that serves the driver.

        Args:
            name: The relay's; if it is gone, one with the same drivers takes its place and no
                other: it would have other instruments. None: any.
            driver: Name of a driver; None: those of the relay that would be started, if a relay
                serves these, else any.

        Raises:
            RuntimeDirError: The runtime directory cannot be trusted.
        """
        living = living_relays()
        self._seen.update((one.name, one) for one in living)
        if name is not None:
            had = self._seen.get(name)
            same = [one for one in living if had and one.takes_over(had.served)]
            return next((one for one in same if one.name == name), next(iter(same), None))
        if driver is None or driver == RELAY_NAME:
            ours = [one for one in living if self._drivers <= one.drivers.keys()]
            return next(iter(ours or living), None)
        return next((one for one in living if driver in one.drivers), None)

    async def get(self, name: str | None = None, driver: str | None = None) -> RelayEntry:
        """As `find`, but starts a relay if there is none.

        Raises:
            CwireError: None lives, and none is to be started or it did not start.
            RuntimeDirError: The runtime directory cannot be trusted.
        """
        if (found := self.find(name, driver)) is not None:
            return found
        if name is not None and not self._would_replace(name):
            raise NotConnected(f"{name} is gone: it was stopped or has crashed")
        if driver not in (None, RELAY_NAME, *self._drivers):
            running = ", ".join(map(str, living_relays())) or "no relay"
            raise NotConnected(
                f"no relay serves a driver {driver!r}; there runs: {running}; start one with "
                f"`cwire serve --driver {driver}`, or name it in CwireExtension.drivers"
            )
        if self._make is None:
            raise NotConnected(
                "no relay runs on this account, and CwireExtension.start_relay is off: "
                "start one with `cwire serve`"
            )
        async with self._starting:
            if (found := self.find(name, driver)) is not None:
                return found
            self._own = self._make()
            # In a thread: Jupyter serves its other pages meanwhile.
            await asyncio.to_thread(self._own.start, self._seconds)
            if (found := self.find(name, driver)) is not None:
                return found
            raise NotConnected(
                f"the relay that was started does not serve what {name} did"
                if name is not None
                else "the relay that was started has ended"
            )

    def _would_replace(self, name: str) -> bool:
        """Whether the relay that would be started serves what this one did, at the same sockets."""
        had = self._seen.get(name)
        if had is None:
            return False
        try:
            places = {one.name: one.place for one in map(driver_address, self._words)}
        except ConfigError:
            return False
        here = this_machine().shares_paths(had.machine)
        return here and had.drivers.items() <= places.items()

    async def stop(self) -> None:
        """Stops the relay that was started here, if any; others are left alone."""
        async with self._starting:
            if self._own is not None:
                await asyncio.to_thread(self._own.stop, reason="Jupyter ended")
