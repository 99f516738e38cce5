"""The relay: listeners before a core, and its entry for clients to find."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from cwire_server.access import Origins, PageAccess, own_origins
from cwire_server.clients.pinger import Pinger
from cwire_server.clients.requests import Services
from cwire_server.clients.transport import Transport
from cwire_server.config import ConfigError, DriverAddress, RelayConfig
from cwire_server.core import RelayCore
from cwire_server.disk_history.disk import DiskHistory
from cwire_server.disk_history.store import default_folder
from cwire_server.drivers.discovery import Discovery
from cwire_server.foxglove.connection import FoxgloveConnection
from cwire_server.foxglove.protocol import SUBPROTOCOLS
from cwire_server.runtime_file import RuntimeFile
from cwire_server.web.listener import Listener
from cwire_server.web.own_pages import own_pages
from cwire_server.web.routes import routes
from cwire_server.web.rules import Rules
from cwire_structs.relays import RelayEntry, answers_as_relay, elsewhere_text, living_relays
from cwire_structs.runtime import RuntimeDirError

if TYPE_CHECKING:
    from cwire_server.workers.service import ActionService

__all__ = ["Relay"]

_REQUEST_SECONDS = 10
_FIRST_LOOK_SECONDS = 0.5


class Relay:
    """One relay. `start` binds and connects, `stop` ends everything.

    Args:
        config: What to serve.

    Attributes:
        core: What it is without its listeners.
        hub: The core's.
        actions: What clients may call; None: nothing.
        port: The TCP port, known after `start`.
        link: The address for people, with the token.
    """

    def __init__(self, config: RelayConfig) -> None:
        self.config = config
        refusal = "" if config.ring else "the relay was started with --no-ring"
        self.actions = None if config.api is None else _actions(config)
        self.core = RelayCore(
            config.drivers,
            config.limits,
            refusal=refusal,
            actions=self.actions,
            disk=_disk(config),
        )
        self.hub = self.core.hub
        self.port = 0
        self._pings: asyncio.Task[None] | None = None
        self._discovery: asyncio.Task[None] | None = None
        self._servers: list[HTTPServer] = []
        self._listeners: list[Listener] = []
        self._runtime: RuntimeFile | None = None
        self._places: dict[str, str] = {}
        self._session = secrets.token_hex(8)

    @property
    def link(self) -> str:
        """The address for people. The token is in the fragment, which browsers send to nobody."""
        return self._link_to("/")

    @property
    def foxglove_link(self) -> str:
        """The address for Foxglove's viewers, which can be given nothing else; empty: it has none.

        So the token is in the query, which the relay takes there only, and does not log.
        """
        if not self.config.foxglove:
            return ""
        return f"ws://{self._host}:{self.port}/foxglove?token={self.config.token}"

    def own_links(self) -> list[str]:
        """The addresses of the user's own pages."""
        folder = self.config.pages
        return [] if folder is None else [self._link_to(path) for path in own_pages(folder)]

    def _link_to(self, path: str) -> str:
        return f"http://{self._host}:{self.port}{quote(path)}#token={self.config.token}"

    @property
    def _host(self) -> str:
        """The address that it is bound to, as URLs have it."""
        host = self.config.host
        return f"[{host}]" if ":" in host else host

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
        url = f"ws://{self._host}:{self.port}/ws"
        origins = Origins(own_origins(self.port) | config.allowed_origins)
        pages = PageAccess(url, config.token, origins)
        if self.actions is not None:
            self.actions.start()
        services = self.core.services(pages)
        tcp = self._serve(Rules(config.host, self.port, origins, config.token), services)
        self._listeners.extend(Listener(sock, tcp) for sock in sockets)
        unix = self._serve(Rules("localhost", self.port), services)
        self._places = {driver.name: driver.place for driver in config.drivers}
        watches = None if config.watches is None else os.path.realpath(config.watches)
        self._runtime = RuntimeFile(url, self._places, watches)
        self._listeners.append(Listener(self._runtime.listen(), unix))
        self.core.start(watches)
        pinger = Pinger(self.core.connections)
        self._pings = asyncio.create_task(pinger.run(), name="pinger")
        if watches is not None:
            discovery = Discovery(Path(watches), self._found)
            discovery.look()
            self._discovery = asyncio.create_task(discovery.run(), name="discovery")
        # A client that finds the relay shall find the drivers that run, too.
        await self.core.first_look(_FIRST_LOOK_SECONDS)
        self._runtime.publish()
        if self.actions is not None:
            self.actions.begin(str(self._runtime.socket))

    def _found(self, driver: DriverAddress) -> bool:
        """Serves a driver that was found; False: there is no room for it."""
        if driver.name in self._places:
            return True
        if not self.core.add(driver):
            return False
        self._places[driver.name] = driver.place
        assert self._runtime is not None
        self._runtime.set_drivers(self._places)
        return True

    def _serve(self, rules: Rules, services: Services) -> HTTPServer:
        make_client = partial(self.core.connect, services)
        viewers = None
        if self.config.foxglove:
            make_viewer = partial(self._connect_viewer, services)
            viewers = dict.fromkeys(SUBPROTOCOLS, make_viewer)
        take, pages = self.core.source.take, self.config.pages
        server = HTTPServer(
            Application(routes(rules, self.hub, take, make_client, pages, viewers)),
            max_header_size=16 << 10,
            max_body_size=1 << 20,
            # A connection that asks for nothing cannot hold a descriptor for long.
            idle_connection_timeout=_REQUEST_SECONDS,
            body_timeout=_REQUEST_SECONDS,
        )
        self._servers.append(server)
        return server

    def _connect_viewer(self, services: Services, transport: Transport) -> FoxgloveConnection:
        """Takes a client of Foxglove's protocol, past the handshake."""
        return FoxgloveConnection(transport, services, self.core.connections, self._session)

    async def stop(self) -> None:
        """Says goodbye to the clients and closes everything."""
        for listener in self._listeners:
            listener.close()
        if self.actions is not None:
            self.actions.stop()
        for task in (self._pings, self._discovery):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        await self.core.stop()
        for server in self._servers:
            await server.close_all_connections()
        if self._runtime is not None:
            self._runtime.close()


