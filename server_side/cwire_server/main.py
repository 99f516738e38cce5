"""`cwire serve`, the same as `python server_side/server_main.py`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from cwire_server.app import Relay
from cwire_server.config import ConfigError, DriverAddress, RelayConfig
from cwire_structs.runtime import DEFAULT_PORT, RuntimeDirError

__all__ = ["add_arguments", "main", "register", "run"]

_DESCRIPTION = "Relays between C drivers and WebSocket clients. Stop it with Ctrl-C."
_SWITCH_SECONDS = 5e-4

_SEVERAL = (
    "clients that name neither a driver (--driver NAME, connect(driver=…)) nor a relay "
    "(--relay PID, connect(…)) take this one, the newest; Ctrl-C stops it"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the relay's options to a parser."""
    parser.add_argument(
        "--driver",
        action="append",
        default=[],
        metavar="NAME[=PATH]",
        help="a driver's name and its Unix socket (default: NAME.sock in the runtime directory, "
        "where a driver of that name listens); may be given several times; without any, demo",
    )
    parser.add_argument("--host", default="127.0.0.1", help="loopback address (default 127.0.0.1)")
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help=f"TCP port; 0 picks a free one (default {DEFAULT_PORT})",
    )
    parser.add_argument(
        "--token",
        default=os.environ.get("CWIRE_TOKEN"),
        help="token that TCP clients need (default: $CWIRE_TOKEN, else a fresh one)",
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let pages of this origin connect, such as http://localhost:8888 (they need the "
        "token too)",
    )
    parser.add_argument(
        "--no-ring",
        action="store_true",
        help="read drivers by their sockets instead of their shared memory",
    )
    parser.add_argument(
        "--pages",
        type=Path,
        metavar="DIR",
        help="serve the files of this folder as pages of your own, at /pages/",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="log every client")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `serve` to the `cwire` command."""
    parser = subparsers.add_parser("serve", help="run the relay", description=_DESCRIPTION)
    add_arguments(parser)
    parser.set_defaults(run=run)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of server_main.py; returns the exit status."""
    parser = argparse.ArgumentParser(prog="server_main.py", description=_DESCRIPTION)
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def run(arguments: argparse.Namespace) -> int:
    """Runs a relay until SIGINT or SIGTERM; returns the exit status."""
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(name)s: %(message)s",
        datefmt="%H:%M:%S",
        stream=sys.stderr,
    )
    # One line per client or request is for those who ask for it.
    quiet = logging.INFO if arguments.verbose else logging.WARNING
    logging.getLogger("cwire.client").setLevel(quiet)
    logging.getLogger("tornado.access").setLevel(quiet)
    _allow_many_clients()
    try:
        asyncio.run(_serve(_config(arguments)))
    except (ConfigError, RuntimeDirError) as error:
        print(f"cwire serve: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before the signal handler was there
        return 130
    return 0


def _allow_many_clients() -> None:
    """Raises this process's soft limit of open files to what it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _config(arguments: argparse.Namespace) -> RelayConfig:
    drivers = tuple(DriverAddress.named(text) for text in arguments.driver or ["demo"])
    given = {} if arguments.token is None else {"token": arguments.token}
    return RelayConfig(
        drivers=drivers,
        host=arguments.host,
        port=arguments.port,
        allowed_origins=frozenset(arguments.allow_origin),
        ring=not arguments.no_ring,
        pages=arguments.pages,
        **given,
    )


async def _serve(config: RelayConfig) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    relay = Relay(config)
    try:
        await relay.start()
        # All objects so far stay: the collector, which needs 25 ms for them, need not look at them.
        gc.collect()
        gc.freeze()
        # A thread that reads a large schema shall not keep the event loop waiting for 5 ms.
        sys.setswitchinterval(_SWITCH_SECONDS)
        print(f"cwire relay: {relay.link}", flush=True)
        for link in relay.own_links():
            print(f"  page: {link}", flush=True)
        for driver in config.drivers:
            print(f"  driver {driver.name}: {driver.path}", flush=True)
        if others := relay.others():
            for other in others:
                print(f"also runs: {other}", flush=True)
            print(_SEVERAL, flush=True)
        await stop.wait()
    finally:
        await relay.stop()
