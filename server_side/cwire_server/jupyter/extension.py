"""`CwireExtension`: its settings, its routes, and the relay that it starts."""

from __future__ import annotations

import json

from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.application import ExtensionApp
from tornado.web import authenticated
from traitlets import Bool, Dict, Float, Int, List, Unicode

from cwire.errors import CwireError
from cwire.process.relay_process import RelayProcess
from cwire_server.jupyter.relays import Relays
from cwire_server.jupyter.splice import SpliceHandler, may_execute
from cwire_structs.runtime import RuntimeDirError

__all__ = ["CwireExtension"]


class RelayHandler(APIHandler):
    """`cwire/relay`: says which relay there is (GET), and starts one if there is none (POST)."""

    def initialize(self, relays: Relays) -> None:
        """Takes what the extension gives to each handler."""
        super().initialize()
        self._relays = relays

    @authenticated
    async def get(self) -> None:
        """Answers ``{"relay": NAME}``, or null where none lives; ``?driver=`` as for `post`."""
        await may_execute(self)
        found = self._relays.find(driver=self._driver)
        self.finish(json.dumps({"relay": None if found is None else found.name}))

    @authenticated
    async def post(self) -> None:
        """Starts a relay if none lives; answers as `get`, or 503 and a message.

        ``?driver=NAME`` asks for one that serves this driver.
        """
        await may_execute(self)
        try:
            found = await self._relays.get(driver=self._driver)
        except (CwireError, RuntimeDirError) as error:
            self.log.warning("cwire: %s", error)
            self.set_status(503)
            self.finish(json.dumps({"message": str(error)}))
        else:
            self.finish(json.dumps({"relay": found.name}))

    @property
    def _driver(self) -> str | None:
        return self.get_query_argument("driver", None)


class CwireExtension(ExtensionApp):
    """Lets pages reach the relay through the Jupyter server's own login."""

    name = "cwire"

    start_relay = Bool(
        True, config=True, help="Start a relay when a page or a kernel wants one and none runs."
    )
    drivers = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        config=True,
        help="The drivers of that relay: a name, and the path of the driver's Unix socket, or '' "
        "for the place where a driver of this name listens. Without any, demo.",
    )
    port = Int(0, config=True, help="The TCP port of that relay; 0 picks a free one.")
    arguments = List(Unicode(), config=True, help="Further arguments of `cwire serve` for it.")
    start_timeout = Float(20.0, config=True, help="Seconds that it may take to start.")

    def initialize_handlers(self) -> None:
        """Adds the routes, under the server's base URL."""
        self.relays = Relays(
            self._make if self.start_relay else None,
            self._words or ("demo",),
            self.start_timeout,
        )
        shared = {"relays": self.relays}
        self.handlers.extend(
            [(r"/cwire/ws", SpliceHandler, shared), (r"/cwire/relay", RelayHandler, shared)]
        )

    @property
    def _words(self) -> list[str]:
        return [f"{name}={path}" if path else name for name, path in self.drivers.items()]

    def _make(self) -> RelayProcess:
        return RelayProcess(*self._words, port=self.port, arguments=self.arguments)

    async def stop_extension(self) -> None:
        """Stops the relay that was started here."""
        await self.relays.stop()
