"""A running napari publishes which tiles of its images are on the screen, 60 times a second.

    pip install "napari[pyqt6]"
    python client_side/examples/napari_tiles.py
    cwire serve                                      in another terminal

A notebook, a script or a page then follows what somebody looks at, and steers it:

    bridge = cwire.connect()
    bridge.latest("visible_tiles")[-1].tiles         rows and columns of the tiles
    bridge.send.look_at(y=2048, x=1024, zoom=2)      the reply says what is seen now

The relay's page /viewer shows the image itself, the tiles that are in view there.
"""

from __future__ import annotations

from typing import Annotated, Any

import napari
import numpy as np
import numpy.typing as npt
from numpy_pyramid import MESSAGES, TileSource
from qtpy.QtCore import QTimer

import cwire

TILE = 256  # pixels
RATE = 60.0  # times a second


class VisibleTiles:
    """The tiles of an image that are on the screen."""

    layer: Annotated[str, cwire.text(32), "Name of the layer."]
    level: Annotated[np.uint32, "Of a pyramid: 0 is the full image."]
    tile_size: Annotated[np.uint32, cwire.unit("px")]
    zoom: Annotated[float, "Pixels of the screen for one of the full image."]
    tiles: Annotated[np.uint32, cwire.tail(2), "Row and column of each, from 0."]


class View:
    """The pixel at the middle of the view, and the zoom."""

    y: Annotated[float, cwire.unit("px")]
    x: Annotated[float, cwire.unit("px")]
    zoom: float


def tiles_between(first: npt.ArrayLike, last: npt.ArrayLike) -> npt.NDArray[np.uint32]:
    """Returns row and column of the tiles in a rectangle of pixels, both corners included."""
    low = np.maximum(np.asarray(first), 0) // TILE
    high = np.asarray(last) // TILE
    rows, columns = (np.arange(a, b + 1) for a, b in zip(low, high, strict=True))
    grid = np.meshgrid(rows, columns, indexing="ij")
    return np.stack(grid, axis=-1).reshape(-1, 2).astype(np.uint32)


class TilePublisher:
    """Publishes what a viewer shows, and its image, in the viewer's own loop.

    Args:
        viewer: The viewer.
        driver: The driver; this polls it.
        levels: Of the image, for pages that show it themselves.
    """

    def __init__(
        self, viewer: napari.Viewer, driver: cwire.Driver, levels: list[npt.NDArray[Any]]
    ) -> None:
        self._viewer = viewer
        self._source = TileSource(driver, levels)
        self._camera = getattr(viewer, "scene", viewer).camera  # napari 0.9 moved it
        self._driver = driver
        driver.command(self.look_at)
        self._timer = QTimer()  # Qt's thread handles the commands, too: they may touch the viewer
        self._timer.timeout.connect(self.step)
        self._timer.start(round(1000 / RATE))

    def step(self) -> None:
        """Publishes the visible tiles of each image, if anybody wants them; handles commands."""
        if self._driver.wanted("visible_tiles"):
            for layer in self._viewer.layers:
                if isinstance(layer, napari.layers.Image) and layer.visible:
                    self._publish(layer)
        self._source.step()
        self._driver.poll()

    def _publish(self, layer: Any) -> None:
        first, last = layer.corner_pixels[:, list(self._viewer.dims.displayed)]
        self._driver.publish(
            "visible_tiles",
            layer=layer.name.encode()[:32].decode(errors="ignore"),
            level=layer.data_level,
            tile_size=TILE,
            zoom=self._camera.zoom,
            tiles=tiles_between(first, last),
        )

    def look_at(
        self,
        y: Annotated[float, cwire.unit("px")],
        x: Annotated[float, cwire.unit("px")],
        zoom: Annotated[float, cwire.range(1e-3, 1e3)] = 1.0,
    ) -> View:
        """Points the camera at a pixel."""
        self._camera.center = (y, x)
        self._camera.zoom = zoom
        view = View()
        _, view.y, view.x = self._camera.center
        view.zoom = self._camera.zoom
        return view

    def close(self) -> None:
        """Stops publishing, and tells the readers."""
        self._timer.stop()
        self._driver.close()


def main() -> None:
    """Opens a viewer with a pyramid of stripes, and publishes until it is closed."""
    rows, columns = np.ogrid[:8192, :8192]
    image = (np.sin(rows / 50) * np.sin(columns / 80) * 127 + 128).astype(np.uint8)
    viewer = napari.Viewer(title="napari publishes its visible tiles")
    levels = [image, image[::2, ::2], image[::4, ::4], image[::8, ::8]]
    viewer.add_image(levels, name="stripes")
    driver = cwire.Driver("napari", [VisibleTiles, View, *MESSAGES])
    publisher = TilePublisher(viewer, driver, levels)
    napari.run()
    publisher.close()


if __name__ == "__main__":
    main()
