"""Decides what of a driver's time stamps, counters and steps is believed.

``web/scope/clock.mjs`` is the same for the scope; tests/clocks.json has cases for both. Pure.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.view.text import counted

__all__ = [
    "FAR_SECONDS",
    "LAST_STAMP",
    "Rest",
    "Timeline",
    "duration_text",
    "is_step",
    "rest",
    "restarts",
    "timeline",
]

LAST_STAMP = np.uint64(2**63 - 1)
"""The last time stamp that datetime64[ns] holds, in the year 2262; ns."""

FAR_SECONDS = 60
"""Seconds that a clock may go ahead without a notice; in less nobody looks for a silence."""

Rest = tuple[int, int]
"""A silence that the receiver has seen: the stamps before and after it, ns."""

_FAR = FAR_SECONDS * 10**9
_LONGEST = 86400 * 10**9  # ns; longer is not a pause of the driver, but a wrong clock
_DRIFT = 1e-3  # by which two clocks may differ, and more
_LEAP = 4  # usual steps; a longer one may be a wrong stamp
_TRIAL = 16  # frames until a change of the clock is taken for good
_SHORTEST_STEP = 1e-18  # from one sample to the next, in whatever unit it is
_LONGEST_STEP = 1e15
_RARE = 100  # usual steps that are not far for a line of rare values
_BEHIND = 2  # usual steps that a line may go back to be on a known clock again
_KEPT = 4  # clocks that are known, the newest first
_MOST = 4096  # jumps that are followed
_PREFIXES = ((1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))
_LOST = 1 << 24  # frames; a longer gap is not a loss, but a count that began anew


@dataclass(frozen=True, slots=True)
class Timeline:
    """The times of frames, on a line of time that goes on where the driver's clock jumps.

    Attributes:
        seconds: Of each frame, 0 for the newest, negative before it; -inf: 4,096 jumps ago or
            more.
        jumps: The first frames after a jump of the clock, ascending.
        note: What is wrong with the clock, for people; empty: nothing.
    """

    seconds: npt.NDArray[np.float64]
    jumps: npt.NDArray[np.intp]
    note: str = ""


def timeline(stamps: npt.NDArray[np.uint64], rests: Sequence[Rest] = ()) -> Timeline:
    """Follows the time stamps of frames.

    Args:
        stamps: ns, in the order in which they came.
        rests: Silences that the receiver has seen: steps of their length are right, however long.
    """
    ns = np.minimum(stamps, LAST_STAMP).view(np.int64)
    if len(ns) < 2:
        return Timeline(np.zeros(len(ns)), np.empty(0, np.intp))
    steps = np.diff(ns)
    if rests:
        steps[_rested(ns, steps, rests)] = 0
    forward = steps[steps > 0]
    usual = _usual(forward)
    odd = np.flatnonzero((steps < -usual) | (steps > max(_FAR, _RARE * usual))) + 1
    if not len(odd):
        if len(forward) < len(steps):  # of several threads, in another order: no time has passed
            ns = np.maximum.accumulate(ns)
        return Timeline((ns - ns[-1]) * 1e-9, odd)
    known = 0 if len(odd) <= _MOST else int(odd[-_MOST])
    found = _follow(ns, steps, usual, odd[-_MOST:].tolist())
    line = np.empty(len(ns), np.int64)
    bounds = [known, *(index for index, _, _ in found if index > known), len(ns)]
    offsets = {index: offset for index, offset, _ in found}
    offset = 0
    for first, end in pairwise(bounds):
        offset = offsets.get(first, offset)
        np.maximum.accumulate(ns[first:end] + offset, out=line[first:end])
    seconds = (line - line[-1]) * 1e-9
    seconds[:known] = -np.inf
    told = [(index, jump) for index, _, jump in found if jump]
    note = ""
    if told:
        way = "back" if told[-1][1] < 0 else "ahead"
        note = f"the time stamps went {way} by {duration_text(abs(told[-1][1]) * 1e-9)}"
    return Timeline(seconds, np.array([index for index, _ in told], np.intp), note)


def rest(before: int, after: int, silence: float) -> Rest | None:
    """A silence, if the stamps tell of no more time than has passed.

    Args:
        before: The last stamp before it, ns.
        after: The first one after it.
        silence: Seconds, by the receiver's own clock.
    """
    most = silence + FAR_SECONDS + silence * _DRIFT
    return (before, after) if 0 < (after - before) * 1e-9 <= most else None


def _rested(
    ns: npt.NDArray[np.int64], steps: npt.NDArray[np.int64], rests: Sequence[Rest]
) -> npt.NDArray[np.intp]:
    """The steps that are as long as the silences in them."""
    far = np.flatnonzero(steps > _FAR)
    left = steps[far]
    for before, after in rests:
        left[(ns[far] <= before) & (ns[far + 1] >= after)] -= after - before
    return far[left <= _FAR]


def _usual(forward: npt.NDArray[np.int64]) -> int:
    """The usual step ahead, ns: the lower quartile, without steps of more than a day; else 0."""
    possible = forward[forward <= _LONGEST]
    if not len(possible):
        return 0
    quarter = len(possible) // 4
    return int(np.partition(possible, quarter)[quarter])


def _follow(
    ns: npt.NDArray[np.int64], steps: npt.NDArray[np.int64], usual: int, odd: list[int]
) -> list[tuple[int, int, int]]:
    """From which frames on the line is so many ns ahead of the stamps, and by what it jumped."""
    found: list[tuple[int, int, int]] = []
    offset, began, clocks, trial = 0, 0, [0], -1
    behind = _BEHIND * usual
    todo = list(odd)
    last = -1
    while todo:
        index = heapq.heappop(todo)
        if index == last:
            continue
        last = index
        stamp, before, step = int(ns[index]), int(ns[index - 1]) + offset, int(steps[index - 1])

        def away(clock: int, stamp: int = stamp, before: int = before) -> int:
            return stamp + clock - before

        near = [clock for clock in clocks if -behind <= away(clock) <= _FAR]
        best = min(near, key=lambda clock: abs(away(clock)), default=None)
        if step > 0:
            if step <= _LONGEST and (index > trial or best is None):
                best = offset
            if best == offset and step <= max(_FAR, _RARE * usual):
                continue
        else:
            # The stamp before was wrong, and ahead? That was not when the clock was another one.
            begin = max(index - _TRIAL, began)
            leaps = np.flatnonzero(steps[begin : index - 1] > _LEAP * usual)
            if len(leaps):
                since = int(ns[begin + int(leaps[-1])]) + offset
                if -behind <= stamp + offset - since <= _FAR:
                    best = offset
        if best is None:
            best = before + usual - stamp
            clocks = [best, *clocks][:_KEPT]
            trial = index + _TRIAL
            nearby = np.flatnonzero(steps[index : index + _TRIAL] > _LEAP * usual) + index + 1
            for later in nearby.tolist():
                heapq.heappush(todo, later)
        if best != offset:
            offset, began = best, index
        found.append((index, offset, step))
    return found


def restarts(sequence: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """The number of the driver's run that each frame is of; the count's wrap is not a new one."""
    steps = np.diff(sequence.astype(np.uint32, copy=False), prepend=sequence[:1])
    return np.cumsum(steps > _LOST)


def is_step(step: Any) -> bool:
    """Whether samples can be so far apart."""
    return bool(_SHORTEST_STEP <= step <= _LONGEST_STEP)


def duration_text(seconds: float) -> str:
    """A length of time, such as "90 seconds", "1 hour" or "2 ms"."""
    short = float(f"{seconds:.3g}")
    if short < 1:
        part, prefix = next((one for one in _PREFIXES if short >= one[0]), _PREFIXES[-1])
        return f"{float(f'{seconds / part:.3g}'):g} {prefix}s"
    long = ((365 * 86400, "year"), (86400, "day"), (3600, "hour"), (60, "minute"))
    size, unit = next((one for one in long if seconds >= 1.5 * one[0]), (1, "second"))
    return counted(floor(seconds / size + 0.5), unit)
