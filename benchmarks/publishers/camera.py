"""A driver in Python that publishes pictures: camera.py SOCKET RATE."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import numpy as np

import cwire

SIDE = 2048  # pixels
PICTURES = 4  # different ones, in turns


class Camera:
    """A picture."""

    picture: Annotated[np.uint16, cwire.array(SIDE, SIDE)]


def main() -> None:
    """Publishes until it is ended; a picture that is late is left out."""
    path, period = sys.argv[1], 1 / float(sys.argv[2])
    rows, columns = np.ogrid[:SIDE, :SIDE]
    pictures = [
        (rows * 16 + columns * 16 + 4096 * number).astype(np.uint16) for number in range(PICTURES)
    ]
    with cwire.Driver("camera", Camera, path) as driver:
        print("listening", flush=True)
        due = time.perf_counter()
        for number in range(sys.maxsize):
            driver.publish("camera", pictures[number % PICTURES])
            due = max(due + period, time.perf_counter())
            time.sleep(max(due - time.perf_counter(), 0))


if __name__ == "__main__":
    main()
