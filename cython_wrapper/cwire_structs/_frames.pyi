from typing import NamedTuple

from typing_extensions import Buffer

PROTOCOL: int
HEADER_SIZE: int
FRAME_LIMIT: int
HELLO_LIMIT: int
CONTROL: int
RELAY_TYPES: int
RELAY_SOURCE: int
REPLY: int
ERROR: int
SHARED: int
CODES: dict[int, tuple[str, str]]

class FrameError(ValueError): ...

class Header(NamedTuple):
    size: int
    type: int
    flags: int
    source: int
    sequence: int
    request: int
    time_ns: int

class Tally(NamedTuple):
    source: int
    type: int
    mixed: bool
    size: int
    # A field, not tuple.count: the frames of this type.
    count: int  # type: ignore[assignment]
    bytes: int
    gaps: int
    first_sequence: int
    last_sequence: int
    first_offset: int
    last_offset: int

class Scan(NamedTuple):
    end: int
    special: bool
    span: int
    tallies: tuple[Tally, ...]

def span(size: int) -> int: ...
def unpack_header(buffer: Buffer, offset: int = 0) -> Header: ...
def pack(
    type: int,
    payload: Buffer = b"",
    *,
    flags: int = 0,
    source: int = 0,
    sequence: int = 0,
    request: int = 0,
    time_ns: int = 0,
) -> bytes: ...
def scan(
    buffer: Buffer, start: int = 0, end: int | None = None, *, source: int = -1, limit: int = ...
) -> Scan: ...
def select(buffer: Buffer, start: int, end: int, wanted: Buffer) -> bytes: ...
def stamp(buffer: Buffer, start: int, end: int, time_ns: int) -> None: ...
def gather(
    buffer: Buffer, start: int, end: int, type: int, source: int, size: int, out: Buffer, rows: int
) -> tuple[int, int]: ...
