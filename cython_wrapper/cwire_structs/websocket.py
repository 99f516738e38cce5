"""WebSocket (RFC 6455) as both sides speak it: opcodes, close codes, frame heads, masks, limits.

The relay and the client each have a reader of their own, since they keep what they receive in
different ways. What a frame may begin with, what a control frame says and what a close code may be
is decided here for both. No extensions. Pure.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from cwire_structs.frames import PROTOCOL

__all__ = [
    "CONTROL",
    "CONTROL_LIMIT",
    "FIN",
    "GUID",
    "LENGTH",
    "MASKED",
    "MASK_BYTES",
    "OPCODE",
    "RESERVED",
    "SUBPROTOCOL",
    "UNMASKED_HEAD_LIMIT",
    "VERSION",
    "Close",
    "CloseCode",
    "Opcode",
    "Ping",
    "Pong",
    "WebSocketError",
    "accept_key",
    "check_head",
    "close_payload",
    "decode_text",
    "encode",
    "head",
    "mask",
    "may_be_sent",
    "parse_control_frame",
]

SUBPROTOCOL = f"cwire.v{PROTOCOL}"
"""The subprotocol that clients offer and the relay selects."""

VERSION = "13"
"""The Sec-WebSocket-Version of RFC 6455."""

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""The text that a server appends to the client's key before it hashes it (section 1.3)."""

FIN, RESERVED, OPCODE, CONTROL = 0x80, 0x70, 0x0F, 0x08
"""Bits of a frame's first byte: last fragment, reserved, opcode, and of that: control frame."""

MASKED, LENGTH = 0x80, 0x7F
"""Bits of a frame's second byte."""

MASK_BYTES = 4
CONTROL_LIMIT = 125
"""Bytes of the payload of a close, ping or pong frame at the most (section 5.5)."""

UNMASKED_HEAD_LIMIT = 10
"""Bytes of the longest head of a frame that is not masked."""

_pack_head = struct.Struct("!BB").pack
_pack_head_16 = struct.Struct("!BBH").pack
_pack_head_64 = struct.Struct("!BBQ").pack

_INTEGER_BYTES = 512
"""Payloads up to this size are masked as one Python integer; numpy is faster from there on."""


class Opcode(IntEnum):
    """The kind of a frame (section 11.8)."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


_OPCODES = frozenset(Opcode)
# To look these up in their class takes 60 ns per frame.
_CONTINUATION, _PING, _PONG = Opcode.CONTINUATION, Opcode.PING, Opcode.PONG


class CloseCode(IntEnum):
    """Reasons to close (section 7.4 and the IANA registry); cwire's own are from 4000."""

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    INVALID_TEXT = 1007
    MESSAGE_TOO_BIG = 1009
    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    TOO_SLOW = 4008


_SENT_CODES = (range(1000, 1004), range(1007, 1015), range(3000, 5000))


def may_be_sent(code: int) -> bool:
    """Whether a close frame may carry this code (section 7.4); the others are reserved."""
    return any(code in codes for codes in _SENT_CODES)


class WebSocketError(Exception):
    """The other side broke the protocol or exceeded a limit.

    Attributes:
        code: The close code to fail the connection with.
        reason: What was wrong.
    """

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Ping:
    """A question for a sign of life: the answer is a pong with the same data."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Pong:
    """A sign of life."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The last frame of a side. `code` is None if it gave none."""

    code: int | None
    reason: str


def accept_key(key: str) -> str:
    """The Sec-WebSocket-Accept that answers a client's Sec-WebSocket-Key."""
    # The protocol uses SHA-1 as a checksum; nothing is secret.
    digest = hashlib.sha1((key + GUID).encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def check_head(first: int, second: int, *, masked: bool, fragmented: bool) -> None:
    """Checks the first two bytes of a frame.

    Args:
        first: The first byte: FIN, reserved bits, opcode.
        second: The second byte: mask bit, length.
        masked: Whether frames of this direction must be masked: those of clients.
        fragmented: Whether a message in fragments has begun.

    Raises:
        WebSocketError: No frame may begin so here.
    """
    opcode = first & OPCODE
    if first & RESERVED:
        raise _violation("a frame with reserved bits set")
    if bool(second & MASKED) != masked:
        raise _violation("a frame of a client must be masked" if masked else "a masked frame")
    if opcode not in _OPCODES:
        raise _violation(f"a frame with the unknown opcode {opcode}")
    if opcode & CONTROL:
        if second & LENGTH > CONTROL_LIMIT or not first & FIN:
            raise _violation("a control frame in fragments or of more than 125 bytes")
    elif (opcode == _CONTINUATION) != fragmented:
        raise _violation("fragments in disorder")


def _violation(reason: str) -> WebSocketError:
    return WebSocketError(CloseCode.PROTOCOL_ERROR, reason)


def parse_control_frame(opcode: int, payload: bytes | memoryview) -> Ping | Pong | Close:
    """Reads a control frame whose head has been checked.

    Raises:
        WebSocketError: A close frame without a valid code, or whose reason is not UTF-8.
    """
    if opcode == _PONG:
        return Pong(bytes(payload))
    if opcode == _PING:
        return Ping(bytes(payload))
    if not payload:
        return Close(None, "")
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or not may_be_sent(code):
        raise _violation("a close frame without a valid code")
    return Close(code, decode_text(payload[2:]))


def decode_text(payload: bytes | bytearray | memoryview) -> str:
    """The text of a message or of a close frame's reason.

    Raises:
        WebSocketError: It is not UTF-8.
    """
    try:
        return str(payload, "utf-8")
    except UnicodeDecodeError:
        raise WebSocketError(CloseCode.INVALID_TEXT, "text that is not UTF-8") from None


def close_payload(code: int, reason: str = "") -> bytes:
    """The payload of a close frame; a reason that does not fit is cut."""
    room = CONTROL_LIMIT - 2
    return code.to_bytes(2, "big") + reason.encode()[:room].decode(errors="ignore").encode()


def head(opcode: int, size: int, *, masked: bool = False) -> bytes:
    """The head of a message in one frame, or of a control frame; if masked, the key comes next.

    Args:
        opcode: Its kind.
        size: Bytes of its payload.
        masked: Whether it is a client's.
    """
    bit = MASKED if masked else 0
    if size <= CONTROL_LIMIT:
        return _pack_head(FIN | opcode, bit | size)
    if size < 1 << 16:
        return _pack_head_16(FIN | opcode, bit | 126, size)
    return _pack_head_64(FIN | opcode, bit | 127, size)


def mask(payload: bytes | bytearray, key: bytes | bytearray) -> bytes | memoryview:
    """Masks a payload, or takes the mask off: XOR with the key over and over (section 5.3)."""
    size = len(payload)
    if size <= _INTEGER_BYTES:
        keys = int.from_bytes((key * (size // MASK_BYTES + 1))[:size], "little")
        return (int.from_bytes(payload, "little") ^ keys).to_bytes(size, "little")
    words = np.frombuffer(payload + bytes(-size % MASK_BYTES), np.uint32)
    return (words ^ np.frombuffer(key, np.uint32)).data.cast("B")[:size]


def encode(opcode: int, payload: bytes, key: bytes = b"") -> bytes:
    """A message in one frame, or a control frame.

    Args:
        opcode: Its kind.
        payload: Text as UTF-8, bytes, or the data of the control frame.
        key: Four random bytes to mask it with, so that no proxy takes what a client sends for HTTP;
            nothing on the relay's side.
    """
    if not key:
        return head(opcode, len(payload)) + payload
    return b"".join((head(opcode, len(payload), masked=True), key, mask(payload, key)))
