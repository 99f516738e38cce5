"""One function behind one server: `python action_servers.py cwire|tornado|fastapi|socketio`.

Prints the URL of its WebSocket, and a token if it needs one.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import numpy as np

__all__ = ["add", "array", "block", "compute", "count"]


def add(a: int, b: int) -> int:
    """Answers at once."""
    return a + b


def count(results: int) -> Iterator[dict[str, int]]:
    """A stream."""
    for number in range(results):
        yield {"number": number}


def array(size: int) -> Any:
    """So many random numbers."""
    return np.random.default_rng(0).random(size)


def block(seconds: float) -> None:
    """Waits."""
    time.sleep(seconds)


def compute(seconds: float) -> None:
    """Computes in Python, and holds its lock."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(1000))


async def block_async(seconds: float) -> None:
    """Waits, and gives its event loop nothing to do meanwhile."""
    time.sleep(seconds)


_calls = itertools.count()


def sometimes(seconds: float) -> None:
    """Returns at once, but each second time it waits for a fiftieth of that."""
    if next(_calls) % 2:
        time.sleep(seconds / 50)


async def add_async(a: int, b: int) -> int:
    """The same as `add` in an event loop."""
    return a + b


API = [add, add_async, count, array, block, block_async, compute, sometimes]


def _port() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    listener.setblocking(False)
    return listener


def _say(url: str, token: str = "") -> None:
    print(url, token, flush=True)


def _cwire() -> None:
    import cwire_server

    server = cwire_server.Server(API, {"port": 0})
    with server:
        _say(f"ws://127.0.0.1:{server.port}/ws", server.config.token)
        sys.setswitchinterval(1e-4)  # as `run_forever` does
        time.sleep(3600)


def _tornado() -> None:
    from tornado.httpserver import HTTPServer
    from tornado.web import Application
    from tornado.websocket import WebSocketHandler

    class Echo(WebSocketHandler):
        async def on_message(self, message: str | bytes) -> None:
            await self.write_message(message)

    async def serve() -> None:
        listener = _port()
        HTTPServer(Application([("/ws", Echo)])).add_socket(listener)
        _say(f"ws://127.0.0.1:{listener.getsockname()[1]}/ws")
        await asyncio.Event().wait()

    asyncio.run(serve())


def _fastapi() -> None:
    import uvicorn
    from fastapi import FastAPI, WebSocket, WebSocketDisconnect

    app = FastAPI()

    async def serve(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            while True:
                asked = await websocket.receive_json()
                if asked["action"] == "array":
                    value = array(**asked["data"]).tolist()
                else:
                    value = add(**asked["data"])
                await websocket.send_json({"id": asked["id"], "data": value})
        except WebSocketDisconnect:
            return

    # Its annotation is a text here, which FastAPI would look for among the module's names.
    serve.__annotations__["websocket"] = WebSocket
    app.add_api_websocket_route("/ws", serve)
    _uvicorn(uvicorn, app, "/ws")


def _socketio() -> None:
    import socketio
    import uvicorn

    server = socketio.AsyncServer(async_mode="asgi")

    async def on_add(sid: str, data: dict[str, int]) -> int:
        return add(**data)

    async def on_count(sid: str, data: dict[str, Any]) -> int:
        async for value in _each(data["results"]):
            await server.emit("result", {"id": data["id"], "data": value}, to=sid)
        return int(data["id"])

    server.on("add", on_add)
    server.on("count", on_count)
    _uvicorn(uvicorn, socketio.ASGIApp(server), "/socket.io/?EIO=4&transport=websocket")


async def _each(results: int) -> AsyncIterator[dict[str, int]]:
    for value in count(results):
        yield value


def _uvicorn(uvicorn: Any, app: Any, path: str) -> None:
    listener = _port()
    config = uvicorn.Config(
        app,
        log_level="error",
        ws="websockets-sansio",
        ws_max_size=1 << 30,
        ws_per_message_deflate=False,
    )
    _say(f"ws://127.0.0.1:{listener.getsockname()[1]}{path}")
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    {"cwire": _cwire, "tornado": _tornado, "fastapi": _fastapi, "socketio": _socketio}[
        sys.argv[1]
    ]()
