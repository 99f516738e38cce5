"""The link to one driver: connects, reads batches, sends commands, and comes back when it breaks.

A shell around `Hub` (who gets what) and `PendingCommands` (who asked what).
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import time
from collections import deque

from cwire_server.config import DriverAddress
from cwire_server.drivers.greeting import LinkError, greet
from cwire_server.drivers.read_buffers import ReadBuffers
from cwire_server.errors import BatchError
from cwire_server.hub.batch import HEADROOM, Batch
from cwire_server.hub.hub import Hub
from cwire_server.hub.pending import Pending, PendingCommands
from cwire_server.hub.replies import forward_reply, refuse
from cwire_structs import control, frames
from cwire_structs.frames import FrameError, Scan
from cwire_structs.schema import Schema, SchemaError

__all__ = ["DriverLink"]

_log = logging.getLogger("cwire.driver")

_new_socket = socket.socket

_READ_BYTES = 256 << 10
# Less than this, or than a quarter of the read buffer, is copied out of it, so that a few bytes
# that wait for a slow client do not keep 256 KiB alive.
_COPY_BELOW = 32 << 10
_FIRST_RETRY_SECONDS = 0.05
_LAST_RETRY_SECONDS = 1.0
_STEADY_SECONDS = 3.0
_SEND_LIMIT = 16 << 20


class DriverLink:
    """Keeps one driver connected to the hub. `run` never returns until it is cancelled.

    Attributes:
        tried: It has looked for the driver once.
    """

    def __init__(self, hub: Hub, source: int, address: DriverAddress) -> None:
        self._hub = hub
        self._source = source
        self._address = address
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = None
        self._pending = PendingCommands(hub.limits.pending, hub.limits.answer)
        self._expiry: asyncio.TimerHandle | None = None
        self._outgoing: deque[memoryview] = deque()
        self._outgoing_bytes = 0
        self._full = False
        self._interest: frozenset[int] | None = None
        self._broken: asyncio.Future[None] | None = None
        # As much as the history keeps, and some to read into.
        self._buffers = ReadBuffers(2 * hub.limits.history)
        self._buffer = self._buffers.take(HEADROOM + _READ_BYTES)
        self._filled = HEADROOM
        self._needed = 0
        self._heard = 0.0
        self._held: asyncio.TimerHandle | None = None
        self.tried = asyncio.Event()

    @property
    def pending(self) -> PendingCommands:
        """The commands that wait for this driver's replies."""
        return self._pending

    async def run(self) -> None:
        """Connects, serves, and connects again, for ever."""
        retry = _FIRST_RETRY_SECONDS
        while True:
            began = self._loop.time()
            try:
                try:
                    await self._serve(await self._connect())
                finally:
                    self._disconnect()
                    self.tried.set()
            except (LinkError, FrameError, SchemaError, BatchError) as error:
                self._go_down(str(error))
            except OSError as error:
                self._go_down(f"no connection: {error.strerror or error}; trying again")
            except Exception as error:
                # A fault of ours must not cost the driver for good.
                _log.exception("the link to driver %s failed", self._address.name)
                self._go_down(f"the relay failed ({type(error).__name__}, see its log)")
            # What breaks at once, again and again, is not asked at full speed.
            if self._loop.time() - began > _STEADY_SECONDS:
                retry = _FIRST_RETRY_SECONDS
            await asyncio.sleep(retry * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
            retry = min(retry * 2, _LAST_RETRY_SECONDS)

    # Connecting

    async def _connect(self) -> control.Hello:
        self._socket = _new_socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        return await greet(self._socket, self._address, self._hub.limits.hello)

    async def _serve(self, hello: control.Hello) -> None:
        assert self._socket is not None
        schema = Schema.from_json(hello.schema)
        self._broken = self._loop.create_future()
        self._send(control.answer())
        self._hub.driver_up(self._source, hello, schema)
        self.tried.set()
        self.update_interest()
        _log.info("driver %s is up: %s at %s", self._address.name, hello.name, self._address.path)
        self._heard = self._loop.time()
        self._loop.add_reader(self._socket, self._on_readable)
        await self._watch(self._broken, hello.heartbeat)

    async def _watch(self, broken: asyncio.Future[None], heartbeat: float) -> None:
        """Waits until the link breaks, and says when the driver is silent for too long."""
        silence = 3 * max(heartbeat, 0.1)
        while True:
            done, _ = await asyncio.wait([broken], timeout=silence / 3)
            if done:
                broken.result()
            quiet = self._loop.time() - self._heard
            if quiet > silence:
                self._hub.driver_stale(
                    self._source,
                    f"the driver has been silent for {quiet:.0f} s; is it stopped (in a debugger?) "
                    "or busy without calling cwire_poll?",
                )

    def _go_down(self, problem: str) -> None:
        if self._hub.drivers[self._source].problem != problem:
            _log.warning("driver %s is down: %s", self._address.name, problem)
        self._hub.driver_down(self._source, problem)
        for pending in self._pending.drain():
            self._refuse(
                pending,
                "CWIRE_EDOWN",
                "the driver went down before it answered; the outcome is unknown, so look at the "
                "driver's state before sending the command again",
            )

    def _disconnect(self) -> None:
        if self._held is not None:
            self._held.cancel()
            self._held = None
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()
            self._socket = None
        self._outgoing.clear()
        self._outgoing_bytes = 0
        self._full = False
        self._interest = None
        # Not the one that was read into: what came before a goodbye may still wait in there.
        self._buffer = self._buffers.take(HEADROOM + _READ_BYTES)
        self._filled = HEADROOM
        self._needed = 0

    def _break(self, error: Exception) -> None:
        if self._broken is not None and not self._broken.done():
            self._broken.set_exception(error)
            self._broken.exception()  # seen: the relay may be stopping, and nobody waits any more
        if self._socket is not None:
            self._loop.remove_reader(self._socket)

    # Reading

    def _on_readable(self) -> None:
        assert self._socket is not None
        try:
            # At most one large frame, or as much as a message to a client may have.
            end = HEADROOM + max(_READ_BYTES, self._needed)
            received = self._socket.recv_into(memoryview(self._buffer)[self._filled : end])
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._break(LinkError(f"the driver broke the connection: {error.strerror}"))
            return
        if not received:
            self._break(LinkError("the driver closed the connection; start it again"))
            return
        self._heard = self._loop.time()
        self._hub.driver_heard(self._source)
        self._filled += received
        if self._filled - HEADROOM < self._needed:
            return
        try:
            self._consume()
        except (FrameError, BatchError, LinkError) as error:
            self._break(error)

    def _consume(self) -> None:
        """Hands on all whole frames of the buffer and keeps the rest for the next read."""
        buffer, filled = self._buffer, self._filled
        position = HEADROOM
        kept = hold = False
        needed = 0
        while position < filled:
            found = frames.scan(buffer, position, filled, source=self._source)
            if found.tallies:
                if buffer is self._buffer and _is_sparse(buffer, filled):
                    buffer = buffer[:filled]
                kept |= buffer is self._buffer
                hold |= self._route(buffer, position, filled, found)
            position = found.end
            if found.special:
                self._take_special(buffer, position)
                position += found.span
            elif not found.tallies or found.span == 0 or found.span > filled - position:
                needed = found.span
                break
        rest = filled - position
        # Large frames come one after the other: the next buffer is for one like the last.
        room = HEADROOM + max(_READ_BYTES, needed)
        if 2 * filled > len(self._buffer):
            room = max(room, len(self._buffer))
        into = self._buffer
        # Where the batches are in a copy, or there are none, the read buffer can be used again.
        if kept or room > len(into):
            into = self._buffers.take(room)
        if rest and (into is not self._buffer or position > HEADROOM):
            into[HEADROOM : HEADROOM + rest] = memoryview(buffer)[position:filled]
        self._buffer = into
        self._filled = HEADROOM + rest
        self._needed = needed
        if hold:
            self._hold()

    def _route(self, buffer: bytearray, position: int, filled: int, found: Scan) -> bool:
        """Gives frames to the hub; whether the driver should not be read on for now."""
        losses = self._hub.drivers[self._source].account(found.tallies)
        first = position == HEADROOM
        batch = Batch(
            source=self._source,
            buffer=buffer,
            start=position,
            end=found.end,
            tallies=found.tallies,
            losses=losses,
            headroom=first,
            slack=len(buffer) - filled if first else 0,
        )
        return self._hub.route(batch, self._heard)

    def _hold(self) -> None:
        """Stops reading until a client has room, but not for long."""
        if self._socket is not None and self._held is None:
            self._loop.remove_reader(self._socket)
            self._held = self._loop.call_later(self._hub.limits.patience, self._overdue)

    def _overdue(self) -> None:
        self._hub.overdue(self._source)
        self.resume()

    def resume(self) -> None:
        """Reads on."""
        if self._held is not None:
            self._held.cancel()
            self._held = None
            if self._socket is not None:
                self._loop.add_reader(self._socket, self._on_readable)

    def _take_special(self, buffer: bytearray, position: int) -> None:
        header = frames.unpack_header(buffer, position)
        payload = bytes(memoryview(buffer)[position + frames.HEADER_SIZE : position + header.size])
        if header.type == frames.CONTROL:
            message = control.parse_control(payload)
            if isinstance(message, control.Bye):
                raise LinkError(f"the driver said goodbye: {message.text}")
            return
        pending = self._pending.answer(header.request)
        client = self._hub.clients.get(pending.client) if pending else None
        if pending is None or client is None:
            return
        forward_reply(client, self._hub.drivers[self._source], pending, header, payload)

    # Sending

    def send_command(
        self, client: int, type_: int, request: int, payload: memoryview, *, text: bool = False
    ) -> None:
        """Sends a checked command to the driver under a fresh header, and waits for its reply."""
        now = self._loop.time()
        number = self._pending.add(client, request, type_, now, text=text)
        self._hub.drivers[self._source].commands += 1
        self._send(frames.pack(type_, payload, request=number, time_ns=time.time_ns()))
        if self._expiry is None:
            self._expiry = self._loop.call_at(now + self._pending.patience, self._expire)

    @property
    def congested(self) -> bool:
        """The driver does not read its commands."""
        return self._outgoing_bytes > _SEND_LIMIT

    def update_interest(self) -> None:
        """Tells the driver which messages are wanted, if that has changed."""
        if self._hub.drivers[self._source].state != "down":
            wanted = self._hub.interest(self._source)
            if wanted != self._interest:
                self._interest = wanted
                self._send(control.interest(wanted))

    def _send(self, frame: bytes) -> None:
        idle = not self._outgoing
        self._outgoing.append(memoryview(frame))
        self._outgoing_bytes += len(frame)
        if idle:
            self._flush()

    def _flush(self) -> None:
        if self._socket is None:
            return
        try:
            while self._outgoing:
                piece = self._outgoing[0]
                sent = self._socket.send(piece, socket.MSG_NOSIGNAL)
                self._outgoing_bytes -= sent
                if sent < len(piece):
                    self._outgoing[0] = piece[sent:]
                else:
                    self._outgoing.popleft()
        except (BlockingIOError, InterruptedError):
            if not self._full:
                self._full = True
                self._loop.add_writer(self._socket, self._flush)
            return
        except OSError as error:
            self._break(LinkError(f"the driver broke the connection: {error.strerror}"))
        if self._full:
            self._full = False
            self._loop.remove_writer(self._socket)

    def _expire(self) -> None:
        self._expiry = None
        for pending in self._pending.expire(self._loop.time()):
            self._refuse(
                pending,
                "CWIRE_ETIMEOUT",
                f"no answer in {self._pending.patience:g} s; the outcome is unknown: the driver "
                "may still carry it out",
            )
        if (deadline := self._pending.next_deadline) is not None:
            self._expiry = self._loop.call_at(deadline, self._expire)

    def _refuse(self, pending: Pending, code: str, text: str) -> None:
        client = self._hub.clients.get(pending.client)
        if client is not None:
            refuse(client, pending, code, text)


def _is_sparse(buffer: bytearray, filled: int) -> bool:
    """Whether what was read should rather be copied than keep all of the buffer alive."""
    return filled - HEADROOM < max(_COPY_BELOW, len(buffer) // 4)
