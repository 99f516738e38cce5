"""`cwire list`: the messages and commands of all drivers, a line each."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

from cwire.session.drivers import Driver
from cwire.tools import terminal
from cwire.view.text import text_table
from cwire_structs.schema import Message

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `list` to the `cwire` command."""
    parser = subparsers.add_parser(
        "list",
        help="list the messages and commands of all drivers",
        description="Lists messages and commands, a line each: driver, name, kind, bytes, comment. "
        "A driver that was never up has a line that says so.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="as a list of objects")
    parser.add_argument("--driver", metavar="NAME", help="this one only")
    terminal.add_relay_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire list`; returns the exit status."""

    def show() -> None:
        with terminal.connect_once("cwire list", arguments) as bridge:
            name = arguments.driver
            drivers = [bridge[name].driver] if name else [*bridge.drivers.values()]
            drivers = [replace(one) for one in drivers]  # as they are now, not when it is closed
        if arguments.json:
            print(json.dumps([_object(*one) for one in _messages(drivers)]))
            return
        rows = [
            (driver.name, one.name, _kind(one), str(one.size), _first(one.doc))
            for driver, one in _messages(drivers)
        ]
        rows += [
            (one.name, "", one.state, "", one.reason or one.problem)
            for one in drivers
            if one.schema is None
        ]
        print(text_table(("driver", "message", "kind", "bytes", ""), rows, [3]))

    return terminal.report_errors("cwire list", show)


def _messages(drivers: list[Driver]) -> list[tuple[Driver, Message]]:
    return [
        (driver, one)
        for driver in drivers
        if driver.schema is not None
        for one in driver.schema.messages.values()
    ]


def _kind(message: Message) -> str:
    return "command" if message.command else "message"


def _first(doc: str) -> str:
    """The first sentence of a comment, as far as it can be printed on a line."""
    text = "".join(letter if letter.isprintable() else " " for letter in doc)
    return text.partition(". ")[0]


def _object(driver: Driver, message: Message) -> dict[str, object]:
    return {
        "driver": driver.name,
        "state": driver.state,
        "message": message.name,
        "id": message.id,
        "kind": _kind(message),
        "bytes": message.size,
        "tail": message.tail is not None,
        "reply": message.reply,
        "doc": message.doc,
    }
