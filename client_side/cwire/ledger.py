"""What came and what did not, counted per message of a driver."""

from __future__ import annotations

from collections import deque

from cwire_structs.frames import Tally

__all__ = ["Ledger", "widen"]

_HALF = 1 << 31
_WINDOW = 3.0  # s over which a rate is taken
_MARK = 0.25  # s between marks


def widen(low: int, near: int) -> int:
    """The number nearest to `near` whose lowest 32 bits are `low`: a sequence that never wraps."""
    return near + (low - near + _HALF) % (1 << 32) - _HALF


class Ledger:
    """Counts frames and losses of one message; sequences are widened to 64 bits.

    Attributes:
        frames: Frames received.
        bytes: Their bytes, headers included.
        lost: Frames that the driver published and that did not come.
        unreadable: Frames whose size the schema does not allow.
    """

    def __init__(self) -> None:
        self.frames = 0
        self.bytes = 0
        self.lost = 0
        self.unreadable = 0
        self._next: int | None = None  # sequence of the next frame
        self._ahead = 0  # told of as lost, and the gap in the sequences is still to come
        self._ahead_to = 0  # where it has come at the latest
        self._lost_at: dict[str, int] = {}  # by reason
        self._bases: dict[object, dict[str, int]] = {}  # `_lost_at` when a subscription began
        self._run_base: dict[str, int] = {}  # and when the run began
        self._marks: deque[tuple[float, int, int]] = deque(maxlen=int(_WINDOW / _MARK))

    @property
    def next_sequence(self) -> int | None:
        """The widened sequence of the next frame; None before the first one."""
        return self._next

    def begin(self, first_sequence: int | None, subscription: object = None) -> None:
        """A subscription begins: its counts start at zero, and frames are due from this sequence.

        In the middle of a run the sequence is of no effect: frames come already.
        """
        self._bases[subscription] = dict(self._lost_at)
        if self._next is None:
            self._next = first_sequence

    def end(self) -> None:
        """The run is over (driver restart, disconnect, unsubscribe): sequences start afresh."""
        self._next = None
        self._ahead = self._ahead_to = 0
        self._run_base = dict(self._lost_at)
        self._bases.clear()

    def add(self, tally: Tally, taken: int, now: float) -> None:
        """Counts a batch of frames, of which the history took so many; `now` in seconds."""
        self.frames += tally.count
        self.bytes += tally.bytes
        self.unreadable += tally.count - taken
        due = self._next
        first = tally.first_sequence if due is None else widen(tally.first_sequence, due)
        last = first + (tally.last_sequence - tally.first_sequence) % (1 << 32)
        missing = max(0, last - first + 1 - tally.count)
        if due is not None and first > due:
            missing += first - due
        told = min(missing, self._ahead)  # counted when the relay told of it
        self.lost += missing - told
        # What was told of and leaves no gap was before the first frame.
        self._ahead = 0 if last >= self._ahead_to else self._ahead - told
        self._next = last + 1
        marks = self._marks
        if not marks or now - marks[-1][0] >= _MARK:
            marks.append((now, self.frames, self.bytes))

    def dropped(self, subscription: object, reason: str, count: int, sequence: int) -> None:
        """Takes the relay's word: so many frames were dropped, and why.

        It says so before what comes next. The sequence may be one that comes yet: frames of a batch
        that itself has gaps. So the count says how many are lost, not the sequence.

        Args:
            subscription: Whose count it is; each starts at its own first sequence.
            reason: ``relay`` or ``driver``.
            count: Dropped since the subscription's first sequence.
            sequence: The last one that the count covers.
        """
        # Two subscriptions to one stream both hear of the same loss.
        base = self._bases.get(subscription, self._run_base).get(reason, 0)
        known = self._lost_at.get(reason, 0)
        news = max(0, base + count - known)
        self._lost_at[reason] = known + news
        last = sequence if self._next is None else widen(sequence, self._next)
        if self._next is None or last >= self._next:  # else the gap has been seen
            self.lost += news
            self._ahead += news
            self._ahead_to = max(self._ahead_to, last)

    def lost_at(self, reason: str) -> int:
        """Frames that the relay says were lost at the ``relay`` or at the ``driver``."""
        return self._lost_at.get(reason, 0)

    def rates(self, now: float) -> tuple[float, float]:
        """Frames and bytes per second over the last three seconds."""
        marks = [mark for mark in tuple(self._marks) if now - mark[0] <= _WINDOW]
        if not marks or now - marks[0][0] < _MARK:
            return 0.0, 0.0
        time, count, size = marks[0]
        return (self.frames - count) / (now - time), (self.bytes - size) / (now - time)
