"""The example with an image of numpy: every tile that is asked for, once, to the last pixel."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cwire
from support.processes import ROOT, Relay, Running

EXAMPLE = ROOT / "client_side" / "examples" / "numpy_pyramid.py"
IMAGE = np.arange(700 * 515, dtype="i4").reshape(700, 515) * 1000


@pytest.fixture
def bridge(runtime: Path, tmp_path: Path) -> Iterator[Any]:
    """A client of the example, which has an image of a file."""
    np.save(tmp_path / "image.npy", IMAGE)
    with Running(sys.executable, EXAMPLE, tmp_path / "image.npy") as running:
        running.wait_for("listening at")
        with Relay("pyramid") as relay:
            relay.wait_for_drivers()
            with cwire.connect(relay.link) as bridge:
                yield bridge
        assert running.stop(signal.SIGINT) == 0, running.output


def ask(bridge: Any, viewer: int, *places: tuple[int, int, int], have: int = 0) -> Any:
    tiles = [{"level": one[0], "x": one[1], "y": one[2], "have": have} for one in places]
    return bridge.send.want_tiles(viewer=viewer, tiles=tiles)


def test_tiles_are_the_pixels_of_the_image(bridge: Any) -> None:
    told = ask(bridge, 1)
    assert (told.width, told.height, told.tile_width, told.levels) == (515, 700, 256, 3)
    places = [(0, 512, 512), (0, 256, 0), (1, 256, 256), (2, 0, 0)]
    stream = bridge.stream("image_tile")
    ask(bridge, 1, *places)
    found = [next(stream) for _ in places]
    assert {(tile.level, tile.x, tile.y) for tile in found} == set(places)
    for tile in found:
        step, x, y = 2**tile.level, tile.x, tile.y
        wanted = IMAGE[::step, ::step][y : y + 256, x : x + 256]
        assert (tile.height, tile.width) == wanted.shape
        assert tile.format == 3
        assert np.array_equal(tile.pixels.view("<i4").reshape(wanted.shape), wanted)
    # What a viewer has does not come again.
    ask(bridge, 1, *places, have=1)
    ask(bridge, 2, (0, 256, 256))
    after = next(stream)
    assert (after.x, after.y) == (256, 256)


def test_a_tile_that_is_not_there(bridge: Any) -> None:
    for place in ((3, 0, 0), (0, 1, 0), (0, 768, 0), (2, 0, 256)):
        with pytest.raises(cwire.CommandError, match="there is no tile at x"):
            ask(bridge, 1, place)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((2, 2, 3), "u1"), "3 dimensions: an image has 2"),
        (np.zeros((2, 2), "c8"), "pixels are complex64: convert them with astype"),
    ],
)
def test_what_is_no_image_is_refused(
    runtime: Path, tmp_path: Path, array: Any, reason: str
) -> None:
    np.save(tmp_path / "image.npy", array)
    with Running(sys.executable, EXAMPLE, tmp_path / "image.npy") as running:
        assert running.wait_for_end() == 2
        assert reason in " ".join(running.wait_for("error").split())
