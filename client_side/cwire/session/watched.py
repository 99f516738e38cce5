"""A condition that is watched: whether it is true now, and since when. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from cwire.data.condition import Condition, Frames
from cwire.data.feed import Feed
from cwire.data.history import stamps_of
from cwire.errors import CwireError
from cwire.session.lookup import Lookup

__all__ = ["Change", "Watched"]

Change = Literal["on", "off"]

_MOST = 100_000  # frames of a message that are looked at together


class Watched:
    """Follows the messages of a condition.

    Args:
        lookup: Finds them.
        expression: The condition.

    Attributes:
        expression: The condition.
        on: Whether it is true; None: not all of its messages have come yet, or it does not fit.
        since: The time of the frame with which that began: datetime64, UTC; None: there is none.
        count: How often it has become true.
        values: The values of the fields when it became true last, by their paths.
        problem: Why it does not fit the messages of a driver that came with other structs; empty:
            it does.
        lost: Frames that came too fast to be looked at.

    Raises:
        InvalidArgument: It is no condition, or does not fit the messages.
    """

    def __init__(self, lookup: Lookup, expression: str) -> None:
        self._lookup = lookup
        self.expression = expression
        self.on: bool | None = None
        self.since: np.datetime64 | None = None
        self.count = 0
        self.values: dict[str, Any] = {}
        self.problem = ""
        self.lost = 0
        self._layouts: dict[str, str] = {}
        self._feeds: list[Feed] = []
        self._positions: list[int] = []
        self._condition = self._resolve()

    def look(self) -> Iterator[Change]:
        """Looks at what has come: each change, when it is the present state."""
        if any(self._layout(name) != known for name, known in self._layouts.items()):
            self._resolve_anew()
        news: dict[int, list[Frames]] = {}
        for index, feed in enumerate(self._feeds):
            start, frames = feed.history.next(self._positions[index], _MOST)
            if len(frames):
                self.lost += start - self._positions[index]
                self._positions[index] = start + len(frames)
                news[index] = [frames]
        if not news:
            return
        found = self._condition.take(news)
        was = bool(self.on)
        turns = np.flatnonzero(np.diff(found.truth, prepend=was))
        if self.on is None and found.known[-1]:
            self.on = was
        for place in turns.tolist():
            frames = news[int(found.source[place])][0]
            stamp = stamps_of(frames)[int(found.row[place])]
            self.since = np.datetime64(int(min(stamp, np.uint64(2**63 - 1))), "ns")
            self.on = bool(found.truth[place])
            if self.on:
                self.count += 1
                self.values = found.values(place)
            yield "on" if self.on else "off"

    def _layout(self, driver: str) -> str:
        try:
            schema = self._lookup.driver(driver).schema
        except CwireError:
            return ""
        return schema.layout_hash if schema else ""

    def _resolve(self) -> Condition:
        condition = self._lookup.condition(self.expression)
        self._layouts = {one.driver: self._layout(one.driver) for one in condition.sources}
        self._feeds = [self._lookup.feed(one.message.name, one.driver) for one in condition.sources]
        # The newest frame tells how it is now.
        self._positions = [max(0, feed.history.total - 1) for feed in self._feeds]
        return condition

    def _resolve_anew(self) -> None:
        try:
            self._condition = self._resolve()
            self.problem = ""
        except CwireError as error:
            self._layouts = {name: self._layout(name) for name in self._layouts}
            self._feeds = []
            self.on, self.since = None, None
            self.problem = str(error)
