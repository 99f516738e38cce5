"""Reads a driver's frames from its ring: batches, and the replies at their places among them.

It yields the same objects as `BatchReader`. Frames are copied out of the ring, which others read,
too: a batch is stamped in place, and needs `HEADROOM` bytes in front of it that can be written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from cwire_server.drivers.batch_reader import READ_BYTES, Account, Special, cut
from cwire_server.drivers.read_buffers import ReadBuffers
from cwire_server.hub.batch import HEADROOM, Batch
from cwire_structs import control, frames
from cwire_structs.ring import MappedRing, RingError

__all__ = ["RingReader"]

# Up to this, memory of just the size is made: a batch of it is not copied once more.
_FEW_BYTES = READ_BYTES // 4
_NO_ROOM = bytearray()


class _Held(NamedTuple):
    """A reply that waits for its place in the ring."""

    number: int
    """Its number among the replies to this reader, modulo 2^32."""
    head: int
    """Where the ring ended when it came: its place is not behind that."""
    reply: Special


class RingReader:
    """Reads the ring of one run of one driver.

    Replies come by the socket; the caller hands them in by `hold`. One that comes before its place
    in the ring waits for it, and at a place whose reply has not come, reading waits.

    Args:
        ring: The ring, which is closed by `close`.
        number: This reader's, as the driver says it.
        source: The driver's number, which is stamped on its frames.
        account: Checks and counts the frames of a batch.
        pass_over: The same where what is missing was not to be read; see `be_lazy`.
        buffers: Where the memory for much comes from.
    """

    def __init__(
        self,
        ring: MappedRing,
        number: int,
        source: int,
        account: Account,
        pass_over: Account,
        buffers: ReadBuffers,
    ) -> None:
        self._ring = ring
        self._number = number
        self._source = source
        self._account = account
        self._pass_over = pass_over
        self._lazy = False
        self._passed_over = 0  # the offset before which nothing that is missing is lost
        self._buffers = buffers
        # Bytes of the last buffer, if that was full: large frames come one after the other.
        self._large = 0
        self._parts: Iterator[Batch | Special] | None = None
        self._held: deque[_Held] = deque()
        self._came = 0
        self._awaited: int | None = None
        self._end: int | None = None

    @property
    def waiting(self) -> int:
        """Bytes in the ring that have not been read."""
        return self._ring.waiting

    @property
    def position(self) -> int:
        """The offset up to which it has been copied."""
        return self._ring.position

    @property
    def head(self) -> int:
        """The offset behind the newest frame."""
        return self._ring.head

    @property
    def size(self) -> int:
        """Bytes of the ring."""
        return self._ring.size

    @property
    def blocked(self) -> bool:
        """Whether reading waits for a reply."""
        return self.awaited is not None

    @property
    def awaited(self) -> int | None:
        """The number of the reply that reading waits for; None: it does not."""
        return self._awaited if self._awaited is None or self._is_to_come(self._awaited) else None

    @property
    def has_rest(self) -> bool:
        """Whether a part of what was copied is not yielded yet: it lies behind a reply's place."""
        return self._parts is not None

    @property
    def holding(self) -> bool:
        """Whether a reply waits for its place, which has not been read yet."""
        return bool(self._held)

    @property
    def ended(self) -> bool:
        """Whether all has been read that was there at `finish`."""
        return self._end is not None and not self.has_rest and self._ring.position >= self._end

    def hold(self, reply: Special) -> bool:
        """Keeps a reply that came by the socket: `read` yields it at its place.

        Returns:
            False: its place is what comes next in the ring, and is read. The reply is due now.

        Raises:
            RingError: The ring is not what it says.
        """
        self._came = (self._came + 1) % 2**32
        between = self._held or self.has_rest or self._awaited is not None
        if not between and self._ring.take_place(self._number, self._came):
            return False
        self._held.append(_Held(self._came, self._ring.head, reply))
        return True

    def finish(self) -> None:
        """Notes that nothing more comes by the socket: no reply is waited for any more."""
        self._end = self._ring.head

    def sleep(self) -> bool:
        """Says that a doorbell is needed from now on; False if there is more to read already."""
        return self._ring.sleep()

    def wake(self) -> None:
        """Says that no doorbell is needed."""
        self._ring.wake()

    def be_lazy(self, lazy: bool) -> None:
        """Says whether nobody waits for what is read.

        Then the driver does not wait for this reader, and what it misses is not lost.
        """
        if lazy != self._lazy:
            self._lazy = lazy
            self._ring.be_lazy(lazy)
            self._passed_over = self._ring.head

    def rest(self) -> None:
        """Says that little is read for a while: what is kept for much is given back."""
        self._buffers.clear()
        self._large = 0

    def close(self) -> None:
        """Gives the ring's memory back. Batches stay as they are."""
        self._ring.close()

    def read(self) -> Iterator[Batch | Special]:
        """Copies what is in the ring, at most as much as a message to a client may be; yields it.

        It ends early at a place whose reply has not come: the next call goes on there.

        Raises:
            RingError: The ring is not what it says, or holds what does not belong there.
            FrameError: A frame is malformed. What was before it has been yielded.
            BatchError: Frames are not as the driver's schema says.
        """
        if self.blocked:
            return
        if self._awaited is not None:
            yield from self._due(self._awaited)
            self._awaited = None
        if self._parts is None:
            self._parts = self._copy()
        for part in self._parts:
            if isinstance(part, Batch):
                yield part
                continue
            place = self._place(part)
            if place is None:
                continue
            if self._is_to_come(place):
                self._awaited = place
                return
            yield from self._due(place)
        self._parts = None
        # Their places were overwritten before they were read.
        while self._held and self._held[0].head <= self._ring.position:
            yield self._held.popleft().reply

    def _copy(self) -> Iterator[Batch | Special]:
        _, first = self._ring.take(_NO_ROOM, 0, 0)
        if not first:
            return
        if first > frames.FRAME_LIMIT:
            raise RingError(
                f"the driver's ring has a frame of {first} bytes, over the limit of "
                f"{frames.FRAME_LIMIT}"
            )
        room = max(first, min(self._ring.waiting, READ_BYTES))
        if room < _FEW_BYTES:
            buffer = bytearray(HEADROOM + room)
        else:
            room = max(first, READ_BYTES)
            buffer = self._buffers.take(max(HEADROOM + room, self._large))
        lazily = self._lazy or self._ring.position < self._passed_over
        size, _ = self._ring.take(buffer, HEADROOM, room)
        filled = HEADROOM + size
        self._large = len(buffer) if 2 * filled > len(buffer) else 0
        account = self._pass_over if lazily else self._account
        found = yield from cut(buffer, filled, self._source, account)
        if found.position != filled:
            raise RingError("the last frame in the driver's ring goes on where the ring ends")

    def _place(self, special: Special) -> int | None:
        """The count of the reply that belongs here, if it is one to this reader."""
        if special.header.type != frames.CONTROL:
            raise RingError("the driver's ring has a reply in it: those come by the socket")
        message = control.parse_control(special.payload)
        if isinstance(message, control.Place) and message.number == self._number:
            return message.count
        return None

    def _is_to_come(self, count: int) -> bool:
        return self._end is None and 0 < (count - self._came) % 2**32 < 2**31

    def _due(self, count: int) -> Iterator[Special]:
        """Yields the replies up to this one, as far as they have come."""
        while self._held and (count - self._held[0].number) % 2**32 < 2**31:
            yield self._held.popleft().reply
