"""Makes the table of received and lost frames. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import overload

from cwire.data.ledger import CONNECTION
from cwire.session.session import Session
from cwire.view.html import html_table
from cwire.view.text import text_table

__all__ = ["FeedHealth", "Health", "health"]


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """One message of one driver.

    Attributes:
        driver: The driver's name.
        state: ``up``, ``down``, ``stale``, or ``unknown`` when the relay is gone.
        message: The message's name.
        by: How its frames come: ``ring``, read from the driver's memory, or ``relay: `` and why.
        frames: Frames received.
        bytes: Their bytes.
        rate: Frames per second.
        byte_rate: Bytes per second.
        lost: Frames published that were wanted and did not come, in all.
        lost_at_relay: Of these, dropped by the relay: this client was too slow.
        lost_at_driver: Of these, overwritten in the driver before they were read.
        lost_while_away: Of these, published while this client had no connection.
        conflated: Not sent, as asked for: replaced by newer ones (policy latest).
        over_rate: Not sent, as asked for: more than max_rate.
        skipped: Not sent, as asked for, in all.
        unreadable: Frames received whose size does not fit the schema.
    """

    driver: str
    state: str
    message: str
    by: str
    frames: int
    bytes: int
    rate: float
    byte_rate: float
    lost: int
    lost_at_relay: int
    lost_at_driver: int
    lost_while_away: int
    conflated: int
    over_rate: int
    skipped: int
    unreadable: int

    @property
    def published(self) -> int:
        """Frames published since the subscription began, as far as it is known here."""
        return self.frames + self.lost + self.skipped


class Health(Sequence[FeedHealth]):
    """A sequence of `FeedHealth` that shows itself as a table; without rows of zeros."""

    def __init__(self, rows: Sequence[FeedHealth]) -> None:
        self._rows = tuple(rows)

    @overload
    def __getitem__(self, index: int) -> FeedHealth: ...
    @overload
    def __getitem__(self, index: slice) -> Health: ...
    def __getitem__(self, index: int | slice) -> FeedHealth | Health:
        return Health(self._rows[index]) if isinstance(index, slice) else self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[FeedHealth]:
        return iter(self._rows)

    def of(self, message: str, driver: str | None = None) -> FeedHealth:
        """The row of a message.

        Raises:
            KeyError: Nothing of it is known.
        """
        for row in self._rows:
            if row.message == message and driver in (None, row.driver):
                return row
        raise KeyError(message)

    @property
    def lost(self) -> int:
        """Frames lost, of all messages."""
        return sum(row.lost for row in self._rows)

    _HEAD = (
        "driver",
        "state",
        "message",
        "by",
        "frames",
        "/s",
        "MB/s",
        "lost",
        "at relay",
        "at driver",
        "while away",
        "skipped",
    )

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (
                row.driver,
                row.state,
                row.message,
                row.by.partition(":")[0],
                f"{row.frames:,}",
                f"{row.rate:,.1f}",
                f"{row.byte_rate / 1e6:.2f}",
                f"{row.lost:,}",
                f"{row.lost_at_relay:,}",
                f"{row.lost_at_driver:,}",
                f"{row.lost_while_away:,}",
                f"{row.skipped:,}",
            )
            for row in self._rows
            if row.published
        ]

    def _notes(self) -> list[str]:
        """Why frames do not come by the ring, once for each driver."""
        ways = {row.driver: row.by.partition(": ")[2] for row in self._rows if row.published}
        return [f"{driver} comes by the relay: {why}" for driver, why in ways.items() if why]

    def __repr__(self) -> str:
        table = text_table(self._HEAD, self._cells(), right=range(4, 12))
        return "\n".join((table, *self._notes()))

    def _repr_html_(self) -> str:
        table = html_table(self._HEAD, self._cells(), right=range(4, 12))
        return table + "".join(f"<div>{escape(note)}</div>" for note in self._notes())


def health(session: Session, now: float) -> Health:
    """The table of a session; `now` by the clock that its frames were received with."""
    rows = []
    for driver in session.drivers.values():
        for (source, _), feed in sorted(session.feeds.items()):
            ledger = feed.ledger
            if source != driver.source:
                continue
            rate, byte_rate = ledger.rates(now) if session.connected else (0.0, 0.0)
            rows.append(
                FeedHealth(
                    driver=driver.name,
                    state=driver.state,
                    message=feed.message.name,
                    by=driver.by,
                    frames=ledger.frames,
                    bytes=ledger.bytes,
                    rate=rate,
                    byte_rate=byte_rate,
                    lost=ledger.lost,
                    lost_at_relay=ledger.gone_by("relay"),
                    lost_at_driver=ledger.gone_by("driver"),
                    lost_while_away=ledger.gone_by(CONNECTION),
                    conflated=ledger.gone_by("conflated"),
                    over_rate=ledger.gone_by("rate"),
                    skipped=ledger.skipped,
                    unreadable=ledger.unreadable,
                )
            )
    return Health(rows)
