"""A driver is held back and released in time."""

from __future__ import annotations

import pytest

from cwire_server.hub.back_pressure import BackPressure
from cwire_server.hub.client import Client
from cwire_server.hub.delivery import Delivery
from support.memory_sink import MemorySink

LIMIT = 1000


def client(waiting: int, *sources: int) -> Client:
    sink = MemorySink()
    sink.data_bytes = waiting
    return Client(sink, lambda: None, deliveries=dict.fromkeys(sources or (1,), Delivery({}, {})))


def waits(one: Client, size: int) -> None:
    assert isinstance(one.sink, MemorySink)
    one.sink.data_bytes = size


@pytest.fixture
def released() -> list[int]:
    return []


@pytest.fixture
def pressure(released: list[int]) -> BackPressure:
    made = BackPressure(LIMIT)
    made.on_room = released.append
    return made


def test_a_driver_that_feeds_nobody_is_not_held(pressure: BackPressure) -> None:
    assert not pressure.hold(1, [])


@pytest.mark.parametrize(
    ("waiting", "held"), [((LIMIT,), False), ((LIMIT + 1,), True), ((9000, LIMIT), False)]
)
def test_it_is_held_when_all_are_crowded(
    pressure: BackPressure, waiting: tuple[int, ...], held: bool
) -> None:
    assert pressure.hold(1, [client(size) for size in waiting]) == held


def test_slow_clients_are_not_waited_for_but_beside_another_one(pressure: BackPressure) -> None:
    slow = client(9000)
    slow.slow = True
    assert not pressure.hold(1, [slow])
    assert pressure.hold(1, [slow, client(9000)])


def test_it_is_released_when_half_of_the_room_is_free(
    pressure: BackPressure, released: list[int]
) -> None:
    one = client(9000)
    pressure.hold(1, [one])
    waits(one, LIMIT // 2 + 1)
    pressure.drained(one)
    assert released == []
    waits(one, LIMIT // 2)
    pressure.drained(one)
    assert released == [1]
    pressure.drained(one)
    assert released == [1], "once"


def test_only_the_drivers_of_the_client_are_released(
    pressure: BackPressure, released: list[int]
) -> None:
    one, other = client(9000, 1), client(9000, 2)
    pressure.hold(1, [one])
    pressure.hold(2, [other])
    waits(other, 0)
    pressure.drained(other)
    assert released == [2]


def test_who_is_still_crowded_in_the_end_is_slow_until_it_reads(
    pressure: BackPressure, released: list[int]
) -> None:
    one, other = client(9000), client(9000)
    pressure.hold(1, [one, other])
    waits(other, 0)
    pressure.overdue(1, [one, other])
    assert (one.slow, other.slow) == (True, False)
    pressure.drained(one)
    assert not one.slow
    assert released == [], "the link knows that the hold is over"


def test_one_that_leaves_releases_all(pressure: BackPressure, released: list[int]) -> None:
    pressure.hold(1, [client(9000)])
    pressure.hold(2, [client(9000)])
    pressure.left()
    assert sorted(released) == [1, 2]
