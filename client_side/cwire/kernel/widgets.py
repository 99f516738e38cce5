"""Parts that our own widgets share: the page's code of each, and how they are closed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cwire import errors
from cwire_structs.installation import advice

__all__ = ["NO_PAGE", "close_all", "page_code"]

NO_PAGE = "export default {};"
"""The code of a widget that no page shows."""

_STATIC = Path(__file__).parents[1] / "static"


def page_code(name: str) -> str:
    """The text of a file that was built for the page; as a path, anywidget would watch it.

    Raises:
        CwireError: It is not built.
    """
    try:
        return (_STATIC / name).read_text(encoding="utf-8")
    except OSError:
        do = advice(
            "run `python client_side/web/bundle.py` where npm reaches its registry",
            "install cwire again, from a wheel or where npm reaches its registry",
        )
        raise errors.CwireError(
            f"the browser's part of the notebook's widgets ({name}) is not built: {do}"
        ) from None


def close_all(widget: Any) -> None:
    """Closes a widget and all inside it: ipywidgets keeps every open one for ever."""
    for child in getattr(widget, "children", ()):
        close_all(child)
    for part in (widget.layout, getattr(widget, "style", None), widget):
        if part is not None:
            part.close()
