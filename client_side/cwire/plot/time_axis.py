"""Writes an x axis of seconds in ms, hours or days, as the scope does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.ticker import AutoLocator, ScalarFormatter

from cwire.view.numbers import time_part

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["label_seconds"]


class _Places(AutoLocator):
    """Ticks at round numbers of a unit."""

    factor = 1.0

    def tick_values(self, vmin: float, vmax: float) -> Any:
        places: Any = super().tick_values(vmin / self.factor, vmax / self.factor)
        return places * self.factor


class _Numbers(ScalarFormatter):
    """Numbers of a unit."""

    factor, unit = 1.0, "s"

    def __init__(self) -> None:
        super().__init__(useOffset=False)
        self.set_scientific(False)

    def set_locs(self, locs: Any) -> None:
        super().set_locs([one / self.factor for one in locs])

    def __call__(self, x: float, pos: int | None = None) -> str:
        text: str = super().__call__(x / self.factor, pos)
        return text

    def format_data_short(self, value: Any) -> str:
        return f"{value / self.factor:.5g} {self.unit}"


def label_seconds(axes: Axes, name: str) -> None:
    """Labels the x axis, now and whenever other limits are seen.

    Args:
        axes: Its x is in seconds.
        name: What they are; the unit is put behind it. A label of the user's stays.
    """
    places, numbers = _Places(), _Numbers()
    axes.xaxis.set_major_locator(places)
    axes.xaxis.set_major_formatter(numbers)
    axes.set_xlabel(f"{name} [s]")

    def follow(seen: Axes) -> None:
        before = f"{name} [{numbers.unit}]"
        numbers.factor, numbers.unit = time_part(*seen.get_xlim())
        places.factor = numbers.factor
        if seen.get_xlabel() == before:
            seen.set_xlabel(f"{name} [{numbers.unit}]")

    follow(axes)
    axes.callbacks.connect("xlim_changed", follow)
