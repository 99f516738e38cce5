"""Writes what comes to a bridge into MCAP files, in a thread of its own."""

from __future__ import annotations

import json
import os
import platform
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cwire.data.condition import Condition, Frames
from cwire.data.feed import Feed
from cwire.data.frame_array import FrameArray, frame_of
from cwire.data.history import stamps_of
from cwire.data.ledger import CONNECTION, UNWANTED
from cwire.errors import CwireError
from cwire.recording.line import Line
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
from cwire.recording.options import RecordOptions
from cwire.recording.output import GrowingFile, check_new
from cwire.recording.trigger import Begin, Edge, End, Ring, Step, Take, When
from cwire.session.drivers import Driver
from cwire.version import __version__
from cwire.view.text import counted
from cwire_structs.frames import HEADER_SIZE, unpack_header
from cwire_structs.mcap.ros2 import Description, describe, topic_of
from cwire_structs.mcap.writer import Writer
from cwire_structs.schema import Message

__all__ = ["Plan", "Recorder"]

_PAUSE = 0.02  # s between looks at what has come
_REASONS = ("driver", "relay", CONNECTION, *UNWANTED)
_FLUSH = 1.0  # s of frames that a power cut may cost, at most
_EVENTS = 1000  # that are kept while no file is being written


@dataclass(frozen=True, slots=True)
class Plan:
    """What to record, and how.

    Attributes:
        path: The file; the next ones, if it is split, have a number behind its name.
        wanted: Says of a driver's message whether it is recorded.
        how: The rest.
        address: Of the relay, for people.
        when: What is waited for; None: all is recorded.
        condition: Makes that into a condition over the messages that there are now.
    """

    path: Path
    wanted: Callable[[Driver, Message], bool]
    how: RecordOptions
    address: str = ""
    when: When | None = None
    condition: Callable[[str], Condition] | None = None


@dataclass(slots=True, eq=False)
class _Track:
    """A message that is recorded."""

    driver: Driver
    feed: Feed
    position: int
    description: Description
    layout: str  # hash of the driver's
    is_wanted: bool = True  # False: only the condition needs it
    channel: int = 0
    passed: int = 0  # frames that came too fast to be recorded
    before: dict[str, int] = field(default_factory=dict)  # losses when it began
    told: dict[str, int] = field(default_factory=dict)  # losses that are in the file


@dataclass(slots=True, eq=False)
class _File:
    """The file that is being written."""

    output: GrowingFile
    writer: Writer
    events: int  # their channel
    begun: float
    schemas: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True, eq=False)
class _News:
    """Frames of a message of the condition that have come since it was looked at."""

    frames: list[Frames] = field(default_factory=list)
    lines: list[Any] = field(default_factory=list)
    stamps: list[Any] = field(default_factory=list)


