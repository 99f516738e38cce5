"""Parameters: which there are, and what they say of a reply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cwire_server.foxglove.parameters import parameters_of, values_of
from cwire_structs import frames
from cwire_structs.schema import Schema
from cwire_structs.wrap import wrap
from support.fake_driver import FakeDriver
from support.viewer import Viewer

from ..conftest import StartRelay, up

HEADER = """
#include <stdint.h>
enum message_id { AXIS = 1, ALL, SET_GAIN, GET_GAIN, GAIN, SET_AXIS, GET_ALL, SET_ONE, GET_ONE,
                  SET_ALONE };
struct gain { double gain; float curve[2]; uint64_t big; int16_t n; };
struct axis { uint32_t axis; double speed; };
struct all { struct axis axes[2]; uint32_t other; };
/** @command @reply gain */
struct set_gain { double gain; float curve[2]; uint64_t big; };
/** @command @reply gain */
struct get_gain { };
/** @command @reply axis */
struct set_axis { uint32_t axis; double speed; };
/** @command @reply all */
struct get_all { };
/** @command @reply axis */
struct set_one { uint32_t axis; double speed; };
/** Needs to be told which. @command @reply axis */
struct get_one { uint32_t axis; };
/** @command */
struct set_alone { double x; };
"""


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    header: Path = tmp_path_factory.mktemp("header") / "lab.h"
    header.write_text(HEADER)
    return wrap(header, "cc").schema


def test_what_getters_read_has_names(schema: Schema) -> None:
    found = parameters_of("lab", schema, 5000)
    assert {name: (one.getter.name, one.setter, one.real) for name, one in found.items()} == {
        "/lab/gain.gain": ("get_gain", "set_gain", 1),
        "/lab/gain.curve": ("get_gain", "set_gain", 2),
        "/lab/gain.big": ("get_gain", "set_gain", 0),
        "/lab/axis[0].axis": ("get_all", "set_axis", 0),
        "/lab/axis[0].speed": ("get_all", "set_axis", 1),
        "/lab/axis[1].axis": ("get_all", "set_axis", 0),
        "/lab/axis[1].speed": ("get_all", "set_axis", 1),
    }
    assert parameters_of("lab", schema, 4).keys() == set()  # too large for JSON


def test_values_are_those_of_the_reply(schema: Schema) -> None:
    found = parameters_of("lab", schema, 5000)
    gain = {name: one for name, one in found.items() if "gain" in name}
    reply = schema.messages["gain"]
    fields = {"gain": 3.0, "curve": [1, 2.5], "big": 2**63, "n": 1}
    assert values_of(gain, reply, reply.encode(fields)) == [
        {"name": "/lab/gain.gain", "value": 3.0, "type": "float64"},
        {"name": "/lab/gain.curve", "value": [1.0, 2.5], "type": "float64_array"},
        {"name": "/lab/gain.big", "value": str(2**63)},
    ]
    told = values_of(gain, reply, b"\xff" * reply.size)  # numbers that are none
    assert [one["name"] for one in told] == ["/lab/gain.big"]  # null means: there is none
    axes = {name: one for name, one in found.items() if "axis" in name}
    both = {"axes": [{"axis": 0, "speed": 1.5}, {"axis": 1, "speed": 2.5}]}
    all_ = schema.messages["all"]
    assert [one["value"] for one in values_of(axes, all_, all_.encode(both))] == [0, 1.5, 1, 2.5]


async def test_a_driver_that_refuses_costs_its_own_values_only(
    schema: Schema, start_relay: StartRelay, runtime: Path
) -> None:
    text = json.dumps(schema.json).encode()
    async with FakeDriver(runtime / "lab.sock", schema=text) as driver:
        relay = await up(start_relay, driver, foxglove=True)
        async with Viewer(relay) as viewer:
            await viewer.say("getParameters", parameterNames=[], id="all")
            for _ in range(2):
                header, _ = await driver.receive()
                flags, payload = frames.REPLY, bytes(schema.messages["gain"].size)
                if header.type == schema.commands["get_all"].id:
                    flags, payload = flags | frames.ERROR, frames.error_payload(-10, "not now")
                reply = schema.messages["gain"].id
                await driver.send(frames.pack(reply, payload, flags=flags, request=header.request))
            status = await viewer.text("status")
            assert status["message"].startswith("/lab/axis[0].axis, /lab/axis[0].speed, ")
            assert status["message"].endswith("get_all gives no values: CWIRE_EFAILED: not now")
            values = await viewer.text("parameterValues")
            assert values["id"] == "all"
            assert [one["name"] for one in values["parameters"]] == [
                "/lab/gain.gain",
                "/lab/gain.curve",
                "/lab/gain.big",
            ]
