"""Clients that are connected, subscribed and wait."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil

from bare_websocket import BareWebSocket
from cwire_structs.websocket import SUBPROTOCOL

__all__ = ["receive"]

_PER_ADDRESS = 10_000  # loopback ports are not without end: 127.0.0.1, 127.0.0.2, …
_SETTLE_SECONDS = 0.5


@dataclass(frozen=True)
class IdleRun:
    """The number of clients, the relay's memory for them, and its processor time at rest."""

    clients: int
    bytes: int
    connect_s: float
    cpu_share: float


def receive(url: str, token: str, relay_pid: int, clients: int) -> IdleRun:
    """Connects them one after the other; the relay's resident memory before and after."""
    relay = psutil.Process(relay_pid)
    waiting = [_connect(url, token, 0) for _ in range(10)]  # what the first ones cost, all need
    before = relay.memory_info().rss
    begin = time.perf_counter()
    waiting += [_connect(url, token, number) for number in range(clients)]
    connect_s = time.perf_counter() - begin
    time.sleep(_SETTLE_SECONDS)
    after = relay.memory_info().rss
    relay.cpu_percent()
    time.sleep(1)
    share = relay.cpu_percent() / 100
    for connection in waiting:
        connection.socket.close()
    return IdleRun(clients, after - before, connect_s, share)


def _connect(url: str, token: str, number: int) -> BareWebSocket:
    source = f"127.0.0.{1 + number // _PER_ADDRESS}"
    connection = BareWebSocket(url, token, SUBPROTOCOL, source)
    connection.next_json("hello")
    connection.send_json(op="subscribe", id=1, driver=None, messages=["tile"])
    connection.next_json("subscribed")
    return connection
