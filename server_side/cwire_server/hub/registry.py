"""The registry of the drivers of one relay. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from cwire_server.errors import ErrorCode, RequestError, quoted
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.history import HistoryBudget, HistoryStore
from cwire_server.hub.json_text import JsonText
from cwire_server.hub.subscription import Subscription
from cwire_server.relay_schema import RELAY_SCHEMA, RELAY_SCHEMA_TEXT
from cwire_structs.control import Hello
from cwire_structs.errors import hint_text
from cwire_structs.frames import RELAY_NAME, RELAY_SOURCE, SCHEMAS_LIMIT
from cwire_structs.schema import Schema

__all__ = ["DriverRegistry"]


class DriverRegistry(Mapping[int, DriverState]):
    """The drivers by source number: 1 and up, and 255 for the relay's own statistics.

    Args:
        names: Of the drivers, in the order of their sources.
        history: Bytes of history that are kept of each message.
        histories: And of all together.
    """

    def __init__(self, names: Iterable[str], history: int, histories: int) -> None:
        self._budget = budget = HistoryBudget(histories)
        self._history = history
        self._by_source = {
            source: DriverState(name, source, HistoryStore(history, budget))
            for source, name in enumerate(names, start=1)
        }
        self.served = tuple(self._by_source.values())
        """The drivers without the relay's own source."""
        self.watches: str | None = None
        """The directory whose drivers are added when they come, as clients are told."""
        self._by_source[RELAY_SOURCE] = DriverState(
            RELAY_NAME,
            RELAY_SOURCE,
            HistoryStore(history, budget),
            state="up",
            session=0,
            schema=RELAY_SCHEMA,
            schema_text=JsonText(RELAY_SCHEMA_TEXT),
        )
        self._sessions = itertools.count(1)
        self._schema_bytes = dict.fromkeys(self._by_source, 0)

    def __getitem__(self, source: int) -> DriverState:
        return self._by_source[source]

    def __iter__(self) -> Iterator[int]:
        return iter(self._by_source)

    def __len__(self) -> int:
        return len(self._by_source)

    def add(self, name: str) -> DriverState:
        """Adds a driver, which is down yet."""
        source = max((one.source for one in self.served), default=0) + 1
        driver = DriverState(name, source, HistoryStore(self._history, self._budget))
        self.served = (*self.served, driver)
        # Replaced, not changed: somebody may be walking through it.
        relay = self._by_source[RELAY_SOURCE]
        self._by_source = {one.source: one for one in (*self.served, relay)}
        self._schema_bytes[source] = 0
        return driver

    def reserve(self, source: int, size: int) -> bool:
        """Keeps room for a driver's schema in the relay's hello; False: there is none."""
        others = sum(self._schema_bytes.values()) - self._schema_bytes[source]
        if others + size > SCHEMAS_LIMIT:
            return False
        self._schema_bytes[source] = size
        return True

    def begin(self, source: int, hello: Hello, schema: Schema) -> str:
        """Notes a driver's hello; returns the name of this event in PROTOCOL.md."""
        driver = self[source]
        if driver.epoch == hello.epoch:
            event = "up"
        else:
            event = driver.event_of(schema)
            driver.begin_run(next(self._sessions), hello.epoch)
        alike = (one.schema_text for one in self.served if one.schema is schema)
        driver.schema_text = next(alike, None) or JsonText(hello.schema)
        driver.schema = schema
        driver.state = "up"
        driver.problem = None
        return event

    def meant_by(self, name: str | None) -> list[DriverState]:
        """Returns the drivers that a request for ``name`` is about; None: all but the relay."""
        return [driver for driver in self.values() if driver.is_meant_by(name)]

    def covered_by(self, subscription: Subscription) -> list[DriverState]:
        """Returns the drivers that a subscription is about.

        Raises:
            RequestError: There is no such driver, or none that publishes such a message.
        """
        name, messages = subscription.driver, subscription.messages
        covered = self.meant_by(name)
        if subscription.later:
            return covered
        if not covered and name is not None:  # one that serves actions only has no drivers
            known = [driver.name for driver in self.values()]
            raise RequestError(
                ErrorCode.UNKNOWN_DRIVER,
                f"no driver of this relay is named {quoted(name)}; {hint_text(name, known)}",
            )
        # While a driver has never been seen, any message may be its own.
        seen = all(driver.schema for driver in covered) and (covered or self.watches is None)
        if messages is not None and seen:
            schemas = [driver.schema for driver in covered if driver.schema]
            unknown = set(messages).difference(*(schema.published for schema in schemas))
            if unknown:
                message = next(name for name in messages if name in unknown)
                published = {name for schema in schemas for name in schema.published}
                text = f"no message {quoted(message)} is published; "
                text += _instead(message, published, schemas)
                raise RequestError(ErrorCode.UNKNOWN_MESSAGE, text)
        return covered


def _instead(name: str, published: set[str], schemas: list[Schema]) -> str:
    """Says what could be meant by the name of a message that nobody publishes."""
    if any(name in schema.commands for schema in schemas):
        return "it is a command: it is sent to the driver"
    of, by, factor = name.rpartition("_by_")
    if by and of in published and factor.isdecimal():
        return f"it is made on demand: subscribe to {of} with decimate {factor}"
    return hint_text(name, sorted(published))
