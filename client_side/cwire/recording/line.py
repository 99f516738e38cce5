"""Puts the time stamps of a driver's frames on a line that goes on where its clock jumps. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.clock import FAR_SECONDS, LAST_STAMP, rest

__all__ = ["Line"]

_FAR = FAR_SECONDS * 10**9
_BACK = 10**9  # ns that stamps go back without the clock being another one: of several threads, say
_KEPT = 4  # clocks that are known, the newest first
_MOST = 64  # jumps among frames that come together; where there are more, no clock is believed


@dataclass(slots=True)
class _Message:
    """Where the line of a message is."""

    stamp: int
    offset: int
    line: int
    heard: float


class Line:
    """The time of a driver's frames, ns, which never goes back in a message.

    It is what the stamps say, as long as they go on. Where the clock steps by more than a second
    back or a minute ahead, no time has passed. A clock that is wrong by more than a minute from
    the beginning begins at the receiver's.
    """

    def __init__(self) -> None:
        self._messages: dict[Any, _Message] = {}
        self._offsets: list[int] = []
        self._newest = 0

    def follow(
        self, key: Any, stamps: npt.NDArray[np.uint64], wall: int, now: float
    ) -> npt.NDArray[np.int64]:
        """Takes the next frames of a message.

        Args:
            key: Of the message.
            stamps: When they were published, ns; at least one.
            wall: The receiver's time, ns since 1970.
            now: The same by a clock that only has to be steady, s.
        """
        ns = np.minimum(stamps, LAST_STAMP).view(np.int64)
        known = self._messages.get(key)
        if known is None:
            offset = self._first(int(ns[0]), wall)
            known = self._messages[key] = _Message(int(ns[0]), offset, int(ns[0]) + offset, now)
        steps = np.diff(ns, prepend=np.int64(known.stamp))
        odd = np.flatnonzero((steps < -_BACK) | (steps > _FAR))
        line = ns + known.offset
        if len(odd) > _MOST:
            line[:] = known.line
            known.offset = known.line - int(ns[-1])
        else:
            last = known.line
            for index in odd.tolist():
                if index:
                    last = max(last, int(line[:index].max()))
                before = int(ns[index - 1]) if index else known.stamp
                silence = now - known.heard if not index else 0.0
                if rest(before, int(ns[index]), silence) is None:
                    known.offset = self._clock(int(ns[index]), last)
                line[index:] = ns[index:] + known.offset
        line = np.maximum(np.maximum.accumulate(line), known.line)
        known.stamp, known.line, known.heard = int(ns[-1]), int(line[-1]), now
        self._newest = max(self._newest, known.line)
        return line

    def _first(self, stamp: int, wall: int) -> int:
        """The offset of a message that is heard for the first time."""
        if self._offsets and abs(stamp + self._offsets[0] - self._newest) <= _FAR:
            return self._offsets[0]
        offset = 0 if abs(stamp - wall) <= _FAR else wall - stamp
        self._offsets.insert(0, offset)
        return offset

    def _clock(self, stamp: int, line: int) -> int:
        """The offset behind a jump: that of a clock that is known, else the line goes on."""
        fits = [one for one in self._offsets if -_BACK <= stamp + one - line <= _FAR]
        if fits:
            return min(fits, key=lambda one: abs(stamp + one - line))
        offset = max(line, self._newest) - stamp
        self._offsets = [offset, *self._offsets][:_KEPT]
        return offset
