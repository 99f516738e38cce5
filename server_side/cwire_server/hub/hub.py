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

from cwire_server.errors import RequestError
from cwire_server.hub.batch import Batch
from cwire_server.hub.client_queue import ClientQueue
from cwire_server.hub.delivery import Delivery, Wanted, plan
from cwire_server.hub.derived import DerivedStreams
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.history import HistoryStore
from cwire_server.hub.routes import Routes
from cwire_server.hub.subscription import History, Stream, Subscription
from cwire_server.limits import Limits
from cwire_server.relay_schema import RELAY_NAME, RELAY_SCHEMA
from cwire_structs import frames
from cwire_structs.control import Hello
from cwire_structs.frames import RELAY_SOURCE
from cwire_structs.schema import Schema

__all__ = ["Client", "Hub"]

_NOTHING = Delivery({}, {})


@dataclass(eq=False, slots=True)
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
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    """By source."""
    streams: dict[tuple[int, int, int], Stream] = field(default_factory=dict)
    """By subscription, source and message id: the ledgers."""

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
        self.on_room: Callable[[int], None] = lambda source: None
        """Called with a source that was held when a client of it has room again."""
        self.drivers = {
            source: DriverState(name, source, HistoryStore(self.limits.history))
            for source, name in enumerate(driver_names, start=1)
        }
        self.served = tuple(self.drivers.values())
        """The drivers without the relay's own source of statistics."""
        self.drivers[RELAY_SOURCE] = DriverState(
            RELAY_NAME,
            RELAY_SOURCE,
            HistoryStore(self.limits.history),
            state="up",
            session=0,
            schema=RELAY_SCHEMA,
        )
        self.sent_bytes = 0
        """Sent to all clients since the relay started."""
        self._dropped_before: Counter[tuple[int, str]] = Counter()
        """For clients that have left."""
        self.clients: dict[int, Client] = {}
        self._client_ids = itertools.count(1)
        self._sessions = itertools.count(1)
        self._held: set[int] = set()
        self._derived = {source: DerivedStreams() for source in self.drivers}
        self._routes: dict[int, Routes[Client]] = {source: Routes() for source in self.drivers}

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
        for source in client.deliveries:
            self._deliver_to(client, source, _NOTHING)
        self._release(self._held)

    def subscribe(self, client: Client, subscription: Subscription, now: float) -> None:
        """Adds a subscription, or replaces the one with this id.

        Raises:
            RequestError: No such driver or message, or one that cannot be had in this way.
        """
        chosen = self._chosen(subscription)
        others = client.subscriptions.keys() - {subscription.id}
        if len(others) >= self.limits.subscriptions:
            raise RequestError(
                "bad_request",
                f"{self.limits.subscriptions} subscriptions are the most that a client can have: "
                "unsubscribe from one, or name several messages in one",
            )
        if subscription.options.decimate:
            for driver in chosen:
                self._derived[driver.source].add(driver.schema, subscription)
        client.subscriptions[subscription.id] = subscription
        for driver in self.drivers.values():
            self._resolve(client, driver, fresh={subscription.id})
        past = self._past(subscription, now)
        self._announce(client, subscription, past)
        for (source, type_), batches in past.items():
            stream = client.streams[subscription.id, source, type_]
            for batch in batches:
                client.queue.put_batch(batch, {type_: (stream,)})
        client.wake()

    def _chosen(self, subscription: Subscription) -> list[DriverState]:
        """The drivers that a subscription is about, if it can be taken."""
        name, messages = subscription.driver, subscription.messages
        chosen = [driver for driver in self.drivers.values() if driver.is_meant_by(name)]
        if not chosen:
            known = ", ".join(driver.name for driver in self.drivers.values())
            raise RequestError(
                "unknown_driver", f"no driver is named {name!r}; this relay has: {known}"
            )
        # While a driver has never been seen, any message may be its own.
        if messages is not None and all(driver.schema for driver in chosen):
            schemas = [driver.schema for driver in chosen if driver.schema]
            published = sorted({name for schema in schemas for name in schema.published})
            for message in messages:
                if message not in published:
                    raise RequestError(
                        "unknown_message",
                        f"no message {message!r} is published; there are: {', '.join(published)}",
                    )
        return chosen

    def unsubscribe(self, client: Client, id_: int) -> None:
        """Ends a subscription.

        Raises:
            RequestError: There is none with this id.
        """
        if id_ not in client.subscriptions:
            raise RequestError("unknown_subscription", f"there is no subscription {id_} to end")
        del client.subscriptions[id_]
        for driver in self.drivers.values():
            self._resolve(client, driver)
        client.send("unsubscribed", id=id_)

    def interest(self, source: int) -> frozenset[int]:
        """The message ids of a driver that any client wants, in whatever way."""
        return self._derived[source].origins(self._routes[source].types)

    def _resolve(self, client: Client, driver: DriverState, fresh: Collection[int] = ()) -> None:
        """Works out how the client gets which messages of a driver, and for which subscriptions.

        The ledgers of the subscriptions in ``fresh`` begin anew, those of the others go on.
        """
        source = driver.source
        wanted: list[Wanted] = []
        kept: dict[tuple[int, int, int], Stream] = {}
        for subscription in client.subscriptions.values():
            for message in self._messages(driver, subscription):
                key = (subscription.id, source, message.id)
                stream = None if subscription.id in fresh else client.streams.get(key)
                if stream is None:
                    stream = Stream(subscription.id, source, message.name)
                kept[key] = stream
                wanted.append(Wanted(stream, message, subscription.options))
        others = {key: stream for key, stream in client.streams.items() if key[1] != source}
        client.streams = {**others, **kept}
        self._deliver_to(client, source, plan(driver.name, wanted))

    def _messages(self, driver: DriverState, subscription: Subscription) -> list[Any]:
        if subscription.options.decimate:
            return self._derived[driver.source].messages(driver, subscription)
        return subscription.wants(driver)

    def _past(self, subscription: Subscription, now: float) -> dict[tuple[int, int], list[Batch]]:
        """The history that a subscription begins with, by source and message id."""
        asked = subscription.options.history
        if asked is None:
            return {}
        return {
            (driver.source, message.id): _recall(driver.history, message.id, asked, now)
            for driver in self.drivers.values()
            for message in subscription.wants(driver)
        }

    def _announce(
        self,
        client: Client,
        subscription: Subscription,
        past: dict[tuple[int, int], list[Batch]] | None = None,
    ) -> None:
        """Tells a client which streams a subscription stands for now, and where they begin."""
        streams = []
        for driver in self.drivers.values():
            derived = self._derived[driver.source]
            for message in self._messages(driver, subscription):
                batches = (past or {}).get((driver.source, message.id))
                last = driver.last_sequence.get(derived.origin(message.id))
                first = None if last is None else (last + 1) % 2**32
                if batches:
                    first = batches[0].tallies[0].first_sequence
                streams.append(
                    {
                        "source": driver.source,
                        "message": message.name,
                        "type": message.id,
                        "first_sequence": first,
                        **derived.describe(message.id),
                    }
                )
        client.send("subscribed", id=subscription.id, streams=streams)

    def _deliver_to(self, client: Client, source: int, delivery: Delivery) -> None:
        """From now on a client gets this of a driver."""
        routes = self._routes[source]
        known = routes.types
        routes.change(client, client.deliveries.get(source, _NOTHING), delivery)
        # Replaced, never changed: what waits in its queue refers to it.
        client.deliveries = {**client.deliveries, source: delivery}
        if routes.types != known:
            self._derived[source].keep(routes.types)
            if source != RELAY_SOURCE:  # its timer looks for itself
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
            driver.history.clear()
        news = known is None or known.json != schema.json
        resolve = event != "up" or known is None
        driver.schema = schema
        driver.state = "up"
        driver.problem = None
        self._tell_driver(driver, event, schema=news)
        if resolve:
            self._derived[source].clear()
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

    def route(self, batch: Batch, now: float) -> bool:
        """Puts a batch into the queues of the clients that want it. One copy serves all.

        Args:
            batch: Frames that `DriverState.account` has checked.
            now: Seconds of a steady clock.

        Returns:
            Whether the driver should not be read on for now, since all of these clients have much
            to read already; then `on_room` or `overdue` ends that. So a driver that paces itself
            loses nothing, and one slow client among others is not waited for.
        """
        source = batch.source
        self.drivers[source].history.add(batch, now)
        fed = self._deliver(batch, now)
        for derived in self._derived[source].apply(batch):
            fed += self._deliver(derived, now)
        crowd = self.limits.crowd
        crowded = [client for client in fed if client.queue.data_bytes > crowd]
        waited_for = any(not client.slow for client in crowded)
        if waited_for and len(crowded) == len(fed) and source != RELAY_SOURCE:
            self._held.add(source)
            return True
        return False

    def _deliver(self, batch: Batch, now: float) -> list[Client]:
        """Puts a batch into queues; the clients that got it whole."""
        fed = []
        source = batch.source
        for wanted, clients in self._routes[source].groups():
            if (part := batch.only(wanted)) is None:
                continue
            for client in clients:
                client.queue.put_batch(part, client.deliveries[source].whole)
                client.wake()
                fed.append(client)
        for client in self._routes[source].picking():
            pickers = client.deliveries[source].pickers
            for tally in batch.tallies:
                for picker in pickers.get(tally.type, ()):
                    if picker.fits(batch, tally):
                        picker.pick(client.queue, batch, tally, now)
            client.wake()
        return fed

    def overdue(self, source: int) -> None:
        """A held driver has waited long enough: clients that are still crowded are slow ones."""
        self._held.discard(source)
        for _, clients in self._routes[source].groups():
            for client in clients:
                client.slow = client.queue.data_bytes > self.limits.crowd

    def drained(self, client: Client) -> None:
        """A client has been sent something: it does read, and is waited for again."""
        client.slow = False
        if self._held and client.queue.data_bytes <= self.limits.crowd // 2:
            self._release(self._held & client.deliveries.keys())

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
            "drivers": [driver.figures() for driver in self.served],
        }


def _recall(history: HistoryStore, type_: int, asked: History, now: float) -> list[Batch]:
    if asked.frames is not None:
        return history.frames(type_, asked.frames)
    return history.since(type_, now - (asked.seconds or 0.0))
