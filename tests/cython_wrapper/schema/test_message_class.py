"""The compiled classes and the dtype route: the same bytes, the same errors."""

from __future__ import annotations

import copy
import gc
import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cwire_structs.errors import FieldError
from cwire_structs.schema import Schema, field_bytes
from cwire_structs.schema.decode import text
from cwire_structs.schema.paths import find_path


class Item:
    """A numpy record with attributes, for the comparison."""

    def __init__(self, record: Any) -> None:
        self.record = record

    def __getattr__(self, name: str) -> Any:
        value = self.record[name]
        if isinstance(value, bytes):
            return text(value)
        if isinstance(value, np.void):
            return Item(value)
        if isinstance(value, np.ndarray) and value.dtype.names:
            return tuple(Item(row) for row in value)
        return value


class Route:
    """The classes of a schema's messages: made from it alone, or compiled."""

    def __init__(self, by_name: dict[str, Any]) -> None:
        self.by_name = by_name

    def __getattr__(self, name: str) -> Any:
        """The class by its own name: ``SetWaveform``."""
        return next(cls for cls in self.by_name.values() if cls.__name__ == name)

    def encode(self, name: str, values: Mapping[str, Any]) -> bytes:
        return bytes(self.by_name[name](**values))

    def decode(self, name: str, payload: Any) -> Any:
        return self.by_name[name].from_bytes(payload)


@pytest.fixture(params=["python", "compiled"])
def route(request: pytest.FixtureRequest, schema: Schema) -> Route:
    if request.param == "python":
        return Route({name: message.type for name, message in schema.messages.items()})
    classes = request.getfixturevalue("classes")
    return Route({m.name: classes.MESSAGES[m.id] for m in schema.messages.values()})


GOOD: list[tuple[str, dict[str, Any]]] = [
    (
        "scope_block",
        {"samples": np.arange(1024), "dt": 0.5, "trigger": -1, "first_sample": 2**64 - 1},
    ),
    ("scope_block", {"samples": [0.1] * 1024}),
    ("camera_tile", {}),
    ("camera_tile", {"width": 2, "height": 2, "pixels": [[1, 2], [3, 65535]]}),
    ("camera_tile", {"pixels": np.ones((64, 64), "u2")}),
    ("driver_status", {"firmware": "1.0", "running": True, "calibration": [[1, 2, 3], [4, 5, 6]]}),
    ("driver_status", {"firmware": b"0123456789abcdef", "acquisition": {"trigger": "RISING_EDGE"}}),
    ("driver_status", {"channels": [{"shape": 3, "frequency": 1.5}, {}]}),
    ("driver_status", {"firmware": "µ°"}),
    ("set_waveform", {}),
    ("set_waveform", {"shape": "NOISE", "frequency": 0.01, "channel": np.uint8(1)}),
    ("set_waveform", {"offset": np.float32(0.5)}),
    ("start", {"blocks": True}),
    ("stop", {"reset_time": 1}),
    ("echo", {"values": [float("nan"), float("inf"), -0.0, 1e300]}),
]


PLAIN = {
    "scope_block": ("dt", "trigger"), "camera_tile": ("width",), "driver_status": ("firmware",),
    "set_waveform": ("shape", "frequency"), "start": ("blocks",), "stop": ("reset_time",),
    "echo": ("number",),
}  # fmt: skip


