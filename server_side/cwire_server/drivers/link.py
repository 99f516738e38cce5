"""The link to one driver: connects, reads, sends commands, and connects anew when it breaks.

A shell around an input (`SocketInput` or `RingInput`: bytes to frames), `Hub` (who gets what) and
`PendingCommands` (who asked what).
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import time
from collections.abc import Iterable, Iterator
from functools import partial

from cwire_server.config import Address, DeviceAddress
from cwire_server.devices import SerialDevice
from cwire_server.drivers.attaching import RingRefusedError, attach
from cwire_server.drivers.batch_reader import BatchReader, Special
from cwire_server.drivers.damage import DamageLog
from cwire_server.drivers.greeting import LinkError, farewell, greet
from cwire_server.drivers.outgoing_queue import OutgoingQueue
from cwire_server.drivers.reaching import NO_RING, ask, open_device, whole_hello
from cwire_server.drivers.read_buffers import ReadBuffers
from cwire_server.drivers.ring_input import RingInput
from cwire_server.drivers.ring_reader import RingReader
from cwire_server.drivers.schema_reader import SchemaReader
from cwire_server.drivers.socket_input import Connection, SocketInput
from cwire_server.errors import BatchError, internal_text
from cwire_server.hub.batch import Batch
from cwire_server.hub.hub import Hub
from cwire_server.hub.pending import Pending, PendingCommands
from cwire_server.hub.replies import forward_reply, refuse
from cwire_structs import control, frames, serial_line
from cwire_structs.frames import SCHEMAS_LIMIT, Code, FrameError, Header
from cwire_structs.ring import RingError
from cwire_structs.ring_handshake import Attached, Refused, RingHandshake
from cwire_structs.schema import Schema, SchemaError

__all__ = ["DriverLink"]

_log = logging.getLogger("cwire.driver")

_new_socket = socket.socket

_FIRST_RETRY_SECONDS = 0.05
_LAST_RETRY_SECONDS = 1.0
_STEADY_SECONDS = 3.0
_SEND_LIMIT = 16 << 20
_CAUSE = "is it stopped (in a debugger?) or busy without calling cwire_poll?"
_DEVICE_CAUSE = (
    "is it switched off, stopped in a debugger, or busy without calling cwire_mini_tick?"
)


class DriverLink:
    """Keeps one driver connected to the hub: `run` returns only when it is cancelled.

    Args:
        hub: Gets what the driver sends.
        source: The driver's number.
        address: Where it is.
        schemas: Reads its schema.
        refusal: The reason why its ring is not to be read; empty if it is.

    Attributes:
        tried: Set when it has looked for the driver once, with its ring or, failing that, without.
    """

    def __init__(
        self,
        hub: Hub,
        source: int,
        address: Address,
        schemas: SchemaReader,
        refusal: str = "",
    ) -> None:
        self._hub = hub
        self._schemas = schemas
        self._schema: Schema | None = None
        self._source = source
        self._address = address
        self._loop = asyncio.get_running_loop()
        self._socket: Connection | None = None
        self._pending = PendingCommands(hub.limits.pending, hub.limits.answer)
        self._expiry: asyncio.TimerHandle | None = None
        self._outgoing = OutgoingQueue()
        self._full = False
        self._interest: frozenset[int] | None = None
        self._broken: asyncio.Future[None] | None = None
        # As much as the history keeps, and some to read into.
        self._buffers = ReadBuffers(2 * hub.limits.history)
        self._input: SocketInput | RingInput | None = None
        self._refusal = refusal
        # The run of the driver whose ring cannot be read, and why.
        self._refused: tuple[int | None, str] | None = None
        self._heard = 0.0
        self._held: asyncio.TimerHandle | None = None
        self._damage = DamageLog(address.name, address.place)
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
            once_more = False
            try:
                try:
                    await self._serve(await self._connect())
                finally:
                    self._disconnect()
            except RingRefusedError as error:
                once_more = True  # then without the ring
                self._go_down(str(error))
            except (LinkError, FrameError, RingError, SchemaError, BatchError) as error:
                self._go_down(str(error))
            except OSError as error:
                self._go_down(f"no connection: {error.strerror or error}; trying again")
            except Exception as error:
                # A fault of ours must not cost the driver for good.
                _log.exception("the link to driver %s failed", self._address.name)
                self._go_down(f"the relay failed ({type(error).__name__}, see its log)")
            if not once_more:
                self.tried.set()
            # A link that breaks at once, again and again, is tried less and less often.
            if self._loop.time() - began > _STEADY_SECONDS:
                retry = _FIRST_RETRY_SECONDS
            await asyncio.sleep(retry * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
            retry = min(retry * 2, _LAST_RETRY_SECONDS)

    # Connecting

    async def _connect(self) -> RingHandshake:
        limit = self._hub.limits.hello
        if isinstance(self._address, DeviceAddress):
            self._socket = device = await open_device(self._address.device, self._on_damaged)
            return await ask(device, self._address, limit)
        self._socket = sock = _new_socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        return await greet(sock, self._address, limit)

    def _on_damaged(self, count: int) -> None:
        self._hub.drivers[self._source].damaged += count
        self._damage.add(count)

    async def _serve(self, handshake: RingHandshake) -> None:
        hello = handshake.hello
        assert self._socket is not None
        assert hello is not None
        if isinstance(self._address, DeviceAddress):
            hello = whole_hello(hello, self._address)
        if not self._hub.drivers.reserve(self._source, len(hello.schema)):
            raise LinkError(
                f"its schema of {len(hello.schema):,} bytes has no room: those of a relay's "
                f"drivers have {SCHEMAS_LIMIT:,} bytes at most together; let another relay serve it"
            )
        # Kept: should the driver have hung up meanwhile, the next time it is known.
        self._schema = await self._schemas.read(hello.schema)
        attached = await self._attach(self._socket, handshake, hello.epoch)
        self._broken = self._loop.create_future()
        driver = self._hub.drivers[self._source]
        driver.way = "ring"
        if isinstance(self._address, DeviceAddress):
            driver.way = NO_RING[type(self._address.device)]
        elif isinstance(attached, Refused):
            driver.way = f"socket: {attached.why}"
        busy = self._hub.driver_up(self._source, hello, self._schema)
        self.tried.set()
        if not busy:
            self.update_interest()
        _log.info("driver %s is up: %s at %s", self._address.name, hello.name, self._address.place)
        self._heard = self._loop.time()
        self._begin(self._socket, attached)
        if busy:
            self._hold()
        await self._watch(self._broken, hello.heartbeat)

    async def _attach(
        self, sock: Connection, handshake: RingHandshake, epoch: int
    ) -> Attached | Refused:
        refusal = self._refusal
        if self._refused is not None and self._refused[0] == epoch:
            refusal = self._refused[1]
        self._interest = self._hub.interest(self._source)
        if not isinstance(sock, socket.socket) or isinstance(self._address, DeviceAddress):
            with handshake:
                self._send(handshake.answer("a device has none", self._said_interest())[0])
                assert isinstance(handshake.outcome, Refused)
                return handshake.outcome
        try:
            return await attach(sock, handshake, self._said_interest(), refusal)
        except RingRefusedError as error:
            self._refused = epoch, str(error)
            raise

    def _said_interest(self) -> bytes:
        return control.interest(self._interest or ())

    def _begin(self, sock: Connection, attached: Attached | Refused) -> None:
        account = self._hub.drivers[self._source].account
        if isinstance(attached, Refused):
            is_device = isinstance(self._address, DeviceAddress)
            clock = time.time_ns if is_device else None  # a microcontroller may have no clock
            reader = BatchReader(self._source, account, self._buffers, clock=clock)
            self._input = SocketInput(sock, reader, self)
            self._input.start(attached.first)
        else:
            assert isinstance(sock, socket.socket)
            self._input = RingInput(
                sock,
                RingReader(
                    attached.ring,
                    attached.number,
                    self._source,
                    account,
                    partial(account, unread=True),
                    self._buffers,
                ),
                self,
            )
            self._input.start()
        self._input.expect(bool(self._interest))

    async def _watch(self, broken: asyncio.Future[None], heartbeat: float) -> None:
        """Waits until the link breaks, and says when the driver is silent for too long."""
        silence = 3 * max(heartbeat, 0.1)
        while True:
            done, _ = await asyncio.wait([broken], timeout=silence / 3)
            if done:
                broken.result()
            if self._input is not None:
                self._input.check()
            quiet = self._loop.time() - self._heard
            if quiet > silence:
                is_device = isinstance(self._address, DeviceAddress)
                cause = _DEVICE_CAUSE if is_device else _CAUSE
                text = f"the driver has been silent for {quiet:.0f} s; {cause}"
                self._hub.driver_stale(self._source, text)

    def _go_down(self, problem: str) -> None:
        if self._hub.drivers[self._source].problem != problem:
            _log.info("driver %s is down: %s", self._address.name, problem)
        self._hub.driver_down(self._source, problem)
        for pending in self._pending.drain():
            self._give_up(
                pending,
                Code.EDOWN,
                "the driver went down before it answered; the outcome is unknown, so look at the "
                "driver's state before sending the command again",
            )

    def _disconnect(self) -> None:
        self._damage.tell()
        if self._held is not None:
            self._held.cancel()
            self._held = None
        if self._input is not None:
            self._input.close()
            self._input = None
        if self._socket is not None:
            self._loop.remove_writer(self._socket)
            self._socket.close()
            self._socket = None
        self._outgoing = OutgoingQueue()
        self._full = False
        self._interest = None

    def abandon(self) -> None:
        """Closes what a forked child has of the connection, which shall end when its parent does.

        The event loop must not be told: it has the registry of descriptors in common with it.
        """
        if self._socket is not None:
            self._socket.close()

    def _end(self, error: Exception) -> None:
        """Ends this connection to the driver when all has been read that is there."""
        if self._input is None:
            self.lost(error)
        else:
            self._input.end(error)

    def lost(self, error: Exception) -> None:
        """Ends this connection to the driver."""
        if self._broken is not None and not self._broken.done():
            self._broken.set_exception(error)
            self._broken.exception()  # seen: the relay may be stopping, and nobody waits any more
        if self._input is not None:
            self._input.close()

    # Reading

    def heard(self) -> None:
        """Notes a sign of life of the driver."""
        self._heard = self._loop.time()
        self._hub.driver_heard(self._source)

    def take(self, parts: Iterable[Batch | Special]) -> None:
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
        if self._input is not None and self._held is None:
            self._input.pause()
            self._held = self._loop.call_later(self._hub.limits.patience, self._overdue)

    def _overdue(self) -> None:
        self._hub.overdue(self._source)
        self.resume()

    def resume(self) -> None:
        """Resumes reading from the driver."""
        if self._held is not None:
            self._held.cancel()
            self._held = None
            if self._input is not None:
                self._input.resume()

    def catching_up(self) -> Iterator[None]:
        """Takes in pieces what the driver has published by now, if the relay reads its ring."""
        return iter(()) if self._input is None else self._input.catching_up()

    @property
    def _is_serial(self) -> bool:
        return isinstance(self._address, DeviceAddress) and isinstance(
            self._address.device, SerialDevice
        )

    def _take_special(self, special: Special) -> None:
        header, payload = special
        if header.type == frames.CONTROL:
            match control.parse_control(payload):
                case control.Bye() as bye:
                    raise farewell(bye)
                case control.Hello() as hello if self._is_serial:
                    if hello.epoch != self._hub.drivers[self._source].epoch:
                        raise LinkError("the driver has started again")
                    # It has not got the answer, or it was asked for its hello twice.
                    self._send(control.answer() + self._said_interest())
                case control.Ring():
                    # One that polls seldom would be late again, for ever.
                    late = "the driver gave its ring too late; does it call cwire_poll seldom?"
                    self._refused = self._hub.drivers[self._source].epoch, late
                    raise LinkError(late)
            return
        pending = self._pending.answer(header.request)
        if pending is None:
            return
        self._forward(pending, header, payload)
        driver, now = self._hub.drivers[self._source], self._loop.time()
        self._hub.command_news.answered(driver, pending, special, time.time_ns(), now)

    def _forward(self, pending: Pending, header: Header, payload: bytes) -> None:
        """Gives a reply to the client that waits for it."""
        client = self._hub.clients.get(pending.client)
        if client is None:
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
        now, stamp, news = self._loop.time(), time.time_ns(), self._hub.command_news
        told = news.next_number()
        number = self._pending.add(client, request, type_, now, text=text, told=told)
        driver = self._hub.drivers[self._source]
        driver.commands += 1
        self._send(frames.pack(type_, payload, request=number, time_ns=stamp))
        news.passed_on(driver, self._pending[number], payload, stamp)
        if self._expiry is None:
            self._expiry = self._loop.call_at(now + self._pending.patience, self._expire)

    @property
    def congested(self) -> bool:
        """Whether the driver does not read its commands: more than 16 MiB of them wait."""
        return self._outgoing.bytes > _SEND_LIMIT

    @property
    def command_limit(self) -> int:
        """Bytes that a command's frame may have."""
        return serial_line.FRAME_LIMIT if self._is_serial else frames.FRAME_LIMIT

    def update_interest(self) -> None:
        """Tells the driver which messages are wanted, if that has changed."""
        if self._hub.drivers[self._source].state != "down":
            wanted = self._hub.interest(self._source)
            if wanted != self._interest:
                self._interest = wanted
                self._send(control.interest(wanted))
                if self._input is not None:
                    self._input.expect(bool(wanted))

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
            self._end(LinkError(f"the driver broke the connection: {error.strerror}"))
        if self._full:
            self._full = False
            self._loop.remove_writer(self._socket)

    def _expire(self) -> None:
        self._expiry = None
        for pending in self._pending.expire(self._loop.time()):
            self._give_up(
                pending,
                Code.ETIMEOUT,
                f"no answer in {self._pending.patience:g} s; the outcome is unknown: the driver "
                "may still carry it out",
            )
        if (deadline := self._pending.next_deadline) is not None:
            self._expiry = self._loop.call_at(deadline, self._expire)

    def forget_client(self, client: int) -> None:
        """Forgets the commands of a client that is gone, so that their replies are dropped."""
        for pending in self._pending.forget_client(client):
            text = "its client has left before the driver answered; the outcome is unknown"
            self._tell_unknown(pending, Code.EGONE, text)

    def _tell_unknown(self, pending: Pending, code: Code, text: str) -> None:
        driver, now = self._hub.drivers[self._source], self._loop.time()
        self._hub.command_news.unanswered(driver, pending, code, text, time.time_ns(), now)

    def _give_up(self, pending: Pending, code: Code, text: str) -> None:
        """Ends a command whose outcome is unknown."""
        self._refuse(pending, code, text)
        self._tell_unknown(pending, code, text)

    def _refuse(self, pending: Pending, code: Code, text: str) -> None:
        client = self._hub.clients.get(pending.client)
        if client is not None:
            try:
                refuse(client, pending, code, text, time.time_ns())
            except Exception as error:
                self._hub.give_up(client, error)
