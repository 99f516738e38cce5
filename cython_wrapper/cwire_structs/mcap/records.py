"""The records of an MCAP file, written and read one by one.

https://mcap.dev/spec has what stands where. All numbers are little-endian. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np

__all__ = [
    "INDEX_ENTRY",
    "MAGIC",
    "MESSAGE_HEAD",
    "Channel",
    "ChunkIndex",
    "Cursor",
    "McapError",
    "Opcode",
    "SchemaRecord",
    "message_index",
    "pack_map",
    "pack_text",
    "record",
]

_CHUNK_HEAD = struct.Struct("<QQQQI")  # of a chunk's index: times, place, and size of the places
_PLACE = struct.Struct("<HQ")  # a channel, and where its messages' index is
_TWO = struct.Struct("<QQ")
MAGIC = b"\x89MCAP0\r\n"
"""The first and the last eight bytes of a file."""

MESSAGE_HEAD = np.dtype(
    [
        ("opcode", "u1"),
        ("length", "<u8"),
        ("channel", "<u2"),
        ("sequence", "<u4"),
        ("log_time", "<u8"),
        ("publish_time", "<u8"),
    ]
)
"""What stands in front of a message's data, its record's opcode and length included."""

INDEX_ENTRY = np.dtype([("time", "<u8"), ("offset", "<u8")])
"""A message in a chunk's index: its time, and where its record begins in the chunk."""


class Opcode(IntEnum):
    """The kinds of records."""

    HEADER = 0x01
    FOOTER = 0x02
    SCHEMA = 0x03
    CHANNEL = 0x04
    MESSAGE = 0x05
    CHUNK = 0x06
    MESSAGE_INDEX = 0x07
    CHUNK_INDEX = 0x08
    ATTACHMENT = 0x09
    ATTACHMENT_INDEX = 0x0A
    STATISTICS = 0x0B
    METADATA = 0x0C
    METADATA_INDEX = 0x0D
    SUMMARY_OFFSET = 0x0E
    DATA_END = 0x0F


class McapError(ValueError):
    """Bytes that are no MCAP file, or no whole one; the text says what is wrong where."""


def record(opcode: Opcode, *parts: bytes) -> bytes:
    """Returns a whole record."""
    body = b"".join(parts)
    return struct.pack("<BQ", opcode, len(body)) + body


def pack_text(text: str) -> bytes:
    """Returns a text with its length."""
    data = text.encode()
    return struct.pack("<I", len(data)) + data


def pack_map(pairs: Mapping[str, str]) -> bytes:
    """Returns a map of texts with its length."""
    body = b"".join(pack_text(key) + pack_text(value) for key, value in pairs.items())
    return struct.pack("<I", len(body)) + body


def message_index(channel: int, entries: np.ndarray[Any, Any]) -> bytes:
    """Returns the index of one channel's messages in a chunk."""
    data = entries.tobytes()
    return record(Opcode.MESSAGE_INDEX, struct.pack("<HI", channel, len(data)), data)


class Cursor:
    """Reads fields one behind the other.

    Args:
        data: Where from.
        start: The first byte.
        stop: The byte behind the last one.
    """

    __slots__ = ("at", "data", "stop")

    def __init__(self, data: memoryview, start: int = 0, stop: int | None = None) -> None:
        self.data = data
        self.at = start
        self.stop = len(data) if stop is None else stop

    def take(self, count: int) -> memoryview:
        """Returns the next bytes.

        Raises:
            McapError: There are not so many.
        """
        if count > self.stop - self.at:
            raise McapError(f"a record ends too early: {count} bytes are missing at {self.at}")
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def number(self, size: int) -> int:
        """Returns an unsigned number of so many bytes."""
        return int.from_bytes(self.take(size), "little")

    def text(self) -> str:
        """Returns a text; bytes that are none are replaced."""
        return str(self.take(self.number(4)), "utf-8", "replace")

    def map(self) -> dict[str, str]:
        """Returns a map of texts."""
        inner = self.inner(4)
        pairs = {}
        while inner.at < inner.stop:
            key = inner.text()
            pairs[key] = inner.text()
        return pairs

    def inner(self, size: int) -> Cursor:
        """Returns a cursor over the bytes that follow, whose count stands in front of them."""
        count = self.number(size)
        start = self.at
        self.take(count)
        return Cursor(self.data, start, start + count)

    def records(self) -> Iterator[tuple[int, Cursor, int]]:
        """Yields opcode, content and first byte of each record that is whole."""
        while self.stop - self.at >= 9:
            start = self.at
            opcode = self.data[start]
            length = int.from_bytes(self.data[start + 1 : start + 9], "little")
            if length > self.stop - start - 9:
                return
            self.at = start + 9 + length
            yield opcode, Cursor(self.data, start + 9, self.at), start


