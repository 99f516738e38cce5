"""The picture of a comparison."""

from __future__ import annotations

import sys
from io import BytesIO

import pytest

import cwire
from cwire.ipc.figure import draw
from cwire.ipc.results import Comparison
from support.ipc import comparison


def test_what_is_drawn() -> None:
    figure = draw(comparison())
    titles = [axes.get_title() for axes in figure.axes]
    assert len(titles) == 6
    assert titles[2] == "Messages of 64 B"
    labels = [line.get_label() for line in figure.axes[4].get_lines()]
    assert labels == ["Unix socket", "shared_memory"]
    made = BytesIO()
    figure.savefig(made, dpi=30)
    assert made.getvalue().startswith(b"\x89PNG")


def test_what_was_not_measured_is_an_empty_picture() -> None:
    made = comparison()
    figure = draw(Comparison(made.machine, made.settings, made.titles, made.families))
    assert not any(axes.axison for axes in figure.axes)


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(cwire.CwireError, match="pip install matplotlib"):
        draw(comparison())
