"""The link to one driver: connects, reads, sends commands, and connects anew when it breaks.

A shell around `BatchReader` (bytes to frames), `Hub` (who gets what) and `PendingCommands` (who
asked what).
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import time
from collections.abc import Iterable

from cwire_server.config import DriverAddress
from cwire_server.drivers.batch_reader import BatchReader, Special
from cwire_server.drivers.greeting import LinkError, greet
from cwire_server.drivers.outgoing_queue import OutgoingQueue
from cwire_server.drivers.read_buffers import ReadBuffers
from cwire_server.errors import BatchError, internal_text
from cwire_server.hub.batch import Batch
from cwire_server.hub.hub import Hub
from cwire_server.hub.pending import Pending, PendingCommands
from cwire_server.hub.replies import forward_reply, refuse
from cwire_structs import control, frames
from cwire_structs.frames import Code, FrameError
from cwire_structs.schema import Schema, SchemaError

__all__ = ["DriverLink"]

_log = logging.getLogger("cwire.driver")

_new_socket = socket.socket

_FIRST_RETRY_SECONDS = 0.05
_LAST_RETRY_SECONDS = 1.0
_STEADY_SECONDS = 3.0
_SEND_LIMIT = 16 << 20
_LARGE_SCHEMA = 64 << 10


class DriverLink:
    """Keeps one driver connected to the hub: `run` returns only when it is cancelled.

    Attributes:
        tried: Set when it has looked for the driver once.
    """

    def __init__(self, hub: Hub, source: int, address: DriverAddress) -> None:
        self._hub = hub
        self._source = source
        self._address = address
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = None
        self._pending = PendingCommands(hub.limits.pending, hub.limits.answer)
        self._expiry: asyncio.TimerHandle | None = None
        self._outgoing = OutgoingQueue()
        self._full = False
        self._interest: frozenset[int] | None = None
        self._broken: asyncio.Future[None] | None = None
        # As much as the history keeps, and some to read into.
        self._buffers = ReadBuffers(2 * hub.limits.history)
        self._reader: BatchReader | None = None
        self._heard = 0.0
        self._held: asyncio.TimerHandle | None = None
        self.tried = asyncio.Event()

    @property
    def pending(self) -> PendingCommands:
        """The commands that wait for this driver's replies."""
        return self._pending

    async def run(self) -> None:
        """Connects, serves, and connects again, until it is cancelled."""
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
            # A link that breaks at once, again and again, is tried less and less often.
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
        schema = await _read_schema(hello.schema)
        self._broken = self._loop.create_future()
        self._send(control.answer())
        busy = self._hub.driver_up(self._source, hello, schema)
        self.tried.set()
        self.update_interest()
        _log.info("driver %s is up: %s at %s", self._address.name, hello.name, self._address.path)
        self._heard = self._loop.time()
        account = self._hub.drivers[self._source].account
        self._reader = BatchReader(self._source, account, self._buffers)
        self._loop.add_reader(self._socket, self._on_readable)
        if busy:
            self._hold()
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
                Code.EDOWN,
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
        self._outgoing = OutgoingQueue()
        self._full = False
        self._interest = None
        self._reader = None

    def _break(self, error: Exception) -> None:
        if self._broken is not None and not self._broken.done():
            self._broken.set_exception(error)
            self._broken.exception()  # seen: the relay may be stopping, and nobody waits any more
        if self._socket is not None:
            self._loop.remove_reader(self._socket)

    # Reading

    def _on_readable(self) -> None:
        assert self._socket is not None
        assert self._reader is not None
        try:
            size = self._socket.recv_into(self._reader.room())
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._break(LinkError(f"the driver broke the connection: {error.strerror}"))
            return
        if not size:
            self._break(LinkError("the driver closed the connection; start it again"))
            return
        self._heard = self._loop.time()
        self._hub.driver_heard(self._source)
        try:
            self._take(self._reader.received(size))
        except Exception as error:
            # What was read is lost to the reader now: also after a fault of ours the link must not
            # go on.
            self._break(error)

    def _take(self, parts: Iterable[Batch | Special]) -> None:
        """Gives batches to the hub and replies to their clients, in the order of the stream."""
        hold = False
        for part in parts:
            if isinstance(part, Batch):
                hold |= self._hub.route(part, self._heard)
            else:
                self._take_special(part)
        if hold:
            self._hold()

    def _hold(self) -> None:
        """Stops reading until a client has room, but for `Limits.patience` seconds at the most."""
        if self._socket is not None and self._held is None:
            self._loop.remove_reader(self._socket)
            self._held = self._loop.call_later(self._hub.limits.patience, self._overdue)

    def _overdue(self) -> None:
        self._hub.overdue(self._source)
        self.resume()

    def resume(self) -> None:
        """Resumes reading from the driver."""
        if self._held is not None:
            self._held.cancel()
            self._held = None
            if self._socket is not None:
                self._loop.add_reader(self._socket, self._on_readable)

    def _take_special(self, special: Special) -> None:
        header, payload = special
        if header.type == frames.CONTROL:
            message = control.parse_control(payload)
            if isinstance(message, control.Bye):
                raise LinkError(f"the driver said goodbye: {message.text}")
            return
        pending = self._pending.answer(header.request)
        client = self._hub.clients.get(pending.client) if pending else None
        if pending is None or client is None:
            return
        try:
            driver, limit = self._hub.drivers[self._source], self._hub.limits.json
            forward_reply(client, driver, pending, header, payload, limit)
        except Exception as error:
            self._hub.on_fault(f"the reply to client {client.id}", error)
            text = f"the driver has answered, but the reply is lost: {internal_text(error)}"
            self._refuse(pending, Code.EFAILED, text)

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
        """Whether the driver does not read its commands: more than 16 MiB of them wait."""
        return self._outgoing.bytes > _SEND_LIMIT

    def update_interest(self) -> None:
        """Tells the driver which messages are wanted, if that has changed."""
        if self._hub.drivers[self._source].state != "down":
            wanted = self._hub.interest(self._source)
            if wanted != self._interest:
                self._interest = wanted
                self._send(control.interest(wanted))

    def _send(self, frame: bytes) -> None:
        idle = not self._outgoing.bytes
        self._outgoing.put(frame)
        if idle:
            self._flush()

    def _flush(self) -> None:
        if self._socket is None:
            return
        try:
            while (piece := self._outgoing.next) is not None:
                self._outgoing.sent(self._socket.send(piece, socket.MSG_NOSIGNAL))
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
                Code.ETIMEOUT,
                f"no answer in {self._pending.patience:g} s; the outcome is unknown: the driver "
                "may still carry it out",
            )
        if (deadline := self._pending.next_deadline) is not None:
            self._expiry = self._loop.call_at(deadline, self._expire)

    def _refuse(self, pending: Pending, code: Code, text: str) -> None:
        client = self._hub.clients.get(pending.client)
        if client is not None:
            try:
                refuse(client, pending, code, text, time.time_ns())
            except Exception as error:
                self._hub.give_up(client, error)


async def _read_schema(text: bytes) -> Schema:
    """Reads a driver's schema; a large one, which takes seconds, beside the event loop."""
    if len(text) < _LARGE_SCHEMA:
        return Schema.from_json(text)
    return await asyncio.to_thread(Schema.from_json, text)
