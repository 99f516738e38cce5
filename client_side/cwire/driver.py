"""What the relay says of a driver, and what to tell people when it cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from cwire import errors
from cwire_structs.schema import Schema

__all__ = ["Driver", "down_text", "driver_text", "unknown_text", "usable_schema"]

_EDOWN = -14


@dataclass(slots=True)
class Driver:
    """What the relay says of a driver.

    Attributes:
        name: The name that the relay gives it.
        source: Its number in frames.
        state: ``up``, ``down`` or ``stale`` (connected, but silent for too long); ``unknown`` when
            the relay is gone.
        reason: Why it is not up, in the relay's words; empty if it is, or if nobody knows.
        session: The number of its present run; None while it is down.
        run: The number of its last run.
        schema: Its messages, as last heard; None before the first time.
        problem: Why its schema cannot be used; empty if it can.
    """

    name: str
    source: int
    state: str = "down"
    session: int | None = None
    run: int | None = None
    schema: Schema | None = None
    problem: str = ""
    reason: str = ""


def usable_schema(driver: Driver) -> Schema:
    """The driver's schema.

    Raises:
        DriverDown: It has never been up, so its messages are not known.
        ProtocolError: Its schema is not one that this client can read.
    """
    if driver.problem:
        raise errors.ProtocolError(
            f"the schema of driver {driver.name!r} cannot be used: {driver.problem}; "
            "run `cwire wrap` on its header again and rebuild it"
        )
    if driver.schema is None:
        raise errors.DriverDown(driver.name, "", _EDOWN, down_text(driver))
    return driver.schema


def driver_text(driver: Driver) -> str:
    """A driver in a line."""
    why = driver.problem or driver.reason
    return f"driver {driver.name!r}, {driver.state}{f': {why}' if why else ''}"


def down_text(driver: Driver) -> str:
    """Why nothing comes from a driver, and what to do."""
    if driver.state == "down":
        why = f"{driver.reason}. If it does not run, " if driver.reason else ""
        return (
            f"driver {driver.name!r} is down: {why}start it (the demo: `c_driver/driver`); "
            "the relay finds it within seconds"
        )
    if driver.state == "stale":
        why = driver.reason or "is it stopped in a debugger?"
        return f"driver {driver.name!r} is connected but silent: {why}"
    if driver.state == "unknown":
        return f"nothing is known of driver {driver.name!r}: the relay is gone"
    return f"driver {driver.name!r} is up"


def unknown_text(what: str, name: str, where: str, known: Iterable[str]) -> str:
    """Says that there is no such name, and which one was perhaps meant."""
    names = list(known)
    close = get_close_matches(name, names, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(names) or 'none'}"
    return f"{where} has no {what} {name!r}; {hint}"
