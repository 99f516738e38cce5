"""Tests the shell of all pages in a real Chromium: the sentences that they say, and say once."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.request import Request, urlopen

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import cwire
from support.browser import browser, needs_chromium, page, picture
from support.pages import HOSTILE, Bench, bench, fragment, open_page
from support.processes import Driver, Relay, until

__all__ = ["bench", "browser", "page"]  # fixtures

pytestmark = needs_chromium

PAGES = ["/", "/scope", "/viewer", "/loader"]
YESTERDAYS = "0123456789abcdefgh"
DRAWN = "() => Object.values(window.__cwireScope ?? {})[0]?.points > 0"


class Note:
    """Words only."""

    text: Annotated[str, cwire.text(8)]


@pytest.fixture(scope="module")
def bare(bench: Bench) -> Iterator[Relay]:
    """A relay whose driver has never been there."""
    with Relay(f"nobody={bench.driver.path.with_name('nobody.sock')}") as relay:
        yield relay


@pytest.fixture(scope="module")
def wordy(bench: Bench) -> Iterator[Relay]:
    """A relay whose driver has nothing to draw."""
    path = bench.driver.path.with_name("wordy.sock")
    with cwire.Driver("wordy", [Note], path), Relay(f"wordy={path}") as relay:
        relay.wait_for_drivers()
        yield relay


@pytest.fixture
def errors(page: Page) -> list[str]:
    """What the browser writes to the console of the page as an error, whoever is to blame."""
    found: list[str] = []
    page.on(
        "console", lambda message: found.append(message.text) if message.type == "error" else None
    )
    return found


def link(relay: Relay, path: str, token: str | None = None, **state: object) -> str:
    return f"{relay.link.split('/#')[0]}{path}#token={token or relay.token}{fragment(state)}"


def name_of(path: str) -> str:
    return path.strip("/") or "index"


@pytest.mark.parametrize("path", PAGES)
def test_yesterdays_token_is_said_and_not_tried(
    page: Page, bench: Bench, errors: list[str], path: str
) -> None:
    tried: list[str] = []
    page.on("websocket", lambda socket: tried.append(socket.url))
    page.goto(link(bench.relay, path, YESTERDAYS))
    expect(page.locator("#condition")).to_have_text(
        "The relay runs, but does not take this token: open the link that it printed last."
    )
    expect(page.locator("#condition")).to_have_class("problem")
    # Each attempt would be a line in the relay's log and one in the console.
    assert not tried
    assert not errors
    page.evaluate("token => { location.hash = `token=${token}`; }", bench.relay.token)
    expect(page.locator("#condition")).to_be_hidden()
    assert tried
    assert "token" not in page.url
    assert not errors


def test_a_token_that_no_relay_has_is_no_error(page: Page, bench: Bench, errors: list[str]) -> None:
    page.goto(link(bench.relay, "/", "ü and more\u2028"))
    expect(page.locator("#condition")).to_contain_text("does not take this token")
    assert not errors


def test_the_new_link_in_another_tab_is_enough(page: Page, bench: Bench) -> None:
    page.goto(link(bench.relay, "/scope", YESTERDAYS))
    expect(page.locator("#condition")).to_contain_text("does not take this token")
    other = page.context.new_page()
    open_page(other, bench)
    expect(page.locator("#condition")).to_be_hidden()
    page.wait_for_function(DRAWN)
    other.close()


@pytest.mark.parametrize("path", PAGES)
def test_without_any_driver_one_sentence_says_so(
    page: Page, bare: Relay, errors: list[str], path: str
) -> None:
    page.goto(link(bare, path))
    expect(page.locator("#condition")).to_have_text(
        re.compile("^Driver nobody is down: nothing .*")
    )
    for other in (page.get_by_text("No message here"), page.get_by_text("No driver here")):
        expect(other.locator("visible=true")).to_have_count(0)
    picture(page, f"page-{name_of(path)}-no-driver")
    assert not errors


SAID = {"/scope": "No message here is a line that a scope could draw.",
        "/viewer": "No driver here publishes tiles"}  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_driver_that_shows_nothing_is_no_error(
    page: Page, wordy: Relay, errors: list[str], path: str
) -> None:
    page.goto(link(wordy, path))
    expect(page.locator("#condition")).to_be_hidden()
    if path in SAID:
        expect(page.get_by_text(SAID[path])).to_be_visible()
    if path == "/scope":
        expect(page.get_by_role("button", name="Add a scope")).to_be_disabled()
    if path == "/":
        expect(page.locator("section[data-driver=wordy]")).to_contain_text("Words only")
        expect(page.locator(".live")).to_be_hidden()
    picture(page, f"page-{name_of(path)}-nothing")
    assert not errors


@pytest.mark.parametrize("path", ["/scope", "/loader"])
def test_of_two_messages_of_one_name_it_says_whose(page: Page, bench: Bench, path: str) -> None:
    twins = [{"driver": driver, "message": "scope_block"} for driver in ("demo", HOSTILE)]
    open_page(
        page, bench, path, **{"/scope": {"scopes": twins}, "/loader": {"graphs": twins}}[path]
    )
    choices = page.get_by_label("Message")
    told = [choices.nth(at).evaluate("one => one.selectedOptions[0].text") for at in range(2)]
    assert told == ["scope_block · demo", f"scope_block · {HOSTILE}"]


def test_of_two_messages_of_one_name_each_has_its_own_links(page: Page, bench: Bench) -> None:
    open_page(page, bench, open=f"demo/scope_block,{HOSTILE}/scope_block")
    for driver in ("demo", HOSTILE):
        entry = page.locator(f"section[data-driver={driver}] [data-message=scope_block]")
        href = entry.get_by_role("link", name="Scope").get_attribute("href")
        assert f'"driver":"{driver}"' in str(href).replace("%22", '"')
    expect(page.locator(".live .from")).to_have_text("of demo")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/", "/scope"])
def test_nothing_jumps_while_it_comes_up(page: Page, bench: Bench, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.add_init_script(
        """window.__jumps = [];
        new PerformanceObserver((list) => window.__jumps.push(...list.getEntries()))
            .observe({ type: "layout-shift", buffered: true });"""
    )
    open_page(page, bench, path)
    page.wait_for_function(DRAWN)
    if path == "/":
        expect(page.locator("[data-driver=demo] .rate").first).to_contain_text("frames/s")
        expect(page.locator("#totals")).to_contain_text("client")
    # 0.1 is what browsers call good; what is left is the room of the axes.
    assert page.evaluate("() => __jumps.reduce((sum, {value}) => sum + value, 0)") < 0.05
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


class Publisher:
    """A driver of a wave, which is published slowly, or fast: 60 MB/s then."""

    def __init__(self, path: Path) -> None:
        samples = np.sin(np.arange(1 << 16, dtype="f4") / 999)
        self.fast = False
        self._ended = threading.Event()
        self._driver = cwire.Driver("fast", {"wave": ("f4", samples.shape)}, path)
        self._thread = threading.Thread(target=self._run, args=(samples,))

    def _run(self, samples: np.ndarray[Any, Any]) -> None:
        while not self._ended.wait(0.004 if self.fast else 0.05):
            self._driver.publish("wave", samples)

    def __enter__(self) -> Self:
        self._driver.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._ended.set()
        self._thread.join()
        self._driver.__exit__(*error)


def dropped(relay: Relay) -> bool:
    """Whether the relay has dropped frames for a slow client."""
    address = relay.link.split("#")[0] + "metrics"
    request = Request(address, headers={"Authorization": f"Bearer {relay.token}"})
    with urlopen(request) as answer:
        counters = answer.read().decode()
    (line,) = re.findall(r'^cwire_dropped_frames_total\{driver="fast"\} (.*)$', counters, re.M)
    return float(line) > 0


@pytest.mark.parametrize("path", ["/", "/scope"])
def test_a_page_that_is_slow_says_what_it_lost(page: Page, runtime: Path, path: str) -> None:
    place = runtime / "fast.sock"
    with Publisher(place) as publisher, Relay(f"fast={place}") as relay:
        relay.wait_for_drivers()
        page.goto(link(relay, path))
        page.wait_for_function(DRAWN)
        expect(page.locator(".cwire-notice")).to_be_empty()
        # The page stands still, as on a machine that has other things to do.
        tools = page.context.new_cdp_session(page)
        tools.send("Debugger.enable")
        tools.send("Debugger.pause")
        publisher.fast = True
        until(lambda: dropped(relay))
        publisher.fast = False
        tools.send("Debugger.resume")
        tools.detach()
        said = re.compile(r"^[\d,]+ frames? lost \((driver, )?relay\)$")
        expect(page.locator(".cwire-notice")).to_have_text(said)
        # It goes on, with what is new.
        drawn = page.evaluate("() => Object.values(__cwireScope)[0].draws")
        page.wait_for_function(
            "drawn => Object.values(__cwireScope)[0].draws > drawn + 5", arg=drawn
        )
        if path == "/":
            totals = page.locator("section[data-driver=fast] .totals")
            expect(totals).to_contain_text("dropped for slow clients")
            expect(page.locator("#totals")).not_to_contain_text(" 0 frames dropped")
        picture(page, f"page-{name_of(path)}-slow")


GAPS = """() => Object.values(__cwireScope)[0].watch((lines) => {
    window.__gaps = Math.max(...lines.map(({points: {y, count}}) => {
        let gaps = 0;
        for (let at = 1; at < count; at++) gaps += Number.isNaN(y[at]) && !Number.isNaN(y[at - 1]);
        return gaps;
    }));
})"""


@pytest.mark.parametrize("path", ["/", "/scope"])
def test_it_outlives_a_killed_driver_and_a_killed_relay(
    page: Page, driver: Driver, path: str
) -> None:
    options = ("--token", YESTERDAYS)
    condition = page.locator("#condition")
    with Relay(f"demo={driver.path}", options=options) as first:
        page.goto(link(first, path))
        page.wait_for_function(DRAWN)
        page.get_by_label("Window").fill("30")
        page.evaluate(GAPS)
        page.wait_for_function("() => window.__gaps !== undefined")
        driver.stop(signal.SIGKILL)
        expect(condition).to_contain_text("Driver demo is down: ")
        # There may be others, of frames that a busy machine has lost.
        gaps = page.evaluate("() => window.__gaps")
        with Driver(driver.path) as second:
            expect(condition).to_be_hidden()
            page.wait_for_function("gaps => window.__gaps > gaps", arg=gaps)
            port = first.link.split("/#")[0].rsplit(":", 1)[1]
            first.stop(signal.SIGKILL)
            expect(condition).to_have_text(
                "No relay answers here: start it again, and open the link that it prints; "
                "trying again …"
            )
            expect(page.locator(".cwire-notice")).not_to_contain_text("relay")
            picture(page, f"page-{name_of(path)}-relay-killed")
            gaps = page.evaluate("() => window.__gaps")
            with Relay(f"demo={second.path}", options=(*options, "--port", port)):
                expect(condition).to_be_hidden()
                page.wait_for_function("gaps => window.__gaps > gaps", arg=gaps)
                picture(page, f"page-{name_of(path)}-gaps")
