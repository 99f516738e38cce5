"""Looking back in /scope: the relay's history on disk in a real Chromium."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Annotated, Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

import cwire
from support.browser import browser, needs_chromium, page
from support.folders import short_folder
from support.pages import barriers, fragment
from support.processes import Relay, until
from support.scope_page import ScopePage

__all__ = ["browser", "page"]  # fixtures

pytestmark = needs_chromium

STEP = 10_000_000  # ns between two ticks
COUNT = 6000


class Tick:
    value: float


class Scan:
    dt: float
    volts: Annotated[np.float32, cwire.array(100)]


@dataclass
class Lab:
    """A minute that nobody has looked at."""

    driver: cwire.Driver
    relay: Relay
    begin: int

    def publish(self, first: int, count: int) -> None:
        """Publishes ticks that count, with the stamps that follow."""
        ticks = np.zeros(count, self.driver.schema.messages["tick"].dtype())
        ticks["value"] = np.arange(first, first + count)
        stamps = self.begin + ticks["value"].astype(np.int64) * STEP
        self.driver.publish("tick", ticks, time_ns=stamps)
        until(lambda: self.driver.pending == 0)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with pytest.MonkeyPatch.context() as patch, short_folder() as folder:
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        patch.setenv("CWIRE_RUNTIME_DIR", str(runtime))
        with cwire.Driver("lab", [Tick, Scan]) as driver:
            with Relay(f"lab={driver.path}", options=("--history-disk", "10min")) as relay:
                relay.wait_for_drivers()
                made = Lab(driver, relay, time.time_ns() - COUNT * STEP)
                made.publish(0, COUNT)
                for number in range(5):
                    volts = np.full(100, number, "f4")
                    driver.publish("scan", volts, dt=1e-3, time_ns=made.begin + number * 10**9)
                until(lambda: driver.pending == 0)
                yield made


def open_scope(page: Page, relay: Relay, **scope: Any) -> Locator:
    state = {"scopes": [{"driver": "lab", "wide": True, **scope}]}
    origin = relay.link.split("/#")[0]
    page.goto(f"{origin}/scope#token={relay.token}{fragment(state)}")
    page.wait_for_function("() => document.querySelector('#condition').hidden")
    return page.locator(".pane")


def wait_shows(page: Page, label: str, low: float, high: float) -> None:
    """Waits until a line is drawn from one value to another."""
    page.wait_for_function(
        """([label, low, high]) => {
            const shown = Object.values(window.__cwireScope ?? {}).at(-1)?.lines?.[label];
            return shown?.low === low && shown?.high === high;
        }""",
        arg=[label, low, high],
    )


def test_a_scope_goes_back_to_before_it_was_opened(page: Page, lab: Lab) -> None:
    # Not a whole number of steps, so that no tick lies at an edge of the picture.
    window = 999.5
    pane = open_scope(page, lab.relay, message="tick", window=window * STEP * 1e-9)
    earlier = pane.get_by_role("button", name="Earlier")
    expect(pane.get_by_role("button", name="Live")).to_be_hidden()
    earlier.click()
    wait_shows(page, "value", 5000, 5999)
    expect(pane.locator(".cwire-notice")).to_contain_text("the past, until")
    earlier.click()
    wait_shows(page, "value", 4500, 5499)
    assert barriers(page) == []
    pane.locator(".cwire-sheet").focus()
    page.keyboard.press("PageDown")
    wait_shows(page, "value", 5000, 5998)
    for steps in range(1, 11):
        page.keyboard.press("PageUp")
        end = 5999 - steps * window / 2
        wait_shows(page, "value", ceil(end - window), ceil(end) - 1)
    page.keyboard.press("PageUp")
    wait_shows(page, "value", 0, 999)
    expect(pane.locator(".cwire-notice")).to_contain_text("keeps nothing before that")
    # What comes meanwhile is not lost.
    lab.publish(COUNT, 10)
    pane.get_by_role("button", name="Live").click()
    wait_shows(page, "value", COUNT, COUNT + 9)
    expect(pane.get_by_role("button", name="Later")).to_be_hidden()
    expect(earlier).to_be_focused()


def test_arrays_are_gone_through_one_by_one(page: Page, lab: Lab) -> None:
    pane = open_scope(page, lab.relay, message="scan", y=["volts"])
    for number in (4, 3, 2):
        pane.get_by_role("button", name="Earlier").click()
        wait_shows(page, "volts", number, number)
    pane.get_by_role("button", name="Later").click()
    wait_shows(page, "volts", 3, 3)


def test_a_relay_that_keeps_nothing_says_how_to_turn_it_on(page: Page, lab: Lab) -> None:
    with Relay(f"lab={lab.driver.path}") as relay:
        relay.wait_for_drivers()
        earlier = open_scope(page, relay, message="tick", window=10).get_by_role(
            "button", name="Earlier"
        )
        expect(earlier).to_be_disabled()
        expect(earlier).to_have_attribute("title", "The relay keeps no history on disk: start it "
                                          "with --history-disk 10min")  # fmt: skip


@pytest.fixture
def site() -> Iterator[ScopePage]:
    with ScopePage() as site:
        yield site


def test_a_notebooks_scope_looks_back_too(page: Page, lab: Lab, site: ScopePage) -> None:
    axis = {"label": "volts", "pane": 0, "side": "left", "lines": [0], "names": [], "height": 1}
    scan = {"driver": "lab", "message": "scan", "y": ["volts"], "units": [""]}
    options = ("--history-disk", "10min", "--allow-origin", site.origin)
    with Relay(f"lab={lab.driver.path}", options=options) as relay:
        relay.wait_for_drivers()
        for number in (7, 8):
            lab.driver.publish("scan", np.full(100, number, "f4"), dt=1e-3)
        until(lambda: lab.driver.pending == 0)
        site.show(page, relay, **scan, by=None, first=None, axes=[axis])
        for number in (8, 7):
            page.get_by_role("button", name="Earlier").click()
            page.wait_for_function(
                "number => scope.screen.figures.lines.volts?.low === number", arg=number
            )
        page.get_by_role("button", name="Live").click()
        expect(page.get_by_role("button", name="Live")).to_be_hidden()
