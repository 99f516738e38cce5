"""A driver, as the relay describes it, and texts for people about its state. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cwire import errors
from cwire_structs.errors import hint_text
from cwire_structs.frames import RELAY_SOURCE, Code
from cwire_structs.schema import Message, Schema

__all__ = [
    "Derived",
    "Driver",
    "down_text",
    "driver_text",
    "drivers_text",
    "missing_text",
    "unknown_text",
    "usable_schema",
]


@dataclass(frozen=True, slots=True)
class Derived:
    """A message that the relay makes of a driver's: minima and maxima of its arrays.

    Attributes:
        message: Its own description.
        layout_hash: Equal where it decodes the same.
        of: Name of the driver's message.
        decimate: Samples of an array behind each minimum and maximum.
    """

    message: Message
    layout_hash: str
    of: str
    decimate: int

    def samples(self, original: Message) -> dict[str, int]:
        """Returns, by name of a field of minima or maxima, the samples behind one value."""
        before = original.struct.by_name
        fields = self.message.struct.by_name
        return {name: self.decimate for name in fields if name not in before}


@dataclass(slots=True)
class Driver:
    """A driver, as the relay last described it.

    Attributes:
        name: The name that the relay gives it.
        source: Its number in frames; below 0: the present relay does not have it.
        socket: The Unix socket where the relay looks for it; None for the relay itself.
        state: ``up``, ``down`` or ``stale`` (connected, but silent for too long); ``unknown`` when
            the relay is gone.
        reason: Why it is not up, in the relay's words; empty if it is, or if nobody knows.
        session: The number of its present run; None while it is down.
        run: The name of its last run: the epoch, where the relay tells it.
        schema: Its messages, as last heard; None before the first time.
        problem: Why its schema cannot be used; empty if it can.
        way: How its frames come to the relay: ``ring``, or ``socket: `` and why not by its ring.
        by: How its frames come to this client: ``ring``, or ``relay: `` and why not by its ring.
        derived: By name: messages that the relay makes of this driver's, as subscribed to.
    """

    name: str
    source: int
    socket: str | None = None
    state: str = "down"
    session: int | None = None
    run: str | None = None
    schema: Schema | None = None
    problem: str = ""
    reason: str = ""
    way: str = ""
    by: str = ""
    derived: Mapping[str, Derived] = field(default_factory=dict)

    def __repr__(self) -> str:
        count = len(self.schema.messages) if self.schema else 0
        return f"<driver {self.name}: {self.state}, {count} messages>"

    @property
    def is_relay(self) -> bool:
        """Whether it is the relay itself, which publishes statistics; ask for those by name."""
        return self.source == RELAY_SOURCE

    @property
    def missing(self) -> bool:
        """Whether the present relay does not have it: an earlier one did."""
        return self.source < 0

    @property
    def published(self) -> dict[str, Message]:
        """The messages that can come from it, by name, derived ones included."""
        own = {} if self.schema is None else self.schema.published
        return {**{name: made.message for name, made in self.derived.items()}, **own}

    def derive(self, made: Derived) -> set[int]:
        """Takes the description of a derived message. The relay uses their ids again.

        Returns:
            The message ids that stand for something else now; none if it is known already.
        """
        type, name = made.message.id, made.message.name
        others = {
            one.message.name: one
            for one in self.derived.values()
            if type == one.message.id or one.message.name == name
        }
        if [one.layout_hash for one in others.values()] == [made.layout_hash]:
            return set()
        kept = {key: one for key, one in self.derived.items() if key not in others}
        self.derived = {**kept, name: made}
        return {type, *(one.message.id for one in others.values())}

    def by_id(self, type: int) -> Message | None:
        """The message with this id that can come from it."""
        own = None if self.schema is None else self.schema.by_id.get(type)
        if own is not None:
            return None if own.command else own
        found = (made.message for made in self.derived.values() if made.message.id == type)
        return next(found, None)


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
        raise errors.DriverDown(driver.name, "", Code.EDOWN, down_text(driver))
    return driver.schema


def driver_text(driver: Driver) -> str:
    """Describes a driver in a line."""
    why = driver.problem or driver.reason
    return f"driver {driver.name!r}, {driver.state}{f': {why}' if why else ''}"


def down_text(driver: Driver) -> str:
    """Says why nothing comes from a driver, and what to do."""
    if driver.state == "down":
        # The relay's reasons say after a semicolon what to do, where it knows.
        told = "" if ";" in driver.reason else "start it"
        why = "; ".join(part for part in (driver.reason, told) if part)
        return f"driver {driver.name!r} is down: {why}; it is found within seconds"
    if driver.state == "stale":
        why = driver.reason or "is it stopped in a debugger?"
        return f"driver {driver.name!r} is connected but silent: {why}"
    if driver.state == "unknown":
        return f"nothing is known of driver {driver.name!r} while the relay is gone"
    return f"driver {driver.name!r} is up"


def missing_text(name: str, socket: str | None, watches: str | None) -> str:
    """Says why the relay does not have a driver that another one had, and what to do.

    Args:
        name: The driver's.
        socket: Where it listened.
        watches: The directory that the relay watches; None: none.
    """
    folder, _, _ = (socket or "").rpartition("/")
    if watches is not None and folder == watches:
        return "the relay does not find it; start it again"
    return f"the relay does not serve it; start a relay with --driver {name}={socket}, too"


def drivers_text(sockets: Mapping[str, str | None]) -> str:
    """Names drivers, each with its Unix socket."""
    named = (f"{name} at {place}" if place else name for name, place in sockets.items())
    return ", ".join(named) or "no driver"


def unknown_text(what: str, name: str, where: str, known: Iterable[str]) -> str:
    """Says that there is no such name, and which one was perhaps meant."""
    return f"{where} has no {what} {name!r}; {hint_text(name, known)}"
