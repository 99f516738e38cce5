"""The blocking test client: shows a driver's messages, sends a command, prints what comes.

    python client_side/client_main.py --message scope_block --count 5
    python client_side/client_main.py --send set_waveform frequency=5 shape=SINE

Without --relay it uses the relay that runs on this account. The exit status is 0 on success; every
other one has a line on stderr that says what was wrong.
"""

# ruff: noqa: E402

from __future__ import annotations

import signal

# Ctrl-C while all this is imported ends the program without a word.
_interrupt = signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import sys
from collections.abc import Sequence
from time import monotonic, sleep

try:
    import cwire
    from cwire.data.frame_array import frame_of
    from cwire.session.drivers import down_text, driver_text
    from cwire.tools import terminal
    from cwire.tools.output import prints
    from cwire_structs.frames import Code
except ImportError as missing:
    sys.exit(f"client_main: {missing}; run `make setup`, then use .venv/bin/python")

_DEFAULT_COMMAND = "get_status"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGINT, _interrupt)

    def run() -> None:
        with terminal.connect_once("client_main", options, subscribe="all") as bridge:
            _run(bridge, options)

    return prints("client_main", lambda: terminal.report_errors("client_main", run))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="client_main.py",
        description="Connects to a relay, prints the schema, sends a command, prints messages.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    terminal.add_relay_arguments(parser)
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
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of messages")
    return int(text)


def _run(bridge: cwire.Bridge, options: argparse.Namespace) -> None:
    names = [name for name, driver in bridge.drivers.items() if not driver.is_relay]
    if options.driver is not None:
        names = [options.driver]
    elif not names:
        raise cwire.UnknownDriver("the relay serves no driver yet; start one, as c_driver/driver")
    for name in names:
        state = bridge[name].state
        if state == "down" and len(names) > 1:
            print(f"{driver_text(bridge[name].driver)}\n")
            continue
        if state == "down":
            raise cwire.DriverDown(name, "", Code.EDOWN, down_text(bridge[name].driver))
        print(f"{driver_text(bridge[name].driver)}\n\n{bridge[name].schema}\n")
    commands = options.send
    if commands is None:
        known = dir(bridge.send if options.driver is None else bridge[options.driver].send)
        commands = [[_DEFAULT_COMMAND]] if _DEFAULT_COMMAND in known and len(names) == 1 else []
    for command, *fields in commands:
        print(f"{terminal.send(bridge, options.driver, command, fields, options.timeout)}\n")
    if options.count:
        _receive(bridge, options)


def _receive(bridge: cwire.Bridge, options: argparse.Namespace) -> None:
    message = options.message or _first_message(bridge, options)
    stream = bridge.stream(message, options.timeout, driver=options.driver)
    begun = size = 0.0
    for number in range(options.count):
        record = next(stream)
        if number == 0:
            begun = monotonic()
        else:
            size += frame_of(record).nbytes
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
