"""Draws bars and images into axes, and what the user draws; makes the axes of a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cwire import errors
from cwire.plot.curves import Curve, bars, image
from cwire.plot.drawing import CurvesDrawing, Drawing
from cwire.plot.legends import Legends
from cwire.plot.limits import fit_x, fit_y, fitted, span_of
from cwire.plot.lines import LineDrawing
from cwire.plot.recipe import Recipe

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cwire.data.feed import Feed

__all__ = ["CustomDrawing", "Update", "add_panes", "left_margin", "make_drawing"]

Update = Callable[..., Any]
"""A user's function: ``update(axes, frames)``."""

_LEFT, _LEFTMOST = 0.1, 0.4  # room beside the axes, as a part of the width
_LETTER = 0.09  # inches of a letter beside an axis
_BAR = 0.8  # of the room that bars have


class BarDrawing(CurvesDrawing):
    """Arrays, or numbers side by side, as bars; each row of bars is one artist."""

    def __init__(self, axes: Axes, recipe: Recipe, legends: Legends) -> None:
        super().__init__(axes, recipe, legends)
        self._label_x(axes)
        axes.set_ylabel(recipe.y_label)
        axes.grid(alpha=0.3)
        channels = recipe.y_fields[0].channels if len(recipe.y) == 1 and not recipe.x else ()
        if not recipe.samples:
            names = [
                one.label or name for one, name in zip(recipe.y_fields, recipe.names, strict=True)
            ]
            axes.set_xticks(range(len(names)), names)
        elif channels:
            axes.set_xticks(range(len(channels)), channels)

    def update(self, feed: Feed) -> None:
        """Shows the newest values."""
        curves = bars(self._recipe, feed.history)
        self._show(curves)
        fit_x(self.axes, curves, max((_step(curve.x) for curve in curves), default=1.0) / 2)
        fit_y(self.axes, curves, zero=True)

    def _make(self, curve: Curve, index: int, count: int) -> Artist:
        from matplotlib.collections import PolyCollection

        made = PolyCollection(
            _corners(curve, index, count),
            facecolor=self._colors[curve.label],
            label=curve.label,
            linewidth=0,
        )
        self.axes.add_collection(made, autolim=False)
        return made

    def _move(self, artist: Any, curve: Curve, index: int, count: int) -> None:
        artist.set_verts(_corners(curve, index, count))


class ImageDrawing(Drawing):
    """The newest two-dimensional array, with a colour bar."""

    def __init__(
        self,
        axes: Axes,
        recipe: Recipe,
        cmap: str | None,
        limits: tuple[float | None, float | None],
    ) -> None:
        super().__init__(axes)
        self._recipe = recipe
        self._cmap = cmap
        self._limits = limits
        self._picture: Any = None
        self._shape: tuple[int, ...] = ()

    def update(self, feed: Feed) -> None:
        """Shows the newest picture."""
        values = image(self._recipe, feed.history)
        if values is None:
            return
        if self._picture is None:
            # Pixels of a camera are square; a matrix fills its axes.
            aspect: Any = "equal" if self._recipe.tiled else "auto"
            self._picture = self.axes.imshow(
                values, aspect=aspect, interpolation="nearest", cmap=self._cmap
            )
            figure = self.axes.figure
            assert figure is not None
            figure.colorbar(self._picture, ax=self.axes, label=self._recipe.y_label)
            self.artists = [self._picture]
        elif values.shape != self._shape:
            rows, columns = values.shape
            self._picture.set_extent((-0.5, columns - 0.5, rows - 0.5, -0.5))
        self._shape = values.shape
        self._picture.set_data(values)
        low, high = fitted(span_of([values]), self._picture.get_clim(), 0.0) or (None, None)
        vmin, vmax = self._limits
        low, high = low if vmin is None else vmin, high if vmax is None else vmax
        before = self._picture.get_clim()
        wanted = (before[0] if low is None else low, before[1] if high is None else high)
        if wanted != before:
            self._picture.set_clim(*wanted)


class CustomDrawing(Drawing):
    """The drawing of a function that the user gave."""

    def __init__(self, axes: Axes, update: Update) -> None:
        super().__init__(axes)
        self._call = update
        self._position = 0
        self._feed: Feed | None = None

    def update(self, feed: Feed) -> None:
        """Calls it with the frames that came since the last call; not if there are none."""
        from matplotlib.artist import Artist

        history = feed.history
        if feed is not self._feed:
            self._feed, self._position = feed, history.oldest
        start, frames = history.next(self._position, history.total - self._position)
        self._position = start + len(frames)
        if not len(frames):
            return
        try:
            made = self._call(self.axes, frames)
        except Exception as error:
            raise errors.CwireError(f"update failed{_place(error)}: {_words(error)}") from error
        found = list(made) if isinstance(made, Iterable) else [made]
        self.artists = found if all(isinstance(one, Artist) for one in found) else []


def make_drawing(
    panes: list[Axes],
    recipe: Recipe,
    window: float,
    cmap: str | None,
    limits: tuple[float | None, float | None],
    legends: Legends,
) -> Drawing:
    """The drawing that a recipe is for."""
    if recipe.kind == "image":
        return ImageDrawing(panes[0], recipe, cmap, limits)
    if recipe.kind == "bar":
        return BarDrawing(panes[0], recipe, legends)
    return LineDrawing(panes, recipe, window if recipe.kind == "trend" else None, legends)


def add_panes(figure: Figure, recipes: Sequence[Recipe]) -> list[list[Axes]]:
    """Adds the axes of recipes, one below the other; without any recipe, of one.

    Returns:
        Of each recipe the axes of each pane; they have one x axis.
    """
    panes = [_heights(recipe) for recipe in recipes] or [[1.0]]
    heights = [height for of_recipe in panes for height in of_recipe]
    grid = figure.add_gridspec(len(heights), 1, height_ratios=heights)
    made: list[list[Axes]] = []
    row = 0
    for of_recipe in panes:
        first = figure.add_subplot(grid[row, 0])
        rest = range(row + 1, row + len(of_recipe))
        made.append([first, *(figure.add_subplot(grid[at, 0], sharex=first) for at in rest)])
        row += len(of_recipe)
    return made


def left_margin(recipes: Sequence[Recipe], width: float) -> float:
    """Room for what is beside the axes of a figure, as a part of its width.

    Args:
        recipes: What is drawn in it.
        width: Inches.
    """
    names = [name for one in recipes for axis in one.axes for _, name in axis.names]
    return max(_LEFT, min(_LEFTMOST, (0.15 + _LETTER * max(map(len, names), default=0)) / width))


def _heights(recipe: Recipe) -> list[float]:
    """The heights of a recipe's panes, from above, as parts of a whole one."""
    return list({axis.pane: axis.height for axis in recipe.axes}.values()) or [1.0]


def _step(x: Any) -> float:
    return float(x[1] - x[0]) if len(x) > 1 else 1.0


def _corners(curve: Curve, index: int, count: int) -> Any:
    """The rectangles of one row of bars, (n, 4, 2)."""
    width = _BAR * _step(curve.x) / count
    left = curve.x + width * (index - count / 2)
    x = np.stack([left, left, left + width, left + width], axis=1)
    zero = np.zeros(len(curve.y))
    y = np.stack([zero, curve.y, curve.y, zero], axis=1)
    return np.stack([x, y], axis=2)


def _place(error: Exception) -> str:
    """The line of the user's function where it went wrong."""
    trace = error.__traceback__
    trace = trace.tb_next if trace is not None else None
    return f" in line {trace.tb_lineno}" if trace is not None else ""


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
