"""Fills a client's history as a feed does."""

from __future__ import annotations

from cwire.data.history import History
from cwire_structs import frames

__all__ = ["feed"]


def feed(history: History, data: bytes) -> int:
    """Appends a batch's frames of the history's message; returns how many it took."""
    return sum(
        history.append(memoryview(data), tally)
        for tally in frames.scan(data).tallies
        if tally.type == history.message.id
    )
