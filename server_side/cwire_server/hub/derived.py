"""The derived streams of one driver, with their ids. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from cwire_server.errors import ErrorCode, RequestError
from cwire_server.hub.batch import Batch
from cwire_server.hub.decimation import Decimation
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.subscription import Subscription
from cwire_structs.frames import RELAY_TYPES
from cwire_structs.schema import Message, Schema

__all__ = ["DerivedStreams"]

_LIMIT = 64


class DerivedStreams:
    """Decimations by message and factor. Clients that ask for the same share one."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, int], Decimation] = {}
        self._by_type: dict[int, Decimation] = {}

    def add(self, schema: Schema | None, subscription: Subscription) -> None:
        """Makes what a subscription needs, if the schema is known.

        Raises:
            RequestError: A named message, or every one, cannot be decimated like that.
        """
        if schema is None:
            return
        factor = subscription.options.decimate or 0
        problems = []
        names = subscription.messages or tuple(schema.published)
        for name in names:
            if name in schema.published:
                try:
                    self._find(schema, name, factor)
                except RequestError as error:
                    problems.append(error)
        if problems and (subscription.messages or len(problems) == len(names)):
            raise problems[0]

    def _find(self, schema: Schema, name: str, factor: int) -> Decimation:
        """Returns the decimation that is there, or makes one."""
        if (known := self._made.get((name, factor))) is not None:
            return known
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
        made = Decimation(schema, schema.published[name], factor, type_)
        self._made[name, factor] = made
        self._by_type[type_] = made
        return made

    def messages(self, driver: DriverState, subscription: Subscription) -> list[Message]:
        """Returns the derived messages that a subscription covers."""
        if driver.schema is None:
            return []
        factor = subscription.options.decimate or 0
        found = []
        for message in subscription.wants(driver):
            # In another run a message of this name may be one that cannot be decimated.
            with suppress(RequestError):
                found.append(self._find(driver.schema, message.name, factor).message)
        return found

    def keep(self, types: frozenset[int]) -> None:
        """Forgets the streams that nobody wants any more."""
        for key, made in list(self._made.items()):
            if made.type not in types:
                del self._made[key], self._by_type[made.type]

    def clear(self) -> None:
        """Forgets all: another run of the driver begins, perhaps with other structs."""
        self._made.clear()
        self._by_type.clear()

    def origin(self, type_: int) -> int:
        """The message id that a stream is made of; the id itself for a driver's own."""
        made = self._by_type.get(type_)
        return made.source_type if made else type_

    def origins(self, types: frozenset[int]) -> frozenset[int]:
        """The driver's message ids behind these."""
        return frozenset(self.origin(type_) for type_ in types)

    def describe(self, type_: int) -> dict[str, Any]:
        """The further fields of a derived stream in `subscribed`; none of other streams."""
        made = self._by_type.get(type_)
        if made is None:
            return {}
        return {"of": made.of, "decimate": made.factor, "schema": made.document}

    def apply(self, batch: Batch) -> Iterator[Batch]:
        """Yields the derived batches of a batch."""
        for made in list(self._made.values()):
            if (derived := made.apply(batch)) is not None:
                yield derived
