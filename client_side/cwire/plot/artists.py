"""Draws lines, bars and images into axes, as matplotlib artists that are changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cwire import errors
from cwire.plot.curves import Curve, bars, blocks, image, trends
from cwire.plot.recipe import Recipe
from cwire.view.numbers import checked, extent, padded

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cwire.data.feed import Feed

__all__ = ["CustomDrawing", "Drawing", "LineDrawing", "Update", "add_panes", "make_drawing"]

Update = Callable[..., Any]
"""A user's function: ``update(axes, frames)``."""

_LEGEND = 8  # lines that a legend has room for
_BAR = 0.8  # of the room that bars have
_CONSTANT = 0.05  # room around a constant, as a part of it
_FADED = 0.35  # opacity of what is not live
_BAND = 0.3  # room above and below the values of a band, as a part of them


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


class _Curves(Drawing):
    """Lines or bars: one artist for each, a legend, and y axes that fit themselves."""

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes)
        self._recipe = recipe
        self._by_label: dict[str, Artist] = {}

    def _label_x(self, axes: Axes) -> None:
        if self._recipe.x_seconds:
            from cwire.plot.time_axis import label_seconds

            label_seconds(axes, self._recipe.x_label)
        else:
            axes.set_xlabel(self._recipe.x_label)

    def _show(self, curves: list[Curve]) -> None:
        labels = [curve.label for curve in curves]
        if labels != list(self._by_label):
            for artist in self._by_label.values():
                artist.remove()
            self.axes.set_prop_cycle(None)
            self._by_label = {
                curve.label: self._make(curve, index, len(curves))
                for index, curve in enumerate(curves)
            }
            self.artists = list(self._by_label.values())
            self._name(curves)
            return
        for index, curve in enumerate(curves):
            self._move(self._by_label[curve.label], curve, index, len(curves))

    def _name(self, curves: list[Curve]) -> None:
        """Makes the legend."""
        self.legends = _legend(self.axes, self.artists)

    def _make(self, curve: Curve, index: int, count: int) -> Artist:
        raise NotImplementedError

    def _move(self, artist: Any, curve: Curve, index: int, count: int) -> None:
        raise NotImplementedError

    def _fit_x(self, curves: list[Curve], margin: float = 0.0) -> None:
        found = _span([curve.x for curve in curves])
        if found is None or not self.axes.get_autoscalex_on():
            return
        limits = checked(found[0] - margin, found[1] + margin)
        if limits is not None and found[0] + margin < found[1] + 2 * margin:
            low, high = limits
            if self.axes.get_xlim() != (low, high):
                self.axes.set_xlim(low, high, auto=True)


class LineDrawing(_Curves):
    """Arrays against x, or numbers against time, with an axis for each unit.

    Args:
        panes: The axes of each pane, from above.
        recipe: What to draw.
        window: Seconds that are seen; None: all of the newest arrays.
    """

    def __init__(self, panes: list[Axes], recipe: Recipe, window: float | None) -> None:
        super().__init__(panes[0], recipe)
        self._window = window
        self._colors: dict[str, int] = {}
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
                axes.set_title(axis.label, loc="right", fontsize="small", pad=2)
            else:
                axes.set_ylabel(axis.label)
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
            self._fit_x(curves)
        for number, (axis, axes) in enumerate(zip(self._recipe.axes, self._axes, strict=True)):
            if not axis.names:
                _fit_y(axes, [curve for curve in curves if self._of[curve.index] == number])

    def _make(self, curve: Curve, index: int, count: int) -> Artist:
        number = self._of[curve.index]
        line: Artist = self._axes[number].plot(
            curve.x,
            curve.y,
            lw=1,
            label=curve.label,
            color=f"C{self._color(curve.label)}",
            scalex=False,
            scaley=False,
            drawstyle="steps-post" if self._recipe.axes[number].names else "default",
        )[0]
        return line

    def _color(self, label: str) -> int:
        """The number of a line's colour: a minimum and its maximum have the same."""
        pairs = zip(self._recipe.y, self._recipe.samples, strict=False)
        for path, samples in pairs:
            if samples > 1 and label.startswith(path):
                stem = path.rpartition("_")[0]
                label = stem + label[len(path) :]
                break
        return self._colors.setdefault(label, len(self._colors))

    def _move(self, artist: Any, curve: Curve, index: int, count: int) -> None:
        artist.set_data(curve.x, curve.y)

    def _name(self, curves: list[Curve]) -> None:
        """Makes a legend for each pane: on its last axes, which lie over the others."""
        panes: dict[int, list[Artist]] = {}
        for curve in curves:
            pane = self._recipe.axes[self._of[curve.index]].pane
            panes.setdefault(pane, []).append(self._by_label[curve.label])
        self.legends = []
        last = {axis.pane: axes for axis, axes in zip(self._recipe.axes, self._axes, strict=True)}
        for pane, axes in last.items():
            self.legends += _legend(axes, panes.get(pane, []))


class BarDrawing(_Curves):
    """Arrays, or numbers side by side, as bars; each row of bars is one artist."""

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
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
        self._fit_x(curves, max((_step(curve.x) for curve in curves), default=1.0) / 2)
        _fit_y(self.axes, curves, zero=True)

    def _make(self, curve: Curve, index: int, count: int) -> Artist:
        from matplotlib.collections import PolyCollection

        made = PolyCollection(
            _corners(curve, index, count), facecolor=f"C{index}", label=curve.label, linewidth=0
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
        low, high = _fitted(_span([values]), self._picture.get_clim(), 0.0) or (None, None)
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
) -> Drawing:
    """The drawing that a recipe is for."""
    if recipe.kind == "image":
        return ImageDrawing(panes[0], recipe, cmap, limits)
    if recipe.kind == "bar":
        return BarDrawing(panes[0], recipe)
    return LineDrawing(panes, recipe, window if recipe.kind == "trend" else None)


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


def _heights(recipe: Recipe) -> list[float]:
    """The heights of a recipe's panes, from above, as parts of a whole one."""
    return list({axis.pane: axis.height for axis in recipe.axes}.values()) or [1.0]


def _legend(axes: Axes, artists: list[Artist]) -> list[Artist]:
    """Makes the legend anew, where there is more than one line and room for their names."""
    legend = axes.get_legend()
    if legend is not None:
        legend.remove()
    if not 1 < len(artists) <= _LEGEND:
        return []
    # Opaque: its pixels are the same whatever lies below.
    look: Any = {"fontsize": "small", "framealpha": 1, "fancybox": False}
    return [axes.legend(handles=artists, loc="upper right", **look)]


def _fit_y(axes: Axes, curves: list[Curve], *, zero: bool = False) -> None:
    if axes.get_autoscaley_on():  # the user has not chosen limits, by mouse or by call
        new = _fitted(_span([curve.y for curve in curves], zero=zero), axes.get_ylim())
        if new is not None:
            axes.set_ylim(*new, auto=True)


def _span(arrays: list[Any], *, zero: bool = False) -> tuple[float, float] | None:
    """The smallest and the largest finite value."""
    found = [one for one in map(extent, map(np.asarray, arrays)) if one is not None]
    if not found:
        return None
    low = min(float(low) for low, _ in found)
    high = max(float(high) for _, high in found)
    return (min(low, 0.0), max(high, 0.0)) if zero else (low, high)


def _fitted(
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
