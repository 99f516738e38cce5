"""`cwire desktop`: shows the relay's pages in a window of their own."""

from __future__ import annotations

import argparse

from cwire.desktop.backend import Backend
from cwire.desktop.display import check_display
from cwire.desktop.window import show
from cwire.tools import terminal

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `desktop` to the `cwire` command."""
    parser = subparsers.add_parser(
        "desktop",
        help="show the pages in a window",
        description="Shows the relay's pages in a window of their own. Where no relay runs, it "
        "starts one for the drivers that listen here, or for a demo driver, and ends what it "
        "started with the last window.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--page",
        action="append",
        metavar="NAME",
        help="scope, viewer, loader, or pages/FILE of a relay with --pages; may be given several "
        "times, a window each; default: the overview",
    )
    parser.add_argument("--driver", metavar="NAME", help="a driver that the relay must serve")
    terminal.add_relay_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire desktop`; returns the exit status."""

    def desktop() -> None:
        check_display()
        with Backend(
            arguments.relay, arguments.token, arguments.driver, arguments.timeout
        ) as backend:
            links = [backend.link(page) for page in arguments.page or [""]]
            for one in backend.started:
                print(f"started {one}", flush=True)
            print(f"window at {backend.origin}: what was started ends with it", flush=True)
            show(links)

    return terminal.report_errors("cwire desktop", desktop)
