"""The example with napari: a real viewer on a display of its own. Skipped where these are not."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cwire
from support.processes import ROOT, Relay, Running, until

EXAMPLE = ROOT / "client_side" / "examples" / "napari_tiles.py"

pytestmark = [
    pytest.mark.skipif(find_spec("napari") is None, reason="napari is not installed"),
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed"),
    pytest.mark.timeout(180),  # napari imports for a while
]


@pytest.fixture
def viewer(runtime: Path) -> Iterator[Running]:
    """The example, running."""
    with Running("Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24") as screen:
        display = f":{screen.wait_for('').strip()}"
        env = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}  # "offscreen" has no OpenGL
        with Running(sys.executable, EXAMPLE, env=env) as running:
            until(lambda: (runtime / "napari.sock").exists(), 120)
            yield running


def test_readers_follow_the_camera_and_move_it(viewer: Running) -> None:
    with Relay("napari") as relay, cwire.connect(relay.link) as bridge:
        until(lambda: bridge["napari"].state == "up")
        send: Any = bridge.send
        shown = bridge.wait_for("visible_tiles", lambda one: one.level > 0, timeout=60)
        assert (shown.layer, shown.tile_size) == ("stripes", 256)
        assert shown.tiles[0].tolist() == [0, 0]  # all of the image, from a level of the pyramid

        view = send.look_at(y=1000, x=3000, zoom=4)
        assert (view.y, view.x, view.zoom) == (1000, 3000, 4)
        near = bridge.wait_for("visible_tiles", lambda one: one.zoom == 4 and not one.level)
        tiles = {tuple(one) for one in near.tiles.tolist()}
        assert (1000 // 256, 3000 // 256) in tiles
        assert len(tiles) <= 9

        # What a page asks for, whatever napari shows.
        tile = {"level": 3, "x": 256, "y": 0, "have": 0}
        stream = bridge.stream("image_tile")
        assert send.want_tiles(viewer=1, tiles=[tile]).levels == 4
        pixels = next(stream).pixels.reshape(256, 256)
        assert pixels[9, 5] == int(np.sin(8 * 9 / 50) * np.sin(8 * (256 + 5) / 80) * 127 + 128)

        with pytest.raises(cwire.CommandError, match="out of range"):
            bridge.command(None, "look_at", {"y": 0, "x": 0, "zoom": 0})
    assert viewer.stop(signal.SIGTERM) == -signal.SIGTERM
    assert viewer.output == []
