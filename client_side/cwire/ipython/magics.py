# IPython's decorators and its display have no types.
# mypy: disable-error-code="no-untyped-call, untyped-decorator"
"""``%load_ext cwire``: ``%cwire connect``, ``serve``, ``driver`` and ``status`` in a notebook."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from html import escape
from itertools import takewhile
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import (
    MagicArgumentParser,
    argument,
    construct_parser,
    magic_arguments,
)
from IPython.display import display

from cwire.bridge.connect import CONNECT_TIMEOUT, HISTORY_BYTES, ConnectOptions
from cwire.bridge.sync import Bridge, open_bridge
from cwire.errors import CwireError, NotConnected
from cwire.process.driver_process import DriverProcess
from cwire.process.managed_process import running, span_text
from cwire.process.relay_process import RelayProcess
from cwire.view.html import html_table
from cwire.view.text import text_table
from cwire_structs.relays import living_relays
from cwire_structs.runtime import RuntimeDirError

__all__ = ["CwireMagics", "complete", "load"]

_SETTLE_SECONDS = 1.0
_HELP = """%cwire connect|serve|driver|status

  %cwire connect [RELAY] [--driver NAME] [--as NAME] a bridge, in the variable `bridge`
  %cwire serve [--driver NAME[=PATH] ...]            a relay, in the variable `relay`
  %cwire driver PATH [ARGUMENT ...]                  a C driver with its console, in `driver`
  %cwire status                                      what runs, and what to do next

