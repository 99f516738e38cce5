"""Draws a comparison with matplotlib."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

from cwire import errors
from cwire.ipc.report import MEMCPY, size_text
from cwire.ipc.results import Comparison, Throughput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw"]

_COLOURS = {
    "socket": ("#08306b", "#2e86c1", "#17a589", "#1f9d2b", "#8e9aaf"),
    "memory": ("#a61c00", "#f39c12", "#d6338a", "#7d3c98"),
}
_MODES = {"view": ":", "touch": "--", "copy": "-"}


def draw(comparison: Comparison) -> Figure:
    """A figure of all that was measured.

    Raises:
        CwireError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise errors.CwireError(
            "the figure needs matplotlib; install it with: pip install matplotlib"
        ) from None
    figure = Figure(figsize=(14, 9), layout="constrained")
    colours = _colours(comparison)
    panels = (
        (_draw_curves, comparison.throughputs),
        (_draw_modes, comparison.throughputs),
        (_draw_batches, comparison.throughputs),
        (_draw_latencies, comparison.latencies),
        (_draw_cpus, comparison.cpus),
        (_draw_losses, comparison.losses),
    )
    for axes, (draw_panel, rows) in zip(figure.subplots(2, 3).flat, panels, strict=True):
        if rows:
            draw_panel(axes, comparison, colours)
        else:
            axes.set_axis_off()
    machine = comparison.machine
    facts = (machine.get("processor"), f"{machine.get('cores_allowed')} cores", machine["kernel"])
    figure.suptitle(", ".join(str(fact) for fact in facts if fact), fontsize="small")
    return figure


def _colours(comparison: Comparison) -> dict[str, Any]:
    """Sockets in cold colours, shared memory in warm ones."""
    found: dict[str, str] = {}
    for family, colours in _COLOURS.items():
        ways = [way for way in comparison.ways if comparison.families[way] == family]
        found |= dict(zip(ways, cycle(colours), strict=False))
    return found


def _sizes(axes: Any, sizes: list[int]) -> None:
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [size_text(size) for size in sizes], rotation=30, ha="right")
    axes.minorticks_off()
    axes.set_yscale("log")
    axes.set_ylabel("GB/s")


def _curve(axes: Any, rows: list[Throughput], **look: Any) -> None:
    rows = sorted(rows, key=lambda row: row.size)
    middle = [row.bytes_per_s / 1e9 for row in rows]
    below = [m - min(row.runs) * row.size / 1e9 for m, row in zip(middle, rows, strict=True)]
    above = [max(row.runs) * row.size / 1e9 - m for m, row in zip(middle, rows, strict=True)]
    axes.errorbar(
        [row.size for row in rows], middle, [below, above], marker="o", markersize=3, **look
    )


def _best_batch(rows: list[Throughput]) -> list[Throughput]:
    most: dict[int, int] = {}
    for row in rows:
        most[row.size] = max(most.get(row.size, 1), row.batch)
    return [row for row in rows if row.batch == most[row.size]]


def _draw_curves(axes: Any, comparison: Comparison, colours: dict[str, Any]) -> None:
    for way in comparison.ways:
        rows = [row for row in comparison.throughputs if (row.way, row.mode) == (way, "copy")]
        if rows:
            _curve(axes, _best_batch(rows), color=colours[way], label=comparison.titles[way])
    for kind, dashes in zip(MEMCPY, (":", "--", "-."), strict=True):
        known = [row for row in comparison.ceilings if row.kind == kind]
        axes.plot(
            [row.size for row in known],
            [row.bytes_per_s / 1e9 for row in known],
            dashes,
            color="grey",
            label=MEMCPY[kind],
        )
    _sizes(axes, sorted({row.size for row in comparison.ceilings}))
    axes.set_title("Copied by the reader; small ones in batches")
    _legend(axes)


def _draw_modes(axes: Any, comparison: Comparison, colours: dict[str, Any]) -> None:
    for way in comparison.ways:
        rows = [row for row in comparison.throughputs if row.way == way]
        # Sockets do not differ here, as the kernel copies in any mode: one of them is enough.
        if comparison.families[way] == "socket" and way != "unix":
            continue
        for mode, dashes in _MODES.items():
            label = comparison.titles[way] if mode == "copy" else None
            some = _best_batch([row for row in rows if row.mode == mode])
            _curve(axes, some, color=colours[way], linestyle=dashes, label=label)
    _sizes(axes, sorted({row.size for row in comparison.throughputs}))
    axes.set_title("The reader looks (···), reads all (- -), copies all (—)")
    _legend(axes)


