"""A relay made of a few lines, for what a real one would never do. Real WebSockets, own thread."""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets, bind_unix_socket
from tornado.web import Application
from tornado.websocket import WebSocketClosedError, WebSocketHandler

import cwire
from cwire_structs import frames
from support import schemas
from support.processes import until

_T = TypeVar("_T")


def driver(name: str = "lab", source: object = 1, **changes: Any) -> dict[str, Any]:
    """A driver as `hello` tells it."""
    return {
        "name": name,
        "source": source,
        "socket": f"/run/{name}.sock",
        "state": "up",
        "session": 7,
        "epoch": "1",
        "schema": schemas.document(),
        **changes,
    }


def ticks(first: int, count: int, source: int = 1) -> bytes:
    """A batch of `tick` frames with these sequence numbers; time is the number in seconds."""
    return b"".join(
        frames.pack(
            schemas.TICK,
            number.to_bytes(8, "little") + bytes(32),
            source=source,
            sequence=number % (1 << 32),
            time_ns=number * 10**9,
        )
        for number in range(first, first + count)
    )


def pictures(first: int, *pixels: int) -> bytes:
    """A batch of `picture` frames with so many pixels each; each pixel is the picture's number."""
    return b"".join(
        frames.pack(
            schemas.PICTURE,
            number.to_bytes(8, "little") + number.to_bytes(2, "little") * count,
            source=1,
            sequence=number,
            time_ns=number * 10**9,
        )
        for number, count in enumerate(pixels, first)
    )


class FakeRelay:
    """Answers as little as possible: a hello, `subscribed`, and what `on_binary` says.

    Attributes:
        drivers: What the hello lists.
        hello: Instead of a proper hello; None: no hello at all.
        token: Needed from clients, if set.
        answers: Whether subscriptions are answered.
        first: First sequences that `subscribed` tells, by message.
        refuses: No connection is let in: as if it were just starting.
        on_binary: Makes the answer to each binary message.
        on_request: Called with each text message, when it has been answered.
        accepted: How many connections have been let in.
        received: What came and has been handled: dicts for text, bytes for binary.
    """

    def __init__(
        self, *drivers: Mapping[str, Any], unix: Path | None = None, port: int = 0
    ) -> None:
        self.drivers = list(drivers) or [driver()]
        self.hello: dict[str, Any] | str | None = {
            "op": "hello",
            "protocol": 1,
            "server": "fake",
            "client": 3,
            "limits": {"frame": 1 << 26, "hello": 1 << 22, "batch": 1 << 18, "command": 1 << 20},
            "drivers": self.drivers,
        }
        self.token: str | None = None
        self.answers = True
        self.subprotocol: str | None = "cwire.v1"
        self.first: Mapping[str, int | None] = {}
        self.refuses = False
        self.accepted = 0
        self.on_request: Callable[[dict[str, Any]], object] = lambda request: None
        self.on_binary: Callable[[bytes], str | bytes | None] = lambda data: None
        self.received: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.connected = threading.Event()
        self.gone = threading.Event()
        self._unix = unix
        self._port = port
        self._handlers: set[_Handler] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        self.call(self._listen)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _listen(self) -> None:
        application = Application([("/ws", _Handler, {"relay": self})])
        self._server = HTTPServer(application)
        sockets = bind_sockets(self._port, "127.0.0.1")
        self.url = f"ws://127.0.0.1:{sockets[0].getsockname()[1]}/ws"
        self._server.add_sockets(sockets)
        if self._unix is not None:
            self._server.add_socket(bind_unix_socket(str(self._unix)))

    def stop(self) -> None:
        """Hangs up and listens no more."""

        async def stop() -> None:
            for handler in tuple(self._handlers):
                handler.close(1001, "the relay is stopping")
            self._server.stop()
            await self._server.close_all_connections()
            # Tornado ends its handlers in tasks of their own.
            others = asyncio.all_tasks() - {asyncio.current_task()}
            if others:
                await asyncio.wait(others, timeout=5)

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(10)

    def call(self, function: Callable[[], _T]) -> _T:
        """Runs a function in the relay's thread."""

        async def run() -> _T:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def say(self, op: str, **fields: Any) -> None:
        """Sends a text message to all clients."""
        self.send(json.dumps({"op": op, **fields}))

    def send(self, message: str | bytes) -> None:
        """Sends any message to all clients."""
        self.call(lambda: self.greet(message))

    def greet(self, message: str | bytes) -> None:
        """The same, for functions that run in the relay's thread."""
        for handler in tuple(self._handlers):
            with contextlib.suppress(WebSocketClosedError):  # the client is just going
                handler.write_message(message, binary=isinstance(message, bytes))

    def hang_up(self, code: int = 1001, reason: str = "the relay is stopping") -> None:
        """Closes all connections."""
        self.call(lambda: self.close_all(code, reason))

    def close_all(self, code: int = 1001, reason: str = "the relay is stopping") -> None:
        """The same, for functions that run in the relay's thread."""
        for handler in tuple(self._handlers):
            self._handlers.discard(handler)  # at once: nothing is sent to it any more
            handler.close(code, reason)

    def set_drivers(self, *drivers: Mapping[str, Any]) -> None:
        """From now on a hello lists these."""
        self.drivers[:] = drivers

    def next(self, kind: type[_T]) -> _T:
        """The next message from a client that is of this type."""
        while True:
            message = self.received.get(timeout=10)
            if isinstance(message, kind):
                return message


