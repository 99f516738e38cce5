"""The notebook 03_live_lab as a user has it: the panel moves what the scope draws."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

import cwire
from support.browser import browser, needs_chromium, page, picture
from support.jupyter import Lab, cell, for_each_app, lab, labs, open_notebook, run_cell, runtime
from support.processes import ROOT

__all__ = ["browser", "lab", "labs", "page", "runtime"]  # fixtures

pytestmark = needs_chromium

NOTEBOOK = ROOT / "notebooks" / "03_live_lab.ipynb"
START, SCOPE, PANEL, END = 2, 4, 6, 20


@for_each_app
def test_a_slider_changes_the_signal_that_is_drawn(
    page: Page, lab: Lab, built_driver: None, runtime: Path
) -> None:
    # The notebook starts the driver of its checkout, which is where it lies here, too.
    # The scope draws only what is in view, so it and the panel must be.
    page.set_viewport_size({"width": 1280, "height": 1600})
    checkout = lab.folder / lab.app
    (checkout / "notebooks").mkdir(parents=True)
    (checkout / "c_driver").symlink_to(ROOT / "c_driver")
    shutil.copy(NOTEBOOK, checkout / "notebooks")
    open_notebook(page, lab, f"{lab.app}/notebooks/{NOTEBOOK.name}")
    for index in (START, SCOPE, PANEL):
        run_cell(page, index)
    wait_for_peaks(page, "high - low > 3")  # a sine of 2 V
    # By the extension: same address, Jupyter's own login, no token in the page.
    assert page.evaluate("() => Object.values(__cwireScope)[0].route") == "jupyter"
    form = cell(page, PANEL)
    slider = form.locator(".widget-hslider", has_text="frequency")
    expect(slider.locator(".widget-readout")).to_contain_text("120")
    picture(page, f"live-lab-{lab.app}")
    form.get_by_role("button", name="live").click()
    drag(page, slider, 3 / 8)  # of 0.01 Hz to 1 MHz, by the logarithm: about 10 Hz
    with cwire.connect() as bridge:
        slower = bridge["left"].wait_for(
            "driver_status", lambda status: status.channels[0]["frequency"] < 15, timeout=30
        )
        assert slower.channels[0]["frequency"] > 5
        assert slower.channels[0]["amplitude"] == 2.0
    # A sixth of a period is in a block, not two whole ones.
    wait_for_peaks(page, "high - low < 3")
    picture(page, f"live-lab-slow-{lab.app}")
    run_cell(page, END)
    expect(cell(page, END)).to_contain_text("left stopped")


def drag(page: Page, slider: Locator, share: float) -> None:
    """Drags a slider's handle to a share of its way."""
    handle = slider.locator("[role=slider]").bounding_box()
    way = slider.locator(".noUi-base").bounding_box()
    assert handle is not None
    assert way is not None
    y = handle["y"] + handle["height"] / 2
    page.mouse.move(handle["x"] + handle["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(way["x"] + share * way["width"], y, steps=5)
    page.mouse.up()


def wait_for_peaks(page: Page, condition: str) -> None:
    """Waits until what the first line of the scope was drawn from is so."""
    script = f"""() => {{
        const [figures] = Object.values(globalThis.__cwireScope ?? {{}});
        const [line] = Object.entries(figures?.lines ?? {{}}).sort();
        if (!line) return false;
        const {{low, high}} = line[1];
        return {condition};
    }}"""
    page.wait_for_function(script)
