"""A client of a hub whose queue a test reads, in the place of a socket."""

from __future__ import annotations

from cwire_server.hub.client import Client
from cwire_server.hub.client_queue import ClientQueue
from cwire_server.hub.hub import Hub


class HubClient(Client):
    """Its hello waits in `queue`."""

    def __init__(self, hub: Hub) -> None:
        limits = hub.limits
        self.queue = ClientQueue(limits.queue, limits.control, limits.batch)
        super().__init__(self.queue, lambda: None)
        hub.add_client(self)
