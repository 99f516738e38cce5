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
        parts: The frames.
        fields: Those that are saved; empty: all.
    """

    name: str
    message: Message | None
    parts: Iterable[Part]
    fields: Sequence[str] = ()

    def equal_parts(self) -> Iterator[Part]:
        """Yields the parts.

        Raises:
            InvalidArgument: Their frames differ in size, which the format cannot say.
        """
        dtype = None
        for part in self.parts:
            if dtype is not None and part.frames.dtype != dtype:
                raise InvalidArgument(
                    f"the frames of {self.name} differ in size: save them as .parquet, or choose "
                    "fields of one size"
                )
            dtype = part.frames.dtype
            yield part

    def whole(self) -> Part:
        """Returns all frames as one part; see `equal_parts`."""
        parts = [part.frames for part in self.equal_parts()]
        if not parts:
            raise InvalidArgument(f"there are no frames of {self.name} to save")
        joined = np.concatenate(parts) if len(parts) > 1 else parts[0]
        assert isinstance(joined, FrameArray)
        return part_of(joined, self.fields)


def part_of(frames: FrameArray, fields: Sequence[str] = ()) -> Part:
    """Returns frames with the columns of some fields; all by default."""
    struct = frames.message.struct if frames.message is not None else None
    columns = flatten(np.asarray(frames), struct, list(fields))
    return Part(frames, columns, frames.time, frames.sequence)
