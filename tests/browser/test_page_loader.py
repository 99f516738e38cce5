"""The relay's page /loader in a real Chromium: what it draws, and what it does with its link."""

from __future__ import annotations

import json
from functools import partial
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import pytest
from playwright.sync_api import Page, expect

from support.browser import browser, needs_chromium, page, picture
from support.pages import HOSTILE, Bench, barriers, bench, open_page
from support.ports import held_port
from support.processes import Driver, Relay, until

__all__ = ["bench", "browser", "page"]  # fixtures

pytestmark = needs_chromium

BLOCKS = {"driver": "demo", "message": "scope_block"}


def graphs(page: Page) -> list[dict[str, Any]]:
    """What the link says of the graphs."""
    found = unquote_plus(urlsplit(page.url).fragment).partition("graphs=")[2]
    told: list[dict[str, Any]] = json.loads(found)
    return told


def wait_draws(page: Page, more: int = 3, graph: int = 0) -> None:
    """Waits for so many pictures more: a graph that nobody sees is not drawn."""
    page.locator(".graph").nth(graph).scroll_into_view_if_needed()
    now = f"window.__cwireLoader?.[{graph}]?.draws ?? 0"
    drawn = page.evaluate(now)
    page.wait_for_function(f"draws => ({now}) >= draws", arg=drawn + more)


def pixels(page: Page, graph: int = 0) -> str:
    canvas = page.locator(".graph").nth(graph).locator("canvas")
    found: str = canvas.evaluate("canvas => canvas.toDataURL()")
    return found


def inked(page: Page, graph: int, colour: str) -> bool:
    """Whether a line of this colour is in the picture."""
    canvas = page.locator(".graph").nth(graph).locator("canvas")
    return canvas.count() == 1 and bool(
        canvas.evaluate(
            """(canvas, colour) => {
                const {width, height} = canvas;
                if (!width) return false;
                const {data} = canvas.getContext("2d").getImageData(0, 0, width, height);
                const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
                const near = (at) => wanted.every((value, i) => Math.abs(data[at + i] - value) < 3);
                for (let at = 0; at < data.length; at += 4)
                    if (data[at + 3] > 250 && near(at)) return true;
                return false;
            }""",
            colour,
        )
    )


def test_the_relays_figures_move_at_once(page: Page, bench: Bench) -> None:
    open_page(page, bench, "/loader")
    for graph in range(4):
        wait_draws(page, 1, graph)
    before = pixels(page)
    wait_draws(page, 2)
    assert pixels(page) != before
    expect(page.get_by_label("Time that is seen").nth(0)).to_have_value("10")
    expect(page.get_by_label("Time that is seen").nth(2)).to_have_value("300")
    assert "token" not in page.url
    # A line for each driver.
    assert inked(page, 0, "#0b57d0")
    assert inked(page, 0, "#b3261e")
    picture(page, "page-loader")
    page.get_by_text("Fields").first.click()
    assert barriers(page) == []


SHIFTED = """() => {
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((e) => e.value)))
        .observe({type: "layout-shift", buffered: true});
}"""


def test_nothing_moves_about_while_it_is_opened(page: Page, bench: Bench) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.add_init_script(f"({SHIFTED})()")
    open_page(page, bench, "/loader")
    wait_draws(page)
    assert sum(page.evaluate("window.shifts")) < 0.05


def test_without_a_token_there_is_one_sentence_and_no_graph(page: Page, bench: Bench) -> None:
    page.goto(bench.link("/loader", {}).partition("#")[0])
    expect(page.locator("#condition")).to_contain_text("Open the link that the relay printed")
    expect(page.locator(".graph").first).to_be_hidden()
    expect(page.get_by_role("button", name="Add a graph")).to_be_hidden()
    open_page(page, bench, "/loader")
    expect(page.locator(".graph").first).to_be_visible()


# Each picture costs the browser its own: graphs that are drawn one by one cost several times that.
COUNT_PICTURES = """() => {
    const ask = window.requestAnimationFrame;
    window.pictures = 0;
    window.requestAnimationFrame = (draw) => ask((time) => (window.pictures += 1, draw(time)));
    window.began = window.__cwireLoader.map(({draws}) => draws);
}"""
COUNTED = """() => {
    const draws = window.__cwireLoader.map((one, at) => one.draws - window.began[at]);
    return [window.pictures, draws];
}"""


def test_graphs_are_drawn_together_and_only_where_they_are_seen(page: Page, bench: Bench) -> None:
    open_page(page, bench, "/loader", graphs=[BLOCKS] * 3 + [{**BLOCKS, "seconds": 60}] * 9)
    for graph in (0, 1, 2):
        wait_draws(page, 1, graph)
    page.evaluate(COUNT_PICTURES)
    wait_draws(page, 10)
    pictures, draws = page.evaluate(COUNTED)
    assert draws[0] >= 10
    assert sum(draws) >= 2 * pictures
    assert draws[-1] == 0
    wait_draws(page, 3, 11)


