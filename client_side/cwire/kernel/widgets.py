"""Closes ipywidgets, which keep every open widget for ever."""

from __future__ import annotations

from typing import Any

__all__ = ["close_all"]


def close_all(widget: Any) -> None:
    """Closes a widget and all inside it."""
    for child in getattr(widget, "children", ()):
        close_all(child)
    for part in (widget.layout, getattr(widget, "style", None), widget):
        if part is not None:
            part.close()
