"""The tables that `make bench` prints."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from result import Result
from targets import Target

__all__ = ["show_results", "show_targets"]


def show_results(console: Console, results: list[Result]) -> None:
    """All rows."""
    table = Table("benchmark", "subject", title="cwire benchmarks")
    for name in ("frame B", "frames/s", "MB/s", "p50 µs", "p99 µs", "spread"):
        table.add_column(name, justify="right")
    for row in results:
        table.add_row(
            row.benchmark,
            row.subject,
            _number(row.frame_bytes, 1, "d"),
            _number(row.frames_per_s, 1, ",.0f"),
            _number(row.bytes_per_s, 1e-6, ",.1f"),
            _number(row.p50_s, 1e6, ",.0f"),
            _number(row.p99_s, 1e6, ",.0f"),
            _number(row.spread, 1, ".0%"),
        )
    console.print(table)
    for row in results:
        if notes := _notes(row):
            console.print(f"{row.benchmark}, {row.subject}: {'; '.join(notes)}", style="dim")


def _notes(row: Result) -> list[str]:
    notes = []
    if row.clients is not None:
        notes.append(f"{row.clients:,} clients")
    if row.relay_cpu_s_per_byte is not None:
        notes.append(f"relay {row.relay_cpu_s_per_byte * 1e9:.2f} ns of CPU per delivered byte")
    if row.relay_bytes_per_client is not None:
        notes.append(f"relay {row.relay_bytes_per_client / 1024:.1f} KiB each")
    if row.relay_bytes is not None:
        notes.append(f"relay {row.relay_bytes / 1e6:.0f} MB")
    for who, share in (("relay", row.relay_cpu), ("client", row.client_cpu)):
        if share is not None:
            notes.append(f"{who} {share:.3f} of a processor")
    if row.stalled_change is not None:
        notes.append(f"median {row.stalled_change:+.1%}")
    if row.page_thread_s is not None:
        notes.append(f"{row.page_thread_s * 1e3:.1f} ms of the page's thread per picture")
    if row.page_bytes is not None:
        notes.append(f"the page's JavaScript {row.page_bytes / 2**20:.0f} MiB")
    if row.lost:
        notes.append(f"{row.lost:,} of {row.published:,} frames lost")
    if row.missed:
        notes.append(f"{row.missed:,} peaks missed")
    return notes + ([row.note] if row.note else [])


def _number(value: float | None, factor: float, form: str) -> str:
    return "" if value is None else format(value * factor if factor != 1 else value, form)


def show_targets(console: Console, targets: list[Target]) -> None:
    """A target, the figure, and whether that is enough."""
    table = Table("target", title="targets (printed, not asserted)")
    for name in ("wanted", "reached", "met"):
        table.add_column(name, justify="right")
    for row in targets:
        reached = "not measured" if row.reached is None else f"{row.reached:.2f}"
        table.add_row(row.text, row.wanted, reached, "yes" if row.met else "[red]no")
    console.print(table)
