"""Reads and writes with the library `websockets`, which is not ours."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.streams import StreamReader
from websockets.utils import apply_mask

_T = TypeVar("_T")
_MASK = b"\x01\x80\xff\x7e"


def _stream(data: bytes) -> StreamReader:
    stream = StreamReader()
    stream.feed_data(data)
    stream.feed_eof()
    return stream


def _result(parser: Generator[None, None, _T]) -> _T:
    while True:
        try:
            next(parser)
        except StopIteration as end:
            result: _T = end.value
            return result


def http_request(data: bytes) -> Request:
    """The request that some bytes are."""
    return _result(Request.parse(_stream(data).read_line))


def masked_frames(data: bytes) -> list[Frame]:
    """The frames that a client has sent."""
    return _frames(data, mask=True)


def plain_frames(data: bytes) -> list[Frame]:
    """The frames that a server has sent."""
    return _frames(data, mask=False)


def _frames(data: bytes, *, mask: bool) -> list[Frame]:
    stream = _stream(data)
    found = []
    while not _result(stream.at_eof()):
        found.append(_result(Frame.parse(stream.read_exact, mask=mask)))
    return found


def masked_frame(first: int, payload: bytes) -> bytes:
    """A client's frame with any first byte, always with the same mask."""
    plain = plain_frame(first, payload)
    head = plain[: len(plain) - len(payload)]
    return bytes((first, head[1] | 0x80)) + head[2:] + _MASK + apply_mask(payload, _MASK)


def plain_frame(first: int, payload: bytes) -> bytes:
    """A server's frame with any first byte."""
    return bytes((first,)) + Frame(Opcode.BINARY, payload).serialize(mask=False)[1:]
