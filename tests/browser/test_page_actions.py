"""The relay's actions as forms on its first page, in a real Chromium, before a real relay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from support.browser import browser, needs_chromium, page, picture
from support.pages import barriers
from support.ports import held_port
from support.processes import ROOT, Driver, Relay

__all__ = ["browser", "page"]

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def lab(built_driver: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """A relay with the demo's driver and actions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "tests"))
        folder = tmp_path_factory.mktemp("lab")
        patch.setenv("CWIRE_RUNTIME_DIR", str(folder))
        options = ("--actions", "support.form_actions:API")
        with Driver(folder / "demo.sock") as driver:
            with Relay(f"demo={driver.path}", options=options) as relay:
                relay.wait_for_drivers()
                yield relay


def opened(page: Page, action: str) -> Locator:
    """The form of an action."""
    entry = page.locator(f"details[data-action='{action}']")
    if entry.get_attribute("open") is None:
        entry.locator("summary").click()
    return entry


def run(form: Locator) -> Locator:
    """Presses Run; returns where the outcome is told."""
    form.get_by_role("button", name="Run").click()
    return form.locator(".form-status")


def test_all_actions_are_listed_with_their_docs(page: Page, lab: Relay) -> None:
    page.goto(lab.link)
    names = page.locator("details[data-action] summary code")
    expect(names.first).to_be_visible()
    assert names.all_inner_texts() == [
        *("data.whole", "endless", "fail", "lab.everything", "let_on", "scan"),
        *("describe", "list", "shutdown"),
    ]
    form = opened(page, "lab.everything")
    expect(form.locator("summary")).to_contain_text("Gives back what it was given.")
    expect(form).to_contain_text("Each argument is of another kind.")
    expect(form).to_contain_text("How many times.")
    expect(form.get_by_placeholder("undefined")).to_have_count(0)
    assert urlsplit(page.url).fragment == "actions=lab.everything"
    page.reload()
    expect(page.locator("details[open]")).to_have_attribute("data-action", "lab.everything")
    run(opened(page, "list"))
    expect(opened(page, "list").locator(".form-status")).to_contain_text('"lab.everything"')


def test_arguments_go_as_what_they_are(page: Page, lab: Relay) -> None:
    page.goto(lab.link)
    form = opened(page, "lab.everything")
    status = run(form)
    expect(status).to_have_text("not called: mode: it is needed: give a value")
    expect(form.get_by_label("mode", exact=True)).to_be_focused()
    form.get_by_label("mode", exact=True).select_option("exact")
    expect(run(form)).to_contain_text("name: it is needed")
    form.get_by_label("name", exact=True).fill("5")
    # What nobody has given is the function's default.
    told = '["EXACT", "5", 3, 7, 0.5, null, false, "all", 1, 0, null]'
    expect(run(form)).to_contain_text(told)
    form.get_by_label("count, dragged").fill("9")
    form.get_by_label("number", exact=True).fill("9007199254740993")
    form.get_by_label("factor", exact=True).fill("nan")
    form.get_by_label("limit", exact=True).fill("-1e-3")
    form.get_by_label("dark", exact=True).check()
    form.get_by_label("unit", exact=True).select_option("2")
    form.get_by_label("place", exact=True).fill('{"x": 2, "y": -1.5}')
    form.get_by_label("anything", exact=True).fill("[12345678901234567890, NaN]")
    told = '["EXACT", "5", 9, 9007199254740993, NaN, -0.001, true, 2, 2, -1.5, [12345678901234567890, NaN]]'  # fmt: skip  # noqa: E501
    expect(run(form)).to_contain_text(told)
    form.get_by_label("number", exact=True).fill("7.5")
    expect(run(form)).to_have_text("not called: number: '7.5' is not a whole number")
    form.get_by_label("number: Back to the default").click()
    form.get_by_label("count", exact=True).fill("11")
    expect(run(form)).to_have_text(
        "not called: count: it can be a whole number from 1 to 10, not 11"
    )
    form.get_by_label("count", exact=True).fill("1")
    form.get_by_label("place", exact=True).fill('{"y": 1}')
    expect(run(form)).to_contain_text("invalid_data: place.x")
    whole = opened(page, "data.whole")
    whole.get_by_label("data", exact=True).fill("just text")
    expect(run(whole)).to_contain_text("just text (")


