"""`cwire serve`, the same as `python server_side/server_main.py`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cwire_server import serving
from cwire_server.app import Relay
from cwire_server.config import (
    ACTIONS_PORT,
    ConfigError,
    RelayConfig,
    account,
    driver_addresses,
    seconds,
    size,
)
from cwire_server.server import Server
from cwire_server.workers.api import ApiError
from cwire_server.workers.loading import load_api
from cwire_structs.runtime import DEFAULT_PORT, RuntimeDirError, runtime_dir

__all__ = ["add_arguments", "main", "register", "run"]

_DESCRIPTION = "Relays between C drivers and WebSocket clients. Stop it with Ctrl-C."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the relay's options to a parser."""
    parser.add_argument(
        "--driver",
        action="append",
        default=[],
        metavar="NAME[=PLACE]",
        help="a driver's name and where it is: the path of its Unix socket (default: NAME.sock in "
        "the runtime directory, where a driver of that name listens), tcp://HOST:PORT or "
        "serial:PATH?baud=RATE; may be given several times; without any, and without --actions, "
        "all that listen in the runtime directory, also those that come later",
    )
    parser.add_argument(
        "--schema",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="the schema of a microcontroller that says only its hash: the NAME.schema.json that "
        "`cwire wrap` has made with what it was built with; may be given several times",
    )
    parser.add_argument(
        "--allow-uid",
        action="append",
        default=[],
        metavar="UID",
        help="take drivers of this account, too, which is then trusted like your own (a name or a "
        "number; default: only drivers of this account and of root)",
    )
    parser.add_argument(
        "--actions",
        metavar="MODULE[:API]",
        help="let clients call Python functions: a dict of them, a list, or a "
        "cwire_server.Server, that this module has under this name; without a name, the "
        "functions with @cwire_server.action ($CWIRE_OWNER_TOKEN: who may end the relay)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="loopback address (default 127.0.0.1)")
    parser.add_argument(
        "--port",
        type=int,
        help=f"TCP port; 0 picks a free one (default {DEFAULT_PORT}; {ACTIONS_PORT} with actions "
        "and no driver)",
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
    parser.add_argument(
        "--history-disk",
        metavar="TIME",
        help="keep all that comes for so long on disk, such as 10min, for clients that ask for it "
        "later (default: no)",
    )
    parser.add_argument(
        "--history-disk-bytes",
        default="2GiB",
        metavar="SIZE",
        help="and no more than so much (default 2GiB)",
    )
    parser.add_argument(
        "--history-folder",
        type=Path,
        metavar="DIR",
        help="in this folder, in files without a name (default: /var/tmp)",
    )
    parser.add_argument(
        "--foxglove",
        action="store_true",
        help="serve viewers that speak Foxglove's WebSocket protocol, too; prints their address",
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
    serving.allow_many_clients()
    try:
        serving.run(Relay(_config(arguments)))
    except (ApiError, ConfigError, RuntimeDirError) as error:
        print(f"cwire serve: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before the signal handler was there
        return 130
    return 0


def _config(arguments: argparse.Namespace) -> RelayConfig:
    api: Any = None if arguments.actions is None else load_api(arguments.actions)
    processes: Mapping[str, Any] = {}
    if isinstance(api, Server):
        api, processes = api.api, api.processes
    uids = frozenset(account(text) for text in arguments.allow_uid)
    if uids and not arguments.driver:
        raise ConfigError(
            "--allow-uid is for drivers that are named: only those of this account are found; "
            "add --driver NAME=PATH"
        )
    drivers = driver_addresses(arguments.driver, arguments.schema, uids)
    watches = None if drivers or api is not None else runtime_dir()
    given = {} if arguments.token is None else {"token": arguments.token}
    port = arguments.port
    if port is None:
        port = ACTIONS_PORT if api is not None and not drivers else DEFAULT_PORT
    return RelayConfig(
        drivers=drivers,
        host=arguments.host,
        port=port,
        watches=watches,
        allowed_origins=frozenset(arguments.allow_origin),
        ring=not arguments.no_ring,
        pages=arguments.pages,
        foxglove=arguments.foxglove,
        api=api,
        processes=processes,
        owner=os.environ.get("CWIRE_OWNER_TOKEN", ""),
        history_disk=None if arguments.history_disk is None else seconds(arguments.history_disk),
        history_disk_bytes=size(arguments.history_disk_bytes),
        history_folder=arguments.history_folder,
        **given,
    )
