"""The queue of one client: everything it will be sent, in order. Pure.

Frames are dropped, oldest first, when too many wait; what was dropped is told at the place in the
stream where it is missing. Text and replies are never dropped.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cwire_server.batch import Batch

__all__ = ["Binary", "ClientQueue", "Stream", "Text"]


@dataclass(slots=True, eq=False)
class Stream:
    """One message of one run of one driver, as one subscription gets it: the loss ledger."""

    subscription: int
    source: int
    message: str
    at_relay: int = 0
    """Frames dropped here since the subscription began, because the client read too slowly."""
    at_driver: int = 0
    """Frames that the driver's ring had lost before they came here."""


Streams = Mapping[int, Sequence[Stream]]
"""By message id: the streams of one client that get it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text message to send."""

    text: str


@dataclass(frozen=True, slots=True)
class Binary:
    """A binary message to send: pieces in order, of ``size`` bytes together."""

    pieces: tuple[memoryview, ...]
    size: int
    batch: Batch | None
    """The batch, if the message is exactly that."""


class _Data:
    """A batch that waits."""

    __slots__ = ("batch", "streams", "told")

    def __init__(self, batch: Batch, streams: Streams) -> None:
        self.batch = batch
        self.streams = streams
        self.told = not batch.losses


class _Gap:
    """Where batches were dropped: per stream, what is missing and up to which sequence."""

    __slots__ = ("missing",)

    def __init__(self) -> None:
        self.missing: dict[Stream, tuple[int, int, int]] = {}

    def add(self, entry: _Data) -> None:
        for tally in entry.batch.tallies:
            lost = 0 if entry.told else entry.batch.losses.get(tally.type, 0)
            for stream in entry.streams.get(tally.type, ()):
                at_relay, at_driver, _ = self.missing.get(stream, (0, 0, 0))
                self.missing[stream] = (
                    at_relay + tally.count,
                    at_driver + lost,
                    tally.last_sequence,
                )


class ClientQueue:
    """First in, first out, with a bound on frames and a bound on everything else.

    Args:
        data_limit: Bytes of batches that may wait; beyond it the oldest go.
        control_limit: Bytes of text and replies that may wait; beyond it `overflown` is set.
        batch_limit: Bytes of a binary message, unless one batch is larger.
    """

    def __init__(self, data_limit: int, control_limit: int, batch_limit: int) -> None:
        self._entries: deque[_Data | _Gap | bytes | str] = deque()
        self._data_limit = data_limit
        self._control_limit = control_limit
        self._batch_limit = batch_limit
        self._batches = 0
        self.data_bytes = 0
        self.control_bytes = 0
        self.dropped = 0
        """Frames dropped here so far."""
        self.dropped_by: Counter[tuple[int, str]] = Counter()
        """The same by source and message."""

    @property
    def overflown(self) -> bool:
        """More text and replies wait than a client that reads would ever leave."""
        return self.control_bytes > self._control_limit

    def put_text(self, text: str) -> None:
        """Adds a text message."""
        self._entries.append(text)
        self.control_bytes += len(text)

    def put_reply(self, frame: bytes) -> None:
        """Adds a reply frame."""
        self._entries.append(frame)
        self.control_bytes += len(frame)

    def put_batch(self, batch: Batch, streams: Streams) -> None:
        """Adds a batch, and drops the oldest ones if too much waits; the newest always stays."""
        self._entries.append(_Data(batch, streams))
        self._batches += 1
        self.data_bytes += batch.pinned
        while self.data_bytes > self._data_limit and self._batches > 1:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        index, entry = next(
            (index, entry) for index, entry in enumerate(self._entries) if isinstance(entry, _Data)
        )
        before = self._entries[index - 1] if index else None
        if isinstance(before, _Gap):
            gap = before
            del self._entries[index]
        else:
            gap = self._entries[index] = _Gap()
        gap.add(entry)
        self._forget(entry)
        for tally in entry.batch.tallies:
            self.dropped += tally.count
            for stream in entry.streams.get(tally.type, ())[:1]:
                self.dropped_by[stream.source, stream.message] += tally.count

    def _forget(self, entry: _Data) -> None:
        self._batches -= 1
        self.data_bytes -= entry.batch.pinned

    def take(self) -> Text | Binary | None:
        """The next message to send, or None. What waits goes together, up to the batch limit."""
        while self._entries:
            entry = self._entries[0]
            if isinstance(entry, str):
                self._entries.popleft()
                self.control_bytes -= len(entry)
                return Text(entry)
            if isinstance(entry, _Gap):
                self._entries.popleft()
                self._tell(entry.missing)
            elif isinstance(entry, _Data) and not entry.told:
                entry.told = True
                self._tell(_driver_losses(entry))
            else:
                return self._take_binary()
        return None

    def _take_binary(self) -> Binary:
        pieces: list[memoryview] = []
        size = 0
        batch = None
        while self._entries:
            entry = self._entries[0]
            if isinstance(entry, _Data) and entry.told:
                piece = entry.batch.view
            elif isinstance(entry, bytes):
                piece = memoryview(entry)
            else:
                break
            if pieces and size + len(piece) > self._batch_limit:
                break
            self._entries.popleft()
            if isinstance(entry, _Data):
                self._forget(entry)
                batch = entry.batch
            else:
                self.control_bytes -= len(piece)
            pieces.append(piece)
            size += len(piece)
        return Binary(tuple(pieces), size, batch if len(pieces) == 1 else None)

    def _tell(self, missing: Mapping[Stream, tuple[int, int, int]]) -> None:
        """Puts the notices of what is missing at the head of the queue."""
        notices = []
        for stream, (at_relay, at_driver, sequence) in missing.items():
            stream.at_relay += at_relay
            stream.at_driver += at_driver
            if at_relay:
                notices.append(_dropped(stream, "relay", stream.at_relay, sequence))
            if at_driver:
                notices.append(_dropped(stream, "driver", stream.at_driver, sequence))
        self._entries.extendleft(reversed(notices))
        self.control_bytes += sum(map(len, notices))


def _driver_losses(entry: _Data) -> dict[Stream, tuple[int, int, int]]:
    return {
        stream: (0, entry.batch.losses[tally.type], tally.last_sequence)
        for tally in entry.batch.tallies
        if entry.batch.losses.get(tally.type)
        for stream in entry.streams.get(tally.type, ())
    }


def _dropped(stream: Stream, reason: str, count: int, sequence: int) -> str:
    return json.dumps(
        {
            "op": "dropped",
            "id": stream.subscription,
            "source": stream.source,
            "message": stream.message,
            "reason": reason,
            "count": count,
            "sequence": sequence,
        }
    )
