"""The picture of docs/why/speed.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt

from result import Result

__all__ = ["draw"]

_OURS, _OTHERS = "#1f5fa8", "#b9c2cc"
_LABELS = {
    "cwire": "cwire, by the relay",
    "cwire_ring": "cwire, beside the relay",
    "cwire_alone": "cwire, no relay",
    "cwire_unpaced": "cwire, unpaced",
    "raw_socket": "raw Unix socket",
    "ring_view": "cwire's ring, looked at",
    "ring_copy": "cwire's ring, copied",
    "naive": "naive relay",
    "pyzmq_batched": "pyzmq, 64 per message",
    "foxglove": "foxglove-sdk",
    "lsl": "LSL",
}


def draw(results: list[Result], path: Path) -> None:
    """Draws all of it to a PNG file."""
    figure, axes = plt.subplots(2, 2, figsize=(10, 6.4), layout="constrained")
    streams = [row for row in results if row.benchmark == "stream" and row.frames_per_s]
    streams = [row for row in streams if not row.subject.startswith("memcpy")]  # no way to numpy
    _bars(axes[0, 0], streams, 64, lambda row: (row.frames_per_s or 0) / 1e6)
    axes[0, 0].set(title="64 B frames, C to numpy", xlabel="million frames/s")
    _bars(axes[0, 1], streams, 1 << 20, lambda row: (row.bytes_per_s or 0) / 1e9)
    axes[0, 1].set(title="1 MiB frames, C to numpy", xlabel="GB/s")
    _round_trip(axes[1, 0], results)
    _fan_out(axes[1, 1], results)
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _bars(axis: Any, rows: list[Result], size: int, value: Callable[[Result], float]) -> None:
    rows = sorted((row for row in rows if row.frame_bytes == size), key=value)
    labels = [_LABELS.get(row.subject, row.subject) for row in rows]
    colors = [_OURS if row.subject.startswith(("cwire", "ring")) else _OTHERS for row in rows]
    bars = axis.barh(labels, [value(row) for row in rows], color=colors)
    axis.bar_label(bars, fmt="%.3g", padding=3, fontsize=8)
    axis.margins(x=0.12)


def _round_trip(axis: Any, results: list[Result]) -> None:
    rows = [row for row in results if row.benchmark == "round_trip"]
    for offset, name, alpha in ((0.2, "p50", 1.0), (-0.2, "p99", 0.5)):
        values = [((row.p50_s if name == "p50" else row.p99_s) or 0) * 1e6 for row in rows]
        colors = [_OURS if row.subject == "cwire" else _OTHERS for row in rows]
        places = [place + offset for place in range(len(rows))]
        bars = axis.barh(places, values, 0.38, color=colors, alpha=alpha)
        axis.bar_label(bars, [f"{name} {value:.0f}" for value in values], padding=3, fontsize=8)
    axis.set_yticks(range(len(rows)), [row.subject for row in rows])
    axis.margins(x=0.15)
    axis.set(title="Command and its reply", xlabel="µs")


def _fan_out(axis: Any, results: list[Result]) -> None:
    rows = [row for row in results if row.relay_cpu_s_per_byte is not None]
    clients = [row.clients for row in rows]
    axis.plot(clients, [(row.relay_cpu_s_per_byte or 0) * 1e9 for row in rows], "o-", color=_OURS)
    axis.set_xscale("log")
    axis.set_xticks(clients, [str(count) for count in clients])
    axis.set_ylim(0)
    axis.set(title="One interest, 64 KiB at 60 Hz", xlabel="clients")
    axis.set_ylabel("ns of relay CPU per delivered byte")
