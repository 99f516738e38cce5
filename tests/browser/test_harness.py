"""JupyterLab and Notebook 7 as the other browser tests use them, with the quickstart notebook."""

from __future__ import annotations

import json
import shutil

from playwright.sync_api import Page, expect

from support.browser import browser, needs_chromium, page, picture
from support.jupyter import (
    Lab,
    cell,
    cell_text,
    for_each_app,
    lab,
    labs,
    open_notebook,
    restart_kernel,
    run_cell,
    runtime,
    save,
    start_cell,
    wait_cell,
    wait_idle,
    write_notebook,
)
from support.processes import ROOT, Relay

__all__ = ["browser", "lab", "labs", "page", "runtime"]  # fixtures

pytestmark = needs_chromium


@for_each_app
def test_quickstart(page: Page, lab: Lab, relay: Relay) -> None:
    shutil.copy(ROOT / "notebooks" / "01_quickstart.ipynb", lab.folder)
    open_notebook(page, lab, "01_quickstart.ipynb")
    run_cell(page, 2)
    # The first cell is a picture that moves.
    scopes = "Object.values(window.__cwireScope ?? {})"
    moves = f"(draws) => {scopes}.some((one) => one.points && one.draws > draws)"
    page.wait_for_function(moves, arg=0)
    page.wait_for_function(moves, arg=10)
    run_cell(page, 4)
    expect(cell(page, 4)).to_contain_text("scope_block")
    run_cell(page, 6)
    wait_idle(page)
    picture(page, f"quickstart-{lab.app}")


def test_the_hands(page: Page, lab: Lab) -> None:
    write_notebook(
        lab.folder / "hands.ipynb",
        "import sys; print('first')",
        "sys.stdin.flush(); input()",
        "1 / 0",
        "sys",
        "import time; print('zzz'); time.sleep(1000)",
    )
    open_notebook(page, lab, "hands.ipynb")
    start_cell(page, 1)
    wait_cell(page, 1, fails=True)
    run_cell(page, 0)
    assert cell_text(page, 0).strip() == "first"
    run_cell(page, 2, fails=True)
    assert "ZeroDivisionError" in cell_text(page, 2)
    save(page)
    saved = json.loads((lab.folder / "hands.ipynb").read_text())
    assert saved["cells"][0]["outputs"][0]["text"] == ["first\n"]
    start_cell(page, 4)
    expect(cell(page, 4).locator(".jp-OutputArea-output")).to_have_text("zzz")
    restart_kernel(page)
    run_cell(page, 3, fails=True)
    assert "NameError" in cell_text(page, 3)
