"""Plans what clients get of drivers, in pieces, and tells them.

A client may have hundreds of subscriptions to thousands of messages, so what takes time in
proportion to them is an iterator: it yields after each piece of work, and between two pieces
anything else may happen. Each piece is complete: from then on the client gets its messages. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cwire_server.errors import ErrorCode, RequestError
from cwire_server.hub.batch import Batch
from cwire_server.hub.client import Client
from cwire_server.hub.delivery import NOTHING, Delivery, Wanted
from cwire_server.hub.derived import DerivedStreams
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.history import HistoryStore
from cwire_server.hub.json_text import JsonText
from cwire_server.hub.json_values import too_large
from cwire_server.hub.keys import subject_reader
from cwire_server.hub.ledger import StreamLedger
from cwire_server.hub.plan import Plan
from cwire_server.hub.registry import DriverRegistry
from cwire_server.hub.routes import Routes
from cwire_server.hub.subscription import HistoryRequest, Subscription
from cwire_server.limits import Limits
from cwire_structs.frames import RELAY_SOURCE
from cwire_structs.schema import Message

__all__ = ["PIECE", "Planner"]

PIECE = 256
"""Messages that are planned in one piece, about a millisecond's work."""
# Of the work at one message, as a part of a message: another subscription that it is planned with.
_NEIGHBOUR = 1 / 16
# The work, in messages, that is beside them: a text, a request, a look at a struct.
_BESIDE = 4


@dataclass(slots=True)
class _Streams:
    """Messages of one driver that a subscription gets, to be planned and told together."""

    told: list[Any] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    missed: list[tuple[StreamLedger, int, int, int]] = field(default_factory=list)
    """What came before they were planned: up to which sequence, how many, how many lost."""
    past: list[tuple[int, StreamLedger, list[Batch]]] = field(default_factory=list)