@pytest.mark.parametrize(("name", "values"), GOOD)
def test_good_values(route: Route, schema: Schema, name: str, values: dict[str, Any]) -> None:
    payload = route.encode(name, values)
    assert payload == schema.messages[name].encode(values)
    item = route.decode(name, payload)
    for field, value in values.items():
        found = getattr(item, field)
        if isinstance(value, np.ndarray | list) and not isinstance(value[0], dict):
            wanted = np.asarray(value).reshape(-1).astype(found.dtype)
            assert np.array_equal(found.reshape(-1), wanted, equal_nan=found.dtype.kind == "f")
        elif isinstance(value, bytes):
            assert found == value.decode()
        elif not isinstance(value, dict | list) and field != "shape":
            assert found == value
    for kind in (bytearray, memoryview):
        again = route.decode(name, kind(payload))
        assert all(
            repr(getattr(again, field)) == repr(getattr(item, field)) for field in PLAIN[name]
        )


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("set_waveform", {"frequenzy": 1}, "no such field; did you mean 'frequency'"),
    ("set_waveform", {"channel": 2}, "2 is out of range: allowed is 0 to 1"),
    ("set_waveform", {"frequency": 0}, "out of range: allowed is 0.01 to 1000000.0 Hz"),
    ("set_waveform", {"frequency": float("nan")}, "out of range"),
    ("set_waveform", {"frequency": "5"}, "needs a number, got '5'"),
    ("set_waveform", {"frequency": None}, "needs a number, got None"),
    ("set_waveform", {"frequency": [1.0]}, "needs a number"),
    ("set_waveform", {"frequency": np.ones(1)}, "needs a number"),
    ("set_waveform", {"frequency": 10**400}, "too large"),
    ("set_waveform", {"frequency": 1j}, "needs a number"),
    ("set_waveform", {"channel": 0.5}, "needs a whole number, got 0.5"),
    ("set_waveform", {"channel": -1}, "does not fit: the type holds 0 to 4294967295"),
    ("set_waveform", {"channel": 10**400}, "does not fit"),
    ("set_waveform", {"shape": "SAWTOOTH"}, "enum waveform_shape has no 'SAWTOOTH'"),
    ("set_waveform", {"shape": "sine"}, "did you mean 'SINE'"),
    ("set_waveform", {"shape": 9}, "enum waveform_shape has no value 9; it has SINE = 0"),
    ("set_waveform", {"shape": 1.0}, "needs an enumerator's name or its number"),
    ("stop", {"reset_time": 2}, "needs True or False, got 2"),
    ("stop", {"reset_time": "yes"}, "needs True or False"),
    ("echo", {"values": [1, 2, 3]}, "needs 4 values, got 3"),
    ("echo", {"values": 5}, "needs a sequence or an array, got 5"),
    ("echo", {"values": "1234"}, "needs a sequence"),
    ("echo", {"values": [1, 2, "3", 4]}, r"values\[2\]: needs a number, got '3'"),
    ("echo", {"values": np.ones((2, 2))}, r"needs 4 values, got shape \(2, 2\)"),
    ("echo", {"values": np.ones(4, "complex")}, r"values\[0\]: needs a number"),
    ("echo", {"values": {"a": 1}}, "needs a sequence"),
    ("camera_tile", {"pixels": [1, 70000]}, r"pixels\[1\]: 70000 does not fit"),
    ("camera_tile", {"pixels": np.array([0, -1])}, r"pixels\[1\]: -1 does not fit"),
    ("camera_tile", {"pixels": [1.5]}, r"pixels\[0\]: needs a whole number"),
    ("camera_tile", {"pixels": 5}, "needs a sequence"),
    ("camera_tile", {"pixels": np.zeros(1 << 25, "u2")}, "the limit is"),
    (
        "driver_status",
        {"firmware": "x" * 17},
        "the text has 17 bytes in UTF-8, there is room for 16",
    ),
    ("driver_status", {"firmware": "é" * 9}, "18 bytes"),
    ("driver_status", {"firmware": "a\0b"}, "NUL"),
    ("driver_status", {"firmware": "\ud800"}, r"UTF-8 cannot write; give bytes, such as b'\\xff"),
    ("driver_status", {"firmware": 5}, "needs text"),
    ("driver_status", {"temperature": 1e39}, "too large for a 32-bit float"),
    ("driver_status", {"calibration": [[1, 2], [3, 4]]}, r"needs shape \(2, 3\)"),
    ("driver_status", {"calibration": [[1, 2, 3], [3, 4, 1e39]]}, r"calibration\[1\]\[2\]: 1e\+39"),
    ("driver_status", {"channels": [{}]}, "needs 2 values, got 1"),
    ("driver_status", {"channels": [{}, {"x": 1}]}, r"channels\[1\]\.x: there is no such field"),
    ("driver_status", {"channels": [{}, {"shape": "NO"}]}, r"channels\[1\]\.shape: enum"),
    ("driver_status", {"acquisition": 5}, "needs a mapping with the fields sample_rate"),
    ("driver_status", {"acquisition": {"level": "x"}}, r"acquisition\.level: needs a number"),
]


