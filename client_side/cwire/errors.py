"""Errors that users can meet, one exception each; every text says what to do about it. Pure."""

# Named by what happened, as users will read them; all are CwireErrors.
# ruff: noqa: N818

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cwire_structs.frames import Code, code_name

__all__ = [
    "ActionError",
    "ActionTimeout",
    "Ambiguous",
    "CommandError",
    "CommandTimeout",
    "CwireError",
    "DriverDown",
    "DriverError",
    "InvalidArgument",
    "InvalidCommand",
    "InvalidData",
    "InvalidSubscription",
    "LayoutMismatch",
    "NotConnected",
    "OtherDrivers",
    "ProtocolError",
    "Refused",
    "Unauthorized",
    "UnknownAction",
    "UnknownCommand",
    "UnknownDriver",
    "UnknownField",
    "UnknownMessage",
    "WaitTimeout",
]


class CwireError(Exception):
    """The base of all errors that this package raises on its own account."""


class NotConnected(CwireError, ConnectionError):
    """There is no relay, or it went away, or the bridge was closed."""


class OtherDrivers(NotConnected):
    """Relays run, but none with the drivers that this bridge had."""


class Unauthorized(NotConnected):
    """The relay is there and does not let this client in."""


class ProtocolError(CwireError):
    """The other side is not a cwire relay of this protocol version, or it broke the protocol."""


class WaitTimeout(CwireError, TimeoutError):
    """No (or not enough) data came in the time given."""


class UnknownDriver(CwireError, LookupError):
    """The relay has no driver of this name."""


class UnknownMessage(CwireError, LookupError):
    """No driver's header has a message of this name."""


class InvalidArgument(CwireError, ValueError, TypeError):
    """An argument is of a kind, or of a size, that it cannot be."""


class InvalidSubscription(CwireError, ValueError):
    """A message cannot be subscribed to in this way; the text says why."""


class UnknownField(CwireError, LookupError):
    """A message has no field of this name."""


class Ambiguous(CwireError, LookupError):
    """Several drivers share the name: pick one with ``bridge["driver"]``.

    Attributes:
        reason: What is ambiguous, without the remedy.
        drivers: The names to pick from.
    """

    def __init__(self, reason: str, drivers: Sequence[str]) -> None:
        self.reason = reason
        self.drivers = tuple(drivers)
        super().__init__(f"{reason}: use bridge[{self.drivers[0]!r}]")

    def __reduce__(self) -> Any:
        return type(self), (self.reason, self.drivers)


class UnknownCommand(UnknownMessage, AttributeError):
    """No driver's header has a command of this name."""


class CommandError(CwireError):
    """A command was not carried out, or nobody knows whether it was.

    Attributes:
        driver: Name of the driver.
        command: Name of the command; empty where something else needed the driver.
        code: A `cwire_structs.frames.Code` as a plain number, or a driver's own number.
        name: The code's name, such as ``CWIRE_ERANGE``.
        text: The reason, in the driver's or the relay's words.
    """

    def __init__(self, driver: str, command: str, code: int, text: str) -> None:
        self.driver = driver
        self.command = command
        code = int(code)  # a driver's own number has no name: all are shown alike
        self.code = code
        self.name = code_name(code)
        self.text = text
        super().__init__(driver, command, code, text)

    def __str__(self) -> str:
        where = f"{self.driver}: {self.command}: " if self.command else ""
        return f"{where}{self.text} ({self.name})"


class InvalidCommand(CommandError, ValueError):
    """The values do not fit the command's fields; nothing was sent."""


class DriverDown(CommandError):
    """The driver does not run, or it ended before it answered."""


class CommandTimeout(CommandError, TimeoutError):
    """No answer in time; the driver may have carried the command out all the same."""


class LayoutMismatch(CommandError):
    """The driver restarted with other structs; the command was not carried out."""


class ActionError(CwireError):
    """A call of an action failed, or was not carried out.

    Attributes:
        action: The action's name.
        code: A short name of what is wrong, as PROTOCOL.md lists them, or one of the action's own.
        text: The reason, in the action's or the relay's words.
    """

    def __init__(self, action: str, code: str, text: str) -> None:
        self.action = action
        self.code = code
        self.text = text
        super().__init__(action, code, text)

    def __str__(self) -> str:
        return f"{self.action}: {self.text} ({self.code})"


class UnknownAction(ActionError, LookupError):
    """The relay has no action of this name."""


class InvalidData(ActionError, ValueError):
    """What was given does not fit the action's arguments; nothing was called."""


class ActionTimeout(ActionError, TimeoutError):
    """The action did not end in time; it was told to stop."""


class DriverError(CwireError):
    """A driver of this program cannot do what it was asked to do.

    Attributes:
        driver: Its name.
        code: A `cwire_structs.frames.Code` as a plain number.
        name: The code's name, such as ``CWIRE_EINUSE``.
        text: The reason, and what to do.
    """

    def __init__(self, driver: str, code: int, text: str) -> None:
        self.driver = driver
        self.code = int(code)
        self.name = code_name(self.code)
        self.text = text
        super().__init__(driver, code, text)

    def __str__(self) -> str:
        return f"{self.driver}: {self.text} ({self.name})"


class Refused(CwireError):
    """Raised by a command's handler: the peer gets this code and this text as the reply.

    Args:
        text: For people.
        code: A code's name, such as ``"ERANGE"``, or a negative number of the driver's own.

    Attributes:
        code: As a number.
        text: For people.
    """

    def __init__(self, text: str, code: int | str = "EFAILED") -> None:
        if isinstance(code, str):
            name = code.removeprefix("CWIRE_")
            if name not in Code.__members__:
                raise InvalidArgument(
                    f"{code!r} is no code: take one of {', '.join(Code.__members__)}, or a "
                    "negative number of your own"
                )
            code = Code[name]
        if code >= 0:
            raise InvalidArgument(f"{int(code)} is no error: codes are negative numbers")
        self.code = int(code)
        self.text = text
        super().__init__(text, self.code)

    def __str__(self) -> str:
        return f"{self.text} ({code_name(self.code)})"


def live_connection() -> InvalidArgument:
    """The error of pickling or copying what belongs to a connection."""
    return InvalidArgument(
        "a bridge, and what belongs to it, is a live connection and can be neither pickled nor "
        "copied: call cwire.connect() in the other process, or give it what latest() returns"
    )
