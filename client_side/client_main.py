"""The blocking test client: shows a driver's messages, sends a command, prints what comes.

    python client_side/client_main.py --message scope_block --count 5
    python client_side/client_main.py --send set_waveform frequency=5 shape=SINE

Without --url it uses the relay that runs on this account. The exit status is 0 on success; every
other one has a line on stderr that says what was wrong.
"""

# ruff: noqa: E402

from __future__ import annotations

import signal

# Ctrl-C while all this is imported ends the program without a word.
_interrupt = signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import json
import os
import sys
from collections.abc import Sequence
from math import nan
from time import monotonic, sleep

try:
    import cwire
    from cwire.driver import down_text, driver_text
    from cwire_structs.fields import TextType
    from cwire_structs.schema import Message
except ImportError as missing:
    sys.exit(f"client_main: {missing}; run `make setup`, then use .venv/bin/python")

_STATUS = """exit status:
  0  success              5  the driver is down or unknown
  1  another error        6  an unknown command, message or field, or a value out of range
  2  wrong arguments      7  the driver refused the command
  3  no relay             8  nothing came in time
  4  wrong token
"""
_EXIT: tuple[tuple[type[Exception], int], ...] = (
    (cwire.Unauthorized, 4),
    (cwire.NotConnected, 3),
    (cwire.DriverDown, 5),
    (cwire.UnknownDriver, 5),
    (cwire.InvalidCommand, 6),
    (cwire.UnknownMessage, 6),
    (cwire.UnknownField, 6),
    (cwire.Ambiguous, 6),
    (cwire.CommandTimeout, 8),
    (cwire.WaitTimeout, 8),
    (cwire.CommandError, 7),
    (cwire.CwireError, 1),
)
_DEFAULT_COMMAND = "get_status"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        signal.signal(signal.SIGINT, _interrupt)
        with cwire.connect(options.url, options.token, timeout=options.timeout) as bridge:
            _run(bridge, options)
    except cwire.CwireError as error:
        print(f"client_main: {error}", file=sys.stderr)
        return next(status for kind, status in _EXIT if isinstance(error, kind))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `| head`: whoever reads has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="client_main.py",
        description="Connects to a relay, prints the schema, sends a command, prints messages.",
        epilog=_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--url", metavar="ws://HOST:PORT/ws", help="default: this account's relay, no token needed"
    )
    parser.add_argument("--token", help="what the relay printed after #token=")
    parser.add_argument("--driver", metavar="NAME", help="where the relay serves several")
    parser.add_argument("--message", metavar="NAME", help="default: the first one that comes")
    parser.add_argument("--count", metavar="N", type=_count, default=10, help="default: 10")
    parser.add_argument(
        "--send",
        nargs="+",
        action="append",
        metavar=("COMMAND", "FIELD=VALUE"),
        help=f"may be given again; default: {_DEFAULT_COMMAND} if the driver has it",
    )
    parser.add_argument(
        "--timeout", metavar="S", type=_seconds, default=5.0, help="for each wait; default: 5"
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of messages")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = nan
    if not 1e-3 <= seconds <= 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _run(bridge: cwire.Bridge, options: argparse.Namespace) -> None:
    if options.driver is None and not bridge.drivers:
        raise cwire.UnknownDriver("the relay serves no driver; start it with --driver NAME=PATH")
    names = list(bridge.drivers) if options.driver is None else [options.driver]
    for name in names:
        state = bridge[name].state
        if state == "down" and len(names) > 1:
            print(f"{driver_text(bridge[name].driver)}\n")
            continue
        if state == "down":
            raise cwire.DriverDown(name, "", -14, down_text(bridge[name].driver))
        print(f"{driver_text(bridge[name].driver)}\n\n{bridge[name].schema}\n")
    commands = options.send
    if commands is None:
        known = dir(bridge.send if options.driver is None else bridge[options.driver].send)
        commands = [[_DEFAULT_COMMAND]] if _DEFAULT_COMMAND in known and len(names) == 1 else []
    for command, *fields in commands:
        _send(bridge, options, command, fields)
    if options.count:
        _receive(bridge, options)


def _send(
    bridge: cwire.Bridge, options: argparse.Namespace, command: str, words: Sequence[str]
) -> None:
    target = bridge.send if options.driver is None else bridge[options.driver].send
    message = target[command].message
    fields = dict(_field(message, word) for word in words)
    reply = bridge.command(options.driver, command, fields, timeout=options.timeout)
    print(f"{command} -> {'OK' if reply is None else reply}\n")


def _field(message: Message, word: str) -> tuple[str, object]:
    """``FIELD=VALUE``: the value as JSON if it is, else as text."""
    name, equals, text = word.partition("=")
    if not equals:
        raise cwire.UnknownField(f"{word!r}: write fields as FIELD=VALUE")
    field = message.struct.by_name.get(name)
    if field is not None and isinstance(field.type, TextType):
        return name, text
    try:
        return name, json.loads(text)
    except (ValueError, RecursionError):
        return name, text


def _receive(bridge: cwire.Bridge, options: argparse.Namespace) -> None:
    message = options.message or _first_message(bridge, options)
    stream = bridge.stream(message, options.timeout, driver=options.driver)
    begun = size = 0.0
    for number in range(options.count):
        record = next(stream)
        if number == 0:
            begun = monotonic()
        else:
            size += record.frames.nbytes
        print(f"{str(record.time)[:26]}  #{record.sequence}  {record}")
    took = max(monotonic() - begun, 1e-9)
    health = bridge.health.of(message, options.driver)
    rates = f"{(options.count - 1) / took:,.1f} frames/s, {size / took / 1e6:.3f} MB/s, "
    print(
        f"\n{options.count} x {message} in {took:.2f} s: {rates if options.count > 1 else ''}"
        f"lost {health.lost + stream.lost}"
    )


def _first_message(bridge: cwire.Bridge, options: argparse.Namespace) -> str:
    """The first message of the header, in its order, of which anything has come."""
    deadline = monotonic() + options.timeout
    while monotonic() < deadline:
        for row in bridge.health:
            if row.frames and options.driver in (None, row.driver):
                return row.message
        sleep(0.02)
    raise cwire.WaitTimeout(f"nothing came in {options.timeout:g} s: does the driver publish?")


if __name__ == "__main__":
    sys.exit(main())
