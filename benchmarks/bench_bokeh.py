"""bokeh: /viewer and /scope beside bokeh's server, which shows the same driver's data by a bridge.

Both are pages of one Chromium, and take turns. A picture counts if what is on a canvas has changed
since the last animation frame: a strip of it is read back, on both sides by the same script.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import processes
from chromium import Chromium, chromium
from processes import Programs
from result import Result
from support.browser import CHROMIUM

__all__ = ["CASES", "bench_bokeh"]

CASES = ("tiles", "camera", "blocks")
_SECONDS = 2.5  # of one count
_ALONE_SECONDS = 1.5
_TURNS = 2
_RATES = {"camera": 30, "blocks": 750_000}  # pictures, samples per second
_SIDE = 1024
_AT = f"{8192 + _SIDE // 2},{8192 + _SIDE // 2},1"
_STATES = {
    "tiles": f"viewer#image=demo/image_tile&format=FLOAT32&at={_AT}&overview=0",
    "camera": "viewer#image=camera/camera/picture&at=1024,1024,0.5&overview=0",
    "blocks": 'scope#scopes=[{"driver":"blocks","message":"sweep","wide":true}]',
}
_WHAT = {
    "tiles": "16 tiles of 256 x 256 float32 at 60 Hz",
    "camera": f"2048 x 2048 uint16 at {_RATES['camera']} Hz",
    "blocks": "2 x 10,000 points at 75 Hz",
}
# The page is there, and has the size that is measured: the viewer's is by default the window's.
_OPEN = f"""(async () => {{
    for (;;) {{
        const {{__cwireViewer, __cwireScope, Bokeh}} = globalThis;
        if (Object.keys(__cwireScope ?? {{}}).length || Bokeh?.documents.length) return;
        if (__cwireViewer) {{
            __cwireViewer.stage.style.width = __cwireViewer.stage.style.height = "{_SIDE + 2}px";
            await __cwireViewer.report(); // by its worker
            return;
        }}
        await new Promise((done) => setTimeout(done, 20));
    }}
}})()"""
# Not before it draws.
_COUNT = f"""new Promise((done) => {{
    const wait = () => {{
        if (__pictures < 5) return setTimeout(wait, 20);
        const [begun, first] = [performance.now(), __pictures];
        const tell = () => done(1000 * (__pictures - first) / (performance.now() - begun));
        setTimeout(tell, {1000 * _SECONDS});
    }};
    wait();
}})"""
# It looks at a strip of each canvas at the end of each task that has drawn, while what was drawn by
# WebGL is there. In the page, or in the worker that draws for it.
_SCRIPT = """globalThis.__pictures = 0;
globalThis.__look = true;
(() => {
    const hashes = new Map();
    let [drawn, frame, counted] = [new Set(), 0, -1];
    const next = () => { frame++; requestAnimationFrame(next); };
    next();
    const strip = (context) => {
        const {width, height} = context.canvas;
        const x = width >> 1;
        if (context.getImageData) return context.getImageData(x, 0, 16, height).data.buffer;
        const pixels = new Uint8Array(64 * height);
        context.readPixels(x, 0, 16, height, context.RGBA, context.UNSIGNED_BYTE, pixels);
        return pixels.buffer;
    };
    const look = () => {
        const contexts = drawn;
        drawn = new Set();
        for (const context of contexts) {
            let hash = 0;
            for (const pixel of new Uint32Array(strip(context)))
                hash = (Math.imul(hash, 31) + pixel) | 0;
            if (hashes.get(context) === hash) continue;
            hashes.set(context, hash);
            if (counted !== frame) globalThis.__pictures++;
            counted = frame;
        }
    };
    const calls = {
        CanvasRenderingContext2D: ["drawImage", "putImageData", "stroke", "fill", "clearRect"],
        OffscreenCanvasRenderingContext2D: ["drawImage", "putImageData", "fillRect", "clearRect"],
        WebGLRenderingContext: ["drawArrays", "drawElements"],
        WebGL2RenderingContext: ["drawArrays", "drawElements", "drawArraysInstanced",
            "drawElementsInstanced"],
    };
    for (const [name, methods] of Object.entries(calls)) {
        const type = globalThis[name]?.prototype;
        for (const method of type ? methods : []) {
            const call = type[method];
            type[method] = function (...words) {
                const {width, height, isConnected} = this.canvas;
                // What is seen: bokeh draws by WebGL, and images, on canvases beside the page.
                if (__look && width > 400 && height > 200 && isConnected !== false) {
                    if (!drawn.size) queueMicrotask(look);
                    drawn.add(this);
                }
                return call.apply(this, words);
            };
        }
    }
})()"""


@dataclass(frozen=True)
class _Turn:
    """What one look at a page gave."""

    rate: float
    thread_s: float
    """Of the page's thread, per picture."""
    process_s: float
    """Of the pages' processes, with the threads that draw, per picture."""


