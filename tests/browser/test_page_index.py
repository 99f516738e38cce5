"""The relay's first page in a real Chromium: something moves, all is listed, commands are sent."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

import cwire
from cwire.proxy.proxy import Proxy
from support.browser import browser, needs_chromium, page, picture
from support.pages import HOSTILE, Bench, barriers, bench, open_page
from support.ports import held_port
from support.processes import Driver, Relay

__all__ = ["bench", "browser", "page"]  # fixtures

pytestmark = needs_chromium


def driver_of(page: Page, name: str = "demo") -> Locator:
    return page.locator(f"section[data-driver={name}]")


def opened(page: Page, message: str, driver: str = "demo") -> Locator:
    """The entry of a message or a command, open."""
    entry = driver_of(page, driver).locator(f"details[data-message={message}]")
    if entry.get_attribute("open") is None:
        entry.locator("summary").click()
    return entry


def test_something_moves_and_everything_is_listed(page: Page, bench: Bench) -> None:
    page.add_init_script(
        """window.__jumped = 0;
        new PerformanceObserver((list) => {
            for (const { value } of list.getEntries()) window.__jumped += value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    open_page(page, bench)
    page.wait_for_function("() => window.__cwireScope?.live?.points > 0")
    # Nothing that a hand is on its way to jumps away: 0.1 is what browsers call good.
    assert page.evaluate("() => window.__jumped") < 0.1
    canvas = page.locator(".live canvas")
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    page.wait_for_function(
        "before => document.querySelector('.live canvas').toDataURL() !== before", arg=before
    )
    demo = driver_of(page)
    expect(demo.locator(".state")).to_have_text("up")
    expect(demo.locator(".totals")).to_contain_text("frames/s")
    expect(demo.locator("[data-message=scope_block] .rate")).to_contain_text("frames/s")
    entry = opened(page, "driver_status")
    expect(entry).to_contain_text("How the driver is; published twice a second")
    rows = entry.locator("tbody tr")
    expect(rows.filter(has_text="sample_rate")).to_contain_text("in Hz")
    expect(rows.filter(has_text="SINE | SQUARE")).to_be_visible()
    expect(page.locator("#totals")).to_contain_text("client")
    # What is open is in the link; the token is not.
    assert urlsplit(page.url).fragment == "open=demo/driver_status"
    picture(page, "page-index")
    page.reload()
    expect(page.locator("details[open]")).to_have_attribute("data-message", "driver_status")
    # Each message leads to the pages that can show it.
    image = opened(page, "camera_tile").get_by_role("link", name="Viewer")
    assert "image=demo/camera_tile" in str(image.get_attribute("href"))
    block = opened(page, "scope_block")
    expect(block.get_by_role("link", name="Scope")).to_have_count(1)
    expect(block.get_by_role("link", name="Viewer")).to_have_count(0)
    entry.get_by_role("link", name="Scope").click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/scope")
    expect(page.get_by_label("Message")).to_have_value('["demo","driver_status"]')


def test_the_counters_are_those_of_prometheus(page: Page, bench: Bench) -> None:
    open_page(page, bench)
    page.locator("summary", has_text="/metrics").click()
    expect(page.get_by_label("Counters")).to_contain_text('cwire_driver_up{driver="demo"} 1.0')


def test_a_command_keeps_what_nobody_changed(page: Page, bench: Bench) -> None:
    with cwire.connect(bench.relay.link) as bridge:
        send = bridge["demo"].send
        send.set_waveform(channel=1, shape="SQUARE", frequency=50, amplitude=2.5, offset=0.25)
        open_page(page, bench)
        form = opened(page, "set_waveform")
        form.get_by_label("channel", exact=True).fill("1")
        expect(form.get_by_label("amplitude", exact=True)).to_have_value("2.5")
        expect(form.get_by_label("shape", exact=True)).to_have_value("SQUARE")
        # Somebody else changes it meanwhile: that is kept, and not what this page has shown.
        send.set_waveform(channel=1, shape="TRIANGLE", frequency=50, amplitude=3.5, offset=0.5)
        form.get_by_label("frequency", exact=True).fill("75")
        picture(page, "page-index-form")
        form.get_by_role("button", name="Send").click()
        expect(form.locator(".form-status")).to_contain_text(
            "channel 1 · shape TRIANGLE · frequency 75 Hz · amplitude 3.5 V · offset 0.5 V"
        )
        status = send.get_status()
        assert status is not None
        wave = status.channels[1]
        assert (wave.frequency, wave.amplitude, wave.offset) == (75, 3.5, 0.5)
        assert status.channels[0].amplitude != 3.5
        # And back: the field follows the instrument again.
        form.get_by_label("frequency: Leave this as it is").click()
        send.set_waveform(channel=1, frequency=60, amplitude=1)
        form.get_by_role("button", name="Read").click()
        expect(form.get_by_label("frequency", exact=True)).to_have_value("60")


@dataclass
class Axis:
    """What an axis is told to do."""

    axis: np.uint8
    speed: float
    limit: float


def test_what_is_kept_is_that_of_the_same_axis(page: Page, bench: Bench) -> None:
    """The command that tells it has an axis of its own."""
    axes = [Axis(np.uint8(0), 1.0, 10.0), Axis(np.uint8(1), 2.0, 20.0)]
    motor = cwire.Driver("motor", {})

    @motor.command
    def get_axis(axis: np.uint8) -> Axis:
        return axes[axis]

    @motor.command
    def set_axis(axis: np.uint8, speed: float, limit: float) -> Axis:
        axes[axis] = Axis(axis, speed, limit)
        return axes[axis]

    with motor, Relay("motor") as relay:
        relay.wait_for_drivers()
        page.goto(f"{relay.link.split('/#')[0]}/#token={relay.token}")
        form = opened(page, "set_axis", "motor")
        speed, limit = (form.get_by_label(name, exact=True) for name in ("speed", "limit"))
        expect(limit).to_have_value("10")
        form.get_by_label("axis", exact=True).fill("1")
        expect(limit).to_have_value("20")
        speed.fill("3")
        form.get_by_role("button", name="Send").click()
        expect(form.locator(".form-status")).to_contain_text("axis 1")
        assert [(one.speed, one.limit) for one in axes] == [(1.0, 10.0), (3.0, 20.0)]


def test_live_sends_the_newest(page: Page, bench: Bench) -> None:
    open_page(page, bench)
    form = opened(page, "set_acquisition")
    level = form.get_by_label("level", exact=True)
    expect(level).not_to_have_value("")
    form.get_by_label("live").check()
    for value in ("0.5", "1.5", "2.5"):
        level.fill(value)
    expect(form.locator(".form-status")).to_contain_text("level 2.5 V")
    form.get_by_label("level, dragged").fill("-1")
    expect(form.locator(".form-status")).to_contain_text("level -1 V")
    with cwire.connect(bench.relay.link) as bridge:
        bridge["demo"].send.set_acquisition()


def test_what_is_refused_is_said(page: Page, bench: Bench) -> None:
    open_page(page, bench)
    form = opened(page, "set_waveform")
    status = form.locator(".form-status")
    form.get_by_label("frequency", exact=True).fill("2e6")
    form.get_by_role("button", name="Send").click()
    expect(status).to_have_text("not sent: frequency: it can be a number from 0.01 to 1000000, not "
                                "2000000")  # fmt: skip
    # An emptied field is neither the default nor the present value.
    form.get_by_label("frequency", exact=True).fill("")
    form.get_by_role("button", name="Send").click()
    expect(status).to_have_text(
        "not sent: frequency: it is empty: give a value, or leave it as it is with ↺"
    )
    form.get_by_label("frequency", exact=True).fill("20")
    form.get_by_label("amplitude", exact=True).fill("10")
    form.get_by_label("offset", exact=True).fill("5")
    form.get_by_role("button", name="Send").click()
    expect(status).to_contain_text("waveform (")
    test = opened(page, "self_test")
    test.get_by_role("button", name="Send").click()
    expect(test.locator(".form-status")).to_contain_text("channel 0 clips: ")
    # The hostile driver has no handler: what it shows cannot be read, and nothing is sent.
    other = opened(page, "set_waveform", HOSTILE)
    expect(other.locator(".form-status")).to_contain_text("the present values cannot be read")
    other.get_by_role("button", name="Send").click()
    expect(other.locator(".form-status")).to_contain_text(
        "not sent: the present values cannot be read: the driver has no handler for 'get_status'"
    )
    echo = opened(page, "echo")
    echo.get_by_label("number", exact=True).fill("18446744073709551615")
    echo.get_by_label("values", exact=True).fill("1, 2.5, -3, 4")
    echo.get_by_role("button", name="Send").click()
    expect(echo.locator(".form-status")).to_contain_text("number 18446744073709551615")
    expect(echo.locator(".form-status")).to_contain_text("[1, 2.5, -3, 4]")
    echo.get_by_label("values", exact=True).fill("1, two")
    echo.get_by_role("button", name="Send").click()
    expect(echo.locator(".form-status")).to_contain_text("not sent: values: 'two' is not a number")
    echo.get_by_label("values", exact=True).fill("1")
    echo.get_by_label("number", exact=True).fill("")
    echo.get_by_role("button", name="Send").click()
    expect(echo.locator(".form-status")).to_contain_text(
        "not sent: number: it is empty: give a value, or take the default with ↺"
    )


def test_hostile_texts_are_shown_as_what_they_are(page: Page, bench: Bench) -> None:
    open_page(page, bench)
    other = driver_of(page, HOSTILE)
    expect(other).to_contain_text("<img src=x onerror=")
    opened(page, "driver_status", HOSTILE)
    opened(page, "set_waveform", HOSTILE)
    assert (
        page.locator("main img, main script, main i, main b").count()
        == page.locator(".cwire-legend i").count()
    )
    assert page.title() == "Overview · cwire"
    picture(page, "page-index-hostile")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_people_out(page: Page, bench: Bench, theme: Any) -> None:
    page.emulate_media(color_scheme=theme)
    open_page(page, bench)
    opened(page, "set_waveform").get_by_label("frequency", exact=True).fill("3")
    opened(page, "driver_status")
    page.wait_for_function("() => window.__cwireScope?.live?.points > 0")
    assert barriers(page) == []
    picture(page, f"page-index-{theme}")


def test_it_fits_a_phone_and_keys_reach_everything(page: Page, bench: Bench) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, bench, open="demo/set_waveform,demo/camera_tile")
    page.wait_for_function("() => window.__cwireScope?.live?.points > 0")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    picture(page, "page-index-phone")
    form = opened(page, "set_waveform")
    form.get_by_label("channel", exact=True).focus()
    for wanted in ("shape", "frequency", "amplitude", "offset"):
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.labels[0].textContent") == wanted
    page.keyboard.press("Enter")
    expect(form.locator(".form-status")).to_contain_text("waveform (")


def test_it_follows_a_driver_that_goes_and_comes_back(
    page: Page, driver: Driver, relay: Relay
) -> None:
    page.goto(relay.link)
    state = driver_of(page).locator(".state")
    expect(state).to_have_text("up")
    form = opened(page, "set_waveform")
    form.get_by_label("frequency", exact=True).fill("33")
    driver.stop()
    expect(state).to_have_text("down")
    expect(page.locator("#condition")).to_contain_text("Driver demo is down: ")
    expect(form.get_by_role("button", name="Send")).to_be_disabled()
    picture(page, "page-index-driver-down")
    with Driver(driver.path):
        expect(state).to_have_text("up")
        expect(page.locator("#condition")).to_be_hidden()
        # What was typed is still there, and goes to the new run.
        form.get_by_role("button", name="Send").click()
        expect(form.locator(".form-status")).to_contain_text("frequency 33 Hz")


def test_without_a_driver_it_says_so(page: Page, runtime: Path) -> None:
    with Relay(f"demo={runtime / 'demo.sock'}") as relay:
        page.goto(relay.link)
        expect(page.locator("#condition")).to_contain_text("Driver demo is down: ")
        with Driver(runtime / "demo.sock"):
            expect(page.locator("#condition")).to_be_hidden()
            expect(driver_of(page).locator(".state")).to_have_text("up")
            page.wait_for_function("() => window.__cwireScope?.live?.points > 0")


def test_what_is_published_when_it_is_wanted_moves_too(page: Page, runtime: Path) -> None:
    path = runtime / "shy.sock"
    ended = threading.Event()
    with cwire.Driver("shy", {"image": ("u1", (9, 9)), "trace": ("f4", 64)}, path) as driver:

        def publish() -> None:
            while not ended.wait(0.02):
                if driver.wanted("trace"):
                    driver.publish("trace", np.random.default_rng().random(64))

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            with Relay(f"shy={path}") as relay:
                relay.wait_for_drivers()
                page.goto(relay.link)
                page.wait_for_function("() => window.__cwireScope?.live?.points > 0")
        finally:
            ended.set()
            thread.join()


@pytest.mark.parametrize(
    ("fragment", "told"),
    [("", "Open the link"), ("#token=0123456789abcdef", "does not take this token: open the link")],
)
def test_it_says_what_to_do_about_the_token(
    page: Page, bench: Bench, fragment: str, told: str
) -> None:
    page.goto(bench.relay.link.split("#")[0] + fragment)
    expect(page.locator("#condition")).to_contain_text(told)
    expect(page.locator("#condition")).to_have_class("problem")
    expect(page.locator("section.driver")).to_have_count(0)
    # The right link, put into the same tab, is enough.
    page.evaluate("token => { location.hash = `token=${token}`; }", bench.relay.token)
    expect(driver_of(page).locator(".state")).to_have_text("up")
    assert "token" not in page.url


def test_another_tab_needs_no_token_of_its_own(page: Page, bench: Bench) -> None:
    open_page(page, bench)
    other = page.context.new_page()
    other.goto(bench.link("/scope").split("#")[0])
    expect(other.get_by_label("Message")).to_have_value('["demo","scope_block"]')
    other.close()


def test_it_says_what_to_do_about_a_forwarded_port(page: Page, bench: Bench) -> None:
    own = urlsplit(bench.relay.link)
    assert own.port is not None
    with Proxy(f"127.0.0.1:{own.port}") as proxy:  # as `ssh -L` does
        port = proxy.place.partition(":")[2]
        page.goto(f"http://localhost:{port}/#{own.fragment}")
        expect(page.locator("#condition")).to_contain_text(
            f"The relay runs, but takes pages of port {own.port} only: forward the same port, or "
            f"start it with --allow-origin http://localhost:{port}"
        )
    expect(page.locator("#condition")).to_contain_text("No relay answers here")


def test_it_comes_back_with_its_relay(page: Page, driver: Driver, runtime: Path) -> None:
    with held_port() as port:
        options = ("--token", "0123456789abcdefgh", "--port", str(port))
        with Relay(f"demo={driver.path}", options=options) as first:
            page.goto(first.link)
            expect(driver_of(page).locator(".state")).to_have_text("up")
            page.wait_for_function("() => window.__cwireScope?.live?.points > 0")
            first.stop(signal.SIGTERM)
        expect(page.locator("#condition")).to_have_class("problem")
        # It is said once, and in one way.
        expect(page.locator("#condition")).to_contain_text("No relay answers here")
        expect(page.locator(".cwire-notice")).not_to_contain_text("cannot connect")
        with Relay(f"demo={driver.path}", options=options):
            expect(page.locator("#condition")).to_be_hidden()
            expect(driver_of(page).locator(".state")).to_have_text("up")
