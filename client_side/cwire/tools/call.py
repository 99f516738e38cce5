"""`cwire call`: calls an action of the relay and prints its results, with a status for scripts.

cwire call events.create name=x level=3
"""

from __future__ import annotations

import argparse
import json

import numpy as np

from cwire import errors
from cwire.tools import terminal

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `call` to the `cwire` command."""
    parser = subparsers.add_parser(
        "call",
        help="call a Python function of the relay and print its results",
        description="Calls an action: a Python function that runs beside the relay (`cwire serve "
        "--actions`). Prints each result as it comes, then what the function has returned, as "
        "JSON where that is possible. Without a name it lists the actions.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", metavar="NAME", nargs="?")
    parser.add_argument(
        "fields",
        nargs="*",
        default=[],
        metavar="FIELD=VALUE",
        help="an argument: as JSON if it is that (3, true, '[1, 2]', '\"3\"'), else a text",
    )
    parser.add_argument(
        "--driver", metavar="NAME", help="of several relays, the one that serves it"
    )
    terminal.add_relay_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire call`; returns the exit status."""

    def call() -> None:
        fields = dict(_field(word) for word in arguments.fields)
        with terminal.connect_once("cwire call", arguments) as bridge:
            if arguments.action is None:
                print(bridge.call)
                return
            with bridge.call[arguments.action].stream(**fields) as stream:
                last = None
                for last in stream:
                    print(_shown(last), flush=True)
                if stream.returned is not None and stream.returned is not last:
                    print(_shown(stream.returned), flush=True)

    return terminal.report_errors("cwire call", call)


def _field(word: str) -> tuple[str, object]:
    name, equals, text = word.partition("=")
    if not equals or not name:
        raise errors.InvalidArgument(f"{word!r}: write arguments as FIELD=VALUE")
    try:
        return name, json.loads(text)
    except (ValueError, RecursionError):
        return name, text


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, default=_listed, ensure_ascii=False)


def _listed(value: object) -> object:
    """What JSON does not know, as text; an array as lists of what it has."""
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind != "c":
        return value.tolist() if value.size <= 1000 else str(value)
    return str(value)
