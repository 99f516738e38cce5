"""Reads until the last message, and says how it went."""

from __future__ import annotations

import os
import time
from itertools import pairwise
from struct import Struct

import numpy as np

from cwire.ipc.orders import Read, ReadOrder
from cwire.ipc.receivers import Receiver, own_memory

__all__ = ["FirstPass", "WarmClock", "receive"]

_WARM = 0.15  # the part of the time that is over before the clock starts
_head = Struct("=QQQ").unpack_from  # index, time, whether it is the last: as order.h has it


class WarmClock:
    """Counts messages from the moment when caches, buffers and processors are warm.

    Args:
        seconds: How long the writer writes.
    """

    def __init__(self, seconds: float) -> None:
        self._warm = int(seconds * _WARM * 1e9)
        self._first: tuple[int, int] | None = None
        self._begin: tuple[int, int] | None = None

    def saw(self, messages: int, now: int) -> None:
        """Takes the count so far, and the time in ns."""
        if self._first is None:
            self._first = messages, now
        elif self._begin is None and now - self._first[1] > self._warm:
            self._begin = messages, now

    def end(self, messages: int, now: int) -> tuple[int, float]:
        """Returns how many messages came in how many seconds."""
        assert self._first is not None
        begin = self._begin or self._first
        # A reader that the system did not let run has seen little of the time that was left to
        # it: a few messages in no time.
        if now - begin[1] < (now - self._first[1]) / 2:
            begin = self._first
        return messages - begin[0], (now - begin[1]) / 1e9


class FirstPass:
    """Times the first pass through fresh memory, and those after it.

    Args:
        messages: That one pass has.
    """

    def __init__(self, messages: int) -> None:
        self._messages = messages
        self._marks: list[tuple[int, int]] = []  # begin, end of the first pass

    def saw(self, messages: int, now: int) -> None:
        """Takes the count so far, and the time in ns."""
        if not self._marks or (len(self._marks) == 1 and messages >= self._messages):
            self._marks.append((messages, now))

    def end(self, messages: int, now: int) -> tuple[float, float]:
        """Returns messages per second of the first pass, and of the others; 0: there was none."""
        marks = [*self._marks, (messages, now)][:3]
        rates = [
            (after[0] - before[0]) / max(1, after[1] - before[1]) * 1e9
            for before, after in pairwise(marks)
        ]
        return (rates[0], rates[1]) if len(rates) == 2 else (0.0, 0.0)


def receive(receiver: Receiver, order: ReadOrder) -> Read:
    """Reads until the last message.

    Args:
        receiver: Where from.
        order: What to do with it.

    Raises:
        ValueError: Messages came in an order that cannot be.
    """
    size, wait, mode, pause = order.size, order.wait, order.mode, order.pause
    copies, offset = mode == "copy" and not receiver.copies, receiver.offset
    memory = own_memory(order.fresh) if copies else memoryview(b"")
    times: list[int] | None = [] if order.times else None
    delivered = lost = torn = previous = place = 0
    clocks, passes = WarmClock(order.seconds), FirstPass(order.fresh // size)
    clock, take, intact = time.monotonic_ns, receiver.take, receiver.intact
    cpu = time.process_time()
    while True:
        run = take(wait)
        if run is None:
            if not wait:
                os.sched_yield()
            continue
        now = clock()
        if mode == "touch":
            np.add.reduce(np.frombuffer(run, np.uint64))
        elif copies:
            place = _copy(run, memory, place)
        here = len(run) // size
        index, stamp, last = _head(run, len(run) - size + offset)
        if not intact():
            torn += here
            continue
        gap = index - previous - here
        if gap < 0 or (gap and order.held):
            raise ValueError(f"message {index} came after {previous}, {here} at once")
        previous, lost = index, lost + gap
        delivered += here
        if times is not None:
            times.append(now - stamp)
        clocks.saw(delivered, now)
        passes.saw(delivered, now)
        if pause:
            time.sleep(here * pause)
        if last:
            break
    messages, seconds = clocks.end(delivered, clock())
    first, later = passes.end(delivered, clock()) if order.fresh else (0.0, 0.0)
    return Read(
        messages=messages,
        seconds=seconds,
        delivered=delivered,
        lost=lost,
        torn=torn,
        cpu_s=time.process_time() - cpu,
        times_ns=tuple(times or ()),
        first_per_s=first,
        later_per_s=later,
    )


def _copy(run: memoryview, memory: memoryview, place: int) -> int:
    length = len(run)
    if place + length > len(memory):
        place = 0
    memory[place : place + length] = run
    return place + length