class Recorder:
    """A recording that goes on. Made by `Bridge.record`; any thread may use it.

    It ends by `stop`, at the end of a ``with`` block, with the bridge and with the program. What
    was published before is then in the file; if the program is killed, all but the last second is.

    Attributes:
        files: The files so far, the newest one last.
        frames: Frames in them.
        commands: Commands in them, of all clients.
        lost: Frames that were wanted and did not come, for whatever reason; the files say which.
        triggers: With `when`: how often the condition became true.
        problem: Why it ended too early; empty if it did not.
    """

    def __init__(
        self, plan: Plan, drivers: Callable[[], Mapping[str, Driver]], feed: Callable[..., Feed]
    ) -> None:
        self._plan = plan
        self._drivers = drivers
        self._feed = feed
        self._tracks: dict[tuple[str, str], _Track] = {}
        self._states: dict[str, tuple[str, str | None]] = {}
        self._notes: list[dict[str, Any]] = []
        self._recent: deque[dict[str, Any]] = deque(maxlen=_EVENTS)  # events of no file yet
        self._gone = 0  # frames lost of messages that have other structs now
        self.files: list[Path] = []
        self.frames = 0
        self.commands = 0
        self.triggers = 0
        self.problem = ""
        self._condition: Condition | None = None
        self._sources: dict[tuple[str, str], int] = {}
        self._unfit = ""  # why the condition does not fit the messages
        self._layouts: dict[str, str] = {}  # of the drivers, as the condition knows them
        self._was = False
        self._news: dict[int, _News] = {}
        self._lines: dict[str, Line] = {}
        self._ring = Ring(plan.when) if plan.when else None
        self._file: _File | None = None
        self._closed = 0  # bytes of the files before
        if self._ring is None:
            self._file = self._open()
        else:
            check_new(plan.path, overwrite=plan.how.overwrite)
            self._resolve()
        self._flushed = time.monotonic()
        self._ending = threading.Event()
        self._synced = threading.Event()
        self._look()
        self._thread = threading.Thread(target=self._run, name="cwire recorder", daemon=True)
        self._disk = threading.Thread(target=self._sync, name="cwire recorder disk", daemon=True)
        self._finish = weakref.finalize(self, _end, self._ending, self._thread)
        self._thread.start()
        self._disk.start()

    # In the caller's thread.

    @property
    def path(self) -> Path:
        """The present file, or the last one; before the first one, where that will be."""
        return self.files[-1] if self.files else self._plan.path

    @property
    def lost(self) -> int:
        """Frames that were wanted and are not in the files."""
        return self._gone + sum(_lost(one) for one in tuple(self._tracks.values()) if one.is_wanted)

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive() and not self._ending.is_set()

    def note(self, text: str) -> None:
        """Writes a remark of yours into the file.

        Args:
            text: The remark; it has the time of now.
        """
        self._notes.append({"event": "note", "text": str(text), "time_ns": time.time_ns()})

    def end(self) -> None:
        """Ends it: all that has come by now is in the file. Another time it does nothing."""
        self._ending.set()
        self._thread.join()

    def stop(self) -> Path:
        """Ends it, as `end` does.

        Returns:
            The file, or the last one.

        Raises:
            CwireError: It ended too early, since the disk was full, say.
        """
        self.end()
        if self.problem:
            raise CwireError(self.problem)
        return self.path

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.end()
        if kind is None:
            self.stop()

    def state(self) -> str:
        """A line about how far it is."""
        lost = f", {self.lost:,} lost" if self.lost else ""
        file = self._file
        size = f"{(self._closed + (file.output.size if file else 0)) / 1e6:,.1f} MB"
        text = f"{self.path}: {counted(self.frames, 'frame')}, {size}{lost}"
        if self._plan.when is not None:
            files = f" in {counted(len(self.files), 'file')}" if self.files else ""
            text = f"{text}{files}, {counted(self.triggers, 'trigger')}"
            if self._file is None and self.running:
                text = f"{text}; waits for {self._plan.when.expression}"
            text = f"{text}; {self._unfit}" if self._unfit else text
        return f"{text}; {self.problem}" if self.problem else text

    def __repr__(self) -> str:
        return f"<{'recording' if self.running else 'recorded'} {self.state()}>"

    # In its own thread.

    def _run(self) -> None:
        try:
            while not self._ending.wait(_PAUSE):
                self._look()
            self._look()
            self._close()
        except CwireError as error:
            self.problem = str(error)
        finally:
            self._ending.set()
            self._synced.set()
            if self._file is not None:
                self._file.output.close()

    def _sync(self) -> None:
        """Has the system write to the disk once a second, without anybody waiting for it."""
        while not self._ending.wait(_FLUSH):
            if (file := self._file) is not None:
                file.output.sync()

    def _open(self) -> _File:
        path = self._plan.path
        if self.files:
            path = path.with_name(f"{path.stem}-{len(self.files) + 1}{path.suffix}")
        output = GrowingFile(path, overwrite=self._plan.how.overwrite)
        library = f"cwire {__version__}"
        writer = Writer(output.write, library=library, compression=self._plan.how.compression)
        self.files.append(path)
        writer.metadata(RUN, _surroundings(self._plan.address))
        for track in self._tracks.values():
            track.channel = 0
        return _File(output, writer, writer.channel(EVENTS, "json", 0, {}), time.monotonic())

    def _close(self) -> None:
        """Ends the file, if one is being written."""
        self._tell()
        file = self._file
        if file is not None:
            file.writer.finish()
            file.output.sync()
            self._closed += file.output.size
            self._file = None
            file.output.close()

    def _look(self) -> None:
        """Takes what has come since it looked last."""
        if self._ring is not None:
            self._look_at_layouts(self._ring)
        for name, driver in self._drivers().items():
            self._watch(name, driver)
            if driver.schema is None or driver.problem:
                continue
            for message in driver.schema.published.values():
                is_wanted = self._plan.wanted(driver, message)
                if is_wanted or (driver.name, message.name) in self._sources:
                    self._take(driver, message, is_wanted=is_wanted)
        if self._ring is not None:
            self._decide(self._ring)
        while self._notes:
            self._event(self._notes.pop(0))
        now = time.monotonic()
        if now - self._flushed >= _FLUSH:
            self._flushed = now
            self._tell()
            if self._file is not None:
                self._file.writer.flush()
        if self._file is not None and self._is_full(self._file, now):
            self._close()
            self._file = self._open()

    def _is_full(self, file: _File, now: float) -> bool:
        plan = self._plan.how
        if plan.split_bytes is not None:
            size = file.output.size + file.writer.waiting
            if size >= plan.split_bytes:
                return True
        return plan.split_seconds is not None and now - file.begun >= plan.split_seconds

    def _resolve(self) -> None:
        """Makes the expression a condition over the messages that there are."""
        assert self._plan.when is not None
        assert self._plan.condition is not None
        self._layouts = self._present_layouts()
        self._condition = self._plan.condition(self._plan.when.expression)
        sources = enumerate(self._condition.sources)
        self._sources = {(one.driver, one.message.name): index for index, one in sources}

    def _present_layouts(self) -> dict[str, str]:
        drivers = self._drivers().items()
        return {name: one.schema.layout_hash for name, one in drivers if one.schema}

    def _look_at_layouts(self, ring: Ring) -> None:
        """Makes the condition anew where a driver has come with other structs."""
        layouts = self._present_layouts()
        drivers = {driver for driver, _ in self._sources} if self._condition else set(layouts)
        if all(layouts.get(name) == self._layouts.get(name) for name in drivers):
            return
        for track in self._tracks.values():
            self._drain(track)
        self._decide(ring)
        self._was = False
        try:
            self._resolve()
            self._unfit = ""
        except CwireError as error:
            self._condition = None
            self._unfit = str(error)
            self._event({"event": "trigger", "problem": self._unfit})

    def _decide(self, ring: Ring) -> None:
        """Looks whether the condition is true, and writes what belongs to that."""
        none = np.zeros(0, np.int64)
        if self._condition is None or not self._news:
            for step in ring.steps(none, none.astype(bool)):
                self._carry_out(step)
            return
        news, self._news = self._news, {}
        found = self._condition.take({index: one.frames for index, one in news.items()})
        line = np.zeros(len(found.truth), np.int64)
        stamps = np.zeros(len(found.truth), np.uint64)
        for index, one in news.items():
            where = found.source == index
            line[where] = np.concatenate(one.lines)[found.row[where]]
            stamps[where] = np.concatenate(one.stamps)[found.row[where]]
        rising = found.truth & ~np.concatenate([[self._was], found.truth[:-1]])
        self._was = bool(found.truth[-1])
        self.triggers += int(rising.sum())
        places = np.flatnonzero(found.truth)
        places = places[np.argsort(line[places], kind="stable")]
        about: dict[str, Any] = {}
        for step in ring.steps(line[places], rising[places]):
            self._carry_out(step)
            if isinstance(step, Begin):
                about = {"before": step.had / 1e9}
                about |= {"short": step.short} if step.short else {}
            elif isinstance(step, Edge):
                place = int(places[step.place])
                about |= {"more": step.more} if step.more else {}
                values, stamp = found.values(place), int(stamps[place])
                event = {"event": "trigger", "expression": self._condition.text, "values": values}
                self._event(event | about | {"time_ns": stamp})
                about = {}

    def _carry_out(self, step: Step) -> None:
        match step:
            case Begin(start):
                recent = [one for one in self._recent if one["time_ns"] >= start]
                self._recent.clear()
                self._file = self._open()
                for event in recent:
                    self._event(event)
            case Take(track, frames):
                self._put(track, frames)
            case End():
                self._close()

    def _watch(self, name: str, driver: Driver) -> None:
        """Notes that a driver came, went, or began another run."""
        state = driver.state, driver.run
        if self._states.get(name) != state and not driver.is_relay:
            self._states[name] = state
            event = {"event": "driver", "driver": name, "state": driver.state}
            self._event(event | ({"run": driver.run} if driver.run else {}))

    def _take(self, driver: Driver, message: Message, *, is_wanted: bool) -> None:
        key = driver.name, message.name
        track = self._tracks.get(key)
        if track is None or (track.feed.replaced and track.feed.message is not message):
            if track is not None:
                self._drain(track)
                self._tell_losses(track)
                self._gone += _lost(track) if track.is_wanted else 0
            feed = self._feed(driver, message)
            # What came before the recording began is not of it; after a change of structs all is.
            position = feed.history.total if track is None else 0
            assert driver.schema is not None
            description = describe(driver.schema, message)
            layout = driver.schema.layout_hash
            track = _Track(driver, feed, position, description, layout, is_wanted)
            self._tracks[key] = track
            track.before = track.told = _losses(track)
        self._drain(track)

    def _drain(self, track: _Track) -> None:
        history = track.feed.history
        while (stop := history.total) > track.position:
            start, found = history.next(track.position, stop - track.position)
            track.passed += start - track.position
            track.position = start + len(found)
            if self._ring is None:
                self._put(track, found)
            elif len(found):
                self._hold(self._ring, track, found)

    def _hold(self, ring: Ring, track: _Track, found: Frames) -> None:
        """Keeps frames until it is known whether they belong to a trigger."""
        driver, message = track.driver.name, track.feed.message.name
        stamps = stamps_of(found)
        line = self._lines.setdefault(driver, Line()).follow(
            message, stamps, time.time_ns(), time.monotonic()
        )
        if track.is_wanted:
            ring.hold(track, found, line)
        index = self._sources.get((driver, message))
        fits = track.layout == self._layouts.get(driver)
        if index is not None and self._condition is not None and fits:
            news = self._news.setdefault(index, _News())
            news.frames.append(found)
            news.lines.append(line)
            news.stamps.append(stamps)

    def _put(self, track: _Track, found: Frames) -> None:
        if isinstance(found, FrameArray):
            self._write(track, found)
        else:
            for record in found:
                self._write(track, frame_of(record))

    def _write(self, track: _Track, frames: FrameArray) -> None:
        if not len(frames):
            return
        assert self._file is not None
        writer = self._file.writer
        if not track.channel:
            track.channel = self._channel(self._file, track)
        rows = np.asarray(frames).view(np.uint8).reshape(len(frames), -1)
        size = unpack_header(rows[0]).size - HEADER_SIZE
        writer.frames(track.channel, rows, size, track.description)
        if track.driver.is_relay and track.feed.message.name in (COMMAND, ANSWER):
            self.commands += len(frames) if track.feed.message.name == COMMAND else 0
            for driver in self._drivers().values():  # to read the commands by
                self._add_schema(self._file, driver)
        else:
            self.frames += len(frames)

    def _add_schema(self, file: _File, driver: Driver) -> None:
        """Writes a driver's schema into the file, if it is not there yet."""
        schema = driver.schema
        if schema is None or (key := (driver.name, schema.layout_hash)) in file.schemas:
            return
        file.schemas.add(key)
        pairs = {"driver": driver.name, "layout_hash": schema.layout_hash}
        file.writer.metadata(SCHEMA, pairs | {"schema": json.dumps(schema.json)})

    def _channel(self, file: _File, track: _Track) -> int:
        driver, message = track.driver, track.feed.message
        schema = driver.schema
        assert schema is not None
        self._add_schema(file, driver)
        description = track.description
        number = file.writer.schema(description.name, "ros2msg", description.text.encode())
        about = {MESSAGE: message.name, DRIVER: driver.name}
        about |= {LAYOUT_HASH: schema.layout_hash, RUN: driver.run or ""}
        return file.writer.channel(topic_of(driver.name, message.name), "cdr", number, about)

    def _tell(self) -> None:
        """Writes what was lost meanwhile."""
        for track in self._tracks.values():
            self._tell_losses(track)

    def _tell_losses(self, track: _Track) -> None:
        losses = _losses(track)
        more = {reason: count - track.told.get(reason, 0) for reason, count in losses.items()}
        more = {reason: count for reason, count in more.items() if count > 0}
        if more:
            track.told = losses
            names = {"driver": track.driver.name, "message": track.feed.message.name}
            self._event({"event": "lost", **names, "frames": more})

    def _event(self, event: dict[str, Any]) -> None:
        event.setdefault("time_ns", time.time_ns())
        if self._file is None:
            self._recent.append(event)
            return
        stamp = event.pop("time_ns")
        self._file.writer.message(self._file.events, 0, stamp, json.dumps(event).encode())


def _losses(track: _Track) -> dict[str, int]:
    """By reason: frames that were published and did not come, or not into the file."""
    ledger = track.feed.ledger
    losses = {reason: ledger.gone_by(reason) for reason in _REASONS}
    losses["unknown"] = max(0, ledger.gone - sum(losses.values()))
    losses["recorder"] = track.passed
    return losses


def _lost(track: _Track) -> int:
    """Frames that were wanted and are not in the file."""
    return sum(
        count - track.before.get(reason, 0)
        for reason, count in _losses(track).items()
        if reason not in UNWANTED
    )


def _surroundings(address: str) -> dict[str, str]:
    return {
        "cwire": __version__,
        "host": platform.node(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "relay": address,
        "process": str(os.getpid()),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _end(ending: threading.Event, thread: threading.Thread) -> None:
    ending.set()
    thread.join()
