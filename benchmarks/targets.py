"""Targets beside the figures. Printed, never asserted: machines differ."""

from __future__ import annotations

from dataclasses import dataclass

from bench_bokeh import CASES
from bench_loader import GRAPHS
from result import Result, find

__all__ = ["Target", "targets"]

_SMALL, _LARGE = 64, 1 << 20
_STREAM = (  # ours is at least so many times that subject
    (_SMALL, "cwire", "lsl", 8.0),
    (_SMALL, "cwire", "foxglove", 25.0),
    (_SMALL, "cwire", "pyzmq", 8.0),
    (_SMALL, "cwire", "raw_socket", 0.35),
    (_LARGE, "cwire", "foxglove", 3.0),
    (_LARGE, "cwire", "websockify", 1.5),
    (_LARGE, "cwire", "pyzmq", 0.8),
    (_SMALL, "cwire_ring", "pyzmq", 20.0),
    (_SMALL, "cwire_ring", "pyzmq_batched", 5.0),
    (_SMALL, "cwire_ring", "raw_socket", 2.0),
    (_LARGE, "cwire_ring", "pyzmq", 2.0),
    (_LARGE, "cwire_ring", "foxglove", 2.5),
)


@dataclass(frozen=True)
class Target:
    """One of them.

    Attributes:
        text: What is compared.
        wanted: The bound, with its direction.
        reached: The figure; None if something was not measured.
        met: Whether it is within the bound.
    """

    text: str
    wanted: str
    reached: float | None
    met: bool


def targets(results: list[Result]) -> list[Target]:
    """All of them."""
    rows = []
    for size, name, subject, factor in _STREAM:
        label = "64 B" if size == _SMALL else "1 MiB"
        ours, theirs = (find(results, "stream", one, size) for one in (name, subject))
        ratio = _ratio(_rate(ours), _rate(theirs))
        rows.append(_at_least(f"stream {label}, {name} / {subject}", ratio, factor))
    view, memcpy = (find(results, "stream", name, _LARGE) for name in ("ring_view", "memcpy"))
    ratio = _ratio(_rate(view), _rate(memcpy))
    rows.append(_at_least("stream 1 MiB, ring_view / memcpy", ratio, 0.8))
    # If one frame is neither delivered nor counted as lost, the receiver fails: an empty row.
    unpaced = find(results, "stream", "cwire_unpaced", _SMALL)
    exact = 0.0 if unpaced is not None and unpaced.frames_per_s else None
    rows.append(_at_most("stream 64 B unpaced, delivered + dropped - published", exact, 0))
    for size in (_SMALL, _LARGE):
        for name in ("cwire", "cwire_ring", "cwire_alone"):
            paced = find(results, "stream", name, size)
            if paced is not None:
                text = f"stream {size} B paced, {name}, frames lost"
                rows.append(_at_most(text, float(paced.lost or 0), 0))
    ours, theirs = (find(results, "round_trip", name) for name in ("cwire", "websockify"))
    ratio = _ratio(ours.p50_s if ours else None, theirs.p50_s if theirs else None)
    rows.append(_at_most("round trip p50, cwire / websockify", ratio, 1.3))
    for subject in ("json_4_MB", "decimating_20"):
        beside = find(results, "beside", subject)
        p99_ms = beside.p99_s * 1e3 if beside is not None and beside.p99_s else None
        rows.append(_at_most(f"beside {subject}, round trip p99, ms", p99_ms, 5))
        lost = None if beside is None else float(beside.lost or 0)
        rows.append(_at_most(f"beside {subject}, frames lost at the driver", lost, 0))
    crowds = [row for row in results if row.relay_cpu_s_per_byte is not None]
    if crowds:
        few, many = crowds[0], crowds[-1]
        ratio = _ratio(many.relay_cpu_s_per_byte, few.relay_cpu_s_per_byte)
        text = f"fan-out, relay CPU per byte, {many.clients} clients / {few.clients}"
        rows.append(_at_most(text, ratio, 1.0))
    stalled = find(results, "fan_out", "cwire_stalled")
    change = None if stalled is None else stalled.stalled_change
    rows.append(_at_most("fan-out, change of the median by a stalled client", change, 0.1))
    for subject in ("ipympl_run", "ipympl_idle"):
        rate = _rate(find(results, "matplotlib", subject))
        rows.append(_at_least(f"matplotlib, {subject}, pictures/s", rate, 25))
    idle = find(results, "idle", "cwire")
    size_kib = None if idle is None else (idle.relay_bytes_per_client or 0) / 1024
    clients = None if idle is None else idle.clients
    for subject, bound in (("cwire", 0.15), ("cwire_list", 0.3)):
        start = find(results, "start", subject)
        rows.append(_at_most(f"start, {subject}, s", start.p50_s if start else None, bound))
    rows.append(_at_most(f"idle, KiB for each of {clients} clients", size_kib, 16))
    return (
        rows
        + _actions(results)
        + _scale(results)
        + _scope(results)
        + _pages(results)
        + _viewer(results)
        + _bokeh(results)
        + _loader(results)
        + _record(results)
    )


