"""Draws the picture of a scope in the kernel, where a program executes the notebook.

nbconvert and papermill have no page that could draw: the notebook that they write would hold a
scope without a picture.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from time import monotonic, sleep

from cwire import errors
from cwire.data.feed import Feed
from cwire.kernel.cell import kernel_shell
from cwire.link.link import Link
from cwire.plot.curves import Curve
from cwire.scope.curves import curves
from cwire.scope.recipe import ScopeRecipe
from cwire.session.options import Options

__all__ = ["Still", "draw"]

_WAIT = 2.0  # s for the first frames, at the end of the cell
_WIDTH = 960  # pixels, of a notebook's column
_DPI = 96


class Still:
    """Draws at the end of each cell, the last time when the scope or the bridge is closed.

    Args:
        link: The client's line to the relay.
        recipe: The lines to draw.
        height: Pixels.
        keep: Takes each picture: a PNG, and its width in pixels.
    """

    def __init__(
        self, link: Link, recipe: ScopeRecipe, height: int, keep: Callable[[bytes, int], None]
    ) -> None:
        self._link = link
        self._recipe = recipe
        self._height = height
        self._keep = keep
        self._feed: Feed | None = None
        self._ended = False
        self._link.loop.call_soon_threadsafe(self._subscribe)
        kernel_shell().events.register("post_run_cell", self._on_cell_end)

    def end(self) -> None:
        """Lets the next picture be the last one."""
        self._ended = True

    def _subscribe(self) -> None:
        driver, message = self._recipe.driver, self._recipe.message.name
        with suppress(errors.CwireError):  # gone meanwhile: there is nothing to draw
            if not self._link.session.wants(driver, message):
                self._link.want((message,), driver, Options())
            self._feed = self._link.lookup.feed(message, driver)

    def _on_cell_end(self, _: object) -> None:
        ended = self._ended or self._link.closed is not None
        if ended:
            kernel_shell().events.unregister("post_run_cell", self._on_cell_end)
        until = monotonic() + (0 if ended else _WAIT)
        while (self._feed is None or not self._feed.history.total) and monotonic() < until:
            sleep(0.02)
        if self._feed is not None and self._feed.history.total:
            found = curves(self._recipe, self._feed.history)
            self._keep(draw(self._recipe, found, self._height), _WIDTH)


def draw(recipe: ScopeRecipe, found: list[Curve], height: int) -> bytes:
    """Draws lines.

    Args:
        recipe: What they are.
        found: The lines.
        height: Of the picture, pixels.

    Returns:
        A PNG, 960 pixels wide.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from cwire.plot.artists import add_panes
    from cwire.plot.legends import Legends
    from cwire.plot.lines import LineDrawing

    figure = Figure((_WIDTH / _DPI, height / _DPI), _DPI, layout="constrained")
    FigureCanvasAgg(figure)
    (panes,) = add_panes(figure, [recipe.fields])
    panes[0].set_title(recipe.title, parse_math=False)
    drawing = LineDrawing(panes, recipe.fields, recipe.window, Legends())
    drawing.show(found)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
