"""The cost of wrapping and reading structs, beside its targets."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from result import Result
from structs import measure_structs

__all__ = ["bench_structs"]


def bench_structs(console: Console, say: Callable[[str], None]) -> list[Result]:
    """Measures in this process, and prints a table of its own: the figures are nanoseconds."""
    say("structs")
    costs = list(measure_structs())
    table = Table("structs", title="wrapping, single messages and views")
    for name in ("ns", "at most"):
        table.add_column(name, justify="right")
    for cost in costs:
        target = "" if cost.target_s is None else f"{cost.target_s * 1e9:,.0f}"
        table.add_row(cost.subject, f"{cost.p50_s * 1e9:,.1f}", target)
    console.print(table)
    return [
        Result("structs", cost.subject, cost.frame_bytes, p50_s=cost.p50_s, p99_s=cost.p99_s)
        for cost in costs
    ]
