"""The relay: makes listeners, hub and driver links, and puts them together."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import time
from functools import partial
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from cwire_server.access import Origins, PageAccess, own_origins
from cwire_server.clients.connection import ClientConnection
from cwire_server.clients.pinger import Pinger
from cwire_server.clients.requests import Services
from cwire_server.clients.transport import Transport
from cwire_server.clients.turns import SharedTurns
from cwire_server.config import ConfigError, RelayConfig
from cwire_server.drivers.link import DriverLink
from cwire_server.drivers.schema_reader import SchemaReader
from cwire_server.hub.hub import Hub
from cwire_server.relay_source import RelaySource
from cwire_server.runtime_file import RuntimeFile
from cwire_server.web.listener import Listener
from cwire_server.web.routes import routes
from cwire_server.web.rules import Rules
from cwire_structs.relays import (
    RelayEntry,
    answers_as_relay,
    elsewhere_text,
    living_relays,
    this_machine,
)
from cwire_structs.runtime import RuntimeDirError

__all__ = ["Relay"]

_log = logging.getLogger("cwire.relay")

_REQUEST_SECONDS = 10
_FIRST_LOOK_SECONDS = 0.5


class Relay:
    """One relay. `start` binds and connects, `stop` ends everything.

    Args:
        config: What to serve.

    Attributes:
        port: The TCP port, known after `start`.
        link: The address for people, with the token.
    """

    def __init__(self, config: RelayConfig) -> None:
        self.config = config
        self.hub = Hub((driver.name for driver in config.drivers), config.limits)
        self.port = 0
        self._links: dict[int, DriverLink] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._servers: list[HTTPServer] = []
        self._listeners: list[Listener] = []
        self._runtime: RuntimeFile | None = None
        self._connections: set[ClientConnection] = set()
        self._started = time.monotonic()
        self._source = RelaySource(self.hub, self._links, self._started)

    @property
    def link(self) -> str:
        """The address for people. The token is in the fragment, which browsers send to nobody."""
        host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
        return f"http://{host}:{self.port}/#token={self.config.token}"

    def others(self) -> list[RelayEntry]:
        """The relays of this account on this machine that run beside this one."""
        own = None if self._runtime is None else self._runtime.path.stem
        return [relay for relay in living_relays() if relay.name != own]

    async def start(self) -> None:
        """Binds the listeners, begins to connect to the drivers, and lets clients find the relay.

        Raises:
            ConfigError: The port is taken.
            RuntimeDirError: The runtime directory cannot be trusted or written to.
        """
        config = self.config
        try:
            sockets = bind_sockets(config.port, config.host)
        except OSError as error:
            raise ConfigError(_why_not_bound(error, config)) from error
        self.port = sockets[0].getsockname()[1]
        refusal = "" if config.ring else "the relay was started with --no-ring"
        places = {driver.name: str(driver.path) for driver in config.drivers}
        schemas = SchemaReader()
        for source, address in enumerate(config.drivers, start=1):
            self._links[source] = DriverLink(self.hub, source, address, schemas, refusal)
            self.hub.drivers[source].socket = str(address.path)
        self.hub.machine = this_machine()
        self.hub.turns = SharedTurns()
        self.hub.on_fault = _log_fault
        self.hub.on_interest = lambda source: self._links[source].update_interest()
        self.hub.back_pressure.on_room = lambda source: self._links[source].resume()
        self._source.start()
        host = f"[{config.host}]" if ":" in config.host else config.host
        url = f"ws://{host}:{self.port}/ws"
        origins = Origins(own_origins(self.port) | config.allowed_origins)
        pages = PageAccess(url, config.token, origins)
        services = Services(self.hub, self._links, pages, self._started)
        tcp = self._serve(Rules(config.host, self.port, origins, config.token), services)
        self._listeners.extend(Listener(sock, tcp) for sock in sockets)
        unix = self._serve(Rules("localhost", self.port), services)
        self._runtime = RuntimeFile(url, places)
        self._listeners.append(Listener(self._runtime.listen(), unix))
        self._tasks = [
            asyncio.create_task(link.run(), name=f"driver {link_source}")
            for link_source, link in self._links.items()
        ]
        self._tasks.append(asyncio.create_task(Pinger(self._connections).run(), name="pinger"))
        # A client that finds the relay shall find the drivers that run, too.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_LOOK_SECONDS):
                for link in self._links.values():
                    await link.tried.wait()
        self._runtime.publish()

    def _serve(self, rules: Rules, services: Services) -> HTTPServer:
        make_client = partial(self._make_client, services)
        server = HTTPServer(
            Application(routes(rules, self.hub, self._source.take, make_client)),
            max_header_size=16 << 10,
            max_body_size=1 << 20,
            # A connection that asks for nothing cannot hold a descriptor for long.
            idle_connection_timeout=_REQUEST_SECONDS,
            body_timeout=_REQUEST_SECONDS,
        )
        self._servers.append(server)
        return server

    def _make_client(self, services: Services, transport: Transport) -> ClientConnection:
        """Makes a client's connection, past the handshake."""
        return ClientConnection(transport, services, self._connections)

    async def stop(self) -> None:
        """Says goodbye to the clients and closes everything."""
        self._source.stop()
        for listener in self._listeners:
            listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(client.leave() for client in list(self._connections)))
        for server in self._servers:
            await server.close_all_connections()
        if self._runtime is not None:
            self._runtime.close()


def _log_fault(what: str, error: Exception) -> None:
    _log.error("%s is given up: a fault of the relay's", what, exc_info=error)


def _why_not_bound(error: OSError, config: RelayConfig) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {config.port} of {config.host} is in use {_by_whom(config)}"
        case errno.EACCES | errno.EPERM:
            return f"port {config.port} is not for this account; give one above 1023 with --port"
        case errno.EADDRNOTAVAIL:
            return f"this machine has no address {config.host}; use --host 127.0.0.1"
    return f"cannot listen on {config.host}, port {config.port}: {error.strerror or error}"


def _by_whom(config: RelayConfig) -> str:
    """Says who uses the port that this relay was to have, and what to do."""
    other = "give another port with --port (0 picks a free one)"
    with contextlib.suppress(RuntimeDirError):
        for relay in living_relays():
            if urlsplit(relay.url).port == config.port:
                return f"by the relay {relay} of this account: use that one, stop it, or {other}"
    if answers_as_relay(config.port, config.host):
        return f"by another relay: {elsewhere_text(config.port)}, or {other}"
    return f"by another program; {other}"