def _draw_batches(axes: Any, comparison: Comparison, colours: dict[str, Any]) -> None:
    copies = [row for row in comparison.throughputs if row.mode == "copy"]
    least = min(row.size for row in copies)
    batches = sorted({row.batch for row in copies if row.size == least})
    _bars(
        axes,
        comparison,
        colours,
        {
            f"{batch} at once": {
                row.way: row.messages_per_s / 1e6
                for row in copies
                if (row.size, row.batch) == (least, batch)
            }
            for batch in batches
        },
    )
    axes.set_yscale("log")
    axes.set_ylabel("million messages/s")
    axes.set_title(f"Messages of {size_text(least)}")


def _draw_latencies(axes: Any, comparison: Comparison, colours: dict[str, Any]) -> None:
    least = min(row.size for row in comparison.latencies)
    for number, way in enumerate(comparison.ways):
        for wait, marker, aside in ((True, "o", -0.12), (False, "^", 0.12)):
            for row in comparison.latencies:
                if (row.way, row.size, row.wait) != (way, least, wait):
                    continue
                parts = [row.p50_ns, row.p99_ns, row.p999_ns]
                known = [part / 1e3 for part in parts if part is not None]
                axes.plot([number + aside] * len(known), known, "-", color=colours[way])
                axes.plot([number + aside] * len(known), known, marker, color=colours[way])
    _names(axes, comparison)
    axes.set_yscale("log")
    axes.set_ylabel("µs")
    axes.set_title(f"{size_text(least)}: p50, p99, p99.9; asleep ●, spinning ▲")


def _draw_cpus(axes: Any, comparison: Comparison, colours: dict[str, Any]) -> None:
    for way in comparison.ways:
        rows = sorted(
            (row for row in comparison.cpus if row.way == way), key=lambda row: row.readers
        )
        if rows:
            axes.plot(
                [row.readers for row in rows],
                [row.ms_per_gb for row in rows],
                "o-",
                color=colours[way],
                label=comparison.titles[way],
            )
    axes.set_xticks(sorted({row.readers for row in comparison.cpus}))
    axes.set_yscale("log")
    axes.set_xlabel("readers")
    axes.set_ylabel("ms of processor time for 1 GB")
    axes.set_title("All processes together; readers sleep, and copy")


def _draw_losses(axes: Any, comparison: Comparison, colours: dict[str, Any]) -> None:
    by_way = {row.way: row for row in comparison.losses}
    _bars(
        axes,
        comparison,
        colours,
        {
            "the writer was held back": {way: 100 * row.held_back for way, row in by_way.items()},
            "lost": {way: 100 * row.lost_part for way, row in by_way.items()},
        },
    )
    axes.set_ylim(0, 100)
    axes.set_ylabel("%")
    axes.set_title("A reader that manages half")


def _bars(
    axes: Any,
    comparison: Comparison,
    colours: dict[str, Any],
    groups: dict[str, dict[str, float]],
) -> None:
    width = 0.8 / max(1, len(groups))
    for number, (label, values) in enumerate(groups.items()):
        ways = [way for way in comparison.ways if way in values]
        axes.bar(
            [comparison.ways.index(way) - 0.4 + width * (number + 0.5) for way in ways],
            [values[way] for way in ways],
            width,
            color=[colours[way] for way in ways],
            hatch="//" if number else None,
            edgecolor="white",
        )
        axes.bar([0], [0], 0, color="grey", hatch="//" if number else None, label=label)
    _names(axes, comparison)
    _legend(axes)


def _names(axes: Any, comparison: Comparison) -> None:
    titles = [comparison.titles[way] for way in comparison.ways]
    axes.set_xticks(range(len(titles)), titles, rotation=30, ha="right", fontsize="small")


def _legend(axes: Any) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize="x-small", framealpha=0.5)  # lines may lie behind it
