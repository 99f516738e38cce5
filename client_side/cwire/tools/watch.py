"""`cwire watch`: shows the relay's statistics live in the terminal."""

from __future__ import annotations

import argparse
import os
import select
import sys
import termios
import time
import tty
from dataclasses import dataclass
from typing import Any, Self

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cwire import errors
from cwire.bridge.base import link_of
from cwire.bridge.sync import Bridge
from cwire.data.frame_array import FrameArray, Record
from cwire.tools import terminal
from cwire.tools.tables import Cell, make_console, plain, table

__all__ = ["Round", "register", "run", "view"]

_MESSAGES = ("relay_status", "relay_driver", "relay_message", "relay_client")
_HISTORY_BYTES = 4 << 20  # of each: rounds of thousands of clients
_ROWS = 1 << 20
_LOOK_SECONDS = 0.1
_FEW_CLIENTS = 12  # that are shown
_STATE_STYLES = {"UP": "green", "STALE": "yellow", "DOWN": "red"}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `watch` to the `cwire` command."""
    parser = subparsers.add_parser(
        "watch",
        help="show rates, queues and losses live",
        description="Shows what the relay says of itself, its drivers, their messages and its "
        "clients, once a second. q or Ctrl-C ends it.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--once", action="store_true", help="print it once; so it is if the output is no terminal"
    )
    parser.add_argument(
        "--driver", metavar="NAME", help="of several relays, the one of this driver"
    )
    terminal.add_relay_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire watch`; returns the exit status."""

    def watch() -> None:
        console = make_console()
        with terminal.connect_once(
            "cwire watch", arguments, history_bytes=_HISTORY_BYTES
        ) as bridge:
            _subscribe(bridge)
            bridge.latest("relay_status", 1, driver="relay", timeout=arguments.timeout)
            if arguments.once or not console.is_terminal:
                console.print(view(_round(bridge, _status(bridge))))
                return
            with _Keys() as keys, Live(console=console, screen=True, auto_refresh=False) as live:
                shown = None
                while not keys.quit(_LOOK_SECONDS):
                    if not bridge.connected:
                        raise errors.NotConnected(link_of(bridge).unconnected)
                    status = _status(bridge)
                    if shown != status.sequence:
                        shown = status.sequence
                        live.update(view(_round(bridge, status)), refresh=True)

    status = terminal.report_errors("cwire watch", watch)
    return 0 if status == 130 else status  # Ctrl-C is how one ends it


def _subscribe(bridge: Bridge) -> None:
    relay = bridge.drivers.get("relay")
    if relay is None or not relay.is_relay:
        raise errors.UnknownDriver(
            "this relay publishes no statistics: it is older than this client; install the same "
            "cwire version on both sides and restart it"
        )
    # One subscription for all, so that a round comes whole.
    bridge.subscribe(*_MESSAGES, driver="relay")


@dataclass(frozen=True)
class Round:
    """The relay's statistics of one moment."""

    place: str
    """Of the relay: ``at ADDRESS``, or in this process."""
    client: int | None
    """The number of this client itself."""
    status: Record
    drivers: list[Record]
    messages: list[Record]
    clients: list[Record]


def _status(bridge: Bridge) -> Record:
    """The end of the last round."""
    return next(iter(bridge.latest("relay_status", 1, driver="relay")))


def _round(bridge: Bridge, status: Record) -> Round:
    """The round that this status ends: all its frames have the same time stamp."""

    def of(message: str) -> list[Record]:
        rows = bridge.latest(message, _ROWS, driver="relay")
        assert isinstance(rows, FrameArray)
        return list(rows[rows.time == status.time])

    link = link_of(bridge)
    drivers, messages, clients = map(of, _MESSAGES[1:])
    return Round(link.address.place, link.session.client, status, drivers, messages, clients)


