"""`make soak`: the scope in JupyterLab for a long time. Does anything grow?

Samples the memory of all processes every few seconds, prints a table, draws a picture, and fails
where something grows: README.md here says when that is. SOAK_SECONDS says how long.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.progress import track
from rich.table import Table

import processes
from chromium import Tools
from notebook import Notebook, notebook, run, wait_drawn
from slopes import Growth, growth

_RATE = 600_000  # samples per second of each channel: a new block for each picture
_CELL = """\
import cwire
bridge = cwire.connect()
scope = bridge.scope("sweep", window=2)
print(scope.widget.recipe["id"])"""
_MIB = 1 << 20
_WARM_UP = 0.1  # of the time, before the first sample that counts,
_FULL = 20.0  # but at least so many seconds: the buffers are full, and two pictures are saved
_EVERY = 4.0  # s from sample to sample, or more
# MiB/h that are borne, and MiB that come and go by themselves.
_HEAP, _STEADY, _UNSTEADY = (4.0, 0.3), (40.0, 3.0), (40.0, 10.0)


@dataclass(frozen=True)
class _Row:
    name: str
    growth: Growth


def main() -> int:
    """Runs it; returns the exit status: 1 if something grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long (600)")
    seconds = parser.parse_args().seconds
    console = Console()
    load = os.getloadavg()[0]
    with notebook(processes.build(), {"spikes": _RATE}, _CELL) as opened:
        with opened.browser.tools() as tools:
            scope = run(tools, 0).strip()
            wait_drawn(tools, scope)
            samples, figures = _watch(opened, tools, scope, seconds)
    rows = [
        _Row(name, growth([(at, one[name]) for at, one in samples], *limits))
        for name, limits in _LIMITS.items()
    ]
    picture = processes.HERE.parent / "test-artefacts" / "soak.png"
    _draw(samples, picture)
    _show(console, rows)
    console.print(
        f"{figures['seconds']:.0f} s after the warm-up: {figures['fps']:.1f} pictures per second, "
        f"{figures['frames']:,} frames, {figures['lost']:,} lost; slowest picture "
        f"{figures['slowest']:.0f} ms. Load of the machine {load:.1f} before, "
        f"{os.getloadavg()[0]:.1f} after. Written: {picture}"
    )
    return int(any(row.growth.leaks for row in rows))


def _watch(
    opened: Notebook, tools: Tools, scope: str, seconds: float
) -> tuple[list[tuple[float, dict[str, float]]], dict[str, Any]]:
    """Samples after the warm-up, by their time in seconds, and what the scope says of it."""
    time.sleep(max(_FULL, seconds * _WARM_UP))
    wanted = seconds * (1 - _WARM_UP)
    count = max(8, min(120, round(wanted / _EVERY)))
    look = _Look(opened, tools)
    script = f'({{...__cwireScope["{scope}"].report(), now: performance.now()}})'
    before = tools.evaluate(script)
    begun = time.monotonic()
    samples = []
    for number in track(range(count + 1), "watching"):
        time.sleep(max(0.0, begun + wanted * number / count - time.monotonic()))
        samples.append((time.monotonic() - begun, look()))
    after = tools.evaluate(script)
    passed = (after["now"] - before["now"]) / 1000
    return samples, {
        "seconds": passed,
        "fps": (after["draws"] - before["draws"]) / passed,
        "frames": after["frames"] - before["frames"],
        "lost": after["lost"] - before["lost"],
        "slowest": after["slowest"],
    }


_LIMITS = {
    "browser, JavaScript": _HEAP,
    "browser, the page": _UNSTEADY,
    "browser, the rest": _UNSTEADY,
    "kernel": _STEADY,
    "relay": _UNSTEADY,
    "Jupyter's server": _STEADY,
}


class _Look:
    """Memory of everything, in MiB, by the names of `_LIMITS`."""

    def __init__(self, opened: Notebook, tools: Tools) -> None:
        self._tools = tools
        self._browser = opened.browser
        self._others = {
            "kernel": opened.kernel,
            "relay": psutil.Process(opened.relay.pid),
            "Jupyter's server": opened.server,
        }

    def __call__(self) -> dict[str, float]:
        heap = self._tools.heap_bytes()
        page, rest = self._browser.resident_bytes()
        found = {"browser, JavaScript": heap, "browser, the page": page, "browser, the rest": rest}
        for name, process in self._others.items():
            found[name] = process.memory_info().rss
        return {name: size / _MIB for name, size in found.items()}


def _show(console: Console, rows: list[_Row]) -> None:
    table = Table("memory [MiB]", title="soak")
    for name in ("start", "end", "MiB/h", "halves", "borne", "leaks"):
        table.add_column(name, justify="right")
    for row in rows:
        found = row.growth
        table.add_row(
            row.name,
            f"{found.start:.1f}",
            f"{found.end:.1f}",
            f"{found.slope:+.1f}",
            ", ".join(f"{half:+.1f}" for half in found.halves),
            f"{found.limit:.0f}",
            "[red]yes" if found.leaks else "no",
        )
    console.print(table)


def _draw(samples: list[tuple[float, dict[str, float]]], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for name in _LIMITS:
        axes.plot([at for at, _ in samples], [one[name] for _, one in samples], label=name)
    axes.set_yscale("log")
    axes.set_xlabel("time after the warm-up [s]")
    axes.set_ylabel("memory [MiB]")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    sys.exit(main())
