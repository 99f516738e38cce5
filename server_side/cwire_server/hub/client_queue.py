"""The queue of one client: everything it will be sent, in order.

Frames are dropped when too many wait, oldest first, of the message that has most bytes waiting: so
a message below its fair share of the bound loses nothing, however much of others comes. What was
dropped is told at the place in the stream where it is missing. Text and replies are never dropped.
Pure.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cwire_server.hub.batch import Batch
from cwire_server.hub.json_text import encode
from cwire_server.hub.ledger import Ledgers, StreamLedger
from cwire_server.hub.sink import PickedFrame

__all__ = ["Binary", "ClientQueue", "Missing", "Text", "TextError", "TextPieces"]

_EMPTY_ENTRIES = 64


class TextError(Exception):
    """A frame cannot be made text of: a fault of the relay's.

    Args:
        pick: The frame. It is no longer in the queue.
        fault: What happened.
    """

    def __init__(self, pick: PickedFrame, fault: Exception) -> None:
        super().__init__("a frame cannot be made text of")
        self.subscriptions = tuple(ledger.subscription for ledger in pick.ledgers)
        """Those that it is for."""
        self.fault = fault


class Text(NamedTuple):
    """A text message to send."""

    text: str
    of_frame: bool = False
    """It was made of a frame just now, which took time."""

    @property
    def size(self) -> int:
        """Its bytes: our JSON is ASCII."""
        return len(self.text)


class TextPieces(NamedTuple):
    """A text message to send: pieces in UTF-8, in order, of ``size`` bytes together.

    What is large in it is shared with other clients, and was not copied.
    """

    pieces: tuple[bytes, ...]
    size: int


class Binary(NamedTuple):
    """A binary message to send: pieces in order, of ``size`` bytes together."""

    pieces: tuple[memoryview, ...]
    size: int
    batch: Batch | None
    """The batch, if the message is exactly that."""


class _Place:
    """A place for a text that is still being made: until it is there, nothing after it is sent."""

    __slots__ = ("filled", "message")

    def __init__(self) -> None:
        self.filled = False
        self.message: Text | TextPieces | None = None


Missing = Mapping[StreamLedger, tuple[Mapping[str, int], int]]
"""Frames that are missing at some place: by ledger, counts by reason and the last sequence."""


class _Gap:
    """Frames that are missing at some place: by ledger, counts by reason and the last sequence."""

    __slots__ = ("missing",)

    def __init__(self) -> None:
        self.missing: dict[StreamLedger, tuple[dict[str, int], int]] = {}

    def add(self, ledgers: Sequence[StreamLedger], sequence: int, **lost: int) -> None:
        for ledger in ledgers:
            counts, _ = self.missing.get(ledger, ({}, 0))
            for reason, count in lost.items():
                if count:
                    counts[reason] = counts.get(reason, 0) + count
            self.missing[ledger] = counts, sequence

    def merge(self, later: _Gap) -> None:
        for ledger, (counts, sequence) in later.missing.items():
            self.add((ledger,), sequence, **counts)


class _Data:
    """Frames that wait, or the empty place of frames that were dropped."""

    __slots__ = ("batch", "gap", "ledgers", "pick")

    def __init__(self, batch: Batch | None, pick: PickedFrame | None, ledgers: Ledgers) -> None:
        self.batch = batch
        self.pick = pick
        self.ledgers = ledgers
        self.gap: _Gap | None = None

    @property
    def empty(self) -> bool:
        return self.batch is None and self.pick is None

    def gap_here(self) -> _Gap:
        if self.gap is None:
            self.gap = _Gap()
        return self.gap


_Entry = _Data | _Place | bytes | str | TextPieces
# The entries of every queue in which nothing waits: a deque of its own has 760 bytes, and there may
# be thousands.
_NOTHING: deque[_Entry] = deque()


class ClientQueue:
    """The `Sink` of a client: first in, first out, with one bound on frames and one on the rest.

    Args:
        data_limit: Bytes of frames that may wait; beyond it some are dropped.
        control_limit: Bytes of text and replies that may wait; beyond it `overflown` is set.
        batch_limit: Bytes of a binary message, unless one batch is larger.
    """

    __slots__ = (
        "_acked",
        "_batch_limit",
        "_control_limit",
        "_data_limit",
        "_empty",
        "_entries",
        "_full",
        "_newest",
        "_places",
        "_sent",
        "_waiting",
        "_when_below",
        "_window",
        "control_bytes",
        "data_bytes",
        "dropped",
        "dropped_by",
    )

    def __init__(self, data_limit: int, control_limit: int, batch_limit: int) -> None:
        self._entries = _NOTHING
        self._data_limit = data_limit
        self._control_limit = control_limit
        self._batch_limit = batch_limit
        self._full = 0  # entries with frames
        self._empty = 0  # entries without, for frames that are missing
        # By source and message id: where frames of it wait, oldest first, and their bytes.
        self._places: dict[tuple[object, ...], deque[_Data]] = {}
        self._waiting: dict[tuple[object, ...], int] = {}
        # By stream and subject: the frame that waits and that the next one replaces.
        self._newest: dict[tuple[tuple[object, ...], bytes], _Data] = {}
        self._window: int | None = None
        self._sent = 0
        self._acked = 0
        self._when_below: list[tuple[int, Callable[[], object]]] | None = None
        self.data_bytes = 0
        self.control_bytes = 0
        self.dropped = 0
        """Frames dropped here so far: not those that a policy or a rate left out."""
        self.dropped_by: dict[tuple[int, str], int] = {}
        """The same by source and message."""

    @property
    def overflown(self) -> bool:
        """Whether more text and replies wait than a client that reads would ever leave."""
        return self.control_bytes > self._control_limit

    # Putting

    def _add(self, entry: _Entry) -> None:
        if self._entries is _NOTHING:
            self._entries = deque()
        self._entries.append(entry)

    def put_operation(self, operation: Mapping[str, Any]) -> None:
        """Adds an operation of PROTOCOL.md."""
        message = _message(operation)
        self._add(message.text if isinstance(message, Text) else message)
        self.control_bytes += _own_bytes(message)

    def put_text(self, text: str) -> None:
        """Adds an operation as its JSON, in ASCII."""
        self._add(text)
        self.control_bytes += len(text)

    def put_place(self) -> object:
        """Keeps a place for an operation that is still being made; see `Sink`."""
        place = _Place()
        self._add(place)
        return place

    def fill_place(self, place: object, operation: Mapping[str, Any] | None) -> None:
        """Fills such a place; see `Sink`."""
        assert isinstance(place, _Place)
        if operation is not None:
            place.message = _message(operation)
            self.control_bytes += _own_bytes(place.message)
        place.filled = True

    def put_reply(self, frame: bytes) -> None:
        """Adds a reply frame."""
        self._add(frame)
        self.control_bytes += len(frame)

    def put_batch(self, batch: Batch, ledgers: Ledgers) -> None:
        """Adds a batch. If too much waits then, the oldest of the largest message goes."""
        entry = _Data(batch, None, ledgers)
        for tally in batch.tallies:
            self._place((tally.source, tally.type), entry, tally.bytes)
        for type_, lost in batch.losses.items():
            if lost and type_ in ledgers:
                entry.gap_here().add(ledgers[type_], _last_sequence(batch, type_), driver=lost)
        self._append(entry, batch.pinned)

    def put_pick(self, pick: PickedFrame, skipped: Mapping[str, int]) -> None:
        """Adds one frame; ``skipped`` says, by reason, how many before it were left out."""
        entry = _Data(None, pick, {})
        if not pick.policy.keeps_all:
            before = self._newest.get((pick.key, pick.subject))
            if before is not None:
                replaced = before.pick
                assert replaced is not None
                self._gone(before, pick.key, len(replaced.frame), len(replaced.frame))
                left_out = {pick.policy.reason: 1}
                before.gap_here().add(replaced.ledgers, replaced.sequence, **left_out)
            self._newest[pick.key, pick.subject] = entry
        if any(skipped.values()):
            entry.gap_here().add(pick.ledgers, pick.sequence, **skipped)
        self._place(pick.key, entry, len(pick.frame))
        self._append(entry, len(pick.frame))

    def put_skipped(self, ledgers: Sequence[StreamLedger], sequence: int, **lost: int) -> None:
        """Notes frames that are left out on purpose; they are told before what comes next."""
        last = self._entries[-1] if self._entries else None
        if not (isinstance(last, _Data) and last.empty):
            last = _Data(None, None, {})
            self._add(last)
            self._empty += 1
        last.gap_here().add(ledgers, sequence, **lost)

    def _place(self, key: tuple[object, ...], entry: _Data, size: int) -> None:
        self._places.setdefault(key, deque()).append(entry)
        self._waiting[key] = self._waiting.get(key, 0) + size

    def _append(self, entry: _Data, pinned: int) -> None:
        self._add(entry)
        self._full += 1
        self.data_bytes += pinned
        # The newest is let in whatever its size: a frame larger than the bound must pass.
        while self.data_bytes - pinned > self._data_limit:
            older = [key for key, places in self._places.items() if places[0] is not entry]
            self._drop(max(older, key=self._waiting.__getitem__))
        if self._empty > _EMPTY_ENTRIES and self._empty > self._full:
            self._compact()

    # Dropping

    def _drop(self, key: tuple[object, ...]) -> None:
        """Drops the oldest frames of one message that wait in one place."""
        entry = self._places[key].popleft()
        if (pick := entry.pick) is not None:
            size = len(pick.frame)
            entry.gap_here().add(pick.ledgers, pick.sequence, relay=1)
            self._count_dropped(pick.ledgers, 1)
            self._forget_newest(pick)
            self._gone(entry, key, size, size)
            return
        batch = entry.batch
        assert batch is not None
        (tally,) = (tally for tally in batch.tallies if key == (tally.source, tally.type))
        ledgers = entry.ledgers.get(tally.type, ())
        entry.gap_here().add(ledgers, tally.last_sequence, relay=tally.count)
        self._count_dropped(ledgers, tally.count)
        # What remains is copied, so that a few frames do not keep a large buffer alive.
        entry.batch = batch.only(batch.types - {tally.type})
        freed = batch.pinned - (entry.batch.pinned if entry.batch else 0)
        self._gone(entry, key, tally.bytes, freed)

    def _count_dropped(self, ledgers: Sequence[StreamLedger], count: int) -> None:
        self.dropped += count
        for ledger in ledgers[:1]:
            key = ledger.source, ledger.message
            self.dropped_by[key] = self.dropped_by.get(key, 0) + count

    def _gone(self, entry: _Data, key: tuple[object, ...], size: int, freed: int) -> None:
        """Keeps the books when frames of one message have left an entry."""
        entry.pick = None
        places = self._places[key]
        _trim(places)
        self._waiting[key] -= size
        if not places:
            del self._places[key], self._waiting[key]
        self.data_bytes -= freed
        if entry.empty:
            self._full -= 1
            self._empty += 1

    def _forget_newest(self, pick: PickedFrame) -> None:
        """Notes that a frame waits no more, so that the next one replaces nothing."""
        if not pick.policy.keeps_all:
            del self._newest[pick.key, pick.subject]

    def _compact(self) -> None:
        """Joins neighbouring empty places: a client that hangs has one, not one per batch."""
        for places in {key: self._places[key] for key, _ in self._newest}.values():
            waiting = [entry for entry in places if not entry.empty]
            places.clear()
            places.extend(waiting)
        entries: deque[_Entry] = deque()
        for entry in self._entries:
            before = entries[-1] if entries else None
            if (
                isinstance(entry, _Data)
                and isinstance(before, _Data)
                and entry.empty
                and before.empty
            ):
                if entry.gap is not None:
                    before.gap_here().merge(entry.gap)
                self._empty -= 1
            else:
                entries.append(entry)
        self._entries = entries

    # Flow control

    def set_window(self, window: int | None) -> None:
        """Limits the bytes of frames that are under way without an `ack`; None: no limit."""
        self._window = window
        self._acked = self._sent

    def ack(self, received: int) -> bool:
        """Notes the bytes that the client has dealt with since `set_window`.

        Returns:
            False: that is more than was sent, or less than before.
        """
        if not self._acked <= received <= self._sent:
            return False
        self._acked = received
        return True

    def _window_closed(self, size: int, taken: int = 0) -> bool:
        flying = self._sent - self._acked + taken
        # One message is always admitted: a frame larger than the window must pass.
        return self._window is not None and flying > 0 and flying + size > self._window

    def call_when_below(self, limit: int, call: Callable[[], object]) -> None:
        """Has a function called, once, when less text and replies wait. It may not put anything."""
        if self._when_below is None:
            self._when_below = []
        if (limit, call) not in self._when_below:
            self._when_below.append((limit, call))

    def _look_below(self) -> None:
        assert self._when_below is not None
        due = [call for limit, call in self._when_below if self.control_bytes < limit]
        if due:
            left = [one for one in self._when_below if self.control_bytes >= one[0]]
            self._when_below = left or None
            for call in due:
                call()

    # Taking

    def take(
        self, may_make_text: Callable[[], bool] = lambda: True
    ) -> Text | TextPieces | Binary | None:
        """Takes the next message to send.

        None: nothing waits, or the next one is still being made, or the window is closed.

        Args:
            may_make_text: Asked before a frame is made text of, which takes time; where it says no,
                the answer is None.

        Raises:
            TextError: That failed; the queue is as if the frame had been sent.
        """
        while self._entries:
            entry = self._entries[0]
            if isinstance(entry, str):
                self._entries.popleft()
                self.control_bytes -= len(entry)
                if self._when_below is not None:
                    self._look_below()
                return Text(entry)
            if isinstance(entry, TextPieces):
                self._entries.popleft()
                self.control_bytes -= _own_bytes(entry)
                return entry
            if isinstance(entry, _Place):
                if not entry.filled:
                    return None
                self._entries.popleft()
                if entry.message is None:
                    continue
                self.control_bytes -= _own_bytes(entry.message)
                return entry.message
            if isinstance(entry, bytes):
                return self._take_binary()
            if entry.gap is not None:
                gap, entry.gap = entry.gap, None
                after = self._entries[1] if entry.empty and len(self._entries) > 1 else None
                if isinstance(after, _Data):
                    # Nothing comes between: both gaps are told together.
                    if after.gap is not None:
                        gap.merge(after.gap)
                    after.gap = gap
                else:
                    self._tell(gap)
            elif entry.empty:
                self._entries.popleft()
                self._empty -= 1
            elif (pick := entry.pick) is not None and pick.render is not None:
                if not may_make_text():
                    return None
                self._take_entry(entry)
                try:
                    return Text(pick.text, of_frame=True)
                except Exception as error:
                    raise TextError(pick, error) from error
            elif self._window_closed(_size(entry)):
                return None
            else:
                return self._take_binary()
        self._entries = _NOTHING
        return None

    def _take_binary(self) -> Binary:
        pieces: list[memoryview] = []
        size = frames_size = 0
        batch = None
        while self._entries:
            entry = self._entries[0]
            if isinstance(entry, bytes):
                piece = memoryview(entry)
            elif isinstance(entry, _Data) and entry.gap is None and _is_binary(entry):
                piece = _view(entry)
                if self._window_closed(len(piece), frames_size):
                    break
            else:
                break
            if pieces and size + len(piece) > self._batch_limit:
                break
            if isinstance(entry, bytes):
                self._take_reply(entry)
            else:
                batch = entry.batch
                frames_size += len(piece)
                self._take_entry(entry)
            pieces.append(piece)
            size += len(piece)
        self._sent += frames_size
        return Binary(tuple(pieces), size, batch if len(pieces) == 1 else None)

    def _take_one(self) -> bytes | Batch:
        """Takes the first entry alone: a reply, or a batch where no subscription picks frames."""
        entry = self._entries[0]
        if isinstance(entry, bytes):
            self._take_reply(entry)
            return entry
        assert isinstance(entry, _Data)
        batch = entry.batch
        assert batch is not None
        self._take_entry(entry)
        return batch

    def _take_reply(self, reply: bytes) -> None:
        """Takes the first entry, a reply, out of the queue."""
        self._entries.popleft()
        self.control_bytes -= len(reply)
        if self._when_below is not None:
            self._look_below()

    def _take_entry(self, entry: _Data) -> None:
        """Takes the first entry, which has frames, out of the queue and the books."""
        self._entries.popleft()
        self._full -= 1
        if (pick := entry.pick) is not None:
            keys = [(pick.key, len(pick.frame))]
            self.data_bytes -= len(pick.frame)
            self._forget_newest(pick)
        else:
            assert entry.batch is not None
            keys = [((t.source, t.type), t.bytes) for t in entry.batch.tallies]
            self.data_bytes -= entry.batch.pinned
        for key, size in keys:
            places = self._places[key]
            places.popleft()
            self._waiting[key] -= size
            if pick is not None:
                _trim(places)
            if not places:
                del self._places[key], self._waiting[key]

    def _tell(self, gap: _Gap) -> None:
        """Puts the notices of what is missing at the head of the queue."""
        notices = self._notices(gap.missing)
        self._entries.extendleft(reversed(notices))
        self.control_bytes += sum(map(len, notices))

    def _notices(self, missing: Missing) -> list[str]:
        """Adds to the ledgers what is missing; returns the texts, in ASCII, that tell of it."""
        notices = []
        for ledger, (counts, sequence) in missing.items():
            for reason, count in counts.items():
                notices.append(_dropped(ledger, reason, ledger.add(reason, count), sequence))
        return notices


def _message(operation: Mapping[str, Any]) -> Text | TextPieces:
    text = encode(operation)
    if isinstance(text, str):
        return Text(text)
    return TextPieces(tuple(text), sum(map(len, text)))


def _own_bytes(message: Text | TextPieces) -> int:
    """The bytes that wait for this client alone: every second piece belongs to all."""
    if isinstance(message, Text):
        return message.size
    return sum(map(len, message.pieces[::2]))


def _trim(places: deque[_Data]) -> None:
    """Takes away, from the beginning, what was replaced while older frames waited."""
    while places and places[0].empty:
        places.popleft()


def _is_binary(entry: _Data) -> bool:
    return entry.batch is not None or (entry.pick is not None and entry.pick.render is None)


def _view(entry: _Data) -> memoryview:
    if entry.batch is not None:
        return entry.batch.view
    assert entry.pick is not None
    return memoryview(entry.pick.frame)


def _size(entry: _Data) -> int:
    return len(_view(entry))


def _last_sequence(batch: Batch, type_: int) -> int:
    return next(tally.last_sequence for tally in batch.tallies if tally.type == type_)


def _dropped(ledger: StreamLedger, reason: str, count: int, sequence: int) -> str:
    return json.dumps(
        {
            "op": "dropped",
            "id": ledger.subscription,
            "source": ledger.source,
            "message": ledger.message,
            "reason": reason,
            "count": count,
            "sequence": sequence,
        }
    )
