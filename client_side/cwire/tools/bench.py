"""`cwire bench ipc`: compares ways between two processes of this machine."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cwire import errors
from cwire.ipc.compare import compare, ways_called
from cwire.ipc.figure import draw
from cwire.ipc.plan import FULL, QUICK
from cwire.ipc.report import notes, tables, versus
from cwire.ipc.results import Comparison
from cwire.ipc.ways import WAYS
from cwire.tools.tables import make_console, table
from cwire.tools.terminal import EXIT_STATUS, report_errors

__all__ = ["register", "run"]

_PROGRAM = "cwire bench ipc"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `bench` to the `cwire` command."""
    parser = subparsers.add_parser("bench", help="measure this machine")
    kinds = parser.add_subparsers(title="benchmarks", metavar="BENCHMARK", required=True)
    ipc = kinds.add_parser(
        "ipc",
        help="compare ways between two processes",
        description="Compares ways from one process of this machine to another: how fast, how "
        "soon, at what cost, and what a slow reader does to each.",
        epilog="ways:\n"
        + "\n".join(f"  {name:15}{way.title}: {way.about}" for name, way in WAYS.items())
        + f"\n\n{EXIT_STATUS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ipc.add_argument(
        "--quick", action="store_true", help="about a minute, and at most 1 MiB; else about ten"
    )
    ipc.add_argument("-o", "--output", type=Path, metavar="FILE.json", help="write all figures")
    ipc.add_argument("--figure", type=Path, metavar="FILE.png", help="draw them; or .svg, .pdf")
    ipc.add_argument(
        "--only", metavar="WAY,…", help=f"measure these ways: {', '.join(WAYS)}; default: all"
    )
    ipc.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the benchmark; returns the exit status."""
    return report_errors(_PROGRAM, lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> None:
    ways = None if arguments.only is None else arguments.only.split(",")
    ways_called(ways)
    for path in (arguments.output, arguments.figure):
        _check_writable(path)
    with _sigterm_as_ctrl_c(), _progress() as told:
        comparison = compare(FULL if arguments.quick is False else QUICK, ways, told)
    _show(comparison)
    if arguments.output is not None:
        arguments.output.write_text(json.dumps(comparison.as_json(), indent=1) + "\n")
    if arguments.figure is not None:
        draw(comparison).savefig(arguments.figure, dpi=110)


def _check_writable(path: Path | None) -> None:
    """Checks a path before the measurement, not after its ten minutes."""
    if path is not None and not path.absolute().parent.is_dir():
        raise errors.InvalidArgument(f"there is no folder {path.absolute().parent}; make it first")


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """Makes SIGTERM end what was started, as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None]]:
    """A bar on stderr, where that is a terminal."""
    columns = (
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    console = Console(file=sys.stderr)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total, text: bar.update(
            task, completed=done, total=total, description=text
        )


def _show(comparison: Comparison) -> None:
    console = make_console()
    machine = comparison.machine
    console.print(
        f"{machine['processor'] or machine['architecture']}, {machine['cores_allowed']} of "
        f"{machine['cores']} cores, {machine['kernel']}, governor "
        f"{machine['governor'] or 'unknown'}, load {machine['load_before']} before; "
        f"{comparison.seconds:.0f} s",
        markup=False,
    )
    best = versus(comparison)
    for one in [*tables(comparison), *([best] if best.rows else [])]:
        console.print()
        console.print(table(one.title, one.head, one.rows, right=range(1, len(one.head))))
    console.print()
    for note in notes(comparison):
        console.print(note, markup=False)
