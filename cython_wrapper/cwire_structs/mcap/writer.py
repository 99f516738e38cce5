"""Writes frames into an MCAP file, a run of them at a time.

Messages are collected into chunks. What is not in a whole chunk yet is lost if the program is
killed; what is, any reader finds again, also without the summary at the file's end. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from cwire_structs.frames import HEADER, HEADER_SIZE
from cwire_structs.mcap.bodies import body_fields, fill_bodies
from cwire_structs.mcap.compression import compress
from cwire_structs.mcap.reader import McapFile
from cwire_structs.mcap.records import (
    INDEX_ENTRY,
    MAGIC,
    MESSAGE_HEAD,
    Channel,
    ChunkIndex,
    Opcode,
    SchemaRecord,
    message_index,
    pack_map,
    pack_text,
    record,
)
from cwire_structs.mcap.ros2 import Description

__all__ = ["CHUNK_BYTES", "Writer", "mended"]

CHUNK_BYTES = 4 << 20
"""Bytes of messages after which a chunk is complete."""

_SMALL = 16  # records of which so many fit into a chunk are copied there
_RECORD_HEAD = 9  # bytes of a record's opcode and length
_MESSAGE_CONTENT = (
    MESSAGE_HEAD.itemsize - _RECORD_HEAD
)  # bytes of a message's content before its data


class Writer:
    """Makes an MCAP file out of frames.

    Args:
        write: Takes buffers, to write one behind the other at the file's end.
        library: Who writes it, for people.
        compression: Of the chunks: empty, ``zstd`` or ``lz4``.
        chunk_bytes: Bytes of messages after which a chunk is complete.

    Attributes:
        written: Bytes of the file so far.
        waiting: Bytes of messages that are in no chunk yet.
        count: Messages so far.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Any]], None],
        *,
        library: str,
        compression: str = "",
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        if compression:
            compress(compression, [b""])  # is it there?
        self._write = write
        self._compression = compression
        self._chunk_bytes = chunk_bytes
        self._schemas: list[SchemaRecord] = []
        self._channels: list[Channel] = []
        self._counts: list[int] = []  # messages of each channel
        self._chunks: list[ChunkIndex] = []
        self._metadata: list[bytes] = []  # their indexes
        self._buffer = np.empty(chunk_bytes, np.uint8)  # of the chunk's small messages
        self._used = 0  # bytes of it
        self._listed = 0  # bytes of it that are in `_parts`
        self._parts: list[Any] = []  # of the chunk
        self._entries: dict[int, list[npt.NDArray[Any]]] = {}  # by channel, of this chunk
        self.written = 0
        self.waiting = 0
        self.count = 0
        self._put(MAGIC, record(Opcode.HEADER, pack_text("ros2"), pack_text(library)))

    def _put(self, *parts: Any) -> None:
        self._write(parts)
        self.written += sum(memoryview(part).nbytes for part in parts)

    def schema(self, name: str, encoding: str, data: bytes) -> int:
        """Adds a schema, if it is not there yet, and returns its number."""
        for known in self._schemas:
            if (known.name, known.encoding, known.data) == (name, encoding, data):
                return known.id
        added = SchemaRecord(len(self._schemas) + 1, name, encoding, data)
        self._put(added.pack())
        self._schemas.append(added)
        return added.id

    def channel(self, topic: str, encoding: str, schema: int, metadata: Mapping[str, str]) -> int:
        """Adds a channel and returns its number."""
        added = Channel(len(self._channels) + 1, schema, topic, encoding, metadata)
        self._put(added.pack())
        self._channels.append(added)
        self._counts.append(0)
        return added.id

    def metadata(self, name: str, pairs: Mapping[str, str]) -> None:
        """Adds texts that are not of a certain time."""
        packed = record(Opcode.METADATA, pack_text(name), pack_map(pairs))
        self._metadata.append(_metadata_index(self.written, len(packed), name))
        self._put(packed)

    def message(self, channel: int, sequence: int, time: int, data: bytes) -> None:
        """Adds one message.

        Args:
            channel: Its number.
            sequence: Any number modulo 2³².
            time: In ns since 1970.
            data: What the channel's encoding says.
        """
        head = np.zeros(1, MESSAGE_HEAD)
        head["opcode"], head["length"] = Opcode.MESSAGE, _MESSAGE_CONTENT + len(data)
        head["channel"], head["sequence"] = channel, sequence
        head["log_time"] = head["publish_time"] = time
        packed = np.frombuffer(head.tobytes() + data, np.uint8)
        if len(packed) > self._chunk_bytes:
            self._list(packed)
        else:
            self._room(len(packed), 1)[:] = packed
        self._note(channel, head["log_time"], len(packed))

    def frames(
        self,
        channel: int,
        rows: npt.NDArray[np.uint8],
        size: int,
        description: Description,
    ) -> None:
        """Adds frames of one message and one size.

        Args:
            channel: Its number.
            rows: The frames, of shape (n, bytes of a frame).
            size: Bytes of a payload.
            description: Of the message.
        """
        fields, between = body_fields(size, description)
        dtype = np.dtype([*MESSAGE_HEAD.descr, *fields])
        step = dtype.itemsize
        if step > self._chunk_bytes // _SMALL:
            self._large(channel, rows, size, dtype, between, description)
            return
        at = 0
        while at < len(rows):
            room = (self._chunk_bytes - self._used) // step
            if not room:
                self.flush()
                continue
            some = rows[at : at + room]
            out = self._room(step, len(some)).view(dtype)
            times = _fill(out, channel, some)
            fill_bodies(out, some, size, description)
            self._note(channel, times, step)
            at += len(some)

    def _large(
        self,
        channel: int,
        rows: npt.NDArray[np.uint8],
        size: int,
        dtype: np.dtype[Any],
        between: bytes,
        description: Description,
    ) -> None:
        """Adds frames that are written from where they lie."""
        heads = np.dtype(dtype.descr[: len(MESSAGE_HEAD.descr) + 1])
        fixed = description.fixed if description.tail else size
        for index in range(len(rows)):
            head = np.empty(1, heads)
            row = rows[index : index + 1]
            times = _fill(head, channel, row, dtype.itemsize)
            head["encapsulation"] = np.void(description.encapsulation)
            self._list(head.view(np.uint8))
            self._list(row[0, HEADER_SIZE : HEADER_SIZE + fixed])
            if description.tail is not None:
                self._list(np.frombuffer(between, np.uint8))
                self._list(row[0, HEADER_SIZE + fixed : HEADER_SIZE + size])
            self._note(channel, times, dtype.itemsize)

    def _room(self, step: int, count: int) -> npt.NDArray[np.uint8]:
        """Returns the place for so many records, each of `step` bytes."""
        if self._used + step * count > self._chunk_bytes:
            self.flush()
        start, self._used = self._used, self._used + step * count
        return self._buffer[start : self._used]

    def _list(self, part: npt.NDArray[np.uint8]) -> None:
        """Puts bytes that are not in the buffer behind those that are."""
        if self._listed < self._used:
            self._parts.append(self._buffer[self._listed : self._used])
            self._listed = self._used
        if len(part):
            self._parts.append(part)

    def _note(self, channel: int, times: npt.NDArray[Any], step: int) -> None:
        """Indexes messages that were added, and completes the chunk if it is full."""
        count = len(times)
        entries = np.empty(count, INDEX_ENTRY)
        entries["time"] = times
        entries["offset"] = self.waiting + step * np.arange(count)
        self._entries.setdefault(channel, []).append(entries)
        self._counts[channel - 1] += count
        self.count += count
        self.waiting += step * count
        if self.waiting >= self._chunk_bytes:
            self.flush()

    def flush(self) -> None:
        """Completes the chunk, so that all messages so far are in the file."""
        if not self.waiting:
            return
        indexes = {key: np.concatenate(parts) for key, parts in self._entries.items()}
        first = min(int(entries["time"].min()) for entries in indexes.values())
        last = max(int(entries["time"].max()) for entries in indexes.values())
        self._list(np.empty(0, np.uint8))
        parts, size = self._parts, self.waiting
        check = 0
        for part in parts:
            check = crc32(part, check)
        self._parts, self._entries, self.waiting = [], {}, 0
        self._used = self._listed = 0
        if self._compression:
            parts = [compress(self._compression, parts)]
        stored = sum(memoryview(part).nbytes for part in parts)
        fields = struct.pack("<QQQI", first, last, size, check) + pack_text(self._compression)
        head = fields + struct.pack("<Q", stored)
        start = self.written
        length = _RECORD_HEAD + len(head) + stored
        self._put(struct.pack("<BQ", Opcode.CHUNK, length - _RECORD_HEAD), head, *parts)
        places, packed = {}, []
        at = self.written
        for key, entries in indexes.items():
            places[key] = at
            packed.append(message_index(key, _by_time(entries)))
            at += len(packed[-1])
        self._put(*packed)
        self._chunks.append(
            ChunkIndex(
                first,
                last,
                start,
                length,
                places,
                at - start - length,
                self._compression,
                stored,
                size,
            )
        )

    def finish(self) -> None:
        """Completes the file: readers find all by the summary at its end."""
        self.flush()
        counts = {
            channel.id: count
            for channel, count in zip(self._channels, self._counts, strict=True)
            if count
        }
        self._put(
            *_ending(
                self.written, self._schemas, self._channels, counts, self._chunks, self._metadata
            )
        )


