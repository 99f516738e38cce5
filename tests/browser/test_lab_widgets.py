"""Console, panel and live matplotlib in a real JupyterLab, driven as a person does it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

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
        "before = plot.drawn\nwhile plot.drawn < before + 10:\n    plot.run(0.5)",
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
    run_cell(page, 6)
    assert "120.0" in cell_text(page, 6)
    cell(page, 1).locator("button", has_text="Stop").click()
    expect(cell(page, 1)).to_contain_text("stopped, after")
    expect(cell(page, 4)).to_contain_text("driver 'demo' is down")
    cell(page, 1).locator("button", has_text=re.compile("^Start$")).click()
    expect(cell(page, 4)).not_to_contain_text("is down")
    picture(page, "lab-console")


def test_a_click_sends_what_the_page_shows(page: Page, lab: Lab, built_driver: None) -> None:
    """ipywidgets keeps the second value back until the kernel has taken the first one."""
    write_notebook(
        lab.folder / "click.ipynb",
        f"%load_ext cwire\n%cwire driver {DRIVER}",
        "%cwire serve --driver demo\n%cwire connect",
        "panel = bridge.panel(commands='set_waveform'); panel",
        "bridge.send.set_waveform(channel=1, frequency=777.0)",
    )
    open_notebook(page, lab, "click.ipynb")
    for index in (0, 1, 3, 2):
        run_cell(page, index)
    form = cell(page, 2)
    readouts = {
        name: form.locator(".widget-slider", has_text=name).locator(".widget-readout")
        for name in ("frequency", "channel")
    }
    expect(readouts["frequency"]).to_have_text("180")
    enter_and_click(page, readouts["frequency"], ["110", "120"], form, "Send")
    expect(form).to_contain_text(re.compile(r"waveform \(.*frequency 120 Hz"))
    enter_and_click(page, readouts["channel"], ["1", "0", "1"], form, "Read")
    expect(readouts["frequency"]).to_have_text("777")
    enter_and_click(page, readouts["frequency"], ["130", "140"], form, "live")
    expect(form.get_by_role("button", name="live")).to_have_class(re.compile("mod-active"))
    expect(form).to_contain_text(re.compile(r"waveform \(.*channel 1 .*frequency 140 Hz"))


def enter_and_click(
    page: Page, readout: Locator, texts: list[str], form: Locator, name: str
) -> None:
    """Enters texts and clicks, before the page hears anything of the kernel."""
    page.evaluate(
        """([readout, texts, button]) => {
            for (const text of texts) {
                readout.textContent = text;
                const enter = { key: "Enter", keyCode: 13, bubbles: true, cancelable: true };
                readout.dispatchEvent(new KeyboardEvent("keydown", enter));
            }
            button.click();
        }""",
        [
            readout.element_handle(),
            texts,
            form.get_by_role("button", name=name).first.element_handle(),
        ],
    )
