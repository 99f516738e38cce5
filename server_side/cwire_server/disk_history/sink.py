"""The sink of the history on disk: what it is given goes to the thread that writes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cwire_server.disk_history.runs import Run, run_of
from cwire_server.hub.batch import Batch
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.ledger import Ledgers, StreamLedger
from cwire_server.hub.sink import PickedFrame

__all__ = ["HistorySink"]


class HistorySink:
    """Takes every frame of every driver, or leaves it out where too much waits for the disk.

    Args:
        put: Takes a driver's frames, and how many of each message came too fast before them;
            False: too much waits.
        drivers: The hub's, by source.
    """

    control_bytes = 0

    def __init__(
        self,
        put: Callable[[Run, Batch, Mapping[int, int]], bool],
        drivers: Mapping[int, DriverState],
    ) -> None:
        self._put = put
        self._drivers = drivers
        self._runs: dict[int, Run] = {}
        self._missed: dict[int, Counter[int]] = {}
        self.data_bytes = 0
        self.dropped = 0
        self.dropped_by: dict[tuple[int, str], int] = {}

    def run_of(self, driver: DriverState) -> Run:
        """The present run of a driver that has been up."""
        known = self._runs.get(driver.source)
        if known is None or known.session != driver.session:
            known = self._runs[driver.source] = run_of(driver)
            self._missed.pop(driver.source, None)
        return known

    def put_operation(self, operation: Mapping[str, Any]) -> None:
        """Takes nothing: a driver's run is asked for with each batch."""

    def put_place(self) -> object:
        """See `put_operation`."""
        return None

    def fill_place(self, place: object, operation: Mapping[str, Any] | None) -> None:
        """See `put_operation`."""

    def put_reply(self, frame: bytes) -> None:
        """Takes nothing: it sends no command."""

    def put_batch(self, batch: Batch, ledgers: Ledgers) -> None:
        """Takes a batch, or counts it as missing."""
        source = batch.source
        run = self.run_of(self._drivers[source])
        for type_, lost in batch.losses.items():
            for ledger in ledgers.get(type_, ()):
                ledger.add("driver", lost)
        missed = self._missed.get(source)
        if self._put(run, batch, missed or {}):
            if missed is not None:
                del self._missed[source]
            return
        if missed is None:
            missed = self._missed[source] = Counter()
        for tally in batch.tallies:
            missed[tally.type] += tally.count
            self._drop(ledgers.get(tally.type, ()), tally.count)

    def put_pick(self, pick: PickedFrame, skipped: Mapping[str, int]) -> None:
        """Takes nothing: it asks for whole messages."""

    def put_skipped(self, ledgers: Sequence[StreamLedger], sequence: int, **lost: int) -> None:
        """Counts frames that were not given to it."""
        for ledger in ledgers:
            for reason, count in lost.items():
                ledger.add(reason, count)
            type_ = self.run_of(self._drivers[ledger.source]).types.get(ledger.message)
            if type_ is not None and lost.get("relay"):
                missed = self._missed.setdefault(ledger.source, Counter())
                missed[type_] += lost["relay"]

    def _drop(self, ledgers: Sequence[StreamLedger], count: int) -> None:
        self.dropped += count
        for ledger in ledgers:
            ledger.add("relay", count)
        for ledger in ledgers[:1]:
            key = ledger.source, ledger.message
            self.dropped_by[key] = self.dropped_by.get(key, 0) + count
