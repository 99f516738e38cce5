"""What is drawn into one axes, as matplotlib artists that are changed in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwire.plot.colors import PALETTE, line_colors
from cwire.plot.curves import Curve
from cwire.plot.legends import Legends, remark
from cwire.plot.recipe import MOST_LINES, Recipe, left_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from cwire.data.feed import Feed

__all__ = ["CurvesDrawing", "Drawing"]

_FADED = 0.35  # opacity of what is not live


class Drawing:
    """The contents of one axes.

    Attributes:
        axes: Where it draws.
        artists: What changes from picture to picture; all else is drawn once.
        legends: What lies over that.
        note: What was wrong with the driver's clock, for people; empty: nothing.
    """

    note = ""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self.artists: list[Artist] = []
        self.legends: list[Artist] = []

    def update(self, feed: Feed) -> None:
        """Shows what has come."""
        raise NotImplementedError

    def fade(self, faded: bool) -> None:
        """Shows whether it is live, by its opacity."""
        alpha = _FADED if faded else None
        for artist in self.artists:
            if artist.get_alpha() in (None, _FADED) and artist.get_alpha() != alpha:
                artist.set_alpha(alpha)


class CurvesDrawing(Drawing):
    """Lines or bars: one artist for each, a legend, and y axes that fit themselves."""

    def __init__(self, axes: Axes, recipe: Recipe, legends: Legends) -> None:
        super().__init__(axes)
        self._recipe = recipe
        self._legends = legends
        self._remark: Artist | None = None
        self._known: dict[str, int] = {}  # all lines that there were, with the number of their y
        self._colors: dict[str, str] = {}
        self._by_label: dict[str, Artist] = {}

    def _label_x(self, axes: Axes) -> None:
        if self._recipe.x_seconds:
            from cwire.plot.time_axis import label_seconds

            label_seconds(axes, self._recipe.x_label)
        else:
            axes.set_xlabel(self._recipe.x_label)

    def _show(self, curves: list[Curve]) -> None:
        labels = [curve.label for curve in curves[:MOST_LINES]]
        curves, count = curves[:MOST_LINES], len(curves)
        if labels != list(self._by_label):
            for artist in self._by_label.values():
                artist.remove()
            self._known.update((curve.label, curve.index) for curve in curves)
            self._colors = line_colors(self._known.items(), self._recipe.families, _palette())
            self._by_label = {
                curve.label: self._make(curve, index, len(curves))
                for index, curve in enumerate(curves)
            }
            self.artists = list(self._by_label.values())
            self._name(curves)
            self._tell(self._recipe.left or left_text(count, "name fewer fields, or another by"))
            return
        for index, curve in enumerate(curves):
            self._move(self._by_label[curve.label], curve, index, len(curves))

    def _name(self, curves: list[Curve]) -> None:
        """Makes the legend."""
        self.legends = self._legends.show(self.axes, self.artists)

    def _tell(self, text: str) -> None:
        """Writes a sentence into the picture, or takes it out."""
        if self._remark is not None:
            self._remark.remove()
        self._remark = remark(self.axes, text) if text else None
        if self._remark is not None:
            self.legends.append(self._remark)

    def _make(self, curve: Curve, index: int, count: int) -> Artist:
        raise NotImplementedError

    def _move(self, artist: Any, curve: Curve, index: int, count: int) -> None:
        raise NotImplementedError


def _palette() -> Sequence[str]:
    """The colours of the user's style; else the scope's."""
    from matplotlib import rcParams, rcParamsDefault
    from matplotlib.colors import to_hex

    cycle = rcParams["axes.prop_cycle"]
    if cycle == rcParamsDefault["axes.prop_cycle"]:
        return PALETTE
    return [to_hex(one) for one in cycle.by_key().get("color", [])] or PALETTE
