"""Fills a client's history as a feed does."""

from __future__ import annotations

from cwire.data.history import History
from cwire_structs import frames

__all__ = ["feed", "put"]


def feed(history: History, data: bytes) -> int:
    """Appends a batch's frames of the history's message; returns how many it took."""
    return sum(
        history.append(memoryview(data), tally)
        for tally in frames.scan(data).tallies
        if tally.type == history.message.id
    )


def put(history: History, data: bytes) -> int:
    """Writes each frame of a batch in its place in the history; returns how many it took."""
    taken = offset = 0
    while offset < len(data):
        size = frames.unpack_header(data, offset).size
        place = history.reserve(size)
        if place is not None:
            place[:] = data[offset : offset + len(place)]
            history.commit()
            taken += 1
        offset += frames.span(size)
    return taken
