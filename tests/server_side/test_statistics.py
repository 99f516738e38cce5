"""The relay's statistics without sockets: counters to structs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cwire_server
from cwire_server.errors import RequestError
from cwire_server.hub.batch import HEADROOM, Batch
from cwire_server.hub.hub import Hub
from cwire_server.hub.subscription import Subscription
from cwire_server.limits import Limits
from cwire_server.relay_schema import RELAY_SCHEMA
from cwire_server.statistics import (
    STATISTICS,
    ClientCount,
    DriverCount,
    MessageCount,
    RelayCount,
    Snapshot,
    make_frames,
    take_snapshot,
)
from cwire_structs import frames, wrap
from cwire_structs.control import Hello
from support import schemas
from support.fake_driver import ticks
from support.hub_client import HubClient

HEADER = Path(cwire_server.__file__).with_name("relay_messages.h")
IDS = {name: message.id for name, message in RELAY_SCHEMA.messages.items()}


def test_regenerating_changes_nothing() -> None:
    """The committed schema is what the header makes: the header says how to make it."""
    wrapped = wrap.wrap(HEADER, "cc")
    if wrapped.toolchain.target != "x86_64-linux-gnu":
        pytest.skip("the committed schema was made for x86_64-linux-gnu")
    assert wrapped.files["relay_messages.schema.json"] == (
        HEADER.with_name("relay_messages.schema.json").read_text()
    )


def test_every_field_has_a_doc_and_every_rate_a_unit() -> None:
    for message in RELAY_SCHEMA.messages.values():
        assert message.doc
        for field in message.struct.fields:
            assert field.doc, field.name
            if field.name.endswith("_rate"):
                assert field.unit in ("1/s", "B/s"), field.name


def decode(blocks: list[bytes]) -> dict[str, list[Any]]:
    """The records by message name, in the order of the wire."""
    found: dict[str, list[Any]] = {}
    for block in blocks:
        position = 0
        while position < len(block):
            header = frames.unpack_header(block, position)
            message = RELAY_SCHEMA.by_id[header.type]
            payload = block[position + frames.HEADER_SIZE : position + header.size]
            found.setdefault(message.name, []).append(message.decode(payload))
            position += frames.span(header.size)
    return found


def one_round(before: Snapshot, after: Snapshot, seconds: float = 2.0) -> dict[str, Any]:
    everything = dict.fromkeys(STATISTICS, 0)
    return decode(list(make_frames(before, after, seconds, everything, 5, 1 << 18)))


def test_totals_and_rates() -> None:
    before = Snapshot(
        RelayCount(uptime=1, frames=10, sent_bytes=100),
        (DriverCount(1, "lab", "up", frames=10, bytes=640),),
        (MessageCount("lab", 1, 7, "tick", frames=10),),
        (ClientCount(3, sent_bytes=100),),
    )
    after = Snapshot(
        RelayCount(uptime=3, loop_lag=0.25, frames=30, sent_bytes=500, clients=2, drivers_up=1),
        (
            DriverCount(1, "lab", "stale", 4, frames=30, bytes=1920, lost=1, dropped=2, pending=5),
            DriverCount(2, "new", "down", frames=6),
        ),
        (MessageCount("lab", 1, 7, "tick", frames=30, lost=1, dropped=2),),
        (ClientCount(3, 2, 9, 500, 4), ClientCount(4, sent_bytes=8)),
    )
    found = one_round(before, after)
    (status,) = found["relay_status"]
    assert (status["uptime"], status["interval"], status["loop_lag"]) == (3, 2, 0.25)
    assert (status["frames"], status["frame_rate"], status["sent_byte_rate"]) == (30, 10, 200)
    assert (status["clients"], status["drivers_up"]) == (2, 1)
    lab, new = found["relay_driver"]
    assert (lab["name"], lab["state"], lab["session"], lab["pending"]) == (b"lab", 1, 4, 5)
    assert (lab["frame_rate"], lab["byte_rate"], lab["lost_rate"]) == (10, 640, 0.5)
    assert (new["source"], new["state"], new["frame_rate"]) == (2, 0, 3)
    (tick,) = found["relay_message"]
    assert (tick["id"], tick["name"], tick["dropped"], tick["dropped_rate"]) == (7, b"tick", 2, 1)
    old, fresh = found["relay_client"]
    assert (old["id"], old["subscriptions"], old["queue_bytes"], old["dropped"]) == (3, 2, 9, 4)
    assert (old["sent_byte_rate"], fresh["sent_byte_rate"]) == (200, 4)


def test_counters_that_begin_again_and_no_time_make_no_nonsense() -> None:
    before = Snapshot(RelayCount(frames=10))
    assert one_round(before, Snapshot(RelayCount(frames=4)))["relay_status"][0]["frame_rate"] == 0
    now = one_round(Snapshot(), before, seconds=0)["relay_status"][0]
    assert (now["frames"], now["frame_rate"]) == (10, 0)


def test_a_long_name_is_cut_between_characters() -> None:
    name = "x" * 63 + "ä"
    (driver,) = one_round(Snapshot(), Snapshot(drivers=(DriverCount(1, name, "up"),)))[
        "relay_driver"
    ]
    assert driver["name"] == b"x" * 63


def test_frames_are_what_the_wire_needs_and_the_status_is_last() -> None:
    after = Snapshot(clients=tuple(map(ClientCount, range(100))))
    first = {IDS["relay_status"]: 8, IDS["relay_client"]: 2**32 - 1}
    span = frames.span(frames.HEADER_SIZE + RELAY_SCHEMA.messages["relay_client"].size)
    blocks = list(make_frames(Snapshot(), after, 1.0, first, 1234, 30 * span))
    assert [len(block) // span for block in blocks[:-1]] == [30, 30, 30, 10]
    (tally,) = frames.scan(blocks[0]).tallies
    assert (tally.source, tally.type, tally.gaps) == (255, IDS["relay_client"], 0)
    assert (tally.first_sequence, tally.last_sequence) == (2**32 - 1, 28)
    header = frames.unpack_header(blocks[-1])
    assert (header.type, header.sequence, header.time_ns) == (IDS["relay_status"], 8, 1234)


def test_only_what_is_wanted_is_made() -> None:
    after = Snapshot(drivers=(DriverCount(1, "lab", "up"),))
    blocks = list(make_frames(Snapshot(), after, 1.0, {IDS["relay_driver"]: 0}, 0, 1 << 18))
    assert list(decode(blocks)) == ["relay_driver"]


# The counters of a hub


def hub_up(limits: Limits | None = None) -> Hub:
    hub = Hub(["lab"], limits)
    hub.driver_up(1, Hello(1, 1, 1 << 20, 1.0, "fake", schemas.text()), schemas.schema())
    return hub


def publish(hub: Hub, data: bytes) -> None:
    buffer = bytearray(HEADROOM) + data
    found = frames.scan(buffer, HEADROOM, source=1)
    losses = hub.drivers[1].account(found.tallies)
    hub.route(Batch(1, buffer, HEADROOM, found.end, found.tallies, losses, headroom=True), 0.0)


def join(hub: Hub) -> HubClient:
    client = HubClient(hub)
    hub.subscribe(client, Subscription(1, None, None), 0.0)
    return client


def test_a_snapshot_counts_what_a_hub_did() -> None:
    hub = hub_up(Limits(queue=1))
    stays, leaves = join(hub), join(hub)
    for first in (0, 10, 25):  # 5 are lost on the way to the relay
        publish(hub, ticks(first, 10))
    hub.count_sent(stays, 100)
    hub.remove_client(leaves)
    found = take_snapshot(hub, lambda source: 7 * source, 2.5, 0.5)
    (lab,) = found.drivers
    (tick,) = found.messages
    # Two clients had room for one batch each: 20 frames dropped for each, one of them is gone.
    assert (lab.frames, lab.lost, lab.dropped, lab.pending) == (30, 5, 40, 7)
    assert (tick.driver, tick.name, tick.id) == ("lab", "tick", schemas.TICK)
    assert (tick.frames, tick.lost, tick.dropped) == (30, 5, 40)
    assert tick.bytes == lab.bytes == 30 * 64
    (client,) = found.clients
    assert (client.id, client.subscriptions, client.dropped) == (stays.id, 1, 20)
    assert (client.sent_bytes, found.relay.sent_bytes) == (100, 100)
    assert client.queue_bytes == found.relay.queue_bytes > 640
    assert (found.relay.uptime, found.relay.loop_lag) == (2.5, 0.5)
    assert (found.relay.clients, found.relay.drivers, found.relay.drivers_up) == (1, 1, 1)


def test_a_message_that_left_the_schema_is_left_out() -> None:
    hub = hub_up()
    publish(hub, ticks(0, 1))
    assert hub.drivers.served[0].schema is not None
    del hub.drivers.served[0].schema.messages["tick"]
    found = take_snapshot(hub, lambda source: 0, 0, 0)
    assert (found.messages, found.drivers[0].frames) == ((), 1)


def test_all_drivers_does_not_mean_the_relay() -> None:
    hub = hub_up()
    client = join(hub)
    assert hub.interest(frames.RELAY_SOURCE) == frozenset()
    with pytest.raises(RequestError, match="no message 'relay_status'"):
        hub.subscribe(client, Subscription(2, None, ("relay_status",)), 0.0)
    hub.subscribe(client, Subscription(2, "relay", ("relay_status",)), 0.0)
    assert hub.interest(frames.RELAY_SOURCE) == {IDS["relay_status"]}
    with pytest.raises(RequestError, match="relay_driver"):
        hub.subscribe(client, Subscription(3, "relay", ("tick",)), 0.0)
