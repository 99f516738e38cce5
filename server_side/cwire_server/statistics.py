"""Statistics of the relay: counters of the hub to frames of relay_messages.h.

before = take_snapshot(hub, ...)
after = take_snapshot(hub, ...)
blocks = make_frames(before, after, seconds, first_sequences, time_ns, limit)

`/metrics` is made from the same snapshots. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from cwire_server.hub.hub import Hub
from cwire_server.relay_schema import RELAY_SCHEMA, cut_text
from cwire_structs import frames
from cwire_structs.schema.fields import Field

__all__ = [
    "STATISTICS",
    "ClientCount",
    "DriverCount",
    "MessageCount",
    "RelayCount",
    "Snapshot",
    "make_frames",
    "take_snapshot",
]

STATISTICS = frozenset(
    RELAY_SCHEMA.messages[name].id
    for name in ("relay_status", "relay_driver", "relay_message", "relay_client")
)
"""Ids of the relay's messages that come in rounds."""

# A field of relay_messages.h that is a rate, and the counter that it is the rate of. The other
# fields are called as in the classes below.
_RATES = {
    "frame_rate": "frames",
    "byte_rate": "bytes",
    "lost_rate": "lost",
    "dropped_rate": "dropped",
    "command_rate": "commands",
    "sent_byte_rate": "sent_bytes",
}


class RelayCount(NamedTuple):
    """The relay as a whole, as in ``struct relay_status``."""

    uptime: float = 0.0
    loop_lag: float = 0.0
    frames: int = 0
    bytes: int = 0
    lost: int = 0
    dropped: int = 0
    commands: int = 0
    sent_bytes: int = 0
    queue_bytes: int = 0
    clients: int = 0
    drivers: int = 0
    drivers_up: int = 0
    pending: int = 0

    @property
    def key(self) -> None:
        """Identifies it from one snapshot to the next: there is one relay."""
        return None


class DriverCount(NamedTuple):
    """One driver, as in ``struct relay_driver``."""

    source: int
    name: str
    state: str
    session: int = 0
    frames: int = 0
    bytes: int = 0
    lost: int = 0
    dropped: int = 0
    commands: int = 0
    pending: int = 0
    damaged: int = 0

    @property
    def key(self) -> int:
        """Identifies it from one snapshot to the next."""
        return self.source


class MessageCount(NamedTuple):
    """One message of a driver, as in ``struct relay_message``."""

    driver: str
    source: int
    id: int
    name: str
    frames: int = 0
    bytes: int = 0
    lost: int = 0
    dropped: int = 0

    @property
    def key(self) -> tuple[int, str]:
        """Identifies it from one snapshot to the next."""
        return self.source, self.name


class ClientCount(NamedTuple):
    """One client, as in ``struct relay_client``."""

    id: int
    subscriptions: int = 0
    queue_bytes: int = 0
    sent_bytes: int = 0
    dropped: int = 0

    @property
    def key(self) -> int:
        """Identifies it from one snapshot to the next."""
        return self.id


_Count = RelayCount | DriverCount | MessageCount | ClientCount


class Snapshot(NamedTuple):
    """All counters of a relay at one moment."""

    relay: RelayCount = RelayCount()
    drivers: tuple[DriverCount, ...] = ()
    messages: tuple[MessageCount, ...] = ()
    clients: tuple[ClientCount, ...] = ()

    def of(self, message: str) -> Sequence[_Count]:
        """Returns the counters for the frames of a message of relay_messages.h."""
        counts: dict[str, Sequence[_Count]] = {
            "relay_status": (self.relay,),
            "relay_driver": self.drivers,
            "relay_message": self.messages,
            "relay_client": self.clients,
        }
        return counts[message]