def test_it_is_good_in_the_dark_and_on_a_phone(page: Page, bench: Bench) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 800})
    open_page(page, bench, "/loader", graphs=[BLOCKS])
    until(lambda: inked(page, 0, "#8ab4f8"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_text("Fields").click()
    page.get_by_text("Specification").click()
    assert barriers(page) == []
    picture(page, "page-loader-phone-dark")
    page.emulate_media(color_scheme="light")
    until(lambda: inked(page, 0, "#0b57d0"))
    picture(page, "page-loader-phone")


def test_fields_lines_and_times_are_chosen_and_kept(page: Page, bench: Bench) -> None:
    open_page(page, bench, "/loader", graphs=[BLOCKS])
    wait_draws(page)
    page.get_by_label("Message").select_option('["demo","driver_status"]')
    page.get_by_label("Time that is seen").select_option("60")
    page.get_by_text("Fields").click()
    page.get_by_label("temperature", exact=True).check()
    page.get_by_label("cpu_load", exact=True).uncheck()
    page.get_by_label("channels.frequency", exact=True).check()
    page.get_by_role("button", name="Add a graph").click()
    wait_draws(page, 1)
    wait_draws(page, 1, 1)
    told = graphs(page)
    assert [one["message"] for one in told] == ["driver_status", "scope_block"]
    assert told[0]["seconds"] == 60
    assert "cpu_load" not in told[0]["y"]
    assert {"temperature", "channels.frequency"} <= set(told[0]["y"])
    page.reload()
    wait_draws(page, 1)
    assert graphs(page) == told
    page.get_by_text("Fields").first.click()
    expect(page.get_by_label("channels.frequency", exact=True).first).to_be_checked()
    page.get_by_role("button", name="Remove").first.click()
    assert [one["message"] for one in graphs(page)] == ["scope_block"]


def test_a_specification_is_edited_and_kept(page: Page, bench: Bench) -> None:
    open_page(page, bench, "/loader", graphs=[BLOCKS])
    wait_draws(page)
    page.get_by_text("Specification").click()
    text = page.get_by_label("Specification in Vega-Lite")
    spec = json.loads(text.input_value())
    assert spec["encoding"]["color"]["field"] == "series"
    assert not inked(page, 0, "#123456")
    spec["mark"] = {"type": "point", "filled": True, "size": 60, "color": "#123456", "opacity": 1}
    del spec["encoding"]["color"]
    text.fill(json.dumps(spec))
    until(lambda: inked(page, 0, "#123456"))
    assert json.loads(graphs(page)[0]["spec"]) == spec
    page.reload()
    until(lambda: inked(page, 0, "#123456"))
    page.get_by_text("Specification").click()
    text.fill('{"mark": "line", ')
    expect(page.locator(".pane-problem")).to_contain_text("It is not JSON: ")
    text.fill(json.dumps({**spec, "mark": "lin"}))
    expect(page.locator(".pane-problem")).to_contain_text('"lin" is no mark: there are arc, area,')
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".pane-problem")).to_be_hidden()
    wait_draws(page)
    assert "spec" not in graphs(page)[0]
    assert inked(page, 0, "#0b57d0")


# Expressions and scales that a specification may use are interpreted: the policy allows no eval.
SPECIFICATIONS = [
    {
        "transform": [{"calculate": "2 * datum.value", "as": "twice"}],
        "mark": "area",
        "encoding": {
            "x": {"field": "index", "type": "quantitative"},
            "y": {"field": "twice", "type": "quantitative"},
        },
    },
    {
        "layer": [
            {"mark": "line", "encoding": {"y": {"field": "value", "type": "quantitative"}}},
            {"mark": "rule", "encoding": {"y": {"aggregate": "max", "field": "value"}}},
        ],
        "encoding": {"x": {"field": "index", "type": "quantitative"}},
    },
    {
        "mark": "bar",
        "encoding": {
            "x": {"field": "value", "bin": True, "type": "quantitative"},
            "y": {"aggregate": "count"},
            "row": {"field": "series", "type": "nominal"},
        },
    },
    # Of Vega the page has what graphs need.
    {
        "layer": [
            {
                "transform": [
                    {
                        "window": [{"op": "mean", "field": "value", "as": "smooth"}],
                        "frame": [-3, 3],
                    },
                    {"loess": "smooth", "on": "index", "bandwidth": 0.2},
                ],
                "mark": "line",
                "encoding": {"y": {"field": "smooth", "type": "quantitative"}},
            },
            {
                "params": [{"name": "chosen", "select": "interval"}],
                "mark": "point",
                "encoding": {
                    "y": {"field": "value", "type": "quantitative"},
                    "size": {"condition": {"param": "chosen", "value": 9}, "value": 3},
                },
            },
        ],
        "encoding": {"x": {"field": "index", "type": "quantitative"}},
    },
    {
        "transform": [{"density": "value", "groupby": ["series"]}],
        "mark": "area",
        "encoding": {
            "x": {"field": "value", "type": "quantitative"},
            "y": {"field": "density", "type": "quantitative"},
        },
    },
]
BAD = [
    ("[]", "It must be an object"),
    ("{}", "It says no mark: one of mark, layer, "),
    ('{"mark": "line", "data": {"url": "/health"}}', 'Leave "data" out: the rows are those of'),
    ('{"mark": "line", "encoding": {"href": {"value": "javascript:1"}}}', 'Leave "href" out'),
    ('{"mark": {"type": "image"}, "encoding": {}}', '"image" is no mark'),
    ('{"mark": "point", "encoding": {"latitude": {"field": "value"}}}', "a graph is no map"),
    ('{"mark": "line", "encoding": {"x": {"aggregate": "maen"}}}', '"maen" is no aggregate'),
    ('{"$schema": "https://vega.github.io/schema/vega/v6.json"}', "It is no Vega-Lite"),
    (
        '{"mark": "line", "transform": [{"calculate": "no(datum.value)", "as": "x"}]}',
        "Unrecognized function: no",
    ),
]


