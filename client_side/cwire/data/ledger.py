"""Counts the frames of a message that came, and those that did not. Pure."""

from __future__ import annotations

from collections import deque

from cwire_structs.frames import Tally

__all__ = ["CONNECTION", "DRIVER", "UNWANTED", "Ledger", "widen"]

CONNECTION = "connection"
"""The client's own reason: published while it had no connection to a relay."""

DRIVER = "driver"
"""The reason for frames that were overwritten in the driver before they were read."""

UNWANTED = ("conflated", "rate", "size")
"""The relay's reasons for frames that were not asked for: a policy's, or that of `max_rate`."""

_HALF = 1 << 31
_RATE_SPAN = 3.0  # s over which a rate is taken
_MARK = 0.25  # s between marks


def widen(low: int, near: int) -> int:
    """The number nearest to `near` whose lowest 32 bits are `low`: a sequence that never wraps."""
    return near + (low - near + _HALF) % (1 << 32) - _HALF


class Ledger:
    """Counts frames and losses of one message; sequences are widened to 64 bits.

    Losses are known in two ways: as gaps in the sequences of the frames that came, and by the
    relay's word. A relay reports all that is missing, also where nothing has followed yet; a
    simpler one may report nothing. So the larger of both counts.

    Nobody reports what was published while there was no connection. But how many frames of a run
    came or were reported is known, and so is the sequence that the next one should have; where the
    run goes on with a later one, the frames between are lost by reason ``connection``.

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
        self._frames_before = 0  # frames that came in earlier runs
        self._gone_before = 0  # frames that did not come, of earlier runs and between connections
        self._overtaken = 0  # frames that were missing in the driver's ring, of all runs
        self._overtaken_before = 0  # and of earlier ones
        self._missed = 0  # of these, published while there was no connection
        self._start: int | None = None  # sequence that this run's account begins with, once known
        self._due: int | None = None  # where it must go on after the connection was gone
        self._reached: int | None = None  # and the sequence behind the last frame that came by then
        self._told: dict[str, int] = {}  # by reason, of all runs
        self._told_to: int | None = None  # the last sequence that the relay told of
        self._bases: dict[object, dict[str, int]] = {}  # `_told` when a subscription began
        self._run_base: dict[str, int] = {}  # and when the run began
        self._marks: deque[tuple[float, int, int]] = deque(maxlen=int(_RATE_SPAN / _MARK))

    @property
    def next_frame(self) -> int | None:
        """The widened sequence behind the last frame that came; None before the first one.

        What the relay tells to be missing may lie behind it, and in between further frames.
        """
        return self._next

    @property
    def next_sequence(self) -> int | None:
        """The widened sequence behind all that came or was told of; None before the first one."""
        if self._told_to is None:
            return self._next
        told = self._told_to + 1
        return told if self._next is None else max(self._next, told)

    @property
    def gone(self) -> int:
        """Frames published that did not come, for whatever reason: received + gone = published."""
        return self._gone_before + self._gone_of_run

    @property
    def _gone_of_run(self) -> int:
        told = sum(self._told.values()) - sum(self._run_base.values())
        return max(self._gaps, told + self._overtaken - self._overtaken_before)

    @property
    def _frames_of_run(self) -> int:
        return self.frames - self._frames_before

    @property
    def skipped(self) -> int:
        """Of the frames that are gone, those not wanted: policy latest, or above the rate."""
        return sum(self.gone_by(reason) for reason in UNWANTED)

    @property
    def lost(self) -> int:
        """Of the frames that are gone, those that were wanted."""
        return max(0, self.gone - self.skipped)

    def gone_by(self, reason: str) -> int:
        """Counts what did not come by reason: ``relay driver conflated rate connection``."""
        if reason == CONNECTION:
            return self._missed
        return self._told.get(reason, 0) + self._overtaken * (reason == DRIVER)

    def begin(self, first_sequence: int | None, subscription: object = None) -> None:
        """Begins a subscription: counts from zero, and expects frames from this sequence on.

        Ignored in the middle of a run (the relay repeats `subscribed` when another
        driver comes up).
        """
        self._bases.setdefault(subscription, dict(self._told))
        if self._next is None and first_sequence is not None:
            first = self._near_due(first_sequence)
            # The relay may be behind what came by the driver's ring: that is not due again.
            self._next = first if self._reached is None else max(first, self._reached)
            self._go_on(self._next)

    def end(self) -> None:
        """Ends the run (driver restart, unsubscribe): sequences start afresh."""
        self._close()
        self._start = self._due = self._reached = None

    def interrupt(self) -> None:
        """Notes that the connection is gone; the run goes on meanwhile, unless `end` is called."""
        base = self._due if self._start is None else self._start
        if base is not None:
            self._due = base + self._frames_of_run + self._gone_of_run
        if self._next is not None:
            self._reached = self._next
        self._close()
        self._start = None

    def _close(self) -> None:
        self._gone_before = self.gone
        self._frames_before = self.frames
        self._gaps, self._next, self._told_to = 0, None, None
        self._run_base = dict(self._told)
        self._overtaken_before = self._overtaken
        self._bases.clear()

    def _near_due(self, sequence: int) -> int:
        return sequence if self._due is None else widen(sequence, self._due)

    def _go_on(self, start: int) -> None:
        """Begins the run's account with this sequence, or goes on with it after a reconnect."""
        self._start = start
        if self._due is not None:
            missed = max(0, start - self._due)
            self._missed += missed
            self._gone_before += missed
            self._due = None

    def add(self, tally: Tally, taken: int, now: float, *, ring: bool = False) -> None:
        """Counts frames that came.

        Args:
            tally: The frames of this message in a batch.
            taken: How many of them the history took.
            now: The time in seconds, by a clock that only has to be steady.
            ring: They came by the driver's ring, so that nobody else tells of what is missing.
        """
        self.frames += tally.count
        self.bytes += tally.bytes
        self.unreadable += tally.count - taken
        due = self._next
        first = (
            self._near_due(tally.first_sequence)
            if due is None
            else widen(tally.first_sequence, due)
        )
        last = first + (tally.last_sequence - tally.first_sequence) % (1 << 32)
        inside = max(0, last - first + 1 - tally.count)
        if due is not None and first > due:
            self._gaps += first - due
        if ring:
            self._overtaken += inside
            if due is not None and self.next_sequence is not None:
                self._overtaken += max(0, first - self.next_sequence)
        self._gaps += inside
        self._next = last + 1
        if self._start is None and (self._told_to is None or self._told_to <= last):
            # Everything the relay reported lies behind us, so the run's first sequence can be
            # computed.
            self._go_on(self._next - self._frames_of_run - self._gone_of_run)
        marks = self._marks
        if not marks or now - marks[-1][0] >= _MARK:
            marks.append((now, self.frames, self.bytes))

    def dropped(self, subscription: object, reason: str, count: int, sequence: int) -> None:
        """Counts frames that the relay reports as dropped.

        The report comes before the frames that follow. Where a batch itself has gaps, frames up to
        `sequence` may still come: so `count` says how many are lost, not the sequence.

        Args:
            subscription: Whose count it is; each starts at its own first sequence.
            reason: ``relay``, ``driver``, ``conflated`` or ``rate``.
            count: Dropped since the subscription's first sequence.
            sequence: The last one that the count covers; frames before it may still come.
        """
        # Two subscriptions to one stream both hear of the same loss: who has heard most counts.
        base = self._bases.get(subscription, self._run_base).get(reason, 0)
        self._told[reason] = max(self._told.get(reason, 0), base + count)
        near = self._next if self._told_to is None else self._told_to
        last = self._near_due(sequence) if near is None else widen(sequence, near)
        self._told_to = last if self._told_to is None else max(self._told_to, last)

    def rates(self, now: float) -> tuple[float, float]:
        """Returns frames and bytes per second over the last three seconds."""
        marks = [mark for mark in tuple(self._marks) if now - mark[0] <= _RATE_SPAN]
        if not marks or now - marks[0][0] < _MARK:
            return 0.0, 0.0
        time, count, size = marks[0]
        return (self.frames - count) / (now - time), (self.bytes - size) / (now - time)
