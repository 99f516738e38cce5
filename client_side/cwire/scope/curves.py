"""Computes the curves of a scope that gets them through the kernel. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.history import History
from cwire.plot.curves import Curve, blocks, thin, trends, value_at
from cwire.plot.recipe import Recipe
from cwire.scope.recipe import ScopeRecipe
from cwire_structs.schema import shown

__all__ = ["curves", "pack"]

_MOST_BYTES = 16 << 20  # of frames that are looked at for one picture
_LATE = 1.5  # an array that comes later than 1.5 of its lengths
_JITTER = 0.05  # s, and 0.05 s after the one before does not continue it


def curves(scope: ScopeRecipe, history: History) -> list[Curve]:
    """The lines to show now, thinned to a few thousand points that keep every peak."""
    if scope.fields.kind == "trend":
        return trends(scope.fields, history, scope.window or 1.0)
    if scope.window is None:
        return blocks(scope.fields, history)
    return _rolled(scope.fields, history, scope.window)


def _rolled(recipe: Recipe, history: History, window: float) -> list[Curve]:
    """Arrays one after the other, against the time before the newest sample."""
    most = max(2, _MOST_BYTES // (history.message.size + 24))
    frames = history.latest_seconds(window, most)
    if not len(frames):
        return []
    end = frames[-1].seconds
    parts: dict[str, list[tuple[float, float, Any]]] = {}
    for frame in frames:
        step = float(value_at(frame, recipe.x or ""))
        if recipe.x_field is not None:
            step = float(shown.to_shown(recipe.x_field, step))
        group = "" if recipe.by is None else f"{recipe.by} {value_at(frame, recipe.by)!r}"
        for path, field in zip(recipe.y, recipe.y_fields, strict=True):
            label = f"{path}, {group}" if group and len(recipe.y) > 1 else group or path
            values = shown.to_shown(field, value_at(frame, path))
            parts.setdefault(label, []).append((frame.seconds - end, step, values))
    return [_joined(label, found) for label, found in sorted(parts.items())]


def _joined(label: str, parts: list[tuple[float, float, Any]]) -> Curve:
    """One line: each array begins where the one before ended, unless it comes too late for that."""
    xs: list[npt.NDArray[Any]] = []
    ys: list[npt.NDArray[Any]] = []
    at = wall = -np.inf
    for end, step, values in parts:
        y = np.asarray(values, float)
        length = len(y) * step
        if end - wall > _LATE * length + _JITTER:
            if xs:
                xs.append(np.full(1, at))
                ys.append(np.full(1, np.nan))
            at = max(at, end - length)
        xs.append(at + step * np.arange(len(y)))
        ys.append(y)
        at, wall = at + length, end
    x, y = np.concatenate(xs), np.concatenate(ys)
    x += parts[-1][0] - at  # the newest sample is where its frame says
    # The extremes of a stretch with a gap in it would be the gap.
    return Curve(label, x, y) if np.isnan(y).any() else Curve(label, *thin(x, y))


def pack(found: list[Curve], units: dict[str, str]) -> tuple[list[dict[str, str]], list[bytes]]:
    """The curves as a message: their names, and their numbers as doubles, x and y in turns."""
    names, buffers = [], []
    for curve in found:
        unit = next((unit for path, unit in units.items() if curve.label.startswith(path)), "")
        if len(units) == 1:
            unit = next(iter(units.values()))
        names.append({"label": curve.label, "unit": unit})
        buffers += [np.ascontiguousarray(part, "<f8").tobytes() for part in (curve.x, curve.y)]
    return names, buffers
