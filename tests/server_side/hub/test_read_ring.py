"""Clients that read a driver's ring themselves: what the hub still sends to them, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cwire_server.errors import RequestError
from cwire_server.hub.hub import Hub
from cwire_server.hub.policies import LATEST
from cwire_server.hub.subscription import HistoryRequest
from cwire_structs import frames
from support import schemas
from support.fake_driver import ticks
from support.hub_client import HubClient
from support.schemas import PICTURE, RARE, TICK

from .test_hub import add_client, drain, hello, hub_up, publish, subscribe

TICK_BYTES = len(ticks(0, 1))


@pytest.fixture
def hub() -> Hub:
    hub = hub_up()
    hub.drivers[1].way = "ring"
    return hub


def read_ring(hub: Hub, client: HubClient, read: bool = True) -> None:
    session = hub.drivers[1].session
    assert session is not None
    hub.read_ring(client, 9, "lab", session, read)


def answer(read: bool) -> dict[str, Any]:
    return {"op": "ring", "id": 9, "driver": "lab", "read": read}


def behind(hub: Hub, *batches: bytes) -> list[int]:
    """The relay has not read these yet; the sources that are asked to catch up."""
    asked = []

    def catch_up(source: int) -> Iterator[None]:
        asked.append(source)
        for data in waiting:
            publish(hub, data)
            yield
        waiting.clear()

    waiting = list(batches)
    hub.catch_up = catch_up
    return asked


def test_what_was_in_the_ring_comes_before_the_answer_and_nothing_after_it(hub: Hub) -> None:
    client, other = add_client(hub, "tick", "rare"), add_client(hub, "tick")
    wanted = []
    hub.on_interest = lambda source: wanted.append(hub.interest(source))
    assert behind(hub, ticks(0, 2), ticks(2, 1)) == []
    read_ring(hub, client)
    assert drain(hub, client) == [3 * TICK_BYTES, answer(True)]
    assert wanted == [{TICK}]
    publish(hub, ticks(3, 1) + frames.pack(RARE, bytes(8)))
    assert drain(hub, client) == []
    assert drain(hub, other) == [4 * TICK_BYTES]
    read_ring(hub, client, read=False)
    assert drain(hub, client) == [answer(False)]
    assert wanted == [{TICK}, {TICK, RARE}]
    publish(hub, ticks(4, 1))
    assert drain(hub, client) == [TICK_BYTES]


def test_what_is_picked_or_derived_still_comes(hub: Hub) -> None:
    client = add_client(hub)
    subscribe(hub, client, 1, None, ("rare",), policy=LATEST)
    subscribe(hub, client, 2, None, ("tick",), decimate=2)
    subscribe(hub, client, 3, None, ("state", "tick"))
    drain(hub, client)
    read_ring(hub, client)
    drain(hub, client)
    publish(hub, frames.pack(schemas.STATE, bytes(8)) + frames.pack(RARE, bytes(8)))
    assert drain(hub, client) == [32]
    publish(hub, ticks(0, 1))
    (size,) = drain(hub, client)
    assert size == TICK_BYTES  # two minima and two maxima in the place of four values
    assert hub.interest(1) == {RARE, TICK}


def test_a_history_reaches_up_to_what_is_in_the_ring(hub: Hub) -> None:
    client = add_client(hub, "rare")
    read_ring(hub, client)
    drain(hub, client)
    publish(hub, ticks(0, 2))
    assert behind(hub, ticks(2, 3)) == []
    subscribe(hub, client, 2, None, ("tick",), history=HistoryRequest(frames=4))
    told, size = drain(hub, client)
    assert isinstance(told, dict)
    assert told["streams"][0]["first_sequence"] == 1
    assert size == 4 * TICK_BYTES
    publish(hub, ticks(5, 1))
    assert drain(hub, client) == []


def test_only_drivers_that_are_read_are_waited_for(hub: Hub) -> None:
    client = add_client(hub, "rare")
    asked = behind(hub)
    subscribe(hub, client, 2, None, ("tick",))
    assert asked == []
    read_ring(hub, client)
    subscribe(hub, client, 3, None, ("picture",))
    assert asked == [1, 1]


def test_another_run_comes_by_the_relay_again(hub: Hub) -> None:
    client = add_client(hub, "tick", "picture")
    read_ring(hub, client)
    drain(hub, client)
    hub.driver_up(1, hello(2), schemas.schema())
    drain(hub, client)
    assert not client.reads
    publish(hub, ticks(0, 1) + frames.pack(PICTURE, bytes(8)))
    assert drain(hub, client) == [TICK_BYTES + 32]


def test_a_run_that_goes_on_comes_by_the_relay_again(hub: Hub) -> None:
    """The relay has lost the driver, and finds it again."""
    client = add_client(hub, "tick", "picture")
    read_ring(hub, client)
    drain(hub, client)
    told = []
    hub.on_interest = lambda source: told.append(hub.drivers[source].state)
    hub.driver_down(1, "it broke the connection")
    assert set(told) <= {"down"}  # else the driver, which is not there, would be told
    hub.driver_up(1, hello(1), schemas.schema())
    drain(hub, client)
    publish(hub, ticks(0, 1) + frames.pack(PICTURE, bytes(8)))
    assert drain(hub, client) == [TICK_BYTES + 32]


def test_a_run_that_ends_meanwhile_is_refused(hub: Hub) -> None:
    client = add_client(hub, "tick")
    session = hub.drivers[1].session
    assert session is not None

    def catch_up(source: int) -> Iterator[None]:
        hub.driver_up(1, hello(2), schemas.schema())
        yield

    hub.catch_up = catch_up
    with pytest.raises(RequestError, match=f"driver lab is not up in session {session} any more"):
        hub.read_ring(client, 9, "lab", session, True)
    assert not client.reads


def test_refusals(hub: Hub) -> None:
    client = add_client(hub, "tick")
    session = hub.drivers[1].session
    assert session is not None
    with pytest.raises(RequestError, match="no driver of this relay is named 'nope'"):
        hub.read_ring(client, 9, "nope", session, True)
    with pytest.raises(RequestError, match="no driver of this relay is named 'relay'"):
        hub.read_ring(client, 9, "relay", 0, True)
    with pytest.raises(RequestError, match=f"not up in session {session + 1}"):
        hub.read_ring(client, 9, "lab", session + 1, True)
    hub.drivers[1].way = "socket: why"
    with pytest.raises(RequestError, match="does not read the ring of driver lab.*socket: why"):
        hub.read_ring(client, 9, "lab", session, True)
    hub.drivers[1].way = "ring"
    hub.driver_down(1, "gone")
    with pytest.raises(RequestError, match="not up"):
        hub.read_ring(client, 9, "lab", session, True)
