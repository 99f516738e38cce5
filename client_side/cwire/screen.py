"""Where a live figure is seen: a notebook's output, an interactive canvas, or nowhere (Agg)."""

from __future__ import annotations

import base64
import io
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

__all__ = ["CanvasScreen", "NoScreen", "NotebookScreen", "Screen", "cell_of_now", "open_screen"]

_SIZE = (8.0, 3.6)  # inches
_UNSEEN = frozenset({"agg", "cairo", "pdf", "pgf", "ps", "svg", "template"})


class Screen:
    """Shows one figure."""

    figure: Figure

    def show(self) -> None:
        """Makes the figure visible."""

    def refresh(self) -> None:
        """Draws it as it is now."""

    @property
    def visible(self) -> bool:
        """Whether anybody can see it."""
        return True

    def close(self) -> None:
        """Frees what holds the figure."""


class NoScreen(Screen):
    """Draws into memory only: for scripts that save the figure."""

    def __init__(self) -> None:
        self.figure, self._canvas = _bare_figure()

    def refresh(self) -> None:
        """Draws it as it is now."""
        self._canvas.draw()  # type: ignore[no-untyped-call]

    @property
    def visible(self) -> bool:
        """False."""
        return False


class NotebookScreen(Screen):
    """A picture in a cell's output that is replaced in place: no clearing, so no flicker."""

    def __init__(self) -> None:
        # Not by pyplot: it would keep the figure for ever and show it once more by itself.
        self.figure, self._canvas = _bare_figure()
        self._id = uuid.uuid4().hex
        self._shown = False

    def show(self) -> None:
        """Puts the picture under the present cell."""
        self._shown = False
        self.refresh()

    def refresh(self) -> None:
        """Sends the picture as it is now."""
        from IPython.display import display

        buffer = io.BytesIO()
        # Fast rather than small: the picture is seen for a twentieth of a second.
        self._canvas.print_png(buffer, pil_kwargs={"compress_level": 1})  # type: ignore[no-untyped-call]
        picture = {
            "image/png": base64.b64encode(buffer.getvalue()).decode("ascii"),
            "text/plain": "<live plot>",
        }
        display(picture, raw=True, display_id=self._id, update=self._shown)  # type: ignore[no-untyped-call]
        self._shown = True


class CanvasScreen(Screen):
    """An interactive canvas: ipympl in a notebook, or a window."""

    def __init__(self, widget: bool) -> None:
        from matplotlib import pyplot

        with pyplot.ioff():
            self.figure = pyplot.figure(figsize=_SIZE)
        self._widget = widget

    def show(self) -> None:
        """Opens the window, or puts the widget under the present cell."""
        if self._widget:
            from IPython.display import display

            display(self.figure.canvas)  # type: ignore[no-untyped-call]
        else:
            self.figure.show()

    def refresh(self) -> None:
        """Draws at once: `draw_idle` may wait for ever while a cell runs."""
        self.figure.canvas.draw()
        self.figure.canvas.flush_events()

    def close(self) -> None:
        """Closes the window."""
        from matplotlib import pyplot

        pyplot.close(self.figure)


def _bare_figure() -> tuple[Figure, FigureCanvasAgg]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg as Canvas
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, dpi=100)
    return figure, Canvas(figure)


def open_screen() -> Screen:
    """The screen that fits matplotlib's backend and where the program runs."""
    import matplotlib

    backend = str(matplotlib.get_backend()).lower()
    seen = "inline" not in backend and backend not in _UNSEEN
    if _kernel_shell() is not None:
        widget = backend == "nbagg" or "ipympl" in backend or "widget" in backend
        return CanvasScreen(widget) if seen else NotebookScreen()
    return CanvasScreen(widget=False) if seen else NoScreen()


def _kernel_shell() -> Any:
    """IPython's shell if this is a Jupyter kernel."""
    import sys

    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    shell = get_ipython()
    return shell if getattr(shell, "kernel", None) is not None else None


def cell_of_now() -> tuple[str, int] | None:
    """The notebook cell that runs and the count of its execution; None outside of Jupyter."""
    shell = _kernel_shell()
    if shell is None:
        return None
    try:
        parent = shell.get_parent()
        cell = parent.get("metadata", {}).get("cellId")
    except (AttributeError, LookupError):
        return None
    return (str(cell), int(shell.execution_count)) if cell else None
