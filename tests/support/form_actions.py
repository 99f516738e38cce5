"""Actions whose arguments are of every kind that a form has an input for."""

from __future__ import annotations

import enum
import threading
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from cwire_server import ActionError

__all__ = ["API", "OTHERS"]

_open = threading.Event()


class Mode(enum.Enum):
    """How to measure."""

    FAST = "fast"
    EXACT = "exact"


class Place(BaseModel):
    """Where to measure."""

    x: float
    y: float = 0


_HERE = Place(x=1)


def everything(
    mode: Mode,
    name: str,
    count: Annotated[int, Field(ge=1, le=10, description="How many times.")] = 3,
    number: int = 7,
    factor: float = 0.5,
    limit: float | None = None,
    dark: bool = False,
    unit: Literal[1, 2, "all"] = "all",
    place: Place = _HERE,
    anything: Any = None,
) -> list[Any]:
    """Gives back what it was given.

    Each argument is of another kind.
    """
    given = (mode.name, name, count, number, factor, limit, dark, unit, place.x, place.y, anything)
    return list(given)


def scan(out: Any, progress: Any, points: int = 3) -> Any:
    """Sends arrays, with progress, and waits for `let_on` in the middle."""
    for point in range(points):
        progress(point + 1, points, f"at point {point + 1}")
        out.send({"place": point, "counts": np.full(1000, point, "f4")})
        if point == 1:
            _open.wait()
            _open.clear()
    return np.array([0.5, np.nan, 2**0.5])


def let_on() -> None:
    """Lets a scan go on."""
    _open.set()


def endless() -> Iterator[int]:
    """Yields numbers as fast as they are taken."""
    number = 0
    while True:
        yield number
        number += 1


def fail(code: str = "") -> None:
    """Fails."""
    if code:
        raise ActionError("there is <b>no</b> sample in the holder", code)
    raise ValueError("broken")


def whole(data: Any) -> Any:
    """Takes its data whole."""
    return data


API = {
    "lab": {"everything": everything},
    **{one.__name__: one for one in (scan, let_on, endless, fail)},
    "data": {"whole": whole},
}

OTHERS = {"scan": scan, "another": let_on}
"""What the same relay has after a restart."""
