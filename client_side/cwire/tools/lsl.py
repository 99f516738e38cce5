"""`cwire lsl`: offers messages as outlets of the Lab Streaming Layer, for LabRecorder and others.

cwire lsl scope_block driver_status
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.frame_array import FrameArray
from cwire.errors import CwireError, InvalidArgument
from cwire.saving.streams import Stream, streams_of
from cwire.saving.table import Part, part_of
from cwire.tools import following, terminal

__all__ = ["register", "run"]

_TRIES = 5  # of which the quickest tells how the clocks are apart


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `lsl` to the `cwire` command."""
    parser = subparsers.add_parser(
        "lsl",
        help="offer messages to LabRecorder and other programs of LSL",
        description="Offers messages as outlets of the Lab Streaming Layer, until Ctrl-C. A stream "
        "has a channel for each element of the fields, called by its path, and the driver's "
        "sequence, whose gaps are what was lost. Integers of 64 bits and texts are streams of "
        "their own. LSL has no passwords: everybody on the network finds and reads them, unless "
        "an lsl_api.cfg says otherwise.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("messages", metavar="MESSAGE", nargs="+")
    parser.add_argument("--fields", metavar="PATH", nargs="+", default=[], help="as axis[0].speed; "
                        "default: all")  # fmt: skip
    parser.add_argument("--rate", metavar="HZ", type=_rate, default=0.0, help="the nominal "
                        "rate; default: irregular, each sample has its own time")  # fmt: skip
    parser.add_argument("--driver", metavar="NAME", help="where several have it")
    terminal.add_relay_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire lsl`; returns the exit status."""

    def offer() -> None:
        lsl = _pylsl()
        with terminal.connect_once(
            "cwire lsl",
            arguments,
            message=arguments.messages[0],
            history_bytes=following.HISTORY_BYTES,
            reconnect=True,
        ) as bridge:
            offered = []
            for name in arguments.messages:
                one = _Offered(lsl, name, arguments.fields, arguments.rate)
                none = bridge.history(name, 0, driver=arguments.driver)
                if isinstance(none, FrameArray):  # it is found before the first frame comes
                    one.push(none)
                offered.append((one, following.follow(bridge, name, arguments.driver, None)))
            while True:
                for one, frames in offered:
                    parts, lost = next(frames)
                    if lost:
                        print(f"cwire lsl: {lost} frames of {one.name} were missed",
                              file=sys.stderr)  # fmt: skip
                    for part in parts:
                        one.push(part)

    return terminal.report_errors("cwire lsl", offer)


class _Offered:
    """The outlets of one message, made anew when its driver comes back with other structs."""

    def __init__(self, lsl: Any, name: str, fields: Sequence[str], rate: float) -> None:
        self.name = name
        self._lsl = lsl
        self._fields = fields
        self._rate = rate
        self._layout: Any = None
        self._outlets: list[tuple[Stream, Any]] = []

    def push(self, frames: FrameArray) -> None:
        """Gives frames to whoever reads.

        Raises:
            InvalidArgument: A stream cannot have them.
        """
        part = part_of(frames, self._fields)
        if self._layout != frames.dtype:
            self._offer(part)
        if not len(frames):
            return
        stamps = local_stamps(part.time, self._lsl.local_clock)
        for stream, outlet in self._outlets:
            rows = stream.rows(part)
            outlet.push_chunk(rows if stream.format != "string" else rows.tolist(), stamps)

    def _offer(self, part: Part) -> None:
        message = part.frames.message
        if message is not None and message.tail is not None:
            raise InvalidArgument(
                f"the frames of {self.name} differ in size, and samples of LSL do not"
            )
        self._outlets = []
        for stream in streams_of(self.name, part):
            info = self._lsl.StreamInfo(
                stream.name, "cwire", len(stream.channels), self._rate, stream.format,
                f"cwire {stream.name}"
            )  # fmt: skip
            channels = info.desc().append_child("channels")
            for channel in stream.channels:
                one = channels.append_child("channel")
                for key, text in (("label", channel.label), *channel.notes):
                    one.append_child_value(key, text)
            self._outlets.append((stream, self._lsl.StreamOutlet(info)))
            print(f"{stream.name}: {len(stream.channels):,} channels, {stream.format}", flush=True)
        self._layout = part.frames.dtype


def local_stamps(
    times: npt.NDArray[np.datetime64], local_clock: Callable[[], float]
) -> list[float]:
    """Returns times as LSL's clock of this machine tells them, in seconds.

    Args:
        times: Since 1970, UTC.
        local_clock: Returns LSL's time.
    """
    tries = []
    for _ in range(_TRIES):
        before, now, after = local_clock(), time.time_ns(), local_clock()
        tries.append((after - before, now, (before + after) / 2))
    _, now, local = min(tries)
    stamps: list[float] = ((times.astype(np.int64) - now) / 1e9 + local).tolist()
    return stamps


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 < rate < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of Hz above 0")
    return rate


def _pylsl() -> Any:
    try:
        return import_module("pylsl")
    except (ImportError, RuntimeError) as error:  # the latter: it finds no liblsl
        first = (str(error) or "it is not installed").splitlines()[0]
        raise CwireError(f"cwire lsl needs pylsl: pip install 'cwire[lsl]' ({first})") from None