def mended(file: McapFile) -> tuple[int, list[bytes]]:
    """Returns how much of a file that is not whole to keep, and what belongs behind that.

    All messages of whole chunks are in the result; those in no chunk are read by going through
    the file, as before.
    """
    keep, parts, chunks = file.end, [], list(file.chunks)
    if chunks:  # the index of the last one may be cut
        last = chunks[-1]
        behind = last.start + last.length
        if not any(at > behind for at, _ in file.metadata_places):
            keep = behind
            at, places = behind, {}
            for channel, entries in file.indexes(len(chunks) - 1).items():
                places[channel] = at
                parts.append(message_index(channel, entries))
                at += len(parts[-1])
            chunks[-1] = replace(last, indexes=places, index_length=at - behind)
    metadata = [
        _metadata_index(at, length, name)
        for (at, length), (name, _) in zip(file.metadata_places, file.metadata, strict=True)
    ]
    start = keep + sum(map(len, parts))
    schemas, channels = [*file.schemas.values()], [*file.channels.values()]
    return keep, [*parts, *_ending(start, schemas, channels, file.counts(), chunks, metadata)]


def _metadata_index(at: int, length: int, name: str) -> bytes:
    return record(Opcode.METADATA_INDEX, struct.pack("<QQ", at, length), pack_text(name))


