"""A sink that keeps what it is given, as a recorder would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cwire_server.hub.batch import Batch
from cwire_server.hub.ledger import Ledgers, StreamLedger
from cwire_server.hub.sink import PickedFrame


class MemorySink:
    """Takes everything at once, so that nothing waits and nothing is dropped.

    Attributes:
        taken: Operations, replies and batches, in their order.
        ledgers: Those of which it has heard.
    """

    data_bytes = 0
    control_bytes = 0
    dropped = 0

    def __init__(self) -> None:
        self.taken: list[Mapping[str, Any] | Batch | PickedFrame | bytes] = []
        self.ledgers: set[StreamLedger] = set()
        self.dropped_by: dict[tuple[int, str], int] = {}

    def put_operation(self, operation: Mapping[str, Any]) -> None:
        self.taken.append(operation)

    def put_place(self) -> object:
        place: dict[str, Any] = {}
        self.taken.append(place)
        return place

    def fill_place(self, place: object, operation: Mapping[str, Any] | None) -> None:
        at = next(at for at, taken in enumerate(self.taken) if taken is place)
        self.taken[at : at + 1] = [] if operation is None else [operation]

    def put_reply(self, frame: bytes) -> None:
        self.taken.append(frame)

    def put_batch(self, batch: Batch, ledgers: Ledgers) -> None:
        self.taken.append(batch)
        for tally in batch.tallies:
            self._count(ledgers.get(tally.type, ()), {"driver": batch.losses.get(tally.type, 0)})

    def put_pick(self, pick: PickedFrame, skipped: Mapping[str, int]) -> None:
        self.taken.append(pick)
        self._count(pick.ledgers, skipped)

    def put_skipped(self, ledgers: Sequence[StreamLedger], sequence: int, **lost: int) -> None:
        self._count(ledgers, lost)

    def _count(self, ledgers: Sequence[StreamLedger], lost: Mapping[str, int]) -> None:
        self.ledgers.update(ledgers)
        for ledger in ledgers:
            for reason, count in lost.items():
                ledger.add(reason, count)
