"""Makes the legends of a figure, and other words that lie over its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwire.view.text import shortened

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["Legends", "label_room", "remark"]

_MOST = 8  # lines that a legend names
_LETTERS = 28  # of a name in a legend
_ROW = 0.19  # inches of a name in a legend
_ACROSS = 11  # letters that an inch has room for


class Legends:
    """The legends of a figure: one for each pane, but none that says what one before it says."""

    def __init__(self) -> None:
        self._told: dict[Axes, tuple[str, ...]] = {}

    def show(self, axes: Axes, artists: list[Artist]) -> list[Artist]:
        """Makes the legend of a pane anew, where it has more than one line.

        Returns:
            The legend, or nothing.
        """
        from matplotlib.lines import Line2D

        legend = axes.get_legend()
        if legend is not None:
            legend.remove()
        names = [str(artist.get_label()) for artist in artists]
        self._told.pop(axes, None)
        repeated = tuple(names) in self._told.values()
        self._told[axes] = tuple(names)
        if repeated or len(names) < 2:
            return []
        handles: list[Any] = list(artists)
        labels = [shortened(name, _LETTERS) for name in names]
        rows = max(1, int(_height(axes) / _ROW) - 1)
        most = min(_MOST, 2 * rows)
        if len(labels) > most:
            handles = [*handles[: most - 1], Line2D([], [], linestyle="none")]
            labels = [*labels[: most - 1], f"… and {len(labels) - most + 1} more"]
        # Opaque: its pixels are the same whatever lies below.
        look: Any = {"fontsize": "small", "framealpha": 1, "fancybox": False}
        look["ncols"] = 1 if len(labels) <= rows else 2
        return [axes.legend(handles, labels, loc="upper right", **look)]


def remark(axes: Axes, text: str) -> Artist:
    """Writes a sentence into the lower left corner of axes."""
    from matplotlib import rcParams

    ground = {"facecolor": rcParams["axes.facecolor"], "edgecolor": "none", "pad": 2}
    return axes.text(
        0.01, 0.02, text, transform=axes.transAxes, fontsize="small", bbox=ground, parse_math=False
    )


def label_room(axes: Axes) -> int:
    """The letters that a label beside axes has room for."""
    return max(_ACROSS, int(_ACROSS * _height(axes)))


def _height(axes: Axes) -> float:
    """Inches."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return float(axes.get_position().height * figure.get_figheight())
