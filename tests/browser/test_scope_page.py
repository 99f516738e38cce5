"""The scope in a plain page, before a real relay: what it draws, and what it says if it cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from cwire_structs.schema.layout_hash import layout_hash
from support.browser import browser, needs_chromium, page, picture
from support.ports import held_port
from support.processes import ROOT, Driver, Relay
from support.scope_page import ScopePage
from support.spike_driver import SpikeDriver

__all__ = ["browser", "page"]  # fixtures

pytestmark = needs_chromium

TOKEN = "0123456789abcdefgh"


@pytest.fixture
def site() -> Iterator[ScopePage]:
    with ScopePage() as site:
        yield site


@pytest.fixture
def relay(driver: Driver, site: ScopePage) -> Iterator[Relay]:
    with Relay(f"demo={driver.path}", options=("--allow-origin", site.origin)) as relay:
        yield relay


def figures(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("() => scope.screen.figures.report()")
    return found


def wait_draws(page: Page, more: int) -> None:
    page.wait_for_function(
        "target => scope.screen.figures.points && scope.screen.figures.draws >= target",
        arg=figures(page)["draws"] + more,
    )


def notice(page: Page) -> Locator:
    return page.locator(".cwire-notice")


def test_a_picture_has_lines_though_the_scope_was_never_in_view(
    page: Page, site: ScopePage, relay: Relay
) -> None:
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => (document.body.style.paddingTop = '3000px'))"
    )
    site.show(page, relay)
    page.wait_for_function("() => scope.screen.figures.batches > 2")
    assert figures(page)["draws"] == 0
    page.evaluate("() => scope.screen.picture()")
    assert figures(page)["draws"] == 1
    assert figures(page)["lines"]["channel 0"]["high"] == pytest.approx(1, abs=0.01)


def test_it_draws_blocks_and_reads_values(page: Page, site: ScopePage, relay: Relay) -> None:
    site.show(page, relay)
    wait_draws(page, 60)
    expect(page.locator(".cwire-legend button")).to_have_text(["channel 0 ", "channel 1 "])
    page.locator(".cwire-sheet").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".cwire-at")).to_contain_text("ms")
    expect(page.locator(".cwire-legend output").first).to_contain_text("V")
    seen = figures(page)["lines"]
    assert seen["channel 0"]["high"] == pytest.approx(1, abs=0.01)
    picture(page, "scope-page-blocks")
    # Paused, nothing changes; a hidden line is not drawn.
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Run")).to_be_visible()
    page.locator(".cwire-legend button").first.click()
    page.wait_for_function("() => !('channel 0' in scope.screen.figures.lines)")
    frames = page.evaluate("() => scope.screen.lines.frames")
    received = figures(page)["frames"]
    page.wait_for_function("n => scope.screen.figures.frames > n + 20", arg=received)
    assert page.evaluate("() => scope.screen.lines.frames") == frames


def test_zoom_trigger_and_window(page: Page, site: ScopePage, relay: Relay) -> None:
    site.show(page, relay, window=0.05)
    wait_draws(page, 30)
    page.get_by_label("Trigger").select_option("normal")
    page.get_by_label("Level").fill("0.25")
    page.get_by_label("Level").press("Enter")
    wait_draws(page, 30)
    # Whatever the phase of the signal is, at the trigger it has the level and rises.
    at = "() => { const {lines, sight} = scope.screen; const t = lines.all.get('channel 0').trace;"
    near = f"""{at} const s = t.segments.at(-1);
        const i = t.search(s, sight.zero, t.oldest, t.total);
        return [t.value(i - 1), t.value(i)]; }}"""
    before, after = page.evaluate(near)
    assert before < 0.25 <= after + 1e-6
    picture(page, "scope-page-trigger")
    # Out of reach: normal waits and keeps its picture.
    page.get_by_label("Level").fill("5")
    page.get_by_label("Level").press("Enter")
    zero = page.evaluate("() => scope.screen.sight.zero")
    wait_draws(page, 30)
    assert page.evaluate("() => scope.screen.sight.zero") == zero
    page.get_by_label("Trigger").select_option("off")
    box = page.locator(".u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 52, steps=4)
    page.mouse.up()
    expect(page.get_by_role("button", name="Auto X")).to_have_attribute("aria-pressed", "false")
    low, high = page.evaluate("() => scope.screen.sight.edges")
    assert -0.05 < low < high < 0
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate("() => scope.screen.sight.edges") == [-0.05, 0]


def test_the_window_is_checked_and_goes_back(page: Page, site: ScopePage, relay: Relay) -> None:
    site.show(page, relay, window=0.05)
    wait_draws(page, 5)
    window = page.get_by_label("Window")
    edges = "() => scope.screen.sight.edges"
    for wrong in ("-3", "0", "1e9"):
        window.fill(wrong)
        expect(notice(page)).to_contain_text("Window can be a number from 1e-9 to 10,000,000 s")
        assert window.evaluate("field => field.matches(':invalid')")
        assert page.evaluate(edges) == [-0.05, 0]
    page.get_by_role("button", name="Reset").click()
    expect(window).to_have_value("0.05")
    expect(notice(page)).to_be_empty()
    page.get_by_role("button", name="Pause").click()
    window.fill("0.02")
    page.wait_for_function("() => scope.screen.sight.edges[0] === -0.02")


def test_a_driver_that_goes_is_a_gap(
    page: Page, site: ScopePage, driver: Driver, relay: Relay
) -> None:
    site.show(page, relay, window=5)
    wait_draws(page, 30)
    driver.stop()
    expect(notice(page)).to_contain_text("driver demo is down")
    picture(page, "scope-page-driver-down")
    with Driver(driver.path):
        expect(notice(page)).to_be_empty()
        wait_draws(page, 30)
    gaps = "() => scope.screen.lines.all.get('channel 0').trace.segments.map(one => one.t0)"
    starts = page.evaluate(gaps)
    assert len(starts) >= 2
    assert starts == sorted(starts)


def test_a_driver_that_comes_back_with_other_structs(
    page: Page, site: ScopePage, driver: Driver, relay: Relay
) -> None:
    site.show(page, relay)
    wait_draws(page, 10)
    driver.stop()
    expect(notice(page)).to_contain_text("driver demo is down")
    schema = json.loads((ROOT / "c_driver" / "generated" / "messages.schema.json").read_text())
    fields = schema["types"]["scope_block"]["fields"]
    next(field for field in fields if field["name"] == "samples")["name"] = "volts"
    schema["layout_hash"] = layout_hash(schema)
    changed = json.dumps(schema).encode()
    with SpikeDriver(driver.path, 10_000, schema=changed):
        expect(notice(page)).to_contain_text("samples")
    expect(notice(page)).to_contain_text("driver demo is down")
    with Driver(driver.path):
        expect(notice(page)).to_be_empty()
        wait_draws(page, 10)


def test_a_relay_that_goes_is_looked_for(
    page: Page, site: ScopePage, driver: Driver, runtime: Path
) -> None:
    with held_port() as port:
        options = ("--allow-origin", site.origin, "--token", TOKEN, "--port", str(port))
        with Relay(f"demo={driver.path}", options=options) as first:
            site.show(page, first)
            wait_draws(page, 10)
            first.stop()
            expect(notice(page)).to_contain_text("trying again")
            expect(notice(page)).to_have_class("cwire-notice cwire-problem")
            picture(page, "scope-page-relay-gone")
        with Relay(f"demo={driver.path}", options=options):
            expect(notice(page)).not_to_contain_text("trying again")
            wait_draws(page, 10)


@pytest.mark.parametrize(("decimate", "window"), [(None, 4), (16, 4), (None, 0.5)])
def test_no_peak_is_missed(
    page: Page, site: ScopePage, runtime: Path, decimate: int | None, window: float
) -> None:
    """1 million samples per second on two channels; spikes of one sample."""
    with SpikeDriver(runtime / "demo.sock", rate=500_000) as driver:
        options = ("--allow-origin", site.origin)
        with Relay(f"demo={driver.path}", options=options) as relay:
            site.show(page, relay, window=window, decimate=decimate)
            page.evaluate(
                """() => {
                    window.seen = new Set();
                    scope.screen.addEventListener("draw", ({detail}) => {
                        for (const {points} of detail) {
                            for (let i = 0; i < points.count; i++) {
                                if (points.y[i] >= 10) seen.add(Math.round(points.y[i]) - 10);
                            }
                        }
                    });
                }"""
            )
            wait_draws(page, 30)
            first = driver.spikes
            page.wait_for_function("n => seen.has(n)", arg=first + 16)
            seen = set(page.evaluate("() => [...seen]"))
            # What the relay or the browser had no time for is counted; then there is no telling.
            lost = page.evaluate("() => scope.source.feed.subscription.health.lost")
            missed = set(range(first, first + 17)) - seen
            print(f"decimate={decimate} window={window}: {json.dumps(figures(page))}")
            picture(page, f"scope-page-spikes-{decimate}-{window}")
            assert not missed or lost, f"spikes {sorted(missed)} were not drawn"


def test_nothing_is_drawn_while_hidden(page: Page, site: ScopePage, relay: Relay) -> None:
    site.show(page, relay, window=1)
    wait_draws(page, 10)
    page.evaluate("() => { document.getElementById('place').style.display = 'none'; }")
    page.wait_for_function(
        """async () => {
            const draws = scope.screen.figures.draws;
            const enough = scope.screen.figures.frames + 40;
            while (scope.screen.figures.frames < enough) {
                await new Promise(requestAnimationFrame);
            }
            return scope.screen.figures.draws === draws;
        }"""
    )
    page.evaluate("() => { document.getElementById('place').style.display = ''; }")
    wait_draws(page, 10)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_themes(page: Page, site: ScopePage, relay: Relay, theme: Any) -> None:
    page.emulate_media(color_scheme=theme)
    site.show(page, relay)
    wait_draws(page, 10)
    picture(page, f"scope-page-{theme}")
    bright = page.evaluate(
        "() => getComputedStyle(document.querySelector('.cwire-live')).backgroundColor"
    )
    assert bright == ("rgb(255, 255, 255)" if theme == "light" else "rgb(23, 24, 26)")
