"""The words of a peer of the driver, for receivers that read the driver's own bytes."""

from __future__ import annotations

from collections.abc import Callable

from cwire_structs import control, frames
from cwire_structs.control import Hello
from cwire_structs.schema import Schema

__all__ = ["REPLY_BYTES", "order", "read_hello"]

REPLY_BYTES = frames.HEADER_SIZE  # the empty OK that answers the order

_MESSAGES = {64: "sample", 1 << 20: "block"}


def read_hello(read: Callable[[], bytes]) -> tuple[Schema, bytes]:
    """Reads the driver's hello; its schema, and the bytes to answer with."""
    received = b""
    while True:
        received += read()
        found = frames.scan(received)
        if found.special and found.span <= len(received):
            header = frames.unpack_header(received)
            hello = control.parse_control(received[frames.HEADER_SIZE : header.size])
            assert isinstance(hello, Hello)
            return Schema.from_json(hello.schema), control.answer()


def order(schema: Schema, frame_bytes: int, count: int) -> bytes:
    """The command that has frames published, paced."""
    command = schema.messages["publish"]
    number = schema.messages[_MESSAGES[frame_bytes]].id
    batch = 64 if frame_bytes == 64 else 1
    fields = {"count": count, "message": number, "batch": batch, "paced": 1, "rate": 0}
    return frames.pack(command.id, command.encode(fields), request=1)
