"""The relay as a source: a timer that publishes statistics while a client subscribes to them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from cwire_server.hub.batch import Batch
from cwire_server.hub.hub import Hub
from cwire_server.hub.pending import CommandSink
from cwire_server.statistics import STATISTICS, Snapshot, make_frames, take_snapshot
from cwire_structs import frames

__all__ = ["RelaySource"]


class RelaySource:
    """Publishes the statistics of relay_messages.h as source 255.

    Args:
        hub: Whose counters they are, and where they are published.
        links: The drivers' links, for the commands that wait; may be filled later.
        uptime: Tells how long the relay has run, s.
    """

    def __init__(
        self, hub: Hub, links: Mapping[int, CommandSink], uptime: Callable[[], float]
    ) -> None:
        self._hub = hub
        self._links = links
        self._uptime = uptime
        self._interval = hub.limits.statistics
        self._before = Snapshot()
        self._lag = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begins to measure, and to publish for those who subscribe."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._interval
        self._timer = loop.call_at(due, self._tick, due)

    def stop(self) -> None:
        """Ends the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def take(self) -> Snapshot:
        """Reads the counters."""
        return take_snapshot(
            self._hub,
            lambda source: len(self._links[source].pending) if source in self._links else 0,
            self._uptime(),
            self._lag,
        )

    def _tick(self, due: float) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._lag = now - due
        # A round that was missed is left out: after one delay the later rounds are on time.
        due = max(due + self._interval, now)
        self._timer = loop.call_at(due, self._tick, due)
        before, self._before = self._before, self.take()
        if wanted := self._hub.interest(frames.RELAY_SOURCE) & STATISTICS:
            self._publish(before, wanted)

    def _publish(self, before: Snapshot, wanted: frozenset[int]) -> None:
        hub, source, after = self._hub, frames.RELAY_SOURCE, self._before
        last = hub.drivers[source].last_sequence
        blocks = make_frames(
            before,
            after,
            after.relay.uptime - before.relay.uptime,
            {id_: (last.get(id_, -1) + 1) % 2**32 for id_ in wanted},
            time.time_ns(),
            hub.limits.batch,
        )
        for block in blocks:
            tallies = frames.scan(block).tallies
            hub.drivers[source].account(tallies)
            # Whether clients have room does not matter: this source is slow enough for all.
            hub.route(Batch(source, block, 0, len(block), tallies), time.monotonic())
