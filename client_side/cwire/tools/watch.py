"""`cwire watch`: shows the relay's statistics live in the terminal."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from rich.console import Console, RenderableType
from rich.live import Live
from rich.segment import Segment, SegmentLines

from cwire import errors
from cwire.bridge.alarm import Alarm
from cwire.bridge.base import link_of
from cwire.bridge.sync import Bridge
from cwire.data.frame_array import FrameArray, Record
from cwire.session.drivers import Driver, down_text
from cwire.tools import following, terminal
from cwire.tools.keys import Keys
from cwire.tools.tables import make_console, plain
from cwire.tools.watch_view import Round, alarm_object, as_object, view

__all__ = ["register", "run"]

_MESSAGES = ("relay_status", "relay_driver", "relay_message", "relay_client")
_HISTORY_BYTES = 4 << 20  # of each: rounds of thousands of clients
_ROWS = 1 << 20
_LOOK_SECONDS = 0.1


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `watch` to the `cwire` command."""
    parser = subparsers.add_parser(
        "watch",
        help="show rates, queues and losses live",
        description="Shows what the relay says of itself, its drivers, their messages and its "
        "clients, once a second. Arrows, PgUp, PgDn, Home and End show what is below; q or Ctrl-C "
        "ends it. While the relay is gone it says so, and goes on when it is back.",
        epilog=f"{terminal.EXIT_STATUS}  9  an alarm, with --exit-on-alarm\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--once",
        action="store_true",
        help="print it once; so it is if the output is no terminal, without -n or --json",
    )
    parser.add_argument("-n", metavar="N", type=following.count, help="end after so many rounds")
    parser.add_argument(
        "--json", action="store_true", help="print each round as a JSON object on a line"
    )
    parser.add_argument("--driver", metavar="NAME", help="this one only")
    parser.add_argument(
        "--alarm",
        metavar="EXPR",
        action="append",
        default=[],
        help='show whether this is true, as "driver_status.temperature > 80", and ring the bell '
        "when it becomes so; may be given several times",
    )
    parser.add_argument(
        "--exit-on-alarm", action="store_true", help="end with status 9 when an alarm is true"
    )
    terminal.add_relay_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire watch`; returns the exit status."""
    rung = False

    def watch() -> None:
        nonlocal rung
        console = make_console()
        left = 1 if arguments.once else arguments.n
        live = console.is_terminal and not console.is_dumb_terminal
        if left is None and not (console.is_terminal or arguments.json):
            left = 1
        with terminal.connect_once(
            "cwire watch", arguments, history_bytes=_HISTORY_BYTES, reconnect=left != 1
        ) as bridge:
            _subscribe(bridge)
            bridge.latest("relay_status", 1, driver="relay", timeout=arguments.timeout)
            if arguments.exit_on_alarm and not arguments.alarm:
                raise errors.InvalidArgument("--exit-on-alarm needs an alarm: give --alarm EXPR")
            alarms = [bridge.alarm(one) for one in arguments.alarm]
            watched = _Watched(bridge, arguments.driver, alarms, ends=arguments.exit_on_alarm)
            if arguments.json:
                _print(watched, left, lambda note, now: print(_json(now, alarms), flush=True))
            elif live and left != 1:
                _Screen(console, watched).show(left)
            else:
                _print(watched, left, lambda note, now: _print_block(console, note, now, alarms))
            if rung := watched.ended:
                on = next(one for one in alarms if one.count)
                terminal.note("cwire watch", f"{on.expression}, {on.values}")

    status = terminal.report_errors("cwire watch", watch)
    if rung and not status:
        return 9
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


class _Watched:
    """The newest round, and whether the relay is there.

    Attributes:
        now: The round.
        note: What is to be said of the connection.
        connected: Whether it was there at the last look.
        alarms: What is watched beside it.
    """

    def __init__(
        self, bridge: Bridge, driver: str | None, alarms: Sequence[Alarm], *, ends: bool
    ) -> None:
        self.alarms = alarms
        self._ends = ends
        self._bridge = bridge
        self._driver = driver
        self._gone = 0.0
        self.connected = True
        self.note = ""
        self.now = self._round(_newest(bridge))

    @property
    def ended(self) -> bool:
        """Whether an alarm has come that ends it."""
        return self._ends and any(alarm.count for alarm in self.alarms)

    def look(self) -> bool:
        """Looks for news; returns whether there is a new round."""
        link = link_of(self._bridge)
        if link.closed is not None:
            raise errors.NotConnected(link.closed)
        if not self._bridge.connected:
            if self.connected:
                self.connected, self._gone = False, time.monotonic()
            seconds = time.monotonic() - self._gone
            self.note = f"The relay is gone for {seconds:.0f} s; trying to reach it again."
            return False
        status = _newest(self._bridge)
        if status is None or status.time == self.now.status.time:
            return False
        self.now = self._round(status)
        if not self.connected:
            self.connected = True
            seconds = time.monotonic() - self._gone
            self.note = f"The relay was gone for {seconds:.0f} s, until {datetime.now():%H:%M:%S}."
        return True

    def _round(self, status: Record | None) -> Round:
        """The round that this status ends: all its frames have the same time stamp."""
        assert status is not None
        link = link_of(self._bridge)
        drivers, messages, clients = (self._rows(name, status) for name in _MESSAGES[1:])
        if self._driver is not None:
            drivers = [row for row in drivers if row["name"] == self._driver]
            sources = {row["source"] for row in drivers}
            messages = [row for row in messages if row["source"] in sources]
        shown = {row["name"] for row in drivers}
        problems = {
            name: text
            for name, driver in self._bridge.drivers.items()
            if name in shown and (text := _problem(driver))
        }
        client = link.session.client
        return Round(link.address.place, client, status, drivers, messages, clients, problems)

    def _rows(self, message: str, status: Record) -> list[Record]:
        rows = self._bridge.latest(message, _ROWS, driver="relay")
        assert isinstance(rows, FrameArray)
        return list(rows[rows.time == status.time])


def _newest(bridge: Bridge) -> Record | None:
    """The end of the last round; None: of a relay that has just come, nothing is here yet."""
    return next(iter(bridge.latest("relay_status", 1, driver="relay")), None)


def _problem(driver: Driver) -> str:
    text = driver.problem or ("" if driver.state == "up" else down_text(driver))
    return f"{text[:1].upper()}{text[1:]}" if text else ""


def _print(watched: _Watched, left: int | None, show: Callable[[str, Round], None]) -> None:
    """Prints one round after the other, and a line where the relay goes."""
    for note in _rounds(watched, left):
        show(note, watched.now)


def _rounds(watched: _Watched, left: int | None) -> Iterator[str]:
    note = ""
    while True:
        yield note
        if watched.ended or (left is not None and (left := left - 1) <= 0):
            return
        was = watched.connected
        while not watched.look():
            if watched.ended:
                return
            if was and not watched.connected:
                terminal.note("cwire watch", watched.note)
            was = watched.connected
            time.sleep(_LOOK_SECONDS)
        note = "" if was else watched.note


def _json(now: Round, alarms: Sequence[Alarm]) -> str:
    told = [alarm_object(one) for one in alarms]
    return json.dumps(as_object(now) | ({"alarms": told} if told else {}))


def _print_block(console: Console, note: str, now: Round, alarms: Sequence[Alarm]) -> None:
    console.print(view(now, console.width, note, alarms))
    console.print()
    console.file.flush()


class _Screen:
    """The whole terminal, with a window on the lines of a round."""

    def __init__(self, console: Console, watched: _Watched) -> None:
        self._console = console
        self._watched = watched
        self._first = 0  # line in view
        self._rows = 1

    def show(self, left: int | None) -> None:
        """Shows rounds until the user has enough, or so many."""
        watched = self._watched
        with Keys() as keys, Live(console=self._console, screen=True, auto_refresh=False) as live:
            shown: object = None
            rung = 0
            while left is None or left > 0:
                state = (
                    self._console.size,
                    watched.note,
                    self._first,
                    watched.now.status.time,
                    [(alarm.on, alarm.count, alarm.problem) for alarm in watched.alarms],
                )
                if (count := sum(alarm.count for alarm in watched.alarms)) > rung:
                    rung = count
                    self._console.bell()
                if watched.ended:
                    return
                if shown != state:
                    shown = state
                    live.update(self._window(), refresh=True)
                pressed = keys.wait(_LOOK_SECONDS)
                if "quit" in pressed:
                    return
                for key in pressed:
                    self._scroll(key)
                if watched.look() and left is not None:
                    left -= 1

    def _window(self) -> SegmentLines:
        """What is in view, with a line below it if that is not all."""
        console = self._console
        width, height = console.size
        watched = self._watched
        lines = self._lines(view(watched.now, width, watched.note, watched.alarms))
        if len(lines) <= height:
            self._first = 0
            return SegmentLines(lines, new_lines=True)
        self._rows = max(1, height - 1)
        self._first = max(0, min(self._first, len(lines) - self._rows))
        last = self._first + self._rows
        told = (
            f"lines {self._first + 1} to {last} of {len(lines)}; arrows, PgUp, PgDn: more; q: end"
        )
        below = plain(told, "reverse")
        below.truncate(width)
        return SegmentLines([*lines[self._first : last], *self._lines(below)], new_lines=True)

    def _lines(self, what: RenderableType) -> list[list[Segment]]:
        return self._console.render_lines(what, pad=False)

    def _scroll(self, key: str) -> None:
        page = max(1, self._rows - 1)
        steps = {"up": -1, "down": 1, "page up": -page, "page down": page}
        far = {"home": -(1 << 30), "end": 1 << 30}
        self._first += steps.get(key, 0) + far.get(key, 0)
