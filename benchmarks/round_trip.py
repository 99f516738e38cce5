"""Seconds from a command to its reply, by the same client code through either relay."""

from __future__ import annotations

import json
import time

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from cwire_structs import control, frames

__all__ = ["measure_round_trips"]

_ECHO = 17
_PAYLOAD = bytes(40)


async def measure_round_trips(url: str, token: str | None, count: int) -> list[float]:
    """The seconds of each of `count` echoes, one after the other.

    With a token it is the cwire relay, else websockify, which passes the driver's own bytes.
    """
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    connection = await websocket_connect(
        HTTPRequest(url, headers=headers), subprotocols=None if token is None else ["cwire.v1"]
    )
    session = await (_greet_driver(connection) if token is None else _greet_relay(connection))
    seconds = []
    # The first ones warm up caches and are not counted.
    for request in range(1, count + 101):
        command = frames.pack(_ECHO, _PAYLOAD, source=1, sequence=session, request=request)
        begin = time.perf_counter()
        await connection.write_message(command, binary=True)
        reply = await connection.read_message()
        seconds.append(time.perf_counter() - begin)
        assert isinstance(reply, bytes)
        assert frames.unpack_header(reply).request == request
    connection.close()
    return seconds[100:]


async def _greet_relay(connection: WebSocketClientConnection) -> int:
    """Reads the relay's hello; the driver's session."""
    hello = await connection.read_message()
    assert isinstance(hello, str)
    return int(json.loads(hello)["drivers"][0]["session"])


async def _greet_driver(connection: WebSocketClientConnection) -> int:
    """Reads the driver's hello, which may come in pieces, and answers it."""
    received = b""
    while True:
        piece = await connection.read_message()
        assert isinstance(piece, bytes)
        received += piece
        found = frames.scan(received)
        if found.special and found.span <= len(received):
            break
    await connection.write_message(control.answer(), binary=True)
    return 0