def _ending(
    start: int,
    schemas: Sequence[SchemaRecord],
    channels: Sequence[Channel],
    counts: Mapping[int, int],
    chunks: Sequence[ChunkIndex],
    metadata: Sequence[bytes],
) -> list[bytes]:
    """Returns what stands behind the data: their end, the summary, the footer and the magic.

    Args:
        start: Where it begins.
        schemas: All of them.
        channels: All of them.
        counts: Messages by channel.
        chunks: Where they are.
        metadata: Records of their indexes.
    """
    end = record(Opcode.DATA_END, bytes(4))
    numbers = b"".join(struct.pack("<HQ", channel, count) for channel, count in counts.items())
    first = min((chunk.first for chunk in chunks), default=0)
    last = max((chunk.last for chunk in chunks), default=0)
    total = sum(counts.values())
    statistics = record(
        Opcode.STATISTICS,
        struct.pack("<QHIIII", total, len(schemas), len(channels), 0, len(metadata), len(chunks)),
        struct.pack("<QQI", first, last, len(numbers)),
        numbers,
    )
    groups = [
        (Opcode.SCHEMA, [schema.pack() for schema in schemas]),
        (Opcode.CHANNEL, [channel.pack() for channel in channels]),
        (Opcode.STATISTICS, [statistics]),
        (Opcode.CHUNK_INDEX, [chunk.pack() for chunk in chunks]),
        (Opcode.METADATA_INDEX, list(metadata)),
    ]
    summary = start + len(end)
    parts, offsets, at = [], [], summary
    for opcode, records in groups:
        data = b"".join(records)
        if data:
            place = struct.pack("<BQQ", opcode, at, len(data))
            offsets.append(record(Opcode.SUMMARY_OFFSET, place))
            parts.append(data)
            at += len(data)
    parts += offsets
    # The check covers the footer's first two numbers, too.
    footer = struct.pack("<BQQQ", Opcode.FOOTER, 20, summary, at)
    check = crc32(footer, crc32(b"".join(parts)))
    return [end, *parts, footer, struct.pack("<I", check), MAGIC]


def _fill(
    out: npt.NDArray[Any],
    channel: int,
    rows: npt.NDArray[np.uint8],
    length: int | None = None,
) -> npt.NDArray[Any]:
    """Writes the heads of records, and returns the frames' times."""
    headers = rows[:, :HEADER_SIZE].view(HEADER)[:, 0]
    times: npt.NDArray[Any] = headers["time_ns"]
    out["opcode"] = Opcode.MESSAGE
    out["length"] = (out.dtype.itemsize if length is None else length) - _RECORD_HEAD
    out["channel"] = channel
    out["sequence"] = headers["sequence"]
    out["log_time"] = out["publish_time"] = times
    return times


def _by_time(entries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    times = entries["time"]
    if (times[1:] >= times[:-1]).all():
        return entries
    return entries[np.argsort(times, kind="stable")]
