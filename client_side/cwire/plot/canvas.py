"""Outputs of a live figure: notebook image, interactive canvas, or memory only (Agg)."""

from __future__ import annotations

import base64
import io
import uuid
import zlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cwire.kernel.cell import kernel_shell
from cwire.kernel.host import shows_widgets
from cwire.kernel.widgets import close_all

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

__all__ = [
    "InteractiveCanvas",
    "LiveCanvas",
    "MemoryCanvas",
    "NotebookCanvas",
    "WidgetCanvas",
    "open_canvas",
]

_SIZE = (8.0, 3.6)  # inches
_UNSEEN = frozenset({"agg", "cairo", "pdf", "pgf", "ps", "svg", "template"})


class LiveCanvas:
    """Shows one figure.

    Most of a figure is the same from picture to picture: axes, ticks, labels. It is drawn once and
    kept as pixels; then the artists that change are drawn over it. This is a fourth of the work.
    A legend lies over them: its pixels are put back last, for its text is slow to draw.
    """

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self._behind: Any = None
        self._over: list[Any] = []
        self._ours = False
        figure.canvas.mpl_connect("draw_event", self._drawn)

    @property
    def visible(self) -> bool:
        """Whether anybody can see it."""
        return True

    @property
    def closed(self) -> bool:
        """Whether the user has closed it."""
        return False

    def show(self) -> None:
        """Makes the figure visible."""

    def refresh(self, artists: Sequence[Artist], legends: Sequence[Artist] = ()) -> None:
        """Shows the figure as it is now.

        Args:
            artists: What alone has changed since the last time, unless the figure is stale.
            legends: What lies over them.
        """
        self._draw(artists, legends)

    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None] | None:
        """Has a function called again and again by the window's own loop, where it has one.

        Returns:
            What ends that, or None.
        """
        return None

    def close(self) -> None:
        """Frees what holds the figure."""

    def _draw(self, artists: Sequence[Artist], legends: Sequence[Artist]) -> None:
        """Draws into the canvas' memory; shows nothing yet."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        figure: Any = self.figure
        canvas: Any = figure.canvas
        agg: Any = FigureCanvasAgg
        if not isinstance(canvas, agg):  # a canvas without pixels to keep
            canvas.draw()
            return
        for artist in artists:
            artist.set_animated(True)
        try:
            if figure.stale or self._behind is None:
                self._ours = True
                # Not canvas.draw(), which would show the figure without its artists.
                agg.draw(canvas)
                self._behind = canvas.copy_from_bbox(figure.bbox)
                boxes = [legend.get_window_extent() for legend in legends]
                self._over = [canvas.copy_from_bbox(box) for box in boxes]
            else:
                canvas.restore_region(self._behind)
            for artist in artists:
                figure.draw_artist(artist)
            for pixels in self._over:
                canvas.restore_region(pixels)
            figure.stale = False  # some artists change themselves while they are drawn
        finally:
            self._ours = False
            for artist in artists:
                artist.set_animated(False)  # so that savefig has them

    def _png(self) -> bytes:
        """The last picture as a PNG."""
        from PIL import Image

        canvas: Any = self.figure.canvas
        size = canvas.get_width_height(physical=True)
        buffer = io.BytesIO()
        # Plots are runs of equal pixels: half of the time of PIL's default for the same size.
        pixels = Image.frombuffer("RGBA", size, canvas.buffer_rgba())
        pixels.save(buffer, "png", compress_level=1, compress_type=zlib.Z_RLE)
        return buffer.getvalue()

    def _drawn(self, _: object) -> None:
        # Somebody else has drawn it, in another size perhaps: what is kept may be old.
        if not self._ours:
            self._behind = None


class MemoryCanvas(LiveCanvas):
    """Draws into memory only: for scripts that save the figure."""

    def __init__(self, size: tuple[float, float] | None = None) -> None:
        super().__init__(_bare_figure(size))

    @property
    def visible(self) -> bool:
        """False."""
        return False


class NotebookCanvas(LiveCanvas):
    """A picture in a cell's output that is replaced in place: no clearing, so no flicker."""

    def __init__(self, size: tuple[float, float] | None = None) -> None:
        # Not by pyplot: it would keep the figure for ever and show it once more by itself.
        super().__init__(_bare_figure(size))
        self._id = uuid.uuid4().hex
        self._shown = False

    def refresh(self, artists: Sequence[Artist], legends: Sequence[Artist] = ()) -> None:
        """Sends the picture as it is now; the first one goes under the present cell."""
        from IPython.display import display

        self._draw(artists, legends)
        picture = {
            "image/png": base64.b64encode(self._png()).decode("ascii"),
            "text/plain": "<live plot>",
        }
        display(picture, raw=True, display_id=self._id, update=self._shown)  # type: ignore[no-untyped-call]
        self._shown = True


