"""Writes what comes to a bridge into MCAP files, in a thread of its own."""

from __future__ import annotations

import json
import os
import platform
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cwire.data.feed import Feed
from cwire.data.frame_array import FrameArray, frame_of
from cwire.data.ledger import CONNECTION, UNWANTED
from cwire.errors import CwireError
from cwire.recording.names import DRIVER, EVENTS, LAYOUT_HASH, MESSAGE, RUN, SCHEMA
from cwire.recording.options import RecordOptions
from cwire.recording.output import GrowingFile
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


@dataclass(frozen=True, slots=True)
class Plan:
    """What to record, and how.

    Attributes:
        path: The file; the next ones, if it is split, have a number behind its name.
        wanted: Says of a driver's message whether it is recorded.
        how: The rest.
        address: Of the relay, for people.
    """

    path: Path
    wanted: Callable[[Driver, Message], bool]
    how: RecordOptions
    address: str = ""


@dataclass(slots=True, eq=False)
class _Track:
    """A message that is recorded."""

    driver: Driver
    feed: Feed
    position: int
    description: Description
    channel: int = 0
    passed: int = 0  # frames that came too fast to be recorded
    before: dict[str, int] = field(default_factory=dict)  # losses when it began
    told: dict[str, int] = field(default_factory=dict)  # losses that are in the file


class Recorder:
    """A recording that goes on. Made by `Bridge.record`; any thread may use it.

    It ends by `stop`, at the end of a ``with`` block, with the bridge and with the program. What
    was published before is then in the file; if the program is killed, all but the last second is.

    Attributes:
        files: The files so far, the newest one last.
        frames: Frames in them.
        lost: Frames that were wanted and are not in them, for whatever reason; the files say which.
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
        self._schemas: set[tuple[str, str]] = set()  # of the present file
        self._notes: list[dict[str, Any]] = []
        self._events = 0
        self._gone = 0  # frames lost of messages that have other structs now
        self._begun = 0.0
        self.files: list[Path] = []
        self.frames = 0
        self.problem = ""
        self._output, self._writer = self._open()
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
        """The present file."""
        return self.files[-1]

    @property
    def lost(self) -> int:
        """Frames that were wanted and are not in the files."""
        return self._gone + sum(map(_lost, tuple(self._tracks.values())))

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
        size = f"{self._output.size / 1e6:,.1f} MB"
        text = f"{self.path}: {counted(self.frames, 'frame')}, {size}{lost}"
        return f"{text}; {self.problem}" if self.problem else text

    def __repr__(self) -> str:
        return f"<{'recording' if self.running else 'recorded'} {self.state()}>"

    # In its own thread.

    def _run(self) -> None:
        try:
            while not self._ending.wait(_PAUSE):
                self._look()
            self._look()
            self._tell()
            self._writer.finish()
            self._output.sync()
        except CwireError as error:
            self.problem = str(error)
        finally:
            self._ending.set()
            self._synced.set()
            self._output.close()

    def _sync(self) -> None:
        """Has the system write to the disk once a second, without anybody waiting for it."""
        while not self._ending.wait(_FLUSH):
            self._output.sync()

    def _open(self) -> tuple[GrowingFile, Writer]:
        path = self._plan.path
        if self.files:
            path = path.with_name(f"{path.stem}-{len(self.files) + 1}{path.suffix}")
        output = GrowingFile(path, overwrite=self._plan.how.overwrite)
        library = f"cwire {__version__}"
        writer = Writer(output.write, library=library, compression=self._plan.how.compression)
        self.files.append(path)
        self._begun = time.monotonic()
        self._schemas.clear()
        writer.metadata(RUN, _surroundings(self._plan.address))
        self._events = writer.channel(EVENTS, "json", 0, {})
        for track in self._tracks.values():
            track.channel = 0
        return output, writer

    def _look(self) -> None:
        """Takes what has come since it looked last."""
        for name, driver in self._drivers().items():
            self._watch(name, driver)
            if driver.schema is None or driver.problem:
                continue
            for message in driver.schema.published.values():
                if self._plan.wanted(driver, message):
                    self._take(driver, message)
        while self._notes:
            self._event(self._notes.pop(0))
        now = time.monotonic()
        if now - self._flushed >= _FLUSH:
            self._flushed = now
            self._tell()
            self._writer.flush()
        if self._is_full(now):
            self._tell()
            self._writer.finish()
            self._output.sync()
            before = self._output
            self._output, self._writer = self._open()
            before.close()

    def _is_full(self, now: float) -> bool:
        plan = self._plan.how
        if plan.split_bytes is not None:
            size = self._output.size + self._writer.waiting
            if size >= plan.split_bytes:
                return True
        return plan.split_seconds is not None and now - self._begun >= plan.split_seconds

    def _watch(self, name: str, driver: Driver) -> None:
        """Notes that a driver came, went, or began another run."""
        state = driver.state, driver.run
        if self._states.get(name) != state and not driver.is_relay:
            self._states[name] = state
            event = {"event": "driver", "driver": name, "state": driver.state}
            self._event(event | ({"run": driver.run} if driver.run else {}))

    def _take(self, driver: Driver, message: Message) -> None:
        key = driver.name, message.name
        track = self._tracks.get(key)
        if track is None or (track.feed.replaced and track.feed.message is not message):
            if track is not None:
                self._drain(track)
                self._tell_losses(track)
                self._gone += _lost(track)
            feed = self._feed(driver, message)
            # What came before the recording began is not of it; after a change of structs all is.
            position = feed.history.total if track is None else 0
            assert driver.schema is not None
            description = describe(driver.schema, message)
            track = self._tracks[key] = _Track(driver, feed, position, description)
            track.before = track.told = _losses(track)
        self._drain(track)

    def _drain(self, track: _Track) -> None:
        history = track.feed.history
        while (stop := history.total) > track.position:
            start, found = history.next(track.position, stop - track.position)
            track.passed += start - track.position
            track.position = start + len(found)
            if isinstance(found, FrameArray):
                self._write(track, found)
            else:
                for record in found:
                    self._write(track, frame_of(record))

    def _write(self, track: _Track, frames: FrameArray) -> None:
        if not len(frames):
            return
        if not track.channel:
            track.channel = self._channel(track)
        rows = np.asarray(frames).view(np.uint8).reshape(len(frames), -1)
        size = unpack_header(rows[0]).size - HEADER_SIZE
        self._writer.frames(track.channel, rows, size, track.description)
        self.frames += len(frames)

    def _channel(self, track: _Track) -> int:
        driver, message = track.driver, track.feed.message
        schema = driver.schema
        assert schema is not None
        key = driver.name, schema.layout_hash
        if key not in self._schemas:
            self._schemas.add(key)
            pairs = {"driver": driver.name, "layout_hash": schema.layout_hash}
            self._writer.metadata(SCHEMA, pairs | {"schema": json.dumps(schema.json)})
        description = track.description
        number = self._writer.schema(description.name, "ros2msg", description.text.encode())
        about = {MESSAGE: message.name, DRIVER: driver.name}
        about |= {LAYOUT_HASH: schema.layout_hash, RUN: driver.run or ""}
        return self._writer.channel(topic_of(driver.name, message.name), "cdr", number, about)

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
        stamp = event.pop("time_ns", time.time_ns())
        self._writer.message(self._events, 0, stamp, json.dumps(event).encode())


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
