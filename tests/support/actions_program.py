"""A server with actions of every kind: for clients in other languages.

python actions_program.py [PORT TOKEN]
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from cwire_server import ActionError, Server

cancelled = threading.Event()
"""Whether a `scan` was told that nobody wants it any more."""


def create(name: str, seats: int = 1) -> dict[str, Any]:
    """Creates an event."""
    return {"id": 2**63 + 1, "name": name, "seats": seats, "price": float("nan")}


def echo(out: Any, data: Any) -> None:
    """Sends its data back."""
    out.send(data)


def scale(values: Any, factor: float) -> Any:
    """Multiplies an array."""
    assert isinstance(values, np.ndarray)
    return values * factor


def scan(out: Any, points: int, progress: Any) -> int:
    """Sends squares, with progress; returns how many."""
    for point in range(points):
        progress(point + 1, points, "measuring")
        out.send(np.full(3, point**2, "f8"))
    return points


def endless() -> Iterator[int]:
    """Yields numbers until it is told to end."""
    number = 0
    try:
        while True:
            yield number
            number += 1
    finally:
        cancelled.set()


def was_cancelled() -> bool:
    """Waits until `endless` was told to end."""
    was = cancelled.wait(30)
    cancelled.clear()
    return was


def fail(code: str = "") -> None:
    """Fails, with a code of its own or without."""
    if code:
        raise ActionError("no such sample", code)
    raise ValueError("broken")


class Counter(threading.Thread):
    """Says a number when it is asked to, and at its start."""

    process_id: str
    output: Any

    def run(self) -> None:
        """Counts until it is stopped."""
        number = 0
        while not self.output.stopping.wait(0.02):
            number += 1
            self.output.send(action="counter_increment", data={"count": number})


API = {
    "events": {"create": create},
    "echo": echo,
    "scale": scale,
    "scan": scan,
    "endless": endless,
    "was_cancelled": was_cancelled,
    "fail": fail,
}


def made(**config: Any) -> Server:
    """A server with all of it."""
    server = Server(API, config)
    server.add_process("counter", Counter)
    return server


SERVER = made()
"""For `cwire serve --actions`."""

if __name__ == "__main__":
    port, token = (sys.argv[1:] or ["0", "0123456789abcdef0123456789abcdef"])[:2]
    made(port=int(port), token=token).run_forever()
