"""The state of one driver, and the check and count of its frames. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cwire_server.errors import BatchError
from cwire_server.hub.history import HistoryStore
from cwire_server.hub.json_text import JsonText
from cwire_structs.frames import HEADER_SIZE, RELAY_SOURCE, Tally
from cwire_structs.schema import Schema

__all__ = ["DriverState", "MessageTotal"]


@dataclass(slots=True)
class MessageTotal:
    """Counters of one message of a driver since the relay started."""

    frames: int = 0
    bytes: int = 0
    lost: int = 0


@dataclass(eq=False)
class DriverState:
    """One driver: its state, its present run, and what was counted."""

    name: str
    source: int
    history: HistoryStore
    state: str = "down"
    problem: str | None = None
    """The reason why it is not up, for people."""
    session: int | None = None
    epoch: int | None = None
    schema: Schema | None = None
    schema_text: JsonText | None = None
    """The same as the driver sent it."""
    way: str | None = None
    """How its frames come: ``ring``, ``socket: `` and why not by its ring, ``TCP connection`` or
    ``serial line``."""
    socket: str | None = None
    """Where the relay looks for it: a Unix socket or a device; None for the relay itself."""
    frames: int = 0
    bytes: int = 0
    lost: int = 0
    damaged: int = 0
    """Frames that came damaged by a serial line; those that it published are lost, too."""
    commands: int = 0
    last_sequence: dict[int, int] = field(default_factory=dict)
    """By message id, in this epoch."""
    first_sequence: dict[int, int] = field(default_factory=dict)
    """The same of the first frames that came."""
    lost_of_run: dict[int, int] = field(default_factory=dict)
    """Frames lost between those that came, by message id, in this epoch."""
    messages: dict[str, MessageTotal] = field(default_factory=dict)

    @property
    def is_relay(self) -> bool:
        """Whether it is the relay's own source of statistics, and no driver."""
        return self.source == RELAY_SOURCE

    def is_meant_by(self, driver: str | None) -> bool:
        """Whether a subscription to ``driver`` covers it. The relay's own source must be named."""
        return not self.is_relay if driver is None else driver == self.name

    def event_of(self, schema: Schema) -> str:
        """The name in PROTOCOL.md of the event that another run with this schema is."""
        if self.schema is not None and self.schema.layout_hash != schema.layout_hash:
            return "schema_changed"
        return "up" if self.epoch is None else "restarted"

    def begin_run(self, session: int, epoch: int) -> None:
        """Forgets the run before: sequences begin anew."""
        self.session = session
        self.epoch = epoch
        self.last_sequence = {}
        self.first_sequence = {}
        self.lost_of_run = {}
        self.history.clear()

    def describe(self, *, schema: bool) -> dict[str, Any]:
        """The JSON object that clients get, with the schema or without."""
        description: dict[str, Any] = {
            "name": self.name,
            "source": self.source,
            "socket": self.socket,
            "state": self.state,
            "problem": self.problem,
            "way": None if self.state == "down" else self.way,
            "session": None if self.state == "down" else self.session,
            "epoch": None if self.epoch is None else str(self.epoch),
        }
        if schema:
            description["schema"] = self.schema_text
        return description

    def figures(self) -> dict[str, Any]:
        """The counters, for the `status` operation."""
        return {
            "name": self.name,
            "source": self.source,
            "state": self.state,
            "problem": self.problem,
            "way": None if self.state == "down" else self.way,
            "frames": self.frames,
            "bytes": self.bytes,
            "lost": self.lost,
            "damaged": self.damaged,
            "commands": self.commands,
        }

    def account(self, tallies: tuple[Tally, ...], *, unread: bool = False) -> dict[int, int]:
        """Checks frames against the schema and counts them; returns the losses by message id.

        Args:
            tallies: Of the frames.
            unread: What is missing before them was published, and not read since nobody wanted it:
                it is not lost.

        Raises:
            BatchError: A frame has an id or a size that the schema does not allow.
        """
        losses = {}
        for tally in tallies:
            message = self.schema.by_id.get(tally.type) if self.schema else None
            if message is None:
                raise BatchError(
                    f"it sent a frame of type {tally.type}, which its schema does not have"
                )
            # Only a message with a tail has frames of several sizes; the client checks each.
            payload = tally.size - HEADER_SIZE
            if not message.tail and (tally.mixed or payload != message.size):
                raise BatchError(
                    f"it sent {message.name} with a payload of {payload} bytes, its schema says "
                    f"{message.size}: rebuild it with its header's schema"
                )
            lost = tally.gaps
            last = self.last_sequence.get(tally.type)
            if last is None:
                self.first_sequence[tally.type] = tally.first_sequence
            else:
                step = (tally.first_sequence - last - 1) % 2**32
                lost += step if step < 2**31 else 0
            self.last_sequence[tally.type] = tally.last_sequence
            count, size = tally.count, tally.bytes
            if unread and lost:
                count, size, lost = count + lost, size + lost * (size // count), 0
                self.history.forget(tally.type)
            self.frames += count
            self.bytes += size
            total = self.messages.get(message.name)
            if total is None:
                total = self.messages[message.name] = MessageTotal()
            total.frames += count
            total.bytes += size
            total.lost += lost
            if lost:
                losses[tally.type] = lost
                self.lost += lost
                self.lost_of_run[tally.type] = self.lost_of_run.get(tally.type, 0) + lost
        return losses
