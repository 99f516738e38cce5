"""WebSocket frames (RFC 6455) as a client reads and writes them: bytes in, events out. Pure.

A shell receives into the reader's own memory, and is told what has become whole::

    size = sock.recv_into(reader.room())
    for event in reader.received(size): ...

Messages are not copied: a binary one that came in one frame is a view of that memory, **valid until
the next call of** `room`. No extensions (compression costs more than it saves here).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np

__all__ = [
    "Close",
    "Event",
    "Opcode",
    "Ping",
    "Pong",
    "Reader",
    "Violation",
    "close_payload",
    "encode",
]

_FIN, _RESERVED, _OPCODE, _CONTROL = 0x80, 0x70, 0x0F, 0x08  # of the first byte
_MASKED = 0x80  # of the second
_HEAD_BYTES = 10  # of the longest header that a server may send
_CONTROL_BYTES = 125  # of the payload of a ping, pong or close, at most

_CLOSE_CODES = (range(1000, 1004), range(1007, 1015), range(3000, 5000))
"""Those that are sent (section 7.4)."""

_ROOM = 256 << 10
"""Bytes received at once: a whole batch of the relay, and little enough to stay in the cache."""

_LARGE = 64 << 10
"""A frame from this size on is received to its end only, and the header of the next one. What came
of the next frame is moved to the front of the memory: a few bytes, then, and not half a frame."""


class Opcode(IntEnum):
    """What a frame is (RFC 6455, section 11.8)."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


_OPCODES = frozenset(Opcode)
_WHOLE_BINARY = _FIN | Opcode.BINARY  # nearly every frame


@dataclass(frozen=True, slots=True)
class Ping:
    """The other side asks for a sign of life: a pong with the same data."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Pong:
    """A sign of life."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The other side says goodbye; nothing follows. `code` is None if it gave none."""

    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Violation:
    """The other side broke the protocol or a limit; nothing follows.

    Attributes:
        code: What to close with.
        reason: What was wrong.
    """

    code: int
    reason: str


Event: TypeAlias = str | memoryview | Ping | Pong | Close | Violation
"""A text message, a binary message, or one of the rest."""


