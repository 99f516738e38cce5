"""Console, panel and live matplotlib in a real JupyterLab, driven as a person does it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from support.browser import browser, needs_chromium, page, picture
from support.jupyter import (
    Lab,
    cell,
    cell_text,
    lab,
    labs,
    open_notebook,
    run_cell,
    runtime,
    write_notebook,
)
from support.processes import DRIVER

__all__ = ["browser", "lab", "labs", "page", "runtime"]  # fixtures

pytestmark = needs_chromium


def test_from_the_program_to_the_plot(page: Page, lab: Lab, built_driver: None) -> None:
    write_notebook(
        lab.folder / "widgets.ipynb",
        "%matplotlib widget\n%load_ext cwire",
        f"%cwire driver {DRIVER} --rate 60",
        "%cwire serve --driver demo\n%cwire connect",
        "plot = bridge.plot('scope_block')",
        "panel = bridge.panel(commands=['set_waveform', 'self_test']); panel",
        "plot.run(1); before = plot.drawn; plot.run(3); print((plot.drawn - before) / 3, 'fps')",
        "bridge.send.get_status().channels[0]['frequency']",
    )
    open_notebook(page, lab, "widgets.ipynb")
    for index in range(5):
        run_cell(page, index)
    expect(cell(page, 1)).to_contain_text("driver: listening at")
    expect(cell(page, 1)).to_contain_text(re.compile(r"running, pid \d+, for [1-9]"))
    slider = cell(page, 4).locator(".widget-slider", has_text="frequency")
    readout = slider.locator(".widget-readout")
    expect(readout).to_have_text("180")  # what the driver has, not the header's default
    readout.fill("120")
    readout.press("Enter")
    cell(page, 4).get_by_role("button", name="Send").first.click()
    expect(cell(page, 4)).to_contain_text(re.compile(r"waveform \(.*frequency 120 Hz"))
    cell(page, 3).scroll_into_view_if_needed()
    picture(page, "lab-plot")
    cell(page, 4).scroll_into_view_if_needed()
    picture(page, "lab-panel")
    run_cell(page, 5)
    assert float(cell_text(page, 5).split()[0]) > 5  # how many is for `make bench` to say
    run_cell(page, 6)
    assert "120.0" in cell_text(page, 6)
    cell(page, 1).locator("button", has_text="Stop").click()
    expect(cell(page, 1)).to_contain_text("stopped, after")
    expect(cell(page, 4)).to_contain_text("driver 'demo' is down")
    cell(page, 1).locator("button", has_text=re.compile("^Start$")).click()
    expect(cell(page, 4)).not_to_contain_text("is down")
    picture(page, "lab-console")
