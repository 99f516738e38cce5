"""Draws lines into the panes of a figure, and bands between minima and maxima."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cwire.plot.curves import Curve, blocks, trends
from cwire.plot.drawing import CurvesDrawing
from cwire.plot.legends import Legends, label_room
from cwire.plot.limits import fit_x, fit_y
from cwire.plot.recipe import Recipe
from cwire.view.numbers import padded
from cwire.view.text import shortened

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from cwire.data.feed import Feed

__all__ = ["LineDrawing"]

_BAND = 0.3  # room above and below the values of an enum or a bool, as a part of them
_LETTERS = 60  # of a name above a pane
_LIGHT, _EDGE = 0.35, 0.6  # opacity of what is between minima and maxima, and of its edge


class LineDrawing(CurvesDrawing):
    """Arrays against x, or numbers against time, with an axis for each unit.

    Args:
        panes: The axes of each pane, from above.
        recipe: What to draw.
        window: Seconds that are seen; None: all of the newest arrays.
        legends: Those of the figure.
    """

    def __init__(
        self, panes: list[Axes], recipe: Recipe, window: float | None, legends: Legends
    ) -> None:
        super().__init__(panes[0], recipe, legends)
        self._window = window
        self._axes: list[Axes] = []
        for axis in recipe.axes:
            axes: Axes = panes[axis.pane]
            if axis.side == "right":
                axes = axes.twinx()
            else:
                axes.grid(alpha=0.3)
            if axis.names:
                axes.set_yticks(*zip(*axis.names, strict=True), fontsize="small")
                low, high = axis.names[0][0], axis.names[-1][0]
                axes.set_ylim(*padded(low, high, _BAND) or (-1, 1))
                # Beside the names of the values there is no room.
                axes.set_title(
                    shortened(axis.label, _LETTERS), loc="right", fontsize="small", pad=2
                )
            else:
                axes.set_ylabel(shortened(axis.label, label_room(axes)))
            self._axes.append(axes)
        self._of = {index: n for n, axis in enumerate(recipe.axes) for index in axis.lines}
        self._label_x(panes[-1])
        for upper in panes[:-1]:
            upper.tick_params(labelbottom=False)
        if window is not None:
            self.axes.set_xlim(-window, 0)

    def update(self, feed: Feed) -> None:
        """Shows the newest arrays, or the last seconds."""
        if self._window is not None:
            self.show(trends(self._recipe, feed.history, self._window))
        else:
            self.show(blocks(self._recipe, feed.history))

    def show(self, curves: list[Curve]) -> None:
        """Shows curves instead of those before."""
        self._show(curves)
        self.note = next((curve.note for curve in curves if curve.note), "")
        if self._window is None:
            fit_x(self.axes, curves)
        for number, (axis, axes) in enumerate(zip(self._recipe.axes, self._axes, strict=True)):
            if not axis.names:
                fit_y(axes, [curve for curve in curves if self._of[curve.index] == number])

    def _make(self, curve: Curve, index: int, count: int) -> Artist:
        number = self._of[curve.index]
        axes, color = self._axes[number], self._colors[curve.label]
        if curve.low is not None:
            return _make_band(axes, curve, color)
        line: Artist = axes.plot(
            curve.x,
            curve.y,
            lw=1,
            label=curve.label,
            color=color,
            scalex=False,
            scaley=False,
            drawstyle="steps-post" if self._recipe.axes[number].names else "default",
        )[0]
        return line

    def _move(self, artist: Any, curve: Curve, index: int, count: int) -> None:
        if curve.low is None:
            artist.set_data(curve.x, curve.y)
        else:
            artist.set_verts(_outlines(curve))

    def _name(self, curves: list[Curve]) -> None:
        """Makes a legend for each pane: on its last axes, which lie over the others."""
        panes: dict[int, list[Artist]] = {}
        for curve in curves:
            pane = self._recipe.axes[self._of[curve.index]].pane
            panes.setdefault(pane, []).append(self._by_label[curve.label])
        self.legends = []
        last = {axis.pane: axes for axis, axes in zip(self._recipe.axes, self._axes, strict=True)}
        for pane, axes in last.items():
            self.legends += self._legends.show(axes, panes.get(pane, []))


def _make_band(axes: Axes, curve: Curve, color: str) -> Artist:
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgba

    made = PolyCollection(
        _outlines(curve),
        facecolor=to_rgba(color, _LIGHT),
        edgecolor=to_rgba(color, _EDGE),  # seen where both are the same
        label=curve.label,
        linewidth=0.8,
    )
    axes.add_collection(made, autolim=False)
    return made


def _outlines(curve: Curve) -> list[Any]:
    """The outline of each part of a band between two gaps, (n, 2)."""
    assert curve.low is not None
    known = np.isfinite(curve.low) & np.isfinite(curve.y)
    cuts = np.flatnonzero(np.diff(known)) + 1
    found = []
    for part in np.split(np.arange(len(known)), cuts):
        if len(part) and known[part[0]]:
            x = np.concatenate([curve.x[part], curve.x[part[::-1]]])
            y = np.concatenate([curve.y[part], curve.low[part[::-1]]])
            found.append(np.stack([x, y], axis=1))
    return found
