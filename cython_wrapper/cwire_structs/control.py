"""Control frames of the Unix socket session (PROTOCOL.md), read and written.

The C library has the driver's side of the same structs. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from cwire_structs.frames import CONTROL, HELLO_LIMIT, PROTOCOL, FrameError, pack

__all__ = ["MAGIC", "Bye", "Heartbeat", "Hello", "answer", "bye", "interest", "parse_control"]

MAGIC = b"cwire\0\0\0"
_HELLO, _ANSWER, _HEARTBEAT, _INTEREST, _BYE = 1, 2, 3, 4, 5
_KIND = struct.Struct("<I")
_HELLO_STRUCT = struct.Struct("<II8sQIIII")
_ANSWER_STRUCT = struct.Struct("<II8sII")
_BYE_STRUCT = struct.Struct("<Ii")


@dataclass(frozen=True)
class Hello:
    """The first frame of a driver, which describes it."""

    protocol: int
    epoch: int
    frame_bytes: int
    heartbeat: float
    """Seconds; a driver that is silent for three of them is stale."""
    name: str
    schema: bytes


@dataclass(frozen=True)
class Heartbeat:
    """A sign of life."""


@dataclass(frozen=True)
class Bye:
    """The last frame of a side, with the reason why it closes."""

    code: int
    text: str


def parse_control(payload: bytes | memoryview) -> Hello | Heartbeat | Bye | None:
    """Reads the payload of a control frame that a driver sent; None for a kind not known here.

    Raises:
        FrameError: It is too short, not of a cwire driver, or of another protocol version.
    """
    if len(payload) < _KIND.size:
        raise FrameError(f"a control frame needs {_KIND.size} bytes, this one has {len(payload)}")
    (kind,) = _KIND.unpack_from(payload)
    if kind == _HELLO:
        return _parse_hello(payload)
    if kind == _HEARTBEAT:
        return Heartbeat()
    if kind == _BYE:
        if len(payload) < _BYE_STRUCT.size:
            raise FrameError("the bye is cut short")
        _, code = _BYE_STRUCT.unpack_from(payload)
        return Bye(code, bytes(payload[_BYE_STRUCT.size :]).decode(errors="replace"))
    return None


def _parse_hello(payload: bytes | memoryview) -> Hello:
    if len(payload) < _HELLO_STRUCT.size:
        raise FrameError("the hello is cut short")
    _, protocol, magic, epoch, frame_bytes, heartbeat_ms, name_size, schema_size = (
        _HELLO_STRUCT.unpack_from(payload)
    )
    if magic != MAGIC:
        raise FrameError("what listens there is not a cwire driver (no cwire magic in its hello)")
    if protocol != PROTOCOL:
        raise FrameError(
            f"the driver speaks cwire protocol {protocol}, this side {PROTOCOL}: "
            "build both from the same cwire version"
        )
    rest = payload[_HELLO_STRUCT.size :]
    if name_size + schema_size != len(rest):
        raise FrameError(
            f"the hello says {name_size} + {schema_size} bytes of name and schema, has {len(rest)}"
        )
    return Hello(
        protocol=protocol,
        epoch=epoch,
        frame_bytes=frame_bytes,
        heartbeat=heartbeat_ms / 1000,
        name=bytes(rest[:name_size]).decode(errors="replace"),
        schema=bytes(rest[name_size:]),
    )


def hello(epoch: int, name: str, schema: bytes, *, frame_bytes: int, heartbeat: float) -> bytes:
    """The frame that a driver sends first."""
    if len(schema) > HELLO_LIMIT - 4096:
        raise FrameError(f"a schema of {len(schema)} bytes does not fit a hello of {HELLO_LIMIT}")
    text = name.encode()
    head = _HELLO_STRUCT.pack(
        _HELLO, PROTOCOL, MAGIC, epoch, frame_bytes, round(heartbeat * 1000), len(text), len(schema)
    )
    return pack(CONTROL, head + text + schema)


def answer() -> bytes:
    """The frame with which a peer answers the hello."""
    return pack(CONTROL, _ANSWER_STRUCT.pack(_ANSWER, PROTOCOL, MAGIC, 0, 0))


def interest(ids: Iterable[int]) -> bytes:
    """The frame that tells the driver which messages a peer wants."""
    wanted = sorted(ids)
    return pack(CONTROL, struct.pack(f"<II{len(wanted)}H", _INTEREST, len(wanted), *wanted))


def bye(code: int, text: str) -> bytes:
    """The frame that says why the sender closes."""
    return pack(CONTROL, _BYE_STRUCT.pack(_BYE, code) + text.encode())
