"""Finds the messages in what a WebSocket client sends: bytes in, messages out.

A reader apart from the client's (`cwire.link.websocket_reader`): a relay has thousands of clients
that are silent, so it keeps no memory for one of which nothing is incomplete; and a client's frames
are masked, so their payloads are copied anyway. The rules are those of `cwire_structs.websocket`.
Pure.
"""

from __future__ import annotations

from typing import TypeAlias

from cwire_structs.websocket import (
    CONTROL,
    CONTROL_LIMIT,
    FIN,
    LENGTH,
    MASK_BYTES,
    MASKED,
    OPCODE,
    Close,
    CloseCode,
    Opcode,
    Ping,
    Pong,
    WebSocketError,
    check_head,
    decode_text,
    mask,
    parse_control_frame,
)

__all__ = ["Message", "WebSocketReader"]

Message: TypeAlias = str | bytes | Ping | Pong | Close
"""A text message, a binary message or a control frame."""

_TEXT = int(Opcode.TEXT)
_WHOLE = frozenset({FIN | Opcode.TEXT, FIN | Opcode.BINARY})
"""First bytes of messages in one frame: nearly all."""


class WebSocketReader:
    """Makes messages of what a client sends, however it is cut: `feed`, then `next` until None.

    Args:
        limit: Bytes of a message at the most.
    """

    __slots__ = ("_at", "_data", "_fragments", "_limit", "_opcode")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data: bytes | bytearray = b""
        self._at = 0
        # Of a message in fragments: its opcode, and what has come; None where none has begun.
        self._opcode = _TEXT
        self._fragments: bytearray | None = None

    def feed(self, data: bytes) -> None:
        """Takes bytes as they have come."""
        if self._at == len(self._data):
            self._data = data
        else:
            if self._at or isinstance(self._data, bytes):
                self._data = bytearray(memoryview(self._data)[self._at :])
            self._data += data
        self._at = 0

    def next(self) -> Message | None:
        """The next whole message or control frame; None: more bytes are needed.

        Raises:
            WebSocketError: The client broke the protocol; nothing after it can be understood.
        """
        while self._at < len(self._data) and (frame := self._frame()) is not None:
            first, payload = frame
            opcode = first & OPCODE
            if opcode & CONTROL:
                return parse_control_frame(opcode, payload)
            if first not in _WHOLE:
                if self._fragments is None:
                    self._opcode, self._fragments = opcode, bytearray()
                self._fragments += payload
                if not first & FIN:
                    continue
                opcode, payload = self._opcode, bytes(self._fragments)
                self._fragments = None
            return decode_text(payload) if opcode == _TEXT else payload
        return None

    def _frame(self) -> tuple[int, bytes] | None:
        """The first byte and the payload of the next frame; None: it has not come whole."""
        data, at = self._data, self._at
        have = len(data) - at
        if have < 2:
            return None
        first, second = data[at], data[at + 1]
        fragments = self._fragments
        if first not in _WHOLE or second < MASKED or fragments is not None:
            check_head(first, second, masked=True, fragmented=fragments is not None)
        size = second & LENGTH
        begin = at + 2
        if size > CONTROL_LIMIT:
            wide = 2 if size == 126 else 8
            begin += wide
            if have < 2 + wide:
                return None
            size = int.from_bytes(data[at + 2 : begin], "big")
        if size + len(fragments or b"") > self._limit and not first & CONTROL:
            raise WebSocketError(
                CloseCode.MESSAGE_TOO_BIG, f"a message may have {self._limit} bytes at the most"
            )
        payload = begin + MASK_BYTES
        end = payload + size
        if len(data) < end:
            return None
        self._at = end
        return first, bytes(mask(data[payload:end], data[begin:payload]))
