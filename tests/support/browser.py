"""A real Chromium for tests. Import the fixtures `browser` and `page` where they are used.

The browser lives as long as a test module: Playwright's loop would else be in the way of the tests
that have a loop of their own.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from support.processes import ROOT, SECONDS

__all__ = ["CHROMIUM", "browser", "figures", "needs_chromium", "page", "picture"]

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

needs_chromium = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
    # Playwright's own event loop does not close its transport (playwright-python#2204).
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]
"""Marks of a module that uses the browser: ``pytestmark = needs_chromium``."""

NOISE = (
    # The browser itself logs a refused handshake; the page shows it to the user.
    r"WebSocket connection",
    # And a relay that does not answer.
    r"Failed to load resource: net::ERR_(CONNECTION|EMPTY)",
    # Notebook 7.6 asks for the settings of its shortcuts before they are loaded.
    r"TypeError: Cannot read properties of undefined \(reading 'schema'\)\s+"
    r"at \S+/static/notebook/notebook_core\.",
    # anywidget gives a widget's module two seconds; what is needed of the widget is waited for.
    r"Error: \[anywidget\] Failed to initialize model\.",
    # JupyterLab about what a kernel had been asked when it was restarted.
    r".*Canceled future for \w+_request message before replies were done",
)
"""Errors that are not ours, as regular expressions for their beginning."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of a module."""
    expect.set_options(timeout=1000 * SECONDS)  # 5 s, else
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without history; what goes wrong in it fails the test."""
    context = browser.new_context()
    context.set_default_timeout(1000 * SECONDS)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(error.stack or str(error)))
    opened.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    yield opened
    context.close()
    ours = [text for text in problems if not any(re.match(noise, text) for noise in NOISE)]
    assert not ours, "\n".join(ours)


def picture(page: Page, name: str) -> None:
    """Keeps a screenshot, to be looked at."""
    folder = ROOT / "test-artefacts"
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def figures(page: Page) -> dict[str, Any]:
    """The report of the newest scope of a page: its route, lines, frames and pictures."""
    found: dict[str, Any] = page.evaluate(
        "() => Object.values(window.__cwireScope ?? {}).at(-1)?.report() ?? {}"
    )
    return found
