"""The scope where users see it: in JupyterLab and Notebook 7."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from support.browser import browser, figures, needs_chromium, page, picture
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
    write_notebook,
)
from support.own_relay import driver_url
from support.processes import Driver, Relay, until

__all__ = ["browser", "lab", "labs", "page", "runtime"]  # fixtures

pytestmark = [*needs_chromium, pytest.mark.timeout(300)]

CONNECT = "import cwire, time; begun = time.time(); bridge = cwire.connect()"
SHOW = "scope = bridge.scope('scope_block')"


def wait_draws(page: Page, more: int) -> None:
    """Waits until the scope has drawn so many more pictures."""
    page.wait_for_function(
        """target => Object.values(window.__cwireScope ?? {}).some(
            one => one.points && one.draws >= target)""",
        arg=figures(page).get("draws", 0) + more,
    )


def sleeps_until(file: Path) -> str:
    """Lines of a cell that keep the kernel busy until there is a file."""
    return f"import os\nwhile not os.path.exists({str(file)!r}): time.sleep(0.05)"


def notice(page: Page) -> Locator:
    return page.locator(".cwire-notice")


@for_each_app
def test_it_draws_while_the_kernel_sleeps(page: Page, lab: Lab, relay: Relay) -> None:
    go_on = lab.folder / f"go-on-{lab.app}"
    write_notebook(lab.folder / "busy.ipynb", f"{CONNECT}\n{SHOW}\n{sleeps_until(go_on)}")
    open_notebook(page, lab, "busy.ipynb")
    start_cell(page, 0)
    wait_draws(page, 30)
    seen = figures(page)
    wait_draws(page, 60)
    assert not page.evaluate("() => window.cellRuns[0].done"), "the kernel was to sleep meanwhile"
    assert figures(page)["route"] == "jupyter"
    assert figures(page)["frames"] > seen["frames"]
    picture(page, f"scope-{lab.app}")
    print(f"{lab.app}: {json.dumps(figures(page))}")
    go_on.touch()
    wait_cell(page, 0)


def test_from_connect_to_the_first_point(page: Page, lab: Lab, relay: Relay) -> None:
    """Measured, not asserted to the second: the machine has other things to do."""
    write_notebook(lab.folder / "first.ipynb", f"{CONNECT}\n{SHOW}", "begun")
    open_notebook(page, lab, "first.ipynb")
    begun = page.evaluate("() => performance.now()")
    run_cell(page, 0)
    wait_draws(page, 1)
    drawn = figures(page)["firstDrawn"]
    at = page.evaluate("ms => (performance.timeOrigin + ms) / 1000", drawn)
    run_cell(page, 1)
    connect = float(cell(page, 1).locator(".jp-OutputArea-output").inner_text())
    print(
        f"connect() to the first point: {at - connect:.2f} s; run: {(drawn - begun) / 1000:.2f} s"
    )
    assert 0 < at - connect < 30


def test_it_survives_driver_and_relay(page: Page, lab: Lab, driver: Driver, relay: Relay) -> None:
    write_notebook(
        lab.folder / "restarts.ipynb", f"{CONNECT}\nscope = bridge.scope('scope_block', window=4)"
    )
    open_notebook(page, lab, "restarts.ipynb")
    run_cell(page, 0)
    wait_draws(page, 20)
    driver.stop()
    expect(notice(page)).to_contain_text("driver demo is down")
    with Driver(driver.path):
        expect(notice(page)).not_to_contain_text("down")
        wait_draws(page, 20)
        picture(page, "scope-driver-restarted")
        # Jupyter's server starts a relay where none is left; the page finds it by itself.
        relay.stop()
        wait_draws(page, 60)
        expect(notice(page)).not_to_have_class("cwire-problem")
        picture(page, "scope-relay-restarted")


def saved_picture(path: Path) -> dict[str, Any] | None:
    """The output of the notebook file that has a picture."""
    notebook = nbformat.read(path, 4)
    outputs = [one for cell in notebook.cells for one in cell.get("outputs", [])]
    found = [one["data"] for one in outputs if "image/png" in one.get("data", {})]
    return found[0] if found else None


def save_with_picture(page: Page, path: Path) -> None:
    """Saves the notebook until its file has the scope's picture."""

    def has_it() -> bool:
        save(page)
        return saved_picture(path) is not None

    until(has_it)


def test_a_scope_that_was_never_in_view_has_a_picture(page: Page, lab: Lab, relay: Relay) -> None:
    path = lab.folder / "below.ipynb"
    write_notebook(path, CONNECT, "print(100 * '\\n')", SHOW)
    open_notebook(page, lab, "below.ipynb")
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    save_with_picture(page, path)


@for_each_app
def test_a_notebook_opened_again_shows_the_picture(page: Page, lab: Lab, relay: Relay) -> None:
    path = lab.folder / "kept.ipynb"
    write_notebook(path, f"{CONNECT}\n{SHOW}", "scope.picture() is not None")
    open_notebook(page, lab, "kept.ipynb")
    run_cell(page, 0)
    wait_draws(page, 10)
    save_with_picture(page, path)
    # What replaced the output did not end the scope.
    wait_draws(page, 10)

    def kernel_has_it() -> bool:  # later than the file
        run_cell(page, 1)
        return "True" in cell_text(page, 1)

    until(kernel_has_it)
    data = saved_picture(path)
    assert data is not None
    assert "data-cwire-scope" in data["text/html"]
    assert relay.token not in path.read_text()
    page.goto("about:blank")
    lab.end_kernels()
    open_notebook(page, lab, "kept.ipynb")
    kept = cell(page, 0).locator("img[src^='data:image/png']")
    expect(kept).to_be_visible()
    assert kept.evaluate("image => image.naturalWidth") > 300
    assert page.locator(".cwire-live").count() == 0
    picture(page, f"scope-kept-{lab.app}")


