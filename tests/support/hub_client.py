"""What a hub has around it, in a test's hand: a client's queue, and turns for long work."""

from __future__ import annotations

from collections.abc import Callable

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


class GivenTurns:
    """Turns for long work that a test gives."""

    def __init__(self) -> None:
        self.free = 0

    def take(self, call_again: Callable[[], object]) -> bool:
        self.free -= 1
        return self.free >= 0

    def done(self) -> None:
        """The next one is not given by itself."""

    def give(self, hub: Hub, turns: int = 1) -> None:
        """Lets the hub work for as many turns as these, if it has so much to do."""
        self.free = turns
        hub.work()
        self.free = 0