def test_specifications_of_others_are_drawn_or_said_to_be_bad(page: Page, bench: Bench) -> None:
    texts = [json.dumps(spec) for spec in SPECIFICATIONS] + [text for text, _ in BAD]
    open_page(page, bench, "/loader", graphs=[{**BLOCKS, "spec": text} for text in texts])
    for graph in range(len(SPECIFICATIONS)):
        wait_draws(page, 3, graph)
        until(partial(inked, page, graph, "#0b57d0"))
    problems = page.locator(".pane-problem")
    for graph, (_, said) in enumerate(BAD, len(SPECIFICATIONS)):
        expect(problems.nth(graph)).to_contain_text(said)
    assert all(one.is_hidden() for one in problems.all()[: len(SPECIFICATIONS)])
    picture(page, "page-loader-specifications")


def test_hostile_names_and_numbers_are_text_and_gaps(page: Page, bench: Bench) -> None:
    message = {"driver": HOSTILE, "message": "driver_status"}
    others = [
        {"driver": HOSTILE, "message": "scope_block"},
        {**message, "y": ["temperature", "uptime", "blocks"]},
        {"driver": "<b>nobody</b>", "message": "x"},
        {**BLOCKS, "message": "<i>nothing</i>"},
        {**BLOCKS, "y": ["<script>"]},
        {**message, "y": ["uptime"]},
    ]
    open_page(page, bench, "/loader", graphs=others)
    wait_draws(page, 5)
    wait_draws(page, 5, 1)
    assert inked(page, 0, "#0b57d0")  # what is not finite is left out, the others are drawn
    assert inked(page, 1, "#0b57d0") or inked(page, 1, "#b3261e") or inked(page, 1, "#1a7f37")
    problems = page.locator(".pane-problem")
    expect(problems.nth(2)).to_have_text(
        "There is no driver <b>nobody</b> yet; it is drawn once it is up."
    )
    expect(problems.nth(3)).to_contain_text("has no message <i>nothing</i>: choose another one")
    expect(problems.nth(4)).to_contain_text("<script>")
    wait_draws(page, 5, 5)  # not one number: an empty picture, and no complaint
    expect(problems.nth(5)).to_be_hidden()
    assert page.title() == "Graphs · cwire"
    assert page.locator("main b, main i, main script, main img").count() == 0


def test_it_goes_on_after_the_driver_and_the_relay(page: Page, driver: Driver) -> None:
    path = f"demo={driver.path}"
    with held_port() as port:
        goes_on(page, driver, path, ("--token", "0123456789abcdefgh", "--port", str(port)))


def goes_on(page: Page, driver: Driver, path: str, options: tuple[str, ...]) -> None:
    with Relay(path, options=options) as first:
        origin = first.link.split("/#")[0]
        state = json.dumps([{"driver": "demo", "message": "driver_status", "seconds": 60}, BLOCKS])
        page.goto(f"{origin}/loader#token={first.token}&graphs={state}")
        wait_draws(page, 2)
        driver.stop()
        expect(page.locator("#condition")).to_contain_text("Driver demo is down")
        with Driver(driver.path):
            wait_draws(page, 2)
            wait_draws(page, 2, 1)
            first.stop()
            expect(page.locator("#condition")).to_have_class("problem")
            with Relay(path, options=options):
                wait_draws(page, 2)
                wait_draws(page, 2, 1)
                assert page.evaluate("window.__cwireLoader[0].health.dropped.connection") >= 0


@pytest.mark.parametrize("text", ["", "[", "{}", '[1, null, {"driver": 1}]'])
def test_a_link_that_makes_no_sense_shows_what_there_is(
    page: Page, bench: Bench, text: str
) -> None:
    open_page(page, bench, "/loader", graphs=text)
    expect(page.get_by_role("button", name="Add a graph")).to_be_visible()
    expect(page.locator(".graph")).to_have_count(0 if text.startswith("[1") else 4)
