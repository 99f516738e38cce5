"""The values of one struct as an object."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import cwire
from cwire.data.fields import EnumValue
from cwire.data.frame_array import FrameArray, Record, record_of
from cwire_structs import frames
from cwire_structs.errors import FieldError
from cwire_structs.schema import Schema
from cwire_structs.schema.paths import find_path
from support.processes import ROOT

DEMO = Schema.from_json((ROOT / "c_driver/generated/messages.schema.json").read_bytes())


def test_enum_values_are_integers_with_a_name() -> None:
    value = EnumValue(1, "SQUARE")
    assert value == 1
    assert (value.name, repr(value)) == ("SQUARE", "SQUARE (1)")
    assert repr(EnumValue(9, None)) == "9"
    assert pickle.loads(pickle.dumps(value)).name == "SQUARE"


def record(name: str, payload: bytes) -> Record:
    message = DEMO.messages[name]
    frame = frames.pack(message.id, payload, source=1)
    dtype = message.frame_dtype(len(payload))
    return record_of(FrameArray.from_frames(bytearray(frame), dtype, message))


def test_the_bytes_of_a_record_and_of_its_fields() -> None:
    struct = DEMO.structs["driver_status"]
    payload = bytes(n % 251 for n in range(struct.size))
    status = record("driver_status", payload)
    assert bytes(status) == payload
    for field in struct.fields:
        assert cwire.field_bytes(status, field.name) == payload[field.offset :][: field.size]
    level = cwire.field_bytes(status, "acquisition.level")
    assert level == cwire.field_bytes(status.acquisition, "level")
    code = find_path(struct, "acquisition.level").field.type.np
    assert np.frombuffer(level, code)[0] == status.acquisition.level
    tile = record("camera_tile", DEMO.messages["camera_tile"].encode({"pixels": [1, 2]}))
    assert cwire.field_bytes(tile, "pixels") == b"\1\0\2\0"
    status = record("driver_status", DEMO.messages["driver_status"].encode({"firmware": b"a\0b"}))
    assert status.firmware == "a"
    assert cwire.field_bytes(status, "firmware") == b"a\0b".ljust(16, b"\0")


def test_a_part_of_a_record_is_a_value_that_is_checked_when_it_is_sent() -> None:
    message = DEMO.messages["driver_status"]
    status = record("driver_status", message.encode({"acquisition": {"level": 2.5}}))
    again = message.type(acquisition=status.acquisition)
    assert again.acquisition.level == 2.5
    assert message.encode({"acquisition": status.acquisition}) == bytes(again)
    odd = message.type.from_dict({"acquisition": {"trigger": 9}})
    part = record("driver_status", bytes(odd)).acquisition
    assert message.type(acquisition=part).acquisition.trigger == 9
    with pytest.raises(FieldError, match=r"acquisition\.trigger: .* has no value 9"):
        message.encode({"acquisition": part})
