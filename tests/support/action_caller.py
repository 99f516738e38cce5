"""A client that calls actions by the protocol alone."""

from __future__ import annotations

import json
from typing import Any

from cwire_server import Server
from cwire_structs import frames
from cwire_structs.action_values import ARRAY_TYPE, Arrays, decode, encode
from support.raw_client import RawClient

__all__ = ["Caller"]


class Caller(RawClient):
    """A client that calls actions by the protocol alone."""

    def __init__(self, server: Server) -> None:
        super().__init__(
            f"ws://127.0.0.1:{server.port}/ws", Authorization=f"Bearer {server.config.token}"
        )
        self.arrays = Arrays()
        self.count = 0

    async def next(self) -> dict[str, Any]:
        """The next text, with its values as they are, behind its arrays."""
        while isinstance(message := await self.read(), bytes):
            at = 0
            while at < len(message):
                header = frames.unpack_header(message, at)
                assert header.type == ARRAY_TYPE
                payload = memoryview(message)[at + frames.HEADER_SIZE : at + header.size]
                self.arrays.take(header.request, payload)
                at += frames.span(header.size)
        assert message is not None, (self.close_code, self.close_reason)
        told: dict[str, Any] = json.loads(message)
        if told.get("op") not in ("session", "progress"):
            self.count += 1
            told["data"] = decode(told.get("data"), self.arrays.claim())
        return told

    async def call(self, id: object, action: str, data: Any = None, **options: Any) -> None:
        """Calls an action with any value."""
        encoded = encode(data)
        if encoded.frames:
            await self.send(b"".join(encoded.frames))
        head = json.dumps({"op": "call", "id": id, "action": action, **options})[:-1]
        await self.send(f'{head}, "data": {encoded.text}}}')

    async def end(self, id: object) -> dict[str, Any]:
        """The last message of a stream, whatever comes before."""
        while True:
            told = await self.next()
            if told.get("id") == id and told["op"] in ("end", "failed"):
                return told

    async def done(self, action: str, data: Any = None, **options: Any) -> dict[str, Any]:
        """Calls an action, and waits for its end."""
        await self.call("done", action, data, **options)
        return await self.end("done")
