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
        self._told: dict[tuple[object, str], int] = {}  # (subscription, reason) -> count
        self._told_before: dict[str, int] = {}  # reason -> count, of earlier runs
        self._marks: deque[tuple[float, int, int]] = deque(maxlen=int(_WINDOW / _MARK))

    @property
    def next_sequence(self) -> int | None:
        """The widened sequence of the next frame; None before the first one."""
        return self._next

    def begin(self, first_sequence: int | None) -> None:
        """Says from which sequence on frames are due; ignored in the middle of a run."""
        if self._next is None:
            self._next = first_sequence

    def end(self) -> None:
        """The run is over (driver restart, disconnect, unsubscribe): sequences start afresh."""
        self._next = None
        for reason in ("relay", "driver"):
            self._told_before[reason] = self.lost_at(reason)
        self._told.clear()

    def add(self, tally: Tally, taken: int, now: float) -> None:
        """Counts a batch of frames, of which the history took so many; `now` in seconds."""
        self.frames += tally.count
        self.bytes += tally.bytes
        self.unreadable += tally.count - taken
        due = self._next
        first = tally.first_sequence if due is None else widen(tally.first_sequence, due)
        last = first + (tally.last_sequence - tally.first_sequence) % (1 << 32)
        if due is not None and first > due:
            self.lost += first - due
        self.lost += max(0, last - first + 1 - tally.count)
        self._next = last + 1
        marks = self._marks
        if not marks or now - marks[-1][0] >= _MARK:
            marks.append((now, self.frames, self.bytes))

    def dropped(self, subscription: object, reason: str, count: int, sequence: int) -> None:
        """Takes the relay's word: so many frames up to this sequence were dropped, and why.

        Args:
            subscription: Whose count it is; each starts at its own first sequence.
            reason: ``relay`` or ``driver``.
            count: Dropped since the subscription's first sequence.
            sequence: The last one that the count covers.
        """
        before = self._told.get((subscription, reason), 0)
        self._told[subscription, reason] = count
        if reason == "driver":
            return  # the frames that it covers follow, and `add` sees what is missing among them
        if self._next is None:
            self._next = sequence + 1
            self.lost += count - before
            return
        last = widen(sequence, self._next)
        if last >= self._next:
            self.lost += last + 1 - self._next
            self._next = last + 1

    def lost_at(self, reason: str) -> int:
        """Frames that the relay says were lost at the ``relay`` or at the ``driver``."""
        # Two subscriptions to one stream both hear of the same loss.
        told = [count for (_, why), count in self._told.items() if why == reason]
        return self._told_before.get(reason, 0) + max(told, default=0)

    def rates(self, now: float) -> tuple[float, float]:
        """Frames and bytes per second over the last three seconds."""
        marks = [mark for mark in tuple(self._marks) if now - mark[0] <= _WINDOW]
        if not marks or now - marks[0][0] < _MARK:
            return 0.0, 0.0
        time, count, size = marks[0]
        return (self.frames - count) / (now - time), (self.bytes - size) / (now - time)
