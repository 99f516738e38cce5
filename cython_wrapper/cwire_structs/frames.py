"""Frames: the wire format of PROTOCOL.md, as the C library implements it.

`scan`, `select` and `gather` work on batches without Python per frame; `pack` and `unpack_header`
are for single frames. Buffers are read in place and held only during the call. Pure.
"""

from __future__ import annotations

import struct
from enum import IntEnum, auto

import numpy as np

from cwire_structs._frames import (
    CODES,
    CONTROL,
    ERROR,
    FRAME_LIMIT,
    HEADER_SIZE,
    HELLO_LIMIT,
    PROTOCOL,
    RELAY_SOURCE,
    RELAY_TYPES,
    REPLY,
    SHARED,
    FrameError,
    Header,
    Scan,
    Tally,
    gather,
    pack,
    scan,
    select,
    span,
    stamp,
    unpack_header,
)

__all__ = [
    "CODES",
    "CONTROL",
    "ERROR",
    "FRAME_LIMIT",
    "HEADER",
    "HEADER_SIZE",
    "HELLO_LIMIT",
    "HISTORY_TYPE",
    "MESSAGE_LIMIT",
    "PAYLOAD_LIMIT",
    "PROTOCOL",
    "RELAY_NAME",
    "RELAY_SOURCE",
    "RELAY_TYPES",
    "REPLY",
    "SCHEMAS_LIMIT",
    "SHARED",
    "WINDOW_LIMIT",
    "Code",
    "FrameError",
    "Header",
    "Scan",
    "Tally",
    "code_name",
    "error_payload",
    "gather",
    "pack",
    "parse_error",
    "scan",
    "select",
    "span",
    "stamp",
    "type_bitmap",
    "unpack_header",
]

HISTORY_TYPE = 0xFFFE
"""The type of frames that hold pieces of a history on disk, which are frames again."""

RELAY_NAME = "relay"
"""The name of the relay's own statistics among the drivers; no driver can have it."""

HEADER = np.dtype(
    [
        ("size", "<u4"),
        ("type", "<u2"),
        ("flags", "u1"),
        ("source", "u1"),
        ("sequence", "<u4"),
        ("request", "<u4"),
        ("time_ns", "<u8"),
    ]
)
"""The header as a numpy dtype of 24 bytes."""

WINDOW_LIMIT = 1 << 30
"""Bytes of the largest window that a client may set for what is under way to it."""

SCHEMAS_LIMIT = 256 << 20
"""Bytes of the schemas of all drivers of a relay, together: they are in one hello."""

MESSAGE_LIMIT = SCHEMAS_LIMIT + FRAME_LIMIT
"""Bytes of a WebSocket message of a relay's, at most."""

PAYLOAD_LIMIT = FRAME_LIMIT - HEADER_SIZE
"""Bytes of a frame behind its header, at most."""

_CODE = struct.Struct("<i")
_NUMBERS = {name: number for number, (name, _) in CODES.items()}


class Code(IntEnum):
    """The error codes of cwire.h, without their prefix: ``Code.ERANGE`` is CWIRE_ERANGE."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[int]) -> int:
        return _NUMBERS[f"CWIRE_{name}"]  # what `auto()` stands for

    OK = auto()
    EINVAL = auto()
    ESYSTEM = auto()
    EUNKNOWN = auto()
    ESIZE = auto()
    ERANGE = auto()
    ETOOBIG = auto()
    EINUSE = auto()
    EGONE = auto()
    EPROTOCOL = auto()
    EFAILED = auto()
    ENOHANDLER = auto()
    EBUSY = auto()
    ETIMEOUT = auto()
    EDOWN = auto()
    ESESSION = auto()
    EDENIED = auto()


def code_name(code: int) -> str:
    """The name of an error code, such as ``CWIRE_ERANGE``; a driver's own codes are numbers."""
    return CODES[code][0] if code in CODES else f"code {code}"


def error_payload(code: int, text: str) -> bytes:
    """The payload of an error reply: a 32-bit code and UTF-8 text."""
    return _CODE.pack(code) + text.encode()


def parse_error(payload: bytes) -> tuple[int, str]:
    """Code and text of an error reply's payload; a payload too short for a code is a FrameError."""
    if len(payload) < _CODE.size:
        raise FrameError(f"an error reply needs {_CODE.size} bytes, this one has {len(payload)}")
    (code,) = _CODE.unpack_from(payload)
    return code, payload[_CODE.size :].decode(errors="replace")


def type_bitmap(types: set[int] | frozenset[int]) -> bytes:
    """The bitmap that `select` takes: one bit for each of the 65536 types."""
    bitmap = bytearray(8192)
    for number in types:
        bitmap[number // 8] |= 1 << number % 8
    return bytes(bitmap)