@pytest.mark.parametrize(("name", "values", "complaint"), BAD)
def test_bad_values(route: Route, name: str, values: dict[str, Any], complaint: str) -> None:
    with pytest.raises(FieldError, match=complaint) as caught:
        route.encode(name, values)
    assert str(caught.value).startswith(f"{name}.{next(iter(values))}")
    assert caught.value.message == name
    assert str(copy.copy(caught.value)) == str(caught.value)


@pytest.mark.parametrize(
    ("name", "size"),
    [("echo", 0), ("echo", 39), ("echo", 41), ("camera_tile", 15), ("camera_tile", 17)],
)
def test_wrong_sizes(route: Route, name: str, size: int) -> None:
    with pytest.raises(ValueError, match=f"{name}: the payload has {size} bytes, the schema says"):
        route.decode(name, bytes(size))
    with pytest.raises(ValueError, match="the payload has"):
        route.decode(name, bytearray(size))


def test_text_ends_at_the_first_nul(route: Route, schema: Schema) -> None:
    payload = bytearray(route.encode("driver_status", {}))
    offset = schema.structs["driver_status"].by_name["firmware"].offset
    payload[offset : offset + 4] = b"a\0bc"
    assert route.decode("driver_status", payload).firmware == "a"
    payload[offset] = 0xFF
    assert route.decode("driver_status", payload).firmware == "\ufffd"


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_bytes_are_read_alike(schema: Schema, classes: ModuleType, data: st.DataObject) -> None:
    message = data.draw(st.sampled_from(list(schema.messages.values())))
    size = message.size + message.tail_size * data.draw(st.integers(0, 5))
    payload = data.draw(st.binary(min_size=size, max_size=size))
    item = classes.MESSAGES[message.id].from_bytes(payload)
    record = Item(message.decode(payload))
    assert bytes(item) == payload
    repr(item)
    same(item, record, message.struct.by_name)


def same(item: Any, record: Any, names: Any) -> None:
    for name in names:
        one, other = getattr(item, name), getattr(record, name)
        if isinstance(other, Item):
            same(one, other, other.record.dtype.names)
        elif isinstance(other, tuple):
            for left, right in zip(one, other, strict=True):
                # Of a tail: a numpy record, as it is.
                left = Item(left) if isinstance(left, np.void) else left
                same(left, right, right.record.dtype.names)
        elif isinstance(one, np.ndarray):
            assert one.dtype == other.dtype
            assert one.tobytes() == other.tobytes()
        elif isinstance(one, bool):
            assert one == bool(other)
        else:
            assert one == other or one != one


def test_padding_is_zero_and_defaults_are_taken(schema: Schema) -> None:
    record = schema.messages["set_waveform"].decode(schema.messages["set_waveform"].encode({}))
    assert record["frequency"] == 10
    assert record["amplitude"] == 1
    assert schema.messages["scope_block"].encode({}) == bytes(4120)


def test_round_trip_of_a_record(schema: Schema) -> None:
    status = schema.messages["driver_status"]
    payload = status.encode({"channels": [{"frequency": 2}, {}], "firmware": "x"})
    record = status.decode(payload)
    assert record.dtype.names is not None
    assert status.encode({name: record[name] for name in record.dtype.names}) == payload


def test_setters_check(route: Route) -> None:
    command = route.SetWaveform()
    command.frequency = 3
    command.shape = "SQUARE"
    assert (command.frequency, command.shape) == (3.0, 1)
    with pytest.raises(FieldError, match=r"set_waveform\.channel: 3 is out of range"):
        command.channel = 3
    with pytest.raises(AttributeError):
        command.chanel = 1
    assert command.channel == 0


def test_arrays_and_nested_structs_are_views(route: Route) -> None:
    status = route.DriverStatus()
    status.calibration[1, 2] = 4
    status.channels[1].frequency = 7.5
    status.acquisition.trigger = "FALLING_EDGE"
    again = route.DriverStatus.from_bytes(bytes(status))
    assert again.calibration[1, 2] == 4
    assert again.channels[1].frequency == 7.5
    assert again.acquisition.trigger == 2
    assert again == status
    channel, table = status.channels[1], status.calibration
    del status
    gc.collect()
    assert channel.frequency == 7.5
    assert table[1, 2] == 4
    again.acquisition = route.Acquisition(level=2)
    assert again.acquisition.level == 2


