"""The client's side of the WebSocket session of PROTOCOL.md, without a socket or a clock.

A shell feeds it what arrives and sends what it makes::

    events = session.receive_text(text)          # or receive_binary(data, now)
    id, text = session.subscribe(["scope_block"])  # to be sent

It outlives a connection: `disconnected`, then a new hello, and everything goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from cwire import errors
from cwire.data.feed import Feed
from cwire.session.catalog import Catalog
from cwire.session.drivers import Driver
from cwire.session.events import (
    DriverChanged,
    Event,
    Hello,
    OriginAllowed,
    Refused,
    Reply,
    Resend,
    Subscribed,
)
from cwire.session.options import Options
from cwire.session.pending_commands import Command, PendingCommands
from cwire.session.subscriptions import Subscription
from cwire.session.window import AckWindow
from cwire_structs import frames
from cwire_structs.frames import CONTROL, PROTOCOL, FrameError
from cwire_structs.schema import Message

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
        client: The relay's number for this client.
        server: What the relay says it is.
        limits: Sizes in bytes that the relay allows.
        pending: Commands that wait for their reply.
        subscriptions: By id.
        unknown: Frames that no schema describes.
        window: Counts what is to be acknowledged.
    """

    def __init__(
        self,
        history_bytes: int = HISTORY_BYTES,
        window: int | None = None,
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        self._catalog = Catalog(history_bytes, lock or nullcontext())
        self.connected = False
        self.client: int | None = None
        self.server = ""
        self.limits: Mapping[str, int] = {}
        self.subscriptions: dict[int, Subscription] = {}
        self.unknown = 0
        self.window = AckWindow(window)
        self.pending = PendingCommands()
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
                feed = self._catalog.find_feed(tally.source, tally.type)
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
        return self.pending.abandon(errors.NotConnected(text))

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
        """Encodes a command; its reply will be an event. See `PendingCommands.make`."""
        return self.pending.make(driver, name, fields, self.limits.get("command"))

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
        self._catalog.renew(message["drivers"])
        self.connected = True
        return [Hello()]

    def _driver(self, message: Mapping[str, Any]) -> list[Event]:
        return [DriverChanged(str(message["event"]), self._catalog.update(message["driver"]))]

    def _subscribed(self, message: Mapping[str, Any]) -> list[Event]:
        wanted = self.subscriptions.get(message["id"])
        if wanted is not None:
            wanted.confirm()
        for stream in message["streams"]:
            key = (int(stream["source"]), int(stream["type"]))
            driver = self._catalog.of_source(key[0])
            if driver is not None and stream.get("schema") is not None:
                self._catalog.drop_feeds(key[0], driver.derive(key[1], stream))
            if wanted is not None:
                wanted.streams.add(key)
            feed = self._catalog.find_feed(*key)
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
        driver = self._catalog.of_source(message["source"])
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
        return self.pending.reply(frame, self.drivers)
