"""Control frames of the session with a driver (PROTOCOL.md), read and written.

The C library has the driver's side of the same structs. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from cwire_structs.frames import CONTROL, HELLO_LIMIT, PROTOCOL, FrameError, pack

__all__ = [
    "MAGIC",
    "Bye",
    "Control",
    "Doorbell",
    "Heartbeat",
    "Hello",
    "Place",
    "Ring",
    "answer",
    "bye",
    "doorbell",
    "greet",
    "hello",
    "interest",
    "parse_control",
    "place",
    "ring",
]

MAGIC = b"cwire\0\0\0"
_HELLO, _ANSWER, _HEARTBEAT, _INTEREST, _BYE, _RING, _PLACE, _DOORBELL, _GREET = range(1, 10)
_ASKS_FOR_RING = 1
_RING_VERSION = 1
_KIND = struct.Struct("<I")
_HELLO_STRUCT = struct.Struct("<II8sQIIII")
_ANSWER_STRUCT = struct.Struct("<II8sII")
_GREET_STRUCT = struct.Struct("<II8s")
_BYE_STRUCT = struct.Struct("<Ii")
_RING_STRUCT = struct.Struct("<IIQII")
_PLACE_STRUCT = struct.Struct("<IIII")


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


@dataclass(frozen=True)
class Ring:
    """The answer to a peer that asks for the ring, whose descriptor comes with it."""

    version: int
    position: int
    """Where this reader begins."""
    number: int
    """The reader's, for `Place`."""
    problem: str
    """Why there is no ring; empty if there is."""


@dataclass(frozen=True)
class Place:
    """The place of a reply in the ring: the count-th one to a reader, from 1, modulo 2^32."""

    number: int
    count: int


@dataclass(frozen=True)
class Doorbell:
    """Wakes a reader that sleeps: there is something in the ring."""


Control = Hello | Heartbeat | Bye | Ring | Place | Doorbell


def parse_control(payload: bytes | memoryview) -> Control | None:
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
    if kind == _RING:
        return _parse_ring(payload)
    if kind == _PLACE:
        if len(payload) < _PLACE_STRUCT.size:
            raise FrameError("the place of a reply is cut short")
        _, number, count, _ = _PLACE_STRUCT.unpack_from(payload)
        return Place(number, count)
    if kind == _DOORBELL:
        return Doorbell()
    return None


def _parse_ring(payload: bytes | memoryview) -> Ring:
    if len(payload) < _RING_STRUCT.size:
        raise FrameError("the frame with the driver's ring is cut short")
    _, version, position, number, _ = _RING_STRUCT.unpack_from(payload)
    text = bytes(payload[_RING_STRUCT.size :]).decode(errors="replace")
    return Ring(version, position, number, text)


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


def answer(*, ring: bool = False) -> bytes:
    """The frame with which a peer answers the hello; it may ask for the driver's ring."""
    asks = _ASKS_FOR_RING if ring else 0
    return pack(CONTROL, _ANSWER_STRUCT.pack(_ANSWER, PROTOCOL, MAGIC, asks, 0))


def greet() -> bytes:
    """The frame with which a peer on a serial line asks for the hello."""
    return pack(CONTROL, _GREET_STRUCT.pack(_GREET, PROTOCOL, MAGIC))


def ring(position: int, number: int, problem: str = "") -> bytes:
    """The frame that gives a peer the driver's ring, or says why there is none."""
    head = _RING_STRUCT.pack(_RING, _RING_VERSION, position, number, 0)
    return pack(CONTROL, head + problem.encode())


def place(number: int, count: int) -> bytes:
    """The frame in the ring that is the place of a reply."""
    return pack(CONTROL, _PLACE_STRUCT.pack(_PLACE, number, count, 0))


def doorbell() -> bytes:
    """The frame that wakes a reader."""
    return pack(CONTROL, struct.pack("<II", _DOORBELL, 0))


def interest(ids: Iterable[int]) -> bytes:
    """The frame that tells the driver which messages a peer wants."""
    wanted = sorted(ids)
    return pack(CONTROL, struct.pack(f"<II{len(wanted)}H", _INTEREST, len(wanted), *wanted))


def bye(code: int, text: str) -> bytes:
    """The frame that says why the sender closes."""
    return pack(CONTROL, _BYE_STRUCT.pack(_BYE, code) + text.encode())
