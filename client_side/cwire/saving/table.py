"""Tables of a message, as all formats save them: columns, times and sequences. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.columns import Column, flatten
from cwire.data.convert import free_name
from cwire.data.frame_array import FrameArray
from cwire.errors import InvalidArgument
from cwire_structs.schema import Message

__all__ = ["Part", "Table", "part_of"]

_JOINED = 16 << 20  # bytes of frames that are written at a time


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some frames of a message.

    Attributes:
        frames: The frames.
        columns: Their fields.
        time: When they were published.
        sequence: The driver's count.
    """

    frames: FrameArray
    columns: Sequence[Column]
    time: npt.NDArray[np.datetime64]
    sequence: npt.NDArray[np.uint32]

    def named(self) -> Iterator[tuple[str, npt.NDArray[Any], Column | None]]:
        """Yields the names and values of all columns; the time and the sequence come first."""
        yield free_name("time", self.columns), self.time, None
        yield free_name("sequence", self.columns), self.sequence, None
        for column in self.columns:
            yield column.name, column.values, column


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The frames of one message, some at a time.

    Attributes:
        name: The message's.
        message: Its description; None where nobody knows it.
        frames: The frames; they are taken once.
        fields: Those that are saved; empty: all.
    """

    name: str
    message: Message | None
    frames: Iterable[FrameArray]
    fields: Sequence[str] = ()

    def parts(self) -> Iterator[Part]:
        """Yields the frames with their columns, some MiB of one size together."""
        for frames in _joined(self.frames):
            yield part_of(frames, self.fields)

    def equal_parts(self) -> Iterator[Part]:
        """Yields the same.

        Raises:
            InvalidArgument: The frames differ in size, which the format cannot say.
        """
        for frames in _joined(self._equal()):
            yield part_of(frames, self.fields)

    def whole(self) -> Part:
        """Returns all frames as one part; see `equal_parts`."""
        frames = [*self._equal()]
        if not frames:
            raise InvalidArgument(f"there are no frames of {self.name} to save")
        return part_of(_concatenated(frames), self.fields)

    def _equal(self) -> Iterator[FrameArray]:
        dtype = None
        for frames in self.frames:
            if dtype is not None and frames.dtype != dtype:
                raise InvalidArgument(
                    f"the frames of {self.name} differ in size: save them as .parquet, or choose "
                    "fields of one size"
                )
            dtype = frames.dtype
            yield frames


def part_of(frames: FrameArray, fields: Sequence[str] = ()) -> Part:
    """Returns frames with the columns of some fields; all by default."""
    struct = frames.message.struct if frames.message is not None else None
    columns = flatten(np.asarray(frames), struct, list(fields))
    return Part(frames, columns, frames.time, frames.sequence)


def _joined(several: Iterable[FrameArray]) -> Iterator[FrameArray]:
    """Yields neighbours of one size together: each write of a format costs time of its own."""
    waiting: list[FrameArray] = []
    size = 0
    for frames in several:
        if waiting and (size + frames.nbytes > _JOINED or frames.dtype != waiting[0].dtype):
            yield _concatenated(waiting)
            waiting, size = [], 0
        waiting.append(frames)
        size += frames.nbytes
    if waiting:
        yield _concatenated(waiting)


def _concatenated(several: list[FrameArray]) -> FrameArray:
    joined = np.concatenate(several) if len(several) > 1 else several[0]
    assert isinstance(joined, FrameArray)
    return joined