def take_snapshot(
    hub: Hub, pending: Callable[[int], int], uptime: float, loop_lag: float
) -> Snapshot:
    """Reads the counters of a hub.

    Args:
        hub: What to look at; it is not changed.
        pending: How many commands to a source wait for their reply.
        uptime: Seconds since the relay started.
        loop_lag: Seconds by which the last timer was late.
    """
    dropped = hub.dropped()
    drivers = tuple(
        DriverCount(
            source=driver.source,
            name=driver.name,
            state=driver.state,
            session=driver.session or 0,
            frames=driver.frames,
            bytes=driver.bytes,
            lost=driver.lost,
            dropped=sum(n for (source, _), n in dropped.items() if source == driver.source),
            commands=driver.commands,
            pending=pending(driver.source),
            damaged=driver.damaged,
        )
        for driver in hub.drivers.served
    )
    messages = tuple(
        MessageCount(
            driver=driver.name,
            source=driver.source,
            id=driver.schema.messages[name].id,
            name=name,
            frames=count.frames,
            bytes=count.bytes,
            lost=count.lost,
            dropped=dropped[driver.source, name],
        )
        for driver in hub.drivers.served
        for name, count in driver.messages.items()
        # One that the driver's present schema does not have any more is history.
        if driver.schema is not None and name in driver.schema.messages
    )
    clients = tuple(
        ClientCount(
            client.id,
            len(client.subscriptions),
            client.sink.data_bytes + client.sink.control_bytes,
            client.sent_bytes,
            client.sink.dropped,
        )
        for client in hub.clients.values()
    )
    relay = RelayCount(
        uptime=uptime,
        loop_lag=loop_lag,
        frames=sum(driver.frames for driver in drivers),
        bytes=sum(driver.bytes for driver in drivers),
        lost=sum(driver.lost for driver in drivers),
        dropped=sum(driver.dropped for driver in drivers),
        commands=sum(driver.commands for driver in drivers),
        sent_bytes=hub.sent_bytes,
        queue_bytes=sum(client.queue_bytes for client in clients),
        clients=len(clients),
        drivers=len(drivers),
        drivers_up=sum(driver.state == "up" for driver in drivers),
        pending=sum(driver.pending for driver in drivers),
    )
    return Snapshot(relay, drivers, messages, clients)


def make_frames(
    before: Snapshot,
    after: Snapshot,
    seconds: float,
    first_sequences: Mapping[int, int],
    time_ns: int,
    limit: int,
) -> Iterator[bytes]:
    """Makes one round of frames.

    Args:
        before: The counters of the last round.
        after: The counters now.
        seconds: Time between them, for the rates.
        first_sequences: By message id, for the messages that are wanted: what their first frame
            gets.
        time_ns: The stamp of all frames of the round.
        limit: Bytes of a block, unless one frame is larger.

    Yields:
        Blocks of whole frames of one message each, the ``relay_status`` last.
    """
    # By falling id: the relay_status, which is 1, ends the round.
    for id_, sequence in sorted(first_sequences.items(), reverse=True):
        message = RELAY_SCHEMA.by_id[id_]
        counts = after.of(message.name)
        dtype = message.frame_dtype(message.size)
        array = np.zeros(len(counts), dtype)
        header = np.ndarray(len(counts), frames.HEADER, array, strides=array.strides)
        header["size"] = frames.HEADER_SIZE + message.size
        header["type"] = id_
        header["source"] = frames.RELAY_SOURCE
        header["sequence"] = (sequence + np.arange(len(counts))) % 2**32
        header["time_ns"] = time_ns
        old = {count.key: count for count in before.of(message.name)}
        olds = [old.get(count.key) for count in counts]
        for field in message.struct.fields:
            array[field.name] = _column(field, olds, counts, seconds)
        rows = max(1, limit // dtype.itemsize)
        for start in range(0, len(array), rows):
            yield array[start : start + rows].tobytes()


def _column(
    field: Field, olds: Sequence[_Count | None], counts: Sequence[_Count], seconds: float
) -> Any:
    """Makes one field of all structs. By columns, since there may be many clients."""
    if field.name == "interval":
        return seconds
    counter = _RATES.get(field.name)
    if counter is not None:
        get = attrgetter(counter)
        before = np.array([0 if old is None else get(old) for old in olds], float)
        grown = np.array([get(count) for count in counts], float) - before
        return np.maximum(grown, 0) / seconds if seconds > 0 else 0.0
    get = attrgetter(field.name)
    values = [get(count) for count in counts]
    if (enum := field.type.enum) is not None:
        return [enum.values[value.upper()] for value in values]
    if field.type.is_text:
        return [cut_text(value, field.size) for value in values]
    return values
