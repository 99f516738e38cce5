"""One message of one driver as it arrives: its history, its counts, and who waits for more.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from cwire.data.clock import FAR_SECONDS, rest
from cwire.data.fixed_history import FixedHistory
from cwire.data.history import History, stamps_of
from cwire.data.ledger import Ledger
from cwire.data.tail_history import TailHistory
from cwire_structs.frames import Tally, unpack_header
from cwire_structs.schema import Message

__all__ = ["Feed", "Watch", "make_history"]

_RESTS = 64  # silences that are remembered


def make_history(message: Message, limit: int) -> History:
    """An empty history of the right kind.

    Args:
        message: What it will hold.
        limit: Bytes of frames. Memory is taken as they come, and an eighth or less on top, which
            is written while the others are read. Two frames are always kept, however large.
    """
    return TailHistory(message, limit) if message.tail else FixedHistory(message, limit)


@dataclass(eq=False, slots=True)
class Watch:
    """A wait for the feed to reach a position: then the receiving thread calls `wake`."""

    position: int
    wake: Callable[[], object]


class Feed:
    """The frames of one message of one driver, their counts, and who waits for more.

    Attributes:
        driver: The driver's name.
        message: The message's description.
        history: The last frames.
        ledger: The counts.
        replaced: The driver came back with other structs: nothing will come here any more.
    """

    def __init__(self, driver: str, message: Message, history_bytes: int) -> None:
        self.driver = driver
        self.message = message
        self.history = make_history(message, history_bytes)
        self.ledger = Ledger()
        self.replaced = False
        self._heard = inf  # when the last frames came
        self._place = memoryview(b"")  # reserved for the next frame
        self._watches: list[Watch] = []

    def append(self, data: memoryview, tally: Tally, now: float, *, ring: bool = False) -> None:
        """Takes a copy of a tally's frames out of a batch and wakes those who waited for them.

        Args:
            data: The batch.
            tally: Of the frames.
            now: Seconds, by a clock that only has to be steady; better if it goes on while the
                machine sleeps.
            ring: The batch is of the driver's ring.
        """
        if now - self._heard > FAR_SECONDS:
            self._rest(data, tally, now)
        self._count(tally, self.history.append(data, tally), now, ring=ring)

    def reserve(self, size: int) -> memoryview | None:
        """Gives the place of the next frame in the history, header included; see `History`."""
        place = self.history.reserve(size)
        self._place = memoryview(b"") if place is None else place
        return place

    def commit(self, tally: Tally, now: float) -> None:
        """Takes the frame of a ring that was written in the place reserved last.

        Args:
            tally: Of that place.
            now: See `append`.
        """
        if now - self._heard > FAR_SECONDS:
            self._rest(self._place, tally, now)
        self._place = memoryview(b"")
        self.history.commit()
        self._count(tally, 1, now, ring=True)

    def _count(self, tally: Tally, taken: int, now: float, *, ring: bool) -> None:
        """Counts what was taken into the history, and wakes those who waited for it."""
        self._heard = now
        self.ledger.add(tally, taken, now, ring=ring)
        if self._watches:
            total = self.history.total
            for watch in tuple(self._watches):
                if total >= watch.position:
                    watch.wake()

    def _rest(self, data: memoryview, tally: Tally, now: float) -> None:
        """Notes that nothing came for long: it is not the driver's clock that has jumped."""
        history = self.history
        _, newest = history.read(history.total - 1, history.total)
        if len(newest):
            after = unpack_header(data, tally.first_offset).time_ns
            found = rest(int(stamps_of(newest)[-1]), after, now - self._heard)
            if found is not None:
                history.rests = (*history.rests, found)[-_RESTS:]

    def watch(self, watch: Watch) -> None:
        """Adds somebody to wake; look at the history afterwards, frames may have just come."""
        self._watches.append(watch)

    def unwatch(self, watch: Watch) -> None:
        """Removes somebody again."""
        if watch in self._watches:
            self._watches.remove(watch)

    def wake_all(self) -> None:
        """Wakes everybody: something other than data has happened."""
        for watch in tuple(self._watches):
            watch.wake()
