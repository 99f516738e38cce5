"""`cwire info`: shows the relay, its drivers, and their messages with all fields."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from rich.table import Table

from cwire.bridge.base import link_of
from cwire.bridge.sync import Bridge
from cwire.errors import UnknownMessage
from cwire.session.drivers import Driver, unknown_text
from cwire.tools import terminal
from cwire.tools.as_json import as_json
from cwire.tools.tables import fitted_table, make_console, plain, table
from cwire.view.text import field_notes, kind_text
from cwire_structs.schema import Message
from cwire_structs.schema.fields import Field
from cwire_structs.schema.paths import nested_fields

__all__ = ["message_tables", "overview_tables", "register", "run"]

_STATE_STYLES = {"up": "green", "stale": "yellow", "down": "red"}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `info` to the `cwire` command."""
    parser = subparsers.add_parser(
        "info",
        help="show the relay, its drivers and their messages",
        description="Shows the relay, its drivers and their messages, or the fields of one.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("message", nargs="?", metavar="MESSAGE", help="a message or a command")
    parser.add_argument("--json", action="store_true", help="as an object, or a list of them")
    parser.add_argument("--driver", metavar="NAME", help="this one only")
    terminal.add_relay_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire info`; returns the exit status."""

    def show() -> None:
        with terminal.connect_once("cwire info", arguments, message=arguments.message) as bridge:
            drivers = list(bridge.drivers.values())
            if arguments.driver is not None:
                drivers = [bridge[arguments.driver].driver]
            if arguments.json:
                print(json.dumps(_object(bridge, drivers, arguments.message)))
                return
            console = make_console()
            if arguments.message is None:
                console.print(plain(_relay_line(bridge)), end="\n\n")
                shown = overview_tables(drivers)
            else:
                shown = message_tables(drivers, arguments.message, console.width)
            for made in shown:
                console.print(made)
                console.print()

    return terminal.report_errors("cwire info", show)


def _relay_line(bridge: Bridge) -> str:
    link = link_of(bridge)
    session = link.session
    limits = ", ".join(f"{name} {size / 2**20:g} MiB" for name, size in session.limits.items())
    return f"relay {link.address.place} ({session.server}); at most: {limits}"


def overview_tables(drivers: list[Driver]) -> Iterator[Table]:
    """All drivers, and the messages of each one that has ever been up."""
    rows = []
    for driver in drivers:
        schema = driver.schema
        rows.append(
            (
                driver.name,
                str(driver.source),
                plain(driver.state, _STATE_STYLES.get(driver.state, "")),
                "" if schema is None else schema.name,
                "" if schema is None else str(len(schema.published)),
                "" if schema is None else str(len(schema.commands)),
                driver.reason or driver.problem or driver.way,
            )
        )
    head = ("driver", "source", "state", "schema", "messages", "commands", "way, or problem")
    yield table("Drivers", head, rows, right=(1, 4, 5))
    for driver in drivers:
        if driver.schema is None:
            continue
        messages = driver.schema.messages.values()
        yield table(
            f"Messages of {driver.name}",
            ("id", "message", "", ""),
            [(str(one.id), one.name, kind_text(one), one.doc) for one in messages],
            right=(0,),
        )


def message_tables(drivers: list[Driver], name: str, width: int) -> Iterator[Table]:
    """The fields of a message, for each driver that has it, in so many columns.

    Raises:
        UnknownMessage: None has.
    """
    for driver, message in _found(drivers, name):
        yield fitted_table(
            f"{message.name} of {driver.name} ({kind_text(message)}): {message.doc}",
            ("offset", "bytes", "field", "type", "unit, range, default", ""),
            _fields(message),
            right=(0, 1),
            order=(2, 3, 4, 5, 0, 1),
            names=(2, 3),
            prose=(4, 5),
            width=width,
        )


def _fields(message: Message) -> list[tuple[str, ...]]:
    return [
        (str(one.offset), str(one.size), one.name, one.c_type, field_notes(one), one.doc)
        for one in nested_fields(message.struct)
    ]


def _found(drivers: list[Driver], name: str) -> list[tuple[Driver, Message]]:
    known = [(one, one.schema.messages) for one in drivers if one.schema is not None]
    found = [(driver, messages[name]) for driver, messages in known if name in messages]
    if not found:
        names = [one for _, messages in known for one in messages]
        where = f"driver {drivers[0].name!r}" if len(drivers) == 1 else "the relay"
        raise UnknownMessage(unknown_text("message", name, where, names))
    return found


def _object(bridge: Bridge, drivers: list[Driver], message: str | None) -> Any:
    if message is not None:
        return [
            {
                "driver": driver.name,
                "message": one.name,
                "kind": "command" if one.command else "message",
                "bytes": one.size,
                "reply": one.reply,
                "doc": one.doc,
                "fields": [_field(each) for each in nested_fields(one.struct)],
            }
            for driver, one in _found(drivers, message)
        ]
    link = link_of(bridge)
    relay = {
        "place": link.address.place,
        "server": link.session.server,
        "limits": dict(link.session.limits),
    }
    return {"relay": relay, "drivers": [_driver(one) for one in drivers]}


def _driver(driver: Driver) -> dict[str, Any]:
    schema = driver.schema
    return {
        "name": driver.name,
        "source": driver.source,
        "socket": driver.socket,
        "state": driver.state,
        "problem": driver.reason or driver.problem,
        "way": driver.way,
        "schema": None if schema is None else schema.name,
        "messages": [] if schema is None else list(schema.published),
        "commands": [] if schema is None else list(schema.commands),
    }


def _field(field: Field) -> dict[str, Any]:
    kind = field.element
    return {
        "name": field.name,
        "offset": field.offset,
        "bytes": field.size,
        "type": field.c_type,
        "unit": field.unit,
        "range": None if field.range is None else list(field.range),
        "default": as_json(field.default),
        "enum": None if kind.enum is None else dict(kind.enum.values),
        "doc": field.doc,
    }
