"""What came and what did not, counted per message of a driver."""

from __future__ import annotations

from collections import deque

from cwire_structs.frames import Tally

__all__ = ["Ledger", "widen"]

_HALF = 1 << 31
_WINDOW = 3.0  # s over which a rate is taken
_MARK = 0.25  # s between marks
_ASKED_FOR = ("conflated", "rate")


def widen(low: int, near: int) -> int:
    """The number nearest to `near` whose lowest 32 bits are `low`: a sequence that never wraps."""
    return near + (low - near + _HALF) % (1 << 32) - _HALF


class Ledger:
    """Counts frames and losses of one message; sequences are widened to 64 bits.

    Losses are known in two ways: as gaps in the sequences of what came, and by the relay's word. A
    relay tells all that is missing, also where nothing has followed yet; a simpler one may tell
    nothing. So the larger of both counts.

    Attributes:
        frames: Frames received.
        bytes: Their bytes, headers included.
        unreadable: Frames whose size the schema does not allow.
    """

    def __init__(self) -> None:
        self.frames = 0
        self.bytes = 0
        self.unreadable = 0
        self._next: int | None = None  # sequence of the next frame
        self._gaps = 0  # frames that are missing between those that came, of this run
        self._gone_before = 0  # frames that did not come, of earlier runs
        self._counts: dict[tuple[object, str], int] = {}  # (subscription, reason) -> last count
        # By reason: who told last, and up to which sequence.
        self._teller: dict[str, tuple[int, object]] = {}
        self._told: dict[str, int] = {}  # reason -> frames, of this run
        self._told_before: dict[str, int] = {}
        self._marks: deque[tuple[float, int, int]] = deque(maxlen=int(_WINDOW / _MARK))

    @property
    def next_sequence(self) -> int | None:
        """The widened sequence of the next frame; None before the first one."""
        told = [sequence + 1 for sequence, _ in self._teller.values()]
        return max([*told, *([] if self._next is None else [self._next])], default=None)

    @property
    def gone(self) -> int:
        """Frames published that did not come, for whatever reason: received + gone = published."""
        return self._gone_before + max(self._gaps, sum(self._told.values()))

    @property
    def skipped(self) -> int:
        """Of these, the ones that were not wanted: policy latest, or above the rate."""
        return sum(self.gone_by(reason) for reason in _ASKED_FOR)

    @property
    def lost(self) -> int:
        """Of these, the ones that were wanted."""
        return max(0, self.gone - self.skipped)

    def gone_by(self, reason: str) -> int:
        """How many did not come for this reason: ``relay driver conflated rate``."""
        return self._told_before.get(reason, 0) + self._told.get(reason, 0)

    def begin(self, first_sequence: int | None) -> None:
        """Says from which sequence on frames are due; ignored in the middle of a run."""
        if self._next is None:
            self._next = first_sequence

    def end(self) -> None:
        """The run is over (driver restart, disconnect, unsubscribe): sequences start afresh."""
        self._gone_before = self.gone
        self._told_before = {
            reason: self.gone_by(reason) for reason in {*self._told_before, *self._told}
        }
        self._told, self._gaps, self._next = {}, 0, None
        self._counts.clear()
        self._teller = {}

    def add(self, tally: Tally, taken: int, now: float) -> None:
        """Counts a batch of frames, of which the history took so many; `now` in seconds."""
        self.frames += tally.count
        self.bytes += tally.bytes
        self.unreadable += tally.count - taken
        due = self._next
        first = tally.first_sequence if due is None else widen(tally.first_sequence, due)
        last = first + (tally.last_sequence - tally.first_sequence) % (1 << 32)
        if due is not None and first > due:
            self._gaps += first - due
        self._gaps += max(0, last - first + 1 - tally.count)
        self._next = last + 1
        marks = self._marks
        if not marks or now - marks[-1][0] >= _MARK:
            marks.append((now, self.frames, self.bytes))

    def dropped(self, subscription: object, reason: str, count: int, sequence: int) -> None:
        """Takes the relay's word: so many frames up to this sequence were dropped, and why.

        Args:
            subscription: Whose count it is; each starts at its own first sequence.
            reason: ``relay``, ``driver``, ``conflated`` or ``rate``.
            count: Dropped since the subscription's first sequence.
            sequence: The last one that the count covers; frames before it may still come.
        """
        more = count - self._counts.get((subscription, reason), 0)
        self._counts[subscription, reason] = count
        before, teller = self._teller.get(reason, (None, subscription))
        near = self._next if before is None else before
        last = sequence if near is None else widen(sequence, near)
        # Two subscriptions to one stream both hear of the same loss: the first to tell counts.
        if before is None or last > before or (last == before and teller == subscription):
            self._told[reason] = self._told.get(reason, 0) + more
            self._teller[reason] = last, subscription

    def rates(self, now: float) -> tuple[float, float]:
        """Frames and bytes per second over the last three seconds."""
        marks = [mark for mark in tuple(self._marks) if now - mark[0] <= _WINDOW]
        if not marks or now - marks[0][0] < _MARK:
            return 0.0, 0.0
        time, count, size = marks[0]
        return (self.frames - count) / (now - time), (self.bytes - size) / (now - time)