`%cwire WORD --help` says more."""


@magic_arguments("cwire connect")
@argument(
    "relay",
    nargs="?",
    help="the relay's URL, link, socket or process id; unix://PATH of a driver's socket: without a "
    "relay; default: this account's relay, of several the newest that serves the driver",
)
@argument("--driver", metavar="NAME", help="a driver that the relay is to serve")
@argument("--token", help="the relay's token, where the link does not have it")
@argument("--as", dest="name", default="bridge", help="the variable (default: bridge)")
def connect(shell: Any, arguments: Any) -> None:
    """Connects to a relay and puts the bridge into a variable; an earlier one there is closed."""
    old = shell.user_ns.get(arguments.name)
    if isinstance(old, Bridge):
        old.close()
    options = ConnectOptions(
        url=arguments.relay,
        token=arguments.token,
        subscribe="all",
        history_bytes=HISTORY_BYTES,
        timeout=CONNECT_TIMEOUT,
        window=None,
        reconnect=True,
        driver=arguments.driver,
    )
    bridge, choice = open_bridge(options)
    if note := choice.note("choose with %cwire connect --driver NAME, or %cwire connect PID"):
        print(note)
    shell.push({arguments.name: bridge})
    _settle(bridge)
    display(bridge)


def _settle(bridge: Bridge) -> None:
    """Waits for drivers that a fresh relay is just reaching: the next cell wants them."""
    deadline = monotonic() + _SETTLE_SECONDS
    while monotonic() < deadline and any(
        one.state == "down" and not one.reason for one in bridge.drivers.values()
    ):
        sleep(0.01)


@magic_arguments("cwire serve")
@argument(
    "--driver",
    dest="drivers",
    action="append",
    default=[],
    metavar="NAME[=PATH]",
    help="a driver, and its socket if that is not in the runtime directory; several times for "
    "more; default: all in the runtime directory",
)
@argument("--port", type=int, default=0, help="TCP port for browsers; default: a free one")
@argument("--as", dest="name", default="relay", help="the variable (default: relay)")
def serve(shell: Any, arguments: Any) -> None:
    """Starts a relay that ends with this kernel, and puts it into a variable."""
    old = shell.user_ns.get(arguments.name)
    if isinstance(old, RelayProcess):
        old.stop(reason="started anew by %cwire serve")
    for one in living_relays():
        print(f"also runs: {one}; %cwire connect --driver NAME chooses")
    relay = RelayProcess(*arguments.drivers, port=arguments.port, name=arguments.name).start()
    shell.push({arguments.name: relay})
    display(relay)


@magic_arguments("cwire driver")
@argument("--as", dest="name", default="driver", help="the variable (default: driver)")
@argument("path", help="the program")
@argument("arguments", nargs="...", help="its arguments")
def driver(shell: Any, arguments: Any) -> None:
    """Starts a C driver that ends with this kernel, and shows its console."""
    old = shell.user_ns.get(arguments.name)
    if isinstance(old, DriverProcess):
        old.stop(reason="started anew by %cwire driver")
    process = DriverProcess(Path(arguments.path).expanduser(), *arguments.arguments)
    process.start()
    shell.push({arguments.name: process})
    display(process.console())


@magic_arguments("cwire status")
def status(shell: Any, arguments: Any) -> None:
    """Shows relay, drivers and processes, and what to do next."""
    del arguments
    display(_Status(shell))


_COMMANDS: dict[str, Callable[[Any, Any], None]] = {
    "connect": connect,
    "serve": serve,
    "driver": driver,
    "status": status,
}
_PARSERS: dict[str, MagicArgumentParser] = {
    name: construct_parser(command) for name, command in _COMMANDS.items()
}


@magics_class
class CwireMagics(Magics):
    """The line magic ``%cwire``."""

    @line_magic
    def cwire(self, line: str) -> None:
        """``%cwire connect|serve|driver|status``; without a word: what there is."""
        try:
            words = _words(line)
        except ValueError as error:
            raise UsageError(f"%cwire: {error}") from None
        if not words or words[0] in ("-h", "--help", "help"):
            print(_HELP)
            return
        name, *rest = words
        if name not in _COMMANDS:
            raise UsageError(f"%cwire has no command {name!r}: it is one of {', '.join(_COMMANDS)}")
        if "--help" in rest[:1] or "-h" in rest[:1]:
            print(_COMMANDS[name].__doc__)
            return
        # Not parse_argstring: it would take the quotes of words apart once more.
        arguments = _PARSERS[name].parse_args(rest)
        try:
            _COMMANDS[name](self.shell, arguments)
        except (CwireError, OSError) as error:
            hint = "; in this notebook: %cwire serve" if isinstance(error, NotConnected) else ""
            raise UsageError(f"%cwire {name}: {error}{hint}") from None


def _words(line: str) -> list[str]:
    """The words of a line, without a comment behind them: IPython leaves that to us.

    Not shlex's own comments, which begin within a word, too, as in the relay's link.
    """
    read = shlex.shlex(line, posix=True, punctuation_chars=False)
    read.whitespace_split, read.commenters = True, ""
    return list(takewhile(lambda word: not word.startswith("#"), read))


class _Status:
    """A table of what runs, with hints below it."""

    def __init__(self, shell: Any) -> None:
        self._rows: list[tuple[str, str, str, str]] = []
        self._hints: list[str] = []
        self._processes()
        self._bridges(shell.user_ns)
        self._relay()

    def _processes(self) -> None:
        for process in running():
            detail = f"pid {process.pid}, for {span_text(process.uptime)}"
            self._rows.append(("process", process.name, "running", detail))

    def _bridges(self, namespace: dict[str, Any]) -> None:
        bridges = {
            name: value
            for name, value in namespace.items()
            if isinstance(value, Bridge) and not name.startswith("_")
        }
        for name, bridge in bridges.items():
            state = "connected" if bridge.connected else "not connected"
            self._rows.append(("bridge", name, state, bridge.address))
            for one in bridge.drivers.values():
                if one.is_relay or not bridge.connected:
                    continue
                self._rows.append(("driver", one.name, one.state, one.problem or one.reason))
                if one.state != "up":
                    self._hints.append(f"start the driver {one.name}: %cwire driver PATH")
        self._connected = any(bridge.connected for bridge in bridges.values())

    def _relay(self) -> None:
        try:
            relays = living_relays()
        except RuntimeDirError as error:
            self._hints.append(str(error))
            return
        self._rows[:0] = [("relay", one.name, "running", str(one)) for one in relays]
        if not relays and not self._connected:
            self._hints.append("no relay runs on this account: %cwire serve")
        elif not self._connected:
            self._hints.append("no bridge is connected: %cwire connect")

    _HEAD = ("", "name", "state", "")

    def __repr__(self) -> str:
        return "\n".join([text_table(self._HEAD, self._rows), *self._shown_hints()])

    def _repr_html_(self) -> str:
        hints = "<br>".join(escape(hint) for hint in self._shown_hints())
        return f"{html_table(self._HEAD, self._rows)}<div>{hints}</div>"

    def _shown_hints(self) -> list[str]:
        return list(dict.fromkeys(self._hints)) or ["`cwire doctor` in a shell checks the rest"]


def complete(line: str, symbol: str) -> list[str]:
    """Completes a line that begins with ``%cwire``: words, options, files.

    Args:
        line: The line up to the cursor.
        symbol: The word that is being written.
    """
    words = line.split()
    done = len(words) - (0 if line.endswith(" ") or not words else 1)
    if done <= 1:
        return [name for name in _COMMANDS if name.startswith(symbol)]
    name = words[1]
    if name not in _COMMANDS:
        return []
    if name == "driver" and not symbol.startswith("-"):
        return _programs(symbol)
    options = [
        option
        for action in _PARSERS[name]._actions
        for option in action.option_strings
        if option.startswith("--")
    ]
    return [option for option in (*options, "--help") if option.startswith(symbol)]


def _programs(symbol: str) -> list[str]:
    """Folders, and files that can be executed."""
    head, slash, rest = symbol.rpartition("/")
    folder = Path(head + slash or ".").expanduser()
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    return [
        f"{head}{slash}{entry.name}{'/' if entry.is_dir() else ''}"
        for entry in entries
        if entry.name.startswith(rest)
        and (rest.startswith(".") or not entry.name.startswith("."))
        and (entry.is_dir() or entry.stat().st_mode & 0o111)
    ]


def load(shell: Any) -> None:
    """Adds the magic and its completion to a shell."""
    shell.register_magics(CwireMagics)
    shell.set_hook(
        "complete_command",
        lambda _, event: complete(event.text_until_cursor, event.symbol),
        str_key="%cwire",
    )