class Reader:
    """Finds messages in what a server sends.

    Args:
        limit: Bytes of the largest message that is taken.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._memory = _fresh(_ROOM)
        self._begin = 0  # of what came and is not understood yet
        self._end = 0
        self._need = 0  # bytes of the frame that begins there, if so much is known
        self._largest = 0  # bytes that a frame has needed since the last trim
        self._shrink_to: int | None = None
        self._opcode: int | None = None  # of the message whose fragments are coming
        self._fragments = bytearray()
        self._over = False

    def room(self) -> memoryview:
        """Where to receive what comes next; never empty. Views given out before are void."""
        have, need = self._end - self._begin, self._need
        memory, enough = self._memory, need + _HEAD_BYTES
        if enough > len(memory):
            self._memory = _fresh(_ample(need))
        elif self._shrink_to is not None and enough <= self._shrink_to < len(memory):
            self._memory = _fresh(self._shrink_to)
        self._shrink_to = None
        if self._begin or self._memory is not memory:
            self._memory[:have] = memory[self._begin : self._end]
            self._begin, self._end = 0, have
        return self._memory[have : enough if need > _LARGE else None]

    def received(self, size: int) -> list[Event]:
        """So many bytes have been received into `room`; what has become whole by that."""
        self._end += size
        events: list[Event] = []
        try:
            while not self._over and (frame := self._frame()) is not None:
                event = self._event(*frame)
                if event is not None:
                    events.append(event)
        except _Wrong as wrong:
            self._over = True
            events.append(Violation(wrong.code, wrong.reason))
        if self._over:
            self._begin, self._need = self._end, 0
        return events

    def trim(self) -> None:
        """Gives back memory that no frame has needed since the last call."""
        self._shrink_to = _ample(self._largest)
        self._largest = 0

    def _frame(self) -> tuple[int, memoryview] | None:
        """First byte and payload of the next frame, if all of it is there."""
        memory, begin = self._memory, self._begin
        have = self._end - begin
        self._need = 0
        if have < 2:
            return None
        first, length = memory[begin], memory[begin + 1]
        if first != _WHOLE_BINARY or length & _MASKED or self._opcode is not None:
            self._check(first, length)
        head = 2
        if length > 125:
            head = 4 if length == 126 else 10
            if have < head:
                return None
            length = int.from_bytes(memory[begin + 2 : begin + head], "big")
        size = len(self._fragments) + length
        if size > self._limit and not first & _CONTROL:
            raise _Wrong(1009, f"a message of {size} bytes; the limit is {self._limit}")
        need = head + length
        self._largest = max(self._largest, need)
        if have < need:
            self._need = need
            return None
        self._begin = begin + need
        return first, memory[begin + head : begin + need]

    def _check(self, first: int, length: int) -> None:
        """Refuses what no frame may begin with here."""
        opcode = first & _OPCODE
        if first & _RESERVED:
            raise _Wrong(1002, "a frame with reserved bits set")
        if length & _MASKED:
            raise _Wrong(1002, "a masked frame")
        if opcode not in _OPCODES:
            raise _Wrong(1002, f"a frame with the unknown opcode {opcode}")
        if opcode & _CONTROL:
            if length > _CONTROL_BYTES or not first & _FIN:
                raise _Wrong(1002, "a control frame in fragments or of more than 125 bytes")
        elif (opcode == Opcode.CONTINUATION) != (self._opcode is not None):
            raise _Wrong(1002, "fragments in disorder")

    def _event(self, first: int, payload: memoryview) -> Event | None:
        """What a frame says; None for a fragment with more to come."""
        if first == _WHOLE_BINARY:
            return payload
        opcode = first & _OPCODE
        if opcode & _CONTROL:
            if opcode == Opcode.CLOSE:
                self._over = True
                return _close(payload)
            return (Ping if opcode == Opcode.PING else Pong)(bytes(payload))
        whole: memoryview | bytearray = payload
        if opcode == Opcode.CONTINUATION or not first & _FIN:
            if opcode != Opcode.CONTINUATION:
                self._opcode = opcode
            self._fragments += payload
            if not first & _FIN:
                return None
            assert self._opcode is not None
            whole, opcode = self._fragments, self._opcode
            self._fragments, self._opcode = bytearray(), None
        return memoryview(whole) if opcode == Opcode.BINARY else _text(whole)


class _Wrong(Exception):  # noqa: N818 - no error to the outside
    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason


def _fresh(size: int) -> memoryview:
    # Not zeroed, as a bytearray would be: the system gives the pages as they are first written.
    return np.empty(size, np.uint8).data


def _ample(need: int) -> int:
    """Memory for a frame: some more than it needs, since the next one may be a bit larger."""
    return max(_ROOM, need + need // 4 + _HEAD_BYTES)


def _text(payload: memoryview | bytearray) -> str:
    try:
        return str(payload, "utf-8")
    except UnicodeDecodeError:
        raise _Wrong(1007, "text that is not UTF-8") from None


def _close(payload: memoryview) -> Close:
    if not payload:
        return Close(None, "")
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or not any(code in codes for codes in _CLOSE_CODES):
        raise _Wrong(1002, "a close frame without a valid code")
    return Close(code, _text(payload[2:]))


def encode(opcode: Opcode, payload: bytes, key: bytes) -> bytes:
    """A whole message, or a control frame, as a client sends it.

    Args:
        opcode: What it is.
        payload: Text as UTF-8, bytes, or what the control frame has to say.
        key: Four random bytes to mask it with, so that no proxy takes it for HTTP.
    """
    size = len(payload)
    if size < 126:
        head = bytes((_FIN | opcode, _MASKED | size))
    elif size < 1 << 16:
        head = bytes((_FIN | opcode, _MASKED | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((_FIN | opcode, _MASKED | 127)) + size.to_bytes(8, "big")
    words = np.frombuffer(payload + bytes(-size % 4), np.uint32) ^ np.frombuffer(key, np.uint32)
    return b"".join((head, key, words.data.cast("B")[:size]))


def close_payload(code: int, reason: str = "") -> bytes:
    """The payload of a close frame; a reason that does not fit is cut."""
    room = _CONTROL_BYTES - 2
    return code.to_bytes(2, "big") + reason.encode()[:room].decode(errors="ignore").encode()
