"""Defines what all command-line tools share: the relay's address, FIELD=VALUE, exit statuses."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import Any

from cwire import errors
from cwire.bridge.base import link_of
from cwire.bridge.connect import HISTORY_BYTES, ConnectOptions
from cwire.bridge.sync import Bridge, open_bridge
from cwire.data.frame_array import Record
from cwire.session.changes import Change, left_out
from cwire.session.drivers import usable_schema
from cwire_structs.schema import Message
from cwire_structs.schema.decode import to_dict
from cwire_structs.schema.getters import find_getter
from cwire_structs.schema.paths import PathError, find_path

__all__ = [
    "EXIT_STATUS",
    "Sent",
    "add_relay_arguments",
    "connect_once",
    "exit_status",
    "note",
    "parse_field",
    "report_errors",
    "seconds",
    "send",
]

EXIT_STATUS = """exit status:
  0  success              5  the driver is down or unknown
  1  another error        6  an unknown name, or a value that does not fit
  2  wrong arguments      7  the driver refused the command, or the action failed
  3  no relay             8  nothing came in time
  4  wrong token
"""
_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (errors.InvalidArgument, 2),
    (errors.Unauthorized, 4),
    (errors.NotConnected, 3),
    (errors.UnknownAction, 6),
    (errors.InvalidData, 6),
    (errors.ActionTimeout, 8),
    (errors.ActionError, 7),
    (errors.DriverDown, 5),
    (errors.UnknownDriver, 5),
    (errors.InvalidCommand, 6),
    (errors.UnknownMessage, 6),
    (errors.UnknownField, 6),
    (errors.Ambiguous, 6),
    (errors.CommandTimeout, 8),
    (errors.WaitTimeout, 8),
    (errors.CommandError, 7),
    (errors.CwireError, 1),
)


def exit_status(error: errors.CwireError) -> int:
    """The exit status that stands for an error."""
    return next(status for kind, status in _STATUSES if isinstance(error, kind))


def report_errors(program: str, run: Callable[[], None]) -> int:
    """Runs a tool; returns its exit status, with a line on stderr for what went wrong."""
    try:
        run()
    except errors.CwireError as error:
        text = str(error)
        if isinstance(error, errors.Ambiguous):  # its remedy is for Python
            text = f"{error.reason}: use --driver {error.drivers[0]}"
        print(f"{program}: {text}", file=sys.stderr)
        return exit_status(error)
    except KeyboardInterrupt:
        return 130
    return 0


def add_relay_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that name the relay and the timeout."""
    parser.add_argument(
        "--relay",
        "--url",
        dest="relay",
        metavar="PID|ADDRESS",
        help="a relay's process id, socket, URL or link; unix://PATH of a driver's socket: without "
        "a relay; default: this account's relay (of several the newest that serves the driver), no "
        "token needed",
    )
    parser.add_argument("--token", help="what the relay printed after #token=")
    parser.add_argument(
        "--timeout", metavar="S", type=seconds, default=5.0, help="for each wait; default: 5"
    )


def connect_once(
    program: str,
    arguments: argparse.Namespace,
    *,
    message: str | None = None,
    subscribe: str | None = None,
    history_bytes: int = HISTORY_BYTES,
    reconnect: bool = False,
) -> Bridge:
    """Connects as `add_relay_arguments` was answered.

    Where several relays run that differ, a line on stderr says which was taken.

    Args:
        program: What the user has called.
        arguments: Also with `driver`.
        message: What is to be looked at: of several relays one that has it is taken.
        subscribe: As for `connect`.
        history_bytes: As for `connect`.
        reconnect: As for `connect`.
    """
    options = ConnectOptions(
        url=arguments.relay,
        token=arguments.token,
        subscribe=subscribe,
        history_bytes=history_bytes,
        timeout=arguments.timeout,
        window=None,
        reconnect=reconnect,
        driver=arguments.driver,
    )
    bridge, choice = open_bridge(options)
    told = choice.note("choose with --driver NAME or --relay PID")
    if message is not None and not _has(bridge, message):
        for one in choice.found[1:]:
            other, _ = open_bridge(replace(options, url=one.name))
            if _has(other, message):
                bridge.close()
                bridge, told = other, f"{message} is of relay {one.pid} ({one.driver_names})"
                break
            other.close()
    if told:
        note(program, told)
    return bridge


