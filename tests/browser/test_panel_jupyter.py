"""The panel in a JupyterLab whose kernel is busy: the page sends by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from playwright.sync_api import Locator, Page, expect

import cwire
from cwire_structs.schema import tags
from support.browser import browser, needs_chromium, page, picture
from support.jupyter import (
    Lab,
    cell,
    lab,
    labs,
    open_notebook,
    restart_kernel,
    run_cell,
    runtime,
    save,
    start_cell,
)
from support.jupyter import write_notebook as write
from support.processes import Relay, until

__all__ = ["browser", "lab", "labs", "page", "runtime"]  # fixtures

pytestmark = needs_chromium

BUSY = "display(bridge.panel('set_waveform'))\nprint('busy', flush=True)\ntime.sleep(600)"


def busy_form(page: Page, lab: Lab) -> Locator:
    """The form of a panel whose own cell goes on for ten minutes."""
    write(lab.folder / "busy.ipynb", "import cwire, time\nbridge = cwire.connect()", BUSY)
    open_notebook(page, lab, "busy.ipynb")
    run_cell(page, 0)
    start_cell(page, 1)
    form = cell(page, 1)
    expect(form).to_contain_text("busy")
    expect(readout(form, "frequency")).to_have_text("180")  # as the driver begins
    return form


def readout(form: Locator, name: str) -> Locator:
    return form.locator(".widget-slider", has_text=name).locator(".widget-readout")


def enter(readout: Locator, text: str) -> None:
    readout.fill(text)
    readout.press("Enter")


def is_busy(page: Page) -> bool:
    return not page.evaluate("() => window.cellRuns[1].done")


def test_no_click_waits_for_the_cell_that_runs(page: Page, lab: Lab, relay: Relay) -> None:
    form = busy_form(page, lab)
    button = {name: form.get_by_role("button", name=name) for name in ("Send", "Read", "live")}
    enter(readout(form, "frequency"), "120")
    button["Send"].click()
    expect(form).to_contain_text(re.compile(r"waveform \(.*frequency 120 Hz"))
    picture(page, "panel-busy")
    with cwire.connect(subscribe=None) as bridge:
        assert bridge.send.get_status().channels[0]["frequency"] == 120.0  # type: ignore[union-attr]
        bridge.send.set_waveform(channel=0, frequency=777.0, shape="SQUARE")
        button["Read"].click()
        expect(readout(form, "frequency")).to_have_text("777")
        button["live"].click()
        expect(button["live"]).to_have_class(re.compile("mod-active"))
        for volts in ("2", "3"):
            enter(readout(form, "amplitude"), volts)
            expect(form).to_contain_text(re.compile(rf"waveform \(.*amplitude {volts} V"))
        button["live"].click()
        enter(readout(form, "amplitude"), "4")
        button["Read"].click()
        expect(readout(form, "amplitude")).to_have_text("3")
    assert is_busy(page)


def test_where_the_relay_is_out_of_reach_it_says_that_it_waits(
    page: Page, lab: Lab, relay: Relay, tmp_path: Path
) -> None:
    end = tmp_path / "end"
    page.route_web_socket(re.compile(r"/ws(\?|$)"), lambda socket: socket.close())
    write(
        lab.folder / "far.ipynb",
        f"import cwire, pathlib, time\nbridge = cwire.connect()\nbusy = pathlib.Path({str(end)!r})",
        "panel = bridge.panel('set_waveform'); panel",
        "while not busy.exists(): time.sleep(0.02)",
        "panel['set_waveform'].values()['amplitude']",
    )
    open_notebook(page, lab, "far.ipynb")
    run_cell(page, 0)
    run_cell(page, 1)
    start_cell(page, 2)
    form = cell(page, 1)
    enter(readout(form, "frequency"), "120")
    form.get_by_role("button", name="Send").click()
    expect(form).to_contain_text("goes through the kernel, which hears of it when no cell runs")
    end.touch()
    expect(form).to_contain_text(re.compile(r"waveform \(.*frequency 120 Hz"))
    live = form.get_by_role("button", name="live")
    live.click()
    expect(live).to_have_class(re.compile("mod-active"))
    for volts in ("2", "3"):
        enter(readout(form, "amplitude"), volts)
        expect(form).to_contain_text(re.compile(rf"waveform \(.*amplitude {volts} V"))
    run_cell(page, 3)
    expect(cell(page, 3)).to_contain_text("3.0")


def bench(tag: object) -> tuple[cwire.Driver, list[float]]:
    """A driver with one command, and the levels that it was sent."""
    driver = cwire.Driver("bench", {})
    levels: list[float] = []

    def set_level(level: float) -> None:
        levels.append(level)

    set_level.__annotations__["level"] = Annotated[float, tags.range(0, 10), tag]
    driver.command(set_level)
    return driver, levels


def test_a_form_of_another_run_sends_nothing(page: Page, lab: Lab) -> None:
    """What was typed as volts would be taken as millivolts.

    The kernel cannot make the form anew: an async bridge hears of nothing while a cell runs. Nor
    does a click that a subshell hears of reach it from there.
    """
    write(
        lab.folder / "runs.ipynb",
        "import cwire, time\nbridge = await cwire.aconnect(driver='bench')",
        "panel = bridge.panel('set_level')\npanel",
        "print('busy', flush=True)\ntime.sleep(600)",
    )
    kilovolts, _ = bench(tags.unit("kV"))
    volts, in_volts = bench(tags.unit("V"))
    millivolts, in_millivolts = bench(tags.unit("mV"))
    with Relay("bench") as relay:
        with kilovolts:
            relay.wait_for_drivers()
            open_notebook(page, lab, "runs.ipynb")
            run_cell(page, 0)
            run_cell(page, 1)
            form, send = cell(page, 1), cell(page, 1).get_by_role("button", name="Send")
            expect(form.get_by_text("kV", exact=True)).to_be_visible()
        with volts:
            expect(form.get_by_text("V", exact=True)).to_be_visible()
            expect(send).to_be_enabled()
            start_cell(page, 2)
            enter(readout(form, "level"), "2")
            send.click()
            expect(form).to_contain_text("OK (")
            live = form.get_by_role("button", name="live")
            live.click()
            expect(live).to_have_class(re.compile("mod-active"))
            until(lambda: len(in_volts) == 2)
            enter(readout(form, "level"), "3")
            until(lambda: 3.0 in in_volts)
            live.click()
            expect(live).not_to_have_class(re.compile("mod-active"))
        with millivolts, cwire.connect(driver="bench", subscribe=None) as bridge:
            until(lambda: bridge["bench"].state == "up")
            send.click()
            expect(form).to_contain_text("goes through the kernel, which hears of it when no cell")
            bridge.send.set_level(level=7.0)
            assert in_millivolts == [7.0]
    assert in_volts == [2.0, 2.0, 3.0], "each once"
    assert not page.evaluate("() => window.cellRuns[2].done")


def test_a_notebook_that_is_opened_again_says_what_a_panel_needs(
    page: Page, lab: Lab, relay: Relay
) -> None:
    path = lab.folder / "again.ipynb"
    write(path, "import cwire\nbridge = cwire.connect()", "panel = bridge.panel('start'); panel")
    open_notebook(page, lab, "again.ipynb")
    run_cell(page, 0)
    run_cell(page, 1)
    send = cell(page, 1).get_by_role("button", name="Send")
    expect(send).to_be_enabled()
    save(page)
    assert "widget-view" not in path.read_text()
    page.goto("about:blank")
    open_notebook(page, lab, "again.ipynb")  # and the kernel still runs
    send.click()
    expect(cell(page, 1)).to_contain_text("OK (")
    restart_kernel(page)
    expect(cell(page, 1)).to_contain_text("the kernel has ended: run the cell again")
    expect(send).to_be_disabled()
    page.goto("about:blank")
    open_notebook(page, lab, "again.ipynb")
    expect(cell(page, 1)).to_contain_text(
        "<panel of demo: start> needs a running kernel, and a notebook that you trust: "
        "run the cell again"
    )
    expect(cell(page, 1)).not_to_contain_text("model not found")
    picture(page, "panel-opened-again")
    for _ in range(2):  # a cell that is run again has one panel, a live one
        run_cell(page, 0)
        run_cell(page, 1)
        expect(send).to_have_count(1)
        send.click()
        expect(cell(page, 1)).to_contain_text("OK (")