def test_steps_progress_and_the_result_are_seen(page: Page, lab: Relay) -> None:
    page.goto(lab.link)
    form = opened(page, "scan")
    status = run(form)
    steps = form.locator(".results li")
    expect(steps).to_have_text(
        [f"{{place: {at}, counts: float32 array of 1000}}" for at in range(2)]
    )
    expect(status).to_have_text("at point 2")
    bar = form.get_by_role("progressbar")
    assert bar.evaluate("bar => [bar.value, bar.max]") == [2, 3]
    picture(page, "page-actions")
    # Nothing waits for it: neither another form nor the picture that moves.
    before = page.evaluate("() => window.__cwireScope.live.frames")
    page.wait_for_function("before => window.__cwireScope.live.frames > before", arg=before)
    form.get_by_role("button", name="Run").press("Enter")  # one at a time
    expect(run(opened(page, "let_on"))).to_contain_text("done (")
    expect(status).to_contain_text("float64 array of 3: 0.5, NaN, 1.41421 (")
    expect(steps).to_have_count(3)
    expect(bar).to_be_hidden()


def test_keys_are_enough_while_results_come_as_fast_as_they_can(page: Page, lab: Relay) -> None:
    page.goto(lab.link)
    form = opened(page, "endless")
    form.get_by_role("button", name="Run").focus()
    page.keyboard.press("Enter")
    last = form.locator(".results li").last
    page.wait_for_function("() => document.querySelector('.results')?.start > 200")
    expect(form.locator(".results li")).to_have_count(50)  # the newest
    assert last.inner_text().isdigit()
    page.keyboard.press("Tab")
    expect(form.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(form.locator(".form-status")).to_have_text("cancelled")
    expect(form.get_by_role("button", name="Run")).to_be_focused()
    expect(form.get_by_role("button", name="Cancel")).to_be_disabled()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("no_sample", "no_sample: there is <b>no</b> sample in the holder"),
        ("", "raised: ValueError: broken"),
    ],
)
def test_errors_have_code_and_text(page: Page, lab: Relay, code: str, told: str) -> None:
    page.goto(lab.link)
    form = opened(page, "fail")
    form.get_by_label("code", exact=True).fill(code)
    status = run(form)
    expect(status).to_have_text(told)
    button = form.get_by_role("button", name="Run").bounding_box()
    place = status.bounding_box()
    assert button is not None
    assert place is not None
    assert abs(place["y"] - button["y"]) < 20, "it is beside the button"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_people_out(page: Page, lab: Relay, theme: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    page.goto(f"{lab.link}&actions=fail,scan,lab.everything,data.whole")
    form = opened(page, "lab.everything")
    form.get_by_label("number", exact=True).fill("3")
    expect(run(opened(page, "fail"))).to_contain_text("raised")
    run(opened(page, "scan"))
    expect(opened(page, "scan").locator(".results li")).to_have_count(2)
    assert barriers(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    picture(page, f"page-actions-{theme}-{width}")
    scan = opened(page, "scan")
    scan.get_by_role("button", name="Cancel").click()
    expect(scan.locator(".form-status")).to_have_text("cancelled")
    expect(run(opened(page, "let_on"))).to_contain_text("done")  # its function still waits


def test_a_relay_without_drivers_is_not_wrong_and_its_actions_are_followed(
    page: Page, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests"))
    with held_port() as port:
        options = ("--token", "0123456789abcdefgh", "--port", str(port), "--actions")
        with Relay(options=(*options, "support.form_actions:API")) as relay:
            page.goto(relay.link)
            form = opened(page, "scan")
            form.get_by_label("points", exact=True).fill("1")
            expect(page.locator("#condition")).to_be_hidden()
            opened(page, "fail")
        expect(page.locator("#condition")).to_have_class("problem")
        with Relay(options=(*options, "support.form_actions:OTHERS")):
            expect(page.locator("details[data-action=another]")).to_be_visible()
            expect(page.locator("details[data-action=fail]")).to_have_count(0)
            expect(page.locator("#condition")).to_be_hidden()
            # What was typed stays: it is the same action.
            assert form.get_by_label("points", exact=True).input_value() == "1"
            expect(run(form)).to_contain_text("float64 array of 3")
