"""The page of docs/howto/own-page.md in a real Chromium before a real relay and driver."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

import cwire
from support.browser import browser, needs_chromium, page, picture
from support.examples import examples
from support.processes import Driver, Relay, until

__all__ = ["browser", "examples", "page"]  # fixtures

pytestmark = needs_chromium

PIXELS = "() => document.querySelector('canvas').toDataURL()"
INKED = """() => {
    const {data} = document.querySelector('canvas').getContext('2d').getImageData(0, 0, 1024, 300);
    return data.filter((value, index) => index % 4 === 3 && value).length;
}"""


def test_the_example_draws(page: Page, driver: Driver, tmp_path: Path, examples: list[str]) -> None:
    (example,) = examples
    assert example.count("\n") <= 20
    (tmp_path / "trace.html").write_text(example)
    options = ("--pages", str(tmp_path))
    with Relay(f"demo={driver.path}", options=options) as relay:
        (link,) = [line.split()[-1] for line in page_lines(relay)]
        page.goto(link)
        until(lambda: page.evaluate(INKED) > 500)
        before = page.evaluate(PIXELS)
        with cwire.connect(relay.link) as bridge:  # the demo's own frequency stands still
            bridge.send.set_waveform(frequency=77.0)
        until(lambda: page.evaluate(PIXELS) != before)
        picture(page, "own-page")
        relay.stop()
        expect(page.locator("p")).to_contain_text("it does not run there")


def page_lines(relay: Relay) -> list[str]:
    relay.wait_for("driver demo")
    return [line for line in relay.output if line.startswith("  page: ")]
