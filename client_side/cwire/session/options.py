"""Checks the options of a subscription, and writes them as the relay reads them. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cwire.errors import InvalidSubscription
from cwire_structs.frames import WINDOW_LIMIT

__all__ = ["POLICIES", "Options", "check_driver", "check_window"]

POLICIES = ("queue", "latest")
"""The ways to serve a client that is slow, of which a subscription has one."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `Bridge.subscribe`; the relay checks their ranges.

    Raises:
        InvalidSubscription: Two of them exclude each other, or one is not of its kind.
    """

    policy: str = "queue"
    max_rate: float | None = None
    history: int | None = None
    history_seconds: float | None = None
    decimate: int | None = None
    key: str | Iterable[str] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.policy, str):
            raise InvalidSubscription(
                f"policy is {self.policy!r}; it can be: {', '.join(POLICIES)}"
            )
        if self.history is not None and self.history_seconds is not None:
            raise InvalidSubscription("give history (frames) or history_seconds, not both")
        object.__setattr__(self, "key", _names(self.key))
        for name in ("history", "decimate"):
            self._check(name, whole=True)
        for name in ("max_rate", "history_seconds"):
            self._check(name, whole=False)

    def _check(self, name: str, *, whole: bool) -> None:
        value = getattr(self, name)
        if value is None:
            return
        try:
            number = float(value)
            if isinstance(value, (bool, str, bytes, bytearray)) or not math.isfinite(number):
                raise ValueError
            if whole and number != int(number):
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            kind = "a whole number" if whole else "a number"
            raise InvalidSubscription(f"{name} must be {kind}, not {value!r}") from None
        object.__setattr__(self, name, int(number) if whole else number)  # numpy's are welcome

    @property
    def past(self) -> bool:
        """Whether it begins with what the relay has kept."""
        return self.history is not None or self.history_seconds is not None

    @property
    def whole(self) -> bool:
        """Whether it is for every frame as the driver publishes it."""
        return self.policy == "queue" and self.max_rate is None and self.decimate is None

    def request(self) -> dict[str, Any]:
        """Makes the fields of the `subscribe` operation; defaults are left out."""
        fields: dict[str, Any] = {}
        if self.policy != "queue":
            fields["policy"] = self.policy
        if self.max_rate is not None:
            fields["max_rate"] = self.max_rate
        if self.history is not None:
            fields["history"] = {"frames": self.history}
        if self.history_seconds is not None:
            fields["history"] = {"seconds": self.history_seconds}
        if self.decimate is not None:
            fields["decimate"] = self.decimate
        if self.key:
            fields["key"] = [*self.key]
        return fields


def _names(key: object) -> tuple[str, ...]:
    names = (key,) if isinstance(key, str) else key
    if isinstance(names, Iterable):
        found = tuple(names)
        if all(isinstance(name, str) for name in found):
            return found
    raise InvalidSubscription(f"key is the name of a field, or several: {key!r}")


def check_driver(driver: object) -> None:
    """Checks the name of a driver that a caller gave.

    Raises:
        InvalidSubscription: It is none.
    """
    if driver is not None and not isinstance(driver, str):
        raise InvalidSubscription(f"driver is the name of a driver, or None for all: {driver!r}")


def check_window(window: int | None) -> int | None:
    """Checks a window that a caller gave, and returns it.

    Raises:
        InvalidSubscription: It is not a number of bytes that the relay takes.
    """
    if window is None:
        return None
    if type(window) is not int or not 0 < window <= WINDOW_LIMIT:
        raise InvalidSubscription(
            f"window is {window!r}; it can be a number of bytes from 1 to {WINDOW_LIMIT}, "
            "or None for any"
        )
    return window