def bench_bokeh(programs: Programs, step: Callable[[str], None]) -> list[Result]:
    """Each case by turns. Without Chromium, rows that say so.

    Args:
        programs: The publishers.
        step: Told what is measured now.
    """
    names = [f"{who}_{case}" for case in CASES for who in ("cwire", "bokeh")]
    if CHROMIUM is None:
        note = "absent: no chromium; `make browser` installs it"
        return [Result("bokeh", name, note=note) for name in names]
    rows = []
    # Short: Unix sockets are in it.
    with tempfile.TemporaryDirectory(prefix="cw-", dir="/tmp") as name:
        directory = Path(name)
        with chromium(directory) as browser:
            for case in CASES:
                step(f"bokeh, {case}")
                with _links(programs, case, directory) as links:
                    turns: dict[str, list[_Turn]] = {who: [] for who in links}
                    for _ in range(_TURNS):
                        for who, link in links.items():
                            turns[who].append(_look(browser, who, case, link))
                rows += [_row(case, who, turns[who]) for who in turns]
    return rows


@contextlib.contextmanager
def _links(programs: Programs, case: str, directory: Path) -> Iterator[dict[str, str]]:
    """The pages of both, of one driver."""
    with contextlib.ExitStack() as stack:
        driver = {
            "tiles": lambda: processes.demo(directory, "demo"),
            "camera": lambda: processes.camera(directory, _RATES["camera"]),
            "blocks": lambda: processes.driver(
                programs.spikes, directory, str(_RATES["blocks"]), name="blocks"
            ),
        }[case]()
        relay = stack.enter_context(processes.relay(stack.enter_context(driver), directory))
        bokeh = stack.enter_context(processes.bokeh(case, relay))
        origin = relay.url.replace("ws:", "http:").removesuffix("ws")
        page, state = _STATES[case].split("#")
        yield {"cwire": f"{origin}{page}#token={relay.token}&{state}", "bokeh": bokeh}


def _look(browser: Chromium, who: str, case: str, link: str) -> _Turn:
    """Opens a page, counts its pictures, and then looks how long they take without counting."""
    with browser.tools() as tools:
        tools.call("Page.navigate", url="about:blank")
        tools.call("Page.navigate", url=link)
        tools.evaluate(_OPEN)
        in_worker = who == "cwire" and case != "blocks"
        worker = tools.in_worker("viewer_draw_worker.js") if in_worker else contextlib.nullcontext()
        with worker:
            tools.evaluate(_SCRIPT)
            rate = float(tools.evaluate(_COUNT))
            tools.evaluate("__look = false")
        thread, before = tools.thread_seconds(), browser.renderer_seconds()
        tools.evaluate(f"new Promise((done) => setTimeout(done, {1000 * _ALONE_SECONDS}))")
        thread, after = tools.thread_seconds() - thread, browser.renderer_seconds()
    process = sum(after[pid] - before[pid] for pid in after.keys() & before.keys())
    pictures = max(1.0, rate * _ALONE_SECONDS)
    return _Turn(rate, thread / pictures, process / pictures)


def _row(case: str, who: str, turns: list[_Turn]) -> Result:
    rates = [turn.rate for turn in turns]
    rate = statistics.median(rates)
    process = 1e3 * statistics.median(turn.process_s for turn in turns)
    return Result(
        "bokeh",
        f"{who}_{case}",
        frames_per_s=rate,
        page_thread_s=statistics.median(turn.thread_s for turn in turns),
        spread=(max(rates) - min(rates)) / rate if rate else None,
        note=f"{_WHAT[case]}; pictures that changed; "
        f"{process:.1f} ms of all threads of the pages' processes for one",
    )
