"""The drivers of a relay and the feeds of their messages. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager

from cwire.data.feed import Feed
from cwire.session.drivers import Driver, missing_text
from cwire.session.incoming import DriverReport
from cwire_structs.schema import Message, Schema, SchemaError

__all__ = ["Catalog"]


class Catalog:
    """The drivers by name and number, and the feeds of their messages.

    One thread changes it; others may read `drivers` and feeds, and ask for a `feed`, meanwhile.

    Args:
        history_bytes: Memory for the last frames of each message.
        lock: Held while feeds are added and taken away.

    Attributes:
        drivers: By name.
        feeds: By (source, message id).
        connections: How many relays have said hello.
    """

    def __init__(self, history_bytes: int, lock: AbstractContextManager[object]) -> None:
        self.drivers: dict[str, Driver] = {}
        self.feeds: dict[tuple[int, int], Feed] = {}
        self.connections = 0
        self._history_bytes = history_bytes
        self._lock = lock
        self._by_source: dict[int, Driver] = {}

    def renew(self, reports: Collection[DriverReport], watches: str | None = None) -> None:
        """Takes the drivers of a relay's hello; others that are known are down.

        Args:
            reports: The drivers that the relay has.
            watches: The directory where it looks for others; None: it does not.
        """
        self.connections += 1
        sources = {report.name: report.source for report in reports}
        missing = [one for name, one in self.drivers.items() if name not in sources]
        for number, driver in enumerate(missing, start=1):
            sources[driver.name] = -number
        self._renumber(sources)
        for driver in missing:
            driver.state, driver.session, driver.way, driver.by = "down", None, "", ""
            driver.reason = missing_text(driver.name, driver.socket, watches)
            for feed in self._feeds_of(driver.source):
                feed.wake_all()
        for report in reports:
            self.update(report)

    def of_source(self, source: int) -> Driver | None:
        """The driver with this number."""
        return self._by_source.get(source)

    def feed(self, driver: Driver, message: Message) -> Feed:
        """Returns the feed of a driver's message, an empty one if nothing has come yet.

        It is `replaced` from the beginning if the message is not of the driver's present schema,
        because the driver has come back with another one since the caller looked.
        """
        with self._lock:
            key = (driver.source, message.id)
            feed = self.feeds.get(key)
            if feed is None:
                feed = Feed(driver.name, message, self._history_bytes)
                known = driver.by_id(message.id) is message
                if not known or self._by_source.get(driver.source) is not driver:
                    feed.replaced = True
                else:
                    self.feeds[key] = feed
        return feed

    def update(self, report: DriverReport) -> Driver:
        """Takes what the relay says of a driver."""
        name, source = report.name, report.source
        driver = self.drivers.get(name)
        if driver is not None and driver.source != source:
            known = {one.name: one.source for one in self.drivers.values()}
            self._renumber({**known, name: source})
        driver = driver or Driver(name, source)
        run = self._run(report)
        if run not in (None, driver.run):  # while it is down, its run may yet go on
            driver.run = run
            for feed in self._feeds_of(source):
                feed.ledger.end()
        if report.schema is not None:
            self._take_schema(driver, report.schema)
        driver.state, driver.session = report.state, report.session
        driver.reason = "" if report.state == "up" else report.problem
        driver.way, driver.socket = report.way, report.socket
        self._by_source[source] = driver
        self.drivers = {**self.drivers, name: driver}
        for feed in self._feeds_of(source):
            feed.wake_all()
        return driver

    def _run(self, report: DriverReport) -> str | None:
        """The name of a driver's run: its epoch, else a number that holds for this connection."""
        if report.epoch is not None or report.session is None:
            return report.epoch
        return f"{report.session} of connection {self.connections}"

    def _renumber(self, sources: Mapping[str, int]) -> None:
        """Gives the drivers these numbers, feeds and all, and forgets those that have none."""
        feeds, gone = {}, []
        with self._lock:
            for (_, type), feed in self.feeds.items():
                if feed.driver in sources:
                    feeds[sources[feed.driver], type] = feed
                else:
                    gone.append(feed)
            self.feeds = feeds
            # Replaced, not changed: another thread may be walking through it.
            self.drivers = {name: one for name, one in self.drivers.items() if name in sources}
            for name, driver in self.drivers.items():
                driver.source = sources[name]
            self._by_source = {driver.source: driver for driver in self.drivers.values()}
        _give_up(gone)

    def _take_schema(self, driver: Driver, schema: Schema | SchemaError) -> None:
        before = driver.schema
        if isinstance(schema, SchemaError):
            driver.schema, driver.problem = None, str(schema)
        else:
            driver.schema, driver.problem = schema, ""
            if before is not None and before.layout_hash == schema.layout_hash:
                return
        driver.derived = {}
        self.drop_feeds(driver.source)

    def _feeds_of(self, source: int) -> list[Feed]:
        return [feed for (number, _), feed in tuple(self.feeds.items()) if number == source]

    def drop_feeds(self, source: int, only: Collection[int] | None = None) -> None:
        """Gives up the feeds of a driver; `only` those of some message ids."""
        with self._lock:
            dropped = {
                key: feed
                for key, feed in self.feeds.items()
                if key[0] == source and (only is None or key[1] in only)
            }
            self.feeds = {key: feed for key, feed in self.feeds.items() if key not in dropped}
        _give_up(dropped.values())

    def find_feed(self, source: int, type: int) -> Feed | None:
        """Returns the feed of these frames; None if no schema describes them."""
        feed = self.feeds.get((source, type))
        if feed is not None:
            return feed
        driver = self._by_source.get(source)
        message = None if driver is None else driver.by_id(type)
        if driver is None or message is None:
            return None
        return self.feed(driver, message)


def _give_up(feeds: Iterable[Feed]) -> None:
    """Marks feeds into which nothing will come any more, and wakes those who wait for it."""
    for feed in feeds:
        feed.replaced = True
        feed.wake_all()
