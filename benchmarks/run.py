"""`make bench`: cwire beside other ways, in one run on this machine. Trust the ratios.

Prints a table and writes results.json: a list of {"benchmark", "subject", "frame_bytes",
"frames_per_s", "bytes_per_s", "p50_s", "p99_s"}, null where it does not apply.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

import processes
from round_trip import measure_round_trips
from stream import FRAME_BYTES, measure_stream
from structs import Cost, measure_structs

REPEATS = 5
STREAM_FRAMES = {"cwire": 8_000_000, "naive": 60_000}
ROUND_TRIPS = 2000


@dataclass(frozen=True)
class Result:
    """One row of results.json. Rates are medians of the runs; times are of all round trips."""

    benchmark: str
    subject: str
    frame_bytes: int
    frames_per_s: float | None = None
    bytes_per_s: float | None = None
    p50_s: float | None = None
    p99_s: float | None = None


def bench_stream(path: Path, directory: Path) -> list[Result]:
    """64 B frames, driver to numpy, runs interleaved."""
    rates: dict[str, list[float]] = {subject: [] for subject in STREAM_FRAMES}
    lost = 0
    with processes.relay(path, directory) as (url, token):
        for _ in track(range(REPEATS), "stream"):
            run = measure_stream(url, token, STREAM_FRAMES["cwire"])
            rates["cwire"].append(run.frames_per_s)
            lost += run.lost
            # Started for its run only: a peer that does not read would slow the paced driver.
            with processes.naive(path) as naive_url:
                rates["naive"].append(
                    measure_stream(naive_url, None, STREAM_FRAMES["naive"]).frames_per_s
                )
    if lost:
        print(f"{lost} frames were lost although the driver was paced")
    return [
        Result(
            "stream",
            subject,
            FRAME_BYTES,
            frames_per_s=statistics.median(values),
            bytes_per_s=statistics.median(values) * FRAME_BYTES,
        )
        for subject, values in rates.items()
    ]


def bench_round_trip(path: Path, directory: Path) -> list[Result]:
    """A command and its reply, runs interleaved; medians."""
    seconds: dict[str, list[float]] = {"cwire": [], "websockify": []}
    with (
        processes.relay(path, directory) as (url, token),
        processes.websockify(path) as plain,
    ):
        for _ in track(range(REPEATS), "round trip"):
            seconds["cwire"] += asyncio.run(measure_round_trips(url, token, ROUND_TRIPS))
            seconds["websockify"] += asyncio.run(measure_round_trips(plain, None, ROUND_TRIPS))
    return [
        Result(
            "round_trip",
            subject,
            FRAME_BYTES,
            p50_s=statistics.median(values),
            p99_s=statistics.quantiles(values, n=100)[98],
        )
        for subject, values in seconds.items()
    ]


def bench_structs() -> tuple[list[Result], list[Cost]]:
    """Wrapping a header, reading single messages, views over batches; in this process."""
    costs = list(track(measure_structs(), "structs"))
    rows = [
        Result("structs", cost.subject, cost.frame_bytes, p50_s=cost.p50_s, p99_s=cost.p99_s)
        for cost in costs
    ]
    return rows, costs


def show_structs(costs: list[Cost]) -> None:
    """Prints what reading structs costs, beside the targets."""
    table = Table("structs", title="single messages and views")
    for name in ("ns", "at most"):
        table.add_column(name, justify="right")
    for cost in costs:
        target = "" if cost.target_s is None else f"{cost.target_s * 1e9:,.0f}"
        table.add_row(cost.subject, f"{cost.p50_s * 1e9:,.1f}", target)
    Console().print(table)


def show(results: list[Result]) -> None:
    """Prints the table, and how the figures stand to their targets."""
    table = Table("benchmark", "subject", title="cwire benchmarks")
    for name in ("frame B", "frames/s", "MB/s", "p50 µs", "p99 µs"):
        table.add_column(name, justify="right")
    for row in results:
        table.add_row(
            row.benchmark,
            row.subject,
            str(row.frame_bytes),
            "" if row.frames_per_s is None else f"{row.frames_per_s:,.0f}",
            "" if row.bytes_per_s is None else f"{row.bytes_per_s / 1e6:,.1f}",
            "" if row.p50_s is None else f"{row.p50_s * 1e6:.0f}",
            "" if row.p99_s is None else f"{row.p99_s * 1e6:.0f}",
        )
    console = Console()
    console.print(table)
    by_name = {(row.benchmark, row.subject): row for row in results}
    fast = by_name["stream", "cwire"].frames_per_s or 0
    slow = by_name["stream", "naive"].frames_per_s or 1
    ours = by_name["round_trip", "cwire"].p50_s or 0
    theirs = by_name["round_trip", "websockify"].p50_s or 1
    console.print(f"stream: {fast / 1e6:.2f} M frames/s (target: at least 3)")
    console.print(f"stream, cwire / naive: {fast / slow:.0f} (target: at least 30)")
    console.print(f"round trip p50, cwire / websockify: {ours / theirs:.2f} (target: at most 2)")


def main() -> int:
    """Runs everything; returns the exit status."""
    program = processes.build_load()
    results: list[Result] = []
    for bench in (bench_stream, bench_round_trip):
        with tempfile.TemporaryDirectory(prefix="cwire-bench-") as name:
            directory = Path(name)
            with processes.driver(program, directory) as path:
                results += bench(path, directory)
    show(results)
    rows, costs = bench_structs()
    show_structs(costs)
    results += rows
    output = processes.HERE / "results.json"
    output.write_text(json.dumps([asdict(row) for row in results], indent=1) + "\n")
    print(f"written: {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
