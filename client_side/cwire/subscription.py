"""What a client asked the relay for. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from cwire.options import Options

__all__ = ["Subscription"]


@dataclass(slots=True)
class Subscription:
    """What the client asked for; kept to ask again after a reconnect."""

    id: int
    driver: str | None
    messages: tuple[str, ...] | None
    options: Options = field(default_factory=Options)
    streams: set[tuple[int, int]] = field(default_factory=set)

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

    def request(self) -> str:
        """The text message that asks the relay for it."""
        messages = None if self.messages is None else list(self.messages)
        request = {"op": "subscribe", "id": self.id, "driver": self.driver, "messages": messages}
        return json.dumps({**request, **self.options.request()})
