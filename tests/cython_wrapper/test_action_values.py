"""Values of actions: what is sent arrives as what it is, and what cannot be sent is told."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwire_structs import action_values, frames
from cwire_structs.action_values import (
    ARRAY_TYPE,
    ARRAYS_LIMIT,
    DTYPES,
    TEXT_LIMIT,
    Arrays,
    UnsendableError,
    ValueTextError,
    decode,
    encode,
)
from cwire_structs.frames import FrameError


def sent(value: object) -> Any:
    """The value as it arrives, by its text and its frames."""
    encoded = encode(value)
    arrays = Arrays()
    for frame in encoded.frames:
        header = frames.unpack_header(frame)
        assert (header.type, header.flags, header.source) == (ARRAY_TYPE, frames.REPLY, 255)
        arrays.take(header.request, memoryview(frame)[frames.HEADER_SIZE : header.size])
    return decode(json.loads(encoded.text), arrays.claim())


def same(one: object, other: object) -> bool:
    """Whether two values are the same, in type, too; NaN is NaN."""
    if isinstance(one, float) and isinstance(other, float):
        return struct.pack("<d", one) == struct.pack("<d", other) or math.isnan(one + other)
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    return type(one) is type(other) and one == other


arrays_of_numbers = st.builds(
    lambda dtype, shape, seed: np.random.default_rng(seed).integers(0, 2, shape).astype(dtype),
    st.sampled_from(DTYPES),
    st.lists(st.integers(0, 4), min_size=1, max_size=3),
    st.integers(0, 2**32 - 1),
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(), st.binary()
)
values = st.recursive(
    scalars | arrays_of_numbers,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text() | st.sampled_from(["$int", "$array", "$$"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_a_value_arrives_as_what_it_is(value: object) -> None:
    assert same(sent(value), value)


class Shape(enum.Enum):
    SINE = "sine"


@dataclasses.dataclass
class Point:
    x: float
    y: np.ndarray[Any, Any]


@pytest.mark.parametrize(
    ("given_", "arrives"),
    [
        ((1, 2), [1, 2]),
        (np.float32(1.5), 1.5),
        (np.int64(2**62), 2**62),
        (np.bool_(True), True),
        (1 + 2j, np.complex128(1 + 2j)),
        (np.array(3.5), np.float64(3.5)),
        (Shape.SINE, "sine"),
        (bytearray(b"\x00\xff"), b"\x00\xff"),
        (np.arange(6, dtype=">i4").reshape(2, 3)[:, ::2], np.array([[0, 2], [3, 5]], "<i4")),
        (Point(1.0, np.zeros(2)), {"x": 1.0, "y": np.zeros(2)}),
    ],
    ids=str,
)
def test_a_value_of_another_type_arrives_as_the_nearest_one(given_: Any, arrives: Any) -> None:
    assert same(sent(given_), arrives)


def test_what_is_encoded_is_a_copy() -> None:
    array = np.zeros(3)
    encoded = encode(array)
    array[:] = 1
    header = frames.unpack_header(encoded.frames[0])
    arrays = Arrays()
    arrays.take(header.request, memoryview(encoded.frames[0])[frames.HEADER_SIZE : header.size])
    assert decode(json.loads(encoded.text), arrays.claim()).tolist() == [0, 0, 0]


def test_an_array_twice_in_a_value_is_sent_once() -> None:
    array = np.arange(3)
    encoded = encode([array, array])
    assert len(encoded.frames) == 1
    one, other = sent([array, array])
    assert one is other


def test_a_large_array_comes_in_pieces_of_256_kib() -> None:
    array = np.arange(100_000, dtype=float)
    encoded = encode(array)
    assert len(encoded.frames) == 4
    assert max(map(len, encoded.frames)) == 256 << 10
    assert same(sent(array), array)


itself: list[Any] = []
itself.append(itself)


@pytest.mark.parametrize(
    ("value", "code", "says"),
    [
        (itself, "too_large", "contains itself"),
        ({1: 2}, "unsendable", "has the key 1: keys are texts, such as '1'"),
        ({1, 2}, "unsendable", "a set cannot be sent"),
        (object(), "unsendable", "a object cannot be sent"),
        (np.array(["a"]), "unsendable", "dtype <U1"),
        (np.array(["2020"], "M8[s]"), "unsendable", "datetime64"),
        (np.zeros(1, [("a", "f8")]), "unsendable", "its fields, each by its name"),
        (np.array([None]), "unsendable", "dtype object"),
        (np.lib.stride_tricks.as_strided(np.zeros(1), (1 << 24,), (0,)), "too_large", "134,217"),
        ("x" * (TEXT_LIMIT + 1), "too_large", "1,048,576 characters"),
        ([1.5] * 500_000, "too_large", "1,048,576 characters"),
        (10**5000, "too_large", "4300 digits"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, str) else type(value).__name__,
)
def test_what_cannot_be_sent_is_told(value: object, code: str, says: str) -> None:
    with pytest.raises(UnsendableError) as caught:
        encode(value)
    assert caught.value.code == code
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        {"$array": 1, "dtype": "<f8", "shape": [1]},
        {"$array": "1"},
        {"$int": "1e5"},
        {"$int": "1" * 5000},
        {"$int": "1", "more": 1},
        {"$float": "1"},
        {"$what": 1},
        {"$": 1},
        json.loads("[" * 100 + "]" * 100),
    ],
    ids=str,
)
def test_what_is_no_value_is_refused(value: object) -> None:
    with pytest.raises(ValueTextError):
        decode(value)


@pytest.mark.parametrize(
    "reference",
    [
        {"dtype": "<f8", "shape": [2]},
        {"dtype": "<f8", "shape": [-1]},
        {"dtype": "<f8", "shape": [1.0]},
        {"dtype": "<f8"},
        {"dtype": "O", "shape": [1]},
        {"dtype": ["<f8"], "shape": [1]},
        {"dtype": "bytes", "shape": [2, 4]},
        {"dtype": "<f8", "shape": [2**62, 4]},
    ],
    ids=str,
)
def test_a_reference_that_does_not_fit_its_array_is_refused(reference: dict[str, Any]) -> None:
    arrays = Arrays()
    arrays.take(1, memoryview(struct.pack("<QQd", 8, 0, 1.0)))
    with pytest.raises(ValueTextError, match="array 1"):
        decode({"$array": 1, **reference}, arrays.claim())


def piece(size: int, at: int, data: bytes = b"") -> memoryview:
    return memoryview(struct.pack("<QQ", size, at) + data)


@pytest.mark.parametrize(
    ("pieces", "says"),
    [
        ([(1, memoryview(b"short"))], "begins with 16"),
        ([(2, piece(0, 0))], "does not go on"),
        ([(1, piece(4, 2, b"ab"))], "does not go on"),
        ([(1, piece(4, 0, b"ab")), (2, piece(0, 0))], "before all of array 1"),
        ([(1, piece(4, 0, b"ab")), (1, piece(5, 2, b"cde"))], "does not go on"),
        ([(1, piece(4, 0, b"ab")), (1, piece(4, 3, b"d"))], "does not go on"),
        ([(1, piece(2, 0, b"abc"))], "has 3 bytes, 2 are missing"),
        ([(1, piece(2, 0))], "has 0 bytes, 2 are missing"),
        ([(1, piece(ARRAYS_LIMIT + 1, 0, b"a"))], "are the most"),
        ([(1, piece(2**64 - 1, 0, b"a"))], "are the most"),
    ],
)
def test_pieces_that_do_not_fit_are_refused_and_all_forgotten(
    pieces: list[tuple[int, memoryview]], says: str
) -> None:
    arrays = Arrays()
    for number, payload in pieces[:-1]:
        arrays.take(number, payload)
    with pytest.raises(FrameError, match=says):
        arrays.take(*pieces[-1])
    assert arrays.claim() == []


def test_an_array_that_is_not_whole_is_not_there() -> None:
    arrays = Arrays()
    arrays.take(1, piece(4, 0, b"ab"))
    assert arrays.claim() == []
    arrays.take(1, piece(0, 0))  # and numbers begin anew
    assert len(arrays.claim()) == 1
    assert action_values.ARRAYS_LIMIT == 64 << 20
