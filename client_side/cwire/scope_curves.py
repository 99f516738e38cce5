"""The curves that a scope gets through the kernel, where that is its only way. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np

from cwire.curves import Curve, blocks, thin, trends
from cwire.history import History
from cwire.recipe import Recipe
from cwire.scope_recipe import ScopeRecipe

__all__ = ["curves", "pack"]

_MOST_BYTES = 16 << 20  # of frames that are looked at for one picture
_LATE = 1.5  # blocks that begin later than so many block lengths do not follow each other


def curves(scope: ScopeRecipe, history: History) -> list[Curve]:
    """What is to be seen now, thinned to a few thousand points that keep every peak."""
    if scope.fields.kind == "trend":
        return trends(scope.fields, history, scope.window or 1.0)
    if scope.window is None:
        return blocks(scope.fields, history)
    return _rolled(scope.fields, history, scope.window)


def _rolled(recipe: Recipe, history: History, window: float) -> list[Curve]:
    """Arrays one after the other, against the time before the newest sample."""
    most = max(2, _MOST_BYTES // (history.message.size + 24))
    frames = history.latest(min(most, history.capacity))
    if not len(frames):
        return []
    end = frames[-1].seconds
    parts: dict[str, list[tuple[float, float, Any]]] = {}
    for frame in reversed(frames):
        if end - frame.seconds > window:
            break
        step = float(_take(frame, recipe.x or ""))
        group = "" if recipe.by is None else f"{recipe.by} {_take(frame, recipe.by)!r}"
        for path in recipe.y:
            label = f"{path}, {group}" if group and len(recipe.y) > 1 else group or path
            parts.setdefault(label, []).append((frame.seconds - end, step, _take(frame, path)))
    return [_joined(label, found[::-1]) for label, found in sorted(parts.items())]


def _joined(label: str, parts: list[tuple[float, float, Any]]) -> Curve:
    xs, ys = [], []
    before = None
    for end, step, values in parts:
        y = np.asarray(values, float)
        length = len(y) * step
        if before is not None and end - before > _LATE * length + 0.05:
            xs.append(np.full(1, end - length))
            ys.append(np.full(1, np.nan))
        xs.append(end - length + step * np.arange(1, len(y) + 1))
        ys.append(y)
        before = end
    x, y = np.concatenate(xs), np.concatenate(ys)
    cuts = np.flatnonzero(np.isnan(y))
    if len(cuts):  # minima of a stretch with a gap in it would be the gap
        return (
            Curve(label, x, y)
            if len(y) < 1 << 16
            else Curve(label, x[-(1 << 16) :], y[-(1 << 16) :])
        )
    return Curve(label, *thin(x, y))


def _take(values: Any, path: str) -> Any:
    for name in path.split("."):
        values = values[name]
    return values


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
