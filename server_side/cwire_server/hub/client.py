"""A client as the hub knows it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cwire_server.hub.delivery import Delivery
from cwire_server.hub.plan import Plan
from cwire_server.hub.sink import Sink
from cwire_server.hub.subscription import Subscription

__all__ = ["Client"]


@dataclass(eq=False, slots=True)
class Client:
    """A subscriber: where its frames go, and what it has subscribed to."""

    sink: Sink
    wake: Callable[[], None]
    """Called when something has been put into the sink; where that acts at once: `lambda: None`."""
    end: Callable[[str], None] = lambda reason: None
    """Called when the relay gives this client up, for a reason: nothing more is put."""
    id: int = 0
    """Given by `Hub.add_client`."""
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    paces: bool = True
    """Whether drivers wait for it, and go on when it has room. One that does not takes what it can
    beside those that do."""
    slow: bool = False
    """It did not catch up in time: until it has, no driver waits for it."""
    sent_bytes: int = 0
    """Counted by its shell with `Hub.count_sent`."""
    announcing: bool = False
    """It is being told what it gets for a subscription; see `Planner.announce`."""
    asked: int | None = None
    """The id of the subscription that it asks for at the moment; see `Hub.subscribing`."""
    reads: frozenset[int] = frozenset()
    """Sources whose rings it reads itself: it is not sent what is in them."""
    plans: dict[int, Plan] = field(default_factory=dict)
    """By source, what its subscriptions come to."""
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    """By source, the deliveries of the plans."""

    def send(self, op: str, **fields: Any) -> None:
        """Gives the sink an operation of PROTOCOL.md."""
        self.sink.put_operation({"op": op, **fields})
        self.wake()
