"""`make bench`: cwire beside other ways, in one run on this machine. Trust the ratios.

Prints tables, writes results.json, docs/benchmarks.png and the tables of docs/why. README.md here
says what is measured.
"""

from __future__ import annotations

import argparse
import os
import sys

from rich.console import Console

import figures
import processes
from bench_actions import bench_actions
from bench_beside import bench_beside
from bench_bokeh import bench_bokeh
from bench_browser import bench_browser
from bench_driver import bench_driver
from bench_fan_out import bench_fan_out
from bench_idle import bench_idle
from bench_loader import bench_loader
from bench_matplotlib import bench_matplotlib
from bench_pages import bench_pages
from bench_record import bench_record
from bench_round_trip import bench_round_trip
from bench_scale import bench_scale
from bench_scope import bench_scope
from bench_start import bench_start
from bench_stream import bench_stream
from bench_structs import bench_structs
from bench_viewer import bench_viewer
from plot import draw
from result import save
from tables import show_results, show_targets
from targets import targets

_CORES = 2


def main() -> int:
    """Runs everything; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="interleaved runs (5)")
    repeats = parser.parse_args().repeats
    # Everything on the same two cores, whatever the machine has.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:_CORES])
    console = Console()
    with console.status("building") as status:
        programs = processes.build()
        results = bench_stream(programs, repeats, status.update)
        results += bench_round_trip(programs, 2 * repeats, status.update)
        results += bench_actions(programs, max(1, repeats - 2), status.update)
        results += bench_beside(programs, max(1, repeats - 2), status.update)
        results += bench_fan_out(programs, max(1, repeats - 2), status.update)
        results += bench_browser(programs, max(1, repeats - 2), status.update)
        results += bench_scope(programs, repeats, status.update)
        results += bench_pages(programs, repeats, status.update)
        results += bench_viewer(status.update)
        results += bench_bokeh(programs, status.update)
        results += bench_loader(repeats, status.update)
        results += bench_matplotlib(max(1, repeats - 2), status.update)
        results += bench_idle(programs, status.update)
        results += bench_scale(status.update)
        results += bench_driver(repeats, status.update)
        results += bench_record(repeats, status.update)
        results += bench_start(2 * repeats, status.update)
        results += bench_structs(console, status.update)
    show_results(console, results)
    show_targets(console, targets(results))
    output = processes.HERE / "results.json"
    save(results, output)
    picture = processes.HERE.parent / "docs" / "benchmarks.png"
    draw(results, picture)
    written = [output, picture, *figures.write(results)]
    console.print("written:", *written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
