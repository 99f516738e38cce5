"""Publishes an image of numpy as tiles, those that somebody looks at: for the relay's page /viewer.

    python client_side/examples/numpy_pyramid.py image.npy
    cwire serve                                      in another terminal

The file is mapped, not read: it may be larger than the memory. Without a file it is stripes.
"""

from __future__ import annotations

import argparse
import enum
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

import cwire

TILE = 256  # pixels
LEASE = 3.0  # seconds: viewers ask again before, for tiles that got lost, too
VIEWERS = 16  # the last ones that asked
PENDING = 4 << 20  # bytes that readers have not had; the ring holds four times as much
LEAST_WAIT, MOST_WAIT = 0.002, 0.5  # seconds, with and without tiles to publish


class PixelFormat(enum.IntEnum):
    """numpy's names of the types."""

    UINT8 = 0
    UINT16 = 1
    INT16 = 2
    INT32 = 3
    FLOAT16 = 4
    FLOAT32 = 5
    FLOAT64 = 6


class ImageTile:
    """A tile of the image."""

    level: Annotated[np.uint32, cwire.tile("level"), "A pixel is 2^level wide."]
    x: Annotated[np.uint32, cwire.tile("x"), cwire.unit("px"), "Left edge, in its level."]
    y: Annotated[np.uint32, cwire.tile("y"), cwire.unit("px"), "Top edge."]
    width: Annotated[np.uint16, cwire.tile("width"), cwire.unit("px")]
    height: Annotated[np.uint16, cwire.tile("height"), cwire.unit("px")]
    format: Annotated[PixelFormat, cwire.tile("format"), "What the pixels are."]
    pixels: Annotated[np.uint8, cwire.tail(), cwire.tile("pixels"), "Row by row."]


class Image:
    """The image, in answer to want_tiles."""

    width: Annotated[np.uint32, cwire.tile("image_width"), cwire.unit("px")]
    height: Annotated[np.uint32, cwire.tile("image_height"), cwire.unit("px")]
    tile_width: Annotated[np.uint32, cwire.tile("tile_width"), cwire.unit("px")]
    tile_height: Annotated[np.uint32, cwire.tile("tile_height"), cwire.unit("px")]
    levels: Annotated[np.uint32, cwire.tile("levels")]
    lease: Annotated[float, cwire.tile("lease"), cwire.unit("s")]


class WantedTile:
    """A tile in view."""

    x: Annotated[np.uint32, cwire.tile("x")]
    y: Annotated[np.uint32, cwire.tile("y")]
    level: Annotated[np.uint16, cwire.tile("level")]
    have: Annotated[np.uint16, cwire.tile("have"), "1: its pixels came already."]


MESSAGES = [ImageTile]  # those of the command are its own


def pyramid_of(image: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Returns the image and its levels, each every other pixel of the one before: views, no copies.

    The last level is one tile.
    """
    levels = [image]
    while max(levels[-1].shape) > TILE:
        levels.append(levels[-1][::2, ::2])
    return levels


class TileSource:
    """Publishes the tiles that viewers want, once each: the image stands still.

    Args:
        driver: The driver; who has this polls it, and calls `step`.
        levels: The image, then each level with half the rows and columns, an odd one rounded up.
    """

    def __init__(self, driver: cwire.Driver, levels: Sequence[npt.NDArray[Any]]) -> None:
        self._driver = driver
        self._levels: Sequence[npt.NDArray[Any]] = levels
        self._format = format_of(levels[0].dtype)
        # Of each viewer the places that it lacks; the last one that asked is the last one here.
        self._wanted: dict[int, list[tuple[int, int, int]]] = {}
        driver.command(self.want_tiles)

    def want_tiles(
        self,
        viewer: Annotated[int, np.uint64, cwire.tile("viewer")],
        tiles: Annotated[list[WantedTile], cwire.tail(), cwire.tile("wanted")],
    ) -> Image:
        """Asks for tiles instead of those that this viewer asked for before."""
        places = [(int(one.level), int(one.x), int(one.y)) for one in tiles if not one.have]
        for place in places:
            self._check(*place)
        self._wanted.pop(viewer, None)
        self._wanted[viewer] = places
        if len(self._wanted) > VIEWERS:
            del self._wanted[next(iter(self._wanted))]
        return self._describe()

    def step(self) -> bool:
        """Publishes tiles as far as readers keep up; returns whether some are still wanted."""
        while self._wanted and self._driver.pending < PENDING:
            viewer, places = next(iter(self._wanted.items()))
            if not places:
                del self._wanted[viewer]
                continue
            self._publish(*places[0])
        return bool(self._wanted)

    def _publish(self, level: int, x: int, y: int) -> None:
        for places in self._wanted.values():  # one tile is for all who want it
            if (level, x, y) in places:
                places.remove((level, x, y))
        pixels = self._levels[level][y : y + TILE, x : x + TILE]
        height, width = pixels.shape
        stored = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("<"))
        self._driver.publish(
            "image_tile",
            level=level,
            x=x,
            y=y,
            width=width,
            height=height,
            format=self._format,
            pixels=stored.reshape(-1).view(np.uint8),
        )

    def _check(self, level: int, x: int, y: int) -> None:
        if level < len(self._levels):
            height, width = self._levels[level].shape
            if x % TILE == 0 and y % TILE == 0 and x < width and y < height:
                return
        raise cwire.Refused(f"there is no tile at x {x}, y {y} of level {level}", "ERANGE")

    def _describe(self) -> Image:
        image = Image()
        image.height, image.width = (np.uint32(side) for side in self._levels[0].shape)
        image.tile_width = image.tile_height = np.uint32(TILE)
        image.levels = np.uint32(len(self._levels))
        image.lease = LEASE
        return image


def format_of(dtype: np.dtype[Any]) -> PixelFormat:
    """Returns the format of a type of numbers.

    Raises:
        ValueError: There is none.
    """
    name = dtype.name.upper()
    if name not in PixelFormat.__members__:
        known = ", ".join(one.name.lower() for one in PixelFormat)
        raise ValueError(f"pixels are {dtype}: convert them with astype to one of {known}")
    return PixelFormat[name]


def stripes() -> npt.NDArray[np.uint16]:
    """Returns an image to look at."""
    rows, columns = np.ogrid[:8192, :8192]
    image: npt.NDArray[np.uint16] = ((np.sin(rows / 50) * np.sin(columns / 80) + 1) * 32767).astype(
        np.uint16
    )
    return image


def main() -> None:
    """Publishes until Ctrl-C."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", nargs="?", help="an image in a .npy file; stripes, without")
    options = parser.parse_args()
    image = stripes() if options.file is None else np.load(options.file, mmap_mode="r")
    if image.ndim != 2:
        parser.error(f"{options.file} has {image.ndim} dimensions: an image has 2")
    driver = cwire.Driver("pyramid", MESSAGES)
    try:
        source = TileSource(driver, pyramid_of(image))
    except ValueError as problem:
        parser.error(str(problem))
    try:
        driver.poll(0)
        print(f"listening at {driver.path} (Ctrl-C stops)", flush=True)
        while True:
            driver.poll(LEAST_WAIT if source.step() else MOST_WAIT)
    except KeyboardInterrupt:
        driver.close()


if __name__ == "__main__":
    main()
