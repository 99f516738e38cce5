"""`cwire echo`: prints what a driver publishes, as it comes.

cwire echo driver_status
cwire echo driver_status.channels[1].frequency --csv -n 100
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from cwire.data.columns import Column, flatten
from cwire.data.frame_array import FrameArray, Record
from cwire.tools import following, terminal
from cwire.tools.as_json import as_json

__all__ = ["register", "run"]

_FEW = 8  # elements of an array that are shown


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `echo` to the `cwire` command."""
    parser = subparsers.add_parser(
        "echo",
        help="print what a driver publishes",
        description="Prints each frame of a message as it comes, or the value at a path in it: "
        "driver_status.channels[1].frequency. What was missed is told on stderr.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("message", metavar="MESSAGE[.PATH]")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON object on each line: NaN is "
                      "null, integers beyond 2**53 are texts")  # fmt: skip
    form.add_argument("--csv", action="store_true", help="with a line of names; elements of arrays "
                      "are columns")  # fmt: skip
    parser.add_argument("--full", action="store_true", help="all elements of arrays")
    following.add_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire echo`; returns the exit status."""

    def echo() -> None:
        message, path = following.split_path(arguments.message)
        print_frames = _printer(arguments, path)
        left = arguments.n
        with terminal.connect_once(
            "cwire echo",
            arguments,
            message=message,
            history_bytes=following.HISTORY_BYTES,
            reconnect=True,
        ) as bridge:
            timeout = arguments.timeout if arguments.n else None
            for parts, lost in following.follow(bridge, message, arguments.driver, timeout):
                if lost:
                    print(f"cwire echo: {lost} frames were missed", file=sys.stderr)
                for frames in parts:
                    some = frames if left is None else frames[:left]
                    print_frames(some)
                    if left is not None:
                        left -= len(some)
                        if left <= 0:
                            return
                sys.stdout.flush()

    return terminal.report_errors("cwire echo", echo)


def _printer(arguments: argparse.Namespace, path: str) -> Any:
    if arguments.csv:
        return _Csv(path)
    if arguments.json:
        return lambda frames: _print_json(frames, path)
    return lambda frames: _print_text(frames, path, full=arguments.full)


def _shown(frames: FrameArray, path: str) -> Iterator[tuple[Record, Any]]:
    """Yields each record, and its fields or the value at a path, as plain values of Python.

    Raises:
        UnknownField: There is nothing at the path.
    """
    message = frames.message
    assert message is not None
    if path:
        frames[path]  # says what there is, if it is not there
    for record in frames:
        fields: Any = message.type.from_bytes(bytes(record)).to_dict()
        for step in re.findall(r"[^.\[\]]+", path):
            fields = _into(fields, step)
        yield record, fields


def _into(value: Any, step: str) -> Any:
    """Follows one step of a path; a name, of all structs of an array."""
    if isinstance(value, list):
        if step == ":":
            return value
        return value[int(step)] if step.isdecimal() else [_into(one, step) for one in value]
    return value[step]


def _print_text(frames: FrameArray, path: str, *, full: bool) -> None:
    for record, value in _shown(frames, path):
        lines = [f"# {str(record.time)[:26]} UTC, sequence {record.sequence}"]
        shown = value if isinstance(value, dict) else {path: value}
        lines += _lines(shown, "", full=full)
        print("\n".join(lines))


def _lines(value: dict[str, Any], indent: str, *, full: bool) -> Iterator[str]:
    for key, one in value.items():
        if isinstance(one, dict):
            yield f"{indent}{key}:"
            yield from _lines(one, indent + "  ", full=full)
        elif isinstance(one, list) and one and isinstance(one[0], dict):
            for number, each in enumerate(one):
                yield f"{indent}{key}[{number}]:"
                yield from _lines(each, indent + "  ", full=full)
        else:
            yield f"{indent}{key}: {_text(one, full=full)}"


def _text(value: Any, *, full: bool) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list) and len(value) > _FEW and not full:
        shown = ", ".join(_text(one, full=full) for one in value[:_FEW])
        return f"[{shown}, … {len(value)} in all]"
    if isinstance(value, list):
        return "[" + ", ".join(_text(one, full=full) for one in value) + "]"
    if isinstance(value, str):
        return "".join(letter if letter.isprintable() else " " for letter in value)
    return str(value)


def _print_json(frames: FrameArray, path: str) -> None:
    for record, shown in _shown(frames, path):
        value = as_json(shown)
        line = value if isinstance(value, dict) else {path: value}
        about = {"time": f"{record.time}Z", "sequence": record.sequence}
        print(json.dumps({**about, **line} if not {*about} & {*line} else {**line, "frame": about}))


class _Csv:
    """Prints rows, after a row of names."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._writer = csv.writer(sys.stdout, lineterminator="\n")
        self._head: list[str] = []

    def __call__(self, frames: FrameArray) -> None:
        assert frames.message is not None
        names = [self._path] if self._path else []
        columns = flatten(np.asarray(frames), frames.message.struct, names)
        head = ["time", "sequence", *(name for column in columns for name in _names(column))]
        if head != self._head:
            self._head = head
            self._writer.writerow(head)
        cells = [_cells(column) for column in columns]
        for number, time in enumerate(frames.time):
            row = [f"{time}Z", int(frames.sequence[number])]
            for cell in cells:
                row += cell[number]
            self._writer.writerow(row)


def _names(column: Column) -> list[str]:
    places = product(*map(range, column.values.shape[1:]))
    return [column.element_name(place) for place in places]


def _cells(column: Column) -> list[list[Any]]:
    rows = column.values.reshape(len(column.values), -1).tolist()
    labels = column.labels
    if labels is None:
        return rows
    return [[labels.get(one, one) for one in row] for row in rows]
