"""A comparison as tables. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from cwire.ipc.results import Comparison, Cpu, Latency, Loss, Throughput
from cwire.view.html import html_table
from cwire.view.text import counted, text_table

__all__ = ["Table", "notes", "size_text", "tables", "versus"]

_IN_BYTES = 1 << 10  # bytes: from here on GB/s say more than messages per second
_LARGE = 64 << 10  # from here on messages come one by one
_NOTHING = "-"
_BUSY = 0.25  # of the cores
_Row = TypeVar("_Row", Throughput, Latency, Cpu, Loss)


MEMCPY = {
    "hot": "memcpy, in the cache",
    "dram": "memcpy, from DRAM",
    "fresh": "memcpy, to fresh memory",
}
"""What people call the kinds of `Ceiling`."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts; a notebook shows it as HTML.

    Attributes:
        title: What it is about.
        head: Names of the columns; the first one is of names.
        rows: The cells.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return f"{self.title}\n{text_table(self.head, self.rows, range(1, len(self.head)))}"

    def _repr_html_(self) -> str:
        return f"<b>{self.title}</b>{html_table(self.head, self.rows, range(1, len(self.head)))}"


def size_text(size: int) -> str:
    """A number of bytes in the largest unit that it fills: "64 B", "1 MiB"."""
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size / unit:g} {name}"
    return f"{size} B"


def notes(comparison: Comparison) -> list[str]:
    """Sentences below the tables: how far to trust them, and what is not in them."""
    found = []
    load, cores = comparison.machine["load_before"], comparison.machine["cores_allowed"]
    if load > cores * _BUSY:
        found.append(
            f"The machine was busy before it began (load {load:g} on {counted(cores, 'core')}): "
            "measure again when it is quiet."
        )
    if comparison.settings.repeats == 1:
        found.append("Each was measured once: how far repeats lie apart is not known.")
    for left in comparison.left:
        what = f", {left.what}" if left.what else ""
        found.append(f"Not measured: {comparison.titles[left.way]}{what}: {left.reason}")
    return found


def tables(comparison: Comparison) -> list[Table]:
    """The tables of all ways, those that have a row."""
    made = [
        _copies(comparison),
        _modes(comparison),
        _firsts(comparison),
        _latencies(comparison),
        _costs(comparison),
    ]
    return [table for table in made if table.rows]


def _point(size: int, batch: int) -> str:
    return f"{size_text(size)} x {batch}" if batch > 1 else size_text(size)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _copies(comparison: Comparison) -> Table:
    copies = {
        (row.way, row.size, row.batch): row
        for row in comparison.throughputs
        if row.mode == "copy"
    }  # fmt: skip
    points = sorted({(size, batch) for _, size, batch in copies})

    def cell(row: Throughput | None) -> str:
        if row is None:
            return _NOTHING
        return _number(
            row.messages_per_s / 1e6 if row.size < _IN_BYTES else row.bytes_per_s / 1e9
        )  # fmt: skip

    rows = []
    for way in comparison.ways:
        mine = [copies.get((way, *point)) for point in points]
        spreads = [row.spread for row in mine if row is not None and row.spread is not None]
        most = f"{max(spreads):.0%}" if spreads else _NOTHING
        rows.append((comparison.titles[way], *map(cell, mine), most))
    for kind, name in MEMCPY.items():
        known = {row.size: row.bytes_per_s for row in comparison.ceilings if row.kind == kind}
        cells = (
            _number(known[size] / (size * 1e6 if size < _IN_BYTES else 1e9)) if size in known
            else _NOTHING
            for size, _ in points
        )  # fmt: skip
        rows.append((name, *cells, _NOTHING))
    units = (
        f"{_point(*point)}: {'M/s' if point[0] < _IN_BYTES else 'GB/s'}" for point in points
    )  # fmt: skip
    title = "Copied to memory of the reader's own; the spread is the largest of a row"
    return Table(title, ("way", *units, "spread"), tuple(rows) if points else ())


def _modes(comparison: Comparison) -> Table:
    sizes = sorted({row.size for row in comparison.throughputs if row.size >= _LARGE})
    known = {(row.way, row.mode, row.size): row for row in comparison.throughputs}
    rows = [
        (
            comparison.titles[way],
            *(
                " / ".join(
                    _number(row.bytes_per_s / 1e9)
                    if (row := known.get((way, mode, size)))
                    else _NOTHING
                    for mode in ("view", "touch", "copy")
                )
                for size in sizes
            ),
        )
        for way in comparison.ways
    ]
    title = "GB/s where the reader looks at the first bytes / reads all / copies all"
    return Table(title, ("way", *map(size_text, sizes)), tuple(rows) if sizes else ())


def _firsts(comparison: Comparison) -> Table:
    rows = [
        (
            comparison.titles[row.way],
            size_text(row.size),
            _number(row.first_bytes_per_s / 1e9),
            _number(row.later_bytes_per_s / 1e9),
        )
        for row in comparison.firsts
    ]
    title = "GB/s copied to memory that the reader has never used, and then to the same again"
    return Table(title, ("way", "message", "first pass", "later passes"), tuple(rows))


