"""The Electron app without Electron: its main process under Node, its page in Chromium."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from support.browser import browser, needs_chromium, page, picture
from support.node import BUNDLE, NODE
from support.processes import ROOT, alive, until

__all__ = ["browser", "page"]

APP = ROOT / "client_side" / "desktop"
MAIN = Path(__file__).with_name("main_process.mjs")
# Electron as preload.cjs knows it; what it asks goes to the main process by the test.
ELECTRON = """
const require = () => ({
  contextBridge: { exposeInMainWorld: (name, offered) => void (globalThis[name] = offered) },
  ipcRenderer: {
    invoke: async (name, ...words) => {
      const data = Uint8Array.from(atob(await __invoke(name, words)), (one) => one.charCodeAt(0));
      return data.buffer;
    },
  },
});
"""

pytestmark = needs_chromium


class Main:
    """The main process under Node.

    Attributes:
        link: Of the page.
        pid: Of the back-end; None if it was found, not started.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self.process = subprocess.Popen(
            [str(NODE), str(MAIN), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "CWIRE_PYTHON": sys.executable, **environment},
        )
        told = self._line()
        self.link, self.pid = told["link"], told["pid"]

    def invoke(self, name: str, words: list[Any]) -> str:
        """Asks as ipcRenderer does; returns bytes in base64."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"name": name, "words": words}) + "\n")
        self.process.stdin.flush()
        told = self._line()
        if "error" in told:
            raise RuntimeError(told["error"])
        return str(told["data"])

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self.process.communicate(timeout=30)[1])
        told: dict[str, Any] = json.loads(line)
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.communicate(timeout=30)


@pytest.fixture(scope="module")
def installed() -> None:
    """The app's packages."""
    try:
        BUNDLE["install"](APP)
    except BUNDLE["BundleError"] as error:
        pytest.skip(f"no koffi: {error}")


@pytest.fixture
def folder(tmp_path: Path, runtime: Path, installed: None) -> Path:
    """The app's folder, with the array in it."""
    x = np.linspace(0, 2 * np.pi, 1000)
    np.sin(x).tofile(tmp_path / "data.f64")
    return tmp_path


def open_page(page: Page, main: Main) -> str:
    """Opens the app's page as Electron does, and returns what it says at its end."""
    page.expose_function("__invoke", main.invoke)
    page.add_init_script(f"{{{ELECTRON}{(APP / 'preload.cjs').read_text()}}}")
    page.goto(main.link)
    page.wait_for_function("() => document.title !== 'cwire desktop'")
    return page.locator("#log").inner_text()


def test_the_array_is_read_drawn_and_measured(page: Page, folder: Path) -> None:
    with Main(folder) as main:
        log = open_page(page, main)
        assert log.split("\n")[:3] == [
            "before python call",
            "ArrayBuffer(8000)",
            "after python call",
        ]
        assert page.title() == "cwire desktop: ready"
        drawn = page.evaluate(
            """() => {
                const { width, height } = document.querySelector("canvas");
                const pen = document.querySelector("canvas").getContext("2d");
                const row = (x) => {
                    const column = pen.getImageData(x, 0, 1, height).data;
                    for (let y = 0; y < height; y++) if (column[4 * y + 3] > 128) return y / height;
                };
                return [row(width / 4), row((3 * width) / 4)];
            }"""
        )
        assert drawn == pytest.approx([0.05, 0.95], abs=0.02)
        expect(page.locator("tbody tr")).to_have_count(2)
        assert "MB/s" in page.locator("tbody").inner_text()
        same = page.evaluate(
            """async () => new Float64Array(await desktop.readMapped("data.f64"))[250]"""
        )
        assert same == np.fromfile(folder / "data.f64")[250]
        picture(page, "desktop_app")
        with pytest.raises(RuntimeError, match=r"no file \.\./secret"):
            main.invoke("readMapped", ["../secret"])
    assert main.process.returncode == 0
    until(lambda: not alive(main.pid))


def test_a_missing_file_says_how_to_make_it(page: Page, folder: Path) -> None:
    (folder / "data.f64").unlink()
    with Main(folder) as main:
        log = open_page(page, main)
        assert page.title() == "cwire desktop: failed"
        lines = log.strip().split("\n")
        assert lines[0] == "before python call"
        assert "data.f64 is missing" in lines[1]
        subprocess.run([sys.executable, "-c", "\n".join(lines[2:])], check=True)
    assert np.fromfile(folder / "data.f64").shape == (1000,)


def test_the_back_end_ends_with_an_app_that_is_killed(folder: Path) -> None:
    main = Main(folder)
    with Main(folder, CWIRE_BACKEND=main.link.replace("/pages/", "/")) as second:
        assert (second.pid, second.link) == (None, main.link)
    assert alive(main.pid), "it was found, not started"
    main.process.kill()
    main.process.communicate()
    until(lambda: not alive(main.pid))


def test_a_back_end_that_does_not_start_says_why(folder: Path) -> None:
    with pytest.raises(RuntimeError, match="does not start: .*ENOENT"):
        Main(folder, CWIRE_PYTHON="/nowhere/python")
    with pytest.raises(RuntimeError, match="did not start(.|\n)*cannot make the runtime"):
        Main(folder, CWIRE_PYTHON=sys.executable, CWIRE_RUNTIME_DIR=str(folder / "data.f64"))
    with pytest.raises(RuntimeError, match="not the link that a back-end prints"):
        Main(folder, CWIRE_BACKEND="nonsense")
