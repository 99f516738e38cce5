"""Live matplotlib figures: each is drawn in the thread that made it only."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from cwire import errors
from cwire.data.arguments import FOR_EVER, MOST_WINDOW, finite, function, positive, size_of
from cwire.data.arguments import seconds as wait_seconds
from cwire.data.feed import Feed
from cwire.kernel.cell import OncePerCell
from cwire.link.link import Link
from cwire.plot.canvas import WidgetCanvas, open_canvas
from cwire.plot.choice import numbers_of
from cwire.plot.recipe import Recipe, make_recipe
from cwire.view.text import shortened
from cwire_structs.errors import hint_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cwire.plot.artists import Update
    from cwire.plot.drawing import Drawing

__all__ = ["LivePlot", "PlotOptions"]

_log = logging.getLogger("cwire")
_LARGEST = 200  # inches of a figure
_FASTEST = 1000  # pictures per second
_TITLE = 11  # characters that an inch of a figure has room for
_RIGHT, _TWIN, _BOTTOM, _TOP = 0.97, 0.1, 0.15, 0.88

_of_cells: OncePerCell[LivePlot] = OncePerCell(lambda plot, reason: plot.close(reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotOptions:
    """The arguments of `Bridge.plot`, which says what they mean."""

    y: str | Sequence[str] | None = None
    x: str | None = None
    by: str | None = None
    kind: str | None = None
    update: Update | None = None
    subplots: bool = False
    cmap: str | None = None
    vmin: float | None = None
    vmax: float | None = None
    figsize: tuple[float, float] | None = None
    window: float = 10.0


class LivePlot:
    """A figure that follows a message. Made by `Bridge.plot`.

    In a notebook it shows itself under its cell and goes on by itself while the kernel is idle. In
    a cell (or a script) that keeps the kernel busy, `run` draws for some seconds and `update` once.
    What does not come live (the driver is down, the relay is gone) is drawn pale, and goes on when
    it comes again. It stops when its cell is run again, when its figure is closed and when the
    bridge is.

    Attributes:
        figure: The matplotlib figure, to be changed or saved as usual.
        axes: Its axes; the first of them with ``subplots=True``.
        drawn: How many pictures there were.
    """

    figure: Figure
    axes: Axes

    def __init__(self, link: Link, feed: Feed, options: PlotOptions, fps: float) -> None:
        positive(fps, "fps", "a number of pictures per second", _FASTEST)
        positive(options.window, "window", "a number of seconds", MOST_WINDOW)
        if options.figsize is not None:
            size_of(options.figsize, "figsize", "inches", _LARGEST)
        if options.update is not None:
            function(options.update, "update is a function of the axes and the new frames")
        for name, limit in (("vmin", options.vmin), ("vmax", options.vmax)):
            if limit is not None:
                finite(limit, name)
        self._link = link
        self._feed = feed
        self._options = options
        self._recipes = self._make_recipes()
        self._period = 1.0 / fps
        self._thread = threading.get_ident()
        self._stopped: str | None = None
        self._seen: tuple[object, ...] = ()
        self._drawings: list[Drawing] = []
        self._end: Callable[[], object] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.drawn = 0
        try:
            if options.cmap is not None:
                _check_colours(options.cmap)
            self._canvas = open_canvas(options.figsize)
        except ImportError:
            raise errors.CwireError(
                "plots need matplotlib: pip install 'cwire[notebook]'"
            ) from None
        self.figure = self._canvas.figure
        _of_cells.add(self)
        self._lay_out()
        try:
            self._draw()
        except BaseException:
            self._canvas.close()
            raise
        self._canvas.show()
        self._follow_when_idle()

    @property
    def running(self) -> bool:
        """Whether it still follows the message."""
        return self._stopped is None

    def update(self) -> None:
        """Draws what is new, once.

        From another thread than the one that made the figure, it only asks for that: the figure is
        drawn as soon as the kernel is idle.

        Raises:
            CwireError: The update function failed; or it was called from another thread, and there
                is no idle loop that could draw.
        """
        if threading.get_ident() != self._thread and self._loop is not None:
            self._loop.call_soon_threadsafe(self._step_alone)
            return
        self._check_thread()
        self._step()

    def run(self, seconds: float) -> None:
        """Draws for some seconds, in this thread; Ctrl-C (or the stop button) ends it earlier.

        Raises:
            CwireError: The update function failed; or it was called from another thread than the
                one that made the figure.
        """
        wait = wait_seconds(seconds, what="run takes")
        self._check_thread()
        deadline = monotonic() + (FOR_EVER if wait is None else wait)
        while self.running:
            begun = monotonic()
            self._step()
            left = deadline - monotonic()
            if left <= 0:
                break
            sleep(min(left, max(0.001, self._period - (monotonic() - begun))))

    def stop(self, reason: str = "stopped") -> None:
        """Ends the following; the figure stays as it is, and its title says why.

        Args:
            reason: What the title says.
        """
        if self._stopped is not None:
            return
        self._stopped = reason
        _of_cells.remove(self)
        if self._end is not None:
            # A timer of a window's loop, or a task of the kernel's, is ended in its own thread.
            if self._loop is not None and threading.get_ident() != self._thread:
                self._loop.call_soon_threadsafe(self._end)
            else:
                self._end()
            self._end = None
        if threading.get_ident() == self._thread and not self._canvas.closed:
            self._title()
            self._show()

    def close(self, reason: str = "stopped") -> None:
        """Stops, and closes the figure's window if it has one.

        Args:
            reason: What the title says until then.
        """
        self.stop(reason)
        self._canvas.close()

    def __repr__(self) -> str:
        state = self._stopped or "live"
        names = ", ".join(name for recipe in self._recipes for name in recipe.y) or "update"
        return f"<plot of {self._feed.message.name}: {names}, {state}>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        if isinstance(self._canvas, WidgetCanvas):
            return self._canvas.widget._repr_mimebundle_(**options)
        # The figure is on the screen already: only a line of text beside it.
        return {"text/plain": repr(self)}

    def _display_(self) -> object:
        """Returns the object that marimo shows for it."""
        return self._canvas.widget if isinstance(self._canvas, WidgetCanvas) else self.figure

    # Following ----------------------------------------------------------------------------------

    def _follow_when_idle(self) -> None:
        if not self._canvas.visible:
            return
        try:
            self._loop = asyncio.get_running_loop()  # a kernel runs its cells inside its own loop
        except RuntimeError:
            self._end = self._canvas.later(self._period, self._step_alone)
        else:
            task = self._loop.create_task(self._follow(), name="cwire plot")
            self._end = task.cancel

    async def _follow(self) -> None:
        while self.running:
            begun = monotonic()
            self._step_alone()
            spent = monotonic() - begun
            # Half of the kernel's time is left for the cells, however slow the drawing is.
            await asyncio.sleep(max(self._period - spent, spent, 0.005))

    def _step_alone(self) -> None:
        """A step that nobody waits for: what goes wrong is told in the title and on stderr."""
        try:
            self._step()
        except Exception as error:
            _log.debug("live plot", exc_info=True)
            self.stop(str(error))
            print(f"{self._feed.message.name}: the plot has stopped: {error}", file=sys.stderr)

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise errors.CwireError(
                "matplotlib draws in one thread only: call this in the one that made the plot"
            )

    def _step(self) -> None:
        if not self.running:
            return
        if self._canvas.closed:
            self.stop("its figure was closed")
            return
        if self._feed.replaced:
            self._refeed()
        if self.running and (self._state() != self._seen or self.figure.stale):
            try:
                self._draw()
            except errors.CwireError as error:
                self.stop(str(error))
                raise
        if self._link.closed is not None and self.running:
            self.stop("not connected any more")

    def _refeed(self) -> None:
        """The driver came back with other structs: goes on with the message's new form."""
        name, driver = self._feed.message.name, self._feed.driver
        try:
            self._feed = self._link.lookup.feed(name, driver)
            self._recipes = self._make_recipes()
        except errors.CwireError as error:
            self.stop(str(error))
            return
        self.figure.clear()
        self._lay_out()

    def _make_recipes(self) -> list[Recipe]:
        options = self._options
        if options.update is not None:
            return []
        message, samples = self._feed.message, self._link.lookup.samples(self._feed)

        def make(y: str | Sequence[str] | None) -> Recipe:
            return make_recipe(message, y, options.x, options.by, samples, options.kind)

        together = make(options.y)
        if not options.subplots:
            return [together]
        # Each has an axis of its own: then no unit is in the way of another.
        alone = options.y is None and together.kind == "trend"
        return [make(name) for name in (numbers_of(message) if alone else together.y)]

    def _state(self) -> tuple[object, ...]:
        return self._feed, self._feed.history.total, self._trouble()

    def _trouble(self) -> str:
        """The reason why the figure is not live; empty if it is."""
        if not self._link.connected:
            return "not connected"
        driver = self._link.session.drivers.get(self._feed.driver)
        state = driver.state if driver else "gone"
        return "" if state == "up" else f"driver {self._feed.driver} is {state}"

    # Drawing ------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        from cwire.plot.artists import CustomDrawing, add_panes, left_margin, make_drawing
        from cwire.plot.legends import Legends

        options = self._options
        places = add_panes(self.figure, self._recipes)
        count = sum(map(len, places))
        height = (_TOP - _BOTTOM) if count == 1 else 0.9 * (_TOP - _BOTTOM)
        twins = any(axis.side == "right" for recipe in self._recipes for axis in recipe.axes)
        left = left_margin(self._recipes, self.figure.get_figwidth())
        right = _RIGHT - _TWIN * twins
        self.figure.subplots_adjust(left, _TOP - height, right, _TOP, hspace=0.35)
        self.axes = places[0][0]
        if options.update is not None:
            self._drawings = [CustomDrawing(self.axes, options.update)]
            return
        limits, legends = (options.vmin, options.vmax), Legends()
        self._drawings = [
            make_drawing(axes, recipe, options.window, options.cmap, limits, legends)
            for axes, recipe in zip(places, self._recipes, strict=True)
        ]
        for of_drawing in places[:-1]:
            of_drawing[-1].set_xlabel("")

    def _draw(self) -> None:
        self._seen = self._state()
        artists: list[Any] = [one for drawing in self._drawings for one in drawing.artists]
        # What is animated does not make the figure stale: so only what is not drawn over, such as
        # new limits or a label that the user has set, leads to a whole new picture.
        for artist in artists:
            artist.set_animated(True)
        try:
            for drawing in self._drawings:
                drawing.update(self._feed)
                drawing.fade(bool(self._seen[2]))
            self._title()
        finally:
            for artist in artists:
                artist.set_animated(False)
        self._show()

    def _show(self) -> None:
        self.drawn += 1
        self._canvas.refresh(
            [artist for drawing in self._drawings for artist in drawing.artists],
            [legend for drawing in self._drawings for legend in drawing.legends],
        )

    def _title(self) -> None:
        message = self._feed.message
        parts = [f"{message.name}: {message.doc}" if message.doc else message.name]
        if self._stopped is not None:
            parts.append(f"({self._stopped})")
        elif trouble := self._trouble():
            parts.append(f"({trouble})")
        elif not self._feed.history.total:
            parts.append("(nothing received yet)")
        elif note := next((one.note for one in self._drawings if one.note), ""):
            parts.append(f"({note})")
        text = _fitting_title(parts, message.name, int(_TITLE * self.figure.get_figwidth()))
        title = self.axes.get_title("left")
        if title != text:
            # As text, not as matplotlib's mathematics: a header's comment may hold a dollar.
            self.axes.set_title(text, loc="left", fontsize="medium", parse_math=False)


def _fitting_title(parts: list[str], name: str, room: int) -> str:
    """A title that fits: all of it, or the first sentence of the comment, or the name alone."""
    about, *rest = parts
    for head in (about, about.partition(". ")[0] + ".", name):
        text = " ".join([head, *rest])
        if len(text) <= room:
            return text
    return shortened(text, room)


def _check_colours(cmap: object) -> None:
    """Refuses what is no colour map of matplotlib's."""
    from matplotlib import colormaps
    from matplotlib.colors import Colormap

    if not isinstance(cmap, Colormap) and not (isinstance(cmap, str) and cmap in colormaps):
        hint = hint_text(str(cmap), colormaps)
        raise errors.InvalidArgument(f"matplotlib has no colour map {cmap!r}; {hint}")
