"""The client's side of the WebSocket session of PROTOCOL.md, without a socket or a clock.

A shell feeds it what arrives and sends what it makes::

    events = session.receive_text(text)          # or receive_binary(data, now)
    id, text = session.subscribe(["scope_block"])  # to be sent

It outlives a connection: `disconnected`, then a new hello, and everything goes on.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from cwire import errors
from cwire.calls import Calls, Command
from cwire.driver import Driver
from cwire.events import (
    DriverChanged,
    Event,
    Hello,
    OriginAllowed,
    Refused,
    Reply,
    Resend,
    Subscribed,
)
from cwire.feed import Feed
from cwire.options import Options
from cwire.subscription import Subscription
from cwire.window import Window
from cwire_structs import frames
from cwire_structs.frames import CONTROL, PROTOCOL, FrameError
from cwire_structs.schema import Message, Schema, SchemaError

__all__ = ["Session"]

_STATES = frozenset({"up", "down", "stale"})


class Session:
    """The state of a client: drivers, subscriptions, commands that wait, and everything received.

    One thread calls the methods that change it; others may read `drivers` and feeds, and ask for a
    `feed`, meanwhile.

    Args:
        history_bytes: Memory for the last frames of each message.
        lock: Held while feeds are added and taken away; needed where there are other threads.

    Attributes:
        connected: A hello has come and the connection has not ended since.
        client: The relay's number for this client.
        server: What the relay says it is.
        limits: Sizes in bytes that the relay allows.
        drivers: By name.
        calls: Commands that wait.
        feeds: By (source, message id).
        subscriptions: By id.
        unknown: Frames that no schema describes.
        window: What may be under way, and what is to be acknowledged.
    """

    def __init__(
        self,
        history_bytes: int = 64 << 20,
        window: int | None = None,
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        self._lock = lock or nullcontext()
        self.history_bytes = history_bytes
        self.connected = False
        self.client: int | None = None
        self.server = ""
        self.limits: Mapping[str, int] = {}
        self.drivers: dict[str, Driver] = {}
        self.feeds: dict[tuple[int, int], Feed] = {}
        self.subscriptions: dict[int, Subscription] = {}
        self.unknown = 0
        self.window = Window(window)
        self._by_source: dict[int, Driver] = {}
        self.calls = Calls()
        self._request = 0
        self._hellos = 0

    # What arrives ------------------------------------------------------------------------------

    def receive_text(self, text: str) -> list[Event]:
        """Takes a JSON message of the relay.

        Raises:
            ProtocolError: It is not one of PROTOCOL.md.
        """
        try:
            message = json.loads(text)
            op = message["op"]
            if not self.connected and op != "hello":
                raise errors.ProtocolError(f"the relay sent {op!r} before its hello")
            handler = {
                "hello": self._hello,
                "driver": self._driver,
                "subscribed": self._subscribed,
                "unsubscribed": self._unsubscribed,
                "dropped": self._dropped,
                "origin": self._origin,
                "error": self._error,
            }.get(op)
            return handler(message) if handler else []  # unknown: a newer relay says more
        except (ValueError, LookupError, TypeError, AttributeError) as problem:
            raise errors.ProtocolError(
                f"the relay sent a message that is not cwire's ({problem!r}): {text[:200]!r}"
            ) from problem

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
                feed = self.feeds.get((tally.source, tally.type)) or self._new_feed(
                    tally.source, tally.type
                )
                if feed is None:
                    self.unknown += tally.count
                else:
                    feed.append(data, tally, now)
            if scan.special and 0 < scan.span <= length - scan.end:
                position = scan.end + scan.span
                replies += scan.span
                reply = self._special(bytes(data[scan.end : position]))
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

    def disconnected(self) -> list[Reply]:
        """The connection is gone: what waits is answered here; feeds and subscriptions stay."""
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
        return self.calls.abandon(errors.NotConnected(text))

    # What is sent ------------------------------------------------------------------------------

    def subscribe(
        self,
        messages: Iterable[str] | None,
        driver: str | None = None,
        options: Options | None = None,
    ) -> tuple[int, str]:
        """Makes the request for messages (None: all that are published) of a driver (None: all).

        Returns:
            The subscription's id and the text message to send.

        Raises:
            InvalidSubscription: It asks for the history of a message that comes already.
        """
        names = None if messages is None else tuple(messages)
        wanted = Subscription(self._request + 1, driver, names, options or Options())
        if wanted.options.past and any(map(wanted.overlaps, self.subscriptions.values())):
            raise errors.InvalidSubscription(
                "history is for messages that do not come yet, so that nothing comes twice: "
                "connect with subscribe=None, then ask for messages with their history"
            )
        self._request += 1
        self.subscriptions[wanted.id] = wanted
        return wanted.id, wanted.request()

    def resubscribe(self, *, refused: bool = False) -> list[str]:
        """The text messages that ask for all subscriptions again, after a new hello.

        Args:
            refused: Only for those that this relay has refused: it may know more by now.
        """
        asked = self.subscriptions.values()
        return [one.request() for one in asked if one.refused or not refused]

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

    def command(self, driver: Driver, name: str, fields: Mapping[str, object]) -> Command:
        """Encodes a command; its reply will be an event. See `Calls.make`."""
        return self.calls.make(driver, name, fields, self.limits.get("command"))

    def feed(self, driver: Driver, message: Message) -> Feed:
        """The feed of a driver's message; an empty one if nothing has come yet.

        One that is `replaced` at once if the message is not one of the driver's present schema: it
        has come back with another one since the caller looked.
        """
        with self._lock:
            key = (driver.source, message.id)
            feed = self.feeds.get(key)
            if feed is None:
                feed = Feed(driver.name, message, self.history_bytes)
                known = driver.by_id(message.id) is message
                if not known or self._by_source.get(driver.source) is not driver:
                    feed.replaced = True
                else:
                    self.feeds[key] = feed
        return feed

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

    def _hello(self, message: Mapping[str, Any]) -> list[Event]:
        if message["protocol"] != PROTOCOL:
            raise errors.ProtocolError(
                f"the relay speaks cwire protocol {message['protocol']}, this client {PROTOCOL}: "
                "install the same cwire version on both sides"
            )
        self.client = message.get("client")
        self.server = str(message.get("server", ""))
        self.limits = {str(k): int(v) for k, v in (message.get("limits") or {}).items()}
        self._hellos += 1
        items = message["drivers"]
        self._renumber({str(item["name"]): int(item["source"]) for item in items})
        for item in items:
            self._update(item)
        self.connected = True
        return [Hello()]

    def _driver(self, message: Mapping[str, Any]) -> list[Event]:
        return [DriverChanged(str(message["event"]), self._update(message["driver"]))]

    def _update(self, item: Mapping[str, Any]) -> Driver:
        name, source, state = str(item["name"]), int(item["source"]), str(item["state"])
        if state not in _STATES:
            raise ValueError(f"unknown driver state {state!r}")
        driver = self.drivers.get(name)
        if driver is not None and driver.source != source:
            known = {one.name: one.source for one in self.drivers.values()}
            self._renumber({**known, name: source})
        driver = driver or Driver(name, source)
        session = None if item.get("session") is None else int(item["session"])
        run = self._run(item.get("epoch"), session)
        if run not in (None, driver.run):  # while it is down, its run may yet go on
            driver.run = run
            for feed in self._feeds_of(source):
                feed.ledger.end()
        if item.get("schema") is not None:
            self._take_schema(driver, item["schema"])
        driver.state, driver.session = state, session
        driver.reason = "" if state == "up" else str(item.get("problem") or "")
        self._by_source[source] = driver
        self.drivers = {**self.drivers, name: driver}
        for feed in self._feeds_of(source):
            feed.wake_all()
        return driver

    def _run(self, epoch: object, session: int | None) -> str | None:
        """What tells one run of a driver from another, also by way of another relay."""
        if epoch is not None:
            return str(epoch)
        return None if session is None else f"{session} of connection {self._hellos}"

    def _renumber(self, sources: Mapping[str, int]) -> None:
        """Gives the drivers these numbers, feeds and all, and forgets those that have none."""
        feeds, gone = {}, []
        with self._lock:
            for (_, type), feed in self.feeds.items():
                if feed.driver in sources:
                    feeds[sources[feed.driver], type] = feed
                else:
                    gone.append(feed)
            self.feeds = feeds
            # Replaced, not changed: another thread may be walking through it.
            self.drivers = {name: one for name, one in self.drivers.items() if name in sources}
            for name, driver in self.drivers.items():
                driver.source = sources[name]
            self._by_source = {driver.source: driver for driver in self.drivers.values()}
        _give_up(gone)

    def _take_schema(self, driver: Driver, given: Mapping[str, Any]) -> None:
        # Compact, so that a schema that fitted a hello fits here.
        text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
        try:
            schema = Schema.from_json(text)
        except SchemaError as problem:
            driver.schema, driver.problem = None, str(problem)
        else:
            if driver.schema is not None and driver.schema.layout_hash == schema.layout_hash:
                driver.schema, driver.problem = schema, ""
                return
            driver.schema, driver.problem = schema, ""
        driver.derived = {}
        self._drop_feeds(driver.source)

    def _feeds_of(self, source: int) -> list[Feed]:
        return [feed for (number, _), feed in tuple(self.feeds.items()) if number == source]

    def _drop_feeds(self, source: int, only: Collection[int] | None = None) -> None:
        """Gives up the feeds of a driver; `only` those of some message ids."""
        with self._lock:
            dropped = {
                key: feed
                for key, feed in self.feeds.items()
                if key[0] == source and (only is None or key[1] in only)
            }
            self.feeds = {key: feed for key, feed in self.feeds.items() if key not in dropped}
        _give_up(dropped.values())

    def _new_feed(self, source: int, type: int) -> Feed | None:
        driver = self._by_source.get(source)
        message = None if driver is None else driver.by_id(type)
        if driver is None or message is None:
            return None
        return self.feed(driver, message)

    def _subscribed(self, message: Mapping[str, Any]) -> list[Event]:
        wanted = self.subscriptions.get(message["id"])
        if wanted is not None:
            wanted.confirm()
        for stream in message["streams"]:
            key = (int(stream["source"]), int(stream["type"]))
            driver = self._by_source.get(key[0])
            if driver is not None and stream.get("schema") is not None:
                self._drop_feeds(key[0], driver.derive(key[1], stream))
            if wanted is not None:
                wanted.streams.add(key)
            feed = self.feeds.get(key) or self._new_feed(*key)
            if feed is not None:
                first = stream.get("first_sequence")
                feed.ledger.begin(None if first is None else int(first), message["id"])
        return [Subscribed(message["id"])]

    def _unsubscribed(self, message: Mapping[str, Any]) -> list[Event]:
        ended = self.subscriptions.pop(message["id"], None)
        if ended is not None:
            still = {key for other in self.subscriptions.values() for key in other.streams}
            for key in ended.streams - still:
                if key in self.feeds:
                    self.feeds[key].ledger.end()
        return []

    def _dropped(self, message: Mapping[str, Any]) -> list[Event]:
        driver = self._by_source.get(message["source"])
        if driver is not None:
            described = driver.published.get(message["message"])
            if described is not None:
                self.feed(driver, described).ledger.dropped(
                    message["id"],
                    str(message["reason"]),
                    int(message["count"]),
                    int(message["sequence"]),
                )
        return []

    def _origin(self, message: Mapping[str, Any]) -> list[Event]:
        return [OriginAllowed(int(message["id"]), str(message["url"]), str(message["token"]))]

    def _error(self, message: Mapping[str, Any]) -> list[Event]:
        id = message.get("id")
        wanted = self.subscriptions.get(id)  # type: ignore[arg-type]
        if wanted is not None and wanted.taken and message["code"] != "unknown_subscription":
            wanted.refused = True  # by another relay than the one that took it
        elif wanted is not None:
            del self.subscriptions[wanted.id]
        return [Refused(id, str(message["code"]), str(message["text"]))]

    def _special(self, frame: bytes) -> Reply | Resend | None:
        if frames.unpack_header(frame).type == CONTROL:
            return None  # belongs to the Unix socket session; nothing depends on it here
        return self.calls.reply(frame, self.drivers)


def _give_up(feeds: Iterable[Feed]) -> None:
    """Nothing will come in these feeds any more."""
    for feed in feeds:
        feed.replaced = True
        feed.wake_all()
