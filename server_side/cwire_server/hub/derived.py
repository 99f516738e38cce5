"""The derived streams of one driver, with their ids, and the work that they have to do.

Decimation takes time in proportion to the frames. So a stream takes batches as they come, and what
is not done at once is done in small steps, in turns with the other streams. Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from cwire_server.errors import ErrorCode, RequestError
from cwire_server.hub.batch import Batch
from cwire_server.hub.decimation import Decimation
from cwire_server.hub.derived_schema import parts
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.json_text import JsonText
from cwire_structs.frames import RELAY_TYPES, Tally
from cwire_structs.schema import Message

__all__ = ["DerivedStream", "DerivedStreams"]

_LIMIT = 64


class DerivedStream:
    """One decimation, the batches that wait for it, and the one that it works at.

    Args:
        made: What is done to the batches.
        reached: The last sequence of its message that came before it was made.
    """

    def __init__(self, made: Decimation, reached: int | None) -> None:
        self.made = made
        self.reached = reached
        """The last sequence that its clients have had, or that was told as dropped."""
        self._waiting_bytes = 0
        self._waiting: deque[tuple[Batch, Tally]] = deque()
        self._steps: Iterator[int | Batch] | None = None

    def put(self, batch: Batch, limit: int) -> list[tuple[Tally, int]]:
        """Takes a batch of a driver.

        Returns:
            What it has to leave out, since more than ``limit`` bytes wait, oldest first: the tally
            and how many were lost on their way to the relay.
        """
        part = batch.only(frozenset({self.made.source_type}))
        if part is None:
            return []
        self._waiting.append((part, part.tallies[0]))
        self._waiting_bytes += part.pinned
        left_out = []
        # The oldest one may have been begun: that goes on.
        place = 0 if self._steps is None else 1
        while self._waiting_bytes > limit and place < len(self._waiting) - 1:
            old, tally = self._waiting[place]
            del self._waiting[place]
            self._waiting_bytes -= old.pinned
            if not place:
                self.reached = tally.last_sequence
            left_out.append((tally, old.losses.get(tally.type, 0)))
        return left_out

    def rest(self) -> list[tuple[Tally, int]]:
        """The tallies of what waits and will not be made, and how many were lost on their way."""
        return [(tally, batch.losses.get(tally.type, 0)) for batch, tally in self._waiting]

    @property
    def busy(self) -> bool:
        """Whether there is something to do."""
        return bool(self._waiting)

    def step(self) -> int | Batch | None:
        """Does a piece of the work; returns the bytes that it took, or a batch that is ready.

        None: a batch had no frame that could be decimated.
        """
        batch, tally = self._waiting[0]
        if self._steps is None:
            self._steps = self.made.steps(batch)
        done = next(self._steps, None)
        if not isinstance(done, int):
            self._waiting.popleft()
            self._waiting_bytes -= batch.pinned
            self._steps = None
            self.reached = tally.last_sequence
        return done


class DerivedStreams:
    """Decimations by message and factor. Clients that ask for the same share one.

    Args:
        limit: Fields and names in enums that a message may have.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._made: dict[tuple[str, int], DerivedStream] = {}
        self._by_type: dict[int, DerivedStream] = {}

    def find(self, driver: DriverState, message: Message, factor: int) -> tuple[Decimation, bool]:
        """Returns the decimation that is there, or makes one; and whether it is new.

        Raises:
            RequestError: The message cannot be decimated like that.
        """
        if (known := self._made.get((message.name, factor))) is not None:
            return known.made, False
        if (count := parts(message.struct)) > self._limit:
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"{message.name} has {count:,} fields and names in enums, and {self._limit:,} at "
                "most are decimated: subscribe to it whole, or give its arrays a message of "
                "their own",
            )
        if len(self._made) >= _LIMIT:
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"this relay already decimates in {_LIMIT} ways: use a factor that is in use, "
                f"such as {max(used for _, used in self._made)}",
            )
        type_ = next(
            number
            for number in range(RELAY_TYPES, RELAY_TYPES + _LIMIT)
            if number not in self._by_type
        )
        assert driver.schema is not None
        made = Decimation(driver.schema, message, factor, type_)
        stream = DerivedStream(made, driver.last_sequence.get(message.id))
        self._made[message.name, factor] = stream
        self._by_type[type_] = stream
        return made, True

    def keep(self, types: frozenset[int]) -> None:
        """Forgets the streams that nobody wants any more."""
        for key, stream in list(self._made.items()):
            if stream.made.type not in types:
                del self._made[key], self._by_type[stream.made.type]

    def clear(self) -> None:
        """Forgets all: another run of the driver begins, perhaps with other structs."""
        self._made.clear()
        self._by_type.clear()

    def __iter__(self) -> Iterator[DerivedStream]:
        return iter(list(self._made.values()))

    def __contains__(self, stream: DerivedStream) -> bool:
        return self._by_type.get(stream.made.type) is stream

    def origins(self, types: frozenset[int]) -> frozenset[int]:
        """The driver's message ids behind these."""
        return frozenset(map(self.origin, types))

    def reached(self, driver: DriverState, type_: int) -> int | None:
        """The last sequence before what a new subscription to a message will get; None: unknown."""
        stream = self._by_type.get(type_)
        return driver.last_sequence.get(type_) if stream is None else stream.reached

    def all_reached(self, driver: DriverState) -> dict[int, int]:
        """The same of all messages, as far as it is known."""
        derived = {
            type_: stream.reached
            for type_, stream in self._by_type.items()
            if stream.reached is not None
        }
        return {**driver.last_sequence, **derived}

    def origin(self, type_: int) -> int:
        """The driver's message id behind this one, which may be the same."""
        stream = self._by_type.get(type_)
        return type_ if stream is None else stream.made.source_type

    def describe(self, type_: int) -> dict[str, Any]:
        """The further fields of a derived stream in `subscribed`; none of other streams."""
        stream = self._by_type.get(type_)
        if stream is None:
            return {}
        made = stream.made
        return {"of": made.of, "decimate": made.factor, "schema": JsonText(made.schema_text)}
