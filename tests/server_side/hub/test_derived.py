"""The work of derived streams: in pieces, in turns, and no more of it than there is time for."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cwire_server.errors import RequestError
from cwire_server.hub.client_queue import Binary, Text
from cwire_server.hub.decimation import STEP_BYTES
from cwire_server.hub.derived_schema import parts
from cwire_server.hub.hub import Hub
from cwire_server.limits import Limits
from cwire_structs import frames
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.hub_client import GivenTurns, HubClient
from support.schemas import RARE, TICK

from .test_hub import add_client, drain, hello, publish, subscribe

SAMPLES = 10 * STEP_BYTES // 8


def hub_up(limits: Limits | None = None) -> Hub:
    """A hub whose `tick` takes several turns to decimate."""
    document = schemas.document()
    values = document["types"]["tick"]["fields"][1]
    values["type"]["shape"], values["size"] = [SAMPLES], 8 * SAMPLES
    document["types"]["tick"]["size"] = 8 + 8 * SAMPLES
    document["layout_hash"] = layout_hash(document)
    hub = Hub(["lab"], limits)
    hub.turns = GivenTurns()
    hub.driver_up(1, hello(), Schema.from_json(json.dumps(document)))
    return hub


def tick(sequence: int) -> bytes:
    samples = np.arange(SAMPLES, dtype=float)
    samples[1::2] *= -1
    return frames.pack(TICK, sequence.to_bytes(8, "little") + samples.tobytes(), sequence=sequence)


def decimating(hub: Hub, *factors: int) -> HubClient:
    client = add_client(hub)
    for factor in factors:
        subscribe(hub, client, factor, None, ("tick",), decimate=factor)
    drain(hub, client)
    return client


def work(hub: Hub) -> int:
    """Works until nothing is left; returns in how many turns."""
    given = hub.turns
    assert isinstance(given, GivenTurns)
    turns = 0
    while hub._busy:
        given.give(hub)
        turns += 1
    return turns


def sequences(client: HubClient) -> tuple[list[int], dict[int, dict[str, Any]]]:
    """Sequences of the frames that wait, and the last notice of each subscription."""
    got: list[int] = []
    told: dict[int, dict[str, Any]] = {}
    while (message := client.queue.take()) is not None:
        if isinstance(message, Text):
            entry = json.loads(message.text)
            told[entry["id"]] = entry
        else:
            data = b"".join(message.pieces)
            at = 0
            while at < len(data):
                header = frames.unpack_header(data, at)
                got.append(header.sequence)
                at += frames.span(header.size)
    return got, told


def test_what_takes_long_is_done_in_pieces_and_nobody_waits_for_it() -> None:
    hub = hub_up()
    client, other = decimating(hub, 2), add_client(hub, "tick", "rare")
    publish(hub, tick(0) + frames.pack(RARE, bytes(8)))
    publish(hub, frames.pack(RARE, bytes(8), sequence=1))
    assert sequences(other)[0] == [0, 0, 1]
    assert sequences(client)[0] == []
    assert work(hub) > 3
    (stream,) = hub._derived[1]
    (message,) = iter(client.queue.take, None)
    assert isinstance(message, Binary)
    small = stream.made.message
    (row,) = np.frombuffer(message.pieces[0], small.frame_dtype(small.size))
    assert row["values_max"].tolist() == list(range(0, SAMPLES, 2))
    assert row["values_min"].tolist() == list(range(-1, -SAMPLES, -2))


def test_streams_have_their_turns_in_turn() -> None:
    hub = hub_up()
    slow, fast = decimating(hub, 2, 3, 4, 5), decimating(hub, 1000)
    for sequence in range(3):
        publish(hub, tick(sequence))
    work(hub)
    assert sequences(slow)[0] == [0] * 4 + [1] * 4 + [2] * 4
    assert sequences(fast)[0] == [0, 1, 2]


def test_what_there_is_no_time_for_is_told() -> None:
    hub = hub_up(Limits(queue=3 * 8 * SAMPLES))
    client = decimating(hub, 2)
    for sequence in range(40):
        publish(hub, tick(sequence))
    work(hub)
    got, told = sequences(client)
    assert got == sorted(got)
    assert got[-1] == 39
    assert 1 < len(got) < 39
    assert told[2]["reason"] == "relay"
    assert len(got) + told[2]["count"] == 40


def test_a_later_subscription_begins_where_the_work_is() -> None:
    hub = hub_up()
    decimating(hub, 2)
    publish(hub, tick(0))
    later = add_client(hub)
    subscribe(hub, later, 7, None, ("tick",), decimate=2)
    (told,) = drain(hub, later)
    assert isinstance(told, dict)
    assert told["streams"][0]["first_sequence"] is None
    publish(hub, tick(1))
    work(hub)
    assert sequences(later)[0] == [0, 1]


def test_another_run_or_nobody_left_ends_the_work() -> None:
    hub = hub_up()
    client = decimating(hub, 2)
    publish(hub, tick(0))
    hub.unsubscribe(client, 2)
    drain(hub, client)
    assert work(hub) == 1, "what is left of it is forgotten"
    subscribe(hub, client, 3, None, ("tick",), decimate=2)
    publish(hub, tick(1))
    schema = hub.drivers[1].schema
    assert schema is not None
    drain(hub, client)
    publish(hub, tick(4))  # two are lost before it
    hub.driver_up(1, hello(epoch=2), schema)
    *lost, news, _ = drain(hub, client)
    told = {one["reason"]: (one["count"], one["sequence"]) for one in lost if isinstance(one, dict)}
    assert told == {"relay": (2, 4), "driver": (2, 4)}
    assert isinstance(news, dict)
    assert news["event"] == "restarted"
    work(hub)
    assert sequences(client)[0] == []


def test_frames_of_an_impossible_size_count_as_lost() -> None:
    document = schemas.document()
    fields = document["types"]["picture"]["fields"]
    series = {"kind": "array", "shape": [4], "of": {"kind": "int", "np": "<i2"}}
    fields.insert(
        1, {"name": "row", "c_type": "int16_t[4]", "offset": 8, "size": 8, "type": series}
    )
    fields[2]["offset"] = document["types"]["picture"]["size"] = 16
    document["layout_hash"] = layout_hash(document)
    hub = Hub(["lab"])
    hub.driver_up(1, hello(), Schema.from_json(json.dumps(document)))
    client = add_client(hub)
    subscribe(hub, client, 1, None, ("picture",), decimate=2)
    subscribe(hub, client, 2, None, ("picture",), max_rate=1e6)
    drain(hub, client)
    for sequence, size in enumerate((8, 17, 18, 19, 20)):
        publish(hub, frames.pack(schemas.PICTURE, bytes(size), sequence=sequence), now=sequence)
    got, told = sequences(client)
    assert got == [2, 2, 4, 4]
    assert {id_: (entry["reason"], entry["count"]) for id_, entry in told.items()} == {
        1: ("driver", 3),
        2: ("driver", 3),
    }


def test_a_struct_of_too_many_fields_is_refused_and_left_out_of_all() -> None:
    document = schemas.document()
    rare = document["types"]["rare"]
    number = rare["fields"][0]
    rare["fields"] = [
        {**number, "name": f"x{place}", "offset": 4 * place} for place in range(10_000)
    ]
    rare["size"] = 40_000
    document["layout_hash"] = layout_hash(document)
    hub = Hub(["lab"])
    hub.driver_up(1, hello(), Schema.from_json(json.dumps(document)))
    client = add_client(hub)
    with pytest.raises(RequestError, match="rare has 10,000 fields .* 300 at most are decimated"):
        subscribe(hub, client, 1, None, ("rare",), decimate=2)
    assert client.subscriptions == {}
    subscribe(hub, client, 1, None, None, decimate=2)
    (told,) = drain(hub, client)
    assert isinstance(told, dict)
    assert [stream["message"] for stream in told["streams"]] == ["tick_by_2"]


def test_each_struct_and_enum_counts_once_however_nested() -> None:
    document = schemas.document()
    types = document["types"]
    document["enums"] = {
        "mode": {"size": 4, "signed": False, "values": {"ON": 1, "OFF": 0}, "docs": {}}
    }
    mode = {"kind": "enum", "enum": "mode", "np": "<u4"}
    types["rare"]["fields"][0]["type"] = types["rare"]["fields"][1]["type"] = mode
    inner = {"kind": "struct", "struct": "rare"}
    field = {**types["tick"]["fields"][0], "name": "first", "type": inner}
    array = {"kind": "array", "shape": [4], "of": inner}
    types["tick"]["fields"] = [field, {**field, "name": "more", "offset": 8, "size": 32}]
    types["tick"]["fields"][1]["type"] = array
    document["layout_hash"] = layout_hash(document)
    tick = Schema.from_json(json.dumps(document)).messages["tick"]
    assert parts(tick.struct) == 2 + 2 + 2
