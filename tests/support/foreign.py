"""What the library `websockets` makes of bytes: a reader that is not ours."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from websockets.frames import Frame
from websockets.http11 import Request
from websockets.streams import StreamReader

_T = TypeVar("_T")


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
    stream = _stream(data)
    found = []
    while not _result(stream.at_eof()):
        found.append(_result(Frame.parse(stream.read_exact, mask=True)))
    return found
