"""Computes the curves of a scope that gets them through the kernel. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.clock import is_step, timeline
from cwire.data.history import History, stamps_of
from cwire.plot.curves import Curve, blocks, cut, trends
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
    stamps = stamps_of(frames)
    line = timeline(stamps, history.rests).seconds
    parts: dict[tuple[str, int], list[tuple[int, float, Any]]] = {}
    for index, frame in enumerate(frames):
        step = float(frame[recipe.x or ""])
        if recipe.x_field is not None:
            step = float(shown.to_shown(recipe.x_field, step))
        group = "" if recipe.by is None else f"{recipe.by} {frame[recipe.by]!r}"
        fields = zip(recipe.y, recipe.names, recipe.y_fields, strict=True)
        for number, (path, name, field) in enumerate(fields):
            label = f"{name}, {group}" if group and len(recipe.y) > 1 else group or name
            values = shown.to_shown(field, frame[path])
            parts.setdefault((label, number), []).append((index, step, values))
    curves = []
    for (label, of), found in sorted(parts.items()):
        # Each channel's clock by itself; where its newest frame is, the clock of all says.
        which = [index for index, _, _ in found]
        own = timeline(stamps[which], history.rests)
        jumped = set(own.jumps.tolist())
        blocks = [
            _Block(own.seconds[number] + line[which[-1]], step, values, number in jumped)
            for number, (_, step, values) in enumerate(found)
        ]
        curves.append(replace(_joined(label, blocks, own.note, recipe.x or ""), index=of))
    return curves


@dataclass(frozen=True, slots=True)
class _Block:
    """An array that rolls by: when it was published, before the newest frame, s."""

    end: float
    step: float
    values: Any
    jumped: bool  # the clock did, before it


def _joined(label: str, blocks: list[_Block], note: str, x_name: str) -> Curve:
    """One line: each array begins where the one before ended, unless it comes too late for that."""
    xs: list[npt.NDArray[Any]] = []
    ys: list[npt.NDArray[Any]] = []
    gaps: list[int] = []  # indices of the samples that they come before
    at = wall = -np.inf
    end, count = 0.0, 0
    for block in blocks:
        step = block.step
        if not is_step(step):
            note = f"{x_name} is {step:g}: such arrays are left out"
            continue
        y = np.asarray(block.values)
        length = len(y) * step
        end = block.end
        if block.jumped or end - wall > _LATE * length + _JITTER:
            if xs:
                gaps.append(count)
            at = max(at, end - length)
        xs.append(at + step * np.arange(len(y)))
        ys.append(y)
        count += len(y)
        at, wall = at + length, end
    if not xs:
        return Curve(label, np.empty(0), np.empty(0), note)
    x, y = np.concatenate(xs), np.concatenate(ys)
    x += end - at  # the newest sample is where its frame says
    return Curve(label, *cut(x, y, np.array(gaps, np.intp)), note)


def pack(found: list[Curve], units: list[str]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """The curves as a message: what they are, and their numbers as doubles, x and y in turns.

    Args:
        found: The curves.
        units: Of each y of the recipe.
    """
    told, buffers = [], []
    for curve in found:
        unit = units[curve.index]
        told.append({"label": curve.label, "unit": unit, "note": curve.note, "number": curve.index})
        buffers += [np.ascontiguousarray(part, "<f8").tobytes() for part in (curve.x, curve.y)]
    return told, buffers
