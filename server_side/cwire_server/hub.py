"""The hub: which drivers there are, who wants what, and who gets a batch. Pure.

It has no sockets and no clock. Driver links tell it what happened; it puts what follows from that
into the clients' queues and wakes their shells.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from cwire_server.batch import Batch
from cwire_server.client_queue import ClientQueue, Stream
from cwire_server.config import Limits
from cwire_server.relay_schema import RELAY_NAME, RELAY_SCHEMA
from cwire_structs import frames
from cwire_structs.control import Hello
from cwire_structs.schema import Message, Schema

__all__ = ["BatchError", "Client", "DriverState", "Hub", "RequestError", "Subscription"]


class RequestError(ValueError):
    """A client asked for what cannot be done. ``code`` is one of PROTOCOL.md's error codes."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class BatchError(ValueError):
    """A driver sent frames that its own schema does not allow."""


@dataclass(slots=True)
class MessageTotal:
    """What came of one message of a driver since the relay started."""

    frames: int = 0
    bytes: int = 0
    lost: int = 0


@dataclass(eq=False)
class DriverState:
    """What the relay knows of one driver."""

    name: str
    source: int
    state: str = "down"
    problem: str | None = None
    """Why it is not up, for people."""
    session: int | None = None
    epoch: int | None = None
    schema: Schema | None = None
    frames: int = 0
    bytes: int = 0
    lost: int = 0
    commands: int = 0
    last_sequence: dict[int, int] = field(default_factory=dict)
    """By message id, in this epoch."""
    messages: dict[str, MessageTotal] = field(default_factory=dict)

    def is_meant_by(self, driver: str | None) -> bool:
        """Whether a subscription to ``driver`` covers it. The relay's own source must be named."""
        if driver is None:
            return self.source != frames.RELAY_SOURCE
        return driver == self.name

    def describe(self, *, schema: bool) -> dict[str, Any]:
        """What clients are told of it."""
        description: dict[str, Any] = {
            "name": self.name,
            "source": self.source,
            "state": self.state,
            "problem": self.problem,
            "session": None if self.state == "down" else self.session,
            "epoch": None if self.epoch is None else str(self.epoch),
        }
        if schema:
            description["schema"] = None if self.schema is None else self.schema.json
        return description


@dataclass(frozen=True)
class Subscription:
    """What a client asked for: a driver's name or None for all, messages or None for all."""

    id: int
    driver: str | None
    messages: tuple[str, ...] | None

    def wants(self, driver: DriverState) -> list[Message]:
        """The messages of a driver that this covers, as far as its schema is known."""
        if driver.schema is None or not driver.is_meant_by(self.driver):
            return []
        published = driver.schema.published
        if self.messages is None:
            return list(published.values())
        return [published[name] for name in self.messages if name in published]


@dataclass(eq=False)
class Client:
    """One connected client: its queue, its subscriptions, and how to wake its shell."""

    id: int
    queue: ClientQueue
    wake: Callable[[], None]
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    slow: bool = False
    """It did not catch up in time: until it has, no driver waits for it."""
    sent_bytes: int = 0
    """Counted by its shell with `Hub.count_sent`."""
    streams: dict[int, dict[int, list[Stream]]] = field(default_factory=dict)
    """By source and message id. Never changed in place: what waits in the queue refers to it."""

    def send(self, op: str, **fields: Any) -> None:
        """Puts a JSON text into the queue and wakes the shell."""
        self.queue.put_text(json.dumps({"op": op, **fields}))
        self.wake()


