"""Nothing is left when notebooks with scopes are closed, run again or lose their kernel."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from support.browser import browser, needs_chromium, page
from support.jupyter import (
    Lab,
    cell_text,
    lab,
    labs,
    open_notebook,
    restart_kernel,
    run_cell,
    runtime,
    write_notebook,
)
from support.processes import Relay, until

__all__ = ["browser", "lab", "labs", "page", "runtime"]  # fixtures

pytestmark = [*needs_chromium, pytest.mark.timeout(300)]

SCOPE = "import cwire\nbridge = cwire.connect()\nscope = bridge.scope('scope_block')"
THREADS = "import threading\nlen([one for one in threading.enumerate() if 'cwire' in one.name])"
# A kernel that ends in peace closes its bridge, and may still say so.
ENDED = re.compile("the kernel has ended: run the cell again|the bridge was closed: connect again")


@pytest.fixture
def other(page: Page) -> Iterator[Page]:
    """A second window beside `page`."""
    opened = page.context.new_page()
    yield opened
    opened.close()


def clients(relay: Relay) -> int:
    """Counts the clients that are connected to the relay."""
    address = relay.link.split("/#token=")[0]
    request = urllib.request.Request(
        f"{address}/metrics", headers={"Authorization": f"Bearer {relay.token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found = re.search(r"^cwire_clients (\S+)$", answer.read().decode(), re.MULTILINE)
    assert found
    return int(float(found[1]))


def wait_clients(relay: Relay, count: int) -> None:
    until(lambda: clients(relay) == count)


def show(page: Page, lab: Lab, name: str) -> None:
    """Opens a notebook with a scope and waits until it draws."""
    write_notebook(lab.folder / name, SCOPE, THREADS, "bridge.close()", THREADS)
    open_notebook(page, lab, name)
    run_cell(page, 0)
    wait_draws(page)


def wait_draws(page: Page) -> None:
    page.wait_for_function(
        """() => {
            const scopes = Object.values(window.__cwireScope ?? {});
            return scopes.length === 1 && scopes[0].points && scopes[0].draws > 5;
        }""",
    )


def test_two_notebooks_and_a_page_that_is_closed(
    page: Page, other: Page, lab: Lab, relay: Relay
) -> None:
    show(page, lab, "one.ipynb")
    show(other, lab, "two.ipynb")
    # A kernel and a page each: none has more than one connection.
    wait_clients(relay, 4)
    other.close()
    wait_clients(relay, 3)
    draws = page.evaluate("() => Object.values(__cwireScope)[0].draws")
    page.wait_for_function("draws => Object.values(__cwireScope)[0].draws > draws + 20", arg=draws)
    run_cell(page, 1)
    assert cell_text(page, 1).endswith("1")
    # The kernel of the closed page lives on until its session ends; the open page hears of its own.
    lab.end_kernels()
    expect(page.locator(".cwire-notice")).to_have_text(ENDED)
    wait_clients(relay, 0)


def test_a_kernel_that_is_restarted(page: Page, lab: Lab, relay: Relay) -> None:
    show(page, lab, "restarted.ipynb")
    wait_clients(relay, 2)
    restart_kernel(page)
    expect(page.locator(".cwire-notice")).to_have_text(ENDED)
    wait_clients(relay, 0)
    run_cell(page, 0)
    wait_draws(page)
    wait_clients(relay, 2)


def test_a_cell_that_is_run_again_and_again(page: Page, lab: Lab, relay: Relay) -> None:
    show(page, lab, "again.ipynb")
    for _ in range(3):
        run_cell(page, 0)
        wait_draws(page)
    # What the earlier runs connected has nobody left who could use it.
    wait_clients(relay, 2)
    run_cell(page, 1)
    assert cell_text(page, 1).endswith("1")
    run_cell(page, 2)
    wait_clients(relay, 0)
    run_cell(page, 3)
    assert cell_text(page, 3).endswith("0")
