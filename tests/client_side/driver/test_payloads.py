"""Values become payloads: without a copy where the bytes are right, else checked."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np
import pytest

import cwire
from cwire.driver.payloads import Encoder, Frames, Parts
from cwire.errors import InvalidArgument
from cwire_structs.schema import FieldError, Message
from cwire_structs.schema.written import Written


class Mode(enum.IntEnum):
    OFF = 0
    ON = 1


class Point:
    x: float
    y: float

    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y


class Block:
    first: int
    volts: Annotated[np.float32, cwire.array(4)]
    gain: float


class Tile:
    x: np.uint16
    width: np.uint16
    height: np.uint16
    pixels: Annotated[np.uint16, cwire.tail()]


class Spectrum:
    bins: Annotated[np.float32, cwire.array(3), cwire.range(0, 10)]


@dataclass
class Status:
    mode: Mode
    at: Point
    path: Annotated[list[Point], cwire.array(2)]
    name: Annotated[str, cwire.text(4)] = ""


class Pair(NamedTuple):
    x: float
    y: float


def message_of(source: Any) -> Message:
    made = Written("lab")
    name = made.add(source, None if isinstance(source, type) else "it")
    return made.schema().messages[name]


def raw(made: Frames | Parts) -> bytes:
    return b"".join(bytes(piece) for piece in made.pieces) if isinstance(made, Parts) else (
        bytes(made.data)
    )  # fmt: skip


def encoded(source: Any, value: object = None, **fields: object) -> bytes:
    return raw(Encoder(message_of(source))(value, fields))


XY = np.dtype([("x", "<f8"), ("y", "<f8")])


def test_a_record_and_an_array_of_records_go_as_they_are() -> None:
    encoder = Encoder(message_of(XY))
    records = np.array([(1, 2), (3, 4), (5, 6)], XY)
    for _ in range(2):  # the second time the dtype is known
        made = encoder(records, {})
        assert (raw(made), made[1:]) == (records.tobytes(), (16, 3))
        assert raw(encoder(records[1], {})) == records[1].tobytes()
        assert raw(encoder(records[::2], {})) == records[::2].tobytes()
        assert encoder(records[:0], {})[1:] == (16, 0)
    data = encoder(records, {})[0]
    assert np.shares_memory(np.asarray(data), records)


def test_a_record_with_a_tail_has_its_length() -> None:
    message = message_of(Tile)
    record = np.zeros((), message.dtype(5))
    assert raw(Encoder(message)(record, {})) == record.tobytes()
    assert raw(Encoder(message)(np.zeros((), message.dtype(0)), {})) == bytes(6)


def test_times_are_their_integers() -> None:
    dtype = np.dtype([("at", "<M8[ns]"), ("v", "<f8")])
    records = np.array([(np.datetime64(5, "ns"), 1.5), (np.datetime64(6, "ns"), 2.5)], dtype)
    encoder = Encoder(message_of(dtype))
    for _ in range(2):
        assert raw(encoder(records, {})) == records.tobytes()
        assert raw(encoder(records[0], {})) == records[:1].tobytes()


def test_records_of_another_dtype_are_converted_where_that_is_safe() -> None:
    other = np.array([(7, 0, 1.5)], [("y", "<i4"), ("pad", "i4"), ("x", "<f4")])[["y", "x"]]
    assert encoded(XY, other) == np.array([(1.5, 7)], XY).tobytes()
    with pytest.raises(FieldError, match=r"it\.x: the records have complex128, which"):
        encoded(XY, np.zeros(1, [("x", "c16"), ("y", "f8")]))
    with pytest.raises(FieldError, match=r"it\.y: the records have no such field"):
        encoded(XY, np.zeros(1, [("x", "f8")]))
    with pytest.raises(FieldError, match=r"it\.z: there is no such field; it has x, y"):
        encoded(XY, np.zeros(1, [("x", "f8"), ("y", "f8"), ("z", "f8")]))
    with pytest.raises(InvalidArgument, match="make them with its dtype"):
        encoded(Tile, np.zeros(1, [("x", "u2")]))


def test_mappings_and_keywords() -> None:
    assert encoded(XY, {"x": 1}, y=2) == np.array((1, 2), XY).tobytes()
    assert encoded(XY, x=3) == np.array((3, 0), XY).tobytes()
    assert encoded(XY) == bytes(16)


def test_an_array_is_the_only_array_of_the_message() -> None:
    message = message_of(Block)
    volts = np.arange(4, dtype="f4")
    made = Encoder(message)(volts, {"first": 5, "gain": 2.0})
    assert isinstance(made, Parts)
    assert np.shares_memory(np.asarray(made.pieces[1]), volts)
    record = message.decode(raw(made))
    assert (record["first"], record["gain"], record["volts"].tolist()) == (5, 2.0, [0, 1, 2, 3])
    # Of another dtype it is converted, and each number checked.
    assert encoded(Block, [0, 1, 2, 3], first=5, gain=2) == raw(made)
    with pytest.raises(FieldError, match=r"block\.volts"):
        encoded(Block, volts[:3])
    with pytest.raises(FieldError, match=r"block\.volts.* too large"):
        encoded(Block, [1e300, 0, 0, 0])


def test_an_image_says_its_shape() -> None:
    image = np.arange(12, dtype="u2").reshape(3, 4)
    record = message_of(Tile).decode(encoded(Tile, image, x=9))
    assert (record["x"], record["width"], record["height"]) == (9, 4, 3)
    assert record["pixels"].tolist() == list(range(12))
    turned = message_of(Tile).decode(encoded(Tile, image.T, width=1))
    assert (turned["width"], turned["height"]) == (1, 4)
    assert turned["pixels"].tolist() == image.T.reshape(-1).tolist()
    assert encoded(("u2", (3, 4)), image) == image.tobytes()


def test_what_is_one_array_takes_one_dimension_more_as_frames() -> None:
    rows = np.arange(6, dtype="f4").reshape(2, 3)
    encoder = Encoder(message_of(("f4", (3,))))
    assert encoder(rows, {})[1:] == (12, 2)
    assert raw(encoder(rows.astype("f8"), {})) == rows.tobytes()
    assert raw(encoder(rows[0], {})) == rows[0].tobytes()
    values = Encoder(message_of("i2"))
    assert values(np.arange(5, dtype="i2"), {})[1:] == (2, 5)
    assert raw(values(np.arange(5), {})) == np.arange(5, dtype="i2").tobytes()
    assert raw(values(7, {})) == raw(values(np.int16(7), {})) == raw(values(np.array(7), {}))
    assert raw(values([1, 2], {})) == np.array([1, 2], "i2").tobytes()
    with pytest.raises(FieldError, match=r"it\.value: 70000 does not fit"):
        values(np.array([70000]), {})


def test_what_is_measured_is_told_in_its_range_or_not() -> None:
    """A driver that met such a number must not end; the limits are for commands."""
    bins = np.array([1, 11, -5], "f4")
    assert encoded(Spectrum, bins) == bins.tobytes()
    assert encoded(Spectrum, bins=[1, 11, -5]) == bins.tobytes()
    record = message_of(Status).decode(encoded(Status, mode=77))
    assert record["mode"] == 77
    with pytest.raises(FieldError, match=r"status\.mode: .*TURBO"):
        encoded(Status, mode="TURBO")


def test_objects_are_read_by_their_attributes() -> None:
    status = Status(Mode.ON, Point(1, 2), [Point(3, 4), Point(5, 6)], "ab")
    record = message_of(Status).decode(encoded(Status, status))
    assert (record["mode"], record["at"]["y"], record["path"]["x"].tolist()) == (1, 2, [3, 5])
    assert record["name"] == b"ab"
    assert encoded(XY, Pair(1, 2)) == np.array((1, 2), XY).tobytes()
    assert encoded(XY, [Point(1, 2), {"x": 3}]) == np.array([(1, 2), (3, 0)], XY).tobytes()
    assert encoded([("real", "f8")], 5.0) == np.float64(5).tobytes()


def test_message_objects_and_bytes_are_taken_as_they_are() -> None:
    message = message_of(Block)
    value = message.type(first=3)
    assert encoded(Block, value) == bytes(value)
    assert encoded(Block, bytes(value)) == bytes(value)
    assert encoded(Block, memoryview(bytes(value))) == bytes(value)
    with pytest.raises(InvalidArgument, match="a block is given, the message is a it"):
        encoded(XY, value)


def test_a_text_is_the_value_of_the_only_field() -> None:
    assert encoded([("text", "S4")], "abc") == b"abc\0"
    assert encoded([("text", "S4")], ["a", "b"]) == b"a\0\0\0b\0\0\0"


@pytest.mark.parametrize(
    ("source", "value", "fields", "error", "reason"),
    [
        (XY, np.zeros(3), {}, InvalidArgument, "the message has no array; give its fields"),
        ([("a", "f4", 2), ("b", "f4", 2)], np.zeros(2), {}, InvalidArgument, "name it: a, b"),
        (XY, np.zeros((), XY), {"x": 1}, FieldError, r"it\.x: the value has all fields already"),
        (XY, b"abc", {"x": 1}, FieldError, "has all fields already"),
        (XY, object(), {}, InvalidArgument, "cannot make a message of <object"),
        (XY, {"z": 1}, {}, FieldError, r"it\.z: there is no such field"),
        (XY, [[1], [2, 3]], {}, InvalidArgument, "neither numbers nor messages"),
        (XY, [], {}, InvalidArgument, "which field is this array"),
        (Tile, [{"pixels": [1]}, {"pixels": [1, 2]}], {}, InvalidArgument, "several lengths"),
    ],
)
def test_what_does_not_fit_is_refused(
    source: Any, value: object, fields: dict[str, object], error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        encoded(source, value, **fields)


def test_one_message_is_one() -> None:
    encoder = Encoder(message_of(XY))
    assert encoder.one(np.zeros(1, XY)) == bytes(16)
    with pytest.raises(InvalidArgument, match="one message is needed, 2 are given"):
        encoder.one(np.zeros(2, XY))
