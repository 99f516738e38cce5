"""Reads a WebSocket with a few lines, for measurements in which the reader may not cost much."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
from typing import Any
from urllib.parse import urlsplit

from cwire_structs.websocket import LENGTH, MASK_BYTES, OPCODE, VERSION, Opcode, head

__all__ = ["BINARY", "TEXT", "BareWebSocket", "masked", "parse_head"]

TEXT, BINARY = Opcode.TEXT, Opcode.BINARY
_READ = 64 << 10


def masked(opcode: int, payload: bytes) -> bytes:
    """A client's message. The mask is zero: servers take it, and nothing needs to be masked."""
    return head(opcode, len(payload), masked=True) + bytes(MASK_BYTES) + payload


def parse_head(data: bytes | bytearray | memoryview, at: int, end: int) -> tuple[int, int, int]:
    """Opcode, payload bytes and header bytes of the message at an offset; all 0 if it is cut."""
    if end - at < 2:
        return 0, 0, 0
    opcode, size = data[at] & OPCODE, data[at + 1] & LENGTH
    if size < 126:
        return opcode, size, 2
    if size == 126:
        return (opcode, *struct.unpack_from("!H", data, at + 2), 4) if end - at >= 4 else (0, 0, 0)
    return (opcode, *struct.unpack_from("!Q", data, at + 2), 10) if end - at >= 10 else (0, 0, 0)


class BareWebSocket:
    """A connection that is past its handshake.

    Attributes:
        socket: The blocking socket.
        rest: What has been read of the messages after those that `next` gave.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        subprotocol: str | None = None,
        source: str = "127.0.0.1",
    ) -> None:
        parts = urlsplit(url)
        assert parts.port is not None
        self.socket = socket.create_connection(
            ("127.0.0.1", parts.port), timeout=20, source_address=(source, 0)
        )
        lines = [
            f"GET {parts.path or '/'} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            f"Sec-WebSocket-Version: {VERSION}",
        ]
        lines += [f"Sec-WebSocket-Protocol: {subprotocol}"] if subprotocol else []
        lines += [f"Authorization: Bearer {token}"] if token else []
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self._read()
        answer, _, self.rest = self.rest.partition(b"\r\n\r\n")
        if b" 101 " not in answer.split(b"\r\n")[0]:
            raise ConnectionError(answer.decode(errors="replace"))

    def _read(self) -> None:
        piece = self.socket.recv(_READ)
        if not piece:
            raise ConnectionError("the server has hung up")
        self.rest += piece

    def send(self, opcode: int, payload: bytes) -> None:
        """Sends a message."""
        self.socket.sendall(masked(opcode, payload))

    def send_json(self, **fields: Any) -> None:
        """Sends a text message."""
        self.send(TEXT, json.dumps(fields).encode())

    def next(self) -> tuple[int, bytes]:
        """The next message: its opcode and payload. For the beginning, not for speed."""
        while True:
            opcode, size, begin = parse_head(self.rest, 0, len(self.rest))
            if begin and len(self.rest) >= begin + size:
                payload, self.rest = self.rest[begin : begin + size], self.rest[begin + size :]
                return opcode, payload
            self._read()

    def next_json(self, op: str) -> dict[str, Any]:
        """The next text message with this op."""
        while True:
            opcode, payload = self.next()
            if opcode == TEXT:
                message: dict[str, Any] = json.loads(payload)
                if message.get("op") == op:
                    return message
