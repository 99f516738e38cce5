"""`cwire demo`, which is what `make run` runs: the demo driver, a relay and JupyterLab together."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path

from cwire_server.launch.lab_settings import write_lab_settings
from cwire_server.launch.links import accepts, free_port, wants_browser
from cwire_server.launch.part import LaunchError, Part
from cwire_server.launch.relay import relay_part, wait_for_relay
from cwire_server.launch.runner import Runner, launch
from cwire_server.launch.tour import copy_tour
from cwire_server.run import add_browser_argument
from cwire_structs.runtime import DEFAULT_PORT, RuntimeDirError, runtime_dir

__all__ = ["main", "register", "run"]

_JUPYTER_PORT = 8888


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `demo` to the `cwire` command."""
    parser = subparsers.add_parser(
        "demo", help="run the demo driver, a relay and JupyterLab", description=__doc__
    )
    add_arguments(parser)
    parser.set_defaults(run=run)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the demo's options to a parser."""
    parser.add_argument(
        "--root",
        type=Path,
        metavar="DIR",
        help="a checkout of cwire (default: the current directory, or where cwire was installed "
        "from)",
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
        root = _checkout(arguments.root)
        driver = root / "c_driver" / "driver"
        if not driver.exists():
            raise LaunchError(f"{driver} is not built: make -C {driver.parent}")
        browser = not arguments.no_browser and wants_browser(os.environ)
        sock = runtime_dir() / "demo.sock"
        launch("cwire demo", sock, lambda it: _start(it, root, arguments), browser=browser)
    except (LaunchError, RuntimeDirError) as error:
        print(f"cwire demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before anything runs
        return 130
    return 0


_FIRST = "01_quickstart.ipynb"
_PARTS = ("c_driver/Makefile", "server_side/server_main.py", f"notebooks/{_FIRST}")


def _checkout(given: Path | None) -> Path:
    """The folder with the demo's parts, which are in no wheel.

    Args:
        given: What the user says that it is; None: to be found.

    Raises:
        LaunchError: It is not there, or lacks a part.
    """
    # An installation that can be edited has its package in the checkout.
    around = [Path.cwd(), Path(__file__).resolve().parents[2]] if given is None else [given]
    for root in around:
        missing = [part for part in _PARTS if not (root / part).is_file()]
        if not missing:
            return root.absolute()
    if given is None:
        raise LaunchError(
            f"{around[0]} is no checkout of cwire, and this cwire was not installed from one: the "
            "demo's driver and notebooks are in the source only; clone it and run `make run` there"
        )
    raise LaunchError(f"{given} is no checkout of cwire: it has no {missing[0]}")


async def _start(runner: Runner, root: Path, arguments: argparse.Namespace) -> None:
    """Starts the driver, the relay, whose page moves at once, and JupyterLab."""
    sock = runtime_dir() / "demo.sock"
    driver = root / "c_driver" / "driver"
    await runner.driver(Part("driver", str(driver), "--socket", str(sock), forward=runner.tell))
    relay, pages = relay_part(f"demo={sock}", arguments.port, runner.tell)
    await runner.part(relay, lambda: wait_for_relay(relay))
    runner.link("pages", pages)
    copies = copy_tour(root / "notebooks", root / "work")
    port, token = free_port(arguments.jupyter_port), secrets.token_hex(24)
    lab = Part(
        "JupyterLab",
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"),
        "--ServerApp.port_retries=0",
        f"--LabApp.app_settings_dir={write_lab_settings(root / 'work')}",
        f"--ServerApp.root_dir={root / 'work'}",
        *(["--allow-root"] if os.geteuid() == 0 else []),
        environment={"JUPYTER_TOKEN": token},
    )
    await runner.part(lab, lambda: accepts(port))
    notebook = copies[_FIRST].name
    runner.link("notebook", f"http://127.0.0.1:{port}/lab/tree/{notebook}?token={token}")
    runner.complete()


def main() -> int:
    """The command line of `python -m cwire_server.demo`."""
    parser = argparse.ArgumentParser(prog="cwire demo", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
