"""Finds the command that gets what another one sets."""

from __future__ import annotations

from cwire_structs.schema import Schema
from cwire_structs.schema.getters import Getter, find_getter
from support.processes import ROOT

SCHEMA = Schema.from_json((ROOT / "c_driver" / "generated" / "messages.schema.json").read_bytes())


def found(name: str) -> Getter | None:
    return find_getter(SCHEMA, SCHEMA.messages[name])


def test_the_demo_driver_tells_all_that_can_be_set() -> None:
    assert found("set_acquisition") == Getter("get_status", "acquisition")
    assert found("set_waveform") == Getter("get_status", "channels", "channel")
    assert found("get_status") is None
    assert found("echo") is None


def test_the_element_that_is_meant() -> None:
    getter = found("set_waveform")
    assert getter is not None
    channels = [{"channel": 0, "offset": 1.0}, {"channel": 1, "offset": 2.0}]
    assert getter.pick({"channels": channels}, {"channel": 1}) == channels[1]
    assert getter.pick({"channels": channels}, {"channel": 7}) is None
    assert getter.pick({"channels": channels}, {}) == channels[0]
    assert getter.pick({"channels": []}, {}) is None
    assert Getter("get_x").pick({"x": 3}, {}) == {"x": 3}


def test_a_getter_is_asked_for_the_same_element() -> None:
    getter = Getter("get_axis", shared=("axis",))
    assert getter.request({"axis": 1, "speed": 2.0}) == {"axis": 1}
    assert getter.request({}) == {}
    assert getter.pick({"axis": 1, "speed": 5.0}, {"axis": 1}) == {"axis": 1, "speed": 5.0}
    assert getter.pick({"axis": 0, "speed": 5.0}, {"axis": 1}) is None
    assert getter.pick({"speed": 5.0}, {"axis": 1}) == {"speed": 5.0}


def test_the_getter_of_the_same_name_comes_first() -> None:
    document = SCHEMA.json
    messages = {
        **document["messages"],
        "30": {
            "name": "get_acquisition",
            "type": "get_status",
            "command": True,
            "reply": "acquisition",
        },
    }
    from cwire_structs.schema.layout_hash import layout_hash

    changed = {**document, "messages": messages}
    changed["layout_hash"] = layout_hash(changed)
    import json

    schema = Schema.from_json(json.dumps(changed))
    getter = find_getter(schema, schema.messages["set_acquisition"])
    assert getter == Getter("get_acquisition")