def _has(bridge: Bridge, message: str) -> bool:
    """Whether a driver has a message of this name."""
    schemas = (driver.schema for driver in bridge.drivers.values())
    return any(message in schema.messages for schema in schemas if schema is not None)


def note(program: str, text: str) -> None:
    """Says on stderr what the user should know; nothing is wrong with the command."""
    print(f"{program}: {text}", file=sys.stderr, flush=True)


def seconds(text: str) -> float:
    """Reads a number of seconds of the command line."""
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not 1e-3 <= number <= 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return number


@dataclass(frozen=True)
class Sent:
    """A command that was answered.

    Attributes:
        message: The command.
        driver: Whom it was sent to.
        fields: All fields as they were sent, as plain values.
        defaults: Those that were left out and set to their default, else to zero.
        kept: Those that were left out and kept what the driver had.
        getter: What has told that, or could.
        reply: The answer; None: a plain OK.
    """

    message: Message
    driver: str
    fields: dict[str, Any]
    defaults: Sequence[str]
    kept: Sequence[str]
    getter: str | None
    reply: Record | None

    def __str__(self) -> str:
        return f"{self.message.name} -> {'OK' if self.reply is None else self.reply}"


def send(
    bridge: Bridge,
    driver: str | None,
    command: str,
    words: Sequence[str],
    timeout: float,
    *,
    keep: bool = False,
) -> Sent:
    """Sends a command with ``FIELD=VALUE`` words.

    Args:
        bridge: Sends.
        driver: Where several have the command.
        command: Its name.
        words: The fields.
        timeout: Seconds for each answer.
        keep: Whether fields that are left out keep what the driver has.

    Raises:
        CwireError: As `Bridge.command` and `Bridge.change`.
    """
    for word in words:  # wrong arguments, whatever the relay has
        _split(word)
    owner, message = link_of(bridge).lookup.command(command, driver)
    given = dict(parse_field(message, word) for word in words)
    fields, kept = given, list[str]()
    if keep:
        change = Change.of(owner, message, given)
        getter: str | None = change.getter.command
        present = bridge.command(owner.name, change.getter.command, change.request, timeout)
        fields, kept = change.fields(present), change.left_out
    else:
        found = find_getter(usable_schema(owner), message)
        getter = found.command if found else None
    reply = bridge.command(owner.name, command, fields, timeout)
    data = message.encode(fields)
    sent = to_dict(message.struct, data, len(data))
    defaults = [name for name in left_out(message, given) if name not in kept]
    return Sent(message, owner.name, sent, defaults, kept, getter, reply)


def parse_field(message: Message, word: str) -> tuple[str, object]:
    """Reads ``FIELD=VALUE``: the value of a text as text or bytes, else as JSON if it is that.

    Raises:
        InvalidArgument: It is not of this form, or its list or its bytes are not.
    """
    name, text = _split(word)
    form = ""
    try:
        kind = find_path(message.struct, name).placed().type
        form = kind.form
        if kind.element.is_text:
            return name, kind.parse(text)
    except PathError:
        pass  # encoding it says what there is
    except ValueError as error:
        raise errors.InvalidArgument(f"{name}: {error}") from None
    try:
        return name, json.loads(text)
    except (ValueError, RecursionError):
        if form == "list" and "," in text:
            raise errors.InvalidArgument(
                f"{name} is a list: write it in brackets, '{name}=[{text}]'"
            ) from None
        return name, text


def _split(word: str) -> tuple[str, str]:
    name, equals, text = word.partition("=")
    if not equals:
        raise errors.InvalidArgument(f"{word!r}: write fields as FIELD=VALUE")
    return name, text