def test_a_save_has_the_picture_of_now(page: Page, lab: Lab, relay: Relay) -> None:
    """Of a scope below the fold, and without the kernel: it is busy, and then it is gone."""
    path = lab.folder / "now.ipynb"
    write_notebook(path, f"{CONNECT}\nprint(100 * '\\n')\n{SHOW}\ntime.sleep(600)")
    open_notebook(page, lab, "now.ipynb")
    start_cell(page, 0)
    page.wait_for_function(
        "() => Object.values(window.__cwireScope ?? {}).some(one => one.batches > 2)"
    )
    save(page)
    first = saved_picture(path)
    assert first is not None
    assert first["image/png"] in first["text/html"]
    lab.end_kernels()
    expect(notice(page)).to_contain_text("the kernel has ended")
    save(page)
    last = saved_picture(path)
    assert last is not None
    assert last["image/png"] != first["image/png"]
    page.goto("about:blank")
    open_notebook(page, lab, "now.ipynb")
    expect(cell(page, 0).locator("img[src^='data:image/png']")).to_have_count(1)


def test_where_the_relay_is_out_of_reach_the_kernel_sends(
    page: Page, lab: Lab, relay: Relay
) -> None:
    """As in an editor whose page may not connect: thinned curves, and a word about it."""
    page.route_web_socket(re.compile(r"/ws(\?|$)"), lambda socket: socket.close())
    go_on = lab.folder / "go-on-far"
    write_notebook(
        lab.folder / "far.ipynb", f"{CONNECT}\n{SHOW}", sleeps_until(go_on), "scope.close()"
    )
    open_notebook(page, lab, "far.ipynb")
    run_cell(page, 0)
    expect(notice(page)).to_contain_text("through the kernel")
    wait_draws(page, 30)
    assert figures(page)["route"] == "kernel"
    assert figures(page)["lines"]["channel 0"]["high"] == pytest.approx(1, abs=0.01)
    start_cell(page, 1)
    wait_draws(page, 4)
    assert not page.evaluate("() => window.cellRuns[1].done"), "the kernel was to sleep meanwhile"
    picture(page, "scope-through-the-kernel")
    go_on.touch()
    wait_cell(page, 1)
    run_cell(page, 2)
    expect(page.locator(".cwire-live")).to_have_count(0)


def test_where_there_is_no_relay_the_kernel_sends(page: Page, lab: Lab, driver: Driver) -> None:
    """The page gets an empty list of routes, which no attempt follows."""
    connect = f"import cwire\nbridge = cwire.connect({driver_url(driver.path)!r})"
    write_notebook(lab.folder / "alone.ipynb", f"{connect}\n{SHOW}")
    open_notebook(page, lab, "alone.ipynb")
    run_cell(page, 0)
    expect(notice(page)).to_contain_text("through the kernel")
    wait_draws(page, 10)
    assert figures(page)["route"] == "kernel"


@for_each_app
def test_its_keys_are_not_the_notebook_s(page: Page, lab: Lab, relay: Relay) -> None:
    write_notebook(lab.folder / "keys.ipynb", f"{CONNECT}\n{SHOW}")
    open_notebook(page, lab, "keys.ipynb")
    run_cell(page, 0)
    wait_draws(page, 10)
    page.locator(".cwire-sheet").focus()
    for key in ("a", "b", "Space"):  # in a notebook: a cell above, one below, and scrolling
        page.keyboard.press(key)
    expect(page.locator(".cwire-pause")).to_have_text("Run")
    page.locator(".cwire-pause").press("b")
    page.get_by_label("Trigger").select_option("auto")
    page.get_by_label("Level").fill("0.5")
    page.get_by_label("Level").press("Enter")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Level")).to_have_value("1.5")
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(1)


def test_a_kept_picture_leaves_the_focus(page: Page, lab: Lab, relay: Relay) -> None:
    """A pause keeps the picture in the notebook: Jupyter then makes the output anew."""
    write_notebook(lab.folder / "focus.ipynb", f"{CONNECT}\n{SHOW}")
    open_notebook(page, lab, "focus.ipynb")
    run_cell(page, 0)
    wait_draws(page, 10)
    pause = page.locator(".cwire-pause")
    pause.focus()
    for label in ("Run", "Pause", "Run"):
        page.keyboard.press("Enter")
        expect(pause).to_have_text(label)
        page.wait_for_timeout(1000)
        expect(pause).to_be_focused()
    page.keyboard.press("Escape")
    cell(page, 0).locator(".cm-content").click()
    page.wait_for_timeout(1000)
    expect(pause).not_to_be_focused()


def test_its_end_is_told(page: Page, lab: Lab, relay: Relay) -> None:
    write_notebook(
        lab.folder / "end.ipynb",
        f"{CONNECT}\n{SHOW}",
        "bridge.close()",
        "import threading\nsorted(t.name for t in threading.enumerate() if 'cwire' in t.name)",
    )
    open_notebook(page, lab, "end.ipynb")
    run_cell(page, 0)
    wait_draws(page, 10)
    run_cell(page, 1)
    expect(notice(page)).to_contain_text("the bridge was closed")
    run_cell(page, 2)
    expect(cell(page, 2)).to_contain_text("[]")
    # Again: one scope, a live one.
    run_cell(page, 0)
    wait_draws(page, 10)
    expect(page.locator(".cwire-live")).to_have_count(1)
    restart_kernel(page)
    expect(notice(page)).to_contain_text("the kernel has ended")
