"""The hub: routes what drivers send to the clients that want it.

It has no sockets and no clock. Driver links tell it what happened; it puts what follows from that
into the clients' sinks and wakes their shells. Pure.
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from typing import Any

from cwire_server.errors import ErrorCode, RequestError, internal_text
from cwire_server.hub.back_pressure import BackPressure
from cwire_server.hub.batch import Batch
from cwire_server.hub.client import Client
from cwire_server.hub.decimation import STEP_BYTES
from cwire_server.hub.delivery import Delivery, Wanted, plan
from cwire_server.hub.derived import DerivedStream, DerivedStreams
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.history import HistoryStore
from cwire_server.hub.json_values import too_large
from cwire_server.hub.ledger import StreamLedger
from cwire_server.hub.registry import DriverRegistry
from cwire_server.hub.routes import Routes
from cwire_server.hub.subscription import HistoryRequest, Subscription
from cwire_server.hub.turns import AnyTime, Turns
from cwire_server.limits import Limits
from cwire_structs import frames
from cwire_structs.control import Hello
from cwire_structs.frames import RELAY_SOURCE, Tally
from cwire_structs.machine import Machine
from cwire_structs.schema import Message, Schema

__all__ = ["Hub"]

_NOTHING = Delivery({}, {})
# Bytes that are decimated in one turn; and what each batch costs beside them.
_WORK_BYTES = 2 * STEP_BYTES
_BATCH_BYTES = 16 << 10


class Hub:
    """Routes what drivers send to the clients that want it.

    What goes wrong while one client is served costs that client its subscription, or, where it is
    not about one, its connection; `on_fault` tells it.
    """

    def __init__(self, driver_names: Iterable[str], limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.on_fault: Callable[[str, Exception], None] = lambda what, error: None
        """Called when the relay itself has failed at something: what it was, and how."""
        self.machine: Machine | None = None
        """Where the relay runs, as its clients are told."""
        self.turns: Turns = AnyTime()
        """Who may do long work at the moment, such as making derived frames."""
        self.on_interest: Callable[[int], None] = lambda source: None
        """Called with a source when what its clients want may have changed."""
        self.drivers = DriverRegistry(driver_names, self.limits.history)
        self.back_pressure = BackPressure(self.limits.crowd)
        self.sent_bytes = 0
        """Sent to all clients since the relay started."""
        self._dropped_before: Counter[tuple[int, str]] = Counter()
        """For clients that have left."""
        self.clients: dict[int, Client] = {}
        self._client_ids = itertools.count(1)
        self._derived = {source: DerivedStreams() for source in self.drivers}
        self._routes: dict[int, Routes[Client]] = {source: Routes() for source in self.drivers}
        # Derived streams that have something to do, in turns; and when the last batch came.
        self._busy: deque[tuple[int, DerivedStream]] = deque()
        self._now = 0.0

    # Clients

    def add_client(self, client: Client) -> None:
        """Makes a client known; its hello is the first thing in its sink."""
        limits = self.limits
        client.id = next(self._client_ids)
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
            machine=self.machine and self.machine.to_json(),
            drivers=[driver.describe(schema=True) for driver in self.drivers.values()],
        )

    def remove_client(self, client: Client) -> None:
        """Forgets a client."""
        if self.clients.pop(client.id, None) is not None:
            self._dropped_before.update(client.sink.dropped_by)
        for source in client.deliveries:
            self._deliver_to(client, source, _NOTHING)
        self.back_pressure.left()

    def subscribe(self, client: Client, subscription: Subscription, now: float) -> None:
        """Adds a subscription, or replaces the one with this id.

        Raises:
            RequestError: No such driver or message, or one that cannot be had in this way.
        """
        covered = self.drivers.covered_by(subscription)
        others = client.subscriptions.keys() - {subscription.id}
        if len(others) >= self.limits.subscriptions:
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"{self.limits.subscriptions} subscriptions are the most that a client can have: "
                "unsubscribe from one, or name several messages in one",
            )
        if subscription.options.decimate:
            for driver in covered:
                self._derived[driver.source].add(driver, subscription)
        if subscription.options.json:
            self._check_json(subscription, covered)
        try:
            self._begin(client, subscription, now)
        except Exception:
            self._forget(client, [subscription.id])  # all of it, or nothing
            raise
        client.wake()

    def _begin(self, client: Client, subscription: Subscription, now: float) -> None:
        client.subscriptions[subscription.id] = subscription
        for driver in self.drivers.values():
            self._resolve(client, driver, fresh={subscription.id})
        past = self._past(subscription, now)
        self._announce(client, subscription, past)
        for (source, type_), batches in past.items():
            ledger = client.ledgers[subscription.id, source, type_]
            for batch in batches:
                client.sink.put_batch(batch, {type_: (ledger,)})

    def unsubscribe(self, client: Client, id_: int) -> None:
        """Ends a subscription.

        Raises:
            RequestError: There is none with this id.
        """
        if id_ not in client.subscriptions:
            raise RequestError(
                ErrorCode.UNKNOWN_SUBSCRIPTION, f"there is no subscription {id_} to end"
            )
        self._forget(client, [id_])
        client.send("unsubscribed", id=id_)

    def _forget(self, client: Client, ids: Iterable[int]) -> None:
        for id_ in ids:
            client.subscriptions.pop(id_, None)
        for driver in self.drivers.values():
            self._resolve(client, driver)

    def interest(self, source: int) -> frozenset[int]:
        """The message ids of a driver that any client wants, in whatever way."""
        return self._derived[source].origins(self._routes[source].types)

    def _resolve(self, client: Client, driver: DriverState, fresh: Collection[int] = ()) -> None:
        """Plans how a client gets the messages of a driver that its subscriptions cover.

        The ledgers of the subscriptions in ``fresh`` begin anew, those of the others go on.
        """
        source = driver.source
        wanted: list[Wanted] = []
        kept: dict[tuple[int, int, int], StreamLedger] = {}
        failed: list[tuple[int, Exception]] = []
        for subscription in client.subscriptions.values():
            try:
                messages = self._messages(driver, subscription)
            except Exception as error:
                failed.append((subscription.id, error))
                continue
            for message in messages:
                key = (subscription.id, source, message.id)
                ledger = None if subscription.id in fresh else client.ledgers.get(key)
                if ledger is None:
                    ledger = StreamLedger(subscription.id, source, message.name)
                kept[key] = ledger
                wanted.append(Wanted(ledger, message, subscription.options))
        others = {key: ledger for key, ledger in client.ledgers.items() if key[1] != source}
        client.ledgers = {**others, **kept}
        self._deliver_to(client, source, plan(driver.name, wanted, self.limits.json))
        for id_, fault in failed:
            self.end_subscriptions(client, {id_}, fault)

    def _messages(self, driver: DriverState, subscription: Subscription) -> list[Message]:
        """The messages of a driver that a subscription gets."""
        found = self._meant(driver, subscription)
        if subscription.options.json:
            return [one for one in found if not too_large(one, self.limits.json)]
        return found

    def _meant(self, driver: DriverState, subscription: Subscription) -> list[Message]:
        if subscription.options.decimate:
            return self._derived[driver.source].messages(driver, subscription)
        return subscription.wants(driver)

    def _check_json(self, subscription: Subscription, covered: Iterable[DriverState]) -> None:
        """Refuses messages that are too large for JSON, if they are named or if all are."""
        found = [one for driver in covered for one in self._meant(driver, subscription)]
        reasons = [reason for one in found if (reason := too_large(one, self.limits.json))]
        if reasons and (subscription.messages or len(reasons) == len(found)):
            raise RequestError(
                ErrorCode.BAD_REQUEST, f"{reasons[0]}: subscribe in format binary, or decimate it"
            )

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
        """Tells a client the streams of a subscription, and where they begin."""
        streams = []
        for driver in self.drivers.values():
            derived = self._derived[driver.source]
            for message in self._messages(driver, subscription):
                batches = (past or {}).get((driver.source, message.id))
                last = derived.reached(driver, message.id)
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
        """Replaces what a client gets of a driver."""
        routes = self._routes[source]
        known = routes.types
        routes.change(client, client.deliveries.get(source, _NOTHING), delivery)
        # Replaced, never changed: batches that wait in the queue refer to the old one.
        client.deliveries = {**client.deliveries, source: delivery}
        if routes.types != known:
            self._derived[source].keep(routes.types)
            if source != RELAY_SOURCE:  # its timer looks for itself
                self.on_interest(source)

    # Drivers

    def driver_up(self, source: int, hello: Hello, schema: Schema) -> None:
        """Takes a driver's hello, and tells clients whether it is the same run as before."""
        driver = self.drivers[source]
        known = driver.schema_text
        event = self.drivers.begin(source, hello, schema)
        news = known != driver.schema_text
        resolve = event != "up" or known is None
        if resolve:  # told before the news: it is of the run that has ended
            self._skip_rest(source)
        self._tell_driver(driver, event, schema=news)
        if resolve:
            self._derived[source].clear()
            for client in list(self.clients.values()):
                try:
                    self._renew(client, driver)
                except Exception as error:
                    self.give_up(client, error)

    def _renew(self, client: Client, driver: DriverState) -> None:
        """Begins anew what a client gets of a driver, and tells it."""
        self._resolve(client, driver, fresh=set(client.subscriptions))
        for subscription in list(client.subscriptions.values()):
            if driver.is_meant_by(subscription.driver):
                self._announce(client, subscription)

    def driver_down(self, source: int, problem: str) -> None:
        """Notes that a driver is gone or cannot be reached; clients are told when that is new."""
        driver = self.drivers[source]
        if driver.state == "down" and driver.problem == problem:
            return
        driver.state = "down"
        driver.problem = problem
        self._tell_driver(driver, "down", schema=False)

    def driver_stale(self, source: int, problem: str) -> None:
        """Notes that a driver has not given a sign of life for too long."""
        driver = self.drivers[source]
        if driver.state == "up":
            driver.state = "stale"
            driver.problem = problem
            self._tell_driver(driver, "stale", schema=False)

    def driver_heard(self, source: int) -> None:
        """Notes a sign of life: a stale driver is up again."""
        driver = self.drivers[source]
        if driver.state == "stale":
            driver.state = "up"
            driver.problem = None
            self._tell_driver(driver, "up", schema=False)

    def _tell_driver(self, driver: DriverState, event: str, *, schema: bool) -> None:
        for client in list(self.clients.values()):
            try:
                client.send("driver", event=event, driver=driver.describe(schema=schema))
            except Exception as error:
                self.give_up(client, error)

    # Frames

    def route(self, batch: Batch, now: float) -> bool:
        """Gives a batch to the sinks of the clients that want it. One copy serves all.

        Args:
            batch: Frames that `DriverState.account` has checked.
            now: Seconds of a steady clock.

        Returns:
            Whether the driver should not be read on for now, since all of these clients have much
            to read already; `BackPressure.on_room` or `overdue` ends that. So a driver that paces
            itself loses nothing, and one slow client among others is not waited for.
        """
        source = batch.source
        self.drivers[source].history.add(batch, now)
        fed = self._deliver(batch, now)
        self._wake(fed)
        if picking := self._routes[source].picking():
            self._wake(picking)
        for stream in self._derived[source]:
            self._put(source, stream, batch)
        if self._busy:
            self._now = now
            self.work()
        return source != RELAY_SOURCE and self.back_pressure.hold(source, fed)

    def _deliver(self, batch: Batch, now: float) -> list[Client]:
        """Gives a batch to sinks; returns the clients that got frames whole."""
        fed = []
        source = batch.source
        for wanted, clients in self._routes[source].groups():
            if (part := batch.only(wanted)) is None:
                continue
            for client in clients:
                try:
                    client.sink.put_batch(part, client.deliveries[source].whole)
                except Exception as error:
                    self.give_up(client, error)
                else:
                    fed.append(client)
        for client in self._routes[source].picking():
            self._pick(client, batch, now)
        return fed

    def _wake(self, clients: Iterable[Client]) -> None:
        for client in clients:
            try:
                client.wake()
            except Exception as error:
                self.give_up(client, error)

    def _pick(self, client: Client, batch: Batch, now: float) -> None:
        pickers = client.deliveries[batch.source].pickers
        for tally in batch.tallies:
            for picker in pickers.get(tally.type, ()):
                try:
                    picker.pick(client.sink, batch, tally, now)
                except Exception as error:
                    self.end_subscriptions(client, picker.subscriptions, error)

    # Derived frames

    def _put(self, source: int, stream: DerivedStream, batch: Batch) -> None:
        """Gives a batch to a derived stream, and tells what that has to leave out."""
        idle = not stream.busy
        for tally, lost in stream.put(batch, self.limits.queue):
            self._skip(source, stream.made.type, tally, lost)
        if idle and stream.busy:
            self._busy.append((source, stream))

    def _skip(self, source: int, type_: int, tally: Tally, lost: int) -> None:
        """Tells the clients of a derived stream of frames that the relay had no time for."""
        for client in list(self.clients.values()):
            ledgers = [client.ledgers[key] for key in client.ledgers if key[1:] == (source, type_)]
            if ledgers:
                client.sink.put_skipped(
                    ledgers, tally.last_sequence, relay=tally.count, driver=lost
                )

    def _skip_rest(self, source: int) -> None:
        """Tells of all that the derived streams of a driver have not come to."""
        for stream in self._derived[source]:
            for tally, lost in stream.rest():
                self._skip(source, stream.made.type, tally, lost)

    def work(self) -> None:
        """Makes derived frames, a piece in each turn that `turns` gives."""
        while self._busy and self.turns.take(self.work):
            fed: dict[Client, None] = {}
            try:
                self._do_piece(fed)
            finally:
                self.turns.done()
            self._wake(fed)

    def _do_piece(self, fed: dict[Client, None]) -> None:
        """Works for about a millisecond, each stream in its turn; notes who got something."""
        spent = 0
        while self._busy and spent < _WORK_BYTES:
            source, stream = self._busy.popleft()
            if stream not in self._derived[source]:
                continue  # nobody wants it any more
            spent += self._step(source, stream, fed)
            if stream.busy:
                self._busy.append((source, stream))

    def _step(self, source: int, stream: DerivedStream, fed: dict[Client, None]) -> int:
        """Does a piece of the work of a derived stream; returns the bytes that it took."""
        try:
            done = stream.step()
        except Exception as error:
            self._end_stream(source, stream, error)
            return _BATCH_BYTES
        if isinstance(done, int):
            return done
        if done is not None:
            fed.update(dict.fromkeys(self._deliver(done, self._now)))
            fed.update(dict.fromkeys(self._routes[source].picking()))
        return _BATCH_BYTES

    def _end_stream(self, source: int, stream: DerivedStream, error: Exception) -> None:
        """Ends the subscriptions to a derived stream that cannot be made."""
        for client in list(self.clients.values()):
            ids = {key[0] for key in client.ledgers if key[1:] == (source, stream.made.type)}
            self.end_subscriptions(client, ids, error)

    # Faults of the relay

    def end_subscriptions(self, client: Client, ids: Iterable[int], error: Exception) -> None:
        """Ends subscriptions that the relay has failed at, and tells the client."""
        ended = sorted(set(ids) & client.subscriptions.keys())
        if not ended:
            return
        try:
            self._forget(client, ended)
            for id_ in ended:
                self.on_fault(f"subscription {id_} of client {client.id}", error)
                text = f"the relay has ended this subscription: {internal_text(error)}"
                client.send("error", id=id_, code=ErrorCode.INTERNAL, text=text)
        except Exception as further:
            self.give_up(client, further)

    def give_up(self, client: Client, error: Exception) -> None:
        """Ends the connection of a client that the relay has failed at."""
        if client.id in self.clients:
            self.on_fault(f"client {client.id}", error)
            self.remove_client(client)
            client.end(f"the relay failed: {internal_text(error)}")

    def overdue(self, source: int) -> None:
        """Ends the hold of a driver that has waited long enough for its clients."""
        groups = self._routes[source].groups()
        self.back_pressure.overdue(source, (client for _, group in groups for client in group))

    # Figures

    def count_sent(self, client: Client, size: int) -> None:
        """Counts bytes that a client has been sent."""
        client.sent_bytes += size
        self.sent_bytes += size

    def dropped(self) -> Counter[tuple[int, str]]:
        """Frames dropped for slow clients, by source and message, since the relay started."""
        dropped = self._dropped_before.copy()
        for client in self.clients.values():
            if client.sink.dropped:
                dropped.update(client.sink.dropped_by)
        return dropped

    def status(self, uptime: float) -> dict[str, Any]:
        """The figures of the `status` operation."""
        return {
            "clients": len(self.clients),
            "uptime": round(uptime, 3),
            "drivers": [driver.figures() for driver in self.drivers.served],
        }


def _recall(history: HistoryStore, type_: int, asked: HistoryRequest, now: float) -> list[Batch]:
    if asked.frames is not None:
        return history.frames(type_, asked.frames)
    return history.since(type_, now - (asked.seconds or 0.0))
