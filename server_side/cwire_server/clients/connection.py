"""The connection of one client past its handshake: moves its queue to its transport.

Everything that is sent goes through `_send`, in order: messages, pings, pongs and the close frame.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Sequence
from typing import Protocol

from cwire_server.clients.requests import ClientRequests, Services
from cwire_server.clients.transport import Bytes, Transport
from cwire_server.clients.websocket_reader import WebSocketReader
from cwire_server.hub.client import Client
from cwire_server.hub.client_queue import Binary, ClientQueue, Text, TextError, TextPieces
from cwire_structs.websocket import (
    Close,
    CloseCode,
    Opcode,
    Ping,
    Pong,
    WebSocketError,
    close_payload,
    encode,
    head,
)

__all__ = ["ClientConnection", "Requests", "pieces_of"]

_log = logging.getLogger("cwire.client")

# For a client to answer the close frame: usually, and when the relay stops.
_CLOSE_SECONDS, _LAST_CLOSE_SECONDS = 5.0, 1.0
# Then others have their turn: a client can ask for half a second's work in one message.
_TURN_SECONDS = 1e-3
# The same for writing: bytes, and how many of them a message counts beside its own.
_TURN_BYTES, _MESSAGE_BYTES = 1 << 20, 16 << 10
# A message below this is joined: to copy it is cheaper than to name its pieces to the system.
_JOIN_BELOW = 4 << 10
# More pieces than this are joined, too, or sent in parts if they are large: the system takes 1024
# at once, and each costs something.
_PIECES = 64
_JOIN_MANY_BELOW = 1 << 20
# To look these up in their class takes 60 ns per message.
_TEXT, _BINARY = Opcode.TEXT, Opcode.BINARY


def pieces_of(message: Text | TextPieces | Binary) -> tuple[Bytes, ...]:
    """The bytes of one unmasked WebSocket message; those of batches are not copied."""
    if isinstance(message, Text):
        payload = message.text.encode()
        return (head(_TEXT, len(payload)) + payload,)
    if isinstance(message, TextPieces):
        return (head(_TEXT, message.size), *message.pieces)
    header = head(_BINARY, message.size)
    batch = message.batch
    if batch is not None and batch.headroom and isinstance(batch.buffer, bytearray):
        begin = batch.start - len(header)
        batch.buffer[begin : batch.start] = header
        return (memoryview(batch.buffer)[begin : batch.end],)
    if message.size < _JOIN_BELOW:
        return (b"".join((header, *message.pieces)),)
    return (header, *message.pieces)


class Requests(Protocol):
    """Carries out what one client asks for, and answers it by the client's queue."""

    def receive_text(self, text: str) -> Iterator[object]:
        """Carries out a text message; yields after each piece of one that takes long."""

    def receive_frames(self, message: bytes) -> Iterator[object]:
        """The same for a binary message."""

    def left(self) -> None:
        """Notes that the client is gone."""


