"""The ledger of one stream: counts the frames that a subscription did not get, by reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["REASONS", "Ledgers", "StreamLedger"]

REASONS = {
    "driver": "lost before they came to the relay",
    "relay": "the client read too slowly, or the relay had too much to do",
    "conflated": "policy latest",
    "rate": "max_rate",
    "size": "too many values for JSON",
}
"""Reasons why frames are not delivered, as PROTOCOL.md says them."""


@dataclass(slots=True, eq=False)
class StreamLedger:
    """One message of one run of one driver, as one subscription gets it."""

    subscription: int
    source: int
    message: str
    lost: dict[str, int] = field(default_factory=dict)
    """Frames not delivered since the subscription began, by reason (`REASONS`)."""

    def add(self, reason: str, count: int) -> int:
        """Counts frames that are not delivered; returns the new total of this reason."""
        total = self.lost.get(reason, 0) + count
        self.lost[reason] = total
        return total


Ledgers = Mapping[int, Sequence[StreamLedger]]
"""By message id: the ledgers of one client's subscriptions that get it."""
