"""What a history holds of the last frames, or of the last seconds. Pure."""

from __future__ import annotations

import numpy as np

from cwire.data.frame_array import FrameArray, Record
from cwire.data.history import History

__all__ = ["newest", "newest_seconds"]

_FIRST_LOOK = 256  # frames


def newest(history: History, count: int | None) -> FrameArray | list[Record]:
    """The newest frames, at most so many; None: all that are here."""
    return history.latest(history.capacity if count is None else count)


def newest_seconds(history: History, seconds: float) -> FrameArray | list[Record]:
    """The frames whose time stamps are at most so many seconds before the newest one's.

    Looks at no more of the history than it needs: it may be large.
    """
    count = _FIRST_LOOK
    while True:
        frames = history.latest(count)
        if not len(frames):
            return frames
        since = frames[-1].time - np.timedelta64(round(min(seconds, 9e9) * 1e9), "ns")
        if len(frames) < count or frames[0].time < since:
            break
        count *= 4
    if isinstance(frames, list):
        return [frame for frame in frames if frame.time >= since]
    recent: FrameArray = frames[frames.time >= since]
    return recent
