"""Live matplotlib figures that are drawn in the thread that made them, and nowhere else."""

from __future__ import annotations

import asyncio
import logging
import threading
import weakref
from collections.abc import Sequence
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from cwire import errors
from cwire.curves import Curve, Recipe, blocks, image, make_recipe, trends
from cwire.feed import Feed
from cwire.screen import cell_of_now, open_screen

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cwire.base import BridgeBase

__all__ = ["LivePlot"]

_log = logging.getLogger("cwire")
_LEGEND = 8  # lines that a legend has room for

_live: weakref.WeakSet[LivePlot] = weakref.WeakSet()


class LivePlot:
    """A figure that follows a message. Made by `Bridge.plot`.

    In a notebook it shows itself under its cell and goes on by itself while the kernel is idle. In
    a cell (or a script) that keeps the kernel busy, `run` draws for some seconds and `update` once.
    It stops when its cell is run again and when the bridge closes.

    Attributes:
        figure: The matplotlib figure, to be changed or saved as usual.
        axes: Its axes.
    """

    figure: Figure
    axes: Axes

    def __init__(
        self,
        bridge: BridgeBase,
        feed: Feed,
        *,
        y: str | Sequence[str] | None,
        x: str | None,
        by: str | None,
        window: float,
        fps: float,
    ) -> None:
        if not (fps > 0 and window > 0):
            raise ValueError("fps and window must be above zero")
        self._bridge = bridge
        self._feed = feed
        self._wish = (y, x, by)
        self._recipe = self._make_recipe()
        self._window = window
        self._period = 1.0 / fps
        self._thread = threading.get_ident()
        self._stopped: str | None = None
        self._drawn: tuple[object, ...] = ()
        self._lines: dict[str, Any] = {}
        self._picture: Any = None
        self._task: asyncio.Task[None] | None = None
        try:
            self._screen = open_screen()
        except ImportError:
            raise errors.CwireError(
                "plots need matplotlib: pip install 'cwire[notebook]'"
            ) from None
        self.figure = self._screen.figure
        self._cell = cell_of_now()
        self._retire_earlier()
        self._lay_out()
        self._draw()
        self._screen.show()
        _live.add(self)
        self._follow_when_idle()

    @property
    def running(self) -> bool:
        """Whether it still follows the message."""
        return self._stopped is None

    def update(self) -> None:
        """Draws what is new, once.

        Raises:
            CwireError: Called from another thread than the one that made the figure.
        """
        self._check_thread()
        self._step()

    def run(self, seconds: float) -> None:
        """Draws for some seconds, in this thread; Ctrl-C (or the stop button) ends it earlier.

        Raises:
            CwireError: Called from another thread than the one that made the figure.
        """
        self._check_thread()
        deadline = monotonic() + seconds
        while self.running:
            begun = monotonic()
            self._step()
            left = deadline - monotonic()
            if left <= 0:
                break
            sleep(min(left, max(0.001, self._period - (monotonic() - begun))))

    def stop(self, reason: str = "stopped") -> None:
        """Ends the following; the figure stays as it is, and its title says why."""
        if self._stopped is None:
            self._stopped = reason
            if self._task is not None:
                self._task.cancel()
            if threading.get_ident() == self._thread:
                self._title()
                self._screen.refresh()

    def close(self) -> None:
        """Stops, and closes the figure's window if it has one."""
        self.stop()
        self._screen.close()

    def __repr__(self) -> str:
        state = self._stopped or "live"
        return f"<plot of {self._feed.message.name}: {', '.join(self._recipe.y)}, {state}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        # The figure is on the screen already: only a line of text beside it.
        return {"text/plain": repr(self)}

    # Following ----------------------------------------------------------------------------------

    def _follow_when_idle(self) -> None:
        if not self._screen.visible:
            return
        try:
            loop = asyncio.get_running_loop()  # a kernel runs its cells inside its own loop
        except RuntimeError:
            return
        self._task = loop.create_task(self._follow(), name="cwire plot")

    async def _follow(self) -> None:
        while self.running:
            begun = monotonic()
            try:
                self._step()
            except Exception as error:
                _log.debug("live plot", exc_info=True)
                self._task = None
                self.stop(f"stopped: {error}")
                return
            spent = monotonic() - begun
            # Half of the kernel's time is left for the cells, however slow the drawing is.
            await asyncio.sleep(max(self._period - spent, spent, 0.005))

    def _retire_earlier(self) -> None:
        if self._cell is None:
            return
        cell, count = self._cell
        for other in tuple(_live):
            if other._cell is not None and other._cell[0] == cell and other._cell[1] != count:
                other.stop("its cell was run again")

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise errors.CwireError(
                "matplotlib draws in one thread only: call this in the one that made the plot"
            )

    def _step(self) -> None:
        if not self.running:
            return
        if self._feed.replaced:
            self._refeed()
        if self._state() != self._drawn:
            self._draw()
            self._screen.refresh()
        if self._bridge._link.closed is not None and self.running:
            self.stop("not connected any more")

    def _refeed(self) -> None:
        """The driver came back with other structs: goes on with the message's new form."""
        name, driver = self._feed.message.name, self._feed.driver
        try:
            self._feed = self._bridge._feed(name, driver)
            self._recipe = self._make_recipe()
        except errors.CwireError as error:
            self.stop(str(error))
            return
        self.figure.clear()
        self._lay_out()

    def _make_recipe(self) -> Recipe:
        y, x, by = self._wish
        return make_recipe(self._feed.message, y, x, by, self._bridge._samples(self._feed))

    def _state(self) -> tuple[object, ...]:
        return self._feed, self._feed.history.total, self._driver_state()

    def _driver_state(self) -> str:
        driver = self._bridge.drivers.get(self._feed.driver)
        return driver.state if driver else "gone"

    # Drawing ------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._lines, self._picture = {}, None
        self.axes = self.figure.add_subplot()
        self.figure.subplots_adjust(left=0.1, right=0.97, bottom=0.15, top=0.88)
        self.axes.set_xlabel(self._recipe.x_label)
        self.axes.set_ylabel(self._recipe.y_label)
        if self._recipe.kind == "trend":
            self.axes.set_xlim(-self._window, 0)
        if self._recipe.kind != "image":
            self.axes.grid(alpha=0.3)

    def _draw(self) -> None:
        recipe, history = self._recipe, self._feed.history
        self._drawn = self._state()
        if recipe.kind == "image":
            self._draw_image()
        elif recipe.kind == "block":
            self._draw_lines(blocks(recipe, history))
        else:
            self._draw_lines(trends(recipe, history, self._window))
        self._title()

    def _title(self) -> None:
        message = self._feed.message
        parts = [f"{message.name}: {message.doc}" if message.doc else message.name]
        state = self._driver_state()
        if state != "up":
            parts.append(f"(driver {self._feed.driver} is {state})")
        if self._stopped is not None:
            parts.append(f"({self._stopped})")
        elif not self._feed.history.total:
            parts.append("(nothing received yet)")
        # As text, not as matplotlib's mathematics: a header's comment may hold a dollar.
        self.axes.set_title(" ".join(parts), loc="left", fontsize="medium", parse_math=False)

    def _draw_lines(self, curves: list[Curve]) -> None:
        labels = [curve.label for curve in curves]
        if labels != list(self._lines):
            for line in self._lines.values():
                line.remove()
            self.axes.set_prop_cycle(None)
            self._lines = {
                curve.label: self.axes.plot(curve.x, curve.y, lw=1, label=curve.label)[0]
                for curve in curves
            }
            legend = self.axes.get_legend()
            if legend is not None:
                legend.remove()
            if 1 < len(labels) <= _LEGEND:
                self.axes.legend(loc="upper right", fontsize="small")
        for curve in curves:
            self._lines[curve.label].set_data(curve.x, curve.y)
        points = [curve for curve in curves if len(curve.y)]
        if not points:
            return
        if self._recipe.kind == "block":
            low = min(float(curve.x[0]) for curve in points)
            high = max(float(curve.x[-1]) for curve in points)
            if high > low and self.axes.get_xlim() != (low, high):
                self.axes.set_xlim(low, high)
        self._fit_y(points)

    def _fit_y(self, curves: list[Curve]) -> None:
        """Widens at once and narrows late, so that the axis does not jump at every frame."""
        import numpy as np

        finite = [curve.y[np.isfinite(curve.y)] for curve in curves]
        finite = [values for values in finite if len(values)]
        if not finite:
            return
        low = min(float(values.min()) for values in finite)
        high = max(float(values.max()) for values in finite)
        bottom, top = self.axes.get_ylim()
        if bottom <= low and high <= top and (high - low) > 0.5 * (top - bottom):
            return
        margin = 0.1 * (high - low) or 0.05 * abs(high) or 1.0
        if (low - margin, high + margin) != (bottom, top):
            self.axes.set_ylim(low - margin, high + margin)

    def _draw_image(self) -> None:
        values = image(self._recipe, self._feed.history)
        if values is None:
            return
        if self._picture is None:
            self._picture = self.axes.imshow(values, aspect="auto", interpolation="nearest")
            self.figure.colorbar(self._picture, ax=self.axes, label=self._recipe.y_label)
            self.axes.set_ylabel("")
        self._picture.set_data(values)
        self._picture.set_clim(float(values.min()), float(values.max()))
