"""The hub: routes what drivers send to the clients that want it.

It has no sockets and no clock. Driver links tell it what happened; it puts what follows from that
into the clients' sinks and wakes their shells. Pure.
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cwire_server.errors import ErrorCode, RequestError, internal_text, quoted
from cwire_server.hub.back_pressure import BackPressure
from cwire_server.hub.batch import Batch
from cwire_server.hub.client import Client
from cwire_server.hub.command_news import CommandNews
from cwire_server.hub.decimation import STEP_BYTES
from cwire_server.hub.derived import DerivedStream, DerivedStreams
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.plan import Plan
from cwire_server.hub.planner import PIECE, Planner
from cwire_server.hub.registry import DriverRegistry
from cwire_server.hub.routes import Routes
from cwire_server.hub.subscription import Subscription
from cwire_server.hub.turns import AnyTime, Turns
from cwire_server.limits import Limits
from cwire_structs import frames
from cwire_structs.control import Hello
from cwire_structs.frames import RELAY_SOURCE, Tally
from cwire_structs.machine import Machine
from cwire_structs.schema import Schema

__all__ = ["Hub"]

# Messages that clients are told of when a driver comes, at once and in each turn after that: about
# 4 ms of work, and 1 ms.
_CHORES_AT_ONCE, _CHORES = 4 * PIECE, PIECE
# And the least that each of them counts.
_CHORE = 4
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
        self.on_disk: Mapping[str, float] | None = None
        """What is kept on disk, as clients are told: for how many seconds, how many bytes."""
        self.turns: Turns = AnyTime()
        """Who may do long work at the moment, such as making derived frames."""
        self.on_interest: Callable[[int], None] = lambda source: None
        """Called with a source when what its clients want may have changed."""
        self.catch_up: Callable[[int], Iterator[None]] = lambda source: iter(())
        """Called with a source: routes in pieces what the driver has published until now."""
        self.drivers = DriverRegistry(driver_names, self.limits.history, self.limits.histories)
        self.back_pressure = BackPressure(self.limits.crowd)
        self.sent_bytes = 0
        """Sent to all clients since the relay started."""
        self._dropped_before: Counter[tuple[int, str]] = Counter()
        """For clients that have left."""
        self.clients: dict[int, Client] = {}
        self._client_ids = itertools.count(1)
        self._derived = {source: DerivedStreams(self.limits.derived) for source in self.drivers}
        self._routes: dict[int, Routes[Client]] = {source: Routes() for source in self.drivers}
        self._planner = Planner(
            self.drivers,
            self._derived,
            self._routes,
            self.limits,
            self._tell_interest,
        )
        self.command_news = CommandNews(
            self.drivers[RELAY_SOURCE],
            self._routes[RELAY_SOURCE].wanted,
            self.route,
            lambda what, error: self.on_fault(what, error),
        )
        # Work for one client each, in turns: to renew what it gets of a driver, by source, or to
        # forget what it had. And how many are renewed, by source.
        self._chores: deque[tuple[int | None, Iterator[float]]] = deque()
        self._renewing: Counter[int] = Counter()
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
            watches=self.drivers.watches,
            history=self.on_disk,
            drivers=[driver.describe(schema=True) for driver in self.drivers.values()],
        )

    def remove_client(self, client: Client) -> None:
        """Forgets a client."""
        if self.clients.pop(client.id, None) is not None:
            self._dropped_before.update(client.sink.dropped_by)
        client.asked = None
        self._clear(self._planner.leave(client))
        self.back_pressure.left()
        self.work()

    def subscribe(self, client: Client, subscription: Subscription, now: float) -> None:
        """Adds a subscription, or replaces the one with this id, at once; see `subscribing`."""
        for _ in self.subscribing(client, subscription, now):
            pass

    def subscribing(
        self, client: Client, subscription: Subscription, now: float
    ) -> Iterator[float]:
        """Adds a subscription, or replaces the one with this id, in pieces.

        Until the last one, the client is not asked for anything else.

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
        client.asked = subscription.id
        try:
            yield from self._planner.check(subscription)
            for driver in covered:
                # Nothing may be between its history and what is in the ring, or is not read yet.
                idle = not driver.is_relay and not self.interest(driver.source)
                if idle or driver.source in client.reads:
                    yield from self._caught_up(driver.source)
            while client.announcing:
                yield PIECE
            try:
                yield from self._planner.forget(client, subscription.id)
                client.subscriptions[subscription.id] = subscription
                yield from self._planner.announce(client, subscription, now)
            except Exception:
                self._forget(client, [subscription.id])  # all of it, or nothing
                raise
        finally:
            client.asked = None

    def unsubscribe(self, client: Client, id_: int) -> None:
        """Ends a subscription at once; see `unsubscribing`."""
        for _ in self.unsubscribing(client, id_):
            pass

    def unsubscribing(self, client: Client, id_: int) -> Iterator[float]:
        """Ends a subscription, in pieces.

        Raises:
            RequestError: There is none with this id.
        """
        if id_ not in client.subscriptions:
            raise RequestError(
                ErrorCode.UNKNOWN_SUBSCRIPTION, f"there is no subscription {id_} to end"
            )
        yield from self._planner.forget(client, id_)
        client.send("unsubscribed", id=id_)

    def read_ring(self, client: Client, id_: int, name: str, session: int, read: bool) -> None:
        """Lets a client read a driver's ring itself, at once; see `reading_ring`."""
        for _ in self.reading_ring(client, id_, name, session, read):
            pass

    def reading_ring(
        self, client: Client, id_: int, name: str, session: int, read: bool
    ) -> Iterator[float]:
        """Lets a client read a driver's ring itself, or sends it again what is there, in pieces.

        What was in the ring before the request is sent before the answer.

        Args:
            client: Who asks.
            id_: Of the request.
            name: The driver's.
            session: Of the driver's run that the ring is of.
            read: Whether it reads the ring from now on.

        Raises:
            RequestError: There is no such run, or the relay does not read its ring either.
        """
        driver = self._of_run(name, session)
        if read:
            if driver.way != "ring":
                text = f"the relay does not read the ring of driver {name}: its way is {driver.way}"
                raise RequestError(ErrorCode.BAD_REQUEST, text)
            yield from self._caught_up(driver.source)
            self._of_run(name, session)
        self._planner.read_ring(client, driver.source, read)
        client.send("ring", id=id_, driver=name, read=read)

    def _of_run(self, name: str, session: int) -> DriverState:
        """Finds a driver that is up in this session."""
        found = [driver for driver in self.drivers.served if driver.name == name]
        if not found:
            text = f"no driver of this relay is named {quoted(name)}"
            raise RequestError(ErrorCode.UNKNOWN_DRIVER, text)
        if found[0].session != session or found[0].state == "down":
            text = f"driver {name} is not up in session {session} any more"
            raise RequestError(ErrorCode.BAD_REQUEST, text)
        return found[0]

    def _caught_up(self, source: int) -> Iterator[float]:
        for _ in self.catch_up(source):
            yield PIECE

    def _forget(self, client: Client, ids: Iterable[int]) -> None:
        for id_ in ids:
            for _ in self._planner.forget(client, id_):
                pass

    def _tell_interest(self, source: int) -> None:
        """Tells of a change; while clients are renewed of none: they want the same as before."""
        if not self._renewing[source]:
            self.on_interest(source)

    def interest(self, source: int) -> frozenset[int]:
        """The message ids of a driver that any client wants, in whatever way."""
        return self._derived[source].origins(self._routes[source].types)

    # Drivers

    def add_driver(self, name: str, socket: str) -> int:
        """Adds a driver that was found, which is down yet; clients are told. Returns its source."""
        driver = self.drivers.add(name)
        driver.socket = socket
        driver.problem = "it was found just now"
        self._derived[driver.source] = DerivedStreams(self.limits.derived)
        self._routes[driver.source] = Routes()
        self._tell_driver(driver, "down", schema=False)
        return driver.source

    def driver_up(self, source: int, hello: Hello, schema: Schema) -> bool:
        """Takes a driver's hello, and tells clients whether it is the same run as before.

        Returns:
            Whether the driver should not be read for now, since there is much to tell to clients:
            what comes before they are told is lost to them. See `route`.
        """
        driver = self.drivers[source]
        known = driver.schema_text
        event = self.drivers.begin(source, hello, schema)
        news = known != driver.schema_text
        renew = event != "up" or known is None
        if renew:  # told before the news: it is of the run that has ended
            self._skip_rest(source)
        self._tell_driver(driver, event, schema=news)
        if renew:
            clients = list(self.clients.values())
            ended = self._planner.begin_run(driver, clients)
            for client in clients:
                asked = client.subscriptions.values()
                covered = [one for one in asked if driver.is_meant_by(one.driver)]
                if covered:
                    self._chores.append((source, self._renew(client, driver, covered)))
                    self._renewing[source] += 1
            self._do_chores(_CHORES_AT_ONCE)
            self._clear(ended)
            self.work()
        return self._renewing[source] > 0

    def _renew(
        self, client: Client, driver: DriverState, subscriptions: Iterable[Subscription]
    ) -> Iterator[float]:
        """Begins anew what a client gets of a driver, and tells it, in pieces."""
        session = driver.session
        for subscription in subscriptions:
            # What it asks for under the same id meanwhile is answered first, and may take its
            # place: the client would take this for the answer.
            while client.announcing or client.asked == subscription.id:
                yield PIECE
            if driver.session != session:
                return  # it has begun another run meanwhile, and all begins anew
            if client.subscriptions.get(subscription.id) is subscription:
                try:
                    yield from self._planner.announce(client, subscription)
                except Exception as error:
                    self.end_subscriptions(client, {subscription.id}, error)

    def _clear(self, ended: Iterable[Plan]) -> None:
        self._chores.extend((None, plan.clear()) for plan in ended)

    def _do_chores(self, work: float) -> None:
        """Does what there is to do for clients, each in its turn, but no more than this work."""
        while self._chores and work > 0:
            source, pieces = self._chores.popleft()
            done = next(pieces, None)
            # To tell what was planned, at the end, is some work as well.
            work -= _CHORE if done is None else done
            if done is not None:
                self._chores.append((source, pieces))
            elif source is not None:
                self._renewing[source] -= 1
                if not self._renewing[source]:
                    self._tell_interest(source)
                    self.back_pressure.on_room(source)

    def driver_down(self, source: int, problem: str) -> None:
        """Notes that a driver is gone or cannot be reached; clients are told when that is new."""
        driver = self.drivers[source]
        if driver.state == "down" and driver.problem == problem:
            return
        driver.state = "down"
        driver.problem = problem
        for client in self.clients.values():  # it leaves the ring, also if the run goes on
            if source in client.reads:
                self._planner.read_ring(client, source, read=False)
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
            plan = client.plans.get(source)
            if plan is not None and (ledgers := plan.ledgers(type_)):
                client.sink.put_skipped(
                    ledgers, tally.last_sequence, relay=tally.count, driver=lost
                )

    def _skip_rest(self, source: int) -> None:
        """Tells of all that the derived streams of a driver have not come to."""
        for stream in self._derived[source]:
            for tally, lost in stream.rest():
                self._skip(source, stream.made.type, tally, lost)

    def work(self) -> None:
        """Tells of new runs and makes derived frames, a piece in each turn that `turns` gives."""
        while (self._busy or self._chores) and self.turns.take(self.work):
            fed: dict[Client, None] = {}
            try:
                self._do_chores(_CHORES)
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
            if (plan := client.plans.get(source)) is not None:
                self.end_subscriptions(client, set(plan.wanted(stream.made.type)), error)

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
