"""Bags of ROS: folders with files of sqlite (ROS 2) are read here, others as `rosbags` does it."""

from __future__ import annotations

import json
import sqlite3
import struct
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from cwire.errors import CwireError, InvalidArgument
from cwire_structs.mcap.reader import McapFile
from cwire_structs.mcap.records import INDEX_ENTRY, Channel, Opcode, SchemaRecord

__all__ = ["BagFile", "Recording", "is_bag", "open_bag"]

_SECOND = 1_000_000_000
_FOREVER = (1 << 63) - 1  # ns: the largest time that sqlite knows
_MOST_CHUNKS = 10_000
_PART_BYTES = 4 << 20  # of messages that are read at once
_PART_ROWS = 1000
_HEAD = struct.Struct("<BQHIQQ")  # of a message: see `cwire_structs.mcap.records.MESSAGE_HEAD`
_HEAD_SIZE = 9  # bytes of it that its length does not count
_CHOSEN = "FROM messages WHERE topic_id IN (SELECT value FROM json_each(?))"
_MESSAGES = (
    f"SELECT topic_id, timestamp, data {_CHOSEN} "
    "AND timestamp >= ? AND timestamp < ? ORDER BY timestamp"
)
_LAST = f"SELECT timestamp {_CHOSEN} ORDER BY timestamp DESC LIMIT 1"
_ROSBAGS = "rosbags, which is not installed: pip install rosbags"


class _Source(Protocol):
    """What a bag has: topics and their messages, by time."""

    def topics(self) -> Sequence[tuple[Channel, SchemaRecord, int]]:
        """Returns each topic, its schema, and how many messages it has."""

    def messages(
        self, channels: Collection[int], start: int, stop: int
    ) -> Iterator[tuple[int, int, bytes]]:
        """Yields channel, time and data of the messages from `start` to before `stop`, in ns."""

    def last(self, channels: Collection[int]) -> int | None:
        """Returns the time of the last message."""

    def close(self) -> None:
        """Gives the files up."""


@dataclass(frozen=True, slots=True)
class _Window:
    """A second of a bag."""

    first: int
    last: int


