"""Shows widgets in a cell's output that is a sentence in the notebook's file."""

from __future__ import annotations

import uuid
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from cwire.kernel.cell import is_executed
from cwire.kernel.host import widgets_only
from cwire.kernel.widgets import NO_PAGE, close_all

__all__ = ["Placed"]


class Placed(anywidget.AnyWidget):
    """A widget that is not seen; its page puts a box of widgets where an output names it.

    JupyterLab shows a widget's own output as "model not found" in a notebook that is opened again.
    So the output is a sentence of HTML in the box's place.

    Args:
        box: What it shows.
    """

    # As text: anywidget would watch files.
    _esm = Path(__file__).with_name("placed.mjs").read_text(encoding="utf-8")

    place = traitlets.Unicode().tag(sync=True)
    """The name of the place."""
    box = traitlets.Unicode().tag(sync=True)
    """The model of the box."""

    def __init__(self, box: Any) -> None:
        self._shown = box
        if is_executed():
            self._esm = NO_PAGE
        super().__init__(place=uuid.uuid4().hex, box=box.model_id)

    def output(self, text: str, **options: object) -> Any:
        """The output of a cell that shows the box, as `_repr_mimebundle_` returns it.

        Args:
            text: What it is, for people.
            options: Of `_repr_mimebundle_`.
        """
        if widgets_only():
            return self._shown._repr_mimebundle_(**options)
        sentence = (
            f"{text} needs a running kernel, and a notebook that you trust: run the cell again"
        )
        place = f'<div data-cwire-widget="{self.place}"><em>{escape(sentence)}</em></div>'
        return {"text/plain": text, "text/html": place}

    def close_box(self) -> None:
        """Closes the box and all inside it, and itself."""
        close_all(self._shown)
        close_all(self)
