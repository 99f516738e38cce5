"""The relay's page /scope in a real Chromium: what it draws, and what its link keeps."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import pytest
from playwright.sync_api import Page, expect

from cwire.scope.recipe import ScopeOptions, ScopeRecipe
from cwire_structs.schema import Schema
from support.browser import browser, needs_chromium, page, picture
from support.pages import HOSTILE, Bench, barriers, bench, fragment, open_page
from support.processes import ROOT, Relay
from support.scope_page import ScopePage

__all__ = ["bench", "browser", "page"]  # fixtures

pytestmark = needs_chromium

CANVAS = ".u-wrap canvas"


def scopes(page: Page) -> list[dict[str, Any]]:
    """What the link says of the scopes."""
    found = unquote_plus(urlsplit(page.url).fragment).partition("scopes=")[2]
    panes: list[dict[str, Any]] = json.loads(found)
    return panes


def wait_draws(page: Page, more: int, pane: int = -1) -> None:
    now = f"Object.values(window.__cwireScope ?? {{}}).at({pane})"
    page.wait_for_function(f"() => {now}?.points > 0")
    drawn = page.evaluate(f"() => {now}.draws")
    page.wait_for_function(f"draws => {now}.draws >= draws", arg=drawn + more)


def pixels(page: Page) -> str:
    found: str = page.locator(CANVAS).first.evaluate("canvas => canvas.toDataURL()")
    return found


def test_the_first_message_moves_at_once(page: Page, bench: Bench) -> None:
    open_page(page, bench, "/scope", scopes=[{"driver": "demo", "message": "scope_block",
                                              "window": 0.05, "wide": True}])  # fmt: skip
    wait_draws(page, 5)
    first = pixels(page)
    wait_draws(page, 10)
    assert pixels(page) != first
    assert "token" not in page.url
    expect(page.locator(".cwire-legend button")).to_have_text(["channel 0 ", "channel 1 "])


def test_without_a_word_it_shows_the_first_line(page: Page, bench: Bench) -> None:
    open_page(page, bench, "/scope")
    wait_draws(page, 5)
    expect(page.get_by_label("Message")).to_have_value('["demo","scope_block"]')
    picture(page, "page-scope")


def test_the_link_keeps_the_layout(page: Page, bench: Bench) -> None:
    open_page(page, bench, "/scope")
    wait_draws(page, 5)
    controls = page.locator(".cwire-controls").last
    controls.get_by_label("Window").fill("0.1")
    controls.get_by_label("Trigger").select_option("normal")
    controls.get_by_label("Level").fill("0.25")
    page.locator(".cwire-legend button").nth(1).click()
    page.get_by_role("button", name="Add a scope").click()
    page.get_by_label("Message").nth(1).select_option('["demo","driver_status"]')
    second = page.locator(".pane").nth(1)
    second.get_by_text("Fields").click()
    second.get_by_label("temperature", exact=True).uncheck()
    second.get_by_label("channels.frequency").check()
    wait_draws(page, 1)
    page.locator(".pane").nth(1).get_by_label("Move up").click()
    told = scopes(page)
    assert [pane["message"] for pane in told] == ["driver_status", "scope_block"]
    assert "channels.frequency" in told[0]["y"]
    assert told[1]["window"] == 0.1
    assert told[1]["trigger"]["mode"] == "normal"
    assert told[1]["trigger"]["level"] == 0.25
    assert told[1]["hidden"] == ["channel 1"]
    # The link shows the same to whoever has a token, also on the way over another page.
    page.get_by_role("link", name="Overview").click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    page.get_by_role("link", name="Scope", exact=True).click()
    wait_draws(page, 5)
    assert scopes(page) == told
    block = page.locator(".pane").nth(1)
    expect(controls.get_by_label("Window")).to_have_value("0.1")
    expect(controls.get_by_label("Trigger")).to_have_value("normal")
    expect(controls.get_by_label("Level")).to_have_value("0.25")
    expect(block.locator(".cwire-legend button").nth(1)).to_have_attribute("aria-pressed", "false")
    picture(page, "page-scope-layout")
    block.get_by_label("Remove").click()
    expect(page.locator(".pane")).to_have_count(1)
    assert len(scopes(page)) == 1


def test_the_copied_link_has_no_token(page: Page, bench: Bench) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(page, bench, "/scope", scopes=[{"driver": "demo", "message": "scope_block"}])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("() => navigator.clipboard.readText()")
    assert bench.relay.token not in link
    assert "token" not in link
    assert "scope_block" in link


def test_what_is_seen_is_saved(page: Page, bench: Bench, tmp_path: Path) -> None:
    open_page(page, bench, "/scope", scopes=[{"driver": "demo", "message": "scope_block"}])
    wait_draws(page, 5)
    page.get_by_role("button", name="Pause").click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="CSV").click()
    table = tmp_path / "table.csv"
    saving.value.save_as(table)
    with table.open(newline="") as file:
        heads, *rows = csv.reader(file)
    assert heads == ["line", "time [s]", "time since 1970 [s]", "value", "unit"]
    assert [row[0] for row in rows] == ["channel 0"] * 1024 + ["channel 1"] * 1024
    assert {row[4] for row in rows} == {"V"}
    peak = max(float(row[3]) for row in rows[:1024])
    assert peak == pytest.approx(1, abs=0.01)
    steps = [float(row[1]) for row in rows[:1024]]
    assert steps[0] == pytest.approx(0, abs=1e-6)
    assert steps[-1] == pytest.approx(1023 / 61440, abs=1e-5)
    with page.expect_download() as saving:
        page.get_by_role("button", name="PNG").click()
    image = tmp_path / "picture.png"
    saving.value.save_as(image)
    assert image.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert saving.value.suggested_filename == "scope_block.png"


def test_hostile_texts_and_numbers_are_shown_as_what_they_are(page: Page, bench: Bench) -> None:
    open_page(
        page,
        bench,
        "/scope",
        scopes=[
            {"driver": HOSTILE, "message": "scope_block"},
            {"driver": HOSTILE, "message": "driver_status", "y": ["temperature", "uptime"]},
        ],
    )
    wait_draws(page, 5, 0)
    expect(page.locator(".pane").first).to_contain_text("<img src=x onerror=")
    assert page.locator("main img, main script, main b").count() == 0
    assert page.title() == "Scope · cwire"
    # What is finite of a line is drawn, and of a line without any a sentence is said.
    lines = page.evaluate("() => Object.values(__cwireScope)[0].lines")
    assert set(lines) == {"channel 0", "channel 1"}
    for line in lines.values():
        assert (line["low"], line["high"]) == (pytest.approx(-1, 0.01), pytest.approx(1, 0.01))
    expect(page.locator(".cwire-notice").first).to_be_empty()
    expect(page.locator(".cwire-notice").last).to_have_text(
        "temperature, uptime: no value in view is finite"
    )
    picture(page, "page-scope-hostile")


@pytest.mark.parametrize(
    ("pane", "told"),
    [
        ({"driver": "demo", "message": "camera_tile"}, "is an image: a scope draws lines"),
        ({"driver": "nobody", "message": "scope_block"}, "There is no driver nobody yet"),
        ({"driver": "demo", "message": "nothing"}, "Driver demo has no message nothing"),
        ({"driver": "demo", "message": "waveform", "y": ["a"]}, "waveform has no field a"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    page: Page, bench: Bench, pane: dict[str, Any], told: str
) -> None:
    open_page(page, bench, "/scope", scopes=[pane])
    expect(page.locator(".pane-problem")).to_contain_text(told)
    page.get_by_label("Message").select_option('["demo","scope_block"]')
    expect(page.locator(".pane-problem")).to_be_hidden()
    wait_draws(page, 2)


@pytest.mark.parametrize("text", ["{", "7", '[1, {"driver": 5}]', '[{"driver":"demo"}]'])
def test_a_link_that_is_none_is_no_error(page: Page, bench: Bench, text: str) -> None:
    open_page(page, bench, "/scope", scopes=text)
    expect(page.get_by_role("button", name="Add a scope")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_people_out(page: Page, bench: Bench, theme: Any) -> None:
    page.emulate_media(color_scheme=theme)
    open_page(page, bench, "/scope")
    page.get_by_text("Fields").click()
    wait_draws(page, 2)
    assert barriers(page) == []
    picture(page, f"page-scope-{theme}")


def test_it_fits_a_phone_and_keys_reach_everything(page: Page, bench: Bench) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, bench, "/scope")
    wait_draws(page, 2)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    picture(page, "page-scope-phone")
    page.get_by_label("Message").focus()
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("() => document.activeElement.textContent.slice(0, 12)"))
    assert {"Fields", "CSV", "PNG", "Pause", "Auto Y", "Reset"} <= set(seen)
    page.locator(".cwire-sheet").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Run")).to_be_visible()


LINES = """() => new Promise((done) => {
    const [figures] = Object.values(__cwireScope);
    figures.watch((lines) => {
        if (figures.frames < 8) return; // each block has one before it
        figures.watch(null);
        done(lines.map(({label, color, zero, points: {x, y, count}}) => ({
            label,
            color,
            y: Array.from(y.subarray(0, count), (one) => (Number.isNaN(one) ? null : one)),
            ns: Array.from(x.subarray(0, count), (one) => Math.round(1e9 * (one - zero))),
            ...figures.lines[label],
        })));
    });
})"""


def test_it_draws_what_the_notebooks_scope_draws(page: Page, bench: Bench) -> None:
    """The same data, by the notebook's bundle and recipe and by the page's: the same figures."""
    demo = (ROOT / "c_driver" / "generated" / "messages.schema.json").read_text()
    message = Schema.from_json(demo).published["scope_block"]
    recipe = ScopeRecipe(HOSTILE, message, ScopeOptions()).as_json()
    with ScopePage() as site:
        options = ("--allow-origin", site.origin)
        with Relay(f"{HOSTILE}={bench.hostile}", options=options) as relay:
            relay.wait_for_drivers()
            site.show(page, relay, **recipe)
            page.wait_for_function("() => scope.screen.figures.draws")
            notebooks = page.evaluate(LINES)
            pane = {"driver": HOSTILE, "message": "scope_block", "wide": True}
            page.goto(f"{relay.link.split('/#')[0]}/scope#token={relay.token}"
                      f"{fragment({'scopes': [pane]})}")  # fmt: skip
            wait_draws(page, 1)
            pages = page.evaluate(LINES)
    assert pages == notebooks
    assert [line["label"] for line in pages] == ["channel 0", "channel 1"]
    assert len(pages[0]["y"]) == 1025  # with the sample before: its line leads into the picture
    assert pages[0]["y"].count(None) == 4  # two NaN, two infinities


def test_each_unit_has_an_axis_and_each_enum_a_band(page: Page, bench: Bench) -> None:
    y = ["cpu_load", "temperature", "uptime", "running"]
    open_page(page, bench, "/scope", scopes=[{"driver": "demo", "message": "driver_status",
                                              "y": y}])  # fmt: skip
    wait_draws(page, 3)
    drawn = page.evaluate(
        """() => new Promise((done) =>
             Object.values(window.__cwireScope).at(-1).watch((lines) => done(
               lines.map(({ label, axis }) => [label, axis]))))"""
    )
    assert sorted(drawn, key=lambda line: int(line[1])) == [
        [name, number] for number, name in enumerate(y)
    ]
    box = page.locator(".cwire-sheet .u-over").first.bounding_box()
    assert box is not None
    assert box["width"] > 400, "the axes of lower panes take no room of their own"
    for scheme, width in (("light", 1100), ("dark", 1100), ("light", 390)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 700})
        wait_draws(page, 2)
        picture(page, f"page-scope-axes-{scheme}-{width}")
