"""`cwire recover`: completes a recorded file whose program was killed."""

from __future__ import annotations

import argparse
from pathlib import Path

from cwire.recording.recovery import recover
from cwire.tools import terminal

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `recover` to the `cwire` command."""
    parser = subparsers.add_parser(
        "recover",
        help="complete a recorded file whose program was killed",
        description="Adds to an MCAP file what readers need to find everything, and cuts off what "
        "is not whole at its end. cwire.open() and `cwire replay` read such a file as it is; "
        "others need this.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="a new file for the "
                        "result; default: the same one")  # fmt: skip
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire recover`; returns the exit status."""
    return terminal.report_errors(
        "cwire recover", lambda: print(recover(arguments.file, arguments.output))
    )
