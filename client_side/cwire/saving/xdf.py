"""Writes frames as XDF, the format of LabRecorder, which stores streams of the Lab Streaming Layer.

A file is the text ``XDF:`` and chunks: length, tag, content. A stream has channels of one number
format, so a message has up to three: its numbers as ``double64``, integers of 64 bits as ``int64``
under the name ``MESSAGE.int64``, and texts as ``MESSAGE.text``. The format is described at
https://github.com/sccn/xdf/wiki/Specifications.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from cwire.data.columns import Column
from cwire.errors import InvalidArgument
from cwire.saving.table import Part, Table

__all__ = ["write_xdf"]

_FILE_HEADER, _STREAM_HEADER, _SAMPLES, _BOUNDARY, _STREAM_FOOTER = 1, 2, 3, 5, 6
_BOUNDARY_MARK = bytes.fromhex("43a546dccbf5410fb30ed5467383cbe4")
_MOST_CHANNELS = 16384  # of a field: each is described by a text of its own
_LARGEST = 2**63 - 1
_SECOND = 1_000_000_000
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class _Stream:
    """One stream: channels of one number format.

    Attributes:
        number: Its number in the file.
        name: What it is called.
        format: Of its channels: ``double64``, ``int64`` or ``string``.
        names: Of the fields in it.
        count: Samples so far.
        first: Time stamp of the first one.
        last: Time stamp of the last one.
    """

    number: int
    name: str
    format: str
    names: list[str] = field(default_factory=list)
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
        streams: list[_Stream] = []
        for table in tables:
            own: list[_Stream] = []
            for part in table.equal_parts():
                stamps = part.time.astype(np.int64)
                if origin is None:
                    origin = int(stamps[0]) // _SECOND * _SECOND if len(stamps) else 0
                    when = f"<datetime>{_iso(origin)}</datetime>"
                    _chunk(file, _FILE_HEADER, _xml(f"<version>1.0</version>{when}"))
                if not own:
                    own = list(_streams(table.name, part, len(streams) + 1))
                    streams += own
                    for stream in own:
                        _chunk(file, _STREAM_HEADER, _header(stream, part, origin), stream.number)
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


def _streams(name: str, part: Part, number: int) -> Iterator[_Stream]:
    names: dict[str, list[str]] = {"double64": [], "int64": [], "string": []}
    for field_name, values, _ in part.named():
        if values.dtype.kind == "M":
            continue
        if (elements := prod(values.shape[1:])) > _MOST_CHANNELS:
            raise InvalidArgument(
                f"{field_name} has {elements:,} elements, and .xdf a channel for each: "
                "choose other fields, or elements of it, or save as .h5"
            )
        names[_format(field_name, values)].append(field_name)
    for format_, suffix in (("double64", ""), ("int64", ".int64"), ("string", ".text")):
        if names[format_]:
            yield _Stream(number, name + suffix, format_, names[format_])
            number += 1


def _format(name: str, values: npt.NDArray[Any]) -> str:
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind == "O":
        return "string"
    if kind in "iu" and size == 8:
        return "int64"
    if kind in "biu" or (kind == "f" and size <= 8) or (kind == "c" and size <= 16):
        return "double64"
    raise InvalidArgument(f"{name} is {values.dtype}, which .xdf cannot hold: choose other fields")


def _header(stream: _Stream, part: Part, origin: int) -> bytes:
    channels = "".join(
        _channel(label, column)
        for name, values, column in part.named()
        if name in stream.names
        for label in _labels(name, values, column)
    )
    count = channels.count("<channel>")
    return _xml(
        f"<name>{_text(stream.name)}</name><type>cwire</type>"
        f"<channel_count>{count}</channel_count><nominal_srate>0</nominal_srate>"
        f"<channel_format>{stream.format}</channel_format>"
        f"<source_id>cwire {_text(stream.name)}</source_id><version>1.10</version>"
        f"<desc><channels>{channels}</channels>"
        f"<time_origin>{_iso(origin)}</time_origin></desc>"
    )


def _labels(name: str, values: npt.NDArray[Any], column: Column | None) -> Iterator[str]:
    for place in product(*map(range, values.shape[1:])):
        label = name if column is None else column.element_name(place)
        if values.dtype.kind == "c":
            yield f"{label}.real"
            yield f"{label}.imag"
        else:
            yield label


def _channel(label: str, column: Column | None) -> str:
    texts = {"label": label}
    if column is not None:
        notes = column.notes
        texts |= {"unit": notes.pop("units", "")} | notes
        if column.labels is not None:
            texts["enum"] = " ".join(f"{name}={value}" for value, name in column.labels.items())
    inner = "".join(f"<{key}>{_text(text)}</{key}>" for key, text in texts.items() if text)
    return f"<channel>{inner}</channel>"


def _write(
    file: BinaryIO, streams: Sequence[_Stream], part: Part, stamps: npt.NDArray[np.float64]
) -> None:
    columns = {name: values for name, values, _ in part.named()}
    for stream in streams:
        values = [_flat(name, columns[name], stream.format) for name in stream.names]
        rows = np.concatenate(values, axis=1) if len(values) > 1 else values[0]
        if stream.format == "string":
            body = b"".join(map(_text_sample, stamps.tolist(), rows.tolist()))
        else:
            layout = [("bytes", "u1"), ("stamp", "<f8"), ("values", rows.dtype, rows.shape[1:])]
            samples = np.empty(len(rows), layout)
            samples["bytes"], samples["stamp"], samples["values"] = 8, stamps, rows
            body = samples.tobytes()
        _chunk(file, _SAMPLES, _length(len(rows)) + body, stream.number)
        stream.first = stream.first if stream.count else float(stamps[0])
        stream.last = float(stamps[-1])
        stream.count += len(rows)
    _chunk(file, _BOUNDARY, _BOUNDARY_MARK)


def _flat(name: str, values: npt.NDArray[Any], format_: str) -> npt.NDArray[Any]:
    flat = values.reshape(len(values), -1)
    if format_ == "string":
        return flat
    if format_ == "int64":
        if flat.dtype.kind == "u" and flat.size and int(flat.max()) > _LARGEST:
            raise InvalidArgument(
                f"{name} has numbers above 2**63 - 1, which .xdf cannot hold: choose other fields"
            )
        return flat.astype("<i8")
    if flat.dtype.kind == "c":
        flat = np.ascontiguousarray(flat).view(flat.real.dtype)
    return flat.astype("<f8")


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
