"""ipywidgets keeps every widget that is open; tests must leave none."""

from __future__ import annotations

import ipywidgets


def open_widgets() -> list[str]:
    """What is open, by kind; all of it is closed, so that one test's leak is not the next one's."""
    kinds = [type(one).__name__ for one in ipywidgets.widgets.widget._instances.values()]
    ipywidgets.Widget.close_all()
    return kinds