def _actions(results: list[Result]) -> list[Target]:
    ours, tornado, fastapi, socketio = (
        find(results, "actions", f"{name}_round_trip")
        for name in ("cwire", "tornado", "fastapi", "socketio")
    )
    rows = []
    for name, theirs, bound in (
        ("bare Tornado", tornado, 1.3),
        ("FastAPI", fastapi, 1.0),
        ("python-socketio", socketio, 1.0),
    ):
        ratio = _ratio(ours.p50_s if ours else None, theirs.p50_s if theirs else None)
        rows.append(_at_most(f"actions, round trip p50, cwire / {name}", ratio, bound))
    streams = (find(results, "actions", f"{name}_streams") for name in ("cwire", "socketio"))
    ratio = _ratio(*map(_rate, streams))
    rows.append(_at_least("actions, messages/s of 1,000 streams, cwire / socketio", ratio, 3.0))
    array, text = (find(results, "actions", f"{name}_array") for name in ("cwire", "json"))
    ratio = _ratio(array.bytes_per_s if array else None, text.bytes_per_s if text else None)
    rows.append(_at_least("actions, an array into numpy, cwire / JSON", ratio, 10.0))
    alone = find(results, "actions", "beside_nothing")
    for busy in ("block", "compute", "block_async", "sometimes"):
        beside = find(results, "actions", f"beside_{busy}")
        later = None
        if alone is not None and beside is not None and alone.p99_s and beside.p99_s:
            later = (beside.p99_s - alone.p99_s) * 1e3
        rows.append(_at_most(f"actions, frames later beside {busy}, p99, ms", later, 5))
    return rows


def _scale(results: list[Result]) -> list[Target]:
    alone, read = (find(results, "scale", name) for name in ("cwire", "cwire_client"))
    rows = []
    for case, row, bound in (("no client", alone, 0.05), ("a client", read, 0.15)):
        share = row.relay_cpu if row else None
        rows.append(_at_most(f"scale, 50 drivers, {case}, the relay's CPU", share, bound))
    memory = alone.relay_bytes / 1e6 if alone and alone.relay_bytes else None
    rows.append(_at_most("scale, 50 drivers, no client, the relay's MB", memory, 150))
    share = read.client_cpu if read else None
    rows.append(_at_most("scale, 50 drivers, a client, the client's CPU", share, 0.15))
    return rows


def _scope(results: list[Result]) -> list[Target]:
    first, blocks, spikes = (
        find(results, "scope", name)
        for name in ("cwire_first_point", "cwire_blocks", "cwire_spikes")
    )
    missed = None if spikes is None or spikes.missed is None else float(spikes.missed)
    return [
        _at_most("scope, s from connect() to the first point", first.p50_s if first else None, 1),
        _at_least("scope, pictures/s, 2 x 10,000 points, kernel blocked", _rate(blocks), 50),
        _at_least("scope, pictures/s, 2 x 1 M samples/s", _rate(spikes), 50),
        _at_most("scope, 2 x 1 M samples/s, peaks missed", missed, 0),
    ]


