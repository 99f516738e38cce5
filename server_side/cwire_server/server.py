"""A relay for Python functions, to be started from Python: `cwire_server.Server`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cwire.link.loop_thread import LoopThread
from cwire_server.app import Relay
from cwire_server.config import (
    ACTIONS_PORT,
    Address,
    ConfigError,
    RelayConfig,
    driver_addresses,
)
from cwire_server.limits import Limits
from cwire_server.serving import allow_many_clients, new_loop, run
from cwire_structs.errors import hint_text
from cwire_structs.runtime import DEFAULT_PORT

if TYPE_CHECKING:
    from cwire_server.workers.background import Background

__all__ = ["Server"]

_LIMITS = ("streams", "keep")
_FIELDS = tuple(
    sorted(
        {one.name for one in fields(RelayConfig)} - {"api", "limits", "processes"}
        | {*_LIMITS, "schemas"}
    )
)


class Server:
    """Lets clients call Python functions, with or without drivers.

        server = cwire_server.Server(api={"events": {"create": create}}, config={"port": 6000})
        server.run_forever()

    In a notebook, `start` runs it in a thread, and ``with server:`` starts and stops it.

    Args:
        api: A nested dict of functions: ``{"events": {"create": create}}`` is the action
            ``events.create``. Or a list of functions, or a module, of which those with
            ``@cwire_server.action`` are taken.
        config: Any of

            - ``host``: a loopback address; ``127.0.0.1``.
            - ``port``: of TCP; 0 picks a free one; 5678 without drivers, else 8765.
            - ``token``: what TCP clients need; a fresh one, which is in `link`.
            - ``owner``: the token with which the action ``shutdown`` ends it; nobody can without.
            - ``drivers``: names of drivers, ``NAME=PLACE``, or a dict of both; none.
            - ``schemas``: a dict of files with the schemas of drivers that say only the hash.
            - ``allowed_origins``: of pages that may connect (they need the token, too); its own.
            - ``pages``: a folder with pages of your own, served at ``/pages/``.
            - ``ring``: False: drivers are read by their sockets, not their shared memory.
            - ``history_disk``: seconds for which what comes from drivers is kept on disk; none.
            - ``history_disk_bytes``: what that has at most; 2 GiB.
            - ``history_folder``: where; ``/var/tmp``.
            - ``threads``: functions that run at a time in threads, of all clients; 32.
            - ``streams``: functions that run at a time for one client; 128.
            - ``keep``: seconds that a client's calls outlive its connection; 10.

    Raises:
        ConfigError: A field is unknown or cannot be, or the API cannot be served.

    Attributes:
        api: As it was given.
        config: All of it, checked.
        processes: The background processes, by name.
    """

    def __init__(self, api: object = None, config: Mapping[str, Any] | None = None) -> None:
        self.api = {} if api is None else api
        self.config = _config(self.api, config or {})
        self.processes: dict[str, Any] = {}
        self._relay: Relay | None = None
        self._thread: LoopThread | None = None
        # Made at once, so that what is wrong with the API is found at once.
        self._made: Relay | None = Relay(self._whole_config)

    def add_process(self, name: str, process: Any) -> None:
        """Adds a background process, which starts with the server.

        It tells clients of what happens by ``output.send(action=…, data=…, client_id=None)``. They
        are told by the event ``process`` when it starts, stops, restarts and crashes.

        Args:
            name: It is the thread's or coroutine's ``process_id``.
            process: A `threading.Thread`, which gets ``process_id`` and ``output`` as attributes; a
                class of such threads, which can be restarted; or an async function, which is
                called with both. Each ends when ``output.stopping`` is set; a coroutine is
                cancelled, and a thread's ``stop()`` is called, if it has one.

        Raises:
            ConfigError: The name is taken, or it is nothing that can run.
        """
        relay = self._relay or self._made
        if relay is None:
            relay = self._made = Relay(self._whole_config)
        assert relay.actions is not None
        try:
            relay.actions.processes.add(name, process)
        except ValueError as error:
            raise ConfigError(str(error)) from error
        self.processes[name] = process

    def start_process(self, name: str) -> None:
        """Starts a process again that has ended.

        Raises:
            ApiError: There is none of this name, or it is a thread, which runs once only.
        """
        self._background.start(name)

    def stop_process(self, name: str) -> None:
        """Tells a process to end.

        Raises:
            ApiError: There is none of this name.
        """
        self._background.stop(name)

    def restart_process(self, name: str) -> None:
        """Stops a process and starts it again.

        Raises:
            ApiError: There is none of this name, or it is a thread, which runs once only.
        """
        self._background.restart(name)

    @property
    def link(self) -> str:
        """The address with the token, for people and for ``cwire.connect``; once it runs."""
        return self._running.link

    @property
    def port(self) -> int:
        """The TCP port; once it runs."""
        return self._running.port

    def run_forever(self) -> None:
        """Serves until Ctrl-C, SIGTERM or the action ``shutdown``; in the main thread only.

        Raises:
            ConfigError: The port is taken.
            RuntimeDirError: The runtime directory cannot be used.
        """
        logging.basicConfig(
            level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", stream=sys.stderr
        )
        logging.getLogger("tornado.access").setLevel(logging.WARNING)
        allow_many_clients()
        run(self._taken())

    def start(self) -> None:
        """Serves in a thread until `stop`, or until this program ends.

        Raises:
            ConfigError: The port is taken, or it runs already.
            RuntimeDirError: The runtime directory cannot be used.
        """
        if self._relay is not None:
            raise ConfigError("this server runs already")
        relay = self._taken()
        thread = LoopThread("cwire server", new_loop(relay))
        try:
            thread.call(relay.start())
        except BaseException:
            thread.stop(relay.stop)
            raise
        if relay.actions is not None:
            relay.actions.on_shutdown = self.stop
        self._relay, self._thread = relay, thread

    def stop(self) -> None:
        """Ends it: clients are told, and functions that run."""
        relay, thread = self._relay, self._thread
        self._relay = self._thread = None
        if relay is not None and thread is not None:
            thread.stop(relay.stop)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _running(self) -> Relay:
        if self._relay is None:
            raise ConfigError("this server does not run: start() it")
        return self._relay

    @property
    def _background(self) -> Background:
        assert self._running.actions is not None
        return self._running.actions.processes

    def _taken(self) -> Relay:
        """The relay to start: the one that was made, or a new one when that has run."""
        relay, self._made = self._made or Relay(self._whole_config), None
        return relay

    @property
    def _whole_config(self) -> RelayConfig:
        return replace(self.config, processes=self.processes)


def _config(api: object, given: Mapping[str, Any]) -> RelayConfig:
    for name in given:
        if name not in _FIELDS:
            raise ConfigError(f"config has no field {name!r}; {hint_text(str(name), _FIELDS)}")
    fields_ = dict(given)
    drivers = _drivers(fields_.pop("drivers", ()), fields_.pop("schemas", {}))
    limits = {name: fields_.pop(name) for name in _LIMITS if name in fields_}
    for name in ("pages", "history_folder"):
        if fields_.get(name) is not None:
            fields_[name] = Path(fields_[name])
    if "allowed_origins" in fields_:
        fields_["allowed_origins"] = frozenset(fields_["allowed_origins"])
    fields_.setdefault("port", DEFAULT_PORT if drivers else ACTIONS_PORT)
    if not limits.get("streams", 1) >= 1 or not limits.get("keep", 0) >= 0:
        raise ConfigError("streams is a number from 1, and keep a time in seconds from 0")
    return RelayConfig(drivers, api=api, limits=Limits(**limits), **fields_)


def _drivers(
    given: Mapping[str, str | Path] | Iterable[str], schemas: Mapping[str, str | Path]
) -> tuple[Address, ...]:
    if isinstance(given, Mapping):
        given = [f"{name}={path}" for name, path in given.items()]
    elif isinstance(given, str):
        given = [given]
    return driver_addresses(given, [f"{name}={file}" for name, file in schemas.items()])