class Hub:
    """Routes what drivers send to the clients that want it."""

    def __init__(self, driver_names: Iterable[str], limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.on_interest: Callable[[int], None] = lambda source: None
        """Called with a source when what its clients want may have changed."""
        self.drivers = {
            source: DriverState(name, source) for source, name in enumerate(driver_names, start=1)
        }
        self.served = tuple(self.drivers.values())
        """The drivers without the relay's own source of statistics."""
        self.drivers[frames.RELAY_SOURCE] = DriverState(
            RELAY_NAME, frames.RELAY_SOURCE, state="up", session=0, schema=RELAY_SCHEMA
        )
        self.sent_bytes = 0
        """Sent to all clients since the relay started."""
        self._dropped_before: Counter[tuple[int, str]] = Counter()
        """For clients that have left."""
        self.clients: dict[int, Client] = {}
        self._client_ids = itertools.count(1)
        self._sessions = itertools.count(1)
        self.on_room: Callable[[int], None] = lambda source: None
        """Called with a source that was held when a client of it has room again."""
        self._held: set[int] = set()
        # By source: clients that want the same messages share one batch.
        self._routes: dict[int, dict[frozenset[int], list[Client]]] = {
            source: {} for source in self.drivers
        }

    # Clients

    def add_client(self, wake: Callable[[], None]) -> Client:
        """A new client; its hello is the first thing in its queue."""
        limits = self.limits
        queue = ClientQueue(limits.queue, limits.control, limits.batch)
        client = Client(next(self._client_ids), queue, wake)
        self.clients[client.id] = client
        client.send(
            "hello",
            protocol=frames.PROTOCOL,
            server="cwire",
            client=client.id,
            limits={
                "frame": limits.frame,
                "hello": limits.hello,
                "batch": limits.batch,
                "command": limits.command,
            },
            drivers=[driver.describe(schema=True) for driver in self.drivers.values()],
        )
        return client

    def remove_client(self, client: Client) -> None:
        """Forgets a client."""
        if self.clients.pop(client.id, None) is not None:
            self._dropped_before.update(client.queue.dropped_by)
        client.streams = {}
        for source in self.drivers:
            self._reroute(source)
        self._release(self._held)

    def subscribe(
        self, client: Client, id_: int, driver: str | None, messages: tuple[str, ...] | None
    ) -> None:
        """Adds a subscription, or replaces the one with this id.

        Raises:
            RequestError: No such driver, or a driver that is known has no such message.
        """
        subscription = Subscription(id_, driver, messages)
        chosen = [state for state in self.drivers.values() if state.is_meant_by(driver)]
        if not chosen:
            known = ", ".join(state.name for state in self.drivers.values())
            raise RequestError(
                "unknown_driver", f"no driver is named {driver!r}; this relay has: {known}"
            )
        # While a driver has never been seen, any message may be its own.
        if messages is not None and all(state.schema for state in chosen):
            published = {
                name for state in chosen if state.schema for name in state.schema.published
            }
            for name in messages:
                if name not in published:
                    raise RequestError(
                        "unknown_message",
                        f"no message {name!r} is published; there are: "
                        + ", ".join(sorted(published)),
                    )
        client.subscriptions[id_] = subscription
        for state in self.drivers.values():
            self._resolve(client, state, fresh={id_})
        self._announce(client, subscription)

    def unsubscribe(self, client: Client, id_: int) -> None:
        """Ends a subscription.

        Raises:
            RequestError: There is none with this id.
        """
        if id_ not in client.subscriptions:
            raise RequestError("unknown_subscription", f"there is no subscription {id_} to end")
        del client.subscriptions[id_]
        for state in self.drivers.values():
            self._resolve(client, state)
        client.send("unsubscribed", id=id_)

    def interest(self, source: int) -> frozenset[int]:
        """The message ids of a driver that any client wants."""
        return frozenset().union(*self._routes[source])

    def _resolve(self, client: Client, driver: DriverState, fresh: Collection[int] = ()) -> None:
        """Works out which messages of a driver the client gets, and for which subscriptions.

        The ledgers of the subscriptions in ``fresh`` begin anew, those of the others go on.
        """
        kept = {
            (stream.subscription, type_): stream
            for type_, streams in client.streams.get(driver.source, {}).items()
            for stream in streams
            if stream.subscription not in fresh
        }
        resolved: dict[int, list[Stream]] = {}
        for subscription in client.subscriptions.values():
            for message in subscription.wants(driver):
                stream = kept.get((subscription.id, message.id))
                if stream is None:
                    stream = Stream(subscription.id, driver.source, message.name)
                resolved.setdefault(message.id, []).append(stream)
        client.streams = {**client.streams, driver.source: resolved}
        self._reroute(driver.source)

    def _announce(self, client: Client, subscription: Subscription) -> None:
        """Tells a client which streams a subscription stands for now, and where they begin."""
        streams = []
        for driver in self.drivers.values():
            for message in subscription.wants(driver):
                last = driver.last_sequence.get(message.id)
                streams.append(
                    {
                        "source": driver.source,
                        "message": message.name,
                        "type": message.id,
                        "first_sequence": None if last is None else (last + 1) % 2**32,
                    }
                )
        client.send("subscribed", id=subscription.id, streams=streams)

    def _reroute(self, source: int) -> None:
        routes: dict[frozenset[int], list[Client]] = {}
        for client in self.clients.values():
            if wanted := frozenset(client.streams.get(source, ())):
                routes.setdefault(wanted, []).append(client)
        self._routes[source] = routes
        if source != frames.RELAY_SOURCE:  # its timer looks for itself
            self.on_interest(source)

    # Drivers

    def driver_up(self, source: int, hello: Hello, schema: Schema) -> None:
        """A driver has said hello. Clients learn whether it is the same run as before."""
        driver = self.drivers[source]
        known = driver.schema
        if driver.epoch == hello.epoch:
            event = "up"
        else:
            event = "up" if driver.epoch is None else "restarted"
            if known is not None and known.layout_hash != schema.layout_hash:
                event = "schema_changed"
            driver.session = next(self._sessions)
            driver.epoch = hello.epoch
            driver.last_sequence = {}
        news = known is None or known.json != schema.json
        resolve = event != "up" or known is None
        driver.schema = schema
        driver.state = "up"
        driver.problem = None
        self._tell_driver(driver, event, schema=news)
        if resolve:
            for client in list(self.clients.values()):
                self._resolve(client, driver, fresh=client.subscriptions)
                for subscription in client.subscriptions.values():
                    if driver.is_meant_by(subscription.driver):
                        self._announce(client, subscription)

    def driver_down(self, source: int, problem: str) -> None:
        """A driver is gone or cannot be reached; told when that is new."""
        driver = self.drivers[source]
        if driver.state == "down" and driver.problem == problem:
            return
        driver.state = "down"
        driver.problem = problem
        self._tell_driver(driver, "down", schema=False)

    def driver_stale(self, source: int, problem: str) -> None:
        """A driver has not given a sign of life for too long."""
        driver = self.drivers[source]
        if driver.state == "up":
            driver.state = "stale"
            driver.problem = problem
            self._tell_driver(driver, "stale", schema=False)

    def driver_heard(self, source: int) -> None:
        """A stale driver lives after all."""
        driver = self.drivers[source]
        if driver.state == "stale":
            driver.state = "up"
            driver.problem = None
            self._tell_driver(driver, "up", schema=False)

    def _tell_driver(self, driver: DriverState, event: str, *, schema: bool) -> None:
        for client in list(self.clients.values()):
            client.send("driver", event=event, driver=driver.describe(schema=schema))

    # Frames

    def account(self, source: int, tallies: tuple[frames.Tally, ...]) -> dict[int, int]:
        """Checks frames against the driver's schema and counts them; per type, what is missing.

        Raises:
            BatchError: A frame has an id or a size that the schema does not allow.
        """
        driver = self.drivers[source]
        losses = {}
        for tally in tallies:
            message = driver.schema.by_id.get(tally.type) if driver.schema else None
            if message is None:
                raise BatchError(
                    f"it sent a frame of type {tally.type}, which its schema does not have"
                )
            # Of frames of mixed sizes (only a message with a tail has them) the client checks each.
            if not message.tail and (
                tally.mixed or tally.size != frames.HEADER_SIZE + message.size
            ):
                raise BatchError(
                    f"it sent {message.name} with a payload of {tally.size - frames.HEADER_SIZE} "
                    f"bytes, its schema says {message.size}: rebuild it with its header's schema"
                )
            lost = tally.gaps
            last = driver.last_sequence.get(tally.type)
            if last is not None:
                step = (tally.first_sequence - last - 1) % 2**32
                lost += step if step < 2**31 else 0
            driver.last_sequence[tally.type] = tally.last_sequence
            driver.frames += tally.count
            driver.bytes += tally.bytes
            total = driver.messages.get(message.name)
            if total is None:
                total = driver.messages[message.name] = MessageTotal()
            total.frames += tally.count
            total.bytes += tally.bytes
            total.lost += lost
            if lost:
                losses[tally.type] = lost
                driver.lost += lost
        return losses

    def route(self, batch: Batch) -> bool:
        """Puts a batch into the queues of the clients that want it. One copy serves all.

        Returns:
            Whether the driver should not be read on for now, since all of these clients have much
            to read already; then `on_room` or `overdue` ends that. So a driver that paces itself
            loses nothing, and one slow client among others is not waited for.
        """
        source = batch.source
        room = waits = False
        for wanted, clients in self._routes[source].items():
            if (part := batch.only(wanted)) is None:
                continue
            for client in list(clients):
                client.queue.put_batch(part, client.streams[source])
                client.wake()
                if client.queue.data_bytes <= self.limits.crowd:
                    room = True
                elif not client.slow:
                    waits = True
        if waits and not room and source != frames.RELAY_SOURCE:
            self._held.add(source)
            return True
        return False

    def overdue(self, source: int) -> None:
        """A held driver has waited long enough: clients that are still crowded are slow ones."""
        self._held.discard(source)
        for clients in self._routes[source].values():
            for client in clients:
                client.slow = client.queue.data_bytes > self.limits.crowd

    def drained(self, client: Client) -> None:
        """A client has been sent something."""
        if client.queue.data_bytes <= self.limits.crowd // 2:
            client.slow = False
            if self._held:
                self._release(self._held & client.streams.keys())

    def _release(self, sources: Collection[int]) -> None:
        for source in list(sources):
            self._held.discard(source)
            self.on_room(source)

    # Figures

    def count_sent(self, client: Client, size: int) -> None:
        """A client has been sent so many bytes."""
        client.sent_bytes += size
        self.sent_bytes += size

    def dropped(self) -> Counter[tuple[int, str]]:
        """Frames dropped for slow clients, by source and message, since the relay started."""
        dropped = self._dropped_before.copy()
        for client in self.clients.values():
            if client.queue.dropped:
                dropped.update(client.queue.dropped_by)
        return dropped

    def status(self, uptime: float) -> dict[str, Any]:
        """The figures of the `status` operation."""
        return {
            "clients": len(self.clients),
            "uptime": round(uptime, 3),
            "drivers": [
                {
                    "name": driver.name,
                    "source": driver.source,
                    "state": driver.state,
                    "problem": driver.problem,
                    "frames": driver.frames,
                    "bytes": driver.bytes,
                    "lost": driver.lost,
                    "commands": driver.commands,
                }
                for driver in self.served
            ],
        }
