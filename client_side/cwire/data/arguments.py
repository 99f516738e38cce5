"""Checks of the timeouts, counts and names that users pass. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from operator import index
from typing import TypeVar

from cwire.errors import InvalidArgument

__all__ = [
    "COMMAND_TIMEOUT",
    "FOR_EVER",
    "MOST_WINDOW",
    "RECORD_TIMEOUT",
    "SHORTEST_WAIT",
    "condition",
    "finite",
    "frame_count",
    "function",
    "names_of",
    "positive",
    "seconds",
    "size_of",
    "subscription_id",
    "text",
]

_Condition = TypeVar("_Condition")

COMMAND_TIMEOUT = 15.0
"""Seconds; longer than the relay's own limit, so that its answer comes first."""

RECORD_TIMEOUT = 10.0
"""Seconds without any frame after which a recording gives up."""

SHORTEST_WAIT = 1e-3
"""Seconds that a command or a connection is given at least: in less there is no answer."""

FOR_EVER = 1e9
"""Seconds: no clock counts so far."""

MOST_WINDOW = 1e7
"""Seconds that a plot or a scope shows at most; the scope's page has the same limit."""


def frame_count(count: int, what: str = "latest", of: str = "frames") -> int:
    """A number of frames, or of something else, that the user gave; `what` it is for.

    Raises:
        InvalidArgument: It is none.
    """
    try:
        number = index(count)
    except TypeError:
        raise InvalidArgument(f"{what} takes a number of {of}, not {count!r}") from None
    if number < 0:
        raise InvalidArgument(f"{what} takes a number of {of}, not {number}")
    return number


def seconds(
    timeout: float | None, *, least: float = 0.0, what: str = "a timeout is"
) -> float | None:
    """A timeout that the user gave; None: for ever, also where no clock counts so far.

    Args:
        timeout: The number.
        least: The shortest that there is.
        what: The beginning of the sentence that says what it should be.

    Raises:
        InvalidArgument: It is not a number, or one that no wait can have.
    """
    if timeout is None:
        return None
    try:
        fits = timeout >= least
    except TypeError:
        raise InvalidArgument(f"{what} a number of seconds, not {timeout!r}") from None
    if not fits:
        raise InvalidArgument(f"{what} a number of seconds, at least {least:g}, not {timeout!r}")
    return timeout if timeout < FOR_EVER else None


def positive(value: float, name: str, what: str, most: float = math.inf) -> float:
    """A number above zero that the user gave: ``window``, ``a number of seconds``.

    Raises:
        InvalidArgument: It is none, or larger than `most`.
    """
    try:
        if 0 < value <= most and not isinstance(value, bool):
            return value
    except (TypeError, ValueError):
        pass
    limit = f", up to {most:,.0f}" if math.isfinite(most) else ""
    raise InvalidArgument(f"{name} is {value!r}; it can be {what} above zero{limit}")


def condition(given: _Condition) -> _Condition:
    """A condition on records that the user gave.

    Raises:
        InvalidArgument: It cannot be called.
    """
    what = "a condition is a function of a record, such as lambda status: status.blocks > 100"
    return function(given, what)


def function(given: _Condition, what: str) -> _Condition:
    """A function that the user gave; `what` is the beginning of the sentence that says which.

    Raises:
        InvalidArgument: It cannot be called.
    """
    if callable(given):
        return given
    raise InvalidArgument(f"{what}, not {given!r}")


def text(given: str, what: str) -> str:
    """A text that the user gave; `what` says what it can be: ``an event has a name``.

    Raises:
        InvalidArgument: It is none.
    """
    if isinstance(given, str):
        return given
    raise InvalidArgument(f"{what}, not {given!r}")


def size_of(given: tuple[float, float], name: str, what: str, most: float) -> tuple[float, float]:
    """A width and a height that the user gave: ``figsize``, ``inches``.

    Raises:
        InvalidArgument: They are not two numbers above zero, up to `most`.
    """
    try:
        width, height = given
        if 0 < width <= most and 0 < height <= most:
            return width, height
    except (TypeError, ValueError):
        pass
    raise InvalidArgument(
        f"{name} is {given!r}; it can be a width and a height, in {what}, up to {most:g}"
    )


def subscription_id(given: int) -> int:
    """The number of a subscription that the user gave.

    Raises:
        InvalidArgument: It is none.
    """
    try:
        return index(given)
    except TypeError:
        raise InvalidArgument(
            f"a subscription has a number, which `subscribe` returned, not {given!r}"
        ) from None


def finite(value: float, name: str) -> float:
    """A number that the user gave, and that can be drawn.

    Raises:
        InvalidArgument: It is none, or not finite.
    """
    try:
        if math.isfinite(value):
            return value
    except (TypeError, OverflowError):
        pass
    raise InvalidArgument(f"{name} is {value!r}; it can be a finite number")


def names_of(given: object, what: str) -> tuple[str, ...]:
    """Names that the user gave, one or several, also in lists.

    Raises:
        InvalidArgument: There is something else among them.
    """
    if isinstance(given, str):
        return (given,)
    if isinstance(given, Iterable) and not isinstance(given, bytes | bytearray):
        return tuple(name for one in given for name in names_of(one, what))
    raise InvalidArgument(f"{what} have names, such as 'status', not {given!r}")