def _latencies(comparison: Comparison) -> Table:
    known = {(row.way, row.size, row.wait): row for row in comparison.latencies}
    columns = sorted({(size, not wait) for _, size, wait in known})

    def cell(row: Latency | None) -> str:
        if row is None:
            return _NOTHING
        parts = (row.p50_ns, row.p99_ns, row.p999_ns)
        return " / ".join(_NOTHING if part is None else _number(part / 1e3) for part in parts)

    rows = [
        (
            comparison.titles[way],
            *(cell(known.get((way, size, not spins))) for size, spins in columns),
        )
        for way in comparison.ways
    ]
    head = (f"{size_text(size)}, {'spinning' if spins else 'sleeping'}" for size, spins in columns)
    title = "µs until the reader has it: p50 / p99 / p99.9"
    return Table(title, ("way", *head), tuple(rows) if columns else ())


def _costs(comparison: Comparison) -> Table:
    cpus = {(row.way, row.readers): row for row in comparison.cpus}
    losses = {row.way: row for row in comparison.losses}
    counts = sorted({readers for _, readers in cpus})
    rows = []
    for way in comparison.ways:
        times = (
            f"{row.ms_per_gb:.0f}" if (row := cpus.get((way, readers))) else _NOTHING
            for readers in counts
        )
        loss = losses.get(way)
        slow = (
            (_NOTHING,) * 3
            if loss is None
            else (f"{loss.held_back:.0%}", f"{loss.lost_part:.0%}", f"{loss.torn:,}")
        )
        rows.append((comparison.titles[way], *times, *slow))
    head = (f"ms/GB, {counted(readers, 'reader')}" for readers in counts)
    slow_head = ("slow reader: writer held back", "lost", "torn reads found")
    title = "Processor time of all processes for 1 GB; and a reader that manages half"
    return Table(title, ("way", *head, *slow_head), tuple(rows) if cpus or losses else ())


def versus(comparison: Comparison) -> Table:
    """The best socket beside the best shared memory, as measured.

    What was not measured of both is left out.
    """
    found: list[tuple[str, str, str]] = []

    def add(
        question: str,
        rows: Iterable[_Row],
        key: Callable[[_Row], float | None],
        text: Callable[[float], str],
        most: bool = False,
    ) -> None:
        pairs = [(value, row.way) for row in rows if (value := key(row)) is not None]
        best = []
        for family in ("socket", "memory"):
            there = [pair for pair in pairs if comparison.families[pair[1]] == family]
            if not there:
                return
            value, way = max(there) if most else min(there)
            best.append(f"{text(value)} ({comparison.titles[way]})")
        found.append((question, best[0], best[1]))

    _add_throughputs(comparison, add)
    for size in sorted({row.size for row in comparison.latencies}):
        for wait, how in ((True, "sleeps"), (False, "spins")):
            add(
                f"{size_text(size)} to a reader that {how}, median",
                [row for row in comparison.latencies if (row.size, row.wait) == (size, wait)],
                lambda row: row.p50_ns,
                lambda value: f"{_number(value / 1e3)} µs",
            )
    for readers in sorted({row.readers for row in comparison.cpus}):
        add(
            f"processor time for 1 GB to {counted(readers, 'reader')}",
            [row for row in comparison.cpus if row.readers == readers],
            lambda row: row.ms_per_gb,
            lambda value: f"{value:.0f} ms",
        )
    add("a reader that manages half loses", comparison.losses, lambda row: row.lost_part, _percent)
    add("... and holds the writer back by", comparison.losses, lambda row: row.held_back, _percent)
    title = "The best socket and the best shared memory of this run"
    return Table(title, ("question", "sockets", "shared memory"), tuple(found))


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _add_throughputs(comparison: Comparison, add: Callable[..., None]) -> None:
    copies = [row for row in comparison.throughputs if row.mode == "copy"]
    for size, batch in sorted({(row.size, row.batch) for row in copies}):
        rows = [row for row in copies if (row.size, row.batch) == (size, batch)]
        if size < _IN_BYTES:
            add(
                f"{_point(size, batch)}, copied",
                rows,
                lambda row: row.messages_per_s,
                lambda value: f"{_number(value / 1e6)} M/s",
                True,
            )
        else:
            add(
                f"{_point(size, batch)}, copied",
                rows,
                lambda row: row.bytes_per_s,
                _gigabytes,
                True,
            )
    views = [row for row in comparison.throughputs if row.mode == "view"]
    for size in sorted({row.size for row in views if row.size >= _LARGE})[-1:]:
        rows = [row for row in views if row.size == size]
        add(f"{size_text(size)}, looked at", rows, lambda row: row.bytes_per_s, _gigabytes, True)


def _gigabytes(value: float) -> str:
    return f"{_number(value / 1e9)} GB/s"
