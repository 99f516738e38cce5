"""Many clients of one relay in one process, read so cheaply that the relay is what is measured."""

from __future__ import annotations

import select
import socket
import statistics
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bare_websocket import BINARY, BareWebSocket, parse_head
from cwire_structs import frames
from cwire_structs.websocket import SUBPROTOCOL

__all__ = ["receive"]

_TILE, _PUBLISH = 2, 16
_TILE_BYTES = 64 << 10
_RATE = 60
_BUFFER = 320 << 10  # more than the relay's largest message
_FLOOD = 1200  # 75 MiB: more than sockets and queue hold for a client that does not read
_LIMIT_SECONDS = 40.0
_TIME = struct.Struct("<Q")


@dataclass(frozen=True)
class CrowdRun:
    """One run.

    Attributes:
        p50_s: From publishing to the reader, over all clients and frames.
        p99_s: The same, 99th percentile.
        frames: Delivered to all clients together.
        seconds: How long that took.
        cpu_s: The relay's processor time meanwhile.
    """

    p50_s: float
    p99_s: float
    frames: int
    seconds: float
    cpu_s: float


class _Member:
    """One client: its socket and what has come in so far."""

    def __init__(self, url: str, token: str, note: Callable[[float], None]) -> None:
        self.connection = BareWebSocket(url, token, SUBPROTOCOL)
        self.session = self.connection.next_json("hello")["drivers"][0]["session"]
        self.connection.send_json(op="subscribe", id=1, driver=None, messages=["tile"])
        self.connection.next_json("subscribed")
        self.socket = self.connection.socket
        self.frames = 0
        self._note = note
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)
        self._filled = len(self.connection.rest)
        self._view[: self._filled] = self.connection.rest

    def publish(self, count: int, batch: int, paced: int, rate: int) -> None:
        """Has tiles published."""
        order = struct.pack("<QIIII", count, _TILE, batch, paced, rate)
        command = frames.pack(_PUBLISH, order, source=1, sequence=self.session, request=count)
        self.connection.send(BINARY, command)

    def read(self) -> None:
        """Takes what is there and notes how old each tile is."""
        self._filled += self.socket.recv_into(self._view[self._filled :])
        buffer, at = self._buffer, 0
        while True:
            opcode, size, head = parse_head(buffer, at, self._filled)
            if not head or self._filled - at - head < size:
                break
            at += head
            if opcode == BINARY and size >= _TILE_BYTES:
                now = time.time_ns()
                for place in range(at, at + size, _TILE_BYTES):
                    self.frames += 1
                    self._note((now - _TIME.unpack_from(buffer, place + 16)[0]) * 1e-9)
            at += size
        rest = self._filled - at
        self._view[:rest] = self._view[at : self._filled]
        self._filled = rest


class _Crowd:
    """The clients that read."""

    def __init__(self, url: str, token: str, clients: int) -> None:
        self.latencies: list[float] = []
        self.members = [_Member(url, token, self.latencies.append) for _ in range(clients)]
        self._poll = select.epoll()
        self._by_number = {member.socket.fileno(): member for member in self.members}
        for number in self._by_number:
            self._poll.register(number, select.EPOLLIN)

    def read_until(self, count: int) -> None:
        """Reads until every client has had so many tiles."""
        deadline = time.monotonic() + _LIMIT_SECONDS
        while any(member.frames < count for member in self.members):
            for number, _ in self._poll.poll(0.05):
                self._by_number[number].read()
            if time.monotonic() > deadline:
                few = min(member.frames for member in self.members)
                raise TimeoutError(f"a client has had {few} of {count} tiles")


def receive(
    url: str, token: str, relay_pid: int, clients: int, seconds: float, other: str | None
) -> CrowdRun:
    """Tiles at 60 Hz to `clients`, and to one further client that is `stalled` or `reading`.

    With another client, a flood comes first, which fills whatever a stalled one leaves unread.
    """
    crowd = _Crowd(url, token, clients + (other == "reading"))
    stalled = _Crowd(url, token, int(other == "stalled"))
    for member in stalled.members:
        member.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
    first = crowd.members[0]
    flood = _FLOOD if other else 0
    if flood:
        first.publish(flood, batch=4, paced=1, rate=0)
        crowd.read_until(flood)
    warm = _RATE // 2
    count = warm + int(seconds * _RATE)
    first.publish(count, batch=1, paced=0, rate=_RATE)
    crowd.read_until(flood + warm)
    crowd.latencies.clear()
    begin, cpu = time.perf_counter(), _cpu_seconds(relay_pid)
    crowd.read_until(flood + count)
    elapsed, cpu = time.perf_counter() - begin, _cpu_seconds(relay_pid) - cpu
    return CrowdRun(
        p50_s=statistics.median(crowd.latencies),
        p99_s=statistics.quantiles(crowd.latencies, n=100)[98],
        frames=len(crowd.latencies),
        seconds=elapsed,
        cpu_s=cpu,
    )


def _cpu_seconds(pid: int) -> float:
    """A process's time on the processor so far, to the nanosecond."""
    return (
        sum(
            int((thread / "schedstat").read_text().split()[0])
            for thread in Path(f"/proc/{pid}/task").iterdir()
        )
        / 1e9
    )