class BagFile:
    """A bag, which is read as a file of MCAP is: see `cwire_structs.mcap.reader.McapFile`.

    Its chunks are seconds. The records of a part are made when it is read.
    """

    def __init__(self, source: _Source) -> None:
        self._source = source
        self.whole = True
        self.metadata: list[tuple[str, dict[str, str]]] = []
        self.channels: dict[int, Channel] = {}
        self.schemas: dict[int, SchemaRecord] = {}
        self._counts: dict[int, int] = {}
        for channel, schema, count in source.topics():
            self.channels[channel.id], self.schemas[schema.id] = channel, schema
            self._counts[channel.id] = count
        self._loaded: tuple[int, memoryview, dict[int, npt.NDArray[Any]]] | None = None

    def close(self) -> None:
        """Gives the files up."""
        self._source.close()

    def counts(self) -> Mapping[int, int]:
        """How many messages each channel has."""
        return self._counts

    def span(self, channels: Collection[int]) -> tuple[int, int] | None:
        """Returns the times of the first and the last message of some channels, or None."""
        first = next(self._source.messages(channels, 0, _FOREVER), None)
        last = self._source.last(channels)
        return None if first is None or last is None else (first[1], last)

    @cached_property
    def chunks(self) -> Sequence[_Window]:
        """Parts of a second; longer ones of a bag of many hours."""
        first, last = self.span(list(self.channels)) or (0, -1)
        step = max(_SECOND, -(-(last + 1 - first) // _MOST_CHUNKS))
        return [
            _Window(at, min(at + step - 1, last)) for at in range(first, last + 1, step)
        ]  # fmt: skip

    def _load(self, chunk: int) -> tuple[memoryview, dict[int, npt.NDArray[Any]]]:
        if self._loaded is None or self._loaded[0] != chunk:
            window = self.chunks[chunk]
            found = self._source.messages(list(self.channels), window.first, window.last + 1)
            by_channel: dict[int, list[tuple[int, int]]] = {}
            packed = bytearray()
            for channel, time, data in found:
                by_channel.setdefault(channel, []).append((time, len(packed)))
                packed += _record(channel, time, data)
            entries = {key: np.array(some, INDEX_ENTRY) for key, some in by_channel.items()}
            self._loaded = chunk, memoryview(packed), entries
        return self._loaded[1:]

    def index(self, chunk: int, channel: int) -> npt.NDArray[Any]:
        """Returns where one channel's messages are in the records of a chunk."""
        return self._load(chunk)[1].get(channel, np.empty(0, INDEX_ENTRY))

    def records(self, chunk: int) -> memoryview:
        """Returns the records of a chunk."""
        return self._load(chunk)[0]

    def parts(
        self, channel: int, start: int = 0, stop: int = 1 << 64
    ) -> Iterator[tuple[memoryview, npt.NDArray[Any]]]:
        """Yields records and the places of one channel's messages in them.

        Args:
            channel: Its number.
            start: In ns; those before are left out.
            stop: In ns; those from here on are left out.
        """
        packed, places = bytearray(), list[tuple[int, int]]()
        first, last = (max(0, min(one, _FOREVER)) for one in (start, stop))
        for _, time, data in self._source.messages([channel], first, last):
            places.append((time, len(packed)))
            packed += _record(channel, time, data)
            if len(packed) > _PART_BYTES:
                yield memoryview(packed), np.array(places, INDEX_ENTRY)
                packed, places = bytearray(), []
        if places:
            yield memoryview(packed), np.array(places, INDEX_ENTRY)


Recording = McapFile | BagFile


def _record(channel: int, time: int, data: bytes) -> bytes:
    length = _HEAD.size - _HEAD_SIZE + len(data)
    return _HEAD.pack(Opcode.MESSAGE, length, channel, 0, time, time) + data


def is_bag(path: Path) -> bool:
    """Says whether a path is that of a bag, and not of an MCAP file."""
    return path.is_dir() or path.suffix in (".bag", ".db3")


def open_bag(path: Path) -> BagFile:
    """Opens a bag.

    Args:
        path: Of a file of ROS 1, or of the folder of ROS 2.

    Raises:
        InvalidArgument: It is none.
        CwireError: It needs `rosbags`, which is not installed.
    """
    files = sorted(path.glob("*.db3")) if path.is_dir() else [path]
    if path.is_dir() and not files and not (path / "metadata.yaml").exists():
        raise InvalidArgument(
            f"cannot read {path}: it is a folder, and no bag of ROS 2, which has a metadata.yaml"
        )
    try:
        if files and files[0].suffix == ".db3":
            return BagFile(_Sqlite(files))
        return BagFile(_Rosbags(path))
    except sqlite3.Error as error:
        raise InvalidArgument(f"cannot read {path}: {error}") from None
    except OSError as error:
        raise InvalidArgument(f"cannot read {path}: {error.strerror or error}") from None


class _Sqlite:
    """Files of a bag of ROS 2, each after the one before."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._lock = threading.Lock()
        self._files = []
        self._ids: list[dict[int, int]] = []  # of each file: number of the channel by its topic's
        self._topics: dict[tuple[str, str], tuple[Channel, SchemaRecord, int]] = {}
        try:
            for path in paths:
                if not path.is_file():
                    raise InvalidArgument(f"cannot read {path}: no such file")
                uri = f"{path.resolve().as_uri()}?mode=ro"
                file = sqlite3.connect(uri, uri=True, check_same_thread=False)
                self._files.append(file)
                self._ids.append(self._read_topics(file))
        except BaseException:
            self.close()
            raise

    def _read_topics(self, file: sqlite3.Connection) -> dict[int, int]:
        texts = {}
        query = "SELECT name FROM sqlite_master WHERE name = 'message_definitions'"
        if file.execute(query).fetchone():
            query = "SELECT topic_type, encoding, encoded_message_definition FROM "
            texts = {one[0]: one[1:] for one in file.execute(query + "message_definitions")}
        counts = dict(file.execute("SELECT topic_id, count(*) FROM messages GROUP BY topic_id"))
        ids = {}
        query = "SELECT id, name, type, serialization_format FROM topics"
        for id_, name, type_, encoding in file.execute(query).fetchall():
            known = self._topics.get((name, type_))
            if known is None:
                number = len(self._topics) + 1
                form, text = texts.get(type_) or _definition(type_)
                schema = SchemaRecord(number, type_, form, text.encode())
                known = Channel(number, number, name, encoding), schema, 0
            channel, schema, count = known
            self._topics[name, type_] = channel, schema, count + counts.get(id_, 0)
            ids[id_] = channel.id
        return ids

    def topics(self) -> Sequence[tuple[Channel, SchemaRecord, int]]:
        """See `_Source`."""
        return list(self._topics.values())

    def messages(
        self, channels: Collection[int], start: int, stop: int
    ) -> Iterator[tuple[int, int, bytes]]:
        """See `_Source`."""
        for file, ids in zip(self._files, self._ids, strict=True):
            chosen = [id_ for id_, channel in ids.items() if channel in channels]
            with self._lock:
                rows = file.execute(_MESSAGES, (json.dumps(chosen), start, stop))
            while True:
                with self._lock:
                    some = rows.fetchmany(_PART_ROWS)
                if not some:
                    break
                for id_, time, data in some:
                    yield ids[id_], time, data

    def last(self, channels: Collection[int]) -> int | None:
        """See `_Source`."""
        found = []
        for file, ids in zip(self._files, self._ids, strict=True):
            chosen = [id_ for id_, channel in ids.items() if channel in channels]
            with self._lock:
                rows = file.execute(_LAST, [json.dumps(chosen)])
                found += [time for (time,) in rows]
        return max(found, default=None)

    def close(self) -> None:
        """See `_Source`."""
        for file in self._files:
            file.close()


def _definition(type_: str) -> tuple[str, str]:
    """A schema's encoding and text, where the bag has none: older ROS 2 did not write it."""
    typesys = _rosbags("rosbags.typesys", f"the bag has no definition of {type_}, which needs ")
    store = typesys.get_typestore(typesys.Stores.LATEST)
    if type_ not in store.fielddefs:
        return "", ""
    text, _ = store.generate_msgdef(type_, ros_version=2)
    return "ros2msg", str(text)


class _Rosbags:
    """A bag of ROS 1, or one of ROS 2 that is no file of sqlite."""

    def __init__(self, path: Path) -> None:
        kind = "rosbag2" if path.is_dir() else "rosbag1"
        module = _rosbags(f"rosbags.{kind}", f"{path} needs ")
        try:
            self._reader = module.Reader(path)
            self._reader.open()
        except module.ReaderError as error:
            raise InvalidArgument(f"cannot read {path}: {error}") from None
        self._version = kind[-1]

    def topics(self) -> Sequence[tuple[Channel, SchemaRecord, int]]:
        """See `_Source`."""
        found = []
        for one in self._reader.connections:
            form = {"MSG": "msg"}.get(one.msgdef.format.name, one.msgdef.format.name.lower())
            schema = SchemaRecord(
                one.id + 1, one.msgtype, f"ros{self._version}{form}", one.msgdef.data.encode()
            )
            encoding = "ros1" if self._version == "1" else one.ext.serialization_format
            found.append(
                (Channel(one.id + 1, one.id + 1, one.topic, encoding), schema, one.msgcount)
            )
        return found

    def messages(
        self, channels: Collection[int], start: int, stop: int
    ) -> Iterator[tuple[int, int, bytes]]:
        """See `_Source`."""
        chosen = [one for one in self._reader.connections if one.id + 1 in channels]
        if chosen and stop > start:  # of no connection it gives all messages
            for one, time, data in self._reader.messages(chosen, start, stop):
                yield one.id + 1, time, data

    def last(self, channels: Collection[int]) -> int | None:
        """See `_Source`."""
        first, end = self._reader.start_time, self._reader.end_time
        length = _SECOND
        while True:
            times = [time for _, time, _ in self.messages(channels, end - length, end + 1)]
            if times or end - length <= first:
                return max(times, default=None)
            length *= 4

    def close(self) -> None:
        """See `_Source`."""
        self._reader.close()


def _rosbags(name: str, what: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise CwireError(f"{what}{_ROSBAGS}") from None
