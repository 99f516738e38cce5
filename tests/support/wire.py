"""A peer in plain Python, from PROTOCOL.md alone: independent of the code under test."""

from __future__ import annotations

import json
import socket
import struct
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

HEADER = struct.Struct("<IHBBIIQ")
HELLO = struct.Struct("<II8sQIIII")
MAGIC = b"cwire\0\0\0"
REPLY, ERROR = 1, 2
ANSWER = struct.pack("<II8sII", 2, 1, MAGIC, 0, 0)


class Frame(NamedTuple):
    """One frame: the header's fields and the payload."""

    type: int
    flags: int
    source: int
    sequence: int
    request: int
    time_ns: int
    payload: bytes

    @property
    def error(self) -> tuple[int, str]:
        """Code and text of an error reply or of a bye."""
        at = 4 if self.type == 0 else 0
        code = struct.unpack_from("<i", self.payload, at)[0]
        return code, self.payload[at + 4 :].decode()


def pack(
    type_: int,
    payload: bytes = b"",
    *,
    flags: int = 0,
    sequence: int = 0,
    request: int = 0,
    size: int | None = None,
) -> bytes:
    """A frame's bytes; `size` forges the size field."""
    length = HEADER.size + len(payload)
    head = HEADER.pack(length if size is None else size, type_, flags, 0, sequence, request, 0)
    return head + payload + bytes(-length % 8)


class Peer:
    """A connection to a driver. Every wait ends after `timeout` seconds."""

    def __init__(self, path: Path | str, *, answer: bool = True, timeout: float = 10.0) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.buffer = bytearray()
        self.timeout = timeout
        if answer:
            self.hello = self.read_hello()
            self.send(pack(0, ANSWER))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def _receive(self) -> bytes:
        return self.socket.recv(1 << 20)

    def frame(self) -> Frame | None:
        """The next frame; None when the driver has closed the connection."""
        size = None
        while size is None or len(self.buffer) < size + (-size % 8):
            if len(self.buffer) >= HEADER.size:
                size = HEADER.unpack_from(self.buffer)[0]
                if len(self.buffer) >= size + (-size % 8):
                    break
            data = self._receive()
            if not data:
                assert not self.buffer, "the connection ended inside a frame"
                return None
            self.buffer += data
        span = size + (-size % 8)
        length, type_, flags, source, sequence, request, time_ns = HEADER.unpack_from(self.buffer)
        payload = bytes(self.buffer[HEADER.size : length])
        assert not any(self.buffer[length:span]), "the padding is not zero"
        del self.buffer[:span]
        return Frame(type_, flags, source, sequence, request, time_ns, payload)

    def read_hello(self) -> dict[str, Any]:
        frame = self.frame()
        assert frame is not None
        assert frame.type == 0
        kind, protocol, magic, epoch, frame_bytes, heartbeat, name_size, schema_size = (
            HELLO.unpack_from(frame.payload)
        )
        assert (kind, magic) == (1, MAGIC)
        name = frame.payload[HELLO.size : HELLO.size + name_size].decode()
        text = frame.payload[HELLO.size + name_size :]
        assert len(text) == schema_size
        return {
            "protocol": protocol,
            "epoch": epoch,
            "frame_bytes": frame_bytes,
            "heartbeat_ms": heartbeat,
            "name": name,
            "schema": json.loads(text),
        }

    def wait_for(self, type_: int, *, flags: int = 0) -> Frame:
        """The next frame of this type and these flags; others are passed over."""
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline:
            frame = self.frame()
            assert frame is not None, "the driver closed the connection"
            if frame.type == type_ and frame.flags == flags:
                return frame
        raise AssertionError(f"no frame of type {type_} within {self.timeout} s")

    def call(self, type_: int, payload: bytes = b"", *, request: int = 1) -> Frame:
        """Sends a command and returns its reply."""
        self.send(pack(type_, payload, request=request))
        return self.reply(request)

    def reply(self, request: int) -> Frame:
        while True:
            frame = self.frame()
            assert frame is not None, "the driver closed the connection"
            if frame.flags & REPLY:
                assert frame.request == request
                return frame

    def bye(self) -> tuple[int, str]:
        """Code and text of the bye that ends the connection."""
        while True:
            frame = self.frame()
            assert frame is not None, "the connection ended without a bye"
            if frame.type == 0 and struct.unpack_from("<I", frame.payload)[0] == 5:
                assert self.frame() is None
                return frame.error
