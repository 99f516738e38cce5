"""Events of a session, for the link to act on. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cwire import errors
from cwire.data.frame_array import Record
from cwire.session.drivers import Driver

__all__ = [
    "CallEnded",
    "CallFailed",
    "CallProgress",
    "CallResult",
    "CallsChanged",
    "DriverChanged",
    "Ended",
    "Event",
    "Hello",
    "OriginAllowed",
    "PastAnswer",
    "Refused",
    "Reply",
    "Resend",
    "RingAnswer",
    "ServerEvent",
    "SessionAnswer",
    "Subscribed",
]


@dataclass(frozen=True, slots=True)
class Hello:
    """The relay has introduced itself; nothing may be sent before."""


@dataclass(frozen=True, slots=True)
class DriverChanged:
    """A driver came, went, or changed: ``up down stale restarted schema_changed``."""

    event: str
    driver: Driver


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The relay has taken a subscription, or goes on with it after a driver came back."""

    id: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more comes of a subscription, as was asked for."""

    id: int


@dataclass(frozen=True, slots=True)
class RingAnswer:
    """The relay sends no more what is in a driver's ring (`read`), or sends it again."""

    id: int
    driver: str
    read: bool


@dataclass(frozen=True, slots=True)
class OriginAllowed:
    """Pages of an origin may connect now: how they do it."""

    id: int
    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """The relay has sent all that it has on disk of what was asked for.

    Attributes:
        id: Of the request.
        frames: How many frames.
        lost: Frames that are missing between them, by reason.
        more: Whether there are older ones, beyond the number that was asked for.
        left_out: Frames of this time that have another layout.
        problem: Why the relay keeps nothing any more; empty while it does.
    """

    id: int
    frames: int
    lost: Mapping[str, int]
    more: bool
    left_out: int
    problem: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The relay did not take something; `id` is the request's, if it had one."""

    id: int | None
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command: a record, None for a plain OK, or an error."""

    request: int
    value: Record | None = None
    error: errors.CwireError | None = None


@dataclass(frozen=True, slots=True)
class Resend:
    """A command met another run of its driver, with the same structs: these bytes are for that."""

    data: bytes


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """The relay has begun a session of actions, or goes on with one (`kept`).

    Attributes:
        client: The relay's number for this client.
        key: Asks for the session later.
        kept: Whether it is the one that was asked for.
        seconds: That it outlives its connection.
        streams: The calls that the relay knows of.
    """

    client: int
    key: str = field(repr=False)
    kept: bool = False
    seconds: float = 0.0
    streams: frozenset[int | str | None] = frozenset()


@dataclass(frozen=True, slots=True)
class CallResult:
    """A function has sent a value, which is still as JSON has it."""

    id: int
    data: Any


@dataclass(frozen=True, slots=True)
class CallProgress:
    """How far a function is."""

    id: int
    done: float
    total: float | None
    text: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A function has returned, and maybe a value."""

    id: int
    returned: bool
    data: Any


@dataclass(frozen=True, slots=True)
class CallFailed:
    """A call failed; `id` is None for a request that named none."""

    id: int | None
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """A background process of the relay's has something to say.

    Attributes:
        action: The event's name.
        data: Any value.
    """

    action: str
    data: Any


@dataclass(frozen=True, slots=True)
class CallsChanged:
    """Something has come for calls: it may be time to acknowledge."""


Event = (
    Hello
    | DriverChanged
    | Subscribed
    | Ended
    | OriginAllowed
    | PastAnswer
    | RingAnswer
    | Refused
    | Reply
    | Resend
    | CallsChanged
)
