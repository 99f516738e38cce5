"""What a caller may say of times and numbers, and what to say of no answer. Pure."""

from __future__ import annotations

from operator import index

__all__ = ["COMMAND_TIMEOUT", "FOR_EVER", "SHORTEST_WAIT", "frame_count", "no_answer", "seconds"]

COMMAND_TIMEOUT = 15.0
"""Seconds; longer than the relay's own limit, so that its answer comes first."""

SHORTEST_WAIT = 1e-3
"""Seconds that a command or a connection is given at least: in less there is no answer."""

FOR_EVER = 1e9
"""Seconds: no clock counts so far."""


def frame_count(count: int, what: str = "latest") -> int:
    """A number of frames that the user gave.

    Raises:
        TypeError: It is none.
    """
    try:
        return index(count)
    except TypeError:
        raise TypeError(f"{what} takes a number of frames, not {count!r}") from None


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


def no_answer(timeout: float) -> str:
    """What to say of a command that nobody has answered."""
    return (
        f"no answer in {timeout:g} s; the outcome is unknown: look at the driver's state before "
        "you send it again"
    )
