"""`cwire send`: sends one command and prints the reply, with an exit status for scripts.

cwire send set_waveform frequency=5 shape=SINE
"""

from __future__ import annotations

import argparse

from cwire.tools import terminal

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `send` to the `cwire` command."""
    parser = subparsers.add_parser(
        "send",
        help="send a command and print its reply",
        description="Sends a command to a driver and prints the reply. Fields that are left out "
        "take their default, else zero; `cwire info COMMAND` lists them.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", metavar="COMMAND")
    # With a default it is not among the arguments that argparse calls required.
    parser.add_argument(
        "fields",
        nargs="*",
        default=[],
        metavar="FIELD=VALUE",
        help="a value; a name may be a path: axis[0].speed=3, volts='[1, 2]'; bytes for a text "
        r"that is none: label=\"b'\xff\x00'\"",
    )
    parser.add_argument("--driver", metavar="NAME", help="where several drivers or relays run")
    terminal.add_relay_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire send`; returns the exit status."""

    def send() -> None:
        with terminal.connect_once("cwire send", arguments) as bridge:
            print(
                terminal.send(
                    bridge,
                    arguments.driver,
                    arguments.command,
                    arguments.fields,
                    arguments.timeout,
                )
            )

    return terminal.report_errors("cwire send", send)
