"""WebSocket frames (RFC 6455) as a server hears and says them. Pure: bytes in, messages out."""

from __future__ import annotations

import struct

__all__ = ["BINARY", "CLOSE", "PING", "PONG", "TEXT", "WebSocketError", "WebSocketReader", "head"]

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
_CONTINUATION = 0x0
_DATA, _CONTROL = (TEXT, BINARY), (CLOSE, PING, PONG)
_FIN, _RESERVED, _OPCODE, _CONTROL_BIT = 0x80, 0x70, 0x0F, 0x08
_MASKED, _SIZE = 0x80, 0x7F
_LONGEST_CONTROL = 125
_PROTOCOL_ERROR, _TOO_BIG = 1002, 1009


class WebSocketError(Exception):
    """The client broke the protocol: what to close its connection with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class WebSocketReader:
    """Makes messages of what a client sends, however it is cut: `feed`, then `next` until None.

    Args:
        limit: Bytes of a message at the most.
    """

    __slots__ = ("_at", "_begun", "_data", "_limit", "_opcode")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data: bytes | bytearray = b""
        self._at = 0
        self._opcode = _CONTINUATION
        # Of a message in fragments, what has come; None: none has begun.
        self._begun: bytearray | None = None

    def feed(self, data: bytes) -> None:
        """Takes bytes as they have come."""
        if self._at == len(self._data):
            self._data = data
        else:
            if self._at or isinstance(self._data, bytes):
                self._data = bytearray(memoryview(self._data)[self._at :])
            self._data += data
        self._at = 0

    def next(self) -> tuple[int, bytes] | None:
        """The next whole message: its opcode and payload; None: more bytes are needed.

        Raises:
            WebSocketError: The client broke the protocol; nothing after it can be understood.
        """
        while self._at < len(self._data) and (frame := self._frame()) is not None:
            first, payload = frame
            opcode = first & _OPCODE
            if opcode & _CONTROL_BIT:
                return opcode, payload  # between the fragments of a message, perhaps
            if (opcode == _CONTINUATION) != (self._begun is not None):
                raise WebSocketError(
                    _PROTOCOL_ERROR, "a fragment without its message, or the reverse"
                )
            if first & _FIN and self._begun is None:
                return opcode, payload
            if self._begun is None:
                self._opcode, self._begun = opcode, bytearray()
            self._begun += payload
            if first & _FIN:
                message, self._begun = bytes(self._begun), None
                return self._opcode, message
        return None

    def _frame(self) -> tuple[int, bytes] | None:
        """The first byte and the payload of the next frame; None: it has not come whole."""
        data, at = self._data, self._at
        have = len(data) - at
        if have < 2:
            return None
        first, size = data[at], data[at + 1]
        opcode = first & _OPCODE
        if first & _RESERVED or opcode not in _KNOWN:
            raise WebSocketError(_PROTOCOL_ERROR, f"a frame begins with the byte {first:#04x}")
        if not size & _MASKED:
            raise WebSocketError(_PROTOCOL_ERROR, "a frame of a client must be masked")
        size &= _SIZE
        if opcode & _CONTROL_BIT and (size > _LONGEST_CONTROL or not first & _FIN):
            raise WebSocketError(_PROTOCOL_ERROR, "a control frame is too long or in fragments")
        mask = at + 2
        if size > _LONGEST_CONTROL:
            wide = 2 if size == _LONGEST_CONTROL + 1 else 8
            mask += wide
            if have < 2 + wide:
                return None
            size = int.from_bytes(data[at + 2 : mask], "big")
        if size + len(self._begun or b"") > self._limit:
            raise WebSocketError(_TOO_BIG, f"a message may have {self._limit} bytes at the most")
        begin = mask + 4
        end = begin + size
        if len(data) < end:
            return None
        self._at = end
        return first, _unmasked(data[mask:begin], data[begin:end])


_KNOWN = frozenset((_CONTINUATION, *_DATA, *_CONTROL))


def _unmasked(mask: bytes | bytearray, payload: bytes | bytearray) -> bytes:
    """The payload as it was before it was masked: XOR of two long integers, which is C."""
    size = len(payload)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "little")
    return (int.from_bytes(payload, "little") ^ key).to_bytes(size, "little")


def head(opcode: int, size: int) -> bytes:
    """The header of an unmasked message in one frame."""
    if size <= _LONGEST_CONTROL:
        return struct.pack("!BB", _FIN | opcode, size)
    if size < 1 << 16:
        return struct.pack("!BBH", _FIN | opcode, 126, size)
    return struct.pack("!BBQ", _FIN | opcode, 127, size)