class Planner:
    """Changes what clients get when subscriptions come and go, and drivers begin anew.

    Args:
        drivers: The drivers.
        derived: Their derived streams, by source.
        routes: Their clients, by source.
        limits: Of JSON.
        on_interest: Called with a source when what its clients want has changed.
    """

    def __init__(
        self,
        drivers: DriverRegistry,
        derived: Mapping[int, DerivedStreams],
        routes: dict[int, Routes[Client]],
        limits: Limits,
        on_interest: Callable[[int], None],
    ) -> None:
        self._drivers = drivers
        self._derived = derived
        self._routes = routes
        self._limits = limits
        self._on_interest = on_interest

    def check(self, subscription: Subscription) -> Iterator[float]:
        """Checks whether messages can be had decimated, as JSON, or by a key.

        Yields as `announce` does.

        Raises:
            RequestError: One that is named cannot, or none of all.
        """
        options = subscription.options
        if not (options.decimate or options.json or options.key):
            return
        found, problems, work = 0, 0, 0.0
        for driver in self._drivers.meant_by(subscription.driver):
            for message in subscription.wants(driver):
                found += 1
                try:
                    _, cost = self._meant(driver, subscription, message)
                except RequestError as error:
                    problem = error
                    problems += 1
                    cost = _BESIDE
                if problems and subscription.messages:
                    raise problem
                work += 1 + cost
                if work >= PIECE:
                    yield work
                    work = 0.0
        if problems and problems == found:
            raise problem

    def announce(
        self, client: Client, subscription: Subscription, now: float | None = None
    ) -> Iterator[float]:
        """Plans what is not planned yet of a subscription, and tells the client its streams.

        It ends early if the subscription does. While it is not at its end, `Client.announcing` says
        so, and nothing else may be announced to the client: it would not know what began first.

        Args:
            client: Who gets them.
            subscription: One of the client's.
            now: Of a new subscription: it begins with what comes now, or with the history. None:
                a driver has begun another run, and its streams begin with that.

        Yields:
            After each piece: how much work it was, in messages.
        """
        client.announcing = True
        place = client.sink.put_place()
        operation: dict[str, Any] | None = None
        told: list[Any] = []
        covered = self._drivers.meant_by(subscription.driver)
        sessions = {driver.source: driver.session for driver in covered}
        try:
            # Where streams go on that the client has already; of a new subscription there are none.
            reached = {
                driver.source: self._derived[driver.source].all_reached(driver)
                for driver in covered
                if now is None
            }
            for driver in covered:
                if driver.session != sessions[driver.source]:
                    # It has begun another run. The client is told so after this, forgets the
                    # driver's streams, and is told of all of them anew.
                    continue
                known = reached.get(driver.source, {})
                for streams, work in self._plan(client, subscription, driver, known, now):
                    told += streams
                    yield work
                    if client.subscriptions.get(subscription.id) is not subscription:
                        return
            operation = {"op": "subscribed", "id": subscription.id, "streams": told}
        finally:
            client.announcing = False
            client.sink.fill_place(place, operation)
            client.wake()

    def _plan(
        self,
        client: Client,
        subscription: Subscription,
        driver: DriverState,
        reached: Mapping[int, int],
        now: float | None,
    ) -> Iterator[tuple[list[Any], float]]:
        """Plans a driver's messages, unless it begins another run; yields what to tell of them."""
        session, derived = driver.session, self._derived[driver.source]
        streams, work = _Streams(), float(_BESIDE)
        for message in subscription.wants(driver):
            try:
                meant, cost = self._meant(driver, subscription, message)
            except RequestError:  # one of all; or in an earlier run it could be had
                work += _BESIDE
            else:
                plan = client.plans.get(driver.source)
                work += 1 + cost + (plan.neighbours(meant.id) * _NEIGHBOUR if plan else 0)
                if plan is not None and subscription.id in plan.wanted(meant.id):
                    streams.told.append(_told(driver, derived, meant, _after(reached, meant.id)))
                else:
                    self._begin(streams, subscription, driver, meant, now)
                work += PIECE * bool(streams.past)
            if work >= PIECE:
                yield self._deliver(client, driver, streams), work
                if driver.session != session:
                    return  # all of its streams are told of anew
                streams, work = _Streams(), 0.0
        yield self._deliver(client, driver, streams), work

    def _meant(
        self, driver: DriverState, subscription: Subscription, message: Message
    ) -> tuple[Message, float]:
        """The message that is sent for one of a driver's, and the work that it was to find it.

        Raises:
            RequestError: It cannot be had in this way.
        """
        options, work = subscription.options, 0.0
        if options.decimate:
            streams = self._derived[driver.source]
            made, is_new = streams.find(driver, message, options.decimate)
            message, work = made.message, PIECE * is_new
        if options.json and (reason := too_large(message, self._limits.json)):
            text = f"{reason}: subscribe in format binary, or decimate it"
            raise RequestError(ErrorCode.BAD_REQUEST, text)
        if options.key:
            subject_reader(message, options.key)
        return message, work

    def _begin(
        self,
        streams: _Streams,
        subscription: Subscription,
        driver: DriverState,
        message: Message,
        now: float | None,
    ) -> None:
        """Begins a stream: the first sequence, and what came before it or is not sent any more."""
        derived, asked = self._derived[driver.source], subscription.options.history
        ledger = StreamLedger(subscription.id, driver.source, message.name)
        streams.wanted.append(Wanted(ledger, message, subscription.options))
        last = derived.reached(driver, message.id)
        first = None if last is None else (last + 1) % 2**32
        if now is None and last is not None:
            # The run has begun some time ago, as there was too much to do for all clients at once.
            origin = derived.origin(message.id)
            first = driver.first_sequence.get(origin, last)
            missing = (last - first + 1) % 2**32
            lost = min(driver.lost_of_run.get(origin, 0), missing)
            streams.missed.append((ledger, last, missing - lost, lost))
        elif (
            now is not None
            and asked is not None
            and (batches := _recall(driver.history, message.id, asked, now))
        ):
            first = batches[0].tallies[0].first_sequence
            streams.past.append((message.id, ledger, batches))
        streams.told.append(_told(driver, derived, message, first))

    def _deliver(self, client: Client, driver: DriverState, streams: _Streams) -> list[Any]:
        """Delivers streams from now on; returns what to tell of them, in JSON as far as it goes."""
        if streams.wanted:
            plan = client.plans.get(driver.source)
            if plan is None:
                plan = client.plans[driver.source] = Plan(driver.name, self._limits.json)
            plan.add(streams.wanted)
            self._route(client, driver.source, plan.delivery)
            for ledger, last, came, lost in streams.missed:
                client.sink.put_skipped((ledger,), last, relay=came, driver=lost)
            for type_, ledger, batches in streams.past:
                for batch in batches:
                    client.sink.put_batch(batch, {type_: (ledger,)})
        told = streams.told
        if not told or any("schema" in stream for stream in told):
            return told
        return [JsonText(json.dumps(told)[1:-1].encode())]

    def forget(self, client: Client, id_: int) -> Iterator[float]:
        """Ends what a client gets for a subscription; yields as `announce` does."""
        client.subscriptions.pop(id_, None)
        for source, plan in list(client.plans.items()):
            types = plan.types(id_)
            for piece in _pieces(plan, types):
                if client.plans.get(source) is not plan:
                    break  # the driver has begun another run
                plan.remove(id_, piece)
                self._route(client, source, plan.delivery)
                yield PIECE

    def leave(self, client: Client) -> list[Plan]:
        """Forgets a client; returns the plans that have ended."""
        client.subscriptions.clear()
        for source in list(client.deliveries):
            self._route(client, source, NOTHING)
        ended, client.plans = list(client.plans.values()), {}
        return ended

    def begin_run(self, driver: DriverState, clients: Sequence[Client]) -> list[Plan]:
        """Ends what clients get of a driver that begins another run; returns their plans of it."""
        self._derived[driver.source].clear()
        self._routes[driver.source] = Routes()
        for client in clients:
            client.reads -= {driver.source}
            client.deliveries.pop(driver.source, None)
        plans = (client.plans.pop(driver.source, None) for client in clients)
        return [plan for plan in plans if plan is not None]

    def read_ring(self, client: Client, source: int, read: bool) -> None:
        """Sends a client no more what is in a driver's ring, or sends it again from now on."""
        client.reads = client.reads | {source} if read else client.reads - {source}
        if (plan := client.plans.get(source)) is not None:
            self._route(client, source, plan.delivery)

    def _route(self, client: Client, source: int, delivery: Delivery) -> None:
        """Replaces what a client gets of a driver."""
        if source in client.reads:
            delivery = delivery.beside_ring()
        routes = self._routes[source]
        changed = routes.change(client, client.deliveries.get(source, NOTHING), delivery)
        client.deliveries[source] = delivery
        if changed:
            self._derived[source].keep(routes.types)
            if source != RELAY_SOURCE:  # its timer looks for itself
                self._on_interest(source)


def _recall(history: HistoryStore, type_: int, asked: HistoryRequest, now: float) -> list[Batch]:
    if asked.frames is not None:
        return history.frames(type_, asked.frames)
    return history.since(type_, now - (asked.seconds or 0.0))


def _told(
    driver: DriverState, derived: DerivedStreams, message: Message, first: int | None
) -> dict[str, Any]:
    """A stream of `subscribed`."""
    return {
        "source": driver.source,
        "message": message.name,
        "type": message.id,
        "first_sequence": first,
        **derived.describe(message.id),
    }


def _after(reached: Mapping[int, int], type_: int) -> int | None:
    """The sequence after the one that is reached."""
    last = reached.get(type_)
    return None if last is None else (last + 1) % 2**32


def _pieces(plan: Plan, types: Sequence[int]) -> Iterator[list[int]]:
    """Cuts message ids into pieces of work."""
    piece: list[int] = []
    work = 0.0
    for type_ in types:
        piece.append(type_)
        work += 1 + len(plan.wanted(type_)) * _NEIGHBOUR
        if work >= PIECE:
            yield piece
            piece, work = [], 0.0
    if piece:
        yield piece
