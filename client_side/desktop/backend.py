"""The Python back-end of the desktop app: actions that read arrays, and the app's page.

python backend.py --data FOLDER

It ends when its standard input does: with the app, however that ends.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cwire_server import ActionError, Server

PAGE = Path(__file__).with_name("page")
LARGE = "large.f64"
LARGE_VALUES = 1 << 17
MISSING = """{path} is missing; make it with these lines of Python:
import numpy as np
x = np.linspace(0, 2 * np.pi, 1000)
np.sin(x).tofile("{path}")"""


class Arrays:
    """The actions of the app.

    Args:
        folder: Where the files are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read_array(self, name: Literal["data.f64", "large.f64"] = "data.f64") -> Any:
        """Reads a file of float64."""
        path = self._folder / name
        if not path.exists():
            raise ActionError(MISSING.format(path=path), "missing")
        return np.fromfile(path, "<f8")

    def make_large(self) -> int:
        """Makes a file of 1 MiB to measure with; returns its bytes."""
        path = self._folder / LARGE
        if not path.exists():
            np.arange(LARGE_VALUES, dtype="<f8").tofile(path)
        return path.stat().st_size


def end_with_input() -> None:
    """Ends this process as SIGTERM does when whoever started it is gone."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serves until the app ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    arrays = Arrays(parser.parse_args().data)
    threading.Thread(target=end_with_input, daemon=True).start()
    api = {"read_array": arrays.read_array, "make_large": arrays.make_large}
    Server(api, {"port": 0, "pages": PAGE}).run_forever()


if __name__ == "__main__":
    main()
