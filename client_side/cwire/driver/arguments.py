"""Checks the arguments of drivers, and makes libcwire's table of messages. Pure."""

from __future__ import annotations

import math
import operator
from contextlib import suppress
from typing import Any, SupportsIndex, cast

import numpy as np
import numpy.typing as npt

from cwire.errors import InvalidArgument
from cwire_structs.schema import Schema

__all__ = ["count", "milliseconds", "stamp", "stamps", "table_of", "waiting"]


def table_of(schema: Schema) -> list[tuple[int, int, bool, int, int, bytes]]:
    """Returns the messages as libcwire's table has them, by rising id."""
    by_name = schema.messages
    return [
        (
            one.id,
            by_name[one.reply].id if one.reply else 0,
            one.command,
            one.size,
            one.tail_size,
            one.name.encode(),
        )
        for one in sorted(by_name.values(), key=lambda one: one.id)
    ]


def stamp(time_ns: object) -> int:
    """Returns a time stamp as libcwire takes it."""
    try:
        number = operator.index(cast(SupportsIndex, time_ns))
    except TypeError:
        number = -1
    if not 0 <= number < 1 << 64:
        raise InvalidArgument(
            f"time_ns is {time_ns!r}: give whole nanoseconds since 1970, as time.time_ns() does"
        )
    return number


def stamps(times: npt.NDArray[Any], number: int) -> npt.NDArray[np.uint64]:
    """Returns the time stamps of so many frames as libcwire takes them.

    Raises:
        InvalidArgument: There are not so many, or they are no stamps.
    """
    if times.shape != (number,):
        raise InvalidArgument(
            f"time_ns has the shape {times.shape}: give one stamp for each of the {number} frames"
        )
    if times.dtype.kind == "M":
        times = times.astype("M8[ns]").view(np.int64)
    if times.dtype.kind not in "iu" or (times.dtype.kind == "i" and (times < 0).any()):
        raise InvalidArgument(
            "time_ns has to be whole nanoseconds since 1970 UTC, or datetime64: "
            f"{times.dtype} has none, or some before 1970"
        )
    return np.ascontiguousarray(times, np.uint64)


def count(name: str, value: int | None, most: int) -> int:
    """Returns a number as libcwire takes it; 0 stands for None."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InvalidArgument(f"{name}={value!r}: give a whole number from 1 to {most}")
    return value


def milliseconds(seconds: float | None) -> int:
    """Returns the time between heartbeats as libcwire takes it; 0 stands for None."""
    if seconds is None:
        return 0
    with suppress(TypeError):
        if 0.001 <= seconds <= 3600:
            return round(1000 * seconds)
    raise InvalidArgument(f"heartbeat={seconds!r}: give seconds from 0.001 to 3600")


def waiting(timeout: float | None) -> float:
    """Returns how many seconds to wait; None: for ever."""
    if timeout is None:
        return math.inf
    with suppress(TypeError):
        if timeout >= 0:
            return timeout
    raise InvalidArgument(f"timeout={timeout!r}: give seconds from 0, or None")
