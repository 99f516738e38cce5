"""Live pictures in a real marimo, which has neither IPython's shell nor its messages."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from support.browser import browser, figures, needs_chromium, page, picture
from support.processes import Relay, Running

__all__ = ["browser", "page"]  # fixtures

pytestmark = [*needs_chromium, pytest.mark.timeout(300)]

# A cell shows its last expression; it runs again when the button is clicked.
NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    import cwire
    import marimo as mo
    bridge = cwire.connect()
    made = []
    again = mo.ui.button(label="again")
    again
    return again, bridge, cwire, made


@app.cell
def _(again, bridge, made):
    again
    scope = bridge.scope("scope_block")
    made.append(scope)
    scope
    return (scope,)


@app.cell
def _(made, scope):
    f"{scope.running}: {made}"
    return


@app.cell
def _(bridge):
    bridge.plot("driver_status", "temperature", window=5)
    return


@app.cell
def _(bridge, cwire):
    try:
        bridge.panel()
    except cwire.CwireError as error:
        said = str(error)
    said
    return
"""


@pytest.fixture
def host(relay: Relay, tmp_path: Path) -> Iterator[str]:
    """The address of a marimo that runs the notebook."""
    (tmp_path / "live.py").write_text(NOTEBOOK)
    homes = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    with Running(
        *(sys.executable, "-m", "marimo", "-y", "run", tmp_path / "live.py", "--headless"),
        *("--host", "127.0.0.1", "--no-token"),
        env=dict.fromkeys(homes, str(tmp_path)),
    ) as process:
        line = process.wait_for("URL:", 60)
        port = re.search(r":(\d+)\s*$", line)
        assert port is not None, line
        yield f"http://127.0.0.1:{port[1]}/"


def wait_draws(page: Page, least: int) -> None:
    """Waits until the scope has drawn so many pictures with points."""
    page.wait_for_function(
        """least => Object.values(window.__cwireScope ?? {}).some(
            one => one.points && one.draws >= least)""",
        arg=least,
    )


def refuse(socket: WebSocketRoute) -> None:
    """As a relay that is out of reach."""
    socket.close()


# The page is closed before its server stops: marimo's page logs what it can no longer send.
def test_scope_and_plot_are_live_and_a_panel_says_what_to_use(host: str, page: Page) -> None:
    page.goto(host)
    wait_draws(page, 30)
    assert figures(page)["route"] == "direct"
    shown = page.locator("img[src^='blob:']")
    first = shown.get_attribute("src")
    expect(shown).not_to_have_attribute("src", str(first))
    expect(page.get_by_text("marimo does not show ipywidgets")).to_be_visible()
    picture(page, "marimo")

    page.get_by_role("button", name="again").click()
    expect(page.get_by_text("samples, its cell was run again>, <scope")).to_be_visible()
    expect(page.locator(".cwire-live")).to_have_count(1)

    # A page that does not reach the relay gets curves from the kernel.
    ours = host.removeprefix("http://")
    page.route_web_socket(re.compile(rf"^ws://(?!{re.escape(ours)})"), refuse)
    page.reload()
    expect(page.locator(".cwire-notice")).to_contain_text("through the kernel")
    wait_draws(page, 10)
    assert figures(page)["route"] == "kernel"
    assert figures(page)["lines"]["channel 0"]["high"] == pytest.approx(1, abs=0.01)
