"""The queue of one client that speaks Foxglove's protocol.

What the hub puts is kept as for any client, and made messages of the protocol when it is sent: so
clients share what waits. What a client is offered may change between two batches that wait. So the
text that tells it has with it which channel is meant by which frames from there on. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from cwire_server.foxglove.messages import messages_of
from cwire_server.foxglove.offers import Change, Channel, Offers
from cwire_server.foxglove.protocol import ENCODINGS, Level, operation, status, time_message
from cwire_server.hub.batch import Batch
from cwire_server.hub.client_queue import Binary, ClientQueue, Missing, Text, TextPieces
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.ledger import REASONS, StreamLedger
from cwire_server.hub.registry import DriverRegistry
from cwire_server.limits import Limits
from cwire_structs.frames import HEADER_SIZE, Header, Tally, unpack_header

__all__ = ["Answer", "FoxgloveQueue"]

Answer = Callable[[Header, bytes], bytes | str | None]
"""Takes header and payload of a reply; returns what the client is sent, or None: nothing yet."""

CAPABILITIES = ("time", "services", "parameters")
"""What the server says that it can."""

_SLOW = "slow"
# Viewers that know this text say what can be done about it.
_SLOW_TEXT = "Send buffer limit reached"


class _Sending(NamedTuple):
    """The channels from some place in the queue on."""

    channels: Mapping[tuple[int, int], Channel]
    """By source and message id."""
    gone: tuple[int, ...]
    """Ids of those that are no more."""


class _Turn(str):
    """A text at whose place in the queue the channels change."""

    sending: _Sending


class FoxgloveQueue(ClientQueue):
    """The `Sink` of such a client.

    Args:
        limits: Of what may wait.
        drivers: Those of the relay.
        session: Tells this run of the relay from others.
        on_gone: Called with the id of a channel that is no more, while the hub tells of its driver.
        later: Called where `offer` is to be called, after others had their turn.

    Attributes:
        offers: The channels and services that the client will have been told of.
        subscribers: By channel id: the ids of the client's subscriptions.
        answers: By request number: what makes the answer of a driver's reply.
    """

    __slots__ = (
        "_down",
        "_drivers",
        "_later",
        "_on_gone",
        "_sending",
        "_session",
        "_slow",
        "_time",
        "_waits",
        "answers",
        "offers",
        "subscribers",
    )

    def __init__(
        self,
        limits: Limits,
        drivers: DriverRegistry,
        session: str,
        on_gone: Callable[[int], None],
        later: Callable[[], object],
    ) -> None:
        super().__init__(limits.queue, limits.control, limits.batch)
        self._drivers = drivers
        self._session = session
        self._on_gone = on_gone
        self._later = later
        self._waits = False  # for `offer`
        self._sending: Mapping[tuple[int, int], Channel] = {}
        self._down: set[int] = set()  # sources, as the client was told
        self._slow = False
        self._time = 0  # ns: what the client was told
        self.offers = Offers()
        self.subscribers: dict[int, dict[int, None]] = {}
        self.answers: dict[int, Answer] = {}

    # What the hub puts

    def put_operation(self, operation: Mapping[str, Any]) -> None:
        """Tells what an operation says, as far as the protocol has words for it."""
        match operation["op"]:
            case "hello":
                self._greet()
            case "driver":
                driver = self._drivers[operation["driver"]["source"]]
                if operation["event"] in ("restarted", "schema_changed"):
                    self._time = 0
                self._tell_offers()
                self._tell_state(driver)
            case "error":
                self._tell_error(operation)

    def fill_place(self, place: object, operation: Mapping[str, Any] | None) -> None:
        """Gives the place back: `subscribed` is not told."""
        super().fill_place(place, None)

    def put_reply(self, frame: bytes) -> None:
        """Makes the answer of a reply, for whoever waits for it."""
        header = unpack_header(frame)
        answer = self.answers.pop(header.request, None)
        made = None if answer is None else answer(header, frame[HEADER_SIZE : header.size])
        if isinstance(made, bytes):
            super().put_reply(made)
        elif made is not None:
            self.put_text(made)

    def _greet(self) -> None:
        self.put_text(
            operation(
                "serverInfo",
                name="cwire",
                capabilities=CAPABILITIES,
                supportedEncodings=ENCODINGS,
                metadata={},
                sessionId=self._session,
            )
        )
        self._tell_offers()
        for driver in self._drivers.values():
            self._tell_state(driver)

    def offer(self) -> None:
        """Goes on to tell what drivers offer."""
        self._waits = False
        self._tell_offers()

    def _tell_offers(self) -> None:
        """Tells what drivers offer, where that has changed; what is gone is told first."""
        change = Change()
        for driver in self._drivers.values():
            one = self.offers.update(driver)
            change.channels += one.channels
            change.services += one.services
            change.gone_channels += one.gone_channels
            change.gone_services += one.gone_services
        gone = tuple(change.gone_channels)
        texts = []
        if gone:
            texts.append(operation("unadvertise", channelIds=gone))
        if change.channels:
            channels = [one.advertised() for one in change.channels]
            texts.append(operation("advertise", channels=channels))
        if change.gone_services:
            texts.append(operation("unadvertiseServices", serviceIds=change.gone_services))
        if change.services:
            services = [one.advertised() for one in change.services]
            texts.append(operation("advertiseServices", services=services))
        if gone or change.channels:
            turn = _Turn(texts[0])
            turn.sending = _Sending(self.offers.by_type(), gone)
            texts[0] = turn
        for text in texts:
            self.put_text(text)
        for channel in gone:
            self._on_gone(channel)
        if not self._waits and not all(map(self.offers.is_current, self._drivers.values())):
            self._waits = True
            self._later()

    def _tell_state(self, driver: DriverState) -> None:
        """Tells that a driver is down or silent, and that it is there again."""
        id_ = f"driver {driver.name}"
        if driver.state == "up":
            if driver.source in self._down:
                self._down.discard(driver.source)
                self.put_text(operation("removeStatus", statusIds=[id_]))
            return
        self._down.add(driver.source)
        text = f"driver {driver.name} is {driver.state}: {driver.problem}"
        self.put_text(status(Level.WARNING, text, id_))

    def _tell_error(self, operation: Mapping[str, Any]) -> None:
        channel = self.offers.channels.get(operation["id"])
        about = "" if channel is None else f"{channel.topic}: "
        self.put_text(status(Level.ERROR, f"{about}{operation['text']}"))

    # What is sent

    def take(
        self, may_make_text: Callable[[], bool] = lambda: True
    ) -> Text | TextPieces | Binary | None:
        """Takes the next messages to send; what is in a `Binary` has its WebSocket heads."""
        while True:
            message = super().take(may_make_text)
            if isinstance(message, Text):
                if isinstance(message.text, _Turn):
                    self._turn(message.text.sending)
                return message
            if message is None and self._slow and not self.data_bytes:
                self._slow = False
                return Text(operation("removeStatus", statusIds=[_SLOW]))
            if not isinstance(message, Binary) or message.size:
                return message

    def _turn(self, sending: _Sending) -> None:
        self._sending = sending.channels
        for channel in sending.gone:
            self.subscribers.pop(channel, None)

    def _take_binary(self) -> Binary:
        batch = self._take_one()
        if isinstance(batch, bytes):
            return Binary((memoryview(batch),), len(batch), None)
        made: list[memoryview] = []
        newest = 0
        for tally in batch.tallies:
            parts, time_ns = self._made(batch, tally)
            made += parts
            newest = max(newest, time_ns)
        if made and newest > self._time:
            self._time = newest
            made.insert(0, memoryview(time_message(newest)))
        return Binary(tuple(made), sum(map(len, made)), None)

    def _made(self, batch: Batch, tally: Tally) -> tuple[list[memoryview], int]:
        """Makes messages of one type's frames in a batch."""
        channel = self._sending.get((tally.source, tally.type))
        subscriptions = None if channel is None else self.subscribers.get(channel.id)
        part = batch.only(frozenset((tally.type,)))
        if channel is None or not subscriptions or part is None:
            return [], 0
        made, newest, wrong = messages_of(channel, subscriptions, part.view, tally)
        if wrong:
            self.put_text(
                status(
                    Level.ERROR,
                    f"{channel.topic}: {wrong:,} of its frames had a size that the schema does not "
                    "allow; rebuild the driver with its header's schema",
                    f"size {channel.topic}",
                )
            )
        return made, newest

    def _notices(self, missing: Missing) -> list[str]:
        """Tells what is missing, for each channel all that it has lost so far."""
        notices = []
        slow = False
        for ledger, (counts, _) in missing.items():
            for reason, count in counts.items():
                ledger.add(reason, count)
            slow = slow or "relay" in counts
            if (channel := self.offers.channels.get(ledger.subscription)) is not None:
                text = _losses(channel, ledger)
                notices.append(status(Level.WARNING, text, f"lost {channel.topic}"))
        if slow and not self._slow:
            self._slow = True
            notices.insert(0, status(Level.WARNING, _SLOW_TEXT, _SLOW))
        return notices


def _losses(channel: Channel, ledger: StreamLedger) -> str:
    """Says what a channel has lost, why, and what can be done."""
    why = "; ".join(f"{count:,}: {REASONS[reason]}" for reason, count in ledger.lost.items())
    remedy = "show fewer topics, or be nearer to the relay" if "relay" in ledger.lost else ""
    text = f"{channel.topic}: frames are missing ({why})"
    return f"{text}; {remedy}" if remedy else text
