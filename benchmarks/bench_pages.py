"""pages: the relay's pages / and /scope in a real Chromium. All figures are the page's own.

Time from the click on the link until the page can be used, and until its first curve; pictures per
second of the scope page of 2 x 10,000 new samples each.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import processes
from chromium import Tools, chromium
from processes import Programs
from result import Result
from support.browser import CHROMIUM

__all__ = ["bench_pages"]

_SECONDS = 5.0  # of one run of pictures
# A new block of 10,000 samples on each channel comes before each picture, 75 times a second.
_RATE = 750_000
_NAMES = ("cwire_overview", "cwire_scope", "cwire_scope_blocks")
_PATHS = {"cwire_overview": "", "cwire_scope": "scope"}
_DRAWN = """new Promise((done) => {
    const look = setInterval(() => {
        const [figures] = Object.values(globalThis.__cwireScope ?? {});
        if (!figures?.firstDrawn) return;
        clearInterval(look);
        const [entry] = performance.getEntriesByType("navigation");
        done([entry.domContentLoadedEventEnd / 1000, figures.firstDrawn / 1000]);
    }, 20);
})"""
_MEASURE = f"""new Promise((done) => {{
    const [figures] = Object.values(__cwireScope);
    const look = () => ({{...figures.report(), now: performance.now()}});
    const before = look();
    setTimeout(() => done([before, look()]), {_SECONDS * 1000});
}})"""


def bench_pages(programs: Programs, repeats: int, step: Callable[[str], None]) -> list[Result]:
    """The medians of so many runs each. Without Chromium, rows that say so.

    Args:
        programs: The publishers.
        repeats: How often.
        step: Told what is measured now.
    """
    if CHROMIUM is None:
        note = "absent: no chromium; `make browser` installs it"
        return [Result("pages", name, note=note) for name in _NAMES]
    with _relay(programs) as (tools, link):
        rows = []
        for name, path in _PATHS.items():
            step(f"pages, /{path}")
            rows.append(_opened(tools, name, link(path), repeats))
        step("pages, 2 x 10,000 points")
        tools.evaluate(_DRAWN)
        return [*rows, _pictures(tools, repeats)]


@contextlib.contextmanager
def _relay(programs: Programs) -> Iterator[tuple[Tools, Callable[[str], str]]]:
    """A browser, and what makes links to a relay's pages."""
    with contextlib.ExitStack() as stack:
        # Short: Unix sockets are in it.
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="cw-", dir="/tmp"))
        directory = Path(name)
        blocks = processes.driver(programs.spikes, directory, str(_RATE), name="blocks")
        relay = stack.enter_context(processes.relay(stack.enter_context(blocks), directory))
        browser = stack.enter_context(chromium(directory))
        origin = relay.url.replace("ws:", "http:").removesuffix("ws")
        yield (
            stack.enter_context(browser.tools()),
            lambda path: f"{origin}{path}#token={relay.token}",
        )


def _opened(tools: Tools, name: str, link: str, repeats: int) -> Result:
    times, first = [], []
    for _ in range(repeats):
        tools.call("Page.navigate", url="about:blank")
        tools.call("Page.navigate", url=link)
        ready, drawn = tools.evaluate(_DRAWN)
        times.append(ready)
        first.append(drawn)
    middle = statistics.median(times)
    return Result(
        "pages",
        name,
        p50_s=middle,
        spread=(max(times) - min(times)) / middle,
        note=f"until it can be used; its first curve after {statistics.median(first):.2f} s",
    )


def _pictures(tools: Tools, repeats: int) -> Result:
    runs = [_measure(tools) for _ in range(repeats)]
    rates = [one["draws"] / one["seconds"] for one in runs]
    rate = statistics.median(rates)
    spent = 1e3 * statistics.median(one["thread"] / max(1, one["draws"]) for one in runs)
    samples = 1e4 * statistics.median(one["frames"] / one["seconds"] for one in runs)
    lost = sum(one["lost"] for one in runs)
    return Result(
        "pages",
        "cwire_scope_blocks",
        frames_per_s=rate,
        lost=lost,
        published=lost + sum(one["frames"] for one in runs),
        spread=(max(rates) - min(rates)) / rate,
        note=f"{samples / 1e6:.2f} M samples/s, {spent:.1f} ms of the page's thread for a picture",
    )


def _measure(tools: Tools) -> dict[str, Any]:
    """The growth of the page's figures in one run."""
    busy = tools.thread_seconds()
    before, after = tools.evaluate(_MEASURE)
    busy = tools.thread_seconds() - busy
    grown = {name: after[name] - before[name] for name in ("draws", "frames", "lost")}
    return {**grown, "thread": busy, "seconds": (after["now"] - before["now"]) / 1000}
