"""Results of measurements, as results.json holds them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Result", "find", "load", "save"]

_ALWAYS = ("benchmark", "subject", "frame_bytes", "frames_per_s", "bytes_per_s", "p50_s", "p99_s")


@dataclass(frozen=True)
class Result:
    """One row. What does not apply is None; what comes after `p99_s` is left out where it is None.

    Attributes:
        benchmark: stream, round_trip, actions, beside, fan_out, browser, scope, pages, viewer,
            bokeh, loader, matplotlib, idle, scale, driver, record, start or structs.
        subject: What was measured.
        frame_bytes: Of one frame, header included.
        frames_per_s: Delivered (of pages that draw: pictures); the median of the runs.
        bytes_per_s: Delivered.
        p50_s: Median time, in seconds.
        p99_s: 99th percentile.
        clients: How many were connected.
        lost: Frames published and not delivered, of all runs.
        published: Frames published, of all runs.
        relay_cpu_s_per_byte: The relay's processor time by delivered byte.
        relay_bytes_per_client: The relay's resident memory by client.
        relay_cpu: Of a processor, the part that the relay uses.
        client_cpu: The same of the client.
        relay_bytes: The relay's resident memory.
        stalled_change: The part by which a stalled client changed the others' median latency.
        page_thread_s: The processor time of the page's thread for one picture.
        page_bytes: What the JavaScript of the page and its workers keeps, its buffers included.
        missed: Peaks that came and were not drawn.
        spread: (largest - smallest) / median of the runs.
        note: For people; why a subject is absent.
    """

    benchmark: str
    subject: str
    frame_bytes: int | None = None
    frames_per_s: float | None = None
    bytes_per_s: float | None = None
    p50_s: float | None = None
    p99_s: float | None = None
    clients: int | None = None
    lost: int | None = None
    published: int | None = None
    relay_cpu_s_per_byte: float | None = None
    relay_bytes_per_client: float | None = None
    relay_cpu: float | None = None
    client_cpu: float | None = None
    relay_bytes: int | None = None
    stalled_change: float | None = None
    page_thread_s: float | None = None
    page_bytes: int | None = None
    missed: int | None = None
    spread: float | None = None
    note: str | None = None


def find(
    results: Iterable[Result], benchmark: str, subject: str, frame_bytes: int | None = None
) -> Result | None:
    """The first row that fits, or None."""
    for row in results:
        if (row.benchmark, row.subject) == (benchmark, subject) and (
            frame_bytes in (None, row.frame_bytes)
        ):
            return row
    return None


def save(results: Iterable[Result], path: Path) -> None:
    """Writes the rows as JSON, one per line."""
    rows = [
        {key: value for key, value in asdict(row).items() if key in _ALWAYS or value is not None}
        for row in results
    ]
    path.write_text("[\n " + ",\n ".join(json.dumps(row) for row in rows) + "\n]\n")


def load(path: Path) -> list[Result]:
    """Reads what `save` has written."""
    return [Result(**row) for row in json.loads(path.read_text())]
