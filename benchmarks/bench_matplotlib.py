"""matplotlib: pictures per second of a live plot in a real Jupyter kernel.

A kernel runs the cells that a user would: `bridge.plot` of two channels of 1024 samples, then
`plot.run` in a busy cell, then an idle kernel. Beside it what it replaces: `canvas.draw()` of the
same figure with ipympl, and `display_id.update(figure)` inline. What browser and network do with
the pictures comes on top.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import nbclient
import nbformat

from result import Result

__all__ = ["bench_matplotlib"]

_SECONDS = 3.0
_ROOT = Path(__file__).parents[1]
_FPS = 240  # more than the driver publishes, so that the drawing is what limits
_START = """\
%matplotlib {backend}
import asyncio, json, time, cwire
driver = cwire.DriverProcess({driver!r}, "--socket", {socket!r}, "--rate", 240).start()
driver.wait_until("listening")
relay = cwire.RelayProcess("demo=" + {socket!r}).start()
bridge = cwire.connect(subscribe=["scope_block"])
bridge.latest("scope_block", 4, timeout=10)
plot = bridge.plot("scope_block", fps={fps})
def rate(since, begun):
    print(json.dumps((plot.drawn - since) / (time.monotonic() - begun)))
"""
_BUSY = "since, begun = plot.drawn, time.monotonic(); plot.run({seconds}); rate(since, begun)"
_IDLE = """\
since, begun = plot.drawn, time.monotonic()
await asyncio.sleep({seconds})
rate(since, begun)
plot.stop()
"""
_IPYMPL_DRAW = """\
count, begun = 0, time.monotonic()
while time.monotonic() < begun + {seconds}:
    for drawing in plot._drawings:
        drawing.update(plot._feed)
    plot.figure.canvas.draw()
    count += 1
print(json.dumps(count / (time.monotonic() - begun)))
"""
_INLINE_DRAW = """\
from IPython.display import display
shown = display(plot.figure, display_id=True)
count, begun = 0, time.monotonic()
while time.monotonic() < begun + {seconds}:
    for drawing in plot._drawings:
        drawing.update(plot._feed)
    shown.update(plot.figure)
    count += 1
print(json.dumps(count / (time.monotonic() - begun)))
"""
_END = "plot.close(); bridge.close(); relay.stop(); driver.stop()"
_CASES = {
    "widget": (("ipympl_run", _BUSY), ("ipympl_idle", _IDLE), ("ipympl_draw", _IPYMPL_DRAW)),
    "inline": (("inline_run", _BUSY), ("inline_idle", _IDLE), ("inline_update", _INLINE_DRAW)),
}
_NOTES = {
    "ipympl_run": "bridge.plot with ipympl, plot.run() in a busy cell",
    "ipympl_idle": "bridge.plot with ipympl, kernel idle; half of its time is left for cells",
    "ipympl_draw": "the same figure by canvas.draw()",
    "inline_run": "bridge.plot inline, plot.run() in a busy cell",
    "inline_idle": "bridge.plot inline, kernel idle; half of its time is left for cells",
    "inline_update": "the same figure by display_id.update(figure)",
}


def bench_matplotlib(repeats: int, step: Callable[[str], None]) -> list[Result]:
    """Pictures per second of each way, the median of so many kernels each."""
    rates: dict[str, list[float]] = {}
    for number in range(repeats):
        for backend, cases in _CASES.items():
            step(f"matplotlib, {backend}, run {number + 1} of {repeats}")
            for subject, rate in _kernel(backend, cases).items():
                rates.setdefault(subject, []).append(rate)
    return [
        Result(
            "matplotlib",
            subject,
            frames_per_s=median(found),
            spread=(max(found) - min(found)) / median(found),
            note=_NOTES[subject],
        )
        for subject, found in rates.items()
    ]


def _kernel(backend: str, cases: tuple[tuple[str, str], ...]) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="cwire-bench-") as name:
        start = _START.format(
            backend=backend,
            driver=str(_ROOT / "c_driver" / "driver"),
            socket=f"{name}/demo.sock",
            fps=_FPS,
        )
        sources = [start, *(source.format(seconds=_SECONDS) for _, source in cases), _END]
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        notebook = nbformat.v4.new_notebook(cells=cells)
        settings = {"CWIRE_RUNTIME_DIR": name, "IPYTHONDIR": name, "MPLCONFIGDIR": name}
        client = nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3")
        client.execute(env={**os.environ, **settings})
    return {
        subject: float(json.loads(_printed(cell)))
        for (subject, _), cell in zip(cases, notebook.cells[1:-1], strict=True)
    }


def _printed(cell: Any) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")
