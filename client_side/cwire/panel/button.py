"""A button of a form: its page carries a click out, or tells the kernel of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from cwire.panel.controls import Page

__all__ = ["FormButton"]


class FormButton(anywidget.AnyWidget):
    """A button whose click brings along the values of some widgets, if the kernel is to hear of it.

    The kernel may hear of a click before a value that was changed earlier. ipywidgets keeps a
    model's next change back until the kernel has taken its last one, and ipykernel 7.4 may give the
    messages of two widgets to two threads. A command would be sent with old values.

    Args:
        call: Called at a click, in whichever thread hears of it; of one that toggles, also at a
            change of the widgets while it is pressed.
        form: The id of the form.
        does: What it does there: ``send``, ``live`` or ``read``.
        carries: The trait of each widget that is carried, by the id of its model.
        width: Its width, in CSS.
    """

    # As text: anywidget would watch files.
    _esm = Path(__file__).with_name("button.mjs").read_text(encoding="utf-8")

    description = traitlets.Unicode().tag(sync=True)
    disabled = traitlets.Bool().tag(sync=True)
    primary = traitlets.Bool().tag(sync=True)
    toggles = traitlets.Bool().tag(sync=True)
    value = traitlets.Bool().tag(sync=True)
    """Whether it is pressed, if it is one that toggles."""
    form = traitlets.Unicode().tag(sync=True)
    does = traitlets.Unicode().tag(sync=True)
    carries = traitlets.Dict().tag(sync=True)

    def __init__(
        self, call: Callable[[Page], object], carries: Mapping[str, str], width: str, **traits: Any
    ) -> None:
        self._call = call
        layout = {"width": width, "margin": "var(--jp-widgets-margin, 2px)"}
        super().__init__(carries=dict(carries), layout=layout, **traits)
        self.on_msg(self._hear)

    def click(self) -> None:
        """Does what a click does, with the values that the kernel has."""
        self._clicked({})

    def _hear(self, _: object, content: Mapping[str, Any], buffers: object) -> None:
        if content.get("event") == "click":
            self._clicked(content["shown"])
        elif content.get("event") == "change":
            self._call(content["shown"])

    def _clicked(self, page: Page) -> None:
        if self.toggles:
            self.value = not self.value
        self._call(page)
