"""viewer: the relay's page /viewer in a real Chromium, which draws by software here.

Tiles of the demo driver's large image and pictures of a camera, by pictures per second and by the
processor time of the page's thread; how far a page that is slow on purpose is behind; the memory of
a page that has looked at one part of a large image after the other.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import processes
from chromium import Chromium, Tools, chromium
from result import Result
from support.browser import CHROMIUM

__all__ = ["bench_viewer"]

_SECONDS = 5.0  # of what is measured
_WARM_SECONDS = 3.0
_SIDE = 1024  # pixels of the picture: 4 x 4 tiles
_SLOW_MS = 30  # of the thread that draws, for each picture
_STEPS = 60  # places that a moving view looks at
_WORKERS = ("viewer_draw_worker.js", "viewer_feed_worker.js")
_NAMES = ("cwire_tiles", "cwire_camera", "cwire_slow", "cwire_pan")
_RATE = 30  # pictures per second of the camera
# At 1 : 1, the corner where a tile's is; and of that size, whatever the window has.
_AT = f"{8192 + _SIDE // 2},{8192 + _SIDE // 2},1"
_SIZE = f"""(() => {{
    const style = __cwireViewer.stage.style;
    style.width = style.height = "{_SIDE + 2}px";
}})()"""
_LOADED = """new Promise((done) => {
    const look = async () => {
        const {visible, loaded} = await __cwireViewer.report();
        if (visible && visible === loaded) done(true);
        else setTimeout(look, 50);
    };
    look();
})"""
# Each picture begins with it.
_SLOW = f"""(() => {{
    const {{prototype}} = OffscreenCanvasRenderingContext2D;
    const clear = prototype.clearRect;
    prototype.clearRect = function (...all) {{
        const end = performance.now() + {_SLOW_MS};
        while (performance.now() < end);
        clear.apply(this, all);
    }};
}})()"""
_MEASURE = f"""(async () => {{
    const look = async () => ({{...await __cwireViewer.report(), now: performance.now()}});
    const before = await look();
    await new Promise((done) => setTimeout(done, {_SECONDS * 1000}));
    return {{before, after: await look()}};
}})()"""
_PAN = f"""(async () => {{
    let most = 0;
    for (let step = 0; step < {_STEPS}; step++) {{
        const place = (part) => 512 + ((step * part) % 31) * 1024;
        __cwireViewer.go(`${{place(7)}},${{place(11)}},1`);
        await {_LOADED};
        most = Math.max(most, (await __cwireViewer.report()).bytes);
    }}
    return most;
}})()"""


@dataclass(frozen=True)
class _Run:
    """What was measured of a page that draws."""

    rate: float
    frames: float
    thread_s: float
    behind: list[float]
    report: dict[str, Any]


def bench_viewer(step: Callable[[str], None]) -> list[Result]:
    """Each case once, for some seconds. Without Chromium, rows that say so."""
    if CHROMIUM is None:
        note = "absent: no chromium; `make browser` installs it"
        return [Result("viewer", name, note=note) for name in _NAMES]
    tiles = f"format=FLOAT32&at={_AT}&overview=0"
    rows = []
    step("viewer, 16 tiles at 60 Hz")
    with _page(f"image=demo/image_tile&{tiles}") as (_, tools):
        rows.append(_row("cwire_tiles", _draws(tools), "16 tiles of 256 x 256 float32 at 60 Hz"))
    step("viewer, a camera")
    camera = "image=camera/camera/picture&at=1024,1024,0.5&overview=0"
    with _page(camera, camera=True) as (_, tools):
        rows.append(_row("cwire_camera", _draws(tools), f"2048 x 2048 uint16 at {_RATE} Hz"))
    step("viewer, a slow page")
    with _page(f"image=demo/image_tile&{tiles}") as (_, tools):
        with tools.in_worker(_WORKERS[0]):
            tools.evaluate(_SLOW)
        rows.append(_row("cwire_slow", _draws(tools), f"{_SLOW_MS} ms more for each picture"))
    step("viewer, memory")
    with _page(f"image=demo/image_tile&{tiles}") as (browser, tools):
        begun, _ = browser.resident_bytes()
        kept = tools.evaluate(_PAN, 300)
        heap = tools.heap_bytes()
        for worker in _WORKERS:
            with tools.in_worker(worker):
                heap += tools.heap_bytes()
        rows.append(_memory(heap, browser.resident_bytes()[0], begun, kept))
    return rows


@contextlib.contextmanager
def _page(state: str, *, camera: bool = False) -> Iterator[tuple[Chromium, Tools]]:
    """A page of the viewer that shows something."""
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cwire-bench-")))
        path = stack.enter_context(
            processes.camera(directory, _RATE) if camera else processes.demo(directory, "demo")
        )
        relay = stack.enter_context(processes.relay(path, directory))
        browser = stack.enter_context(chromium(directory))
        tools = stack.enter_context(browser.tools())
        page = f"{relay.url.replace('ws:', 'http:').removesuffix('ws')}viewer"
        tools.call("Page.navigate", url=f"{page}#token={relay.token}&{state}")
        _wait(tools, "globalThis.__cwireViewer !== undefined")
        tools.evaluate(_SIZE)
        tools.evaluate(_LOADED)
        yield browser, tools


def _wait(tools: Tools, condition: str) -> None:
    tools.evaluate(
        f"new Promise((done) => {{ const look = () => ({condition}) ? done(true) : "
        "setTimeout(look, 50); look(); })"
    )


def _draws(tools: Tools) -> _Run:
    tools.evaluate(f"new Promise((done) => setTimeout(done, {_WARM_SECONDS * 1000}))")
    thread = tools.thread_seconds()
    told = tools.evaluate(_MEASURE)
    thread = tools.thread_seconds() - thread
    before, after = told["before"], told["after"]
    seconds = (after["now"] - before["now"]) / 1000
    draws = after["draws"] - before["draws"]
    frames = (after["frames"] - before["frames"]) / seconds
    behind = after["delays"][-draws:]
    return _Run(draws / seconds, frames, thread / max(draws, 1), behind, after)


def _row(name: str, run: _Run, what: str) -> Result:
    behind = sorted(run.behind) or [float("nan")]
    return Result(
        "viewer",
        name,
        frames_per_s=run.rate,
        p50_s=behind[len(behind) // 2],
        p99_s=behind[int(0.99 * (len(behind) - 1))],
        page_thread_s=run.thread_s,
        note=f"{what}; {run.frames:,.0f} frames/s came, asked for {run.report['rate']:.0f} "
        f"pictures/s; by {run.report['kind']}; p50 and p99: from publishing to drawing",
    )


def _memory(heap: int, resident: int, begun: int, kept: int) -> Result:
    return Result(
        "viewer",
        "cwire_pan",
        page_bytes=heap,
        note=f"{_STEPS} views of 32768 x 32768 float32; JavaScript of page and workers and its "
        f"buffers, garbage collected; tiles at most {kept / 2**20:.0f} MiB; the page's process "
        f"grew from {begun / 2**20:.0f} to {resident / 2**20:.0f} MiB",
    )
