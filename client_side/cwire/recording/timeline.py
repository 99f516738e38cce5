"""The frames of a recorded file in the order in which they were published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cwire.data.frame_array import FrameArray
from cwire.recording.file import RecordedMessage
from cwire_structs.frames import HEADER, HEADER_SIZE, unpack_header
from cwire_structs.schema import Message

__all__ = ["Piece", "Stretch", "stretches"]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Frames of one message that follow each other.

    Attributes:
        message: Its description.
        payloads: One behind the other, of shape (n, size).
        stamps: When they were published, in ns.
    """

    message: Message
    payloads: npt.NDArray[np.uint8]
    stamps: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.stamps)


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """The frames of some time, up to a second or so.

    Attributes:
        times: When each is to be played, in ns: as it was published, but never back.
        pieces: The frames; neighbours of one message together.
        starts: Which frame of the stretch is the first one of each piece.
    """

    times: npt.NDArray[np.int64]
    pieces: Sequence[Piece]
    starts: npt.NDArray[np.int64]

    def between(self, start: int, stop: int) -> Iterator[Piece]:
        """Yields the frames from one to another."""
        number = int(np.searchsorted(self.starts, start, "right")) - 1
        while start < stop:
            piece, begin = self.pieces[number], start - int(self.starts[number])
            end = min(len(piece), begin + stop - start)
            if end - begin == len(piece):
                yield piece
            else:
                yield Piece(piece.message, piece.payloads[begin:end], piece.stamps[begin:end])
            start += end - begin
            number += 1


def stretches(messages: Sequence[RecordedMessage], start: int = 0) -> Iterator[Stretch]:
    """Yields the frames of some messages of one file.

    Args:
        messages: The messages.
        start: In ns since 1970; what was published before is left out.
    """
    if not messages:
        return
    before = np.int64(start)
    for chunk in range(messages[0].chunks):
        parts = [part for one in messages for part in one.parts_of(chunk, start)]
        if not parts:
            continue
        stretch = _merged(parts, before)
        before = stretch.times[-1]
        yield stretch


def _merged(parts: list[FrameArray], before: np.int64) -> Stretch:
    """Puts the frames of several messages in order; each message's own order stays."""
    times, stamps = [], []
    for frames in parts:
        stamp = _rows(frames)[:, :HEADER_SIZE].view(HEADER)[:, 0]["time_ns"]
        stamps.append(stamp)
        # A clock that was set back does not take the order back.
        times.append(np.maximum.accumulate(np.maximum(stamp.astype(np.int64), before)))
    lengths = np.array([len(one) for one in times])
    owner = np.repeat(np.arange(len(parts)), lengths)
    every = np.concatenate(times)
    order = np.argsort(every, kind="stable")
    owner = owner[order]
    edges = np.concatenate([[0], np.flatnonzero(owner[1:] != owner[:-1]) + 1, [len(owner)]])
    done = np.zeros(len(parts), np.int64)
    pieces = []
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        number = int(owner[first])
        begin = int(done[number])
        end = begin + last - first
        done[number] = end
        pieces.append(_piece(parts[number][begin:end], stamps[number][begin:end]))
    return Stretch(every[order], pieces, edges[:-1])


def _rows(frames: FrameArray) -> npt.NDArray[np.uint8]:
    rows: npt.NDArray[np.uint8] = np.asarray(frames).view(np.uint8)
    return rows.reshape(len(frames), -1)


def _piece(frames: FrameArray, stamps: npt.NDArray[np.uint64]) -> Piece:
    rows = _rows(frames)
    size = unpack_header(rows[0]).size
    assert frames.message is not None
    return Piece(frames.message, rows[:, HEADER_SIZE:size], stamps)
