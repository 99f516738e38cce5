"""Alarms on pages in a real Chromium: typed, shown, kept in the link."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

import cwire
from support.browser import browser, needs_chromium, page, picture
from support.pages import HOSTILE, Bench, barriers, bench, open_page

__all__ = ["bench", "browser", "page"]  # fixtures

pytestmark = needs_chromium

FREQUENCY = "demo/driver_status.channels[0].frequency"


def alarm_of(page: Page) -> Locator:
    return page.locator(".alarm")


def offers(page: Page) -> list[str]:
    found: list[str] = page.locator(".alarm datalist option").evaluate_all(
        "options => options.map(one => one.value)"
    )
    return found


def test_typed_shown_and_kept_in_the_link(page: Page, bench: Bench) -> None:
    with cwire.connect(bench.relay.url, bench.relay.token) as bridge:
        bridge["demo"].send.set_waveform(channel=0, frequency=5.0)
        open_page(page, bench)
        title = page.title()
        page.get_by_role("button", name="Add an alarm").click()
        field = page.get_by_label("Condition of the alarm")
        expect(field).to_be_focused()
        field.press_sequentially("demo/driver_st")
        assert offers(page) == ["demo/driver_status."]
        field.fill("demo/driver_status.channels[0].shape == S")
        assert offers(page)[0] == "demo/driver_status.channels[0].shape == SINE"
        field.fill("demo/driver_status.temprature > 80")
        expect(alarm_of(page)).to_have_attribute("data-state", "wrong")
        expect(alarm_of(page).locator("output")).to_contain_text("there is no temprature")
        expect(alarm_of(page).locator("output")).to_contain_text("(column 1)")
        field.fill(f"{FREQUENCY} == 7")
        expect(alarm_of(page).locator("output")).to_have_text("Enter: watch it")
        field.press("Enter")
        expect(alarm_of(page)).to_have_attribute("data-state", "off")
        assert page.title() == title
        bridge["demo"].send.set_waveform(channel=0, frequency=7.0)
        expect(alarm_of(page)).to_have_attribute("data-state", "on")
        expect(alarm_of(page).locator("output")).to_contain_text("ALARM since ")
        expect(alarm_of(page).locator("output")).to_contain_text(", 1 time")
        assert page.title() == f"(!) {title}"
        assert not barriers(page)
        picture(page, "page-alarm")
        fragment = parse_qs(urlsplit(page.url).fragment)
        assert json.loads(fragment["alarms"][0]) == [f"{FREQUENCY} == 7"]
        # Other pages have it, too.
        page.get_by_role("link", name="Scope", exact=True).first.click()
        page.wait_for_url(lambda url: urlsplit(url).path == "/scope")
        expect(page.get_by_label("Condition of the alarm")).to_have_value(f"{FREQUENCY} == 7")
        expect(alarm_of(page)).to_have_attribute("data-state", "on")
        assert page.title().startswith("(!) ")
        bridge["demo"].send.set_waveform(channel=0, frequency=5.0)
        expect(alarm_of(page)).to_have_attribute("data-state", "off")
        assert not page.title().startswith("(!) ")
        page.get_by_role("button", name="Remove").first.click()
        expect(alarm_of(page)).to_have_count(0)
        assert "alarms" not in page.url


def test_what_a_link_says_that_does_not_fit(page: Page, bench: Bench) -> None:
    twins = "driver_status.temperature > 80"
    texts = [twins, "(((", f"{HOSTILE}/driver_status.temperature < 1e9", 7, None]
    open_page(page, bench, alarms=texts)
    expect(alarm_of(page)).to_have_count(3)
    said = alarm_of(page).locator("output")
    expect(said.nth(0)).to_contain_text("several drivers have driver_status: write ")
    expect(said.nth(1)).to_have_text("a value is missing at the end (column 4)")
    assert page.title() != "pwned"
    open_page(page, bench, "/scope", alarms="no json")
    expect(alarm_of(page)).to_have_count(0)
