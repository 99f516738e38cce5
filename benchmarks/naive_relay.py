"""The baseline: a relay as one writes it first, with one WebSocket message per frame.

It speaks enough of PROTOCOL.md that the same client measures both: hello, subscribe, commands.
Run: naive_relay.py SOCKET; it prints its URL.
"""

from __future__ import annotations

import asyncio
import json
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from cwire_structs import control, frames
from cwire_structs.control import Hello
from cwire_structs.schema import Schema
from cwire_structs.websocket import SUBPROTOCOL

_SOURCE, _SESSION = 1, 1


class NaiveRelay:
    """One driver, its clients, and a Python loop over every frame."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.clients: set[NaiveHandler] = set()
        self.schema: Schema

    async def read_frame(self) -> tuple[frames.Header, bytes]:
        """The next frame of the driver."""
        head = await self.reader.readexactly(frames.HEADER_SIZE)
        header = frames.unpack_header(head)
        rest = await self.reader.readexactly(frames.span(header.size) - frames.HEADER_SIZE)
        return header, head + rest

    async def handshake(self) -> None:
        """Reads the hello and answers it."""
        header, frame = await self.read_frame()
        hello = control.parse_control(frame[frames.HEADER_SIZE : header.size])
        assert isinstance(hello, Hello)
        self.schema = Schema.from_json(hello.schema)
        self.writer.write(control.answer())

    async def run(self) -> None:
        """Forwards every frame to every client."""
        while True:
            header, frame = await self.read_frame()
            if header.type == frames.CONTROL:
                continue
            stamped = frame[:7] + bytes([_SOURCE]) + frame[8:]
            for client in self.clients:
                await client.write_message(stamped, binary=True)


class NaiveHandler(WebSocketHandler):
    """One client."""

    def initialize(self, relay: NaiveRelay) -> None:
        """Takes the relay."""
        self._relay = relay

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """The protocol that the client insists on."""
        return SUBPROTOCOL

    def open(self, *args: str, **kwargs: str) -> None:
        """Says hello."""
        driver = {
            "name": "load",
            "source": _SOURCE,
            "state": "up",
            "problem": None,
            "session": _SESSION,
            "epoch": "1",
            "schema": self._relay.schema.json,
        }
        limits = {"frame": 64 << 20, "hello": 4 << 20, "batch": 256 << 10, "command": 1 << 20}
        hello = {"op": "hello", "protocol": 1, "server": "naive", "client": 1, "limits": limits}
        self.write_message(json.dumps({**hello, "drivers": [driver]}))
        self._relay.clients.add(self)

    def on_message(self, message: str | bytes) -> None:
        """Answers a subscription with all messages, and passes commands on as they are."""
        if isinstance(message, bytes):
            self._relay.writer.write(message)
            return
        streams = [
            {"source": _SOURCE, "message": name, "type": entry.id, "first_sequence": None}
            for name, entry in self._relay.schema.published.items()
        ]
        request = json.loads(message)
        answer = {"op": "subscribed", "id": request["id"], "streams": streams}
        self.write_message(json.dumps(answer))

    def on_close(self) -> None:
        """Forgets the client."""
        self._relay.clients.discard(self)


async def main(path: str) -> None:
    """Relays until it is ended."""
    relay = NaiveRelay(*await asyncio.open_unix_connection(path))
    await relay.handshake()
    server = HTTPServer(Application([("/ws", NaiveHandler, {"relay": relay})]))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    print(f"ws://127.0.0.1:{sockets[0].getsockname()[1]}/ws", flush=True)
    await relay.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
