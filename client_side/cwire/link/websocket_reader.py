"""Finds the messages in what the relay sends, where they were received: bytes in, events out.

A shell receives into the reader's own memory, and gets the messages that are complete::

    size = sock.recv_into(reader.room())
    for event in reader.received(size): ...

Messages are not copied: a binary one that came in one frame is a view of that memory, **valid until
the next call of** `room`. No extensions (compression costs more than it saves here).

A reader apart from the relay's (`cwire_server.clients.websocket_reader`), which keeps no memory for
a client that is silent. The rules are those of `cwire_structs.websocket`. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from cwire_structs.websocket import (
    CONTROL,
    CONTROL_LIMIT,
    FIN,
    MASKED,
    OPCODE,
    UNMASKED_HEAD_LIMIT,
    Close,
    CloseCode,
    Opcode,
    Ping,
    Pong,
    WebSocketError,
    check_head,
    decode_text,
    parse_control_frame,
)

__all__ = ["Event", "Reader", "Violation"]

_ROOM = 256 << 10
"""Bytes received at once: a whole batch of the relay, and little enough to stay in the cache."""

_LARGE = 64 << 10
"""A frame from this size on is received to its end only, and the header of the next one. What came
of the next frame is moved to the front of the memory: a few bytes, then, and not half a frame."""


_WHOLE_BINARY = FIN | Opcode.BINARY
"""The first byte of nearly every frame."""


@dataclass(frozen=True, slots=True)
class Violation:
    """The relay broke the protocol or exceeded a limit; nothing follows.

    Attributes:
        code: The close code to fail the connection with.
        reason: What was wrong.
    """

    code: int
    reason: str


Event: TypeAlias = str | memoryview | Ping | Pong | Close | Violation
"""A text message, a binary message, or one of the rest."""


class Reader:
    """Finds messages in what the relay sends.

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
        """The memory for what comes next, never empty. Views given out before are void."""
        have, need = self._end - self._begin, self._need
        memory, enough = self._memory, need + UNMASKED_HEAD_LIMIT
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
        """Takes `size` bytes, written into `room()`; returns the messages that they complete."""
        self._end += size
        events: list[Event] = []
        try:
            while not self._over and (frame := self._frame()) is not None:
                event = self._event(*frame)
                if event is not None:
                    events.append(event)
        except WebSocketError as error:
            self._over = True
            events.append(Violation(error.code, error.reason))
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
        if first != _WHOLE_BINARY or length & MASKED or self._opcode is not None:
            check_head(first, length, masked=False, fragmented=self._opcode is not None)
        head = 2
        if length > CONTROL_LIMIT:
            head = 4 if length == 126 else 10
            if have < head:
                return None
            length = int.from_bytes(memory[begin + 2 : begin + head], "big")
        size = len(self._fragments) + length
        if size > self._limit and not first & CONTROL:
            reason = f"a message of {size} bytes; the limit is {self._limit}"
            raise WebSocketError(CloseCode.MESSAGE_TOO_BIG, reason)
        need = head + length
        self._largest = max(self._largest, need)
        if have < need:
            self._need = need
            return None
        self._begin = begin + need
        return first, memory[begin + head : begin + need]

    def _event(self, first: int, payload: memoryview) -> Event | None:
        """The message of a frame; None for a fragment with more to come."""
        if first == _WHOLE_BINARY:
            return payload
        opcode = first & OPCODE
        if opcode & CONTROL:
            self._over = opcode == Opcode.CLOSE
            return parse_control_frame(opcode, payload)
        whole: memoryview | bytearray = payload
        if opcode == Opcode.CONTINUATION or not first & FIN:
            if opcode != Opcode.CONTINUATION:
                self._opcode = opcode
            self._fragments += payload
            if not first & FIN:
                return None
            assert self._opcode is not None
            whole, opcode = self._fragments, self._opcode
            self._fragments, self._opcode = bytearray(), None
        return memoryview(whole) if opcode == Opcode.BINARY else decode_text(whole)


def _fresh(size: int) -> memoryview:
    # Not zeroed, as a bytearray would be: the system gives the pages as they are first written.
    return np.empty(size, np.uint8).data


def _ample(need: int) -> int:
    """Memory for a frame: some more than it needs, since the next one may be a bit larger."""
    return max(_ROOM, need + need // 4 + UNMASKED_HEAD_LIMIT)
