"""`cwire proxy`: carries connections with faults, to test what they do to programs.

cwire proxy scope --delay 50ms --jitter 20ms
cwire proxy ws://127.0.0.1:8765 --way down --rate 1MB --reset 10s
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from math import inf
from pathlib import Path

from cwire.errors import InvalidArgument
from cwire.proxy.faults import NO_FAULTS, Break, Faults
from cwire.proxy.places import Place
from cwire.proxy.proxy import Proxy
from cwire.tools import terminal
from cwire_structs.quantities import parse_bytes, parse_seconds
from cwire_structs.runtime import RuntimeDirError, runtime_dir

__all__ = ["register", "run"]

_ACTED_ON = signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2
_SIGNALS = """signals:
  SIGUSR1  resets all connections; new ones are taken
  SIGUSR2  reads nothing any more from those that there are, and leaves them open
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `proxy` to the `cwire` command."""
    parser = subparsers.add_parser(
        "proxy",
        help="break a connection on purpose, to test",
        description="Listens, and carries each connection to a driver, a relay or any other "
        "socket and back, with the faults that you choose, until Ctrl-C. A relay that runs finds "
        "the proxy of a driver by itself, as another driver. A driver's shared ring does not pass: "
        "its frames come by the socket.",
        epilog=f"{_SIGNALS}\n{terminal.EXIT_STATUS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", metavar="TARGET", help="a driver's name, a socket's path, "
                        "HOST:PORT, or ws://HOST:PORT of a relay")  # fmt: skip
    parser.add_argument("--listen", metavar="PLACE", help="a path or HOST:PORT of this machine; "
                        "default: NAME_proxy.sock in the runtime directory, for TCP a free "
                        "port")  # fmt: skip
    parser.add_argument("--way", choices=("up", "down", "both"), default="both", help="up: what "
                        "goes to TARGET; default: both")  # fmt: skip
    parser.add_argument("--delay", metavar="TIME", type=_time, default=0.0, help="all is late")
    parser.add_argument("--jitter", metavar="TIME", type=_time, default=0.0, help="it is late "
                        "beside that, by chance, at most: connections overtake one "
                        "another")  # fmt: skip
    parser.add_argument("--rate", metavar="SIZE", type=_size, default=inf, help="bytes in a "
                        "second, at most: 1MB")  # fmt: skip
    parser.add_argument("--slice", metavar="N", type=int, default=0, help="bytes that are written "
                        "at once, at most")  # fmt: skip
    parser.add_argument("--lose", metavar="P", type=float, default=0.0, help="probability that a "
                        "byte is left out")  # fmt: skip
    parser.add_argument("--flip", metavar="P", type=float, default=0.0, help="probability that a "
                        "bit of a byte is turned")  # fmt: skip
    ends = parser.add_mutually_exclusive_group()
    for kind, text in (
        ("stall", "read nothing any more, and stay open"),
        ("reset", "cut the connection"),
        ("truncate", "end in order, in the middle of what was sent"),
    ):
        ends.add_argument(f"--{kind}", metavar="SIZE|TIME", help=f"{text}, after 100B, 64KiB or 5s")
    parser.add_argument("--descriptors", action="store_true", help="let descriptors pass: a "
                        "driver's ring does not meet the faults")  # fmt: skip
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of chance; default: 0")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire proxy`; returns the exit status."""
    return terminal.report_errors("cwire proxy", lambda: _carry(arguments))


def _carry(arguments: argparse.Namespace) -> None:
    target, listen = _places(arguments.target, arguments.listen)
    faults = _faults(arguments)
    ended = threading.Event()

    def act(number: int, _: object) -> None:
        if number == signal.SIGUSR1:
            _tell(f"{proxy.cut()} connections reset")
        elif number == signal.SIGUSR2:
            _tell(f"{proxy.stall()} connections stalled")
        else:
            ended.set()

    with Proxy(
        target,
        listen,
        up=NO_FAULTS if arguments.way == "down" else faults,
        down=NO_FAULTS if arguments.way == "up" else faults,
        descriptors=arguments.descriptors,
        seed=arguments.seed,
    ) as proxy:
        before = {number: signal.signal(number, act) for number in _ACTED_ON}
        try:
            _tell(f"{proxy.place} leads to {target}; Ctrl-C ends it")
            while not ended.wait(0.5):
                pass
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        counts = proxy.counts
    _tell(
        f"{counts.connections} connections, {counts.refused} refused by the target, "
        f"{counts.up:,} bytes up, {counts.down:,} down, {counts.lost:,} lost, "
        f"{counts.flipped:,} flipped"
    )


def _tell(text: str) -> None:
    print(f"cwire proxy: {text}", file=sys.stderr, flush=True)


def _places(target: str, listen: str | None) -> tuple[str, str]:
    """Returns where to go, and where to listen."""
    try:
        if "/" not in target and ":" not in target:
            target = str(runtime_dir() / f"{target}.sock")
        path = Place.parse(target).path
        if path and not Path(path).is_socket():
            raise InvalidArgument(
                f"there is no socket at {path}: start the driver, or name another"
            )
        if listen is None:
            listen = str(runtime_dir() / f"{Path(path).stem}_proxy.sock") if path else "127.0.0.1:0"
        elif "/" not in listen and ":" not in listen:
            listen = str(runtime_dir() / f"{listen}.sock")
    except RuntimeDirError as error:
        raise InvalidArgument(str(error)) from None
    return target, listen


def _faults(arguments: argparse.Namespace) -> Faults:
    end = None
    for kind in ("stall", "reset", "truncate"):
        if (text := getattr(arguments, kind)) is not None:
            end = Break.of(kind, text)
    return Faults(
        delay=arguments.delay,
        jitter=arguments.jitter,
        rate=arguments.rate,
        lose=arguments.lose,
        flip=arguments.flip,
        slice=arguments.slice,
        end=end,
    )


def _time(text: str) -> float:
    if (seconds := parse_seconds(text)) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: give 20ms or 1.5s")
    return seconds


def _size(text: str) -> float:
    if (size := parse_bytes(text)) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size: give 64KiB or 1MB")
    return float(size)
