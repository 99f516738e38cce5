"""Cuts a driver's byte stream into batches of whole frames, control frames and replies.

`SocketInput` uses a reader in two steps: it writes what has come into `room()`, then `received`
yields the `Batch` and `Special` objects that are complete by that, in the order of the stream, and
raises FrameError or BatchError where the driver broke the protocol. `RingReader` yields the same
two kinds of objects; both have `cut` make them. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import NamedTuple

from cwire_server.drivers.read_buffers import ReadBuffers
from cwire_server.hub.batch import HEADROOM, Batch
from cwire_structs import frames
from cwire_structs.frames import Header, Tally

__all__ = ["READ_BYTES", "Account", "BatchReader", "Special", "cut"]

Account = Callable[[tuple[Tally, ...]], Mapping[int, int]]
"""Checks and counts the frames of a batch, as `DriverState.account` does: it is given their tallies
and returns the losses by message id, or raises BatchError."""

READ_BYTES = 256 << 10
"""Bytes that are read at once, unless one frame is larger."""
# Less than this, or than a quarter of the read buffer, is copied out of it, so that a few bytes
# that wait for a slow client do not keep 256 KiB alive.
_COPY_BELOW = 32 << 10


class Special(NamedTuple):
    """A control frame or a reply: rare, and handled one by one."""

    header: Header
    payload: bytes


class Cut(NamedTuple):
    """The outcome of `cut`."""

    position: int
    """The end of the last frame that is whole."""
    needed: int
    """Bytes of the one that follows; 0 if there is none, or not even its header."""
    kept: bool
    """Whether batches refer to the buffer."""


def cut(
    buffer: bytearray,
    filled: int,
    source: int,
    account: Account,
    clock: Callable[[], int] | None = None,
) -> Generator[Batch | Special, None, Cut]:
    """Yields what is whole in ``buffer[HEADROOM:filled]``, stamped with its source.

    Frames without a time get one from ``clock``, if there is one.

    Raises:
        FrameError: A frame is malformed. What was before it has been yielded.
        BatchError: Frames are not as the driver's schema says.
    """
    read = buffer
    position = HEADROOM
    kept = False
    needed = 0
    while position < filled:
        end, special, span, tallies = frames.scan(buffer, position, filled, source=source)
        if tallies:
            if buffer is read and _is_sparse(buffer, filled):
                buffer = buffer[:filled]
            kept |= buffer is read
            if clock is not None:
                frames.stamp(buffer, position, end, clock())
            first = position == HEADROOM
            yield Batch(
                source=source,
                buffer=buffer,
                start=position,
                end=end,
                tallies=tallies,
                losses=account(tallies),
                headroom=first,
                slack=len(buffer) - filled if first else 0,
            )
        position = end
        if special:
            yield _special(buffer, position)
            position += span
        elif not tallies or span == 0 or span > filled - position:
            needed = span
            break
    return Cut(position, needed, kept)


class BatchReader:
    """Reads one connection of one driver.

    Args:
        source: The driver's number, which is stamped on its frames.
        account: Checks and counts the frames of a batch.
        buffers: Where the memory to read into comes from.
        read_bytes: Bytes that are read at once, unless one frame is larger.
        clock: Gives the time, in ns since 1970, to frames of a driver that has no clock.
    """

    def __init__(
        self,
        source: int,
        account: Account,
        buffers: ReadBuffers,
        read_bytes: int = READ_BYTES,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self._clock = clock
        self._source = source
        self._account = account
        self._buffers = buffers
        self._read_bytes = read_bytes
        self._buffer = buffers.take(HEADROOM + read_bytes)
        self._filled = HEADROOM
        # Bytes that the frame at the front has, if it is known not to be complete.
        self._needed = 0

    def room(self) -> memoryview:
        """The memory to write the driver's next bytes into; never empty, valid until `received`.

        It is as large as a message to a client may be, or ends with the large frame that has begun.
        """
        end = HEADROOM + max(self._read_bytes, self._needed)
        return memoryview(self._buffer)[self._filled : end]

    def received(self, size: int) -> Iterator[Batch | Special]:
        """Takes ``size`` bytes that were written into `room`; yields what they complete.

        The iterator must be used up before the next `room`. It ends without having done so only
        when the connection is given up, as after an error.

        Raises:
            FrameError: A frame is malformed. What was before it has been yielded.
            BatchError: Frames are not as the driver's schema says.
        """
        self._filled += size
        if self._filled - HEADROOM < self._needed:
            return
        buffer, filled = self._buffer, self._filled
        position, needed, kept = yield from cut(
            buffer, filled, self._source, self._account, self._clock
        )
        # Large frames come one after the other: the next buffer is for one like the last.
        room = HEADROOM + max(self._read_bytes, needed)
        if 2 * filled > len(self._buffer):
            room = max(room, len(self._buffer))
        into = self._buffer
        # Where the batches are in a copy, or there are none, the read buffer can be used again.
        if kept or room > len(into):
            into = self._buffers.take(room)
        rest = filled - position
        if rest and (into is not self._buffer or position > HEADROOM):
            into[HEADROOM : HEADROOM + rest] = memoryview(buffer)[position:filled]
        self._buffer = into
        self._filled = HEADROOM + rest
        self._needed = needed


def _special(buffer: bytearray, position: int) -> Special:
    header = frames.unpack_header(buffer, position)
    begin = position + frames.HEADER_SIZE
    return Special(header, bytes(memoryview(buffer)[begin : position + header.size]))


def _is_sparse(buffer: bytearray, filled: int) -> bool:
    """Whether what was read should rather be copied than keep all of the buffer alive."""
    return filled < len(buffer) and filled - HEADROOM < max(_COPY_BELOW, len(buffer) // 4)
