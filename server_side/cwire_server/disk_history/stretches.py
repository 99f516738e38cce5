"""Stretches: where the frames of each message lie in a block of frames, and when they were made.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cwire_structs.frames import Scan, Tally, scan, select, span, type_bitmap, unpack_header

__all__ = ["Stretch", "cut", "scans", "stretches"]

# A block with more messages is walked through once, frame by frame, instead of once for each.
_MANY_TYPES = 8
_STAMP = 16  # offset of the time in a header


@dataclass(slots=True)
class Stretch:
    """The frames of one message in a block."""

    count: int
    begin: int
    """The offset of the first one."""
    end: int
    """The offset behind the last one; frames of other messages may lie between."""
    alone: bool
    """Whether none do."""
    oldest: int
    """The smallest time stamp, ns."""
    newest: int
    """The largest one. They need not be in order."""
    last: int
    """That of the last frame."""

    def within(self, begin: int, end: int) -> bool | None:
        """Whether frames have stamps from ``begin`` until before ``end``; None: only some may."""
        if self.newest < begin or self.oldest >= end:
            return False
        return True if self.oldest >= begin and self.newest < end else None


def stretches(data: bytes | bytearray | memoryview) -> dict[int, Stretch]:
    """Finds the stretches of a block of whole frames, by message id."""
    found: dict[int, Stretch] = {}
    for part in scans(data):
        slow = len(part.tallies) > _MANY_TYPES or any(tally.mixed for tally in part.tallies)
        stamps = _walked(data, part) if slow else None
        for tally in part.tallies:
            last = unpack_header(data, tally.last_offset)
            end = tally.last_offset + span(last.size)
            if stamps is None:
                oldest, newest = _stamps(data, tally, end)
            else:
                oldest, newest = stamps[tally.type]
            one = Stretch(
                tally.count,
                tally.first_offset,
                end,
                end - tally.first_offset == tally.bytes,
                oldest,
                newest,
                last.time_ns,
            )
            before = found.get(tally.type)
            found[tally.type] = one if before is None else _joined(before, one)
    return found


def cut(data: bytes, stretch: Stretch, type_: int, begin: int, end: int, skip: int = 0) -> bytes:
    """Cuts the frames of a message out of the bytes of its stretch.

    Args:
        data: The stretch as it was in the block, with what lies between.
        stretch: What is known of it.
        type_: The message's id.
        begin: The smallest time stamp to take.
        end: The smallest one beyond.
        skip: How many of these frames to leave out at the beginning.

    Returns:
        The frames.
    """
    if not stretch.alone:
        data = select(data, 0, len(data), type_bitmap(frozenset({type_})))
    if stretch.within(begin, end):
        position, left = 0, skip
        while left > 0 and position < len(data):
            position += span(unpack_header(data, position).size)
            left -= 1
        return data[position:]
    taken = [data[at:behind] for at, behind, stamp in _frames(data) if begin <= stamp < end][skip:]
    return b"".join(taken)


def scans(data: bytes | bytearray | memoryview) -> Iterator[Scan]:
    """Scans whole frames, however many messages are among them."""
    position = 0
    while position < len(data):
        part = scan(data, position)
        yield part
        position = part.end


def _joined(before: Stretch, after: Stretch) -> Stretch:
    return Stretch(
        before.count + after.count,
        before.begin,
        after.end,
        before.alone and after.alone and before.end == after.begin,
        min(before.oldest, after.oldest),
        max(before.newest, after.newest),
        after.last,
    )


def _stamps(data: bytes | bytearray | memoryview, tally: Tally, end: int) -> tuple[int, int]:
    """The smallest and the largest time stamp of frames of one size."""
    begin, buffer = tally.first_offset, data
    if end - begin != tally.bytes:
        buffer = select(data, begin, end, type_bitmap(frozenset({tally.type})))
        begin = 0
    step = span(tally.size)
    stamps = np.ndarray((tally.count,), "<u8", buffer, begin + _STAMP, (step,))
    return int(stamps.min()), int(stamps.max())


def _walked(data: bytes | bytearray | memoryview, part: Scan) -> dict[int, tuple[int, int]]:
    """The same for all messages of a scan, whatever their sizes."""
    found: dict[int, tuple[int, int]] = {}
    position = min(tally.first_offset for tally in part.tallies)
    while position < part.end:
        header = unpack_header(data, position)
        oldest, newest = found.get(header.type, (header.time_ns, header.time_ns))
        found[header.type] = min(oldest, header.time_ns), max(newest, header.time_ns)
        position += span(header.size)
    return found


def _frames(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Where each frame begins and ends, and its time stamp."""
    position = 0
    while position < len(data):
        header = unpack_header(data, position)
        behind = position + span(header.size)
        yield position, behind, header.time_ns
        position = behind
