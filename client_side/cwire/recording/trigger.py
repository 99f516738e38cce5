"""Decides what of a stream belongs to a trigger: some time before it, and some behind. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.frame_array import FrameArray, Record, frame_of
from cwire.errors import InvalidArgument
from cwire_structs.quantities import parse_bytes

__all__ = ["BEFORE_BYTES", "SECONDS", "Begin", "Edge", "End", "Ring", "Step", "Take", "When"]

BEFORE_BYTES = "256MiB"
"""Memory for the frames before a trigger, unless said otherwise."""

SECONDS = 1.0
"""Seconds before and behind a trigger, unless said otherwise."""

_LATE = 500_000_000  # ns that frames of one message may come behind those of another
_LONGEST = 10**6  # s
_EDGES = 100  # of the frames that come together


@dataclass(frozen=True, slots=True)
class When:
    """When to record.

    Attributes:
        expression: The condition.
        before: ns before a frame with which it is true.
        after: ns behind it.
        memory: Bytes for the frames before.
    """

    expression: str
    before: int
    after: int
    memory: int

    @classmethod
    def of(
        cls,
        expression: str | None,
        before: float | None = None,
        after: float | None = None,
        memory: str | None = None,
    ) -> When | None:
        """Takes what a user gives; None: nothing, all is recorded.

        Raises:
            InvalidArgument: It is no time or no size, or there is no condition.
        """
        if expression is None:
            if (before, after, memory) != (None, None, None):
                raise InvalidArgument(
                    "before, after and memory go with a condition: give when, too"
                )
            return None
        size = parse_bytes(BEFORE_BYTES if memory is None else str(memory))
        if size is None:
            raise InvalidArgument(f"{memory!r} is no size of memory: give 64MiB, 1GB, …")
        return cls(expression, _ns("before", before), _ns("after", after), size)


@dataclass(frozen=True, slots=True)
class Edge:
    """The condition became true, or is still true where a file begins.

    Attributes:
        place: Which of the frames with which it is true.
        more: How often it became true behind it, among them, without being told.
    """

    place: int
    more: int


@dataclass(frozen=True, slots=True, eq=False)
class Begin:
    """A file begins.

    Attributes:
        start: Where on the line of time.
        had: ns before the trigger that are there.
        short: Why these are fewer than were asked for; empty: they are not.
    """

    start: int
    had: int
    short: str


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """Frames that belong into the file.

    Attributes:
        track: Whose they are.
        frames: The frames.
    """

    track: Any
    frames: FrameArray | list[Record]


@dataclass(frozen=True, slots=True)
class End:
    """The file ends."""


Step = Begin | Edge | Take | End


@dataclass(slots=True, eq=False)
class _Held:
    track: Any
    frames: FrameArray | list[Record]
    line: npt.NDArray[np.int64]
    size: int


class Ring:
    """The frames that may belong to a trigger that is yet to come.

    Args:
        when: How much of the time before and behind a trigger is wanted.

    Attributes:
        recording: Whether a file is being written.
    """

    def __init__(self, when: When) -> None:
        self._when = when
        self._held: deque[_Held] = deque()
        self._bytes = 0
        self._begun: int | None = None
        self._dropped = -1
        self._newest = 0
        self._end = 0
        self.recording = False

    def hold(
        self, track: Any, frames: FrameArray | list[Record], line: npt.NDArray[np.int64]
    ) -> None:
        """Takes frames of a track, at least one, with their times."""
        parts = [frames] if isinstance(frames, FrameArray) else map(frame_of, frames)
        size = sum(one.nbytes for one in parts)
        self._held.append(_Held(track, frames, line, size))
        self._bytes += size
        if self._begun is None:
            self._begun = int(line[0])
        self._newest = max(self._newest, int(line[-1]))

    def steps(self, true: npt.NDArray[np.int64], rising: npt.NDArray[np.bool_]) -> Iterator[Step]:
        """Says what is to be done, in order.

        Args:
            true: When the condition was true among the newest frames, ascending.
            rising: With which of these it became true.
        """
        when = self._when
        gaps = np.flatnonzero(np.diff(true) > when.before + when.after) + 1
        bounds = [0, *gaps.tolist(), len(true)] if len(true) else []
        for begin, end in pairwise(bounds):
            first, last = int(true[begin]), int(true[end - 1])
            if self.recording and first - when.before > self._end:
                yield from self._take(self._end)
                self.recording = False
                yield End()
            edges = (np.flatnonzero(rising[begin:end]) + begin).tolist()
            if not self.recording:
                edges = edges if edges[:1] == [begin] else [begin, *edges]
                self._drop(first - when.before)
                yield self._begin(first)
                self.recording, self._end = True, last
            self._end = max(self._end, last + when.after)
            for place in edges[:_EDGES]:
                yield Edge(place, max(0, len(edges) - _EDGES) if place == edges[:_EDGES][-1] else 0)
        if self.recording:
            yield from self._take(self._end)
            # Until then a trigger may come that overlaps.
            if self._newest > self._end + when.before + _LATE:
                self.recording = False
                yield End()
        self._forget(self._newest - when.before - _LATE)

    def _forget(self, begin: int) -> None:
        """Forgets what is older than any trigger needs, or more than there is memory for."""
        while self._held and int(self._held[0].line[-1]) < begin:
            self._bytes -= self._held.popleft().size
        while self._bytes > self._when.memory and self._held:
            held = self._held.popleft()
            self._bytes -= held.size
            self._dropped = max(self._dropped, int(held.line[-1]))

    def _begin(self, first: int) -> Begin:
        start = first - self._when.before
        begun = first if self._begun is None else min(self._begun, first)
        since = max(start, begun, min(self._dropped + 1, first))
        short = ""
        if since > start:
            short = "the recording had just begun" if since == begun else "there was no more memory"
        return Begin(start, first - since, short)

    def _take(self, end: int) -> Iterator[Take]:
        """Takes the frames up to a time."""
        kept: deque[_Held] = deque()
        held, self._held, self._bytes = self._held, kept, 0
        for one in held:
            count = int(np.searchsorted(one.line, end, "right"))
            if count:
                yield Take(one.track, one.frames[:count])
            self._keep(kept, one, count)

    def _drop(self, begin: int) -> None:
        """Forgets the frames before a time."""
        kept: deque[_Held] = deque()
        held, self._held, self._bytes = self._held, kept, 0
        for one in held:
            self._keep(kept, one, int(np.searchsorted(one.line, begin, "left")))

    def _keep(self, kept: deque[_Held], one: _Held, first: int) -> None:
        """Keeps the frames from one on."""
        if first >= len(one.line):
            return
        if first:
            size = one.size * (len(one.line) - first) // len(one.line)
            one = _Held(one.track, one.frames[first:], one.line[first:], size)
        kept.append(one)
        self._bytes += one.size


def _ns(name: str, seconds: float | None) -> int:
    seconds = SECONDS if seconds is None else seconds
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise InvalidArgument(f"{name} is a number of seconds, not {seconds!r}")
    if not 0 <= seconds <= _LONGEST:
        raise InvalidArgument(f"{name} is {seconds!r}: give seconds from 0 to {_LONGEST:,}")
    return round(seconds * 1e9)