def _pages(results: list[Result]) -> list[Target]:
    overview, scope, blocks = (
        find(results, "pages", name)
        for name in ("cwire_overview", "cwire_scope", "cwire_scope_blocks")
    )
    return [
        _at_most("page /, s until it can be used", overview.p50_s if overview else None, 1),
        _at_most("page /scope, s until it can be used", scope.p50_s if scope else None, 1),
        _at_least("page /scope, pictures/s, 2 x 10,000 points", _rate(blocks), 55),
    ]


def _viewer(results: list[Result]) -> list[Target]:
    tiles, camera, slow, pan = (
        find(results, "viewer", f"cwire_{name}") for name in ("tiles", "camera", "slow", "pan")
    )
    thread_ms = tiles.page_thread_s * 1e3 if tiles and tiles.page_thread_s else None
    behind_ms = slow.p50_s * 1e3 if slow and slow.p50_s else None
    memory = pan.page_bytes / 2**20 if pan and pan.page_bytes else None
    return [
        _at_least("viewer, pictures/s, 16 tiles of 256 x 256 float32", _rate(tiles), 55),
        _at_most("viewer, ms of the page's thread per such picture", thread_ms, 4),
        _at_least("viewer, pictures/s, a camera of 2048 x 2048 uint16", _rate(camera), 25),
        _at_most("viewer, a slow page, ms behind", behind_ms, 50),
        _at_most("viewer, after a pan over 32768 x 32768, MiB", memory, 256),
    ]


def _bokeh(results: list[Result]) -> list[Target]:
    return [
        _at_least(
            f"pages, pictures/s of {case}, cwire / bokeh",
            _ratio(*(_rate(find(results, "bokeh", f"{who}_{case}")) for who in ("cwire", "bokeh"))),
            5,
        )
        for case in CASES
    ]


def _record(results: list[Result]) -> list[Target]:
    def rate(subject: str, size: int) -> float | None:
        return _rate(find(results, "record", subject, size))

    rows = []
    for size, subject, factor in ((_SMALL, "foxglove", 3.0), (_SMALL, "mcap", 10.0),
                                  (_LARGE, "write", 0.7)):  # fmt: skip
        label = "64 B" if size == _SMALL else "1 MiB"
        ratio = _ratio(rate("cwire", size), rate(subject, size))
        rows.append(_at_least(f"record {label}, cwire / {subject}", ratio, factor))
    opened, gaps = (find(results, "record", name) for name in ("open", "replay_gaps"))
    milliseconds = opened.p50_s * 1e3 if opened and opened.p50_s else None
    rows.append(_at_most("record, a second out of 10 GB, ms", milliseconds, 50))
    late = gaps.p99_s * 1e3 if gaps and gaps.p99_s else None
    rows.append(_at_most("record, replay at speed 1, gaps off by, p99, ms", late, 1))
    replayed = rate("replay", _SMALL)
    rows.append(_at_least("record, replay of 64 B, M frames/s", replayed and replayed / 1e6, 5))
    for ending in ("parquet", "h5"):
        row = find(results, "record", f"export_{ending}")
        speed = row.bytes_per_s / 1e6 if row and row.bytes_per_s else None
        rows.append(_at_least(f"record, export to {ending}, MB/s", speed, 200))
    return rows


def _loader(results: list[Result]) -> list[Target]:
    row = find(results, "loader", "cwire_graphs")
    spent = row.page_thread_s if row else None
    rate = _rate(row)
    percent = 100 * GRAPHS * rate * spent if rate and spent else None
    return [_at_most(f"loader, {GRAPHS} graphs at 10 Hz, % of a core", percent, 15)]


def _rate(row: Result | None) -> float | None:
    return None if row is None else row.frames_per_s


def _ratio(ours: float | None, theirs: float | None) -> float | None:
    return ours / theirs if ours is not None and theirs else None


def _at_least(text: str, reached: float | None, bound: float) -> Target:
    return Target(text, f">= {bound:g}", reached, reached is not None and reached >= bound)


def _at_most(text: str, reached: float | None, bound: float) -> Target:
    return Target(text, f"<= {bound:g}", reached, reached is not None and reached <= bound)
