"""A batch: whole frames of one driver, read at once by ring or socket. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cwire_structs.frames import Tally, scan, select, type_bitmap

__all__ = ["HEADROOM", "Batch"]

HEADROOM = 16
"""Bytes left free in front of a batch for the WebSocket header, which is 10 at most; 16 of them, so
that frames stay 8-aligned."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Frames ``buffer[start:end]``, shared by all clients that want them; never changed.

    The one exception is the headroom: a WebSocket header may be written into the bytes before
    ``start`` where ``headroom`` says so. The header depends on the length alone, so that every
    client writes the same bytes.
    """

    source: int
    buffer: bytearray | bytes | memoryview
    start: int
    end: int
    tallies: tuple[Tally, ...]
    losses: Mapping[int, int] = field(default_factory=dict)
    """Frames per type that the driver published and nobody got, before or among these."""
    headroom: bool = False
    slack: int = 0
    """Bytes of the buffer that hold no frames; counted with one of the batches in a buffer."""

    @property
    def view(self) -> memoryview:
        """The frames. Valid as long as it is held."""
        return memoryview(self.buffer)[self.start : self.end]

    @property
    def types(self) -> frozenset[int]:
        """The message ids that occur."""
        return frozenset(tally.type for tally in self.tallies)

    @property
    def pinned(self) -> int:
        """Bytes of memory that this batch accounts for as long as it is held."""
        return self.end - self.start + self.slack

    def only(self, types: frozenset[int]) -> Batch | None:
        """Returns the part that has these types: itself if that is all, None if nothing."""
        present = self.types
        if present <= types:
            return self
        if not present & types:
            return None
        frames = select(self.buffer, self.start, self.end, type_bitmap(types))
        return Batch(
            source=self.source,
            buffer=frames,
            start=0,
            end=len(frames),
            tallies=scan(frames).tallies,
            losses={type_: lost for type_, lost in self.losses.items() if type_ in types},
        )
