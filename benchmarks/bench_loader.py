"""loader: five graphs of the relay's page /loader in a real Chromium, which draws by software here.

Each draws two numbers of ten seconds, which come a hundred times a second, ten times a second.
"""

from __future__ import annotations

import contextlib
import json
import math
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import cwire
import processes
from chromium import Tools, chromium
from result import Result
from support.browser import CHROMIUM

__all__ = ["bench_loader"]

GRAPHS = 5
"""On the page."""

_RATE = 100.0  # frames per second
_SECONDS = 5.0  # of one run
_WARM_SECONDS = 12.0  # until the graphs are full
_GRAPH = {"driver": "load", "message": "numbers", "y": ["one", "other"], "seconds": 10}
_DRAWS = "__cwireLoader.map(({draws}) => draws)"
_MEASURE = f"""new Promise((done) => {{
    const look = () => ({{draws: {_DRAWS}, now: performance.now()}});
    const before = look();
    setTimeout(() => done([before, look()]), {_SECONDS * 1000});
}})"""
_WARM = f"new Promise((done) => setTimeout(() => done({_DRAWS}), {_WARM_SECONDS * 1000}))"


def bench_loader(repeats: int, step: Callable[[str], None]) -> list[Result]:
    """The median of so many runs. Without Chromium, a row that says so.

    Args:
        repeats: How often.
        step: Told what is measured now.
    """
    if CHROMIUM is None:
        note = "absent: no chromium; `make browser` installs it"
        return [Result("loader", "cwire_graphs", note=note)]
    step(f"loader, {GRAPHS} graphs")
    with _page() as tools:
        tools.evaluate(_WARM)
        runs = [_measure(tools) for _ in range(repeats)]
    rates = [rate for rate, _ in runs]
    rate = statistics.median(rates)
    thread = statistics.median(seconds for _, seconds in runs)
    return [
        Result(
            "loader",
            "cwire_graphs",
            frames_per_s=rate,
            page_thread_s=thread,
            spread=(max(rates) - min(rates)) / rate,
            note=f"each of {GRAPHS} graphs; {100 * GRAPHS * rate * thread:.1f} % of a core in all",
        )
    ]


@contextlib.contextmanager
def _page() -> Iterator[Tools]:
    """The page's developer tools."""
    with contextlib.ExitStack() as stack:
        # Short: Unix sockets are in it.
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="cw-", dir="/tmp"))
        directory = Path(name)
        path = directory / "load.sock"
        stack.enter_context(_publishing(path))
        relay = stack.enter_context(processes.relay(path, directory))
        browser = stack.enter_context(chromium(directory))
        tools = stack.enter_context(browser.tools())
        origin = relay.url.replace("ws:", "http:").removesuffix("ws")
        graphs = quote(json.dumps([_GRAPH] * GRAPHS))
        tools.call("Page.navigate", url=f"{origin}loader#token={relay.token}&graphs={graphs}")
        tools.evaluate(
            "new Promise((done) => setInterval(() => globalThis.__cwireLoader && done(1), 50))"
        )
        yield tools


@contextlib.contextmanager
def _publishing(path: Path) -> Iterator[None]:
    """A driver in a thread, which publishes two numbers."""
    ended = threading.Event()
    schema = {"numbers": [("one", "f8"), ("other", "f8")]}
    with cwire.Driver("load", schema, str(path)) as driver:

        def publish() -> None:
            count = 0
            while not ended.wait(1 / _RATE):
                count += 1
                time = count / _RATE
                driver.publish("numbers", one=math.sin(time), other=math.sin(20 * time) / 2)

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _measure(tools: Tools) -> tuple[float, float]:
    """Pictures per second of one graph, and the page's thread's seconds for one picture."""
    busy = tools.thread_seconds()
    before, after = tools.evaluate(_MEASURE)
    busy = tools.thread_seconds() - busy
    draws = sum(after["draws"]) - sum(before["draws"])
    seconds = (after["now"] - before["now"]) / 1000
    return draws / GRAPHS / seconds, busy / max(1, draws)
