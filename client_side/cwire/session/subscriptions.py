"""Subscriptions, kept to ask for them again after a reconnect. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from cwire.session.options import Options

__all__ = ["Subscription"]


@dataclass(slots=True)
class Subscription:
    """One subscription.

    Attributes:
        id: Its number.
        driver: A driver's name; None: all but the relay itself.
        messages: Their names; None: all that are published.
        options: Policy, rate, history and decimation.
        streams: The messages that it covers on this connection, by (source, message id).
        taken: A relay has accepted it once: it is asked for again after each reconnect.
        refused: An earlier relay has accepted it, the present one does not know its messages (yet).
    """

    id: int
    driver: str | None
    messages: tuple[str, ...] | None
    options: Options = field(default_factory=Options)
    streams: set[tuple[int, int]] = field(default_factory=set)
    taken: bool = False
    refused: bool = False

    def overlaps(self, other: Subscription) -> bool:
        """Whether some message may be covered by both."""
        return (
            self.options.decimate == other.options.decimate
            and (None in (self.driver, other.driver) or self.driver == other.driver)
            and (
                self.messages is None
                or other.messages is None
                or not set(self.messages).isdisjoint(other.messages)
            )
        )

    def confirm(self) -> None:
        """Notes that the relay has accepted it; its history is not asked for a second time."""
        self.taken, self.refused = True, False
        if self.options.past:
            self.options = replace(self.options, history=None, history_seconds=None)

    def request(self, *, later: bool = False) -> str:
        """Makes the text message that asks for it.

        Args:
            later: Also where the relay does not know the driver or the messages: they may come.
        """
        messages = None if self.messages is None else list(self.messages)
        asked = {"op": "subscribe", "id": self.id, "driver": self.driver, "messages": messages}
        waits = {"later": True} if later else {}
        return json.dumps({**asked, **self.options.request(), **waits})