def _disk(config: RelayConfig) -> DiskHistory | None:
    """Makes what keeps a history on disk, if one is wanted."""
    if config.history_disk is None:
        return None
    folder = config.history_folder or default_folder()
    limit, queue = config.history_disk_bytes, config.limits.queue
    return DiskHistory(config.history_disk, limit, folder, queue)


def _actions(config: RelayConfig) -> ActionService:
    """Makes what runs a relay's actions.

    Raises:
        ConfigError: pydantic is not installed, or the API cannot be served.
    """
    try:
        from cwire_server.workers.service import ActionService
    except ImportError as error:
        if error.name and error.name.partition(".")[0] in ("pydantic", "typing_extensions"):
            raise ConfigError(
                "actions need pydantic, which checks what they are given: "
                "pip install 'cwire[actions]'"
            ) from None
        raise
    from cwire_server.workers.api import ApiError

    try:
        service = ActionService(
            config.api, config.limits, owner=config.owner, threads=config.threads
        )
        for name, process in config.processes.items():
            service.processes.add(name, process)
        return service
    except ApiError as error:
        raise ConfigError(f"these actions cannot be served: {error}") from error


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
                serves = _serves(relay, config)
                use = "use that one, " if serves else "it does not serve what you want: "
                return f"by the relay {relay} of this account: {use}stop it, or {other}"
    if answers_as_relay(config.port, config.host):
        return f"by another relay: {elsewhere_text(config.port)}, or {other}"
    return f"by another program; {other}"


def _serves(relay: RelayEntry, config: RelayConfig) -> bool:
    """Whether a relay that runs serves the drivers that this one was to serve."""
    wanted = {driver.name: driver.place for driver in config.drivers}
    watches = config.watches is None or relay.watches == os.path.realpath(config.watches)
    return watches and wanted.items() <= relay.drivers.items()
