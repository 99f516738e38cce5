"""`cwire publish`: publishes what is in a file of numbers, row by row, as a driver.

cwire publish sweeps.npy --rate 50 --loop
cwire publish samples.f64 --block 4096
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from cwire.driver.driver import Driver
from cwire.errors import InvalidArgument
from cwire.tools import terminal
from cwire_structs.errors import SchemaError

__all__ = ["register", "run"]

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

_BLOCK = 1024
_AT_ONCE = 256 * 1024  # bytes of frames that are published by one call
_FULL = 4 << 20  # bytes that may wait for a reader: a quarter of the ring
_SUFFIX = re.compile(r"\.([iufc])(8|16|32|64|128)")


@dataclass(frozen=True)
class Frames:
    """The frames of a file, all of one message.

    Attributes:
        message: Its name.
        dtype: Its layout.
        rows: One for each frame.
        column: The field that a row is; empty: the row is the whole message.
        left_out: Samples at the end that fill no block.
    """

    message: str
    dtype: np.dtype[Any]
    rows: Array
    column: str = ""
    left_out: int = 0

    def records(self, start: int, stop: int, rate: float | None) -> Array:
        """Returns the payloads of some frames."""
        rows = self.rows[start:stop]
        if not self.column:
            return rows
        made = np.zeros(len(rows), self.dtype)
        made[self.column] = rows
        numbers = np.arange(start, start + len(rows), dtype="u8")
        if self.message == "block":
            size = rows.shape[1]
            made["first_sample"] = numbers * size
            made["dt"] = 1 / (rate * size) if rate else 0.0
        else:
            made["row"] = numbers
        return made


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `publish` to the `cwire` command."""
    parser = subparsers.add_parser(
        "publish",
        help="publish the rows of a file as a driver",
        description="Publishes a file of numbers as a driver, a frame for each row. Of .npy, rows "
        "count along the first axis, and a structured array's are records; one axis, and raw "
        "numbers, are cut into blocks. It waits until somebody reads.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", type=Path, help=".npy, or raw: .f64, .i16, .u8, …")
    parser.add_argument("--dtype", help="of a raw file: numpy's name, as f8, <i2, >u4")
    parser.add_argument("--rate", metavar="HZ", type=_rate, help="frames per second; default: as "
                        "fast as readers take them")  # fmt: skip
    parser.add_argument("--block", metavar="N", type=_whole, default=_BLOCK, help="samples in a "
                        f"frame, of a file without rows; default: {_BLOCK}")  # fmt: skip
    parser.add_argument("--loop", action="store_true", help="begin again at the end")
    parser.add_argument("--name", help="of the driver; default: the file's")
    parser.add_argument("--socket", metavar="PATH", help="default: NAME.sock in the runtime "
                        "directory, where `cwire serve` looks")  # fmt: skip
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire publish`; returns the exit status."""
    return terminal.report_errors("cwire publish", lambda: _publish(arguments))


def _publish(arguments: argparse.Namespace) -> None:
    path: Path = arguments.file
    frames = read(path, arguments.dtype, arguments.block)
    name = arguments.name or path.stem
    try:
        size = frames.dtype.itemsize
        ring = max(4 * _FULL, 8 * size)
        driver = Driver(name, {frames.message: frames.dtype}, arguments.socket, ring_bytes=ring)
        driver.poll()
    except SchemaError as error:
        raise InvalidArgument(f"{path}: {error}") from None
    if frames.left_out:
        _say(f"{path}: the last {frames.left_out} samples fill no block of {arguments.block}")
    _say(
        f"{name}: {len(frames.rows)} frames of {frames.message}, {size} bytes each, at "
        f"{driver.path}; waiting for a reader (cwire serve --driver {name})"
    )
    progress = _Progress(name, None if arguments.loop else len(frames.rows), size)
    try:
        _wait_for_reader(driver, frames.message)
        for start, stop in _steps(driver, frames, arguments.rate, loop=arguments.loop):
            driver.publish(frames.message, frames.records(start, stop, arguments.rate))
            progress.add(stop - start)
        while driver.pending:
            driver.poll(1.0)
    finally:
        driver.close()
        progress.end()


def _wait_for_reader(driver: Driver, message: str) -> None:
    # Libcwire takes a new relay to want every message, until the relay says what it wants.
    while not (driver.wanted(message) and not driver.poll(0.1) and driver.wanted(message)):
        driver.poll(1.0)


def _steps(
    driver: Driver, frames: Frames, rate: float | None, *, loop: bool
) -> Iterator[tuple[int, int]]:
    """Yields which frames to publish, when it is time."""
    count = len(frames.rows)
    most = max(1, _AT_ONCE // max(frames.dtype.itemsize, 1))
    begin, done = time.monotonic(), 0
    while loop or done < count:
        start = done % count
        stop = min(start + most, count)
        if rate is None:
            while driver.pending > _FULL or not driver.peers:
                driver.poll(1.0)
        else:
            while not (due := int((time.monotonic() - begin) * rate) + 1 - done) > 0:
                driver.poll(begin + done / rate - time.monotonic())
            stop = min(stop, start + due)
        yield start, stop
        done += stop - start
        driver.poll()


def read(path: Path, dtype: str | None, block: int) -> Frames:
    """Reads a file's frames, as far as they are needed.

    Args:
        path: The file.
        dtype: Of raw numbers; None: as the file's name says.
        block: Samples in a frame, where the file has no rows.

    Raises:
        InvalidArgument: It is none of these files, or has nothing to publish.
    """
    array = _load(path, dtype)
    if array.dtype.names is not None:
        return Frames("record", array.dtype, array.reshape(-1))
    if array.dtype.kind not in "biufcmM":
        raise InvalidArgument(f"{path}: {array.dtype} is no number; give numbers, or records")
    if array.ndim > 1:
        layout = np.dtype([("row", "u8"), ("values", array.dtype, array.shape[1:])], align=True)
        return Frames("row", layout, array, "values")
    count = len(array) // block
    if not count:
        raise InvalidArgument(
            f"{path}: {len(array)} samples fill no block of {block}: choose a smaller --block"
        )
    layout = np.dtype(
        [("first_sample", "u8"), ("dt", "f8"), ("samples", array.dtype, (block,))], align=True
    )
    rows = array[: count * block].reshape(count, block)
    return Frames("block", layout, rows, "samples", len(array) - count * block)


def _load(path: Path, dtype: str | None) -> Array:
    try:
        if path.suffix == ".npy":
            if dtype is not None:
                raise InvalidArgument(f"{path} says its dtype itself: leave out --dtype")
            array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
        else:
            array = _load_raw(path, _raw_dtype(path, dtype))
    except OSError as error:
        raise InvalidArgument(
            f"cannot read {path}: {error.strerror or error}; check the path"
        ) from None
    except ValueError as error:
        if isinstance(error, InvalidArgument):
            raise
        raise InvalidArgument(f"{path} is no array of numbers: {error}") from None
    if not array.size or not array.ndim:
        raise InvalidArgument(f"{path} has nothing to publish: its shape is {array.shape}")
    return array


def _load_raw(path: Path, dtype: np.dtype[Any]) -> Array:
    size = path.stat().st_size
    if not path.is_file():
        raise InvalidArgument(f"{path} is no file; give one that holds numbers")
    if size % dtype.itemsize:
        raise InvalidArgument(
            f"{path}: {size} bytes are no whole number of {dtype}, of {dtype.itemsize} bytes each: "
            "say what they are by --dtype"
        )
    return np.memmap(path, dtype, "r") if size else np.empty(0, dtype)


def _raw_dtype(path: Path, given: str | None) -> np.dtype[Any]:
    if given is not None:
        try:
            dtype = np.dtype(given)
        except TypeError:
            raise InvalidArgument(
                f"--dtype {given}: numpy knows no such type; f8, <i2 and >u4 are some"
            ) from None
        if not dtype.itemsize or dtype.hasobject:
            raise InvalidArgument(f"--dtype {given} has no fixed size; f8, <i2 and >u4 have one")
        return dtype
    named = _SUFFIX.fullmatch(path.suffix)
    if named is None:
        raise InvalidArgument(
            f"{path}: what is in it? Name it .npy, .f64, .i16, …, or give --dtype, as --dtype f8"
        )
    try:
        return np.dtype(f"<{named[1]}{int(named[2]) // 8}")
    except TypeError:
        raise InvalidArgument(f"{path}: there is no number {path.suffix[1:]}") from None


class _Progress:
    """Shows how far it is: a line that changes on a terminal, one line at the end elsewhere."""

    def __init__(self, name: str, total: int | None, size: int) -> None:
        self._name, self._total, self._size = name, total, size
        self._done = 0
        self._next = 0.0
        self._begin = time.monotonic()

    def add(self, frames: int) -> None:
        self._done += frames
        now = time.monotonic()
        if sys.stderr.isatty() and now >= self._next:
            self._next = now + 0.1
            print(f"\r{self._text()} ", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        start = "\r" if sys.stderr.isatty() else ""
        print(f"{start}{self._text()} ", file=sys.stderr)

    def _text(self) -> str:
        seconds = max(time.monotonic() - self._begin, 1e-9)
        of = "" if self._total is None else f" of {self._total}"
        megabytes = self._done * self._size / 1e6
        return (
            f"{self._name}: {self._done}{of} frames, {megabytes:.1f} MB, "
            f"{self._done / seconds:.1f} frames/s"
        )


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 1e-3 <= rate <= 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of frames per second")
    return rate


def _whole(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1 << 24:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of samples")
    return int(text)
