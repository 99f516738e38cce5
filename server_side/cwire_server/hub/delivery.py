"""Delivery: in which form one client gets which messages of one driver.

A message that any subscription wants whole is sent whole, once. Else one frame at a time is picked
out of its stream, by the most generous of the subscriptions. JSON is picked for each by itself.
Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cwire_server.hub.batch import Batch
from cwire_server.hub.json_values import frame_text, too_large
from cwire_server.hub.keys import subject_reader
from cwire_server.hub.ledger import Ledgers, StreamLedger
from cwire_server.hub.policies import LATEST, most_generous
from cwire_server.hub.sink import PickedFrame, Sink
from cwire_server.hub.subscription import SubscribeOptions
from cwire_structs.frames import HEADER_SIZE, RELAY_TYPES, Tally, span, unpack_header
from cwire_structs.schema import Message

__all__ = ["NOTHING", "Delivery", "Picker", "Wanted", "plan_message"]


@dataclass(slots=True)
class Wanted:
    """One message that one subscription covers."""

    ledger: StreamLedger
    message: Message
    options: SubscribeOptions


class Picker:
    """Picks single frames out of one message's stream."""

    def __init__(self, driver: str, wanted: Sequence[Wanted], json_limit: int) -> None:
        first = wanted[0]
        self._json_limit = json_limit
        self._message = first.message
        self._ledgers = tuple(entry.ledger for entry in wanted)
        self.subscriptions = tuple(ledger.subscription for ledger in self._ledgers)
        """Those that it picks for."""
        self._policy = most_generous(entry.options.policy for entry in wanted)
        rates = [entry.options.max_rate for entry in wanted]
        self._interval = 0.0 if None in rates else 1 / max(rate for rate in rates if rate)
        self._due = float("-inf")
        self._key: tuple[object, ...] = (first.ledger.source, first.message.id, "picked")
        self._render: Callable[[bytes], str] | None = None
        # Of several keys, the frames of each are kept apart that any of them keeps apart.
        names = dict.fromkeys(name for entry in wanted for name in entry.options.key)
        self._subject = subject_reader(first.message, list(names)) if names else None
        if first.options.json:
            number = first.ledger.subscription
            self._policy = LATEST
            self._key = (*self._key, number)
            self._render = lambda frame: frame_text(number, driver, first.message, frame)

    def pick(self, sink: Sink, batch: Batch, tally: Tally, now: float) -> None:
        """Puts the last frame of a message in a batch into the sink, if it is its time.

        With a key, the last one of each subject.

        Frames of a size that the schema does not allow count as lost by their driver.
        """
        lost = batch.losses.get(tally.type, 0)
        if self._subject is not None:
            self._pick_each(sink, batch, tally, lost, self._subject)
            return
        begin = tally.last_offset
        size = _size_at(batch, begin)
        if not self._fits(size):
            sink.put_skipped(self._ledgers, tally.last_sequence, driver=lost + tally.count)
            return
        if self._render and too_large(self._message, self._json_limit, size - HEADER_SIZE):
            sink.put_skipped(
                self._ledgers, tally.last_sequence, size=1, conflated=tally.count - 1, driver=lost
            )
            return
        if now < self._due:
            sink.put_skipped(self._ledgers, tally.last_sequence, rate=tally.count, driver=lost)
            return
        # From when it was due, not from now, so that the rate is kept on average; but time in which
        # nothing came is not made up for.
        self._due = (self._due if self._due > now - self._interval else now) + self._interval
        skipped = tally.count - 1
        picked = self._make(batch, begin, size, tally.last_sequence)
        sink.put_pick(picked, {self._policy.reason: skipped, "driver": lost})

    def _pick_each(
        self,
        sink: Sink,
        batch: Batch,
        tally: Tally,
        lost: int,
        subject_of: Callable[[bytes | bytearray | memoryview, int], bytes],
    ) -> None:
        mine = batch.only(frozenset((tally.type,)))
        assert mine is not None
        frames: list[tuple[int, int, int, bytes | None]] = []
        position = mine.start
        while position < mine.end:
            header = unpack_header(mine.buffer, position)
            fits = self._fits(header.size)
            subject = subject_of(mine.buffer, position) if fits else None
            frames.append((position, header.size, header.sequence, subject))
            position += span(header.size)
        newest = {subject: begin for begin, _, _, subject in frames}
        reason = self._policy.reason
        skipped = {reason: 0, "driver": lost}
        for begin, size, sequence, subject in frames:
            if subject is None:
                skipped["driver"] += 1
            elif newest[subject] != begin:
                skipped[reason] += 1
            else:
                sink.put_pick(self._make(mine, begin, size, sequence, subject), skipped)
                skipped = {reason: 0, "driver": 0}
        if any(skipped.values()):
            sink.put_skipped(self._ledgers, tally.last_sequence, **skipped)

    def _make(
        self, batch: Batch, begin: int, size: int, sequence: int, subject: bytes = b""
    ) -> PickedFrame:
        return PickedFrame(
            key=self._key,
            frame=bytes(memoryview(batch.buffer)[begin : begin + span(size)]),
            sequence=sequence,
            ledgers=self._ledgers,
            policy=self._policy,
            subject=subject,
            render=self._render,
        )

    def _fits(self, size: int) -> bool:
        """Whether a frame has a size that its message can have."""
        try:
            self._message.check_size(size - HEADER_SIZE)
        except ValueError:
            return False
        return True


def _size_at(batch: Batch, offset: int) -> int:
    return int.from_bytes(batch.buffer[offset : offset + 4], "little")


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that one client gets of one driver. Never changed: what waits in a queue refers to it."""

    whole: Ledgers
    """The messages that are sent whole, with their ledgers."""
    pickers: Mapping[int, Sequence[Picker]]
    """By message id."""

    @property
    def types(self) -> set[int]:
        """The message ids that are wanted in any way."""
        return self.whole.keys() | self.pickers.keys()

    def beside_ring(self) -> Delivery:
        """The part that is not in the driver's ring as it is: what is derived or picked out."""
        derived = {type_: of_it for type_, of_it in self.whole.items() if type_ >= RELAY_TYPES}
        return Delivery(derived, self.pickers)


NOTHING = Delivery({}, {})


def plan_message(
    driver: str,
    wanted: Sequence[Wanted],
    json_limit: int,
    known: Mapping[tuple[int, ...], Picker],
) -> tuple[Sequence[StreamLedger], Sequence[Picker]]:
    """Decides how one message is delivered that subscriptions cover.

    Args:
        driver: Its name.
        wanted: The message, as each of the subscriptions wants it.
        json_limit: Values of a frame that JSON is made of.
        known: Its pickers so far, by their subscriptions: those that stay keep their rate.

    Returns:
        The ledgers of those that get it whole, and the pickers of the others.
    """
    json = [entry for entry in wanted if entry.options.json]
    binary = [entry for entry in wanted if not entry.options.json] if json else wanted
    groups = [[entry] for entry in json]
    whole: list[StreamLedger] = []
    if any(entry.options.every_frame for entry in binary):
        whole = [entry.ledger for entry in binary]
    elif binary:
        groups.append(list(binary))
    pickers = []
    for group in groups:
        ids = tuple(entry.ledger.subscription for entry in group)
        pickers.append(known.get(ids) or Picker(driver, group, json_limit))
    return whole, pickers
