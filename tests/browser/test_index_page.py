"""The first page in a real Chromium, before a real relay and driver."""

from __future__ import annotations

import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from support.browser import browser, needs_chromium, page, picture
from support.forwarding import forwarded
from support.processes import Driver, Relay

__all__ = ["browser", "page"]  # fixtures

pytestmark = needs_chromium


def test_it_shows_drivers_rates_and_messages(page: Page, driver: Driver, relay: Relay) -> None:
    page.goto(relay.link)
    row = page.locator("tr[data-driver=demo]")
    expect(row.locator(".up")).to_have_text("up")
    expect(row.locator(".rate")).not_to_have_text("0")
    expect(page.locator("code", has_text="set_waveform")).to_be_visible()
    expect(page.locator("#messages")).to_contain_text("One block of samples of one channel")
    # The token is out of the address bar, and kept for a reload.
    assert "token" not in page.url
    picture(page, "index")
    page.reload()
    expect(row.locator(".up")).to_have_text("up")


def test_it_follows_a_driver_that_goes_and_comes_back(
    page: Page, driver: Driver, relay: Relay
) -> None:
    page.goto(relay.link)
    expect(page.locator(".up")).to_have_text("up")
    driver.stop()
    expect(page.locator("tr[data-driver=demo] .down")).to_be_visible()
    expect(page.locator("#condition")).to_contain_text("Driver demo is down: ")
    picture(page, "index-driver-down")
    with Driver(driver.path):
        expect(page.locator("tr[data-driver=demo] .up")).to_have_text("up")


@pytest.mark.parametrize(
    ("fragment", "told"),
    [("", "Open the link"), ("#token=0123456789abcdef", "does not take this token: open the link")],
)
def test_it_says_what_to_do_about_the_token(
    page: Page, driver: Driver, relay: Relay, fragment: str, told: str
) -> None:
    page.goto(relay.link.split("#")[0] + fragment)
    expect(page.locator("#condition")).to_contain_text(told)
    expect(page.locator("#condition")).to_have_class("problem")
    expect(page.locator("#drivers tbody tr")).to_have_count(0)


def test_it_says_what_to_do_about_a_forwarded_port(
    page: Page, driver: Driver, relay: Relay
) -> None:
    own = urlsplit(relay.link)
    assert own.port is not None
    with forwarded(own.port) as port:  # as by `ssh -L`
        page.goto(f"http://localhost:{port}/#{own.fragment}")
        expect(page.locator("#condition")).to_contain_text(
            f"The relay runs, but takes pages of port {own.port} only: forward the same port, or "
            f"start it with --allow-origin http://localhost:{port}"
        )
    expect(page.locator("#condition")).to_contain_text("No relay answers here")


def test_it_comes_back_with_its_relay(page: Page, driver: Driver, runtime: Path) -> None:
    token = ("--token", "0123456789abcdefgh")
    with Relay(f"demo={driver.path}", options=token) as first:
        page.goto(first.link)
        expect(page.locator(".up")).to_have_text("up")
        port = first.link.split("#")[0].rsplit(":", 1)[1].strip("/")
        first.stop(signal.SIGTERM)
    expect(page.locator("#condition")).to_have_class("problem")
    with Relay(f"demo={driver.path}", options=(*token, "--port", port)):
        expect(page.locator("#condition")).to_be_hidden()
        expect(page.locator(".up")).to_have_text("up")
