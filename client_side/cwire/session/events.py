"""Events of a session, for the link to act on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from cwire import errors
from cwire.data.frame_array import Record
from cwire.session.drivers import Driver

__all__ = [
    "DriverChanged",
    "Ended",
    "Event",
    "Hello",
    "OriginAllowed",
    "Refused",
    "Reply",
    "Resend",
    "RingAnswer",
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


Event = (
    Hello
    | DriverChanged
    | Subscribed
    | Ended
    | OriginAllowed
    | RingAnswer
    | Refused
    | Reply
    | Resend
)
