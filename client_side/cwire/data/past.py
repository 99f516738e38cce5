"""Frames that were kept elsewhere, and those of a history behind them. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cwire.data.frame_array import FrameArray, Record
from cwire.data.history import newest_of, stamps_of
from cwire.data.tail_history import TailHistory
from cwire_structs import frames
from cwire_structs.frames import FrameError, Scan
from cwire_structs.schema import Message

__all__ = ["decoded", "with_past"]


def decoded(message: Message, data: bytearray) -> FrameArray | list[Record]:
    """Reads whole frames of one message, as a history gives them.

    Raises:
        FrameError: They are not, or of another size than the message has.
    """
    if not message.tail:
        dtype = message.frame_dtype(message.size)
        if len(data) % dtype.itemsize:
            raise FrameError(f"{len(data)} bytes are not frames of {dtype.itemsize} bytes")
        return FrameArray.from_frames(data, dtype, message)
    view, position = memoryview(data), 0
    scans: list[Scan] = []
    while position < len(data):
        scans.append(scan := frames.scan(data, position))
        if scan.end <= position:
            raise FrameError(f"the frame at byte {position} is not whole")
        position = scan.end
    tallies = [tally for scan in scans for tally in scan.tallies]
    history = TailHistory.for_frames(message, sum(one.count for one in tallies), len(data))
    for tally in tallies:
        history.append(view, tally)
    return history.latest(None)


def with_past(
    past: FrameArray | list[Record], history: FrameArray | list[Record], most: int | None
) -> FrameArray | list[Record]:
    """Joins frames that were kept elsewhere and those of a history, without doubles.

    Args:
        past: The former, in the order in which they came.
        history: The latter. The first of them, if it is in the past, too, is where that ends.
        most: Only so many, the newest; None: all.
    """
    if len(history):
        stamps, first = stamps_of(past), stamps_of(history[:1])[0]
        same = np.flatnonzero((stamps == first) & (_sequences(past) == _sequences(history[:1])[0]))
        # Without it the stamps have to say what was before.
        past = past[: int(same[-1])] if len(same) else _before(past, stamps < first)
    count = len(past) + len(history)
    return newest_of([past, history], count if most is None else min(most, count))


def _before(
    past: FrameArray | list[Record], keep: npt.NDArray[np.bool_]
) -> FrameArray | list[Record]:
    if isinstance(past, list):
        return [record for record, wanted in zip(past, keep, strict=True) if wanted]
    found: FrameArray = past[keep]
    return found


def _sequences(found: FrameArray | list[Record]) -> npt.NDArray[np.uint32]:
    if isinstance(found, list):
        return np.array([record.sequence for record in found], np.uint32)
    return found.sequence
