"""ipywidgets keeps every widget that is open; tests must leave none."""

from __future__ import annotations

import ipywidgets


def open_widgets() -> list[str]:
    """The kinds of the open widgets; all are closed, so that a leak is of one test only."""
    kinds = [type(one).__name__ for one in ipywidgets.widgets.widget._instances.values()]
    ipywidgets.Widget.close_all()
    return kinds
