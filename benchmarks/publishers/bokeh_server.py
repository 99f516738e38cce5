"""Bokeh's server with a driver's data in a page: bokeh_server.py CASE RELAY TOKEN.

What comes from the driver goes on as bokeh's documentation says it: into a ColumnDataSource, by a
periodic callback. Bokeh has no means against a browser that is slower than that, and would pile
pictures up in memory: so the page tells when it has one, and not more than two are under way.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.document import Document
from bokeh.models import ColumnDataSource, CustomJS, LinearColorMapper, Range1d
from bokeh.palettes import Viridis256
from bokeh.plotting import figure
from bokeh.server.server import Server

import cwire

SIDE = 1024  # pixels of a picture on the screen
TILE = 256
FIRST = 8192  # place of the first tile in its image
PERIOD_MS = 16
UNDER_WAY = 2
POINTS = 10_000
RATE = 750_000  # samples per second

Columns = dict[str, Any]
Read = Callable[[], tuple[int, Columns] | None]


def tiles(bridge: cwire.Bridge) -> Read:
    """Reads 4 x 4 tiles of the demo driver's image, as the viewer asks for them."""
    places = [(x, y) for y in range(4) for x in range(4)]
    wanted = [
        {"x": FIRST + TILE * x, "y": FIRST + TILE * y, "level": 0, "have": 0} for x, y in places
    ]
    number = {(one["x"], one["y"]): at for at, one in enumerate(wanted)}
    pictures = [np.zeros((TILE, TILE), "f4") for _ in places]
    asked = 0.0

    def read() -> tuple[int, Columns] | None:
        nonlocal asked
        if time.monotonic() > asked + 1:  # before the lease is over
            asked = time.monotonic()
            bridge.send.want_tiles(viewer=7, format="FLOAT32", rate=60, tiles=wanted)
        # Records: another viewer may ask for tiles of other sizes.
        newest = -1
        for frame in bridge.latest("image_tile", len(places)):
            at = number.get((frame["x"], frame["y"])) if frame["level"] == 0 else None
            if at is not None:
                pictures[at] = frame["pixels"].view("f4").reshape(TILE, TILE)
                newest = int(frame["picture"])
        if newest < 0:
            return None
        columns = {
            "image": pictures,
            "x": [TILE * x for x, _ in places],
            "y": [TILE * y for _, y in places],
            "size": [TILE] * len(places),
        }
        return newest, columns

    return read


def camera(bridge: cwire.Bridge) -> Read:
    """Reads pictures of a camera."""

    def read() -> tuple[int, Columns] | None:
        frames = bridge.latest("camera")
        assert isinstance(frames, cwire.FrameArray)
        if not len(frames):
            return None
        columns = {"image": [frames["picture"][0]], "x": [0], "y": [0], "size": [SIDE]}
        return int(frames.sequence[0]), columns

    return read


def blocks(bridge: cwire.Bridge) -> Read:
    """Reads blocks of two channels."""
    places = np.arange(POINTS) / RATE

    def read() -> tuple[int, Columns] | None:
        frames = bridge.latest("sweep", 2)
        if len(frames) < 2:
            return None
        lines = {f"y{frame['channel']}": frame["samples"] for frame in frames}
        return int(frames[-1]["block"]), {"x": places, **lines}

    return read


CASES = {"tiles": tiles, "camera": camera, "blocks": blocks}


def show(document: Document, case: str, url: str, token: str) -> None:
    """Makes a page, which follows the driver for as long as it is open."""
    # Its types do not know what `image` takes, nor that a range may have plain numbers.
    plot: Any
    taken: Any
    bridge = cwire.connect(url, token)
    read = CASES[case](bridge)
    if case == "blocks":
        source = ColumnDataSource({"x": [], "y0": [], "y1": []})
        plot = figure(width=1240, height=420, y_range=Range1d(start=-1.2, end=3.2))
        for name, color in (("y0", "#0072b2"), ("y1", "#d55e00")):
            plot.line("x", name, source=source, color=color)
    else:
        source = ColumnDataSource({"image": [], "x": [], "y": [], "size": []})
        x, y = Range1d(start=0, end=SIDE), Range1d(start=0, end=SIDE)
        plot = figure(frame_width=SIDE, frame_height=SIDE, x_range=x, y_range=y)
        high = 65535 if case == "camera" else 1
        mapper = LinearColorMapper(palette=Viridis256, low=0, high=high)
        plot.image("image", "x", "y", "size", "size", source=source, color_mapper=mapper)
    taken = Range1d(start=0, end=0)  # any model that the page may change
    taken.name = "taken"
    source.js_on_change("data", CustomJS(args={"taken": taken}, code="taken.end = taken.end + 1"))
    sent, newest = 0, -1

    def update() -> None:
        nonlocal sent, newest
        if sent - taken.end >= UNDER_WAY:
            return
        found = read()
        if found is None or found[0] == newest:
            return
        newest, columns = found
        sent += 1
        source.data = columns

    document.add_root(plot)
    document.add_periodic_callback(update, PERIOD_MS)
    document.on_session_destroyed(lambda _: bridge.close())


def main() -> None:
    """Serves until it is ended."""
    case, url, token = sys.argv[1:]
    server = Server(
        {"/": lambda document: show(document, case, url, token)},
        port=0,
        address="127.0.0.1",
        unused_session_lifetime_milliseconds=100,
        check_unused_sessions_milliseconds=100,
    )
    server.start()
    print(f"http://localhost:{server.port}/", flush=True)
    server.run_until_shutdown()


if __name__ == "__main__":
    main()
