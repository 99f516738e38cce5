"""Writes frames as XDF, the format of LabRecorder, which stores streams of the Lab Streaming Layer.

A file is the text ``XDF:`` and chunks: length, tag, content. The format is described at
https://github.com/sccn/xdf/wiki/Specifications.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from cwire.saving.streams import Channel, Stream, streams_of
from cwire.saving.table import Part, Table

__all__ = ["write_xdf"]

_FILE_HEADER, _STREAM_HEADER, _SAMPLES, _BOUNDARY, _STREAM_FOOTER = 1, 2, 3, 5, 6
_BOUNDARY_MARK = bytes.fromhex("43a546dccbf5410fb30ed5467383cbe4")
_SECOND = 1_000_000_000
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class _Written:
    """A stream that is in the file.

    Attributes:
        number: Its number there.
        stream: What it is.
        count: Samples so far.
        first: Time stamp of the first one.
        last: Time stamp of the last one.
    """

    number: int
    stream: Stream
    count: int = 0
    first: float = 0.0
    last: float = 0.0


def write_xdf(path: Path, tables: Sequence[Table]) -> None:
    """A stream or more for each message, with a channel for each element of its fields.

    Time stamps are seconds since the second in which the first frame was published; each stream's
    ``desc/time_origin`` says when that was. No clock offsets are in the file: all stamps are of
    one clock.
    """
    with path.open("wb") as file:
        file.write(b"XDF:")
        origin: int | None = None
        streams: list[_Written] = []
        for table in tables:
            own: list[_Written] = []
            for part in table.equal_parts():
                stamps = part.time.astype(np.int64)
                if origin is None:
                    origin = int(stamps[0]) // _SECOND * _SECOND if len(stamps) else 0
                    when = f"<datetime>{_iso(origin)}</datetime>"
                    _chunk(file, _FILE_HEADER, _xml(f"<version>1.0</version>{when}"))
                if not own:
                    found = streams_of(table.name, part)
                    own = [_Written(len(streams) + 1 + i, one) for i, one in enumerate(found)]
                    streams += own
                    for one in own:
                        _chunk(file, _STREAM_HEADER, _header(one.stream, origin), one.number)
                if len(stamps):
                    _write(file, own, part, (stamps - origin) / _SECOND)
        if origin is None:
            _chunk(file, _FILE_HEADER, _xml("<version>1.0</version>"))
        for stream in streams:
            numbers = (
                f"<first_timestamp>{stream.first!r}</first_timestamp>"
                f"<last_timestamp>{stream.last!r}</last_timestamp>"
                f"<sample_count>{stream.count}</sample_count>"
            )
            _chunk(file, _STREAM_FOOTER, _xml(numbers), stream.number)


def _header(stream: Stream, origin: int) -> bytes:
    channels = "".join(map(_channel, stream.channels))
    return _xml(
        f"<name>{_text(stream.name)}</name><type>cwire</type>"
        f"<channel_count>{len(stream.channels)}</channel_count><nominal_srate>0</nominal_srate>"
        f"<channel_format>{stream.format}</channel_format>"
        f"<source_id>cwire {_text(stream.name)}</source_id><version>1.10</version>"
        f"<desc><channels>{channels}</channels>"
        f"<time_origin>{_iso(origin)}</time_origin></desc>"
    )


def _channel(channel: Channel) -> str:
    texts = {"label": channel.label} | dict(channel.notes)
    inner = "".join(f"<{key}>{_text(text)}</{key}>" for key, text in texts.items())
    return f"<channel>{inner}</channel>"


def _write(
    file: BinaryIO, streams: Sequence[_Written], part: Part, stamps: npt.NDArray[np.float64]
) -> None:
    for one in streams:
        rows = one.stream.rows(part)
        if one.stream.format == "string":
            body = b"".join(map(_text_sample, stamps.tolist(), rows.tolist()))
        else:
            layout = [("bytes", "u1"), ("stamp", "<f8"), ("values", rows.dtype, rows.shape[1:])]
            samples = np.empty(len(rows), layout)
            samples["bytes"], samples["stamp"], samples["values"] = 8, stamps, rows
            body = samples.tobytes()
        _chunk(file, _SAMPLES, _length(len(rows)) + body, one.number)
        one.first = one.first if one.count else float(stamps[0])
        one.last = float(stamps[-1])
        one.count += len(rows)
    _chunk(file, _BOUNDARY, _BOUNDARY_MARK)


def _text_sample(stamp: float, texts: Sequence[str]) -> bytes:
    encoded = [text.encode() for text in texts]
    parts = [part for one in encoded for part in (_length(len(one)), one)]
    return b"".join([b"\x08", struct.pack("<d", stamp), *parts])


def _chunk(file: BinaryIO, tag: int, content: bytes, stream: int | None = None) -> None:
    head = struct.pack("<H", tag) + (b"" if stream is None else struct.pack("<I", stream))
    file.write(_length(len(head) + len(content)) + head)
    file.write(content)


def _length(count: int) -> bytes:
    """A number as XDF has it: how many bytes it takes, and these."""
    for size in (1, 4, 8):
        if count < 1 << 8 * size:
            return bytes([size]) + count.to_bytes(size, "little")
    raise AssertionError(count)


def _xml(inner: str) -> bytes:
    return f'<?xml version="1.0"?><info>{inner}</info>'.encode()


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _iso(time_ns: int) -> str:
    return f"{np.datetime64(time_ns, 'ns').astype('M8[s]')}Z"
