"""The frames of the last minutes in files: segments of blocks, the oldest of which go.

Files have no name, so they are gone when the relay ends, however that is. One thread uses it.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from cwire_server.disk_history.runs import Run
from cwire_server.disk_history.stretches import Stretch, cut, scans, stretches

__all__ = ["BLOCK_BYTES", "Plan", "Query", "Store", "Summary", "default_folder"]

BLOCK_BYTES = 256 << 10
"""A block is written when it has so many: small batches are collected until then."""
# Of the bytes and of the time, what a segment has at most: so much is deleted at once.
_PARTS = 16
_LARGEST_SEGMENT, _MOST_SEGMENTS = 64 << 20, 256
# What is read in one step: bytes, and stretches.
_STEP_BYTES, _STEP_STRETCHES = 256 << 10, 64


@dataclass(frozen=True, slots=True)
class Query:
    """The frames that a client asks for.

    Attributes:
        source: The driver's number.
        message: The message's name.
        layout: Of the schema that they are to be decoded by.
        begin: The smallest time stamp, ns.
        end: The smallest one beyond.
        seconds: Instead of `begin`: so long before the newest frame.
        most: Only so many, the newest; None: all.
    """

    source: int
    message: str
    layout: str
    begin: int = 0
    end: int = 1 << 64
    seconds: float | None = None
    most: int | None = None


@dataclass(slots=True)
class Summary:
    """What is said of the frames when all have been read.

    Attributes:
        frames: How many were read.
        missing: Frames that are missing between them, by their sequences.
        missed: Of these, how many came too fast to be kept; some may have been before them.
        expired: Frames that were deleted before they were read.
        more: Whether there are older ones, which were not asked for because of `Query.most`.
        left_out: Frames of this time that have another layout.
        earliest: The time stamp of the oldest frame that is kept; None: there is none.
        latest: That of the newest one.
        problem: Why nothing is kept any more; empty while it is.
    """

    frames: int = 0
    missing: int = 0
    missed: int = 0
    expired: int = 0
    more: bool = False
    left_out: int = 0
    earliest: int | None = None
    latest: int | None = None
    problem: str = ""

    @property
    def lost(self) -> dict[str, int]:
        """Frames that are missing, by reason."""
        relay = min(self.missed, self.missing)
        counts = {"driver": self.missing - relay, "relay": relay, "expired": self.expired}
        return {reason: count for reason, count in counts.items() if count}


@dataclass(eq=False, slots=True)
class _Segment:
    file: IO[bytes]
    began: float
    room: int
    """Bytes of the file; some may be of a segment that was in it before."""
    size: int = 0
    newest: float = 0.0
    blocks: int = 0
    gone: bool = False

    def growth(self, size: int) -> int:
        """By how much the file grows when so many bytes are written."""
        return max(0, self.size + size - self.room)


@dataclass(eq=False, slots=True)
class _Block:
    run: Run
    segment: _Segment
    offset: int
    stretches: dict[int, Stretch]
    missed: Counter[int]
    """Frames that came too fast to be kept, before or among these, by message id."""


@dataclass(eq=False, slots=True)
class _Open:
    """A block that is not written yet."""

    run: Run
    data: bytearray = field(default_factory=bytearray)
    missed: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class _Part:
    """A stretch that is to be read."""

    block: _Block
    type: int
    stretch: Stretch
    skip: int = 0


class Plan:
    """What is to be read for a query; `Store.read` goes through it."""

    def __init__(self, query: Query, parts: deque[_Part], begin: int, summary: Summary) -> None:
        self._query = query
        self._begin = begin
        self.parts = parts
        self.summary = summary
        self._before: tuple[Run, int] | None = None

    def cut(self, part: _Part, data: bytes) -> bytes:
        """Cuts what was asked for out of a stretch."""
        return cut(data, part.stretch, part.type, self._begin, self._query.end, part.skip)

    def count(self, run: Run, data: bytes) -> None:
        """Counts frames of a message that were read, and those that are missing before them."""
        for part in scans(data):
            for tally in part.tallies:
                missing = tally.gaps
                if self._before is not None and self._before[0] is run:
                    step = (tally.first_sequence - self._before[1] - 1) % 2**32
                    missing += step if step < 2**31 else 0
                self._before = run, tally.last_sequence
                self.summary.frames += tally.count
                self.summary.missing += missing

    def expired(self, part: _Part) -> None:
        """Counts frames that were deleted meanwhile."""
        self.summary.expired += part.stretch.count - part.skip
        self._before = None

    def within(self, stretch: Stretch) -> bool | None:
        """Whether a stretch was asked for; None: a part of it may have been."""
        return stretch.within(self._begin, self._query.end)


class Store:
    """Keeps frames, and finds them again.

    Args:
        seconds: How long.
        limit: Bytes that the files have at most.
        folder: Where they are.

    Attributes:
        problem: Why nothing is kept any more; empty while it is.
        size: Bytes of the files.
        kept: Bytes of the frames in them.
    """

    def __init__(self, seconds: float, limit: int, folder: Path) -> None:
        self._seconds = seconds
        self._limit = limit
        self._folder = folder
        # Not too many files either: each is a descriptor.
        self._segment_bytes = max(min(limit // _PARTS, _LARGEST_SEGMENT), limit // _MOST_SEGMENTS)
        self._open: dict[int, _Open] = {}
        self._blocks: deque[_Block] = deque()
        self._segments: deque[_Segment] = deque()
        self.problem = ""
        self.size = self.kept = 0

    # Writing

    def add(self, run: Run, data: memoryview, missed: Mapping[int, int], now: float) -> None:
        """Keeps whole frames of a driver.

        Args:
            run: The driver's.
            data: The frames.
            missed: Frames before them that came too fast to be kept, by message id.
            now: Seconds of a steady clock.

        Raises:
            OSError: They cannot be written.
        """
        held = self._open.get(run.source)
        if held is not None and (held.run is not run or len(held.data) + len(data) > BLOCK_BYTES):
            self.seal(run.source, now)
            held = None
        if held is None:
            held = self._open[run.source] = _Open(run)
        held.missed.update(missed)
        if not held.data and len(data) > BLOCK_BYTES // 2:
            del self._open[run.source]
            self._write(run, data, held.missed, now)
        else:
            held.data += data

    def seal(self, source: int, now: float) -> None:
        """Writes what is collected of a driver.

        Raises:
            OSError: It cannot be written.
        """
        held = self._open.pop(source, None)
        if held is not None and (held.data or held.missed):
            self._write(held.run, held.data, held.missed, now)

    def _write(
        self,
        run: Run,
        data: bytearray | memoryview,
        missed: Counter[int],
        now: float,
    ) -> None:
        if len(data) > self._limit:  # a frame that is larger than all that may be kept
            held = self._open.setdefault(run.source, _Open(run))
            held.missed.update(missed)
            held.missed.update({type_: one.count for type_, one in stretches(data).items()})
            return
        segment = self._segment(len(data), now)
        while self.size + segment.growth(len(data)) > self._limit:
            self._forget().close()
        if segment.gone:  # it was the only one
            segment = self._segment(len(data), now)
        offset = segment.size
        _write_all(segment.file.fileno(), data, offset)
        self._blocks.append(_Block(run, segment, offset, stretches(data), missed))
        self.size += segment.growth(len(data))
        segment.size += len(data)
        segment.room = max(segment.room, segment.size)
        segment.newest = now
        segment.blocks += 1
        self.kept += len(data)

    def _segment(self, size: int, now: float) -> _Segment:
        """The segment to write into: the last one, or a new one."""
        if self._segments:
            last = self._segments[-1]
            full = last.size and last.size + size > self._segment_bytes
            if not full and now - last.began < self._seconds / _PARTS:
                return last
        room = 0
        file: IO[bytes] | None = None
        if self._segments and self.size + self._segment_bytes > self._limit:
            # In the place of the oldest: to write over what is there costs the system a quarter.
            room = self._segments[0].room
            file = self._forget()
            if room > 2 * self._segment_bytes:
                file.close()
                room, file = 0, None
            self.size += room
        if file is None:
            file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
        segment = _Segment(file, now, room)
        self._segments.append(segment)
        return segment

    def expire(self, now: float) -> None:
        """Deletes what is older than it is to be kept."""
        while self._segments and self._segments[0].newest < now - self._seconds:
            self._forget().close()

    def _forget(self) -> IO[bytes]:
        """Forgets the oldest segment; returns its file."""
        segment = self._segments.popleft()
        segment.gone = True
        self.size -= segment.room
        self.kept -= segment.size
        for _ in range(segment.blocks):
            self._blocks.popleft()
        return segment.file

    def stop(self, problem: str) -> None:
        """Keeps nothing more; what is there can be read until its time is over."""
        self.problem = problem
        self._open.clear()

    def close(self) -> None:
        """Deletes everything."""
        while self._segments:
            self._forget().close()

    # Reading

    def plan(self, query: Query, now: float) -> Plan:
        """Finds what there is for a query.

        Raises:
            OSError: It cannot be read.
        """
        try:
            self.seal(query.source, now)
        except OSError as error:
            self.stop(error.strerror or str(error))
        summary = Summary(problem=self.problem)
        known: list[_Part] = []
        others: list[Stretch] = []
        for block in self._blocks:
            if block.run.source != query.source:
                continue
            type_ = block.run.types.get(query.message, -1)
            stretch = block.stretches.get(type_)
            if block.run.layout != query.layout:
                if stretch is not None:
                    others.append(stretch)
            elif stretch is not None or type_ in block.missed:
                known.append(_Part(block, type_, stretch or _nothing()))
        found = [part.stretch for part in known if part.stretch.count]
        if found:
            summary.earliest = min(stretch.oldest for stretch in found)
            summary.latest = max(stretch.newest for stretch in found)
        begin = query.begin
        if query.seconds is not None and found:
            begin = max(begin, found[-1].last - int(query.seconds * 1e9))
        plan = Plan(query, deque(), begin, summary)
        summary.left_out = sum(one.count for one in others if plan.within(one) is not False)
        self._choose(plan, known, query.most)
        return plan

    def _choose(self, plan: Plan, known: list[_Part], most: int | None) -> None:
        """Chooses the parts of a plan, from the newest one backwards."""
        left = most
        for part in reversed(known):
            within = plan.within(part.stretch) if part.stretch.count else None
            if within is False:
                continue
            if left is not None and part.stretch.count:
                # How many are meant of one that is only partly, only its stamps tell.
                count = part.stretch.count if within else _count(self._read(plan, part))
                if not left:
                    plan.summary.more = count > 0
                    if plan.summary.more:
                        return
                part.skip = max(0, count - left)
                left -= count - part.skip
                plan.summary.more = part.skip > 0
            plan.parts.appendleft(part)

    def read(self, plan: Plan) -> bytes | None:
        """Reads on: frames, or None at the end. What was deleted meanwhile is lost.

        Raises:
            OSError: It cannot be read.
        """
        pieces: list[bytes] = []
        size = 0
        while plan.parts and size < _STEP_BYTES and len(pieces) < _STEP_STRETCHES:
            part = plan.parts.popleft()
            if part.block.segment.gone:
                plan.expired(part)
                continue
            plan.summary.missed += part.block.missed[part.type]
            if part.stretch.count:
                data = self._read(plan, part)
                plan.count(part.block.run, data)
                pieces.append(data)
                size += len(data)
        return b"".join(pieces) if pieces or plan.parts else None

    def _read(self, plan: Plan, part: _Part) -> bytes:
        stretch, block = part.stretch, part.block
        size = stretch.end - stretch.begin
        data = os.pread(block.segment.file.fileno(), size, block.offset + stretch.begin)
        if len(data) != size:
            raise OSError(errno.EIO, "the history on disk is shorter than it was written")
        return plan.cut(part, data)


def _count(data: bytes) -> int:
    """Counts frames of one message."""
    return sum(tally.count for part in scans(data) for tally in part.tallies)


def _nothing() -> Stretch:
    return Stretch(0, 0, 0, True, 0, 0, 0)


def _write_all(fd: int, data: bytearray | memoryview, offset: int) -> None:
    """Writes all; where the disk is full, nothing counts as written."""
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view, offset = view[written:], offset + written


def default_folder() -> Path:
    """The folder for large files that need not last, which is seldom in memory."""
    large = Path("/var/tmp")  # noqa: S108 - the files in it have no names
    return large if os.access(large, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