class WidgetCanvas(LiveCanvas):
    """A widget of our own, where there is no IPython that could display: in marimo, for one.

    Attributes:
        widget: To be put where it shall be seen.
    """

    def __init__(self, size: tuple[float, float] | None = None) -> None:
        from cwire.plot.picture import PictureWidget

        super().__init__(_bare_figure(size))
        self.widget = PictureWidget()

    def refresh(self, artists: Sequence[Artist], legends: Sequence[Artist] = ()) -> None:
        """Draws at once and sends the picture."""
        self._draw(artists, legends)
        self.widget.png = self._png()

    def close(self) -> None:
        """Removes the widget."""
        close_all(self.widget)


class InteractiveCanvas(LiveCanvas):
    """An interactive canvas: ipympl in a notebook, or a window."""

    def __init__(self, widget: bool, size: tuple[float, float] | None = None) -> None:
        from matplotlib import pyplot

        with pyplot.ioff():
            super().__init__(pyplot.figure(figsize=size or _SIZE))
        # Every change would ask the browser to ask for a picture; they come by themselves here.
        self.figure.stale_callback = None
        self._widget = widget
        canvas: Any = self.figure.canvas
        if hasattr(canvas, "syncing_data_url"):
            # ipympl encodes each picture twice until the browser answers, which it cannot while
            # a cell runs. The notebook file has the picture that `display` makes.
            canvas.syncing_data_url = False

    @property
    def closed(self) -> bool:
        """Whether the user has closed it."""
        from matplotlib import pyplot

        return not pyplot.fignum_exists(self.figure.number)

    def show(self) -> None:
        """Opens the window, or puts the widget under the present cell."""
        if not self._widget:
            self.figure.show()
            return
        from IPython.display import display

        display(self.figure.canvas)  # type: ignore[no-untyped-call]

    def refresh(self, artists: Sequence[Artist], legends: Sequence[Artist] = ()) -> None:
        """Draws at once: `draw_idle` may wait for ever while a cell runs."""
        self._draw(artists, legends)
        canvas: Any = self.figure.canvas
        if self._widget:
            # The page gives up a picture that has not been decoded when the next one comes. That
            # is harmless if each is whole: matplotlib sends the difference from the one before.
            canvas.set_image_mode("full")
            canvas._force_full = True  # also what it draws by itself, after a zoom
            for page in canvas.manager.web_sockets:
                page.send_binary(self._png())
        else:
            canvas.blit(self.figure.bbox)  # of a canvas without pixels to keep, it does nothing
        canvas.flush_events()

    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None] | None:
        """By the window's timer, which runs in the thread of its loop."""
        timer = self.figure.canvas.new_timer(interval=max(1, round(1000 * seconds)))
        timer.add_callback(call)
        timer.start()
        return timer.stop

    def close(self) -> None:
        """Closes the window."""
        from matplotlib import pyplot

        pyplot.close(self.figure)


def _bare_figure(size: tuple[float, float] | None) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size or _SIZE, dpi=100)
    FigureCanvasAgg(figure)
    return figure


def open_canvas(size: tuple[float, float] | None = None) -> LiveCanvas:
    """The canvas that fits matplotlib's backend and where the program runs."""
    import matplotlib

    backend = str(matplotlib.get_backend()).lower()
    seen = "inline" not in backend and backend not in _UNSEEN
    if kernel_shell() is not None:
        widget = backend == "nbagg" or "ipympl" in backend or "widget" in backend
        return InteractiveCanvas(widget, size) if seen else NotebookCanvas(size)
    if shows_widgets():
        return WidgetCanvas(size)
    return InteractiveCanvas(False, size) if seen else MemoryCanvas(size)
