"""Reads by the relay, as a notebook does: with `cwire.connect()`."""

from __future__ import annotations

import time

from cwire.bridge.sync import Bridge, connect
from cwire.ipc.orders import Read, ReadOrder
from cwire.ipc.receive import WarmClock

__all__ = ["RelayedReader"]

_LOOK_SECONDS = 0.002
_HISTORY = 32 << 20
_SHORT_HISTORY = 4 << 20  # of a reader that is slow: as much as the other ways hold
_START_SECONDS = 20.0
_SAMPLE = 64


class RelayedReader:
    """A client of the relay; what it receives is in its history without being asked for."""

    def __init__(self, order: ReadOrder) -> None:
        self._order = order
        self._message = "ipc_sample" if order.size == _SAMPLE else "ipc_block"
        room = _SHORT_HISTORY if order.pause else max(_HISTORY, 2 * order.size)
        self._bridge: Bridge = connect(
            order.place, subscribe=None, history_bytes=room, timeout=_START_SECONDS
        )
        self._bridge.subscribe(self._message)

    def receive(self) -> Read:
        """Reads until the last message."""
        one_by_one = self._order.times or self._order.pause
        return self._by_stream() if one_by_one else self._by_history()

    def close(self) -> None:
        """Ends the connection."""
        self._bridge.close()

    def _by_history(self) -> Read:
        """The bridge does all of it; this looks at its books."""
        clocks = WarmClock(self._order.seconds)
        cpu = time.process_time()
        seen = index = last = 0
        while not last:
            time.sleep(_LOOK_SECONDS)
            rows = [row for row in self._bridge.health if row.message == self._message]
            if not rows or rows[0].frames == seen:
                continue
            seen = rows[0].frames
            clocks.saw(seen, time.monotonic_ns())
            newest = self._bridge.latest(self._message)[-1]
            index, last = int(newest.index), int(newest.last)
        # The last one may have come after the count.
        end = time.monotonic_ns()
        seen = self._bridge.health.of(self._message).frames
        messages, seconds = clocks.end(seen, end)
        return Read(
            messages=messages,
            seconds=seconds,
            delivered=seen,
            lost=index - seen,
            torn=0,
            cpu_s=time.process_time() - cpu,
        )

    def _by_stream(self) -> Read:
        cpu = time.process_time()
        begin = time.monotonic()
        times: list[int] = []
        delivered = lost = previous = 0
        for record in self._bridge.stream(self._message, timeout=_START_SECONDS):
            now = time.monotonic_ns()
            index = int(record.index)
            if index == 1:
                begin = time.monotonic()
            times.append(now - int(record.t_ns))
            lost += index - previous - 1
            previous = index
            delivered += 1
            if record.last:
                break
            if self._order.pause:
                time.sleep(self._order.pause)
        return Read(
            messages=delivered,
            seconds=time.monotonic() - begin,
            delivered=delivered,
            lost=lost,
            torn=0,
            cpu_s=time.process_time() - cpu,
            times_ns=tuple(times) if self._order.times else (),
        )