class _Handler(WebSocketHandler):
    def initialize(self, relay: FakeRelay) -> None:
        self.relay = relay

    def prepare(self) -> None:
        if self.relay.refuses:
            self.set_status(503)
            self.finish("not yet")
            return
        token = self.relay.token
        if token and self.request.headers.get("Authorization") != f"Bearer {token}":
            self.set_status(401)
            self.finish("the token is missing or wrong")

    def check_origin(self, origin: str) -> bool:
        return True

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return self.relay.subprotocol

    def open(self, *args: str, **kwargs: str) -> None:
        self.relay._handlers.add(self)
        self.relay.accepted += 1
        hello = self.relay.hello
        if hello is not None:
            self.write_message(hello if isinstance(hello, str) else json.dumps(hello))
        self.relay.connected.set()

    def on_close(self) -> None:
        self.relay._handlers.discard(self)
        self.relay.gone.set()

    def on_message(self, message: str | bytes) -> None:
        if self not in self.relay._handlers:
            return  # it was on its way when the relay hung up
        if isinstance(message, bytes):
            self.relay.received.put(message)
            answer = self.relay.on_binary(message)
            if answer is not None:
                self.write_message(answer, binary=isinstance(answer, bytes))
            return
        request = json.loads(message)
        if request["op"] == "subscribe" and self.relay.answers:
            self._subscribe(request)
        self.relay.on_request(request)
        self.relay.received.put(request)

    def _subscribe(self, request: dict[str, Any]) -> None:
        streams = []
        for one in self.relay.drivers:
            schema = one["schema"] or {"messages": {}}
            for number, item in schema["messages"].items():
                wanted = request["messages"] is None or item["name"] in request["messages"]
                if wanted and not item.get("command"):
                    streams.append(
                        {
                            "source": one["source"],
                            "message": item["name"],
                            "type": int(number),
                            "first_sequence": self.relay.first.get(item["name"]),
                        }
                    )
        if request["messages"] and not streams:
            text = f"no driver publishes {request['messages'][0]}"
            answer = {"op": "error", "id": request["id"], "code": "unknown_message", "text": text}
        else:
            answer = {"op": "subscribed", "id": request["id"], "streams": streams}
        self.write_message(json.dumps(answer))


def record(path: Path, *batches: bytes, count: int) -> Path:
    """Records batches that hold so many frames together; returns the path."""
    with FakeRelay() as relay, cwire.connect(relay.url) as bridge, bridge.record(path) as recorder:
        for batch in batches:
            relay.send(batch)
        until(lambda: recorder.frames == count)
    return path


class Ticker:
    """Publishes ticks from another thread until it is told to stop."""

    def __init__(self, relay: FakeRelay) -> None:
        self._relay = relay
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        number = 0
        while not self._stop.wait(0.002):
            self._relay.send(ticks(number, 5))
            number += 5

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()
