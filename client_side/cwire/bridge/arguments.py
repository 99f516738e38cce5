"""Checks of the timeouts and counts that users pass. Pure."""

from __future__ import annotations

from operator import index

__all__ = [
    "COMMAND_TIMEOUT",
    "FOR_EVER",
    "RECORD_TIMEOUT",
    "SHORTEST_WAIT",
    "frame_count",
    "seconds",
]

COMMAND_TIMEOUT = 15.0
"""Seconds; longer than the relay's own limit, so that its answer comes first."""

RECORD_TIMEOUT = 10.0
"""Seconds without any frame after which a recording gives up."""

SHORTEST_WAIT = 1e-3
"""Seconds that a command or a connection is given at least: in less there is no answer."""

FOR_EVER = 1e9
"""Seconds: no clock counts so far."""


def frame_count(count: int, what: str = "latest") -> int:
    """A number of frames that the user gave; `what` it is for.

    Raises:
        TypeError: It is none.
        ValueError: It is negative.
    """
    try:
        number = index(count)
    except TypeError:
        raise TypeError(f"{what} takes a number of frames, not {count!r}") from None
    if number < 0:
        raise ValueError(f"{what} takes a number of frames, not {number}")
    return number


def seconds(timeout: float | None, *, least: float = 0.0) -> float | None:
    """A timeout that the user gave; None: for ever, also where no clock counts so far.

    Raises:
        TypeError: It is not a number.
        ValueError: It is one that no wait can have.
    """
    if timeout is None:
        return None
    try:
        fits = timeout >= least
    except TypeError:
        raise TypeError(f"a timeout is a number of seconds, not {timeout!r}") from None
    if not fits:
        raise ValueError(f"a timeout is a number of seconds, at least {least:g}, not {timeout!r}")
    return timeout if timeout < FOR_EVER else None
