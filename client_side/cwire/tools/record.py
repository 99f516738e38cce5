"""`cwire record`: records what drivers publish into a file, until Ctrl-C.

cwire record -o run.mcap --messages scope_block driver_status --split 1GiB
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cwire.recording.options import COMPRESSIONS, NAME
from cwire.recording.recorder import Recorder
from cwire.recording.trigger import BEFORE_BYTES
from cwire.tools import terminal

__all__ = ["register", "run"]

_HISTORY_BYTES = 64 << 20  # of each message: what comes while the disk is busy
_SHOWN = 0.5  # s between lines


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `record` to the `cwire` command."""
    parser = subparsers.add_parser(
        "record",
        help="record what drivers publish into an MCAP file",
        description="Records frames into an MCAP file until Ctrl-C, SIGTERM or --seconds. "
        "cwire.open() reads it, and so do the tools of ROS 2 and Foxglove. While the relay or a "
        "driver is away it waits. What was lost is counted, and is in the file.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="default: a name with "
                        "the time, as cwire-20261128-120000.mcap")  # fmt: skip
    parser.add_argument("--messages", metavar="NAME", nargs="+", default=[], help="default: all")
    parser.add_argument("--driver", metavar="NAME", help="default: all")
    parser.add_argument("--seconds", metavar="S", type=terminal.seconds, help="how long")
    parser.add_argument("--split", metavar="SIZE|TIME", help="begin a new file after 1GiB, 10min, "
                        "…; its name has a number")  # fmt: skip
    parser.add_argument("--compression", choices=COMPRESSIONS, help="default: none, which is "
                        "fastest")  # fmt: skip
    parser.add_argument("--when", metavar="EXPR", help="record only around the time when this is "
                        "true: \"status.temperature > 80\"; a file for each time")  # fmt: skip
    parser.add_argument("--before", metavar="S", type=float, help="with --when: seconds "
                        "before, too; default: 1")  # fmt: skip
    parser.add_argument("--after", metavar="S", type=float, help="with --when: seconds "
                        "behind the last such frame; default: 1")  # fmt: skip
    parser.add_argument("--memory", metavar="SIZE", help="with --when: for the frames before; "
                        f"default: {BEFORE_BYTES}")  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="the file may be there already")
    terminal.add_relay_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire record`; returns the exit status."""

    def record() -> None:
        path = arguments.output or Path(time.strftime(NAME))
        with (
            _ending() as ended,
            terminal.connect_once(
                "cwire record",
                arguments,
                subscribe=None if arguments.messages else "all",
                history_bytes=_HISTORY_BYTES,
                reconnect=True,
            ) as bridge,
        ):
            recorder = bridge.record(
                path,
                *arguments.messages,
                driver=arguments.driver,
                compression=arguments.compression,
                split=arguments.split,
                overwrite=arguments.overwrite,
                when=arguments.when,
                before=arguments.before,
                after=arguments.after,
                memory=arguments.memory,
            )
            _watch(recorder, ended, arguments.seconds, arguments.when)
            recorder.stop()

    return terminal.report_errors("cwire record", record)


def _watch(
    recorder: Recorder, ended: threading.Event, seconds: float | None, when: str | None
) -> None:
    """Shows how far it is until it ends."""
    begun = time.monotonic()
    left = seconds
    files = 0
    live = sys.stderr.isatty()
    if when is not None and not live:
        terminal.note("cwire record", f"waits for {when}")
    while recorder.running and (left is None or left > 0):
        if ended.wait(_SHOWN if left is None else min(left, _SHOWN)):
            break
        if when is not None and not live and files < len(recorder.files):
            files = len(recorder.files)
            terminal.note("cwire record", f"{when}: {recorder.path}")
        if live:  # the line may be shorter than the one before
            print(f"\r{recorder.state()} \x1b[K", end="", file=sys.stderr, flush=True)
        left = None if seconds is None else begun + seconds - time.monotonic()
    recorder.end()
    start, rest = ("\r", "\x1b[K") if live else ("", "")
    print(f"{start}{recorder.state()} {rest}", file=sys.stderr)


@contextmanager
def _ending() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set."""
    ended = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in numbers}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
