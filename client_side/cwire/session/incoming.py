"""The relay's text messages, parsed: for each control op of PROTOCOL.md a parser in `PARSERS`.

A parser returns a dataclass of this module, or an event if there is nothing more to do than to
hand it on. It checks all that it returns, and changes nothing. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cwire.errors import ProtocolError
from cwire.session.drivers import Derived
from cwire.session.events import (
    CallEnded,
    CallFailed,
    CallProgress,
    CallResult,
    OriginAllowed,
    PastAnswer,
    Refused,
    RingAnswer,
    ServerEvent,
    SessionAnswer,
)
from cwire_structs.frames import PROTOCOL
from cwire_structs.machine import Machine
from cwire_structs.schema import Schema, SchemaError

__all__ = [
    "PARSERS",
    "Confirmation",
    "DriverNews",
    "DriverReport",
    "Drops",
    "Greeting",
    "Incoming",
    "StreamStart",
    "Unsubscribed",
    "parse_text",
]

_STATES = frozenset({"up", "down", "stale"})
_QUOTED = 200  # characters of a bad message that the error repeats


@dataclass(frozen=True, slots=True)
class DriverReport:
    """A driver, as `hello` and `driver` describe it.

    Attributes:
        name: The name that the relay gives it.
        source: Its number in frames.
        socket: The Unix socket where the relay looks for it; None for the relay itself.
        state: ``up``, ``down`` or ``stale``.
        session: The number of its present run; None while it is down.
        epoch: The name of its run, also by way of another relay; None where it is not told.
        schema: Its messages, or why they cannot be read; None where they are not told.
        problem: Why it is not up, in the relay's words.
        way: How its frames come to the relay; empty where it is not told.
    """

    name: str
    source: int
    socket: str | None
    state: str
    session: int | None
    epoch: str | None
    schema: Schema | SchemaError | None
    problem: str
    way: str


@dataclass(frozen=True, slots=True)
class Greeting:
    """``hello``: the relay, and the drivers that it has.

    Attributes:
        client: The relay's number for this client.
        server: What the relay says it is.
        limits: Sizes in bytes that the relay allows.
        drivers: All of them.
        machine: Where it runs; None where it does not say.
        watches: The directory whose drivers it serves, also those that come later; None: none.
        on_disk: The seconds for which it keeps frames on disk; None: it does not.
    """

    client: int | None
    server: str
    limits: Mapping[str, int]
    drivers: tuple[DriverReport, ...]
    machine: Machine | None
    watches: str | None = None
    on_disk: float | None = None


@dataclass(frozen=True, slots=True)
class DriverNews:
    """``driver``: one came, went, or changed (``up down stale restarted schema_changed``)."""

    event: str
    driver: DriverReport


@dataclass(frozen=True, slots=True)
class StreamStart:
    """A message of one driver that a subscription covers, and where its frames begin.

    Attributes:
        source: The driver's number.
        type: The message's id.
        first_sequence: Of the first frame that comes or is told of; None: not known yet.
        derived: The message's description, if the relay makes it of one of the driver's.
    """

    source: int
    type: int
    first_sequence: int | None
    derived: Derived | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """``subscribed``: a subscription was taken, or a driver of it came back."""

    id: int
    streams: tuple[StreamStart, ...]


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """``unsubscribed``: nothing more comes of this subscription."""

    id: int


@dataclass(frozen=True, slots=True)
class Drops:
    """``dropped``: frames of a message that a subscription covers will not come.

    Attributes:
        id: The subscription's.
        source: The driver's number.
        message: The message's name.
        reason: ``relay``, ``driver``, ``conflated`` or ``rate``.
        count: Dropped for this reason since the subscription's first sequence.
        sequence: The last one that the count covers.
    """

    id: int
    source: int
    message: str
    reason: str
    count: int
    sequence: int


Incoming = (
    Greeting
    | DriverNews
    | Confirmation
    | Unsubscribed
    | Drops
    | OriginAllowed
    | PastAnswer
    | RingAnswer
    | Refused
    | SessionAnswer
    | CallResult
    | CallProgress
    | CallEnded
    | CallFailed
    | ServerEvent
)


def parse_text(text: str) -> tuple[str, Incoming | None]:
    """Parses a text message of the relay.

    Returns:
        Its op and what it says; None where a newer relay says more than this client knows.

    Raises:
        ProtocolError: It is not one of PROTOCOL.md.
    """
    try:
        message = json.loads(text)
        op = message["op"]
        parser = PARSERS.get(op)
        return op, parser(message) if parser else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
        raise ProtocolError(
            f"the relay sent a message that is not cwire's ({problem!r}): {text[:_QUOTED]!r}"
        ) from problem


def _greeting(message: Mapping[str, Any]) -> Greeting:
    if message["protocol"] != PROTOCOL:
        raise ProtocolError(
            f"the relay speaks cwire protocol {message['protocol']}, this client {PROTOCOL}: "
            "install the same cwire version on both sides"
        )
    limits = {str(name): int(size) for name, size in (message.get("limits") or {}).items()}
    drivers = tuple(_driver(item) for item in message["drivers"])
    told = message.get("machine")
    machine = None if told is None else Machine.from_json(told)
    server, watches = str(message.get("server", "")), message.get("watches")
    history = message.get("history")
    return Greeting(
        client=_number(message, "client"),
        server=server,
        limits=limits,
        drivers=drivers,
        machine=machine,
        watches=None if watches is None else str(watches),
        on_disk=None if history is None else float(history["seconds"]),
    )


def _driver(item: Mapping[str, Any]) -> DriverReport:
    state, epoch, socket = str(item["state"]), item.get("epoch"), item.get("socket")
    if state not in _STATES:
        raise ValueError(f"unknown driver state {state!r}")
    schema: Schema | SchemaError | None = None
    if item.get("schema") is not None:
        try:
            schema = Schema.from_json(_compact(item["schema"]))
        except SchemaError as problem:
            schema = problem  # of one driver: the others are of use
    return DriverReport(
        name=str(item["name"]),
        source=int(item["source"]),
        socket=None if socket is None else str(socket),
        state=state,
        session=_number(item, "session"),
        epoch=None if epoch is None else str(epoch),
        schema=schema,
        problem=str(item.get("problem") or ""),
        way=str(item.get("way") or ""),
    )


def _driver_news(message: Mapping[str, Any]) -> DriverNews:
    return DriverNews(str(message["event"]), _driver(message["driver"]))


def _confirmation(message: Mapping[str, Any]) -> Confirmation:
    return Confirmation(
        int(message["id"]), tuple(_stream_start(item) for item in message["streams"])
    )


def _stream_start(item: Mapping[str, Any]) -> StreamStart:
    type, derived = int(item["type"]), None
    if item.get("schema") is not None:
        schema = Schema.from_json(_compact(item["schema"]), derived=True)
        derived = Derived(
            schema.by_id[type], schema.layout_hash, str(item["of"]), int(item["decimate"])
        )
    return StreamStart(int(item["source"]), type, _number(item, "first_sequence"), derived)


def _unsubscribed(message: Mapping[str, Any]) -> Unsubscribed:
    return Unsubscribed(int(message["id"]))


def _drops(message: Mapping[str, Any]) -> Drops:
    return Drops(
        id=int(message["id"]),
        source=int(message["source"]),
        message=str(message["message"]),
        reason=str(message["reason"]),
        count=int(message["count"]),
        sequence=int(message["sequence"]),
    )


def _origin(message: Mapping[str, Any]) -> OriginAllowed:
    return OriginAllowed(int(message["id"]), str(message["url"]), str(message["token"]))


def _ring(message: Mapping[str, Any]) -> RingAnswer:
    return RingAnswer(int(message["id"]), str(message["driver"]), bool(message["read"]))


def _history(message: Mapping[str, Any]) -> PastAnswer:
    return PastAnswer(
        id=int(message["id"]),
        frames=int(message["frames"]),
        lost={str(reason): int(count) for reason, count in message["lost"].items()},
        more=bool(message["more"]),
        left_out=int(message["left_out"]),
        problem=str(message.get("problem") or ""),
    )


def _error(message: Mapping[str, Any]) -> Refused:
    return Refused(_number(message, "id"), str(message["code"]), str(message["text"]))


def _session(message: Mapping[str, Any]) -> SessionAnswer:
    return SessionAnswer(
        client=int(message["client"]),
        key=str(message["session"]),
        kept=bool(message["kept"]),
        seconds=float(message["seconds"]),
        streams=frozenset(message["streams"]),
    )


def _result(message: Mapping[str, Any]) -> CallResult:
    return CallResult(int(message["id"]), message["data"])


def _progress(message: Mapping[str, Any]) -> CallProgress:
    total = message["total"]
    done, known = float(message["done"]), None if total is None else float(total)
    return CallProgress(int(message["id"]), done, known, str(message["text"]))


def _ended(message: Mapping[str, Any]) -> CallEnded:
    return CallEnded(int(message["id"]), "data" in message, message.get("data"))


def _failed(message: Mapping[str, Any]) -> CallFailed:
    return CallFailed(_number(message, "id"), str(message["code"]), str(message["text"]))


def _event(message: Mapping[str, Any]) -> ServerEvent:
    return ServerEvent(str(message["action"]), message["data"])


def _number(message: Mapping[str, Any], name: str) -> int | None:
    value = message.get(name)
    return None if value is None else int(value)


def _compact(schema: object) -> str:
    # Without spaces, so that a schema that fitted a hello fits the limit of `Schema.from_json`.
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))


PARSERS: Mapping[str, Callable[[Mapping[str, Any]], Incoming]] = {
    "hello": _greeting,
    "driver": _driver_news,
    "subscribed": _confirmation,
    "unsubscribed": _unsubscribed,
    "dropped": _drops,
    "origin": _origin,
    "ring": _ring,
    "history": _history,
    "error": _error,
    "session": _session,
    "result": _result,
    "progress": _progress,
    "end": _ended,
    "failed": _failed,
    "event": _event,
}