def view(now: Round) -> Group:
    """The whole screen of a round."""
    names = {driver["source"]: driver["name"] for driver in now.drivers}
    gap = Text()
    tables = (_drivers(now.drivers), _messages(now.messages, names), _clients(now))
    return Group(_relay(now), *(part for made in tables for part in (gap, made)))


def _relay(now: Round) -> Text:
    status = now.status
    waits = status["queue_bytes"] / 1e6
    return plain(
        f"relay {now.place}, up {_duration(status['uptime'])}: "
        f"{status['drivers_up']} of {status['drivers']} drivers up, clients: {status['clients']}, "
        f"{status['frame_rate']:,.0f} frames/s, {status['byte_rate'] / 1e6:,.2f} MB/s in, "
        f"{status['sent_byte_rate'] / 1e6:,.2f} MB/s out, {waits:,.2f} MB wait, "
        f"loop lag {status['loop_lag'] * 1e3:.1f} ms"
    )


_COUNTS = ("frames/s", "MB/s", "frames", "lost/s", "lost", "dropped/s", "dropped")


def _counts(row: Record) -> tuple[Cell, ...]:
    return (
        f"{row['frame_rate']:,.1f}",
        f"{row['byte_rate'] / 1e6:,.2f}",
        f"{row['frames']:,}",
        _bad(row["lost_rate"], ".1f"),
        _bad(row["lost"]),
        _bad(row["dropped_rate"], ".1f"),
        _bad(row["dropped"]),
    )


def _drivers(rows: list[Record]) -> Table:
    return table(
        "Drivers",
        ("driver", "state", *_COUNTS, "commands", "pending"),
        [
            (
                row["name"],
                _state(row["state"].name),
                *_counts(row),
                f"{row['commands']:,}",
                f"{row['pending']:,}",
            )
            for row in rows
        ],
        right=range(2, 11),
    )


def _messages(rows: list[Record], names: dict[int, str]) -> Table:
    return table(
        "Messages",
        ("driver", "message", *_COUNTS),
        [(names.get(row["source"], "?"), row["name"], *_counts(row)) for row in rows],
        right=range(2, 9),
    )


def _clients(now: Round) -> Table:
    # Those in trouble first.
    rows = sorted(
        now.clients,
        key=lambda row: (row["dropped_rate"], row["queue_bytes"], row["dropped"]),
        reverse=True,
    )
    more = f", {_FEW_CLIENTS} of {len(rows)}" if len(rows) > _FEW_CLIENTS else ""
    return table(
        f"Clients{more}",
        ("client", "subscriptions", "MB/s", "MB", "kB wait", "dropped/s", "dropped", ""),
        [
            (
                str(row["id"]),
                str(row["subscriptions"]),
                f"{row['sent_byte_rate'] / 1e6:,.2f}",
                f"{row['sent_bytes'] / 1e6:,.1f}",
                f"{row['queue_bytes'] / 1e3:,.1f}",
                _bad(row["dropped_rate"], ".1f"),
                _bad(row["dropped"]),
                "this one" if row["id"] == now.client else "",
            )
            for row in rows[:_FEW_CLIENTS]
        ],
        right=range(7),
    )


def _state(name: str | None) -> Text:
    return plain((name or "?").lower(), _STATE_STYLES.get(name or "", ""))


def _bad(value: float, form: str = "") -> Text:
    """A number that should be 0."""
    return plain(format(value, "," + form), "bold red" if value else "")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


class _Keys:
    """Whether q was pressed: keys come one by one and are not shown, while this is entered."""

    def __init__(self) -> None:
        self._saved: list[Any] | None = None

    def __enter__(self) -> Self:
        if sys.stdin.isatty():
            self._saved = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return self

    def __exit__(self, *error: object) -> None:
        if self._saved is not None:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._saved)

    def quit(self, seconds: float) -> bool:
        """Waits for so long, or until a key; True if that was q."""
        if self._saved is None:
            time.sleep(seconds)
            return False
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        return bool(ready) and os.read(sys.stdin.fileno(), 64).lower().startswith(b"q")