def test_a_tail_of_another_length_leaves_old_views_alone(route: Route) -> None:
    tile = route.CameraTile(width=2, pixels=[1, 2])
    old = tile.pixels
    tile.pixels = [3, 4]
    assert old.tolist() == [3, 4]
    tile.pixels = range(1000)
    old[0] = 9
    assert tile.pixels[:2].tolist() == [0, 1]
    assert (tile.width, len(bytes(tile))) == (2, 2016)
    tile.pixels = []
    assert bytes(tile) == bytes(route.CameraTile(width=2))
    assert tile.pixels.shape == (0,)


def test_comparison_hash_pickle_and_repr(route: Route) -> None:
    one = route.SetWaveform(shape="SQUARE")
    assert one == route.SetWaveform(shape=1)
    assert one != route.SetWaveform()
    assert one != 5
    expected = "channel=0, shape='SQUARE', frequency=10.0, amplitude=1.0, offset=0.0"
    assert repr(one) == f"SetWaveform({expected})"
    assert "samples=<1024 float32>" in repr(route.ScopeBlock())
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)
    with pytest.raises(TypeError, match="from_bytes"):
        copy.copy(one)
    match one:
        case route.SetWaveform(channel, _):
            assert channel == 0
    assert route.SetWaveform.ID == 16
    assert "Periods per second" in route.SetWaveform.frequency.__doc__


def test_dicts_are_plain_and_come_back(route: Route) -> None:
    status = route.DriverStatus(firmware="x", channels=[{"shape": "NOISE"}, {}], running=True)
    values = status.to_dict()
    assert json.loads(json.dumps(values)) == values
    assert values["channels"][0]["shape"] == "NOISE"
    assert values["calibration"] == [[0, 0, 0], [0, 0, 0]]
    assert type(status).from_dict(values) == status
    tile = route.CameraTile(pixels=[1, 2])
    assert tile.to_dict()["pixels"] == [1, 2]
    assert type(tile).from_dict(tile.to_dict()) == tile
    with pytest.raises(FieldError, match="no such field"):
        type(tile).from_dict({"nil": 1})


def test_dicts_lose_nothing_of_a_text(route: Route, schema: Schema) -> None:
    field = schema.structs["driver_status"].by_name["firmware"]
    texts: dict[bytes, str | bytes] = {
        b"": "",
        b"demo 1": "demo 1",
        "0123456789abcdé".encode(): "0123456789abcdé",
        b"0123456789abcde\xff": b"0123456789abcde\xff",
        b"a\0b": b"a\0b".ljust(16, b"\0"),
        b"\0" * 15 + b"z": b"\0" * 15 + b"z",
    }
    for raw, shown in texts.items():
        status = route.DriverStatus(firmware=raw)
        assert bytes(status)[field.offset : field.offset + 16] == raw.ljust(16, b"\0")
        assert status.firmware == text(raw)
        values = status.to_dict()
        assert values["firmware"] == shown
        assert bytes(type(status).from_dict(values)) == bytes(status)
        status.firmware = ""
        status.firmware = bytearray(raw)
        assert status.to_dict() == values
    assert route.DriverStatus(firmware=b"a".ljust(20, b"\0")).firmware == "a"
    with pytest.raises(FieldError, match="17 bytes, there is room for 16"):
        route.DriverStatus(firmware=b"\0" * 16 + b"a")
    with pytest.raises(FieldError, match="holds a NUL, .* give bytes, such as"):
        route.DriverStatus(firmware="a\0b")


def test_the_bytes_of_any_field(route: Route, schema: Schema) -> None:
    struct = schema.structs["driver_status"]
    payload = bytes(n % 251 for n in range(struct.size))
    status = route.DriverStatus.from_bytes(payload)
    for field in struct.fields:
        assert field_bytes(status, field.name) == payload[field.offset :][: field.size]
    level = find_path(struct, "acquisition.level").placed()
    at = level.offset
    assert field_bytes(status, "acquisition.level") == payload[at : at + level.size]
    assert field_bytes(status.acquisition, "level") == payload[at : at + level.size]
    assert field_bytes(route.CameraTile(pixels=[1, 2]), "pixels") == b"\1\0\2\0"
    shape = find_path(struct, "channels[1].shape").placed()
    assert field_bytes(status, "channels[1].shape") == payload[shape.offset :][:4]
    with pytest.raises(LookupError, match="several: choose one, channels"):
        field_bytes(status, "channels.shape")
    with pytest.raises(LookupError, match="no field 'acquisition.lever'"):
        field_bytes(status, "acquisition.lever")


