"""The widget of a scope: its traits, its page, and the output that a notebook keeps."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

import anywidget
import traitlets
from IPython.display import display

from cwire.kernel.cell import kernel_shell
from cwire.kernel.host import widgets_only
from cwire.kernel.widgets import NO_PAGE, page_code

__all__ = ["Output", "ScopeWidget", "still_html"]

_PNG, _WIDTH = "__PNG__", "__WIDTH__"


class ScopeWidget(anywidget.AnyWidget):
    """The traits and messages that the page and the kernel share.

    Traits are saved with a notebook, so there is nothing secret in them: a token goes by message.

    Args:
        with_page: Whether a page may show it. The page's code is a trait, too, of 125 kB: a
            notebook that a program executes would keep it for each scope.
    """

    recipe = traitlets.Dict().tag(sync=True)
    relay = traitlets.Unicode().tag(sync=True)
    """Name of the relay (``relay-PID-RANDOM``) that Jupyter's server can find; else empty."""
    stopped = traitlets.Unicode().tag(sync=True)
    """The reason why the scope has ended; empty while it goes on."""

    def __init__(self, *, with_page: bool = True, **traits: Any) -> None:
        self._esm = page_code("scope.js") if with_page else NO_PAGE
        self._css = page_code("scope.css") if with_page else ""
        super().__init__(**traits)


class Output:
    """A cell's output that the page puts the scope into, and that is a picture in the file.

    JupyterLab shows a widget's own output as "model not found" in a notebook that is opened again,
    picture or not. So the output is HTML with the picture, and the page finds it by its id. Where
    pages cannot do that (VS Code, Colab) it is the widget. Where there is no IPython that could
    display (marimo, Panel, Solara) the user puts the widget where it shall be.

    Attributes:
        shown: Whether it shows itself; else the user does that.
    """

    def __init__(self, widget: ScopeWidget, id: str, title: str) -> None:
        self._widget = widget
        self._id = id
        self._title = title
        self._whole = widgets_only()
        self.shown = kernel_shell() is not None

    def show(self) -> None:
        """Puts it under the present cell, if it shows itself."""
        if not self.shown:
            return
        if self._whole:
            display(self._widget)  # type: ignore[no-untyped-call]
        else:
            self._display(None, update=False)

    def keep(self, png: bytes, width: int) -> None:
        """Replaces the picture in the notebook."""
        if not self._whole:
            self._display((png, width), update=True)

    def _display(self, picture: tuple[bytes, int] | None, *, update: bool) -> None:
        data = {"text/plain": f"<scope of {self._title}>"}
        if picture is None:
            data["text/html"] = output_html(
                self._id,
                f"<em>{escape(self._title)}: the scope has no picture yet; it needs a running "
                "kernel, and a notebook that you trust</em>",
            )
        else:
            png, width = picture
            text = base64.b64encode(png).decode("ascii")
            html = still_html(self._id, self._title)
            data["text/html"] = html.replace(_PNG, text).replace(_WIDTH, str(width))
            data["image/png"] = text
        display(data, raw=True, display_id=f"cwire-scope-{self._id}", update=update)  # type: ignore[no-untyped-call]


def output_html(id: str, inner: str) -> str:
    """The HTML of an output that the page finds by the scope's id."""
    return f'<div class="cwire-scope" data-cwire-scope="{id}">{inner}</div>'


def still_html(id: str, title: str) -> str:
    """The HTML around a picture, with names in the place of its base64 and its width.

    The page puts them in where it keeps a picture by itself (`web/scope/notebook.mjs`).
    """
    return output_html(
        id,
        f'<img alt="{escape(title)}" width="{_WIDTH}" src="data:image/png;base64,{_PNG}"><br>'
        "<small>The last picture. The scope moves while its kernel runs, in a notebook that you "
        "trust.</small>",
    )
