"""Chooses the limits of axes, such that nothing trembles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cwire.view.numbers import checked, extent, padded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cwire.plot.curves import Curve

__all__ = ["fit_x", "fit_y", "fitted", "span_of"]

_CONSTANT = 0.05  # room around a constant, as a part of it


def fit_x(axes: Axes, curves: list[Curve], margin: float = 0.0) -> None:
    """Lets an x axis show all of the curves, unless the user has chosen limits."""
    found = span_of([curve.x for curve in curves])
    if found is None or not axes.get_autoscalex_on():
        return
    limits = checked(found[0] - margin, found[1] + margin)
    if limits is not None and found[0] + margin < found[1] + 2 * margin:
        low, high = limits
        if axes.get_xlim() != (low, high):
            axes.set_xlim(low, high, auto=True)


def fit_y(axes: Axes, curves: list[Curve], *, zero: bool = False) -> None:
    """Lets a y axis show all of the curves, and zero; unless the user has chosen limits."""
    if axes.get_autoscaley_on():  # the user has not chosen limits, by mouse or by call
        new = fitted(
            span_of([part for curve in curves for part in curve.ys], zero=zero), axes.get_ylim()
        )
        if new is not None:
            axes.set_ylim(*new, auto=True)


def span_of(arrays: list[Any], *, zero: bool = False) -> tuple[float, float] | None:
    """The smallest and the largest finite value."""
    found = [one for one in map(extent, map(np.asarray, arrays)) if one is not None]
    if not found:
        return None
    low = min(float(low) for low, _ in found)
    high = max(float(high) for _, high in found)
    return (min(low, 0.0), max(high, 0.0)) if zero else (low, high)


def fitted(
    span: tuple[float, float] | None, limits: tuple[float, float], share: float = 0.1
) -> tuple[float, float] | None:
    """New limits, or None: they widen at once and narrow late, so that nothing trembles."""
    if span is None:
        return None
    low, high = span
    bottom, top = limits
    if bottom <= low and high <= top and (high - low) > 0.5 * (top - bottom):
        return None
    new = padded(low, high, share if low < high else _CONSTANT)
    return None if new == (bottom, top) else new
