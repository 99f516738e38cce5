"""Plays a recorded file as a driver: with its gaps, faster, slower, step by step."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cwire.driver.driver import Driver
from cwire.errors import InvalidArgument, Refused, UnknownDriver
from cwire.recording.commands import RecordedCommand
from cwire.recording.file import RecordedFile, RecordedMessage
from cwire.recording.replay_messages import (
    NAMES,
    ReplayPause,
    ReplaySeek,
    ReplaySpeed,
    ReplayStep,
    with_replay,
)
from cwire.recording.timeline import Piece, Stretch, stretches
from cwire_structs.errors import hint_text
from cwire_structs.schema import Message

__all__ = ["Player"]

_TOLD = 0.2  # s between messages of how far it is
_FULL = 4 << 20  # bytes that may wait for a reader: a quarter of the ring
_LOOK = 1e-3  # s between looks whether a reader has room again
_RING = 16 << 20


class Player:
    """A driver that publishes what another one has published.

    Its messages are those of the recorded one, with their time stamps; beside them it has
    `replay_status` and the commands `replay_pause`, `replay_seek`, `replay_speed` and
    `replay_step`. A command of the recorded driver is answered as it was, if just this command,
    to the byte, is in the file: by the last answer up to where the replay is, else by the first
    one. All others are refused. It begins when somebody reads, and at its end it pauses.

    Args:
        file: The file.
        driver: Which of the drivers in it; None: the only one.
        socket: Where it listens; None: where a relay looks for a driver of its name.
        speed: Times as fast as recorded; 0: as fast as readers take it.
        loop: Begin again at the end.
        start: Seconds of the recording to leave out.

    Raises:
        UnknownDriver: The file has no such driver, or none.
        InvalidArgument: It has several, or the driver had several layouts.

    Attributes:
        driver: The driver.
        duration: Seconds of the recording.
        frames: Published so far.
    """

    def __init__(
        self,
        file: RecordedFile,
        driver: str | None = None,
        socket: str | None = None,
        *,
        speed: float = 1.0,
        loop: bool = False,
        start: float = 0.0,
    ) -> None:
        self._messages = _chosen(file, driver)
        first, last = file.span_of(self._messages)
        self._first = first
        self.duration = (last - first) / 1e9
        self.frames = 0
        self._loop = loop
        self._position = first + round(start * 1e9)
        self._speed = speed
        self._playing = True
        self._steps = 0
        self._jumped = True  # to `_position`
        self._closed = False
        self._changed = threading.Condition()
        self.ended = threading.Event()
        largest = max(one.message.size for one in self._messages)
        self.driver = Driver(
            self._messages[0].driver,
            with_replay(self._messages[0].schema),
            socket,
            ring_bytes=max(_RING, 8 * largest),
        )
        self._handle(file)
        self._thread = threading.Thread(target=self._run, name="cwire player", daemon=True)

    def _handle(self, file: RecordedFile) -> None:
        driver = self.driver
        for one in (self._pause, self._seek, self._set_speed, self._step):
            driver.command(f"replay{one.__name__.replace('_set', '')}")(one)
        answers: dict[tuple[str, bytes], list[RecordedCommand]] = {}
        for sent in file.commands:
            if sent.driver == driver.name and sent.outcome in ("DONE", "REFUSED"):
                answers.setdefault((sent.name, sent.payload), []).append(sent)
        for message in driver.schema.commands.values():
            if message.name not in NAMES:
                driver.command(message.name)(self._answerer(message, answers, file))

    def _answerer(
        self,
        message: Message,
        answers: Mapping[tuple[str, bytes], Sequence[RecordedCommand]],
        file: RecordedFile,
    ) -> Callable[..., bytes | None]:
        """Makes the handler of a command of the recorded driver."""

        def answer(request: object) -> bytes | None:
            found = answers.get((message.name, bytes(request)))  # type: ignore[call-overload]
            if not found:
                raise Refused(
                    f"this is a replay of {file.path.name}, which has no answer to this "
                    f"{message.name}: it is not carried out; there are {', '.join(NAMES[1:])}",
                    "EDENIED",
                )
            before = [one for one in found if one.time_ns <= self._position]
            then = before[-1] if before else found[0]
            if then.code:
                raise Refused(then.error, then.code)
            return then.answer or None

        answer.__annotations__["request"] = message.type  # so it is given the message as a whole
        return answer

    # Commands: in the driver's thread.

    def _pause(self, request: ReplayPause) -> dict[str, object]:
        with self._changed:
            self._playing, self._steps = not request.paused, 0
            return self._change()

    def _seek(self, request: ReplaySeek) -> dict[str, object]:
        if request.position > self.duration:
            raise Refused(f"the recording has {self.duration:.3f} s", "ERANGE")
        with self._changed:
            self._position, self._jumped = self._first + round(request.position * 1e9), True
            return self._change()

    def _set_speed(self, request: ReplaySpeed) -> dict[str, object]:
        with self._changed:
            self._speed = request.speed
            return self._change()

    def _step(self, request: ReplayStep) -> dict[str, object]:
        with self._changed:
            self._playing, self._steps = False, self._steps + int(request.frames)
            return self._change()

    def _change(self) -> dict[str, object]:
        self._changed.notify_all()
        return self.status()

    def status(self) -> dict[str, object]:
        """What `replay_status` says."""
        return {
            "position": max(0, self._position - self._first) / 1e9,
            "duration": self.duration,
            "speed": self._speed,
            "frames": self.frames,
            "playing": self._playing,
        }

    # Life.

    def start(self) -> None:
        """Listens, and plays when somebody reads."""
        self.driver.start()
        self._thread.start()

    def close(self) -> None:
        """Ends it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self.driver.close()

    def __enter__(self) -> Player:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # In its own thread.

    def _run(self) -> None:
        self._wait(self._is_read)
        told = self._tell(0.0)
        while not self._closed:
            with self._changed:
                start, self._jumped = self._position, False
            pace = _Pace()
            for stretch in stretches(self._messages, start):
                told = self._play(stretch, pace, told)
                if self._jumped or self._closed:
                    break
            else:
                self._end()
            told = self._tell(0.0)

    def _end(self) -> None:
        with self._changed:
            if self._loop and self.frames:
                self._position, self._jumped = self._first, True
                return
            self._playing, self._steps = False, 0
            self._position = self._first + round(self.duration * 1e9)
            self.ended.set()
        self._tell(0.0)
        self._wait(lambda: self._jumped)
        self._playing = True

    def _play(self, stretch: Stretch, pace: _Pace, told: float) -> float:
        """Publishes a stretch, as far as nothing else is asked for."""
        at, count = 0, len(stretch.times)
        while at < count:
            told = self._tell(told)
            with self._changed:
                if self._jumped or self._closed:
                    return told
                if not self._playing and not self._steps:
                    pace.forget()
                    self._changed.wait(_TOLD)
                    continue
                if self._steps and not self._playing:
                    stop = min(count, at + self._steps)
                    self._steps -= stop - at
                    pace.forget()
                elif not self._speed:
                    stop = count
                else:
                    due = pace.due(int(stretch.times[at]), self._speed)
                    stop = int(np.searchsorted(stretch.times, due, "right"))
                    if stop <= at:
                        wait = pace.until(int(stretch.times[at]), self._speed)
                        self._changed.wait(min(wait, _TOLD))
                        continue
            for piece in stretch.between(at, stop):
                self._publish(piece)
            at = stop
            with self._changed:
                if not self._jumped:
                    self._position = int(stretch.times[at - 1])
        return told

    def _publish(self, piece: Piece) -> None:
        message = self.driver.schema.messages[piece.message.name]
        size = piece.payloads.shape[1]
        if not size:
            for stamp in piece.stamps.tolist():
                self.driver.publish(message.name, b"", time_ns=stamp)
        else:
            count = (size - message.size) // message.tail_size if message.tail else 0
            most = max(1, (1 << 18) // size)
            payloads = np.ascontiguousarray(piece.payloads)
            records = payloads.reshape(-1).view(message.dtype(count))
            for start in range(0, len(records), most):
                if not self._speed:  # nobody waits for it: no reader is to lose any
                    self._wait(lambda: self.driver.pending < _FULL or not self.driver.peers)
                part = slice(start, start + most)
                self.driver.publish(message.name, records[part], time_ns=piece.stamps[part])
        self.frames += len(piece)

    def _wait(self, met: Callable[[], Any]) -> None:
        while not self._closed and not met():
            with self._changed:
                self._changed.wait(_LOOK)

    def _is_read(self) -> bool:
        # Libcwire takes a new relay to want every message, until the relay says what it wants.
        names = [one.message.name for one in self._messages]
        return self.driver.peers > 0 and any(self.driver.wanted(name) for name in names)

    def _tell(self, told: float) -> float:
        now = time.monotonic()
        if now - told < _TOLD or self._closed:
            return told
        self.driver.publish("replay_status", self.status())
        return now


class _Pace:
    """The clock of a replay: which time of the recording it is."""

    def __init__(self) -> None:
        self._anchor: tuple[float, int, float] | None = None  # s of here, ns of then, speed

    def forget(self) -> None:
        """Begins anew with the next frame."""
        self._anchor = None

    def due(self, first: int, speed: float) -> int:
        """Returns the time of the recording up to which frames are due, in ns."""
        now = time.monotonic()
        if self._anchor is None or self._anchor[2] != speed:
            self._anchor = now, first, speed
        here, then, _ = self._anchor
        return then + int((now - here) * speed * 1e9)

    def until(self, stamp: int, speed: float) -> float:
        """Returns the seconds until a time of the recording."""
        return max(0.0, (stamp - self.due(stamp, speed)) / speed / 1e9)


def _chosen(file: RecordedFile, driver: str | None) -> Sequence[RecordedMessage]:
    messages = list(file.messages.values())
    names = list(dict.fromkeys(one.driver for one in messages))
    if not names:
        raise UnknownDriver(f"{file.path} has no frames of cwire's to play")
    if driver is None and len(names) > 1:
        raise InvalidArgument(f"{file.path} has several drivers ({', '.join(names)}): choose one")
    if driver is not None and driver not in names:
        raise UnknownDriver(f"{file.path} has no driver {driver!r}; {hint_text(driver, names)}")
    chosen = [one for one in messages if one.driver == (driver or names[0])]
    chosen = [one for one in chosen if one.message.name not in NAMES]
    schema = chosen[0].schema
    if any(one.schema is not schema for one in chosen):
        raise InvalidArgument(
            f"{chosen[0].driver!r} came back with other structs in {file.path}: a replay has one "
            "layout; record or export the parts by their names"
        )
    return chosen
