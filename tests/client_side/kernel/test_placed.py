"""Widgets whose output is a sentence; that a page puts them there is tested in tests/browser."""

from __future__ import annotations

import ipywidgets
import pytest

from cwire.kernel.placed import Placed
from support.widgets import open_widgets


def test_the_output_is_a_sentence_in_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cwire.kernel.placed.widgets_only", lambda: False)
    box = ipywidgets.VBox([ipywidgets.Label("inside")])
    placed = Placed(box)
    output = placed.output("<panel of demo: start>")
    assert set(output) == {"text/plain", "text/html"}
    assert output["text/plain"] == "<panel of demo: start>"
    assert f'data-cwire-widget="{placed.place}"' in output["text/html"]
    assert "&lt;panel of demo: start&gt; needs a running kernel" in output["text/html"]
    assert placed.box == box.model_id
    placed.close_box()
    assert open_widgets() == []


def test_where_pages_show_widgets_only_it_is_the_widget() -> None:
    box = ipywidgets.VBox()
    placed = Placed(box)
    bundle = placed.output("a panel")
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == box.model_id
    placed.close_box()
    assert open_widgets() == []
