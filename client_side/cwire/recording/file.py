"""A recorded file: its messages as arrays of frames, read as they are asked for."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.arguments import names_of, text
from cwire.data.frame_array import FrameArray, Record
from cwire.errors import CwireError, InvalidArgument, UnknownDriver, UnknownMessage
from cwire.recording.bags import BagFile, Recording, is_bag, open_bag
from cwire.recording.bodies import Body, OwnBody
from cwire.recording.commands import RecordedCommand, commands_of
from cwire.recording.foreign import Foreign
from cwire.recording.names import (
    ANSWER,
    COMMAND,
    DRIVER,
    EVENTS,
    LAYOUT_HASH,
    MESSAGE,
    RUN,
    SCHEMA,
)
from cwire.saving.save import path_of, save
from cwire.view.text import counted, text_table
from cwire_structs.errors import hint_text
from cwire_structs.frames import HEADER, HEADER_SIZE, RELAY_NAME
from cwire_structs.mcap.reader import McapFile, Messages, messages
from cwire_structs.mcap.records import Channel, McapError
from cwire_structs.mcap.ros2 import describe
from cwire_structs.schema import Message, Schema, SchemaError

__all__ = ["RecordedFile", "RecordedMessage", "open", "path_of"]

Moment = float | int | str | datetime | np.datetime64


@dataclass(frozen=True, eq=False)
class RecordedMessage:
    """A message of a recorded file; its frames are read when they are asked for.

    Attributes:
        driver: Who published it.
        message: Its description.
        count: How many frames there are.
        schema: Of the driver.
        topic: Where it was recorded: ``/demo/scope_block``.
    """

    driver: str
    message: Message
    count: int
    _file: RecordedFile
    _channels: tuple[int, ...]
    schema: Schema
    topic: str
    _body: Body
    _source: int

    def __len__(self) -> int:
        return self.count

    def __repr__(self) -> str:
        return f"<{self.driver}/{self.message.name}: {counted(self.count, 'frame')}>"

    def read(
        self, start: Moment | None = None, stop: Moment | None = None
    ) -> FrameArray | list[Record]:
        """Reads the frames of some time.

        Args:
            start: Seconds since the file's first frame, or a date and time (UTC): text as
                ``2026-11-28T12:00:00``, datetime or datetime64. None: from the beginning.
            stop: The same; frames from here on are left out. None: to the end.

        Returns:
            An array of frames as they were published, or a list of records where they differ in
            size. Where a driver's clock went back, so does their time.

        Raises:
            InvalidArgument: The time is none.
            CwireError: The file is damaged there.
        """
        parts = list(self.parts(start, stop))
        if not parts:
            empty = np.empty((0, self.message.frame_dtype(self.message.size).itemsize), np.uint8)
            return self._framed(empty, self.message.size)
        if len({part.dtype for part in parts}) == 1:
            return np.concatenate(parts) if len(parts) > 1 else parts[0]  # type: ignore[return-value]
        return [record for part in parts for record in part]

    def parts(
        self, start: Moment | None = None, stop: Moment | None = None
    ) -> Iterator[FrameArray]:
        """Yields the frames that `read` returns, some at a time: arrays of one size each.

        Args:
            start: See `read`.
            stop: The same.
        """
        first, last = self._file.moment(start, 0), self._file.moment(stop, 1 << 64)
        try:
            for channel in self._channels:
                for records, entries in self._file.mcap.parts(channel, first, last):
                    for some in messages(records, entries):
                        yield self._frames(some)
        except McapError as error:
            raise CwireError(f"{self._file.path}: {error}") from None

    @property
    def chunks(self) -> int:
        """How many chunks the file has; each has frames of a second or less."""
        return len(self._file.mcap.chunks)

    def parts_of(self, chunk: int, start: int = 0) -> Iterator[FrameArray]:
        """Yields the frames in one chunk, in arrays of one size each.

        Args:
            chunk: Its number.
            start: In ns since 1970; what was published before is left out.
        """
        mcap = self._file.mcap
        if not isinstance(chunk, int) or not 0 <= chunk < len(mcap.chunks):
            raise InvalidArgument(f"chunk is {chunk!r}; there are {len(mcap.chunks)}, from 0 on")
        if not isinstance(start, int):
            raise InvalidArgument(f"start is {start!r}; it can be whole nanoseconds since 1970")
        if mcap.chunks[chunk].last < start:
            return
        try:
            for channel in self._channels:
                entries = mcap.index(chunk, channel)
                entries = entries[entries["time"] >= np.uint64(start)] if start > 0 else entries
                if len(entries):
                    for some in messages(mcap.records(chunk), entries):
                        yield self._frames(some)
        except McapError as error:
            raise CwireError(f"{self._file.path}: {error}") from None

    def _frames(self, some: Messages) -> FrameArray:
        message = self.message
        try:
            size = self._body.size(some.data.shape[1])
            dtype = message.frame_dtype(size)
        except ValueError as error:
            raise CwireError(f"{self._file.path}: {error}") from None
        rows = np.zeros((len(some.data), dtype.itemsize), np.uint8)
        headers = rows[:, :HEADER_SIZE].view(HEADER)[:, 0]
        headers["size"] = HEADER_SIZE + size
        headers["type"] = message.id
        headers["source"] = self._source
        headers["sequence"] = some.heads["sequence"]
        headers["time_ns"] = some.heads[self._body.time]
        self._body.copy(some.data, rows[:, HEADER_SIZE : HEADER_SIZE + size])
        return self._framed(rows, size)

    def _framed(self, rows: npt.NDArray[np.uint8], size: int) -> FrameArray:
        return FrameArray.from_frames(rows, self.message.frame_dtype(size), self.message)


class RecordedFile:
    """A recorded file: made by `cwire.open`. Nothing is read but what is asked for.

    ``file["scope_block"].read(start=10, stop=20)`` are ten seconds of a message, as `Bridge.latest`
    gives it. Where several drivers have it, ``file["demo/scope_block"]``. What ROS has recorded has
    its topic as name: ``file["/imu/rate"]``.

    Attributes:
        path: Where it is.
        whole: Whether it was finished. Of one whose program was killed, all whole chunks are
            here; `cwire recover` adds what other readers need.
        refused: Topics of other programs that cannot be read, and why: texts and lists of any
            length are no structs.
    """

    def __init__(self, path: Path, mcap: Recording) -> None:
        self.path = path
        self.mcap = mcap
        self.whole = mcap.whole
        self.refused: Mapping[str, str] = {}
        self._commands: dict[str, list[RecordedMessage]] = {COMMAND: [], ANSWER: []}
        self._messages = self._find()

    def _find(self) -> dict[str, RecordedMessage]:
        schemas = self._schemas()
        counts = self.mcap.counts()
        drivers: list[str] = []
        found: dict[str, RecordedMessage] = {}
        body: Body
        for channel in self.mcap.channels.values():
            name = channel.metadata.get(MESSAGE)
            if name is None:
                continue
            driver, schema = self._of(channel, schemas)
            if driver not in drivers:
                drivers.append(driver)
            message = schema.messages.get(name)
            if message is None:
                raise CwireError(f"{self.path}: the schema of {driver!r} has no message {name!r}")
            key = f"{driver}/{name}"
            known = found.get(key)
            number = 2
            while known is not None and known.message is not message:
                # The driver came back with other structs: these are frames of another layout.
                key = f"{driver}/{name}/{number}"
                known, number = found.get(key), number + 1
            count = counts[channel.id]
            if known is None:
                source, body = len(drivers), OwnBody(describe(schema, message), message)
                channels: tuple[int, ...] = (channel.id,)
            else:
                source, body = known._source, known._body
                channels, count = (*known._channels, channel.id), known.count + count
            found[key] = RecordedMessage(
                driver, message, count, self, channels, schema, channel.topic, body, source
            )
        # They are beside what drivers have published, and have the relay's time.
        for key in [key for key in found if key.startswith(f"{RELAY_NAME}/")]:
            if (name := found[key].message.name) in self._commands:
                self._commands[name].append(found.pop(key))
        self._find_foreign(found, counts, len(drivers) + 1)
        return found

    def _find_foreign(
        self, found: dict[str, RecordedMessage], counts: Mapping[int, int], source: int
    ) -> None:
        """Finds what programs other than cwire have recorded."""
        others = Foreign(self.mcap)
        self.refused = others.refused
        for one in others.messages:
            count = sum(counts[channel] for channel in one.channels)
            message = others.schema.messages[one.name]
            found[one.key] = RecordedMessage(
                one.driver, message, count, self, one.channels, others.schema, one.topic, one.body,
                source
            )  # fmt: skip

    def _schemas(self) -> dict[tuple[str, str], Schema]:
        found: dict[tuple[str, str], Schema] = {}
        for name, pairs in self.mcap.metadata:
            if name == SCHEMA:
                key = pairs.get("driver", ""), pairs.get("layout_hash", "")
                try:
                    found.setdefault(key, Schema.from_json(pairs.get("schema", "")))
                except SchemaError as error:
                    raise CwireError(f"{self.path}: a schema cannot be read: {error}") from None
        return found

    def _of(
        self, channel: Channel, schemas: Mapping[tuple[str, str], Schema]
    ) -> tuple[str, Schema]:
        driver = channel.metadata.get(DRIVER, "")
        schema = schemas.get((driver, channel.metadata.get(LAYOUT_HASH, "")))
        if schema is None:
            raise CwireError(f"{self.path}: the schema of {channel.topic} is missing")
        return driver, schema

    @property
    def messages(self) -> Mapping[str, RecordedMessage]:
        """All of them, by driver and name: ``demo/scope_block``; by topic what is not cwire's."""
        return self._messages

    def __getitem__(self, name: str) -> RecordedMessage:
        text(name, "a message has a name, such as 'scope_block'")
        found = self._messages.get(name)
        if found is not None:
            return found
        if name in self.refused:
            raise InvalidArgument(f"{name} cannot be read: {self.refused[name]}")
        matching = [key for key, one in self._messages.items() if one.message.name == name]
        if len(matching) == 1:
            return self._messages[matching[0]]
        if matching:
            raise InvalidArgument(
                f"there are several {name!r} in {self.path}: {', '.join(matching)}"
            )
        if name.startswith("/"):
            hint = hint_text(name, [*self._messages, *self.refused])
            raise UnknownMessage(f"{self.path} has no topic {name!r}; {hint}")
        driver, _, message = name.partition("/")
        drivers = {one.driver for one in self._messages.values()}
        if message and driver not in drivers:
            hint = hint_text(driver, drivers)
            raise UnknownDriver(f"{self.path} has no driver {driver!r}; {hint}")
        names = [one.message.name for one in self._messages.values()]
        hint = hint_text(message or name, names)
        raise UnknownMessage(f"{self.path} has no message {name!r}; {hint}")

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._messages)

    def span_of(self, messages: Iterable[RecordedMessage]) -> tuple[int, int]:
        """Times of the first and the last frame of some messages, in ns since 1970 UTC."""
        several = isinstance(messages, Iterable) and not isinstance(messages, str)
        chosen: list[Any] = list(messages) if several else [messages]
        for one in chosen:
            if not isinstance(one, RecordedMessage):
                raise InvalidArgument(f"{one!r} is no message of a file: give file['NAME']")
        return self.mcap.span([channel for one in chosen for channel in one._channels]) or (0, 0)

    @cached_property
    def span(self) -> tuple[int, int]:
        """Times of the first and the last frame, in ns since 1970 UTC; zeros if there is none."""
        return self.span_of(self._messages.values())

    @property
    def time(self) -> tuple[np.datetime64, np.datetime64]:
        """Times of the first and the last frame, UTC."""
        first, last = self.span
        return np.datetime64(first, "ns"), np.datetime64(last, "ns")

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """What happened beside the frames, with ``time_ns``: drivers, losses, notes."""
        found = []
        for channel in self.mcap.channels.values():
            if channel.topic != EVENTS:
                continue
            for records, entries in self.mcap.parts(channel.id):
                for some in messages(records, entries):
                    for head, data in zip(some.heads, some.data, strict=True):
                        event = json.loads(data.tobytes())
                        found.append({"time_ns": int(head["log_time"]), **event})
        return found

    @cached_property
    def commands(self) -> list[RecordedCommand]:
        """The commands that any client has sent meanwhile, with what became of them."""
        commands, answers = (
            [one for message in some for part in message.parts() for one in part]
            for some in (self._commands[COMMAND], self._commands[ANSWER])
        )
        return commands_of(commands, answers, self._schemas())

    @property
    def lost(self) -> int:
        """Frames that were published and wanted meanwhile, and are not in the file."""
        return sum(
            count
            for event in self.events
            if event.get("event") == "lost"
            for reason, count in event["frames"].items()
            if reason not in ("conflated", "rate", "size")
        )

    @property
    def about(self) -> Mapping[str, str]:
        """Who recorded it, where and when."""
        return next((pairs for name, pairs in self.mcap.metadata if name == RUN), {})

    def export(
        self,
        path: str | PathLike[str],
        *messages: str | Iterable[str],
        fields: Sequence[str] = (),
        start: Moment | None = None,
        stop: Moment | None = None,
        overwrite: bool = False,
    ) -> list[Path]:
        """Saves frames into files of other tools; `FrameArray.save` says which.

        Args:
            path: The file. Where its format holds one message only, and there are several, each has
                a file of its own, with the message's name before the ending.
            *messages: Their names, also in lists; all that have frames by default.
            fields: Those to save, or paths such as ``axis[0].speed``; all by default.
            start: See `RecordedMessage.read`.
            stop: The same.
            overwrite: Whether files may be there already.

        Returns:
            The files.

        Raises:
            CwireError: As `FrameArray.save`.
        """
        names, fields = names_of(messages, "messages"), names_of(fields, "fields")
        chosen = [self[name] for name in names] or list(self._messages.values())
        several = len({one.message.name for one in chosen}) < len(chosen)
        parts = [
            (f"{one.driver}-{one.message.name}" if several else one.message.name,
             one.parts(start, stop))
            for one in chosen
            if one.count
        ]  # fmt: skip
        return save(path_of(path), parts, fields, overwrite=overwrite)

    def moment(self, given: Moment | None, default: int) -> int:
        """Returns a time in ns since 1970 UTC; see `RecordedMessage.read`."""
        if given is None:
            return default
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            try:
                return self.span[0] + round(given * 1e9)
            except (ValueError, OverflowError):
                raise InvalidArgument(f"{given} is no number of seconds") from None
        stamp = np.datetime64("NaT")
        if isinstance(given, (str, datetime, np.datetime64)):
            with suppress(ValueError):
                stamp = np.datetime64(_plain(given), "ns")
        if np.isnat(stamp):
            raise InvalidArgument(
                f"{given!r} is no time: give seconds since the first frame, or 2026-11-28T12:00:00"
            )
        return int(stamp.astype(np.int64))

    def close(self) -> None:
        """Gives the file up; what was read stays."""
        if isinstance(self.mcap, BagFile):
            self.mcap.close()
        self.mcap = McapFile(memoryview(_NOTHING))
        self._messages = {}

    def __enter__(self) -> RecordedFile:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        first, last = self.span
        when = str(np.datetime64(first, "ns"))[:19].replace("T", " ")
        title = f"{self.path}: {(last - first) / 1e9:.1f} s from {when} UTC"
        title += f", {counted(self.lost, 'frame')} lost" if self.lost else ""
        commands = sum(one.count for one in self._commands[COMMAND])
        title += f", {counted(commands, 'command')}" if commands else ""
        title += "" if self.whole else ", not finished"
        rows = [
            (name, f"{one.count:,}", one.message.struct.c_name)
            for name, one in self._messages.items()
        ]
        lines = [title, text_table(("message", "frames", "struct"), rows, [1])]
        lines += [f"{topic} cannot be read: {why}" for topic, why in self.refused.items()]
        return "\n".join(lines)


