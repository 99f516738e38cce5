"""Makes a widget that shows pictures, for hosts that show widgets and have no IPython."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

__all__ = ["PictureWidget"]


class PictureWidget(anywidget.AnyWidget):
    """The newest picture of a live plot."""

    # As text: anywidget would watch files.
    _esm = Path(__file__).with_name("picture.mjs").read_text(encoding="utf-8")

    png = traitlets.Bytes().tag(sync=True)
