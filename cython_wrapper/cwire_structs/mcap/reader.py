"""Reads MCAP files, also those whose writer was killed.

A whole file says at its end where its chunks are, and which messages are in them. Of a file that
ends in the middle the same is found by going from record to record, without looking into
chunks. Pure.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire_structs.mcap.compression import restore
from cwire_structs.mcap.records import (
    INDEX_ENTRY,
    MAGIC,
    MESSAGE_HEAD,
    Channel,
    ChunkIndex,
    Cursor,
    McapError,
    Opcode,
    SchemaRecord,
)

__all__ = ["McapFile", "Messages", "messages"]

_FOOTER = 9 + 20  # bytes of the footer's record
_LARGEST = 1 << 32  # bytes of a chunk: they are restored in memory
_KNOWN = frozenset(Opcode)
_KEPT_CHUNKS = 4  # restored ones, in memory
_RECORD_HEAD = 9
_CONTENT = MESSAGE_HEAD.itemsize - _RECORD_HEAD


@dataclass(frozen=True, slots=True, eq=False)
class Messages:
    """Messages of one channel whose data have the same size, one behind the other.

    Attributes:
        heads: Their heads, of the dtype `MESSAGE_HEAD`.
        data: Their data, of shape (n, size).
    """

    heads: npt.NDArray[Any]
    data: npt.NDArray[np.uint8]


class McapFile:
    """An MCAP file in memory, which may be a map of it.

    Args:
        data: The whole file.

    Raises:
        McapError: It is none.

    Attributes:
        profile: What its messages follow; ``ros2``, say.
        library: Who wrote it.
        schemas: By number.
        channels: By number.
        chunks: By rising position in the file.
        metadata: Names and texts that are not of a certain time, as they stand in the file.
        whole: Whether it has its summary. Otherwise its writer did not finish it.
        end: The byte behind the last whole record of its data, of a file that is not whole.
        metadata_places: First byte and length of their records, of such a file.
    """

    def __init__(self, data: memoryview) -> None:
        if bytes(data[: len(MAGIC)]) != MAGIC:
            begins = bytes(data[:8])
            raise McapError(f"this is no MCAP file: it begins with {begins!r}")
        self._data = data
        self.profile = self.library = ""
        self.schemas: dict[int, SchemaRecord] = {}
        self.channels: dict[int, Channel] = {}
        self.chunks: list[ChunkIndex] = []
        self.metadata: list[tuple[str, dict[str, str]]] = []
        self.metadata_places: list[tuple[int, int]] = []
        self.end = len(data)
        self._indexes: dict[int, dict[int, npt.NDArray[Any]]] = {}  # found by looking, by chunk
        self._loose: dict[int, list[tuple[int, int]]] = {}  # messages in no chunk, by channel
        self._counts: dict[int, int] = {}  # messages of each channel, if the summary says it
        self._restored: OrderedDict[int, memoryview] = OrderedDict()
        for opcode, cursor, _ in Cursor(data, len(MAGIC)).records():
            if opcode == Opcode.HEADER:
                self.profile, self.library = cursor.text(), cursor.text()
            break
        self.whole = self._read_summary()
        if not self.whole:
            self._look()

    def __len__(self) -> int:
        return len(self._data)

    def _read_summary(self) -> bool:
        """Reads the summary at the end; False: there is none, or it does not list the chunks."""
        data = self._data
        if len(data) < 2 * len(MAGIC) + _FOOTER or bytes(data[-len(MAGIC) :]) != MAGIC:
            return False
        footer = Cursor(data, len(data) - len(MAGIC) - _FOOTER, len(data) - len(MAGIC))
        if footer.number(1) != Opcode.FOOTER or footer.number(8) != _FOOTER - _RECORD_HEAD:
            return False
        start = footer.number(8)
        if not len(MAGIC) < start < len(data):
            return False
        messages = 0
        metadata = []
        for opcode, cursor, _ in Cursor(data, start, len(data) - len(MAGIC) - _FOOTER).records():
            if opcode == Opcode.STATISTICS:
                messages = cursor.number(8)
                cursor.take(34)
                self._counts = _numbers(cursor.inner(4))
            elif opcode == Opcode.METADATA_INDEX:
                metadata.append(cursor.number(8))
            else:
                self._definition(opcode, cursor)
            if opcode == Opcode.CHUNK_INDEX:
                self.chunks.append(self._chunk_index(cursor))
        self.chunks.sort(key=lambda chunk: chunk.start)
        for at in metadata:
            for opcode, cursor, _ in Cursor(data, min(at, len(data))).records():
                if opcode == Opcode.METADATA:
                    self.metadata.append((cursor.text(), cursor.map()))
                break
        indexed = all(chunk.indexes or not chunk.size for chunk in self.chunks)
        if (messages and not self.chunks) or not indexed or not (self.channels or not messages):
            self.schemas, self.channels, self.chunks, self.metadata = {}, {}, [], []
            self._counts = {}
            return False
        return True

    def _chunk_index(self, cursor: Cursor) -> ChunkIndex:
        index = ChunkIndex.read(cursor)
        places = [index.start, *index.indexes.values()]
        if index.start + index.length > len(self._data) or max(places) >= len(self._data):
            raise McapError("the file's summary names places behind its end: it is cut or damaged")
        return index

    def _definition(self, opcode: int, cursor: Cursor) -> None:
        if opcode == Opcode.SCHEMA:
            schema = SchemaRecord.read(cursor)
            self.schemas[schema.id] = schema
        elif opcode == Opcode.CHANNEL:
            channel = Channel.read(cursor)
            self.channels[channel.id] = channel

    def _look(self) -> None:
        """Goes from record to record, as far as they are whole."""
        cursor = Cursor(self._data, len(MAGIC))
        self.end = len(MAGIC)
        for opcode, content, start in cursor.records():
            if opcode in (Opcode.DATA_END, Opcode.FOOTER) or opcode not in _KNOWN:
                break
            self._definition(opcode, content)
            if opcode == Opcode.METADATA:
                self.metadata_places.append((start, content.stop - start))
                self.metadata.append((content.text(), content.map()))
            elif opcode == Opcode.MESSAGE:
                channel = content.number(2)
                content.number(4)
                self._loose.setdefault(channel, []).append((content.number(8), start))
            elif opcode == Opcode.CHUNK:
                self._indexes[start] = {}
                self.chunks.append(_found_chunk(content, start))
            elif opcode == Opcode.MESSAGE_INDEX and self.chunks:
                channel = content.number(2)
                entries = np.frombuffer(content.take(content.number(4)), INDEX_ENTRY)
                last = self.chunks[-1]
                self._indexes[last.start][channel] = entries
                places = {**last.indexes, channel: start}
                length = last.index_length + content.stop - start
                self.chunks[-1] = replace(last, indexes=places, index_length=length)
            self.end = cursor.at
        for number in range(len(self.chunks)):
            self._complete(number)

    def _complete(self, number: int) -> None:
        """Reads a chunk whose index may be cut, or whose channels are defined inside of it."""
        entries = self._indexes[self.chunks[number].start]
        is_last = number == len(self.chunks) - 1
        if entries and not is_last and all(channel in self.channels for channel in entries):
            return
        found: dict[int, list[tuple[int, int]]] = {}
        for opcode, cursor, start in Cursor(self.records(number)).records():
            self._definition(opcode, cursor)
            if opcode == Opcode.MESSAGE:
                channel = cursor.number(2)
                cursor.number(4)
                found.setdefault(channel, []).append((cursor.number(8), start))
        if not entries or is_last:
            at = self.chunks[number].start
            self._indexes[at] = {key: _entries(value) for key, value in found.items()}

    def records(self, chunk: int) -> memoryview:
        """Returns the records in a chunk.

        Raises:
            McapError: It cannot be restored.
        """
        index = self.chunks[chunk]
        kept = self._restored.get(index.start)
        if index.compressed > index.length or index.size > _LARGEST:
            raise McapError(f"the chunk at {index.start} has {index.size} bytes: it is damaged")
        if kept is None:
            end = index.start + index.length
            stored = self._data[end - index.compressed : end]
            kept = restore(index.compression, stored, index.size)
            if index.compression:
                self._restored[index.start] = kept
                if len(self._restored) > _KEPT_CHUNKS:
                    self._restored.popitem(last=False)
        else:
            self._restored.move_to_end(index.start)
        return kept

    def indexes(self, chunk: int) -> dict[int, npt.NDArray[Any]]:
        """Returns where the messages are in a chunk, by channel."""
        known = self._indexes.get(self.chunks[chunk].start)
        channels = self.chunks[chunk].indexes if known is None else known
        return {channel: self.index(chunk, channel) for channel in channels}

    def index(self, chunk: int, channel: int) -> npt.NDArray[Any]:
        """Returns where one channel's messages are in a chunk, in their order there."""
        found = self._indexes.get(self.chunks[chunk].start)
        if found is not None:
            entries = found.get(channel)
        else:
            at = self.chunks[chunk].indexes.get(channel)
            entries = None if at is None else self._read_index(at)
        if entries is None:
            return np.empty(0, INDEX_ENTRY)
        offsets = entries["offset"]
        if not (offsets[1:] >= offsets[:-1]).all():
            entries = entries[np.argsort(offsets)]
        return entries

    def _read_index(self, at: int) -> npt.NDArray[Any]:
        for opcode, cursor, _ in Cursor(self._data, at).records():
            if opcode == Opcode.MESSAGE_INDEX:
                cursor.number(2)
                data = cursor.take(cursor.number(4))
                return np.frombuffer(data[: len(data) // 16 * 16], INDEX_ENTRY)
            break
        raise McapError(f"there is no index of messages at {at}, where the file says that it is")

    def span(self, channels: Collection[int]) -> tuple[int, int] | None:
        """Returns the times of the first and the last message of some channels; None: no message.

        Chunks that cannot have one of them are not looked at.
        """
        first, last = 1 << 64, -1
        for channel in channels:
            for time, _ in self._loose.get(channel, ()):
                first, last = min(first, time), max(last, time)
        numbers = range(len(self.chunks))
        for chunk in sorted(numbers, key=lambda one: self.chunks[one].first):
            if self.chunks[chunk].first >= first:
                break
            first = min([first, *(int(times.min()) for times in self._times(chunk, channels))])
        for chunk in sorted(numbers, key=lambda one: -self.chunks[one].last):
            if self.chunks[chunk].last <= last:
                break
            last = max([last, *(int(times.max()) for times in self._times(chunk, channels))])
        return (first, last) if last >= 0 else None

    def _times(self, chunk: int, channels: Collection[int]) -> Iterator[npt.NDArray[Any]]:
        for channel in channels:
            times = self.index(chunk, channel)["time"]
            if len(times):
                yield times

    def counts(self) -> Mapping[int, int]:
        """How many messages each channel has; if the summary does not say it, the indexes do."""
        counts = dict.fromkeys(self.channels, 0)
        if self._counts:
            return counts | self._counts
        for channel, loose in self._loose.items():
            counts[channel] = counts.get(channel, 0) + len(loose)
        for chunk in range(len(self.chunks)):
            index = self.chunks[chunk]
            for channel in self._indexes.get(index.start) or index.indexes:
                counts[channel] = counts.get(channel, 0) + len(self.index(chunk, channel))
        return counts

    def parts(
        self, channel: int, start: int = 0, stop: int = 1 << 64
    ) -> Iterator[tuple[memoryview, npt.NDArray[Any]]]:
        """Yields records and the places of one channel's messages in them, as they were recorded.

        Args:
            channel: Its number.
            start: In ns; those before are left out.
            stop: In ns; those from here on are left out.
        """
        loose = self._loose.get(channel)
        if loose:
            yield from _within(self._data, _entries(loose), start, stop)
        for chunk, index in enumerate(self.chunks):
            if index.last < start or index.first >= stop:
                continue
            entries = self.index(chunk, channel)
            if len(entries):
                for _, some in _within(self._data, entries, start, stop):
                    yield self.records(chunk), some


def messages(records: memoryview, entries: npt.NDArray[Any]) -> Iterator[Messages]:
    """Yields the messages at some places; neighbours whose data have one size are together.

    Raises:
        McapError: There are none at these places.
    """
    offsets = entries["offset"].astype(np.int64)
    room = len(records) - MESSAGE_HEAD.itemsize
    if len(offsets) and (room < 0 or offsets.min() < 0 or offsets.max() > room):
        raise McapError("an index of messages names places outside of its chunk")
    heads = _take(records, offsets, MESSAGE_HEAD.itemsize).view(MESSAGE_HEAD)[:, 0]
    sizes = heads["length"].astype(np.int64) - _CONTENT
    ends = offsets + MESSAGE_HEAD.itemsize + sizes
    wrong = (heads["opcode"] != Opcode.MESSAGE) | (sizes < 0) | (ends > len(records))
    if wrong.any():
        raise McapError("an index of messages names places where there are none")
    edges = np.flatnonzero(sizes[1:] != sizes[:-1]) + 1
    for first, last in zip([0, *edges], [*edges, len(offsets)], strict=True):
        if first < last:
            begin = offsets[first:last] + MESSAGE_HEAD.itemsize
            yield Messages(heads[first:last], _take(records, begin, int(sizes[first])))


def _take(records: memoryview, offsets: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.uint8]:
    """Copies equal-sized pieces: as elements of an array of all pieces that there could be."""
    if not size or not len(offsets):
        return np.empty((len(offsets), size), np.uint8)
    shape = (len(records) - size + 1,)
    windows: npt.NDArray[Any] = np.ndarray(shape, f"V{size}", records, strides=(1,))
    return windows[offsets].view(np.uint8).reshape(len(offsets), size)


def _within(
    records: memoryview, entries: npt.NDArray[Any], start: int, stop: int
) -> Iterator[tuple[memoryview, npt.NDArray[Any]]]:
    times = entries["time"]
    if start > 0:
        entries = entries[times >= np.uint64(start)]
        times = entries["time"]
    if stop < 1 << 64:
        entries = entries[times < np.uint64(max(stop, 0))]
    if len(entries):
        yield records, entries


def _entries(found: list[tuple[int, int]]) -> npt.NDArray[Any]:
    return np.array(found, np.uint64).reshape(-1, 2).view(INDEX_ENTRY)[:, 0]


def _numbers(cursor: Cursor) -> dict[int, int]:
    found = {}
    while cursor.at < cursor.stop:
        key = cursor.number(2)
        found[key] = cursor.number(8)
    return found


def _found_chunk(cursor: Cursor, start: int) -> ChunkIndex:
    first, last, size = cursor.number(8), cursor.number(8), cursor.number(8)
    cursor.number(4)
    compression = cursor.text()
    stored = cursor.number(8)
    length = cursor.stop - start
    return ChunkIndex(first, last, start, length, {}, 0, compression, stored, size)
