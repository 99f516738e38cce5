"""Subscriptions: what a client asks for, read from its `subscribe` operation. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from json import dumps
from typing import Any

from cwire_server.errors import ErrorCode, RequestError
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.policies import POLICIES, QUEUE, Policy
from cwire_structs.schema import Message

__all__ = [
    "SUBSCRIBE_FIELDS",
    "HistoryRequest",
    "SubscribeOptions",
    "Subscription",
    "parse_subscription",
]

_LARGEST_RATE = 1e6
_JSON_RATE, _LARGEST_JSON_RATE = 10.0, 60.0
_LARGEST_HISTORY_SECONDS = 3600.0
_LARGEST_HISTORY_FRAMES = 10_000_000
_LARGEST_DECIMATION = 1 << 20
_MOST_KEY_FIELDS = 16
_SHOWN = 60  # characters of a wrong value


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """The part of the past that a subscription begins with: the last frames or the last seconds."""

    frames: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class SubscribeOptions:
    """The options of a subscription: in which form its frames are delivered."""

    policy: Policy = QUEUE
    max_rate: float | None = None
    """Frames per second and message at the most."""
    history: HistoryRequest | None = None
    decimate: int | None = None
    """Samples of an array of which the minimum and the maximum are sent instead; None: all are."""
    json: bool = False
    """As JSON text, for people."""
    key: tuple[str, ...] = ()
    """Fields that say what a frame tells of: of policy latest, the newest of each subject waits."""

    @property
    def every_frame(self) -> bool:
        """Whether every frame is wanted, as it is."""
        return self.policy.keeps_all and not (self.max_rate or self.json)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A request of a client: a driver's name or None for all, messages or None for all."""

    id: int
    driver: str | None
    messages: tuple[str, ...] | None
    options: SubscribeOptions = SubscribeOptions()
    later: bool = False
    """Whether drivers and messages that are not known are waited for."""

    def wants(self, driver: DriverState) -> list[Message]:
        """Returns the messages of a driver that this covers, as far as its schema is known."""
        if driver.schema is None or not driver.is_meant_by(self.driver):
            return []
        published = driver.schema.published
        if self.messages is None:
            return list(published.values())
        return [published[name] for name in self.messages if name in published]


def parse_subscription(request: Mapping[str, Any], id_: int) -> Subscription:
    """Reads a `subscribe` operation.

    Raises:
        RequestError: A field has a value that it cannot have; the text names field and reason.
    """
    driver = request.get("driver")
    if driver is not None and not isinstance(driver, str):
        raise _bad(f"driver must be a name, or null for all drivers, not {_show(driver)}")
    messages = request.get("messages")
    if messages is not None and not isinstance(messages, list):
        raise _bad(f"messages must be a list of names, or null for all, not {_show(messages)}")
    for name in messages or ():
        if not isinstance(name, str):
            raise _bad(f'messages must be names, such as "tick": {_show(name)} is none')
    unknown = request.keys() - SUBSCRIBE_FIELDS
    if unknown:
        raise _bad(
            f"subscribe has no field {min(unknown)!r}; it has: {', '.join(SUBSCRIBE_FIELDS)}"
        )
    later = request.get("later", False)
    if type(later) is not bool:
        raise _bad(f"later must be true or false, not {_show(later)}")
    chosen = None if messages is None else tuple(dict.fromkeys(messages))
    return Subscription(id_, driver, chosen, _options(request), later)


SUBSCRIBE_FIELDS = (
    "op",
    "id",
    "driver",
    "messages",
    "policy",
    "key",
    "max_rate",
    "history",
    "decimate",
    "format",
    "later",
)


def _options(request: Mapping[str, Any]) -> SubscribeOptions:
    policy = POLICIES[_one_of(request, "policy", tuple(POLICIES))]
    json = _one_of(request, "format", ("binary", "json")) == "json"
    rate = _number(request, "max_rate", _LARGEST_RATE)
    if json:
        if rate is not None and rate > _LARGEST_JSON_RATE:
            raise _bad(f"max_rate is {rate:g}: JSON goes at {_LARGEST_JSON_RATE:g} per second")
        rate = rate or _JSON_RATE
    decimate = request.get("decimate")
    if decimate is not None and not (
        type(decimate) is int and 2 <= decimate <= _LARGEST_DECIMATION
    ):
        raise _bad(f"decimate must be a whole number from 2 to {_LARGEST_DECIMATION}")
    history = request.get("history")
    if history is not None and (decimate or json):
        raise _bad("history is of binary messages that are not decimated")
    key = _key(request.get("key"))
    if key and (policy.keeps_all or json or rate is not None):
        raise _bad("key is for policy latest in binary, without max_rate")
    return SubscribeOptions(
        policy=policy,
        max_rate=rate,
        history=None if history is None else _history(history),
        decimate=decimate,
        json=json,
        key=key,
    )


def _key(given: object) -> tuple[str, ...]:
    if given is None:
        return ()
    right = isinstance(given, list) and all(isinstance(name, str) for name in given)
    if not (right and isinstance(given, list) and 1 <= len(given) <= _MOST_KEY_FIELDS):
        raise _bad(
            f"key must be a list of 1 to {_MOST_KEY_FIELDS} names of fields, not {_show(given)}"
        )
    return tuple(dict.fromkeys(given))


def _history(given: object) -> HistoryRequest:
    if not isinstance(given, dict) or len(given) != 1 or not given.keys() <= {"frames", "seconds"}:
        raise _bad('history must be {"frames": N} or {"seconds": S}')
    if "frames" in given:
        frames = given["frames"]
        if type(frames) is not int or not 0 <= frames <= _LARGEST_HISTORY_FRAMES:
            raise _bad(f"history must be a number of frames from 0 to {_LARGEST_HISTORY_FRAMES}")
        return HistoryRequest(frames=frames)
    return HistoryRequest(seconds=_number(given, "seconds", _LARGEST_HISTORY_SECONDS))


def _one_of(request: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = request.get(name)
    if value is None:
        return choices[0]
    if value not in choices:
        raise _bad(f"{name} is {value!r}; it can be: {', '.join(choices)}")
    return str(value)


def _number(request: Mapping[str, Any], name: str, largest: float) -> float | None:
    value = request.get(name)
    if value is None:
        return None
    if type(value) not in (int, float) or not math.isfinite(value) or not 0 < value <= largest:
        raise _bad(f"{name} must be a number above 0, at most {largest:g}")
    return float(value)


def _show(value: object) -> str:
    """Returns a value of JSON as an error quotes it."""
    text = dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _bad(text: str) -> RequestError:
    return RequestError(ErrorCode.BAD_REQUEST, text)