@dataclass(frozen=True, slots=True)
class SchemaRecord:
    """A schema of messages' data."""

    id: int
    name: str
    encoding: str
    data: bytes

    def pack(self) -> bytes:
        """Returns it as a record."""
        head = struct.pack("<H", self.id) + pack_text(self.name) + pack_text(self.encoding)
        return record(Opcode.SCHEMA, head, struct.pack("<I", len(self.data)), self.data)

    @classmethod
    def read(cls, cursor: Cursor) -> SchemaRecord:
        """Reads a record's content."""
        id_, name, encoding = cursor.number(2), cursor.text(), cursor.text()
        return cls(id_, name, encoding, bytes(cursor.take(cursor.number(4))))


@dataclass(frozen=True, slots=True)
class Channel:
    """A stream of messages; ``schema`` is 0 if it has none."""

    id: int
    schema: int
    topic: str
    encoding: str
    metadata: Mapping[str, str] = field(default_factory=dict)

    def pack(self) -> bytes:
        """Returns it as a record."""
        head = struct.pack("<HH", self.id, self.schema)
        texts = pack_text(self.topic) + pack_text(self.encoding)
        return record(Opcode.CHANNEL, head, texts, pack_map(self.metadata))

    @classmethod
    def read(cls, cursor: Cursor) -> Channel:
        """Reads a record's content."""
        id_, schema = cursor.number(2), cursor.number(2)
        return cls(id_, schema, cursor.text(), cursor.text(), cursor.map())


@dataclass(frozen=True, slots=True)
class ChunkIndex:
    """Where a chunk lies, what it has, and when that was.

    Attributes:
        first: Time of its first message, in ns.
        last: Time of its last message.
        start: First byte of its record.
        length: Bytes of its record.
        indexes: Where the index of each channel's messages lies.
        index_length: Bytes of these indexes.
        compression: Empty, ``zstd`` or ``lz4``.
        compressed: Bytes of its messages as they are in the file.
        size: Bytes of its messages.
    """

    first: int
    last: int
    start: int
    length: int
    indexes: Mapping[int, int]
    index_length: int
    compression: str
    compressed: int
    size: int

    def pack(self) -> bytes:
        """Returns it as a record."""
        offsets = b"".join(struct.pack("<HQ", key, at) for key, at in self.indexes.items())
        return record(
            Opcode.CHUNK_INDEX,
            struct.pack("<QQQQ", self.first, self.last, self.start, self.length),
            struct.pack("<I", len(offsets)),
            offsets,
            struct.pack("<Q", self.index_length),
            pack_text(self.compression),
            struct.pack("<QQ", self.compressed, self.size),
        )

    @classmethod
    def read(cls, cursor: Cursor) -> ChunkIndex:
        """Reads a record's content."""
        # At once: a large file has thousands of them, and is opened in the time that this takes.
        first, last, start, length, size = _CHUNK_HEAD.unpack(cursor.take(_CHUNK_HEAD.size))
        places = cursor.take(size)
        if size % _PLACE.size:
            raise McapError(
                "the file's summary is damaged: the places of a chunk's indexes are cut"
            )
        indexes = dict(_PLACE.iter_unpack(places))
        index_length, compression = cursor.number(8), cursor.text()
        compressed, size = _TWO.unpack(cursor.take(_TWO.size))
        return cls(first, last, start, length, indexes, index_length, compression, compressed, size)
