from __future__ import annotations

import json
import math

from cwire_server.hub.json_values import fields_from_json, fields_to_json, frame_text
from cwire_structs import frames
from cwire_structs.schema import Schema
from support.processes import ROOT

DEMO = Schema.from_json((ROOT / "c_driver/generated/messages.schema.json").read_bytes())


def test_everything_of_a_status() -> None:
    message = DEMO.messages["driver_status"]
    values = {
        "running": True,
        "temperature": math.nan,
        "blocks": 2**60,
        "firmware": "demo 1",
        "calibration": [[1, 2, 3], [4, 5, math.inf]],
        "acquisition": {"trigger": "FALLING_EDGE", "sample_rate": 1e3},
        "channels": [{"shape": "NOISE"}, {"shape": "SQUARE"}],
    }
    told = fields_to_json(message, message.encode(values))
    assert told["running"] is True
    assert told["temperature"] is None
    assert told["blocks"] == str(2**60)
    assert told["firmware"] == "demo 1"
    assert told["calibration"] == [[1, 2, 3], [4, 5, None]]
    assert told["acquisition"]["trigger"] == "FALLING_EDGE"
    assert [channel["shape"] for channel in told["channels"]] == ["NOISE", "SQUARE"]


def test_tails_and_arrays() -> None:
    message = DEMO.messages["camera_tile"]
    payload = message.encode({"width": 3, "height": 1, "pixels": [1, 2, 65535]})
    assert fields_to_json(message, payload)["pixels"] == [1, 2, 65535]


def test_a_frame_as_text() -> None:
    message = DEMO.messages["echo"]
    frame = frames.pack(message.id, message.encode({"number": 5}), sequence=9, time_ns=2**62)
    told = json.loads(frame_text(3, "demo", message, frame))
    assert told["op"] == "message"
    assert (told["id"], told["driver"], told["message"]) == (3, "demo", "echo")
    assert (told["sequence"], told["time_ns"]) == (9, str(2**62))
    assert told["fields"]["number"] == 5


def test_json_comes_back_as_it_was() -> None:
    message = DEMO.messages["driver_status"]
    payload = message.encode({"blocks": 2**63, "uptime": 1.5, "firmware": "12"})
    again = fields_from_json(message.struct, fields_to_json(message, payload))
    assert again["blocks"] == 2**63
    assert again["firmware"] == "12"
    assert message.encode(again) == payload
