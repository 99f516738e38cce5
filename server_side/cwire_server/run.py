"""`cwire run`, which is what `make run` runs in a folder of `cwire new`: a driver and its relay."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from cwire_server.launch.links import wants_browser
from cwire_server.launch.part import LaunchError, Part
from cwire_server.launch.relay import relay_part, wait_for_relay
from cwire_server.launch.runner import Runner, launch
from cwire_structs.runtime import RuntimeDirError, runtime_dir

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `run` to the `cwire` command."""
    parser = subparsers.add_parser(
        "run",
        help="run a driver and a relay for it",
        description="Runs a driver's program and a relay for it until Ctrl-C, and opens the "
        "relay's page. A driver that ends is started again on demand; where it runs already, its "
        "links are printed.",
    )
    parser.add_argument(
        "--driver",
        metavar="NAME",
        help="the driver's name, and of its socket (default: the program's)",
    )
    parser.add_argument(
        "--port", type=int, default=0, help="the relay's port (default: a free one)"
    )
    add_browser_argument(parser)
    parser.add_argument("program", metavar="PROGRAM", help="the driver")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="ARGUMENT", help="its arguments"
    )
    parser.set_defaults(run=run)


def add_browser_argument(parser: argparse.ArgumentParser) -> None:
    """Adds `--no-browser`."""
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="open no browser; nor is one opened where CWIRE_NO_BROWSER is set or there is no "
        "display",
    )


def run(arguments: argparse.Namespace) -> int:
    """Runs both until they are told to end; returns the exit status."""
    name = arguments.driver or Path(arguments.program).stem
    program = shutil.which(arguments.program) or arguments.program

    async def start(runner: Runner) -> None:
        relay, link = relay_part(name, arguments.port, runner.tell)
        driver = Part(name, program, *arguments.arguments, forward=runner.tell)
        await runner.driver(driver)
        await runner.part(relay, lambda: wait_for_relay(relay))
        runner.link("pages", link)
        runner.complete()

    try:
        browser = not arguments.no_browser and wants_browser(os.environ)
        launch("cwire run", runtime_dir() / f"{name}.sock", start, browser=browser)
    except (LaunchError, RuntimeDirError) as error:
        print(f"cwire run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
