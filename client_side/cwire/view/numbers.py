"""Checks ranges before an axis gets them, and finds extremes of what can be drawn.

``web/scope/numbers.mjs`` is the same for the scope; tests/numbers.json has cases for both. Pure.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["checked", "extent", "padded", "time_part"]

_LARGEST = 1e300  # what is drawn; twice of it is still a number
_NARROWEST = 1e-9  # width of a range by its size: a float64 divides it into a screen's pixels
_SMALLEST = 1e-290  # width of any range
_PARTS = ((86400, "d"), (3600, "h"), (1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_LONG = 3  # units that a span has at least, of those above a second


def extent(values: np.ndarray[Any, np.dtype[Any]]) -> tuple[Any, Any] | None:
    """The smallest and the largest finite value, of the array's own type; None: there is none."""
    if not values.size:
        return None
    low, high = values.min(), values.max()  # NaN and infinities show up here, if there are any
    if not (np.isfinite(low) and np.isfinite(high)):
        values = values[np.isfinite(values)]
        if not values.size:
            return None
        low, high = values.min(), values.max()
    return low, high


def checked(low: float, high: float) -> tuple[float, float] | None:
    """A range that an axis can show: finite, rising, and wide enough for its size.

    It keeps its middle where it was too narrow. None: it is no range at all.
    """
    if np.isnan(low) or np.isnan(high):
        return None
    low, high = sorted((float(low), float(high)))
    low, high = (min(_LARGEST, max(-_LARGEST, end)) for end in (low, high))
    least = max(_SMALLEST, _NARROWEST * max(abs(low), abs(high)))
    if high - low >= least:
        return low, high
    middle = low + (high - low) / 2
    return middle - least, middle + least


def padded(low: float, high: float, share: float) -> tuple[float, float] | None:
    """A range with room around values; around a constant, as much as it is large.

    Args:
        low: The smallest finite value.
        high: The largest.
        share: Room on each side, as a part of the range.
    """
    low, high = float(low), float(high)
    room = share * high - share * low if low < high else share * abs(high) or 1.0
    return checked(low - room, high + room)


def time_part(low: float, high: float) -> tuple[float, str]:
    """The seconds of the unit in which an axis of time is written, and its name.

    Args:
        low: The end of the axis, s.
        high: The other one.
    """
    span = abs(high - low)
    fits = (one for one in _PARTS if span >= (_LONG if one[0] > 1 else 1) * one[0])
    return next(fits, _PARTS[-1])
