"""The documentation site: built once, looked at as files and in a real Chromium, from file://."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import cwire
import cwire_server
from cwire import cli
from support.browser import browser, needs_chromium, page, picture
from support.processes import ROOT

__all__ = ["browser", "page"]  # fixtures

pytestmark = [
    *needs_chromium,
    pytest.mark.skipif(
        importlib.util.find_spec("material") is None, reason="no mkdocs-material: make docs"
    ),
]

# What a browser loads by itself, and where each element says it.
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
# Relations of links that are only addresses.
NAMED_ONLY = {"next", "prev", "canonical", "edit"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. Warnings are errors: of links, anchors, pages that the menu lacks."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


class Loaded(HTMLParser):
    """Collects the addresses that a page loads, and the ids of its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        relations = set((found.get("rel") or "").split())
        address = found.get(LOADED.get(tag, ""))
        if address and not relations & NAMED_ONLY:
            self.addresses.append(address)


def ids(site: Path, name: str) -> set[str]:
    return Loaded((site / name).read_text()).ids


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 15
    for path in pages:
        text = path.read_text()
        loaded = Loaded(text).addresses
        assert loaded, path
        styles = re.findall(r"url\(([^)]*)\)|@import", text)
        outside = [one for one in (*loaded, *styles) if re.match(r"['\"]?(?:[a-z]+:)?//", one)]
        assert outside == [], path
    for path in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//", path.read_text()), path


def test_every_public_name_of_python_is_there(site: Path) -> None:
    found = ids(site, "reference/python.html") | {"cwire.__version__"}
    assert {f"cwire.{name}" for name in cwire.__all__} - found == set()
    assert "cwire.recording.file.open" in found
    names = set(dir(cwire)) - set(cwire.__all__) - {"open"}
    tags = {f"cwire_structs.schema.tags.{name}" for name in names}
    assert {one for one in tags if "__" not in one} - found == set()
    found = ids(site, "reference/python-server.html")
    assert {f"cwire_server.{name}" for name in cwire_server.__all__} - found == set()


def test_every_command_is_there(site: Path) -> None:
    found = ids(site, "reference/command-line.html")
    assert {f"cwire-{name}" for name in cli.TOOLS} - found == set()


def test_every_function_of_c_is_there(site: Path) -> None:
    header = (ROOT / "c_driver/include/cwire.h").read_text()
    functions = set(re.findall(r"^[a-z].*?\*?\b(cwire_\w+)\(", header, re.MULTILINE))
    assert "cwire_publish_parts" in functions
    assert functions - ids(site, "reference/c.html") == set()


def test_every_export_of_javascript_is_there(site: Path) -> None:
    found = ids(site, "reference/javascript.html")
    types = (ROOT / "client_side/web/client.mjs").read_text()
    names = re.findall(r"^export (?:class (\w+)|\{([^}]*)\})", types, re.MULTILINE)
    exported = {one.strip() for pair in names for one in ",".join(pair).split(",") if one.strip()}
    assert {"Client", "Batch", "Stream"} <= exported
    assert {name.lower() for name in exported} - found == set()


def test_it_is_searched_and_read_without_a_network(page: Page, site: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "index.html").as_uri())
    page.get_by_placeholder("Search").first.fill("set_waveform")
    result = page.locator(".md-search-result__item").first
    expect(result).to_contain_text("set_waveform")
    result.locator("a").first.click()
    expect(page.locator("article")).to_contain_text("set_waveform")
    assert {url.split(":")[0] for url in asked} <= {"file", "data", "blob"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_telephone(page: Page, site: Path, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 900})
    for name in ("reference/c", "reference/python", "why/architecture", "index"):
        page.goto((site / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 390, name
    picture(page, f"docs-{scheme}")
