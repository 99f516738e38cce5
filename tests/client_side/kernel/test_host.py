"""Hosts that show widgets are told by the functions that they have put in place."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import comm
import pytest

import cwire
from cwire.kernel.cell import is_executed, kernel_shell
from cwire.kernel.host import check_ipywidgets, shows_widgets, widgets_only
from support.fake_relay import FakeRelay
from support.widgets import open_widgets


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Panel and Solara do it: widgets get comms of the host's own, and IPython has no kernel."""

    def create_comm(*given: Any, **named: Any) -> comm.DummyComm:
        return comm.DummyComm(*given, **named)

    monkeypatch.setattr(comm, "create_comm", create_comm)


def test_a_script_shows_no_widgets() -> None:
    assert not shows_widgets()
    check_ipywidgets("a panel", "this is for marimo only")


def test_a_host_that_opens_comms_shows_them(host: None) -> None:
    assert shows_widgets()
    assert widgets_only()


def test_a_scope_and_a_plot_are_their_widgets_there(host: None) -> None:
    with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
        scope, plot = bridge.scope("tick"), bridge.plot("tick")
        widget = plot._display_()
        assert widget.png.startswith(b"\x89PNG")  # type: ignore[attr-defined]
        assert scope._display_() is scope.widget
        for shown, made in ((scope, scope.widget), (plot, widget)):
            view = shown._repr_mimebundle_()[0]["application/vnd.jupyter.widget-view+json"]
            assert view["model_id"] == made.model_id  # type: ignore[attr-defined]
        scope.close()
        plot.close()
    assert open_widgets() == []


def test_what_is_not_ipython_is_no_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solara answers with an object that has a kernel and cannot display."""
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=object()))
    assert kernel_shell() is None


@pytest.mark.parametrize(("server", "alone"), [("", True), ("voila/0.5.13", False)])
def test_voila_asks_nobody_for_input_and_has_a_page(
    monkeypatch: pytest.MonkeyPatch, server: str, alone: bool
) -> None:
    shell = SimpleNamespace(kernel=SimpleNamespace(_allow_stdin=False))
    monkeypatch.setattr("cwire.kernel.cell.kernel_shell", lambda: shell)
    monkeypatch.setenv("SERVER_SOFTWARE", server)
    assert is_executed() == alone
