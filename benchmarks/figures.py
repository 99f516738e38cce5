"""The figures of docs/why, made from results.json: `make bench` writes them.

`python benchmarks/figures.py` writes them again; with ``--check`` it fails if they are stale.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from result import Result, find, load

__all__ = ["main", "write"]

HERE = Path(__file__).parent
PAGES = HERE.parent / "docs" / "why"
_PART = re.compile(
    r"(<!-- made by benchmarks/figures\.py: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL
)

_STREAMS = {
    "cwire_ring": "**cwire**, the client reads the driver's ring",
    "cwire_alone": "**cwire**, the same without a relay",
    "cwire": "**cwire** by the relay",
    "raw_socket": "a raw read of the same Unix socket",
    "websockify": "websockify before the same driver",
    "pyzmq": "pyzmq ipc, one message per frame",
    "pyzmq_batched": "pyzmq ipc, the same batches of 64",
    "lsl": "LSL, chunks of 64",
    "foxglove": "foxglove-sdk",
    "naive": "a naive relay: one WebSocket message per frame",
}
_HOPS = {"cwire": 2, "websockify": 2, "naive": 2}
_PICTURES = {
    ("scope", "cwire_spikes"): "scope in JupyterLab: two channels of 1,000,000 samples/s",
    ("scope", "cwire_blocks"): "scope in JupyterLab: two channels of 10,000 samples each",
    ("bokeh", "cwire_blocks"): "page `/scope`: two lines of 10,000 points",
    ("bokeh", "bokeh_blocks"): "bokeh's server: the same",
    ("bokeh", "cwire_tiles"): "page `/viewer`: 16 tiles of 256² float32",
    ("bokeh", "bokeh_tiles"): "bokeh's server: the same",
    ("bokeh", "cwire_camera"): "page `/viewer`: a camera of 2048² uint16 at 30 Hz",
    ("bokeh", "bokeh_camera"): "bokeh's server: the same",
}
_ACTIONS = {
    "cwire_round_trip": "**cwire**, a plain function",
    "cwire_async_round_trip": "**cwire**, an async function",
    "fastapi_round_trip": "FastAPI",
    "socketio_round_trip": "python-socketio",
    "tornado_round_trip": "an echo over bare Tornado",
}


def write(results: list[Result], *, check: bool = False) -> list[Path]:
    """Writes the figures into the pages; returns those that were stale."""
    made = {name: "\n".join(table(results)) + "\n" for name, table in _TABLES.items()}
    stale = []
    for path in sorted(PAGES.glob("*.md")):
        text = path.read_text()
        fresh = _PART.sub(lambda match: match[1] + made[match[2]] + match[3], text)
        if fresh != text:
            stale.append(path)
            if not check:
                path.write_text(fresh)
    return stale


def main() -> int:
    """Runs the command line; returns the exit status."""
    stale = write(load(HERE / "results.json"), check="--check" in sys.argv)
    print(*(f"{path.name}: its figures were stale" for path in stale), sep="\n")
    return 1 if stale and "--check" in sys.argv else 0


def _row(results: list[Result], benchmark: str, subject: str, size: int | None = None) -> Result:
    """The row; an empty one if nothing was measured."""
    return find(results, benchmark, subject, size) or Result(benchmark, subject)


def _streams(results: list[Result]) -> Iterator[str]:
    yield "| C to numpy | hops | 64 B: million frames/s | 1 MiB: GB/s |"
    yield "|---|---|---|---|"
    rows = {
        subject: [_row(results, "stream", subject, size) for size in (64, 1 << 20)]
        for subject in _STREAMS
    }
    for subject in sorted(rows, key=lambda one: -(rows[one][0].frames_per_s or 0)):
        small, large = rows[subject]
        figures = _number(small.frames_per_s, 1e-6), _number(large.bytes_per_s, 1e-9)
        yield f"| {_STREAMS[subject]} | {_HOPS.get(subject, 1)} | {' | '.join(figures)} |"


def _round_trip(results: list[Result]) -> Iterator[str]:
    labels = {"cwire": "**cwire**", "websockify": "websockify before the same driver"}
    yield "| a command and its reply | p50 in µs | p99 in µs |"
    yield from _latencies(results, "round_trip", labels)


def _actions(results: list[Result]) -> Iterator[str]:
    yield "| a Python function, called over a WebSocket | p50 in µs | p99 in µs |"
    yield from _latencies(results, "actions", _ACTIONS)


def _latencies(results: list[Result], benchmark: str, labels: dict[str, str]) -> Iterator[str]:
    yield "|---|---|---|"
    for subject, label in labels.items():
        row = _row(results, benchmark, subject)
        yield f"| {label} | {_number(row.p50_s, 1e6)} | {_number(row.p99_s, 1e6)} |"


def _pictures(results: list[Result]) -> Iterator[str]:
    yield "| in headless Chromium, without a GPU | pictures/s |"
    yield "|---|---|"
    for (benchmark, subject), label in _PICTURES.items():
        row = _row(results, benchmark, subject)
        peaks = "" if row.missed is None else f"; {row.missed:,} peaks missed"
        yield f"| {label}{peaks} | {_number(row.frames_per_s, 1)} |"


def _number(value: float | None, factor: float) -> str:
    """A figure of at least two digits."""
    if value is None:
        return "not measured"
    value *= factor
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2g}"


_TABLES: dict[str, Callable[[list[Result]], Iterable[str]]] = {
    "streams": _streams,
    "round_trip": _round_trip,
    "actions": _actions,
    "pictures": _pictures,
}


if __name__ == "__main__":
    sys.exit(main())