class ClientConnection:
    """Reads what the client says and writes what waits for it, when the socket can take it.

    A class for another protocol over WebSockets makes a queue and requests of its own.

    Args:
        transport: The client's, past the handshake; it belongs to this object from now on.
        services: The relay's parts that it uses, among them the hub that gets to know the client.
        connections: The set that this one is in while it lives.
    """

    _pieces = staticmethod(pieces_of)
    # Thousands of them may do nothing: what they share is not in here.
    __slots__ = (
        "_busy",
        "_client",
        "_close_received",
        "_close_sent",
        "_close_timer",
        "_closed",
        "_connections",
        "_loop",
        "_pong",
        "_pumping",
        "_queue",
        "_reader",
        "_requests",
        "_services",
        "_steps",
        "_transport",
        "_unsent",
        "answered",
    )

    def __init__(
        self,
        transport: Transport,
        services: Services,
        connections: set[ClientConnection],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._services = services
        self._connections = connections
        limits = services.hub.limits
        self._reader: WebSocketReader | None = WebSocketReader(limits.command)
        self._steps: Iterator[object] = iter(())  # what was read and is to be carried out yet
        self._busy = False  # with these: until they are done, nothing more is read
        self._pumping = False  # in turns with all else
        self._unsent: list[memoryview] = []
        self._pong: bytes | None = None
        self._close_sent = self._close_received = False
        self._close_timer: asyncio.TimerHandle | None = None
        self._closed: asyncio.Future[None] | None = None
        self.answered = True
        self._queue = self._make_queue()
        client = Client(self._queue, self._pump, self._give_up)
        self._client: Client | None = client
        self._requests = self._make_requests(client)
        connections.add(self)
        self._loop.add_reader(transport, self._readable)
        services.hub.add_client(client)
        _log.info("client %d connected", client.id)

    def _make_queue(self) -> ClientQueue:
        """Makes what the hub fills and this connection sends."""
        limits = self._services.hub.limits
        return ClientQueue(limits.queue, limits.control, limits.batch)

    def _make_requests(self, client: Client) -> Requests:
        """Makes what carries out the client's messages."""
        return ClientRequests(client, self._queue, self._services)

    # Reading

    def _readable(self) -> None:
        data = self._transport.read()
        if data:
            self.receive(data)
        elif data is not None:
            self._end()

    def receive(self, data: bytes) -> None:
        """Carries out what has come from the client."""
        self.answered = True
        if self._reader is not None:  # after an error nothing can be understood: it is forgotten
            self._reader.feed(data)
            self._steps = self._carry_out(self._reader)
            self._take_turn()

    def _take_turn(self) -> None:
        """Carries out what was read, for about a millisecond; the rest in turns with all else."""
        end = self._loop.time() + _TURN_SECONDS
        more = False
        try:
            for _ in self._steps:
                if self._loop.time() >= end:
                    more = True
                    break
        except WebSocketError as error:
            self._reader = None
            self.close(error.code, error.reason)
        except Exception as error:
            self._failed(error)
        if self._transport.fileno() < 0:
            return
        if more:
            self.answered = True  # what else it has said is not read yet
            self._loop.call_soon(self._take_turn)
        if more != self._busy:
            self._busy = more
            if more:
                self._loop.remove_reader(self._transport)
            else:
                self._loop.add_reader(self._transport, self._readable)

    def _carry_out(self, reader: WebSocketReader) -> Iterator[object]:
        """Carries out whole messages, a command or a text, or a piece of one, in each step."""
        while not self._close_received and (message := reader.next()) is not None:
            # Without a client: it was sent a close frame and has not answered yet.
            if isinstance(message, bytes) and self._client is not None:
                yield from self._while_here(self._requests.receive_frames(message))
            elif isinstance(message, str) and self._client is not None:
                yield from self._while_here(self._requests.receive_text(message))
            elif isinstance(message, Ping | Pong | Close):
                self._handle(message)
            yield None

    def _while_here(self, steps: Iterator[object]) -> Iterator[object]:
        for step in steps:
            yield step
            if self._client is None:
                break

    def _handle(self, message: Ping | Pong | Close) -> None:
        if isinstance(message, Ping):
            self._pong = message.data  # it answers those before it, too
            if not self._unsent:
                self._send_pong()
        elif isinstance(message, Close):
            self._close_received = True
            self._send_close(b"" if message.code is None else close_payload(message.code))

    # Writing

    def _pump(self, reads: bool = False) -> None:
        """Writes what waits until the socket is full; goes on when it has room again.

        What a client reads at once may be 20,000 texts: after 64 messages others have their turn.

        Args:
            reads: The socket was full and has room.
        """
        client = self._client
        if client is None:
            return
        if self._queue.overflown:
            _log.warning("client %d does not read its replies: disconnected", client.id)
            self.close(
                CloseCode.TOO_SLOW, "you do not read what you are sent: replies and text pile up"
            )
            return
        if self._unsent or self._pumping:
            return  # that is written first, or it goes on in its turn
        hub = self._services.hub
        spent = 0
        texts: list[Bytes] = []  # short ones, to be sent together
        while not self._unsent:
            if spent >= _TURN_BYTES:
                self._pumping = True
                self._loop.call_soon(self._pump_on)
                break
            try:
                message = self._queue.take(self._may_make_text)
            except TextError as error:
                hub.turns.done()
                if texts:
                    self._send((b"".join(texts),))
                    texts.clear()
                hub.end_subscriptions(client, error.subscriptions, error.fault)
                continue
            if message is None:
                break
            if of_frame := isinstance(message, Text) and message.of_frame:
                hub.turns.done()
            hub.count_sent(client, message.size)
            spent += _MESSAGE_BYTES + message.size
            # Not by any text: to be told of losses may be all that its window lets through.
            reads = reads or of_frame or isinstance(message, Binary)
            pieces = self._pieces(message)
            if isinstance(message, Text) and message.size < _JOIN_BELOW:
                texts.extend(pieces)
                continue
            if texts:
                pieces = (b"".join(texts), *pieces)
                texts.clear()
            self._send(pieces)
            if self._client is None:
                return  # it was gone
        if texts:
            self._send((b"".join(texts),))
        if reads and self._client is not None:
            hub.back_pressure.drained(client)

    def _may_make_text(self) -> bool:
        """Whether there is time for it now; else `_pump_on` is called when there is."""
        return self._services.hub.turns.take(self._pump_on)

    def _pump_on(self) -> None:
        self._pumping = False
        try:
            self._pump()
        except Exception as error:
            self._failed(error)

    def _send(self, pieces: Sequence[Bytes]) -> None:
        """Sends pieces in order as far as the socket takes them; the rest waits for room."""
        if len(pieces) > _PIECES and sum(map(len, pieces)) < _JOIN_MANY_BELOW:
            pieces = (b"".join(pieces),)
        try:
            sent = self._transport.write(pieces[:_PIECES])
        except OSError:
            self._end()
            return
        if len(pieces) == 1 and sent == len(pieces[0]):
            return
        for piece in pieces:
            if sent < len(piece):
                self._unsent.append(memoryview(piece)[sent:])
            sent = max(sent - len(piece), 0)
        if self._unsent:
            self._loop.add_writer(self._transport, self._writable)

    def _writable(self) -> None:
        pieces, self._unsent = self._unsent, []
        try:
            self._write_on(pieces)
        except Exception as error:
            self._failed(error)

    def _write_on(self, pieces: Sequence[Bytes]) -> None:
        # The socket was full and has room: the client reads. Its pong may be long in coming, as the
        # ping lies behind a large frame.
        self.answered = True
        self._send(pieces)
        if self._unsent or self._transport.fileno() < 0:
            return
        self._loop.remove_writer(self._transport)
        if self._pong is not None:
            self._send_pong()
        if self._close_sent:
            self._finish()
        elif self._client is not None:
            self._pump(reads=True)

    def _send_control(self, opcode: Opcode, payload: bytes) -> None:
        frame = encode(opcode, payload)
        if self._unsent:
            self._unsent.append(memoryview(frame))
        else:
            self._send((frame,))

    def _send_pong(self) -> None:
        payload, self._pong = self._pong, None
        if payload is not None and not self._close_sent:
            self._send_control(Opcode.PONG, payload)

    # Signs of life

    def send_ping(self) -> None:
        """Asks for a sign of life."""
        if not self._close_sent:
            self._send_control(Opcode.PING, b"")

    def cut_off(self) -> None:
        """Closes without waiting for an answer: there was none to the last ping."""
        if self._client is not None:
            _log.info("client %d does not answer: cut off", self._client.id)
        self._end()

    # The end

    def _failed(self, error: Exception) -> None:
        """Ends the connection after a fault of the relay's: no other client shall notice it."""
        if self._client is not None:
            self._services.hub.give_up(self._client, error)
        else:
            self._end()

    def _give_up(self, reason: str) -> None:
        self.close(CloseCode.INTERNAL_ERROR, reason)

    def close(self, code: int, reason: str) -> None:
        """Sends a close frame; a client that does not answer it within 5 s is cut off."""
        self._send_close(close_payload(code, reason))

    async def leave(self) -> None:
        """Sends a close frame and waits up to 1 s for the answer: the relay is stopping."""
        self.close(CloseCode.GOING_AWAY, "the relay is stopping")
        if self._transport.fileno() >= 0:
            self._closed = self._loop.create_future()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_CLOSE_SECONDS):
                    await self._closed
        self._end()

    def _send_close(self, payload: bytes) -> None:
        """Sends the last frame of this side; what waits for the client is forgotten."""
        self._leave_hub()
        if not self._close_sent and self._transport.fileno() >= 0:
            self._close_sent = True
            self._close_timer = self._loop.call_later(_CLOSE_SECONDS, self._end)
            self._send_control(Opcode.CLOSE, payload)
        if not self._unsent:
            self._finish()

    def _finish(self) -> None:
        """Ends the connection once the close frame is sent and the client's has come."""
        if self._close_received:
            self._end()
        elif self._reader is None and self._transport.fileno() >= 0:
            # Its close frame cannot be understood any more, but that it hangs up can. To close now,
            # with bytes unread, would reset the connection before the client has our close frame.
            self._transport.end_writing()

    def _leave_hub(self) -> None:
        """Takes the client out of the hub, and the commands that wait for it."""
        client, self._client = self._client, None
        if client is None:
            return
        services = self._services
        self._requests.left()
        services.hub.remove_client(client)
        if services.pages is not None:
            services.pages.origins.forget(client.id)
        for sink in services.commands.values():
            sink.forget_client(client.id)
        _log.info("client %d left", client.id)

    def _end(self) -> None:
        self._leave_hub()
        self._connections.discard(self)
        if self._close_timer is not None:
            self._close_timer.cancel()
        if self._transport.fileno() >= 0:
            self._loop.remove_reader(self._transport)
            self._loop.remove_writer(self._transport)
            self._transport.close()
        self._unsent.clear()
        self._steps = iter(())
        if self._closed is not None and not self._closed.done():
            self._closed.set_result(None)
