"""`cwire replay`: plays a recorded file as if its driver were there.

cwire replay run.mcap --speed 2 --from 10
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from cwire.recording.file import open as open_file
from cwire.recording.player import Player
from cwire.recording.replay_messages import FASTEST
from cwire.tools import terminal

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `replay` to the `cwire` command."""
    parser = subparsers.add_parser(
        "replay",
        help="play a recorded file as a driver",
        description="Publishes the frames of an MCAP file as its driver did, with their time "
        "stamps. Notebooks, pages and scopes see a driver as any other; it begins when somebody "
        "reads, and pauses at its end. Its commands replay_pause, replay_seek, replay_speed and "
        "replay_step steer it; those of the recorded driver are refused.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--driver", metavar="NAME", help="of several in the file")
    parser.add_argument("--speed", metavar="X", type=_speed, default=1.0, help="times as fast as "
                        "recorded; 0: as fast as readers take it; default: 1")  # fmt: skip
    parser.add_argument("--from", metavar="S", dest="start", type=terminal.seconds, default=0.0,
                        help="begin so many seconds behind the first frame")  # fmt: skip
    parser.add_argument("--loop", action="store_true", help="begin again at the end")
    parser.add_argument("--once", action="store_true", help="end at the end")
    parser.add_argument("--socket", metavar="PATH", help="default: NAME.sock in the runtime "
                        "directory, where relays look")  # fmt: skip
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire replay`; returns the exit status."""
    return terminal.report_errors("cwire replay", lambda: _replay(arguments))


def _replay(arguments: argparse.Namespace) -> None:
    ended = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in numbers}
    try:
        with (
            open_file(arguments.file) as file,
            Player(
                file,
                arguments.driver,
                arguments.socket,
                speed=arguments.speed,
                loop=arguments.loop,
                start=arguments.start,
            ) as player,
        ):
            print(
                f"{player.driver.name}: {player.duration:.1f} s of {arguments.file} at "
                f"{player.driver.path}; waiting for a reader (cwire serve --driver "
                f"{player.driver.name}); Ctrl-C ends it",
                file=sys.stderr,
                flush=True,
            )
            while not ended.wait(0.05):
                if arguments.once and player.ended.is_set() and not player.driver.pending:
                    break
            print(f"{player.driver.name}: {player.frames:,} frames", file=sys.stderr)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed <= FASTEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to {FASTEST:g}")
    return speed
