"""The drivers of a relay: who is meant, and what a hello means."""

from __future__ import annotations

import json

import pytest

from cwire_server.errors import RequestError
from cwire_server.hub.registry import DriverRegistry
from cwire_server.hub.subscription import Subscription
from cwire_structs import frames
from cwire_structs.control import Hello
from cwire_structs.frames import RELAY_SOURCE
from cwire_structs.schema import Schema
from support import schemas


def registry() -> DriverRegistry:
    return DriverRegistry(["lab", "pump"], history=1000, histories=5000)


def begin(drivers: DriverRegistry, epoch: int, *, source: int = 1, extra: bool = False) -> str:
    schema = Schema.from_json(json.dumps(schemas.document(extra_field=extra)))
    return drivers.begin(source, Hello(1, epoch, 1 << 20, 1.0, "fake", schemas.text()), schema)


def test_drivers_are_numbered_and_the_relay_is_the_last() -> None:
    drivers = registry()
    assert list(drivers) == [1, 2, RELAY_SOURCE]
    assert [driver.name for driver in drivers.served] == ["lab", "pump"]
    assert len(drivers) == 3


def test_all_drivers_does_not_mean_the_relay() -> None:
    drivers = registry()
    assert [driver.name for driver in drivers.meant_by(None)] == ["lab", "pump"]
    assert [driver.name for driver in drivers.meant_by("relay")] == ["relay"]
    assert drivers.meant_by("nobody") == []


def test_events_of_a_hello() -> None:
    drivers = registry()
    assert begin(drivers, 7) == "up"
    assert begin(drivers, 7) == "up", "the same run again"
    assert begin(drivers, 8) == "restarted"
    assert begin(drivers, 9, extra=True) == "schema_changed"
    assert begin(drivers, 10, extra=True) == "restarted"


def test_each_run_has_a_session_and_begins_without_a_past() -> None:
    drivers = registry()
    begin(drivers, 7)
    drivers[1].last_sequence[3] = 99
    begin(drivers, 7)
    assert drivers[1].session == 1
    assert drivers[1].last_sequence == {3: 99}
    begin(drivers, 5, source=2)
    begin(drivers, 8)
    assert (drivers[1].session, drivers[2].session) == (3, 2)
    assert drivers[1].last_sequence == {}
    assert drivers[1].epoch == 8


def test_while_a_driver_was_never_seen_any_message_may_be_its_own() -> None:
    drivers = registry()
    begin(drivers, 1)
    asked = Subscription(1, None, ("tock",))
    assert [driver.name for driver in drivers.covered_by(asked)] == ["lab", "pump"]
    begin(drivers, 1, source=2)
    with pytest.raises(RequestError, match="no message 'tock' is published"):
        drivers.covered_by(asked)
    with pytest.raises(RequestError, match="named 'x'; there are: lab, pump, relay"):
        drivers.covered_by(Subscription(1, "x", None))


def test_drivers_with_one_schema_share_its_text() -> None:
    drivers, schema = registry(), schemas.schema()
    texts = [schemas.text(), bytes(bytearray(schemas.text()))]
    assert texts[0] is not texts[1]
    for source, text in enumerate(texts, start=1):
        drivers.begin(source, Hello(1, 1, 1 << 20, 1.0, "fake", text), schema)
    assert drivers[1].schema_text is drivers[2].schema_text
    assert drivers[1].schema_text is not None


def test_the_schemas_of_all_drivers_fit_one_message() -> None:
    drivers = registry()
    half = frames.SCHEMAS_LIMIT // 2
    assert drivers.reserve(1, half)
    assert not drivers.reserve(2, half + 1)
    assert drivers.reserve(2, half)
    assert drivers.reserve(1, half), "the same one again"
    assert drivers.reserve(1, half - 1)
    assert drivers.reserve(2, half + 1)


def test_what_is_asked_for_later_is_not_refused() -> None:
    drivers = registry()
    begin(drivers, 1)
    begin(drivers, 1, source=2)
    assert drivers.covered_by(Subscription(1, "x", ("tick",), later=True)) == []
    covered = drivers.covered_by(Subscription(1, None, ("tock",), later=True))
    assert [driver.name for driver in covered] == ["lab", "pump"]


def test_while_a_relay_that_watches_has_no_driver_any_message_may_come() -> None:
    drivers = DriverRegistry([], history=1000, histories=5000)
    asked = Subscription(1, None, ("tick",))
    with pytest.raises(RequestError, match="no message 'tick' is published"):
        drivers.covered_by(asked)
    drivers.watches = "/run"
    assert drivers.covered_by(asked) == []


def test_a_driver_that_is_added() -> None:
    drivers = registry()
    added = drivers.add("cam")
    assert (added.name, added.source, added.state) == ("cam", 3, "down")
    assert list(drivers) == [1, 2, 3, RELAY_SOURCE]
    assert [driver.name for driver in drivers.served] == ["lab", "pump", "cam"]
    assert drivers.meant_by("cam") == [added]
    assert drivers.reserve(3, 100)
    assert begin(drivers, 1, source=3) == "up"