_NOTHING = b"\x89MCAP0\r\n"


def open(path: str | Path) -> RecordedFile:
    """Opens a recorded file, and reads what is in it, not the frames.

    Args:
        path: An MCAP file of `cwire record` or `Bridge.record`; also one that is still being
            written, or whose program was killed. Or what ROS has recorded: an MCAP file, a bag of
            ROS 1 (``.bag``), or the folder of one of ROS 2.

    Raises:
        InvalidArgument: There is no such file, or it is none of these.
        CwireError: It is a bag, and what reads it is not installed.
    """
    path = path_of(path)
    try:
        if is_bag(path):
            return RecordedFile(path, open_bag(path))
        return RecordedFile(path, _mapped(path))
    except McapError as error:
        raise InvalidArgument(f"{path}: {error}") from None


def _mapped(path: Path) -> McapFile:
    try:
        with path.open("rb") as file:
            map_ = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise InvalidArgument(f"cannot read {path}: {error.strerror or error}") from None
    except ValueError:
        raise InvalidArgument(f"{path} is empty") from None
    return McapFile(memoryview(map_))


def _plain(given: Any) -> Any:
    """A time zone's time as UTC: numpy knows no zones."""
    if isinstance(given, datetime) and given.tzinfo is not None:
        from datetime import UTC

        return given.astimezone(UTC).replace(tzinfo=None)
    return given.removesuffix("Z") if isinstance(given, str) else given
