"""cwire desktop: a window, on a display of the test's own."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imsave

import cwire
from cwire import cli
from cwire_structs.relays import living_relays
from support.display import Display, display, window_environment
from support.processes import ROOT, Running, until

__all__ = ["display"]

_PATIENCE = 60.0  # s: a browser starts, and draws without a graphics card


def _open(display: Display, folder: Path, *words: str) -> Running:
    environment = window_environment(display, folder)
    return Running(sys.executable, "-m", "cwire", "desktop", *words, env=environment)


def _reads(bridge: cwire.Bridge) -> bool:
    """Whether a client besides this one gets frames."""
    rows = bridge.latest("relay_client", 20, driver="relay")
    return any(row["subscriptions"] and row["sent_bytes"] > 100_000 for row in rows)


def test_a_window_and_its_end(display: Display, runtime: Path, tmp_path: Path) -> None:
    with _open(display, tmp_path, "--page", "scope") as window:
        window.wait_for("started the demo driver")
        window.wait_for("window at http://127.0.0.1:")
        with cwire.connect() as bridge:
            bridge.subscribe("relay_client", driver="relay")
            until(lambda: _reads(bridge), _PATIENCE)
        until(lambda: _colours(display) > 20, _PATIENCE)  # the lines, and their smoothed edges
        folder = ROOT / "test-artefacts"
        folder.mkdir(exist_ok=True)
        imsave(folder / "desktop.png", display.picture())
        assert display.close_windows() == 1
        assert window.wait_for_end() == 0
        assert not any("Traceback" in line for line in window.output)
    assert not living_relays()
    assert not (runtime / "demo.sock").exists()


def test_what_it_started_ends_with_it_when_it_is_killed(
    display: Display, runtime: Path, tmp_path: Path
) -> None:
    with _open(display, tmp_path) as window:
        window.wait_for("window at http://127.0.0.1:")
        assert living_relays()
        window.process.send_signal(signal.SIGKILL)
        until(lambda: not living_relays() and not (runtime / "demo.sock").exists())


def _colours(display: Display) -> int:
    """How many colours are on the screen that are no shade of grey."""
    pixels = display.picture().reshape(-1, 3)
    coloured = pixels[np.ptp(pixels, axis=1) > 40]
    return len(np.unique(coloured, axis=0))


def test_no_display(
    runtime: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("webview")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["desktop"]) == 1
    assert "there is no display here" in capsys.readouterr().err
    assert not living_relays()


def test_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("cwire.tools.desktop", "cwire.desktop.window"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "webview", None)
    assert cli.main(["desktop"]) == 2
    assert "pip install 'cwire[desktop]'" in capsys.readouterr().err
