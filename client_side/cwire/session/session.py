"""The client's side of the WebSocket session of PROTOCOL.md, without a socket or a clock.

A link feeds it what arrives and sends what it makes::

    events = session.receive_text(text)          # or receive_binary(data, now)
    id, text = session.subscribe(["scope_block"])  # to be sent

It outlives a connection: `disconnected`, then a new hello, and everything goes on.

A control op of the relay passes through these places, and a new one is added in this order:

1. `incoming.PARSERS`: op to parser, which checks the text and makes a dataclass of it.
2. `Session._handle`: takes the dataclass, changes the state, returns events.
3. `events`: one more, if someone outside the session has to act.
4. `Link._on_event`: acts on the event: sends, or resolves the future of whoever waits.
5. The bridges: a method, if users can ask for it.

An op of the client is a method of `Session` that makes the text, and one of `Link` that sends it.

Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import assert_never

from cwire import errors
from cwire.data.arguments import names_of
from cwire.data.feed import Feed
from cwire.data.ledger import widen
from cwire.data.overlap import later
from cwire.session.calls import Calls
from cwire.session.catalog import Catalog
from cwire.session.drivers import Driver, drivers_text
from cwire.session.events import (
    CallEnded,
    CallFailed,
    CallProgress,
    CallResult,
    CallsChanged,
    DriverChanged,
    Ended,
    Event,
    Hello,
    OriginAllowed,
    PastAnswer,
    Refused,
    Reply,
    Resend,
    RingAnswer,
    ServerEvent,
    SessionAnswer,
    Subscribed,
)
from cwire.session.incoming import (
    Confirmation,
    DriverNews,
    DriverReport,
    Drops,
    Greeting,
    Incoming,
    Unsubscribed,
    parse_text,
)
from cwire.session.options import Options, check_driver
from cwire.session.pasts import PastQuery, Pasts
from cwire.session.pending_commands import Encoded, PendingCommands, encode
from cwire.session.subscriptions import Subscription
from cwire.session.window import AckWindow
from cwire_structs import frames
from cwire_structs.action_values import ARRAY_TYPE
from cwire_structs.frames import (
    CONTROL,
    HEADER_SIZE,
    HISTORY_TYPE,
    RELAY_SOURCE,
    FrameError,
    Header,
    Tally,
)
from cwire_structs.schema import Message
from cwire_structs.served import Served

__all__ = ["HISTORY_BYTES", "Session"]

HISTORY_BYTES = 64 << 20
"""Memory for the last frames of each message, if nothing else is said."""


class Session:
    """The state of a client: drivers, subscriptions, commands that wait, and everything received.

    One thread calls the methods that change it; others may read `drivers` and feeds, and ask for a
    `feed`, meanwhile.

    Args:
        history_bytes: Memory for the last frames of each message.
        lock: Held while feeds are added and taken away; needed where there are other threads.

    Attributes:
        connected: A hello has come and the connection has not ended since.
        had: The drivers that there have been, and what else the first relay said of where they
            are. None before the first hello. A later relay may lack some of them, which are down
            then; a driver of one of these names at another socket is not known here.
        client: The relay's number for this client.
        server: What the relay says it is.
        limits: Sizes in bytes that the relay allows.
        pending: Commands that wait for their reply.
        calls: Calls of the relay's actions.
        pasts: Requests for what the relay keeps on disk.
        on_disk: The seconds for which it does that; None: it does not.
        subscriptions: By id.
        unknown: Frames that no schema describes.
        window: Counts what is to be acknowledged.
        before_end: Called before a driver's run is taken to be over: what it has published may be
            read until then.
    """

    def __init__(
        self,
        history_bytes: int = HISTORY_BYTES,
        window: int | None = None,
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        self._catalog = Catalog(history_bytes, lock or nullcontext())
        self.connected = False
        self.had: Served | None = None
        self.client: int | None = None
        self.server = ""
        self.limits: Mapping[str, int] = {}
        self.subscriptions: dict[int, Subscription] = {}
        self.unknown = 0
        self.window = AckWindow(window)
        self.pending = PendingCommands()
        self.calls = Calls()
        self.pasts = Pasts()
        self.on_disk: float | None = None
        self.before_end: Callable[[Driver], None] = lambda driver: None
        self._by_ring: set[int] = set()  # sources that have come both ways
        self._request = 0

    @property
    def drivers(self) -> dict[str, Driver]:
        """By name. Replaced, never changed."""
        return self._catalog.drivers

    @property
    def feeds(self) -> dict[tuple[int, int], Feed]:
        """By (source, message id)."""
        return self._catalog.feeds

    def feed(self, driver: Driver, message: Message) -> Feed:
        """The feed of a driver's message; see `Catalog.feed`."""
        return self._catalog.feed(driver, message)

    # What arrives ------------------------------------------------------------------------------

    def receive_text(self, text: str) -> list[Event]:
        """Takes a JSON message of the relay; without events it has only counted something.

        Raises:
            ProtocolError: It is not one of PROTOCOL.md.
            OtherDrivers: It is the hello of a relay with other drivers than there were.
        """
        op, said = parse_text(text)
        if not self.connected and not isinstance(said, Greeting):
            raise errors.ProtocolError(f"the relay sent {op!r} before its hello")
        return [] if said is None else self._handle(said)

    def receive_binary(self, data: bytes | memoryview, now: float) -> list[Event]:
        """Takes a batch of frames; `now` is a clock in seconds that only has to be steady.

        What is kept is copied: the memory may be used again as soon as this returns.

        Raises:
            ProtocolError: The bytes are not whole, well-formed frames.
        """
        events: list[Event] = []
        data = memoryview(data)  # a piece of it is no copy then
        position, length = 0, len(data)
        replies = 0
        while position < length:
            try:
                scan = frames.scan(data, position)
            except FrameError as problem:
                raise errors.ProtocolError(f"the relay sent a bad frame: {problem}") from problem
            for tally in scan.tallies:
                self._take(data, tally, now)
            if scan.special and 0 < scan.span <= length - scan.end:
                position = scan.end + scan.span
                replies += scan.span
                reply = self._special(data[scan.end : position])
                if reply is not None:
                    events.append(reply)
            elif scan.end > position and not scan.special:
                position = scan.end  # the end, or more kinds than one scan counts
            else:
                raise errors.ProtocolError(
                    f"the relay's batch ends inside the frame at byte {scan.end} of {length}"
                )
        self.window.take(length - replies)
        return events

    def receive_ring(
        self, driver: Driver, types: Collection[int], data: memoryview, now: float
    ) -> None:
        """Takes frames that were copied out of a driver's ring.

        Args:
            driver: Whose they are; its number is stamped on them.
            types: The messages to take: all else comes by the relay, or is not wanted.
            data: Whole frames, in memory that can be written. What is kept is copied.
            now: See `receive_binary`.

        Raises:
            FrameError: They are not whole, well-formed frames.
        """
        position, length = 0, len(data)
        while position < length:
            scan = frames.scan(data, position, source=driver.source)
            for tally in scan.tallies:
                if tally.type in types:
                    self._take(data, tally, now, ring=True)
            # Control frames are for others: they say where replies belong.
            end = scan.end + scan.span if scan.special else scan.end
            if not position < end <= length:
                raise FrameError(f"the frame at byte {scan.end} goes on where the ring ends")
            position = end

    def reserve(self, driver: Driver, header: Header) -> memoryview | None:
        """Gives the place in its history for a frame in a driver's ring, to write it there.

        None: it has to be taken by `receive_ring`, which says what becomes of it.
        """
        feed = self._catalog.find_feed(driver.source, header.type)
        if feed is None:
            return None
        due = feed.ledger.next_sequence
        if due is not None and widen(header.sequence, due) < due:
            return None
        return feed.reserve(header.size)

    def commit(self, driver: Driver, place: memoryview, now: float) -> None:
        """Takes the frame that was written in the place reserved last."""
        (tally,) = frames.scan(place, source=driver.source).tallies
        self.feeds[driver.source, tally.type].commit(tally, now)

    def _take(self, data: memoryview, tally: Tally, now: float, *, ring: bool = False) -> None:
        feed = self._catalog.find_feed(tally.source, tally.type)
        if feed is None:
            self.unknown += tally.count
            return
        if tally.source in self._by_ring:
            # The relay tells of what is missing before the last frame up to there has come.
            ledger = feed.ledger
            rest = later(data, tally, ledger.next_sequence if ring else ledger.next_frame)
            if rest is None:
                return
            tally = rest
        feed.append(data, tally, now, ring=ring)

    def disconnected(self) -> list[Reply]:
        """Notes that the connection is gone; feeds and subscriptions stay.

        Returns:
            An error for each command that waits.
        """
        self.connected = False
        for driver in self.drivers.values():
            driver.state, driver.reason = "unknown", ""
        for wanted in self.subscriptions.values():
            wanted.streams.clear()
            wanted.refused = False
        for feed in tuple(self.feeds.values()):
            feed.ledger.interrupt()
            feed.wake_all()
        text = "the relay went away before the driver answered: the outcome is unknown"
        return self.pending.abandon(errors.NotConnected(text))

    # What is sent ------------------------------------------------------------------------------

    def subscribe(
        self,
        messages: Iterable[str | Iterable[str]] | None,
        driver: str | None = None,
        options: Options | None = None,
    ) -> tuple[int, str]:
        """Makes the request for messages (None: all that are published) of a driver (None: all).

        Returns:
            The subscription's id and the text message to send.

        Raises:
            InvalidArgument: A message is not given by its name.
            InvalidSubscription: It asks for the history of a message that comes already, or the
                driver is not given by its name.
        """
        names = None if messages is None else names_of(messages, "messages")
        check_driver(driver)
        wanted = Subscription(self._request + 1, driver, names, options or Options())
        if wanted.options.past and any(map(wanted.overlaps, self.subscriptions.values())):
            raise errors.InvalidSubscription(
                "history is for messages that do not come yet, so that nothing comes twice: "
                "connect with subscribe=None, then ask for messages with their history"
            )
        self._request += 1
        self.subscriptions[wanted.id] = wanted
        return wanted.id, self._request_text(wanted)

    def resubscribe(self, *, refused: bool = False) -> list[str]:
        """The text messages that ask for all subscriptions again, after a new hello.

        Args:
            refused: Only for those that this relay has refused: it may know more by now.
        """
        asked = self.subscriptions.values()
        return [self._request_text(one) for one in asked if one.refused or not refused]

    def _request_text(self, wanted: Subscription) -> str:
        """The text message that asks for a subscription, also of drivers that are missing now."""
        later = any(
            one.missing and wanted.driver in (None, one.name) for one in self.drivers.values()
        )
        return wanted.request(later=later)

    def unsubscribe(self, id: int) -> str:
        """Makes the request that ends a subscription."""
        return json.dumps({"op": "unsubscribe", "id": id})

    def allow_origin(self, origin: str) -> tuple[int, str]:
        """Makes the request to let pages of an origin connect; the answer is an event.

        Returns:
            The request's id and the text message to send.
        """
        self._request += 1
        return self._request, json.dumps({"op": "origin", "id": self._request, "origin": origin})

    def past(self, query: PastQuery) -> tuple[int, str]:
        """Makes the request for what the relay has on disk; an event ends the answer.

        Returns:
            The request's id, by which `pasts` has what comes, and the text message to send.
        """
        self._request += 1
        self.pasts.begin(self._request)
        return self._request, query.request(self._request)

    def ring(self, driver: Driver, read: bool) -> tuple[int, str]:
        """Makes the request to read a driver's ring from now on, or no more; an event answers it.

        Returns:
            The request's id and the text message to send.
        """
        self._request += 1
        asked = {"op": "ring", "id": self._request, "driver": driver.name}
        return self._request, json.dumps({**asked, "session": driver.session, "read": read})

    def whole(self) -> dict[int, set[int]]:
        """The messages of which every frame is to come: ids, by the driver's source."""
        found: dict[int, set[int]] = {}
        for wanted in self.subscriptions.values():
            if wanted.options.whole:
                for source, type in wanted.streams:
                    found.setdefault(source, set()).add(type)
        return found

    def encode(self, driver: Driver, name: str, fields: Mapping[str, object]) -> Encoded:
        """Encodes a command, in any thread; see `pending_commands.encode` for what it raises."""
        return encode(driver, name, fields, self.limits.get("command"))

    def wants(self, driver: str, message: str) -> bool:
        """Whether a subscription covers the message; the relay's own must be named for that."""
        known = self.drivers.get(driver)
        names = (driver,) if known is not None and known.is_relay else (driver, None)
        made = known.derived.get(message) if known else None
        name, factor = (made.of, made.decimate) if made else (message, None)
        return any(
            wanted.driver in names
            and not wanted.refused
            and wanted.options.decimate == factor
            and (wanted.messages is None or name in wanted.messages)
            for wanted in tuple(self.subscriptions.values())
        )

    # Inside ------------------------------------------------------------------------------------

    def _handle(self, said: Incoming) -> list[Event]:
        match said:
            case Greeting():
                self._greet(said)
                return [Hello()]
            case DriverNews(event, report):
                if not self._meet(report):
                    return []
                known = self.drivers.get(report.name)
                by_ring = known is not None and known.source in self._by_ring
                if known is not None and known.session != report.session:
                    self.before_end(known)
                run = None if known is None else known.run
                driver = self._catalog.update(report)
                if driver.run != run:
                    by_ring = False
                    for wanted in self.subscriptions.values():  # they are told of anew
                        wanted.streams -= {key for key in wanted.streams if key[0] == driver.source}
                (self._by_ring.add if by_ring else self._by_ring.discard)(driver.source)
                return [DriverChanged(event, driver)]
            case Confirmation(id):
                self._confirm(said)
                return [Subscribed(id)]
            case Unsubscribed(id):
                self._end(id)
                return [Ended(id)]
            case Drops():
                self._count(said)
                return []
            case Refused():
                self._refuse(said)
                return [said]
            case OriginAllowed() | PastAnswer():
                return [said]
            case RingAnswer():
                known = self.drivers.get(said.driver)
                if said.read and known is not None:
                    self._by_ring.add(known.source)
                return [said]
            case (
                SessionAnswer()
                | CallResult()
                | CallProgress()
                | CallEnded()
                | CallFailed()
                | ServerEvent()
            ):
                self.calls.take(said)
                return [CallsChanged()]
            case _:
                assert_never(said)

    def _greet(self, said: Greeting) -> None:
        drivers = {one.name: one.socket for one in said.drivers if one.source != RELAY_SOURCE}
        served = Served(drivers, said.watches, said.machine)
        had = self.had = self.had or served
        if not served.same_drivers(had):
            raise errors.OtherDrivers(
                f"it has {drivers_text(drivers)}, and this bridge had {drivers_text(had.drivers)}"
            )
        if said.machine and had.machine and not served.same_machine(had):
            raise errors.OtherDrivers(
                f"it runs on {said.machine.place(had.machine)}, and this bridge was connected to "
                f"one on {had.machine.host}"
            )
        self.client, self.server, self.limits = said.client, said.server, said.limits
        self.on_disk = said.on_disk
        for one in said.drivers:
            self._meet(one)
        by_ring = {one.name for one in self.drivers.values() if one.source in self._by_ring}
        self._catalog.renew(said.drivers, said.watches)
        self._by_ring = {self.drivers[name].source for name in by_ring}
        self.connected = True
        self.calls.connected()

    def _meet(self, report: DriverReport) -> bool:
        """Takes note of where a driver is; False: it has the name of another one."""
        if report.source == RELAY_SOURCE:
            return True
        assert self.had is not None
        drivers = self.had.drivers
        if report.name not in drivers:
            self.had = replace(self.had, drivers={**drivers, report.name: report.socket})
            return True
        return drivers[report.name] == report.socket

    def _confirm(self, said: Confirmation) -> None:
        wanted = self.subscriptions.get(said.id)
        if wanted is not None:
            wanted.confirm()
        for stream in said.streams:
            key = (stream.source, stream.type)
            driver = self._catalog.of_source(stream.source)
            if driver is not None and stream.derived is not None:
                self._catalog.drop_feeds(stream.source, driver.derive(stream.derived))
            if wanted is not None:
                wanted.streams.add(key)
            feed = self._catalog.find_feed(*key)
            if feed is not None:
                feed.ledger.begin(stream.first_sequence, said.id)

    def _end(self, id: int) -> None:
        ended = self.subscriptions.pop(id, None)
        if ended is not None:
            still = {key for other in self.subscriptions.values() for key in other.streams}
            for key in ended.streams - still:
                if key in self.feeds:
                    self.feeds[key].ledger.end()

    def _count(self, said: Drops) -> None:
        driver = self._catalog.of_source(said.source)
        message = None if driver is None else driver.published.get(said.message)
        if driver is not None and message is not None:
            ledger = self.feed(driver, message).ledger
            ledger.dropped(said.id, said.reason, said.count, said.sequence)

    def _refuse(self, said: Refused) -> None:
        wanted = None if said.id is None else self.subscriptions.get(said.id)
        if wanted is None:
            return
        if wanted.taken and said.code != "unknown_subscription":
            wanted.refused = True  # by another relay than the one that took it
        else:
            del self.subscriptions[wanted.id]

    def _special(self, frame: memoryview) -> Reply | Resend | None:
        header = frames.unpack_header(frame)
        if header.type == CONTROL:
            return None  # belongs to the Unix socket session; nothing depends on it here
        if header.type == ARRAY_TYPE and header.source == RELAY_SOURCE:
            try:
                self.calls.take_array(header.request, frame[HEADER_SIZE : header.size])
            except FrameError as problem:
                raise errors.ProtocolError(f"the relay sent a bad array: {problem}") from problem
            return None
        if header.type == HISTORY_TYPE and header.source == RELAY_SOURCE:
            self.pasts.take(header.request, frame[HEADER_SIZE : header.size])
            return None
        return self.pending.reply(bytes(frame), self.drivers)
