"""scope: `bridge.scope` in a real JupyterLab in a real Chromium. All figures are the page's own.

Time from `cwire.connect()` to the first point, in a fresh kernel; pictures per second while the
kernel sleeps in a cell; and a rolling second of 1 M samples/s on each of two channels, in which
every picture must show every spike of one sample.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from typing import Any

from chromium import Tools
from notebook import notebook, restart, run, start, wait_drawn
from processes import Programs
from result import Result
from support.browser import CHROMIUM

__all__ = ["bench_scope"]

_SECONDS = 5.0  # of one run of pictures
# A new block of 10,000 samples on each channel comes before each picture, 75 times a second.
_RATES = {"blocks": 750_000, "million": 1_000_000}
_TELL = 'print(json.dumps({"id": scope.widget.recipe["id"], "begun": begun}))'
_CONNECT = f"""\
import json, time, cwire
begun = time.time()
bridge = cwire.connect()
scope = bridge.scope("sweep", driver="blocks")
{_TELL}"""
_ROLL = f"""\
scope.close()
scope = bridge.scope("sweep", driver="million", window=1)
{_TELL}"""
_SLEEP = "time.sleep({seconds})"
# A spike's height is its number (publishers/spikes.h). On a line they follow each other: one that
# is not between its neighbours was missed by this picture.
_COUNT_SPIKES = """(() => {
    const spikes = globalThis.spikes = {seen: new Set(), missed: new Set()};
    __cwireScope[%r].watch((lines) => {
        for (const {label, points: {y, count}} of lines) {
            let due = null;
            for (let index = 0; index < count; index++) {
                if (!(y[index] >= 2)) continue;
                const number = Math.round((y[index] - 2) * 8192);
                for (due ??= number; due !== number; due = (due + 1) %% 8192) {
                    spikes.missed.add(`${label} ${due}`);
                }
                spikes.seen.add(`${label} ${number}`);
                due = (number + 1) %% 8192;
            }
        }
    });
})()"""
_MEASURE = """new Promise((done) => {
    const figures = __cwireScope[%r];
    const look = () => ({...figures.report(), now: performance.now()});
    const before = look();
    setTimeout(() => done({before, after: look(), blocked: !globalThis.cell.done}), %d);
})"""


def bench_scope(programs: Programs, repeats: int, step: Callable[[str], None]) -> list[Result]:
    """The medians of so many runs each. Without Chromium, rows that say so.

    Args:
        programs: The publishers.
        repeats: How often.
        step: Told what is measured now.
    """
    if CHROMIUM is None:
        note = "absent: no chromium; `make browser` installs it"
        return [Result("scope", name, note=note) for name in _NAMES]
    sleep = _SLEEP.format(seconds=repeats * _SECONDS + 5)
    with notebook(programs, _RATES, _CONNECT, sleep, _ROLL, sleep) as opened:
        with opened.browser.tools() as tools:
            step("scope, first point")
            rows = [_first_point(tools, repeats)]
            for name, scope_cell in zip(_NAMES[1:], (0, 2), strict=True):
                step(f"scope, {name}")
                rows.append(_pictures(tools, name, scope_cell, repeats))
    return rows


_NAMES = ("cwire_first_point", "cwire_blocks", "cwire_spikes")


def _first_point(tools: Tools, repeats: int) -> Result:
    times = []
    for _ in range(repeats):
        restart(tools)
        told = json.loads(run(tools, 0))
        wait_drawn(tools, told["id"], 1)
        drawn = tools.evaluate(
            f"(performance.timeOrigin + __cwireScope[{told['id']!r}].firstDrawn) / 1000"
        )
        times.append(drawn - told["begun"])
    middle = statistics.median(times)
    return Result(
        "scope",
        _NAMES[0],
        p50_s=middle,
        spread=(max(times) - min(times)) / middle,
        note=f"fresh kernels: the page's first {times[0]:.2f} s, the fastest {min(times):.2f} s",
    )


def _pictures(tools: Tools, name: str, scope_cell: int, repeats: int) -> Result:
    scope = json.loads(run(tools, scope_cell))["id"]
    wait_drawn(tools, scope)
    start(tools, scope_cell + 1)
    spikes = name == "cwire_spikes"
    if spikes:
        tools.evaluate(_COUNT_SPIKES % scope)
    runs = [_measure(tools, scope) for _ in range(repeats)]
    rates = [one["draws"] / one["seconds"] for one in runs]
    rate = statistics.median(rates)
    spent = 1e3 * statistics.median(one["thread"] / max(1, one["draws"]) for one in runs)
    samples = 1e4 * statistics.median(one["frames"] / one["seconds"] for one in runs)
    note = f"{samples / 1e6:.2f} M samples/s, {spent:.1f} ms of the page's thread for a picture"
    missed = None
    if spikes:
        seen, missed = tools.evaluate("[spikes.seen.size, spikes.missed.size]")
        note += f", {seen:,} spikes of one sample seen"
    lost = sum(one["lost"] for one in runs)
    return Result(
        "scope",
        name,
        frames_per_s=rate,
        lost=lost,
        published=lost + sum(one["frames"] for one in runs),
        missed=missed,
        spread=(max(rates) - min(rates)) / rate,
        note=note,
    )


def _measure(tools: Tools, scope: str) -> dict[str, Any]:
    """The growth of the page's figures in one run."""
    busy = tools.thread_seconds()
    found = tools.evaluate(_MEASURE % (scope, round(1000 * _SECONDS)))
    busy = tools.thread_seconds() - busy
    if not found["blocked"]:
        raise RuntimeError("the kernel was to sleep in a cell meanwhile")
    before, after = found["before"], found["after"]
    grown = {name: after[name] - before[name] for name in ("draws", "frames", "lost")}
    return {**grown, "thread": busy, "seconds": (after["now"] - before["now"]) / 1000}
