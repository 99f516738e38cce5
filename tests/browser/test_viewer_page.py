"""The viewer in a real Chromium: known numbers at known places, from real drivers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import cwire
from support.browser import browser, needs_chromium, page, picture
from support.pages import Bench, barriers, bench, open_page
from support.ports import held_port
from support.processes import ROOT, SECONDS, Driver, Relay, Running, until

__all__ = ["bench", "browser", "page"]  # fixtures

pytestmark = needs_chromium

FORMATS = ["UINT8", "UINT16", "INT16", "INT32", "FLOAT16", "FLOAT32", "FLOAT64"]
OFFSETS = {"INT16": 32768, "INT32": 32768}
SCALES = {"UINT8": 256, "INT32": 1 / 32768, "FLOAT16": 32, "FLOAT32": 65536, "FLOAT64": 65536}
NAN_COLOUR = [190, 70, 150, 255]
RED, GREEN = 0, 1
# Pictures per second. Playwright is told of all that a WebSocket receives: of much of it, it is
# seconds behind on a busy machine.
RATE = "5"


def show(page: Page, relay: Relay, rate: str = RATE, **state: object) -> None:
    """Opens the viewer with a state in its link."""
    state = {"rate": rate, **state}
    words = "".join(f"&{name}={value}" for name, value in state.items())
    page.goto(relay.link.replace("/#", "/viewer#") + words)


def report(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("() => __cwireViewer.report()")
    return found


def probe(page: Page, x: float, y: float) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("([x, y]) => __cwireViewer.probe(x, y)", [x, y])
    return found


def wait_for(page: Page, condition: str) -> None:
    """Waits until something of the report, `r`, is so; what draws answers from its own thread."""
    page.evaluate(
        f"""async () => {{
            const end = performance.now() + {1000 * SECONDS};
            for (;;) {{
                const r = await __cwireViewer.report();
                if ({condition}) return;
                if (performance.now() > end) throw Error(`not so: ${{JSON.stringify(r)}}`);
                await new Promise((done) => setTimeout(done, 20));
            }}
        }}"""
    )


def wait_for_value(page: Page, x: float, y: float, condition: str) -> None:
    """Waits until the number at a place, `value`, is so."""
    probe = f"const {{value}} = await __cwireViewer.probe({x}, {y})"
    page.evaluate(
        f"""async () => {{
            const end = performance.now() + {1000 * SECONDS};
            for (;;) {{
                {probe};
                if ({condition}) return;
                if (performance.now() > end) throw Error(`it is ${{value}}`);
                await new Promise((done) => setTimeout(done, 20));
            }}
        }}"""
    )


def wait_loaded(page: Page) -> None:
    wait_for(page, "r.visible > 0 && r.loaded === r.visible")


def wave(place: int) -> int:
    return place % 512 if place % 512 < 256 else 511 - place % 512


def brightness(n: int, x: int, y: int) -> int:
    """As pyramid.h of the demo driver says it."""
    coarse = wave(x // 32 + n) * wave(y // 32 + n // 2) // 2
    return coarse + wave(x // 2 + 2 * n) * wave(y // 2 - n) // 4 + ((x ^ y) % 64) * 32


def stored(format_: str, value: int) -> float:
    number = (value - OFFSETS.get(format_, 0)) / SCALES.get(format_, 1)
    return number if format_ in ("FLOAT32", "FLOAT64") else float(np.floor(number))


@pytest.fixture(scope="module")
def seen(browser: Browser) -> Iterator[Page]:
    """One page for the tests that only look."""
    context = browser.new_context(viewport={"width": 700, "height": 400})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("draw", ["webgl", "canvas"])
def test_known_numbers_of_every_format(seen: Page, driver: Driver, relay: Relay, draw: str) -> None:
    show(seen, relay, draw=draw)
    seen.reload()  # a new fragment alone does not load a page again
    for format_ in FORMATS:
        ends = [stored(format_, value) for value in (0, 51200)]
        # At 1 : 1 near the middle, gray: the table's entry is the place in the range.
        view = f"colours=gray&at=16000,12000,1&overview=0&rate={RATE}"
        fragment = f"draw={draw}&format={format_}&range={ends[0]},{ends[1]}&{view}"
        seen.evaluate("(fragment) => { location.hash = fragment; }", fragment)
        wait_for(seen, f"r.format === '{format_.lower()}' && r.level === 0")
        wait_loaded(seen)
        assert report(seen)["kind"] == {"webgl": "WebGL", "canvas": "Canvas"}[draw]
        for x, y in ((16001, 12002), (15890, 11873), (16127, 12100)):
            found = probe(seen, x + 0.5, y + 0.5)
            assert found["level"] == 0
            # A tile may be one picture older than the newest frame.
            latest = int(found["fields"]["picture"])
            values = [stored(format_, brightness(n, x, y)) for n in range(latest, latest - 60, -1)]
            assert found["value"] in values
            entry = int(min(255, max(0, 256 * (found["value"] - ends[0]) / (ends[1] - ends[0]))))
            assert found["colour"][0] == pytest.approx(entry, abs=1)
            assert found["colour"][3] == 255
    before = report(seen)["draws"]
    wait_for(seen, f"r.draws > {before} + 5")
    first = probe(seen, 16001, 12002)["value"]
    wait_for_value(seen, 16001, 12002, f"value !== {first}")


def test_pan_zoom_and_keys_ask_for_what_is_in_view(
    page: Page, driver: Driver, relay: Relay
) -> None:
    page.set_viewport_size({"width": 900, "height": 700})
    show(page, relay, grid=1)
    wait_loaded(page)
    assert report(page)["geometry"]["width"] == 32768
    level = report(page)["level"]
    picture(page, "viewer-light")
    stage = page.get_by_label("The picture")
    stage.focus()
    for _ in range(6):
        page.keyboard.press("+")
    wait_for(page, f"r.level < {level} - 1")
    wait_loaded(page)
    before = page.evaluate("() => __cwireViewer.sight.x")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => __cwireViewer.sight.x") > before
    box = stage.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    before = page.evaluate("() => __cwireViewer.sight.y")
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 260, steps=3)
    page.mouse.up()
    assert page.evaluate("() => __cwireViewer.sight.y") < before
    expect(page.locator(".figures")).to_contain_text("Pointer")
    scale = page.evaluate("() => __cwireViewer.sight.scale")
    page.mouse.wheel(0, -400)
    page.wait_for_function("scale => __cwireViewer.sight.scale > 1.5 * scale", arg=scale)
    wait_loaded(page)
    assert report(page)["visible"] < 40
    # The link has it all: who opens it sees the same.
    page.get_by_label("Colours").select_option("inferno")
    page.get_by_label("Max", exact=True).fill("30000")
    page.get_by_label("Max", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Auto")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Log").click()
    page.wait_for_function(
        """scale => Number(location.hash.match(/at=[^,]*,[^,]*,([^&]*)/)?.[1]) > 1.5 * scale""",
        arg=scale,
    )
    page.reload()
    wait_loaded(page)
    assert page.evaluate("() => __cwireViewer.sight.scale") > 1.5 * scale
    expect(page.get_by_label("Colours")).to_have_value("inferno")
    assert report(page)["range"]["high"] == 30000
    assert report(page)["range"]["log"]
    page.get_by_label("The picture").press("0")
    wait_for(page, f"r.level === {level}")


def test_restarts_of_driver_and_relay(page: Page, driver: Driver, runtime: Path) -> None:
    with held_port() as port:
        goes_on(page, driver, ("--token", "0123456789abcdefgh", "--port", str(port)))


def goes_on(page: Page, driver: Driver, options: tuple[str, ...]) -> None:
    with Relay(f"demo={driver.path}", options=options) as first:
        show(page, first, draw="canvas")
        wait_loaded(page)
        driver.stop()
        expect(page.locator("#condition")).to_contain_text("Driver demo is down")
        expect(page.locator(".notice")).to_contain_text("it goes on when demo is back")
        with Driver(driver.path):
            frames = report(page)["frames"]
            wait_for(page, f"r.frames > {frames} + 5")
            expect(page.locator("#condition")).to_be_hidden()
            expect(page.locator(".notice")).to_be_hidden()
            first.stop()
            with Relay(f"demo={driver.path}", options=options):
                frames = report(page)["frames"]
                wait_for(page, f"r.frames > {frames} + 5")


class Camera:
    """A picture."""

    exposure: Annotated[float, cwire.unit("ms")]
    picture: Annotated[np.float32, cwire.array(48, 64), cwire.scale(0.5, -100), cwire.unit("K")]


class Half:
    """A picture of 16-bit floats, and of any number of rows."""

    rows: Annotated[np.float16, cwire.tail(64)]


@pytest.mark.parametrize("draw", ["webgl", "canvas"])
def test_a_camera_frame_is_one_tile_and_nan_has_a_colour(
    page: Page, runtime: Path, draw: str
) -> None:
    values = np.arange(48 * 64, dtype="f4").reshape(48, 64)
    values[10, 20:23] = np.nan, np.inf, -np.inf
    path = runtime / "camera.sock"
    with (
        cwire.Driver("camera", [Camera, Half], path) as camera,
        Relay(f"camera={path}") as relay,
    ):
        relay.wait_for_drivers()
        camera.publish("camera", exposure=1.0, picture=values)
        state = {"draw": draw, "colours": "gray", "range": "0,3072"}
        show(page, relay, **state, image="camera/camera/picture")
        wait_loaded(page)
        assert report(page)["geometry"] == {
            "width": 64, "height": 48, "tileWidth": 64, "tileHeight": 48, "levels": 1,
        }  # fmt: skip
        assert probe(page, 30.5, 10.5)["value"] == 670
        assert probe(page, 30.5, 10.5)["colour"][0] == 670 * 256 // 3072
        # What people read is scaled, and in its unit: the number at the cursor, and the range.
        expect(page.locator(".figures")).to_contain_text(f"Value{0.5 * (24 * 64 + 32) - 100:g} K")
        low, high = page.get_by_label("Min, K"), page.get_by_label("Max, K")
        expect(low).to_have_value("-100")
        expect(high).to_have_value(f"{0.5 * 3072 - 100:g}")
        expect(page.locator(".ends")).to_have_text("-484 K1820 K")
        low.fill("0")
        low.press("Enter")
        assert report(page)["range"] == {"low": 200, "high": 3072, "log": False}
        low.fill("-100")
        low.press("Enter")
        nan, top, bottom = (probe(page, x + 0.5, 10.5) for x in (20, 21, 22))
        assert nan["colour"] == NAN_COLOUR
        assert (top["colour"][0], bottom["colour"][0]) == (255, 0)
        camera.publish("camera", exposure=1.0, picture=values + 256)
        wait_for_value(page, 30.5, 10.5, "value === 926")
        assert probe(page, 30.5, 10.5)["colour"][0] == 926 * 256 // 3072
        # Another message of the same driver, of which nothing came yet.
        page.get_by_label("Image").select_option("camera/half/rows")
        camera.publish("half", rows=values[:, :].astype("f2"))
        wait_for(page, "r.format === 'float16'")
        assert probe(page, 40.5, 20.5)["value"] == 20 * 64 + 40


def test_an_image_of_numpy_is_shown_to_the_last_pixel(
    page: Page, runtime: Path, tmp_path: Path
) -> None:
    image = np.arange(700 * 515, dtype="i4").reshape(700, 515) * 1000
    np.save(tmp_path / "image.npy", image)
    example = ROOT / "client_side" / "examples" / "numpy_pyramid.py"
    with Running(sys.executable, example, tmp_path / "image.npy") as running:
        running.wait_for("listening at")
        with Relay("pyramid") as relay:
            relay.wait_for_drivers()
            page.set_viewport_size({"width": 1300, "height": 900})
            show(page, relay, colours="gray", range="0,360500000", at="257,350,1")
            wait_loaded(page)
            assert report(page)["visible"] == 9
            for x, y in ((0, 0), (256, 255), (514, 699)):
                found = probe(page, x + 0.5, y + 0.5)
                assert (found["value"], found["level"]) == (image[y, x], 0)
                assert found["colour"][0] == min(255, int(image[y, x]) * 256 // 360500000)


class Plain:
    """No image."""

    volts: float


def test_without_images_it_says_what_it_shows(page: Page, runtime: Path) -> None:
    path = runtime / "plain.sock"
    with cwire.Driver("plain", [Plain], path), Relay(f"plain={path}") as relay:
        relay.wait_for_drivers()
        show(page, relay)
        expect(page.locator(".notice")).to_contain_text("No driver here publishes tiles")


def test_a_driver_that_is_not_up_yet_is_waited_for(page: Page, runtime: Path) -> None:
    path = runtime / "camera.sock"
    with Relay(f"camera={path}") as relay:
        show(page, relay)
        expect(page.locator("#condition")).to_contain_text("Driver camera is down: ")
        expect(page.locator(".notice")).to_be_hidden()  # that is said once
        with cwire.Driver("camera", [Camera], path) as camera:

            def is_seen() -> bool:  # the page asks for it when it knows the driver
                camera.publish("camera", exposure=1.0, picture=np.ones((48, 64), "f4"))
                return bool(report(page)["loaded"])

            until(is_seen)
            expect(page.locator("#condition")).to_be_hidden()
            expect(page.locator(".notice")).to_be_hidden()


@pytest.mark.parametrize("missing", ["OffscreenCanvas", "Worker"])
def test_a_browser_without_workers_draws_in_the_page(
    page: Page, driver: Driver, relay: Relay, missing: str
) -> None:
    page.add_init_script(f"""
        delete globalThis.{missing};
        if ("{missing}" === "OffscreenCanvas")
            delete HTMLCanvasElement.prototype.transferControlToOffscreen;
    """)
    page.set_viewport_size({"width": 700, "height": 500})
    show(page, relay, format="UINT8", at="16000,12000,1")
    wait_loaded(page)
    assert report(page)["thread"] == "page"
    frames = report(page)["frames"]
    wait_for(page, f"r.frames > {frames} + 5")
    assert probe(page, 16000.5, 12000.5)["colour"][3] == 255


@pytest.fixture(scope="module")
def stage(browser: Browser, bench: Bench) -> Iterator[Page]:
    """One page for the tests of what hands do."""
    context = browser.new_context(viewport={"width": 640, "height": 560}, has_touch=True)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    open_page(
        opened,
        bench,
        "/viewer",
        image="demo/image_tile",
        colours="gray",
        overview="0",
        format="UINT8",
        rate=RATE,
    )
    wait_loaded(opened)
    assert report(opened)["rate"] == 5
    yield opened
    context.close()
    assert not problems


def sight(page: Page) -> tuple[float, float, float]:
    x, y, scale = page.evaluate(
        "() => { const s = __cwireViewer.sight; return [s.x, s.y, s.scale]; }"
    )
    return x, y, scale


def seen_at(page: Page, x: float, y: float) -> tuple[float, float]:
    """The place of the image at a place of the page."""
    place = page.evaluate(
        """([x, y]) => {
            const {stage, sight} = __cwireViewer;
            const {left, top} = stage.getBoundingClientRect();
            return sight.placeAt(x - left - stage.clientLeft, y - top - stage.clientTop,
                {width: stage.clientWidth, height: stage.clientHeight});
        }""",
        [x, y],
    )
    return place["x"], place["y"]


def test_two_fingers_zoom_and_one_pans(stage: Page) -> None:
    stage.get_by_label("The picture").press("0")
    touch = stage.context.new_cdp_session(stage)

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = sight(stage)
    under = [seen_at(stage, 250, 300), seen_at(stage, 350, 300)]
    fingers("touchStart", (250, 300), (350, 300))
    fingers("touchMove", (200, 290), (350, 330))
    fingers("touchMove", (150, 280), (400, 360))
    stage.wait_for_function("scale => __cwireViewer.sight.scale > 2.4 * scale", arg=before[2])
    # What was under the fingers is there still, as far as a zoom without a turn can keep it.
    middle = [(one + other) / 2 for one, other in zip(*under, strict=True)]
    assert seen_at(stage, 275, 320) == pytest.approx(middle, abs=2 / before[2])
    fingers("touchEnd")
    x, y, scale = sight(stage)
    fingers("touchStart", (300, 300))
    fingers("touchMove", (340, 280))
    stage.wait_for_function("x => __cwireViewer.sight.x < x", arg=x)
    fingers("touchEnd")
    assert sight(stage) == pytest.approx((x - 40 / scale, y + 20 / scale, scale))
    touch.detach()


def test_every_key(stage: Page) -> None:
    picture = stage.get_by_label("The picture")
    picture.press("0")
    fit = sight(stage)
    for key, place, sign in (
        *(("ArrowRight", 0, 1), ("ArrowLeft", 0, -1)),
        *(("ArrowDown", 1, 1), ("ArrowUp", 1, -1)),
    ):
        before = sight(stage)
        picture.press(key)
        moved = [new - old for new, old in zip(sight(stage), before, strict=True)]
        assert moved[place] * sign > 0
        assert moved[1 - place] == moved[2] == 0
    for key, factor in (("+", 1.5), ("=", 1.5), ("-", 1 / 1.5)):
        before = sight(stage)
        picture.press(key)
        assert sight(stage)[2] == pytest.approx(factor * before[2])
    picture.press("Home")
    assert sight(stage) == fit
    picture.press("Control+ArrowRight")  # the browser's
    assert sight(stage) == fit


def coloured(page: Page, colour: int) -> int:
    """Pixels on the screen that are more red, green or blue than the picture, which is gray."""
    shot = page.get_by_label("The picture").screenshot()
    pixels = np.asarray(Image.open(BytesIO(shot)).convert("RGB"), dtype="i4")
    return int((pixels[..., colour] > pixels[..., 1 - colour] + 60).sum())


@pytest.mark.parametrize(
    ("name", "link", "colour"),
    [("Grid", "grid=1", GREEN), ("Inset", "overview=0", RED)],
)
def test_toggles_show_and_hide(stage: Page, name: str, link: str, colour: int) -> None:
    """The edges of tiles that are there are green; the frame of what is in view is red."""
    stage.get_by_label("The picture").press("0")
    button = stage.get_by_role("button", name=name)
    expect(button).to_have_attribute("aria-pressed", "false")
    assert coloured(stage, colour) == 0
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert (link in stage.evaluate("() => location.hash")) == (name == "Grid")
    until(lambda: coloured(stage, colour) > 100)
    button.click()
    until(lambda: coloured(stage, colour) == 0)
    assert (link in stage.evaluate("() => location.hash")) == (name == "Inset")


def test_the_histograms_ends_are_dragged_and_typed(stage: Page) -> None:
    low, high = stage.get_by_label("Min", exact=True), stage.get_by_label("Max", exact=True)
    for field, value in ((low, "10000"), (high, "40000")):
        field.fill(value)
        field.press("Enter")
    expect(stage.get_by_role("button", name="Auto")).to_have_attribute("aria-pressed", "false")
    assert "range=10000,40000" in stage.evaluate("() => location.hash")
    box = stage.locator(".bars").bounding_box()
    assert box is not None

    def drag(begin: float, end: float) -> None:
        """Parts of the histogram, which shows 2500 to 47500."""
        y = box["y"] + 20
        stage.mouse.move(box["x"] + begin * box["width"], y)
        stage.mouse.down()
        stage.mouse.move(box["x"] + end * box["width"], y, steps=3)
        stage.mouse.up()

    drag(1 / 6, 1 / 3)
    assert float(low.input_value()) == pytest.approx(17500, abs=300)
    assert high.input_value() == "40000"
    high.fill("47500")
    high.press("Enter")
    wait_for(stage, "r.range.high === 47500")
    log = stage.get_by_role("button", name="Log")
    log.click()
    expect(log).to_have_attribute("aria-pressed", "true")
    wait_for(stage, "r.range.log")
    # Half of the way is where the logarithm is.
    found = probe(stage, 16000.5, 12000.5)
    ends = report(stage)["range"]
    part = np.log(max(found["value"], ends["low"]) / ends["low"])
    part /= np.log(ends["high"] / ends["low"])
    assert found["colour"][0] == pytest.approx(min(255, 256 * part), abs=2)
    log.click()
    stage.get_by_role("button", name="Auto").click()
    wait_for(stage, "!r.range.log && r.range.high !== 47500")
    assert "range=" not in stage.evaluate("() => location.hash")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_from_using_it(stage: Page, scheme: Any) -> None:
    stage.emulate_media(color_scheme=scheme)
    assert barriers(stage) == []


def test_a_page_that_is_slow_says_what_is_lost_and_asks_for_less(
    page: Page, driver: Driver, relay: Relay
) -> None:
    page.set_viewport_size({"width": 700, "height": 500})  # few bytes, at the full rate
    show(page, relay, rate="60", format="UINT8", at="16000,12000,1")
    wait_loaded(page)
    assert report(page)["thread"] == "worker"
    (drawing,) = (one for one in page.workers if "draw" in one.url)
    # While it does nothing at all, newer tiles replace those that wait.
    drawing.evaluate("() => { const end = Date.now() + 2000; while (Date.now() < end); }")
    wait_for(page, "r.losses.skipped > 100")
    expect(page.locator(".figures")).to_contain_text("newer ones came")
    expect(page.locator(".figures")).to_contain_text("none")
    # Each picture costs 120 ms of the thread that draws.
    drawing.evaluate("""() => {
        const {prototype} = OffscreenCanvasRenderingContext2D;
        const clear = prototype.clearRect;
        prototype.clearRect = function (...all) {
            const end = performance.now() + 120;
            while (performance.now() < end);
            clear.apply(this, all);
        };
    }""")
    wait_for(page, "r.rate < 15")
    wait_for(page, "r.behind < 1")


@pytest.mark.parametrize(
    ("name", "width", "scheme"), [("dark", 1280, "dark"), ("390", 390, "light")]
)
def test_pictures_of_the_page(
    page: Page, driver: Driver, relay: Relay, name: str, width: int, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 780})
    show(page, relay)
    wait_loaded(page)
    expect(page.locator(".figures")).to_contain_text("32768 \u00d7 32768")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    unnamed = page.evaluate("""() =>
        [...document.querySelectorAll('main :is(button, input, select)')]
            .filter((one) => !(one.labels?.length || one.textContent.trim())).length""")
    assert unnamed == 0
    picture(page, f"viewer-{name}")
