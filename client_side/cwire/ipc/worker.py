"""A process that reads, or writes, one order after another: `python -m cwire.ipc.worker FD`.

It lives longer than an order, because Python takes longer to start than most of them.
"""

from __future__ import annotations

import ctypes
import json
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict
from typing import Any

from cwire.ipc.iceoryx_writer import IceoryxWriter
from cwire.ipc.orders import ReadOrder, WriteOrder
from cwire.ipc.receive import receive
from cwire.ipc.receivers import (
    FdReceiver,
    IceoryxReceiver,
    MappedReceiver,
    Receiver,
    ZmqReceiver,
)
from cwire.ipc.relayed import RelayedReader
from cwire.ipc.ring_receiver import RingReceiver

__all__ = ["main"]

_LONGEST = 1 << 20  # bytes of a text
_MOST_FDS = 4
_PDEATHSIG = 1  # linux/prctl.h


def main(fd: int) -> None:
    """Carries out orders until nobody is there to give any."""
    # Ctrl-C is for the process that gives the orders, which keeps it from this one. However that
    # one ends, this one ends with it.
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
    with socket.socket(fileno=fd) as orders:
        while True:
            text, fds, _, _ = socket.recv_fds(orders, _LONGEST, _MOST_FDS)
            if not text:
                return
            try:
                _carry_out(orders, json.loads(text), fds)
            except Exception as error:  # whatever a library thinks of: it is told
                _say(orders, {"error": f"{type(error).__name__}: {error}"})


def _carry_out(orders: socket.socket, order: dict[str, Any], fds: list[int]) -> None:
    role = order.pop("role")
    with ExitStack() as stack:
        run = _prepare(stack, role, order, fds)
        _say(orders, {"ready": True})
        if role == "write" and not orders.recv(_LONGEST):
            return
        result = run()
        if role == "write":
            # Its messages may be gone with it: it stays until the readers have them.
            _say(orders, result)
            orders.recv(_LONGEST)
    if role == "read":
        _say(orders, result)


def _prepare(
    stack: ExitStack, role: str, order: dict[str, Any], fds: list[int]
) -> Callable[[], dict[str, Any]]:
    if role == "write":
        writer = stack.enter_context(closing(IceoryxWriter(WriteOrder(**order))))
        return lambda: asdict(writer.write())
    reading = ReadOrder(**order)
    if reading.way == "relay":
        reader = stack.enter_context(closing(RelayedReader(reading)))
        return lambda: asdict(reader.receive())
    receiver = stack.enter_context(closing(_receiver(reading, fds)))
    return lambda: asdict(receive(receiver, reading))


def _receiver(order: ReadOrder, fds: list[int]) -> Receiver:
    if order.way in ("pipe", "unix", "tcp"):
        return FdReceiver(fds[0], order.size, order.mode == "copy", order.fresh)
    if order.way in ("shared_memory", "file"):
        return MappedReceiver(order, fds[0] if fds else None)
    if order.way == "pyzmq":
        return ZmqReceiver(order)
    return RingReceiver(order) if order.way == "ring" else IceoryxReceiver(order)


def _say(orders: socket.socket, what: dict[str, Any]) -> None:
    orders.sendall(json.dumps(what).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
