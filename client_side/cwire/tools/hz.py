"""`cwire hz` and `cwire bw`: how often, and how many bytes, once a second."""

from __future__ import annotations

import argparse
import json
import time
from functools import partial

import numpy as np
import numpy.typing as npt

from cwire.data.frame_array import FrameArray
from cwire.tools import following, terminal

__all__ = ["add", "register", "run"]

_SECOND = 1.0


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `hz` to the `cwire` command."""
    add(
        subparsers,
        "hz",
        "show how often a message comes",
        "Prints once a second how many frames of a message came in a second, and the least, the "
        "greatest and the standard deviation of the time between two, by the driver's stamps.",
    )


def add(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser], name: str, help: str, text: str
) -> None:
    """Adds a command that measures a message once a second."""
    parser = subparsers.add_parser(
        name,
        help=help,
        description=f"{text} -n ends it after so many lines.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("message", metavar="MESSAGE")
    parser.add_argument("--json", action="store_true", help="a JSON object on each line")
    following.add_arguments(parser)
    parser.set_defaults(run=lambda arguments: run(name, arguments))


def run(name: str, arguments: argparse.Namespace) -> int:
    """Carries out `cwire hz` or `cwire bw`; returns the exit status."""

    def measure() -> None:
        left = arguments.n
        show = _rate if name == "hz" else _bytes
        if arguments.json:
            show = partial(_object, arguments.message)
        with terminal.connect_once(
            f"cwire {name}",
            arguments,
            message=arguments.message,
            history_bytes=following.HISTORY_BYTES,
            reconnect=True,
        ) as bridge:
            second, begun = _Second(), time.monotonic()
            for some, missed in following.follow(
                bridge, arguments.message, arguments.driver, arguments.timeout
            ):
                second.add(some, missed)
                now = time.monotonic()
                if now - begun >= _SECOND:
                    print(show(second, now - begun), flush=True)
                    second, begun = _Second(second.last), now
                    left = None if left is None else left - 1
                    if left == 0:
                        return

    return terminal.report_errors(f"cwire {name}", measure)


class _Second:
    """What came in a second.

    Args:
        before: The stamp of the last frame before, if there was one.
    """

    def __init__(self, before: npt.NDArray[np.int64] | None = None) -> None:
        self._stamps = [np.empty(0, np.int64) if before is None else before]
        self.lost = 0
        self.frames = 0
        self.bytes = 0

    def add(self, some: list[FrameArray], lost: int) -> None:
        """Counts frames."""
        self.lost += lost
        for frames in some:
            self._stamps.append(frames.time.astype(np.int64))
            self.frames += len(frames)
            self.bytes += frames.nbytes

    @property
    def steps(self) -> npt.NDArray[np.float64]:
        """Milliseconds from each frame to the next, by the driver's stamps."""
        stamps = np.concatenate(self._stamps)
        return (stamps[1:] - stamps[:-1]).astype(np.float64) * 1e-6

    @property
    def last(self) -> npt.NDArray[np.int64]:
        """The stamp of the last frame, if there is one."""
        return np.concatenate(self._stamps)[-1:]

    @property
    def losses(self) -> str:
        """Says how many frames were lost, if any were."""
        return f", {self.lost:,} lost" if self.lost else ""


def _rate(second: _Second, seconds: float) -> str:
    steps = second.steps
    if not len(steps):
        return f"{second.frames / seconds:,.2f} Hz{second.losses}"
    return (
        f"{second.frames / seconds:,.2f} Hz; ms between two: {steps.min():.3f} to "
        f"{steps.max():.3f}, standard deviation {steps.std():.3f}{second.losses}"
    )


def _bytes(second: _Second, seconds: float) -> str:
    return (
        f"{second.bytes / seconds / 1e6:,.3f} MB/s, {second.frames / seconds:,.2f} frames/s"
        f"{second.losses}"
    )


def _object(message: str, second: _Second, seconds: float) -> str:
    steps = second.steps
    between = (steps.min(), steps.max(), steps.std()) if len(steps) else (None, None, None)
    found = {
        "message": message,
        "seconds": seconds,
        "frames_per_second": second.frames / seconds,
        "bytes_per_second": second.bytes / seconds,
        "lost": second.lost,
        **dict(zip(("least_ms", "greatest_ms", "deviation_ms"), between, strict=True)),
    }
    return json.dumps(found)
