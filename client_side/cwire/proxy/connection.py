"""One connection of a proxy: carries the bytes of both ways, with their faults."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from cwire.proxy.faults import Faults, Kind
from cwire.proxy.flow import Flow, Piece

__all__ = ["Connection", "Counts", "reset"]

_AT_ONCE = 1 << 16  # bytes that are read at once
_WAITING = 16 << 20  # bytes of one way that are late, at most: then its sender waits
_DESCRIPTORS = 16  # that come with one message


@dataclass(slots=True)
class Counts:
    """What has passed a proxy.

    Attributes:
        connections: That were made.
        refused: That the target did not take.
        up: Bytes that came for the target.
        down: Bytes that came from it.
        lost: Bytes that were left out on purpose.
        flipped: Bytes in which a bit was turned.
    """

    connections: int = 0
    refused: int = 0
    up: int = 0
    down: int = 0
    lost: int = 0
    flipped: int = 0


@dataclass(eq=False, slots=True)
class _Lane:
    """One way, and what waits on it until it is due."""

    source: socket.socket
    sink: socket.socket
    flow: Flow
    pieces: deque[tuple[Piece, list[int]]] = field(default_factory=deque)
    waiting: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    closes: bool = False
    """Behind the last piece it ends, since its source has."""
    discards: bool = False
    """What comes is read, and goes nowhere."""
    counted: tuple[int, int, int] = (0, 0, 0)

    def put(self, pieces: Iterable[Piece], descriptors: list[int]) -> None:
        for piece in pieces:
            self.pieces.append((piece, descriptors))
            self.waiting += len(piece.data)
            descriptors = []  # they go with the first byte
        _close(descriptors)
        self.changed.set()

    def take(self) -> tuple[Piece, list[int]]:
        piece, descriptors = self.pieces.popleft()
        self.waiting -= len(piece.data)
        self.changed.set()
        return piece, descriptors

    async def until_changed(self) -> None:
        self.changed.clear()
        await self.changed.wait()

    def clear(self) -> None:
        for _, descriptors in self.pieces:
            _close(descriptors)
        self.pieces.clear()


class Connection:
    """One connection with its two ways.

    Args:
        near: The socket of who has connected.
        far: The target's.
        up: What becomes of what comes from `near`.
        down: What becomes of what comes from `far`.
        counts: Where to count what passes.
        descriptors: Whether descriptors pass.
    """

    def __init__(
        self,
        near: socket.socket,
        far: socket.socket,
        up: Flow,
        down: Flow,
        counts: Counts,
        *,
        descriptors: bool,
    ) -> None:
        near.setblocking(False)
        self._up, self._down = _Lane(near, far, up), _Lane(far, near, down)
        self._counts = counts
        self._descriptors = descriptors
        self._kind: Kind | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        """Begins to carry; returns the task that ends with the connection."""
        self._task = asyncio.ensure_future(self._run())
        return self._task

    def set(self, up: Faults, down: Faults) -> None:
        """Chooses other faults for what comes from now on."""
        self._up.flow.faults, self._down.flow.faults = up, down

    def end(self, kind: Kind) -> asyncio.Task[None]:
        """Ends both ways at once."""
        assert self._task is not None
        self._kind = kind
        self._task.cancel()
        return self._task

    def count(self) -> None:
        """Adds to the counts what has come since the last time."""
        counts = self._counts
        for lane in (self._up, self._down):
            now = lane.flow.passed, lane.flow.lost, lane.flow.flipped
            passed, lost, flipped = (a - b for a, b in zip(now, lane.counted, strict=True))
            lane.counted = now
            counts.lost += lost
            counts.flipped += flipped
            if lane is self._up:
                counts.up += passed
            else:
                counts.down += passed

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        lanes = self._up, self._down
        timers = [
            loop.call_later(end.seconds, self.end, end.kind)
            for end in (lane.flow.faults.end for lane in lanes)
            if end is not None and end.seconds is not None
        ]
        try:
            await self._carry()
        except asyncio.CancelledError:
            if self._kind == "stall":
                with contextlib.suppress(asyncio.CancelledError):
                    await loop.create_future()  # until it is cut
                self._kind = "reset"
        finally:
            for timer in timers:
                timer.cancel()
            self.count()
            for lane in lanes:
                lane.clear()
                if self._kind == "reset":
                    reset(lane.source)
                else:
                    lane.source.close()

    async def _carry(self) -> None:
        try:
            async with asyncio.TaskGroup() as ways:
                for lane, other in ((self._up, self._down), (self._down, self._up)):
                    ways.create_task(self._read(lane))
                    ways.create_task(self._write(lane, other))
        except* OSError:
            self._kind = "reset"

    async def _read(self, lane: _Lane) -> None:
        loop = asyncio.get_running_loop()
        lane.put(lane.flow.feed(b"", loop.time()), [])
        while not lane.flow.ended:
            while lane.waiting > _WAITING and not lane.discards:
                await lane.until_changed()
            data, descriptors = await _receive(lane.source, passes=self._descriptors)
            if not data:
                lane.closes = True
                lane.put([Piece(lane.flow.close(loop.time()), b"")], [])
                return
            if not lane.discards:
                lane.put(lane.flow.feed(data, loop.time()), descriptors)

    async def _write(self, lane: _Lane, other: _Lane) -> None:
        loop = asyncio.get_running_loop()
        while not lane.discards:
            if not lane.pieces:
                if lane.closes:
                    with contextlib.suppress(OSError):  # it is gone by itself
                        lane.sink.shutdown(socket.SHUT_WR)
                    return
                await lane.until_changed()
                continue
            late = lane.pieces[0][0].due - loop.time()
            if late > 0:
                await asyncio.sleep(late)
            piece, descriptors = lane.take()
            await _send(lane.sink, piece.data, descriptors)
            match piece.end:
                case "reset":
                    raise ConnectionResetError
                case "stall":
                    await loop.create_future()
                case "truncate":
                    # Both see the end. What the sink still sends is read, or its system would
                    # take the end for a reset, and forget bytes that it has not given out.
                    other.discards = True
                    other.changed.set()
                    lane.sink.shutdown(socket.SHUT_WR)
                    lane.source.shutdown(socket.SHUT_RDWR)
                    return


async def _receive(source: socket.socket, *, passes: bool) -> tuple[bytes, list[int]]:
    """Waits for bytes, and the descriptors that come with them; no bytes: the end."""
    if not passes:
        return await asyncio.get_running_loop().sock_recv(source, _AT_ONCE), []
    await _until(source, writes=False)
    data, descriptors, _, _ = socket.recv_fds(source, _AT_ONCE, _DESCRIPTORS)
    return data, descriptors


async def _send(sink: socket.socket, data: bytes, descriptors: list[int]) -> None:
    if descriptors:
        try:
            await _until(sink, writes=True)
            data = data[socket.send_fds(sink, [data], descriptors, socket.MSG_NOSIGNAL) :]
        finally:
            _close(descriptors)
    await asyncio.get_running_loop().sock_sendall(sink, data)


async def _until(sock: socket.socket, *, writes: bool) -> None:
    """Waits until something can be read, or written."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    add, remove = (
        (loop.add_writer, loop.remove_writer) if writes else (loop.add_reader, loop.remove_reader)
    )
    add(sock, ready.set)
    try:
        await ready.wait()
    finally:
        remove(sock)


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def reset(sock: socket.socket) -> None:
    """Closes a socket at once; over TCP its peer sees a reset."""
    if sock.family != socket.AF_UNIX:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
