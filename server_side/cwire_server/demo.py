"""Runs the demo driver, a relay and JupyterLab together, until Ctrl-C: `cwire demo`.

In a checkout they are the checkout's, and its `make run` is this, too. Elsewhere the package brings
the driver and the notebooks.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from importlib.util import find_spec
from pathlib import Path

from cwire_server.launch.demo_place import Place, find_place, provide_driver
from cwire_server.launch.lab_settings import write_lab_settings
from cwire_server.launch.links import accepts, free_port, wants_browser
from cwire_server.launch.part import LaunchError, Part
from cwire_server.launch.relay import relay_part, wait_for_relay
from cwire_server.launch.runner import Runner, launch
from cwire_server.launch.tour import copy_tour
from cwire_server.run import add_browser_argument
from cwire_structs.runtime import DEFAULT_PORT, RuntimeDirError, runtime_dir

__all__ = ["main", "register", "run"]

_DESCRIPTION = (
    "Runs the demo driver, a relay and JupyterLab together, until Ctrl-C, and opens their links. "
    "JupyterLab is left out where it is not installed."
)
_FIRST = "01_quickstart.ipynb"
_JUPYTER_PORT = 8888


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `demo` to the `cwire` command."""
    parser = subparsers.add_parser(
        "demo", help="run the demo driver, a relay and JupyterLab", description=_DESCRIPTION
    )
    add_arguments(parser)
    parser.set_defaults(run=run)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the demo's options to a parser."""
    parser.add_argument(
        "--root",
        type=Path,
        metavar="DIR",
        help="a checkout of cwire whose driver and notebooks are run (default: the current "
        "directory or that of this cwire, if it is one; else what cwire brings)",
    )
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="the relay's port; 0 picks a free one"
    )
    parser.add_argument(
        "--jupyter-port", type=int, default=_JUPYTER_PORT, help="JupyterLab's port; 0 picks one"
    )
    add_browser_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Runs the demo until SIGINT or SIGTERM; returns the exit status."""
    try:
        browser = not arguments.no_browser and wants_browser(os.environ)
        sock = runtime_dir() / "demo.sock"
        with find_place(arguments.root, lambda text: print(f"cwire demo: {text}")) as place:
            launch("cwire demo", sock, lambda it: _start(it, place, arguments), browser=browser)
    except (LaunchError, RuntimeDirError) as error:
        print(f"cwire demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before anything runs
        return 130
    return 0


async def _start(runner: Runner, place: Place, arguments: argparse.Namespace) -> None:
    """Starts the driver, the relay, whose page moves at once, and JupyterLab."""
    sock = runtime_dir() / "demo.sock"
    relay, pages = relay_part(f"demo={sock}", arguments.port, runner.tell)
    await provide_driver(runner, place)
    driver = Part("driver", str(place.driver), "--socket", str(sock), forward=runner.tell)
    await runner.driver(driver)
    await runner.part(relay, lambda: wait_for_relay(relay))
    runner.link("pages", pages)
    if find_spec("jupyterlab") is None:
        runner.tell(
            "The tour's notebooks want JupyterLab, which is not installed: "
            "pip install 'cwire[notebook]'"
        )
        runner.complete()
        return
    copies = copy_tour(place.notebooks, place.work)
    port, token = free_port(arguments.jupyter_port), secrets.token_hex(24)
    lab = Part(
        "JupyterLab",
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"),
        "--ServerApp.port_retries=0",
        f"--LabApp.app_settings_dir={write_lab_settings(place.work)}",
        f"--ServerApp.root_dir={place.work}",
        *(["--allow-root"] if os.geteuid() == 0 else []),
        environment={"JUPYTER_TOKEN": token},
    )
    await runner.part(lab, lambda: accepts(port))
    notebook = copies[_FIRST].name
    runner.link("notebook", f"http://127.0.0.1:{port}/lab/tree/{notebook}?token={token}")
    runner.complete()


def main() -> int:
    """The command line of `python -m cwire_server.demo`."""
    parser = argparse.ArgumentParser(prog="cwire demo", description=_DESCRIPTION)
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
