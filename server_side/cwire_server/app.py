"""The relay: makes listeners, hub and driver links, and puts them together."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import time
from functools import partial

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets, bind_unix_socket
from tornado.web import Application

from cwire_server.access import Origins, PageAccess, own_origins
from cwire_server.clients.connection import ClientConnection
from cwire_server.clients.pinger import Pinger
from cwire_server.clients.requests import Services
from cwire_server.clients.transport import Transport
from cwire_server.clients.turns import Turns
from cwire_server.config import ConfigError, RelayConfig
from cwire_server.drivers.link import DriverLink
from cwire_server.hub.hub import Hub
from cwire_server.relay_source import RelaySource
from cwire_server.runtime_file import RuntimeFile
from cwire_server.web.listener import Listener
from cwire_server.web.routes import routes
from cwire_server.web.rules import Rules

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

    async def start(self) -> None:
        """Binds the listeners, begins to connect to the drivers, and lets clients find the relay.

        Raises:
            ConfigError: The port is taken.
        """
        config = self.config
        try:
            sockets = bind_sockets(config.port, config.host)
        except OSError as error:
            raise ConfigError(_why_not_bound(error, config)) from error
        self.port = sockets[0].getsockname()[1]
        for source, address in enumerate(config.drivers, start=1):
            self._links[source] = DriverLink(self.hub, source, address)
        self.hub.on_work = self._work_soon
        self.hub.on_fault = _log_fault
        self.hub.on_interest = lambda source: self._links[source].update_interest()
        self.hub.back_pressure.on_room = lambda source: self._links[source].resume()
        self._source.start()
        host = f"[{config.host}]" if ":" in config.host else config.host
        url = f"ws://{host}:{self.port}/ws"
        origins = Origins(own_origins(self.port) | config.allowed_origins)
        pages = PageAccess(url, config.token, origins)
        services = Services(self.hub, self._links, pages, Turns(), self._started)
        tcp = self._serve(Rules(config.host, origins, config.token), services)
        self._listeners.extend(Listener(sock, tcp) for sock in sockets)
        self._runtime = RuntimeFile()
        unix = self._serve(Rules("localhost"), services)
        try:
            self._listeners.append(
                Listener(bind_unix_socket(str(self._runtime.socket), mode=0o600), unix)
            )
        except OSError as error:
            raise ConfigError(
                f"cannot listen at {self._runtime.socket}: {error.strerror or error}; "
                "set CWIRE_RUNTIME_DIR to a directory of yours with a short path"
            ) from error
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
        self._runtime.write(url)

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

    def _work_soon(self) -> None:
        asyncio.get_running_loop().call_soon(self.hub.work)

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
            return (
                f"port {config.port} of {config.host} is in use, perhaps by another relay; "
                "give another one with --port (0 picks a free one)"
            )
        case errno.EACCES | errno.EPERM:
            return f"port {config.port} is not for this account; give one above 1023 with --port"
        case errno.EADDRNOTAVAIL:
            return f"this machine has no address {config.host}; use --host 127.0.0.1"
    return f"cannot listen on {config.host}, port {config.port}: {error.strerror or error}"
