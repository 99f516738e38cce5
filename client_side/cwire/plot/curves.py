"""Computes what a live plot shows: lines, bars and images as arrays; draws nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.clock import is_step, restarts, timeline
from cwire.data.frame_array import Record
from cwire.data.history import History, stamps_of
from cwire.plot.recipe import Recipe
from cwire_structs.schema import shown

__all__ = ["Curve", "bars", "blocks", "cut", "image", "thin", "trends"]

_GROUPS = 64  # newest frames among which the latest of each group is looked for
_BLOCK_BYTES = 8 << 20
_MOST_ROWS = 1 << 18  # frames of a trend
_POINTS = 4000  # of a line; more than a figure has pixels
_GAP_PERIODS = 5.0  # a line is broken where nothing came for 5 usual periods
_GAP_SECONDS = 0.2  # and for 0.2 s
_MOST_TILES = 1024
_MOST_PIXELS = 1 << 26  # of a picture that tiles make


@dataclass(frozen=True, slots=True)
class Curve:
    """One line, or one row of bars.

    Attributes:
        label: Its name.
        x: Where its points are.
        y: Their values.
        note: What was wrong with its clock; empty: nothing.
        index: Of the recipe's y that it shows.
        low: Of a band between minima and maxima the lower edge, of which y is the upper one.
    """

    label: str
    x: npt.NDArray[Any]
    y: npt.NDArray[Any]
    note: str = ""
    index: int = 0
    low: npt.NDArray[Any] | None = None

    @property
    def ys(self) -> list[npt.NDArray[Any]]:
        """All values that it shows."""
        return [self.y] if self.low is None else [self.low, self.y]


def _y(recipe: Recipe, index: int, values: Any) -> Any:
    """Returns the values of a y as people read them."""
    return shown.to_shown(recipe.y_fields[index], values[recipe.y[index]])


def _newest(recipe: Recipe, history: History) -> list[tuple[str, Record]]:
    """The newest record of each group, and what to call it."""
    count = max(1, min(_GROUPS, _BLOCK_BYTES // (history.message.size + 32)))
    frames = history.latest(count if recipe.by else 1)
    if not recipe.by:
        return [("", record) for record in frames]
    if isinstance(frames, list):
        groups = np.array([int(record[recipe.by]) for record in frames])
    else:
        groups = np.asarray(frames[recipe.by])
    last = (int(np.flatnonzero(groups == group)[-1]) for group in np.unique(groups))
    return [(f"{recipe.by} {frames[i][recipe.by]!r}", frames[i]) for i in last]


def blocks(recipe: Recipe, history: History) -> list[Curve]:
    """The newest array of each group, as lines."""
    curves = []
    for group, record in _newest(recipe, history):
        step: Any = 1.0
        note = ""
        if recipe.x is not None and recipe.x_field is not None:
            step = shown.to_shown(recipe.x_field, record[recipe.x])
        if not isinstance(step, np.ndarray) and not is_step(step):
            note = f"{recipe.x} is {step:g}: drawn by the index"
            step = 1.0
        uppers = dict(recipe.bands)
        for index, (name, samples) in enumerate(zip(recipe.names, recipe.samples, strict=True)):
            if index in uppers.values():
                continue
            y = np.asarray(_y(recipe, index, record))
            if isinstance(step, np.ndarray):
                length = min(len(step), len(y))
                x, y = np.asarray(step)[:length], y[:length]
            else:
                x = np.arange(len(y)) * (step * samples)
            name = recipe.band_names.get(index, name)
            label = group or name
            if group and len(recipe.y) - len(uppers) > 1:
                label = f"{name}, {group}"
            if index in uppers:
                high = np.asarray(_y(recipe, uppers[index], record))[: len(y)]
                x, y, high = _thin_band(x, y, high)
                curves.append(Curve(label, x, high, note, index, low=y))
            else:
                curves.append(Curve(label, *thin(x, y), note, index))
    return curves


def bars(recipe: Recipe, history: History) -> list[Curve]:
    """The newest array of each group, or the newest numbers side by side (x counts them)."""
    if recipe.samples:
        return blocks(recipe, history)
    return [
        Curve(
            label,
            np.arange(len(recipe.y)),
            np.array([_y(recipe, index, record) for index in range(len(recipe.y))], float),
        )
        for label, record in _newest(recipe, history)
    ]


def image(recipe: Recipe, history: History) -> npt.NDArray[Any] | None:
    """The newest two-dimensional array, or None; of tiles, the picture that they make."""
    frames = history.latest(1)
    if not len(frames):
        return None
    if not recipe.tiled:
        return np.asarray(_y(recipe, 0, frames[-1]))
    count = int(frames[-1]["tiles"]) if "tiles" in frames[-1] else 1
    return _picture(recipe, list(history.latest(min(max(count, 1), _MOST_TILES))))


def _picture(recipe: Recipe, tiles: list[Record]) -> npt.NDArray[Any] | None:
    placed = []
    for record in tiles:
        values = np.asarray(_y(recipe, 0, record))
        width = int(record["width"])
        height = min(int(record["height"]), len(values) // width if width > 0 else 0)
        if height > 0:
            part = values[: width * height].reshape(height, width)
            left, top = (int(record[axis]) if axis in record else 0 for axis in ("x", "y"))
            if left >= 0 and top >= 0:
                placed.append((top, left, part))
    if not placed:
        return None
    rows = max(top + part.shape[0] for top, _, part in placed)
    columns = max(left + part.shape[1] for _, left, part in placed)
    if rows * columns > _MOST_PIXELS:
        return placed[-1][2]
    whole = np.zeros((rows, columns), placed[-1][2].dtype)
    for top, left, part in placed:
        whole[top : top + part.shape[0], left : left + part.shape[1]] = part
    return whole


def trends(recipe: Recipe, history: History, window: float) -> list[Curve]:
    """Scalar fields against the time before the newest frame, over the last `window` seconds."""
    frames = history.latest_seconds(window, _MOST_ROWS)
    if not len(frames):
        return []
    if isinstance(frames, list):  # frames of different sizes: their fixed fields one by one
        columns = {p: np.array([record[p] for record in frames]) for p in recipe.y}
        groups = np.array([r[recipe.by] for r in frames]) if recipe.by else None
        sequence = np.array([record.sequence for record in frames], np.uint32)
    else:
        columns = {path: frames[path] for path in recipe.y}
        groups = frames[recipe.by] if recipe.by else None
        sequence = frames.sequence
    stamps = stamps_of(frames)
    line = timeline(stamps, history.rests)
    runs = restarts(sequence)
    fields = dict(zip(recipe.y, recipe.y_fields, strict=True))
    columns = {path: shown.to_shown(fields[path], column) for path, column in columns.items()}
    parts: list[tuple[str, Any, npt.NDArray[Any], npt.NDArray[Any], str]] = []
    if groups is None:
        parts.append(("", slice(None), line.seconds, _runs(runs, line.jumps), line.note))
    else:
        for group in np.unique(groups):
            # Each channel's clock by itself; where its newest frame is, the clock of all says.
            chosen = np.flatnonzero(groups == group)
            own = timeline(stamps[chosen], history.rests)
            seconds = own.seconds + line.seconds[chosen[-1]]
            label = f"{recipe.by} {group}"
            parts.append((label, chosen, seconds, _runs(runs[chosen], own.jumps), own.note))
    curves = []
    names = dict(zip(recipe.y, recipe.names, strict=True))
    for path, column in columns.items():
        name, index = names[path], recipe.y.index(path)
        for group, chosen, seconds, breaks, note in parts:
            label = f"{name}, {group}" if group and len(columns) > 1 else group or name
            points = broken(seconds, column[chosen], breaks)
            curves.append(Curve(label, *points, note, index))
    return curves


def _runs(runs: npt.NDArray[Any], jumps: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
    """The runs of the driver, cut where its clock has jumped."""
    jumped = np.zeros(len(runs), np.intp)
    jumped[jumps] = 1
    return runs + np.cumsum(jumped)


def broken(
    x: npt.NDArray[Any], y: npt.NDArray[Any], run: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """A thinned line with a gap (NaN) where the driver restarted or nothing came for a while."""
    steps = np.diff(x)
    usual = float(np.median(steps)) if len(steps) else 0.0
    gaps = (steps > max(_GAP_PERIODS * usual, _GAP_SECONDS)) | (np.diff(run) != 0)
    return cut(x, y, np.flatnonzero(gaps) + 1)


def cut(
    x: npt.NDArray[Any], y: npt.NDArray[Any], cuts: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """A thinned line with a gap (NaN) before some of its points."""
    if not len(cuts) or len(cuts) > _POINTS:
        return thin(x, y)
    xs, ys = [], []
    for part_x, part_y in zip(np.split(x, cuts), np.split(y, cuts), strict=True):
        points = max(2, _POINTS * len(part_y) // len(y))  # all parts together have as many
        few_x, few_y = thin(part_x, part_y, points)
        xs += [few_x, few_x[-1:]]
        ys += [few_y.astype(float), np.full(1, np.nan)]
    return np.concatenate(xs[:-1]), np.concatenate(ys[:-1])


def thin(
    x: npt.NDArray[Any], y: npt.NDArray[Any], points: int = _POINTS
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Fewer points that look the same: the smallest and the largest y of each stretch of x."""
    length = len(y)
    if length <= points:
        return x, y
    stretch = -(-length * 2 // points)
    whole = length // stretch * stretch
    first = np.arange(0, whole, stretch)
    index = (first[:, None] + _extremes(y[:whole].reshape(-1, stretch))).reshape(-1)
    if whole < length:
        index = np.concatenate([index, whole + _extremes(y[whole:].reshape(1, -1))[0]])
    return x[index], y[index]


def _thin_band(
    x: npt.NDArray[Any], low: npt.NDArray[Any], high: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Fewer points of a band that look the same: of each stretch of x its extremes."""
    stretch = -(-len(low) * 2 // _POINTS)
    if stretch <= 2:
        return x, low, high
    first = np.arange(0, len(low), stretch)
    return x[first], np.fmin.reduceat(low, first), np.fmax.reduceat(high, first)


def _extremes(rows: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """The places of the extremes of each row's finite values, the earlier one first."""
    picks = np.stack([rows.argmin(1), rows.argmax(1)], axis=1)
    # NaN and infinities are picked, if there are any: rarely, so that they are looked for late.
    bad = ~np.isfinite(np.take_along_axis(rows, picks, 1)).all(1)
    if bad.any():
        some = rows[bad]
        unknown = ~np.isfinite(some)
        for place, worst, pick in ((0, np.inf, np.argmin), (1, -np.inf, np.argmax)):
            np.copyto(some, worst, where=unknown)
            picks[bad, place] = pick(some, 1)
    return np.sort(picks, axis=1)