def test_dicts_hold_what_no_command_may(route: Route, schema: Schema) -> None:
    command = schema.messages["set_waveform"]
    shape, frequency = (command.struct.by_name[name] for name in ("shape", "frequency"))
    payload = bytearray(command.encode({}))
    payload[shape.offset : shape.offset + 4] = (9).to_bytes(4, "little")
    payload[frequency.offset : frequency.offset + 8] = np.float64(-7).tobytes()
    item = route.SetWaveform.from_bytes(payload)
    values = item.to_dict()
    assert (values["shape"], values["frequency"]) == (9, -7.0)
    assert bytes(route.SetWaveform.from_dict(values)) == payload
    # From people and from a socket, the same is refused.
    for make in (lambda: route.SetWaveform(**values), lambda: command.encode(values)):
        with pytest.raises(FieldError, match="has no value 9"):
            make()
    with pytest.raises(FieldError, match="has no value 9"):
        item.shape = 9
    with pytest.raises(FieldError, match="out of range"):
        item.frequency = -7
    with pytest.raises(FieldError, match="does not fit: the field holds"):
        route.SetWaveform.from_dict({"shape": 2**32})
    with pytest.raises(FieldError, match="has no 'SAW'"):
        route.SetWaveform.from_dict({"shape": "SAW"})


def test_a_message_in_a_message_is_copied_but_not_sent_unchecked(
    route: Route, schema: Schema
) -> None:
    message = schema.messages["driver_status"]
    odd = route.Waveform.from_dict({"shape": 9})
    status = route.DriverStatus(channels=[odd, {}])
    assert status.to_dict()["channels"][0]["shape"] == 9
    status.channels = [{}, odd]
    record = message.decode(bytes(status))
    again = route.DriverStatus(channels=record["channels"], acquisition=record["acquisition"])
    assert bytes(again) == bytes(status)
    for part in (odd, record["channels"][1], odd.to_dict()):
        with pytest.raises(FieldError, match=r"channels\[1\]\.shape: .* has no value 9"):
            message.encode({"channels": [{}, part]})


def test_equality_is_of_values(route: Route) -> None:
    nan = float("nan")
    assert route.Echo(values=[nan, 0, 0, 0]) != route.Echo(values=[nan, 0, 0, 0])
    assert route.Echo(values=[-0.0, 0, 0, 0]) == route.Echo(values=[0, 0, 0, 0])
    assert route.CameraTile(pixels=[1]) != route.CameraTile(pixels=[1, 0])
    one, other = (bytearray(bytes(route.GetStatus(reset_counters=True))) for _ in range(2))
    other[0] = 2  # true is true
    assert route.GetStatus.from_bytes(one) == route.GetStatus.from_bytes(other)


def test_a_nested_message_fits_where_its_like_does(route: Route) -> None:
    status = route.DriverStatus(channels=[route.Waveform(frequency=2), {}])
    assert status.channels[0] == route.DriverStatus.from_bytes(bytes(status)).channels[0]
    status.channels = [status.channels[1], status.channels[0]]
    assert [channel.frequency for channel in status.channels] == [0, 2]
    with pytest.raises(FieldError):
        status.channels = [{"frequency": 9}, {"frequency": "x"}]
    assert [channel.frequency for channel in status.channels] == [0, 2]


# What only the compiled classes have.


def test_the_buffer_is_the_message(classes: ModuleType) -> None:
    for message in (classes.Echo(number=5), classes.CameraTile(pixels=[1, 2, 3])):
        view = memoryview(message)
        assert bytes(view) == bytes(message)
        assert not view.readonly
        view[0] = 77
        assert bytes(message)[0] == 77


def test_constants_and_docs_are_there(classes: ModuleType, schema: Schema) -> None:
    assert classes.WaveformShape.SQUARE == 1
    assert classes.SCOPE_SAMPLES == 1024
    assert classes.SCHEMA.layout_hash == schema.layout_hash
    assert classes.ScopeBlock.__doc__ == "One block of samples of one channel of the scope."
