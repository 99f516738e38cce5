"""Requests for what the relay keeps on disk: their texts, and the frames that come for them.

Pure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

__all__ = ["PastQuery", "Pasts"]


@dataclass(frozen=True, slots=True)
class PastQuery:
    """Frames of one message that the relay may have on disk.

    Attributes:
        driver: The driver's name.
        message: The message's name.
        layout: Of the schema that they will be decoded by.
        begin: The smallest time stamp, ns.
        end: The smallest one beyond; None: there is none.
        seconds: Instead of `begin`: so long before the newest one.
        most: Only so many, the newest; None: all.
    """

    driver: str
    message: str
    layout: str
    begin: int | None = None
    end: int | None = None
    seconds: float | None = None
    most: int | None = None

    def request(self, id: int) -> str:
        """Makes the text message that asks for them."""
        asked = {
            "op": "history",
            "id": id,
            "driver": self.driver,
            "message": self.message,
            "layout": self.layout,
            "from": None if self.begin is None else str(self.begin),
            "to": None if self.end is None else str(self.end),
            "seconds": self.seconds,
            "max_frames": self.most,
        }
        return json.dumps({name: value for name, value in asked.items() if value is not None})


class Pasts:
    """The requests that are not answered to the end, and what has come for them."""

    def __init__(self) -> None:
        self._data: dict[int, bytearray] = {}

    def begin(self, id: int) -> None:
        """Takes what comes for a request from now on."""
        self._data[id] = bytearray()

    def take(self, id: int, piece: memoryview) -> None:
        """Takes a piece; of a request that was given up, it is dropped."""
        if id in self._data:
            self._data[id] += piece

    def size(self, id: int) -> int:
        """Bytes that have come for a request so far."""
        return len(self._data[id])

    def end(self, id: int) -> bytearray:
        """Returns what has come, and takes no more."""
        return self._data.pop(id)

    def cancel(self, id: int) -> str:
        """Makes the text message that gives a request up."""
        return json.dumps({"op": "history_cancel", "id": id})
