"""The panel's own line to the relay, in the page: it sends what is clicked by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from cwire import errors
from cwire.kernel.cell import is_executed
from cwire.kernel.widgets import NO_PAGE, page_code

__all__ = ["PanelPage"]


class PanelPage(anywidget.AnyWidget):
    """A widget that is not seen. Its page connects to the relay and knows the forms.

    So a click does not wait for a cell that runs: messages of a page may reach the kernel only when
    it has ended. Where the page does not reach the relay, and where its code is not built, clicks
    go through the kernel.

    Args:
        welcome: Called with the origin of a page that is there, in whichever thread hears of it.
    """

    relay = traitlets.Unicode().tag(sync=True)
    """Name of the relay (``relay-PID-RANDOM``) that Jupyter's server can find; else empty."""
    forms = traitlets.Dict().tag(sync=True)
    """The forms by their ids, as `CommandForm.recipe` tells them."""

    def __init__(self, welcome: Callable[[str], None], **traits: Any) -> None:
        self._welcome = welcome
        try:
            self._esm = NO_PAGE if is_executed() else page_code("panel.js")
        except errors.CwireError:
            self._esm = NO_PAGE
        super().__init__(layout={"display": "none"}, **traits)
        self.on_msg(self._hear)

    def _hear(self, _: object, content: Mapping[str, Any], buffers: object) -> None:
        if content.get("type") == "ready":
            self._welcome(str(content.get("origin")))
