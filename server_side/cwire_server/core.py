"""The core of a relay: hub, driver links and statistics, for clients that are past the handshake.

It needs no web server. `cwire_server.app` puts listeners before it, and `cwire.link.own_relay` has
one inside a client's process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence

from cwire_server.access import PageAccess
from cwire_server.actions.requests import Host
from cwire_server.clients.connection import ClientConnection
from cwire_server.clients.requests import Services
from cwire_server.clients.transport import Transport
from cwire_server.clients.turns import SharedTurns
from cwire_server.config import LAST_SOURCE, Address
from cwire_server.disk_history.disk import DiskHistory
from cwire_server.drivers.link import DriverLink
from cwire_server.drivers.schema_reader import SchemaReader
from cwire_server.hub.hub import Hub
from cwire_server.limits import Limits
from cwire_server.relay_source import RelaySource
from cwire_structs.relays import this_machine

__all__ = ["RelayCore"]

_log = logging.getLogger("cwire.relay")


class RelayCore:
    """Serves drivers to clients: `start` connects to the drivers, `stop` ends everything.

    Args:
        drivers: What to serve, in the order of their sources.
        limits: For all of them, and for all clients.
        refusal: The reason why no driver's ring is to be read; empty if they are.
        alone: Whether this process is a relay and nothing else.
        actions: Functions that clients may call; None: there are none.
        disk: Keeps what comes on disk; None: nothing is kept there.

    Attributes:
        hub: Knows drivers and clients.
        links: The drivers' links by source, known after `start`.
        source: Publishes the relay's own statistics.
        connections: Those of clients, while they live.
    """

    def __init__(
        self,
        drivers: Sequence[Address],
        limits: Limits,
        *,
        refusal: str = "",
        alone: bool = True,
        actions: Host | None = None,
        disk: DiskHistory | None = None,
    ) -> None:
        self.hub = Hub((driver.name for driver in drivers), limits)
        self.links: dict[int, DriverLink] = {}
        self.connections: set[ClientConnection] = set()
        self._drivers = drivers
        self._refusal = refusal
        self._actions = actions
        self._disk = disk
        self._tasks: list[asyncio.Task[None]] = []
        self._schemas = SchemaReader(alone=alone)
        self._started = time.monotonic()
        self.source = RelaySource(self.hub, self.links, self.uptime)

    def start(self, watches: str | None = None) -> None:
        """Begins to connect to the drivers.

        Args:
            watches: The directory whose drivers will be added, too; None: there is none.
        """
        self._started = time.monotonic()
        hub = self.hub
        hub.drivers.watches = watches
        for source, address in enumerate(self._drivers, start=1):
            hub.drivers[source].socket = address.place
            self._make_link(source, address)
        hub.machine = this_machine()
        hub.turns = SharedTurns()
        hub.on_fault = _log_fault
        hub.on_interest = lambda source: self.links[source].update_interest()
        hub.catch_up = lambda source: self.links[source].catching_up()
        hub.back_pressure.on_room = lambda source: self.links[source].resume()
        if self._disk is not None:
            hub.on_disk = {"seconds": self._disk.seconds, "bytes": self._disk.limit}
            self._disk.start(hub)
        self.source.start()
        for source in self.links:
            self._run(source)

    def add(self, address: Address) -> bool:
        """Serves one more driver, from now on; False: there is no room for it."""
        if len(self.links) >= LAST_SOURCE:
            return False
        source = self.hub.add_driver(address.name, address.place)
        self._make_link(source, address)
        self._run(source)
        return True

    def _make_link(self, source: int, address: Address) -> None:
        self.links[source] = DriverLink(self.hub, source, address, self._schemas, self._refusal)

    def _run(self, source: int) -> None:
        task = asyncio.create_task(self.links[source].run(), name=f"driver {source}")
        self._tasks.append(task)

    def uptime(self) -> float:
        """Tells how long it has run, s."""
        return time.monotonic() - self._started

    async def first_look(self, seconds: float) -> None:
        """Waits until every driver was looked for once, or for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for link in list(self.links.values()):
                    await link.tried.wait()

    def services(self, pages: PageAccess | None) -> Services:
        """Makes what the clients of a listener share.

        Args:
            pages: The way in for pages; None where there is none.
        """
        return Services(self.hub, self.links, pages, self.uptime, self._actions, self._disk)

    def connect(self, services: Services, transport: Transport) -> ClientConnection:
        """Takes a client, past the handshake."""
        return ClientConnection(transport, services, self.connections)

    async def stop(self) -> None:
        """Leaves the drivers, and says goodbye to the clients."""
        self.source.stop()
        for task in self._tasks:
            task.cancel()
        try:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._tasks.clear()
            await asyncio.gather(*(client.leave() for client in list(self.connections)))
        finally:
            for client in list(self.connections):  # this was cancelled
                client.cut_off()
            if self._disk is not None:
                self._disk.close()

    def abandon(self) -> None:
        """Closes what a forked child has of the drivers' connections: they are its parent's."""
        for link in self.links.values():
            link.abandon()


def _log_fault(what: str, error: Exception) -> None:
    _log.error("%s is given up: a fault of the relay's", what, exc_info=error)
