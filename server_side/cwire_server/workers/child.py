"""Runs functions in a process of its own: ``python -m cwire_server.workers.child FD``.

It has a socket to the relay's process, by which it gets functions and sends what they send. It ends
with that process, however that ends, since its standard input ends then.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

from cwire_server.workers.channel import StreamEnded
from cwire_structs.action_values import encode

__all__ = ["main"]


class _Out:
    """As `cwire_server.workers.out.Out`."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def send(self, value: object, *, wait: bool = True) -> bool:
        self._line.send(("result", encode(value), wait))
        answer = self._line.recv()
        if isinstance(answer, str):
            raise StreamEnded(answer)
        return bool(answer)


class _Progress:
    """As `cwire_server.workers.out.Progress`."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def __call__(self, done: float, total: float | None = None, text: str = "") -> None:
        if math.isfinite(done):
            self._line.send(("progress", done, total, str(text)))


def main(number: int) -> None:
    """Runs one function after the other, until the relay has no more."""
    threading.Thread(target=_end_with_the_relay, daemon=True).start()
    with Connection(number) as line:
        sys.path[:] = line.recv()
        while True:
            try:
                task = line.recv()
            except EOFError:
                return
            except Exception as error:  # what it was given cannot be imported here
                line.send(("raised", error))
                continue
            line.send(_run(line, *task))


def _run(line: Connection, function: Any, given: dict[str, Any], context: dict[str, Any]) -> Any:
    make: dict[str, Any] = {
        "out": _Out(line),
        "progress": _Progress(line),
        "log": logging.getLogger(f"cwire.actions.{context['action']}"),
        **context,
    }
    try:
        returned = function(**given, **{name: make[name] for name in context["names"]})
        if hasattr(returned, "__next__"):
            returned = _all_of(returned, _Out(line))
        return "returned", None if returned is None else encode(returned)
    except BaseException as error:
        return "raised", _portable(error)


def _all_of(generator: Any, out: _Out) -> Any:
    while True:
        try:
            out.send(next(generator))
        except StopIteration as stop:
            return stop.value


def _portable(error: BaseException) -> BaseException:
    """An error that the relay's process can read; what it was raised by goes along as text."""
    import pickle
    import traceback

    error.add_note("".join(traceback.format_exception(error)).rstrip())
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own, just now
    except Exception:
        told = RuntimeError(f"{type(error).__name__}: {error}")
        told.add_note(error.__notes__[-1])
        return told
    return error


def _end_with_the_relay() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
